"""What stands over the reading of single files, so that one that ends its reader costs only itself.

The reading child tells its parent which file it opens, and grants it a share of processor time. When the child ends
there, the parent has the mail read again without that file.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

GIVEN_UP = "读取这个文件超出了时限或内存，或使读取中断，已跳过，需人工查看"


class Watch(Protocol):
    """Over the files of one mail."""

    def gives_up(self, sha256: str) -> bool:
        """Whether this file ended an earlier reading of the mail, and is to be left alone."""

    def over(self, sha256: str) -> AbstractContextManager[None]:
        """To be held while a library is at work on this file."""


class Unwatched:
    """Watches nothing: for a reading in the caller's own process."""

    def gives_up(self, sha256: str) -> bool:  # noqa: ARG002
        return False

    @contextmanager
    def over(self, sha256: str) -> Iterator[None]:  # noqa: ARG002
        yield
