"""From the bytes of a mail to a Submission. Pure, bounded, deterministic; never raises for what a mail holds.

`read_mail` does the whole reading in this process; the service calls it through `service.reading.sandbox.Reader`.
Importing this package loads no document library: the parent process never opens a submitter's file.
"""

from typing import TYPE_CHECKING

from service.reading.version import READER_VERSION

if TYPE_CHECKING:
    from service.domain.rules import Rulebook
    from service.domain.submission import Submission
    from service.reading.letters import Ocr
    from service.reading.watch import Watch

__all__ = ["READER_VERSION", "read_mail"]


def read_mail(content: bytes, rulebook: "Rulebook", ocr: "Ocr", watch: "Watch | None" = None) -> "Submission":
    """Read one mail. Never raises for any bytes."""
    from service.reading import reader

    return reader.read_mail(content, rulebook, ocr, watch)
