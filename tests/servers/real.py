"""Dovecot and Postfix from the distribution, thrown together for one test run: root, loopback, a folder of their own."""

import imaplib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from imapclient import imap_utf7

from tests.servers.certificates import Certificates
from tests.servers.pair import USERS

_MAIL_ID = 5000  # Dovecot refuses to deliver as root
_SYSTEM_FLAGS = {"seen", "answered", "flagged", "deleted", "draft"}

_DOVECOT = """
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {root}/run
state_dir = {root}/lib
log_path = {root}/dovecot.log
default_internal_user = dovecot
default_login_user = dovenull
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/passwd
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {root}/passwd
}}
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 50
mailbox_idle_check_interval = 1 secs
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {auth}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@dept.example
}}
"""

_POSTFIX = """
compatibility_level = 3.6
config_directory = {root}/etc
queue_directory = {root}/queue
data_directory = {root}/data
maillog_file = {root}/postfix.log
maillog_file_prefixes = {root}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.dept.example
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
disable_dns_lookups = yes
smtp_dns_support_level = disabled
default_transport = error:outside mail is disabled here
relay_domains = {domains}
relay_recipient_maps = inline:{{ {recipients} }}
transport_maps = inline:{{ {transports} }}
message_size_limit = 83886080
mailbox_size_limit = 0
smtputf8_enable = no
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_tls_security_level = may
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
"""

_POSTFIX_SERVICES = """
127.0.0.1:{smtp} inet n - n - - smtpd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
proxymap  unix  - - n - - proxymap
error     unix  - - n - - error
retry     unix  - - n - - error
lmtp      unix  - - n - - lmtp
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


class RealServers:
    """See `pair.ServerPair`. Fails loudly when it is not root or a program is missing."""

    def __init__(self, certificates: Certificates) -> None:
        if os.geteuid() != 0:
            raise RuntimeError("the real servers need root: they run as users of their own")
        self._dovecot, self._postfix = program("dovecot"), program("postfix")
        self._doveadm = program("doveadm")
        self._certificates = certificates
        # Not pytest's folder: the servers' own users must be able to walk into it.
        self._root = Path(tempfile.mkdtemp(prefix="real-servers-"))
        self._root.chmod(0o755)
        self.imap_port, self.imaps_port, self.smtp_port, self._lmtp, self._auth = free_ports(5)

    def __enter__(self) -> Self:
        try:
            self._start_dovecot()
            self._start_postfix()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        _stop(self._root / "postfix/queue/pid/master.pid")
        _stop(self._root / "dovecot/run/master.pid")
        shutil.rmtree(self._root, ignore_errors=True)

    def empty(self) -> None:
        """Throw all mail away, for the next test."""
        for user in USERS:
            subprocess.run([*self._admin("kick"), user], capture_output=True, check=False)
            shutil.rmtree(self._home(user), ignore_errors=True)

    def deliver(self, user: str, raw: bytes, received: datetime | None = None, folder: str = "INBOX") -> int:
        with self._imap(user) as imap:
            date = imaplib.Time2Internaldate(received) if received else None
            said = imap.append(_quoted(folder), "", date, raw)[1][0]
            return int(re.search(rb"APPENDUID \d+ (\d+)", said).group(1))

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        self._await_delivery()
        with self._imap(user) as imap:
            if imap.select(_quoted(folder), readonly=True)[1] == [b"0"]:
                return []
            return [item[1] for item in imap.fetch("1:*", "(BODY.PEEK[])")[1] if isinstance(item, tuple)]

    def _await_delivery(self) -> None:
        """Until Postfix has handed over all that it took."""
        until = time.monotonic() + 20
        queue = self._root / "postfix/queue"
        while any(path.is_file() for name in ("incoming", "active") for path in (queue / name).rglob("*")):
            assert time.monotonic() < until, _tail(self._root / "postfix/postfix.log")
            time.sleep(0.02)

    def folders(self, user: str) -> list[str]:
        with self._imap(user) as imap:
            return [imap_utf7.decode(line.rsplit(b' "/" ', 1)[1].strip(b'"')) for line in imap.list()[1]]

    def flags(self, user: str, folder: str = "INBOX") -> dict[int, frozenset[str]]:
        with self._imap(user) as imap:
            imap.select(_quoted(folder), readonly=True)
            lines = imap.uid("FETCH", "1:*", "(FLAGS)")[1]
            found = (re.search(rb"FLAGS \(([^)]*)\)", line) for line in lines)
            uids = (re.search(rb"UID (\d+)", line) for line in lines)
            return {
                int(uid.group(1)): frozenset(flags.group(1).decode().split()) - {"\\Recent"}
                for uid, flags in zip(uids, found, strict=True)
            }

    def set_flags(self, user: str, uid: int, flags: Iterable[str], folder: str = "INBOX") -> None:
        with self._imap(user) as imap:
            imap.select(_quoted(folder))
            imap.uid("STORE", str(uid), "FLAGS", f"({' '.join(flags)})")

    def remove(self, user: str, uid: int, folder: str = "INBOX") -> None:
        with self._imap(user) as imap:
            imap.select(_quoted(folder))
            imap.uid("STORE", str(uid), "+FLAGS", "(\\Deleted)")
            imap.uid("EXPUNGE", str(uid))

    def renumber(self, user: str, folder: str = "INBOX") -> None:
        """Only INBOX: delete Dovecot's lists of UIDs, as a rebuilt server would have none."""
        assert folder == "INBOX"
        subprocess.run([*self._admin("kick"), user], capture_output=True, check=False)
        time.sleep(1.1)  # Dovecot takes the second of the rebuild as the new UIDVALIDITY
        for path in (self._home(user) / "Maildir").glob("dovecot*"):
            path.unlink()

    def forbid_changes(self, user: str, folder: str = "INBOX") -> None:
        assert folder == "INBOX"
        for name in ("cur", "new", "tmp", ""):
            (self._home(user) / "Maildir" / name).chmod(0o555)

    @contextmanager
    def _imap(self, user: str) -> Iterator[imaplib.IMAP4]:
        imap = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=10)
        try:
            imap.login(user, USERS[user])
            yield imap
        finally:
            imap.logout()

    def _home(self, user: str) -> Path:
        return self._root / "dovecot/mail" / user

    def _admin(self, command: str) -> list[str]:
        return [self._doveadm, "-c", str(self._root / "dovecot/dovecot.conf"), command]

    def _paths(self) -> dict[str, Path]:
        """Copies that the servers' users may read."""
        cert = self._root / "server.pem"
        shutil.copy(self._certificates.good, cert)
        shutil.copy(self._certificates.good.with_suffix(".key"), cert.with_suffix(".key"))
        return {"cert": cert, "key": cert.with_suffix(".key")}

    def _start_dovecot(self) -> None:
        root = self._root / "dovecot"
        for folder in ("mail", "run", "lib"):
            (root / folder).mkdir(parents=True)
        os.chown(root / "mail", _MAIL_ID, _MAIL_ID)
        (root / "passwd").write_text(
            "".join(f"{u}:{{PLAIN}}{p}:{_MAIL_ID}:{_MAIL_ID}::{root}/mail/{u}::\n" for u, p in USERS.items())
        )
        ports = {"imap": self.imap_port, "imaps": self.imaps_port, "lmtp": self._lmtp, "auth": self._auth}
        (root / "dovecot.conf").write_text(_DOVECOT.format(root=root, **ports, **self._paths()))
        _run([self._dovecot, "-c", str(root / "dovecot.conf")], root / "dovecot.log")
        await_port(self.imap_port, root / "dovecot.log")

    def _start_postfix(self) -> None:
        root = self._root / "postfix"
        for folder in ("etc", "queue", "data"):
            (root / folder).mkdir(parents=True)
        os.chown(root / "data", pwd.getpwnam("postfix").pw_uid, -1)
        domains = sorted({user.partition("@")[2] for user in USERS})
        (root / "etc/main.cf").write_text(
            _POSTFIX.format(
                root=root,
                auth=self._auth,
                domains=" ".join(domains),
                recipients=" ".join(f"{{ {user} = ok }}" for user in USERS),
                transports=" ".join(f"{{ {d} = lmtp:inet:127.0.0.1:{self._lmtp} }}" for d in domains),
                **self._paths(),
            )
        )
        (root / "etc/master.cf").write_text(_POSTFIX_SERVICES.format(smtp=self.smtp_port))
        _run([self._postfix, "-c", str(root / "etc"), "start"], root / "postfix.log")
        await_port(self.smtp_port, root / "postfix.log")


def program(name: str) -> str:
    """Where a server of the distribution lies. Raises RuntimeError when it is not installed."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    if path is None:
        raise RuntimeError(f"{name} is not installed: apt-get install dovecot-imapd dovecot-lmtpd postfix")
    return path


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody uses just now."""
    links = [socket.socket() for _ in range(count)]
    for link in links:
        link.bind(("127.0.0.1", 0))
    ports = [link.getsockname()[1] for link in links]
    for link in links:
        link.close()
    return ports


def _run(command: list[str], log: Path) -> None:
    # Detached: both keep their starter's output open for as long as they live.
    null = subprocess.DEVNULL
    done = subprocess.run(command, stdin=null, stdout=null, stderr=null, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}: {_tail(log)}")


def await_port(port: int, log: Path, *, greets: bool = True) -> None:
    """Wait until a server listens, and greets. Raises RuntimeError with the end of its log when none does."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
                if not greets or link.recv(1):
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nothing answers on port {port}: {_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:] if log.exists() else "no log"


def _stop(pid_file: Path) -> None:
    try:
        pid = int(pid_file.read_text())
        os.kill(pid, signal.SIGTERM)
    except (OSError, ValueError):
        return
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if not _is_running(pid):
            return
        time.sleep(0.05)


def _is_running(pid: int) -> bool:
    """Not so of a process that has ended and that nobody has asked for its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _quoted(folder: str) -> str:
    return '"' + imap_utf7.encode(folder).decode("ascii") + '"'
