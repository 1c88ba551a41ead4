"""How one mailbox is reached and treated. Built by `service.settings`, never read from a file here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from service.transport import Security

Filing = Literal["move", "flag", "leave"]


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """One [[mailbox]] of config.toml. security "plain" is refused at connection except to loopback."""

    name: str
    host: str
    port: int
    security: Security
    username: str
    password: SecretStr
    ca_file: Path | None = None
    folder: str = "INBOX"
    filing: Filing = "move"
    max_bytes: int = 100 * 1024 * 1024  # a larger mail is refused with its header only
    timeout_seconds: float = 60.0  # for connecting and for every single read
    idle_renewal_seconds: float = 540.0  # NAT tables and RFC 2177's 29 minutes both ask for less than 10
    own_addresses: frozenset[str] = frozenset()  # lower-case; mail from these is our own

    @property
    def where(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}"
