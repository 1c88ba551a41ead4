"""A file that may be the form, and what tells its format: its beginning, its parts, its streams, each read once."""

import io
from enum import StrEnum
from functools import cached_property
from typing import Final

import olefile

from service.reading.forms.package import FileDamaged, Package
from service.reading.sniff import is_zip

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD: Final = 4096


class Kind(StrEnum):
    """What a file is to the person who sends it."""

    SPREADSHEET = "spreadsheet"
    WORD = "word"
    PAGES = "pages"
    TEXT = "text"
    UNKNOWN = "unknown"


class Candidate:
    """The bytes of one file, and what its directory says it holds."""

    def __init__(self, content: bytes, kind: Kind) -> None:
        self.content = content
        self.kind = kind
        self.is_compound = content.startswith(_OLE)

    @cached_property
    def is_package(self) -> bool:
        """Whether it is a zip archive, and no compound file with one inside."""
        return not self.is_compound and is_zip(self.content)

    @cached_property
    def package(self) -> Package:
        """The zip archive. Raises FileDamaged or FileRefused."""
        return Package(self.content)

    @cached_property
    def is_sealed(self) -> bool:
        """Whether it is a container of parts, and no text."""
        return self.is_package or self.is_compound

    def has_part(self, ending: str) -> bool:
        """Whether a part of the zip archive ends so. Raises FileDamaged or FileRefused."""
        return self.is_package and any(name.endswith(ending) for name in self.package.names())

    @cached_property
    def streams(self) -> frozenset[str]:
        """The streams of an OLE2 compound file, in lower case; none of any other. Raises FileDamaged."""
        if not self.is_compound:
            return frozenset()
        try:
            with olefile.OleFileIO(io.BytesIO(self.content)) as ole:
                return frozenset("/".join(path).lower() for path in ole.listdir(streams=True))
        except Exception:
            raise FileDamaged("文件已损坏，无法打开") from None

    @cached_property
    def head(self) -> bytes:
        """How a text begins, in lower case and single bytes, without its mark of order."""
        head = self.content[:_HEAD]
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode("utf-8", "replace")
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
