"""The archive: every mail's exact bytes under their SHA-256, and beside them what reading made of them.

A file that can be found under its hash is whole: it was written elsewhere in the same file system, brought to
disk, and then given its name. A crash leaves at most a nameless file in `incoming`, never half a mail.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from tempfile import NamedTemporaryFile

from service.durable import make_folders, sha256_of, sync_folder

_HASH = re.compile(r"[0-9a-f]{64}\Z")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}\Z")


def _nothing(_step: str) -> None:
    """The hook of normal life; crash tests pass one that ends the process."""


class Archive:
    """Content-addressed files below one folder. Safe for several processes at once.

    step is called between the durable steps of every write with the step's name, for crash tests.
    Every method that writes raises OSError (a full disk: ENOSPC) and then leaves nothing behind.
    """

    def __init__(self, root: Path, step: Callable[[str], None] = _nothing) -> None:
        self._mails = root / "mails"
        self._readings = root / "readings"
        self._incoming = root / "incoming"
        self._step = step

    def store(self, content: bytes) -> str:
        """Keep these bytes durably and return their SHA-256 in hex. Safe to call twice."""
        sha256 = hashlib.sha256(content).hexdigest()
        target = self.path(sha256)
        if not target.exists():
            self._write(target, content)
        return sha256

    def path(self, sha256: str) -> Path:
        """Where the bytes of this hash lie, whether or not they are there. ValueError for what is no hash."""
        return self._mails / _fan_out(sha256) / f"{sha256}.eml"

    def has(self, sha256: str) -> bool:
        """Whether the bytes of this hash are kept."""
        return self.path(sha256).exists()

    def read(self, sha256: str) -> bytes:
        """The bytes; FileNotFoundError when they are not kept."""
        return self.path(sha256).read_bytes()

    def open(self, sha256: str) -> BufferedReader:
        """The bytes as a file to read from; FileNotFoundError when they are not kept."""
        return self.path(sha256).open("rb")

    def put_reading(self, sha256: str, version: str, reading: bytes) -> None:
        """Keep what one version of the reader made of a mail; a repeated reading replaces the earlier one."""
        self._write(self.reading_path(sha256, version), reading)

    def get_reading(self, sha256: str, version: str) -> bytes | None:
        """What that version of the reader made of the mail; None when it has not read it."""
        try:
            return self.reading_path(sha256, version).read_bytes()
        except FileNotFoundError:
            return None

    def has_reading(self, sha256: str, version: str) -> bool:
        """Whether that version of the reader has read the mail."""
        return self.reading_path(sha256, version).exists()

    def newest_reading(self, sha256: str) -> bytes | None:
        """What the version that read the mail last made of it; None when none did."""
        kept = (self._readings / _fan_out(sha256)).glob(f"{sha256}.*.json")
        newest = max(kept, key=lambda path: path.stat().st_mtime_ns, default=None)
        return newest.read_bytes() if newest is not None else None

    def was_read(self, sha256: str) -> bool:
        """Whether any version of the reader has read the mail."""
        folder = self._readings / _fan_out(sha256)
        return next(folder.glob(f"{sha256}.*.json"), None) is not None

    def __iter__(self) -> Iterator[str]:
        """Every hash kept, in ascending order."""
        for path in sorted(self._mails.glob("??/??/*.eml")):
            if _HASH.match(path.stem):
                yield path.stem

    def readings(self) -> Iterator[tuple[str, str]]:
        """Hash and reader's version of every reading kept, in ascending order."""
        for path in sorted(self._readings.glob("??/??/*.json")):
            sha256, _, version = path.name.removesuffix(".json").partition(".")
            if _HASH.match(sha256) and _VERSION.match(version):
                yield sha256, version

    def damaged(self) -> Iterator[str]:
        """Every hash whose file no longer has that hash: for `doctor` and after a restore."""
        for sha256 in self:
            if not self.is_whole(sha256):
                yield sha256

    def is_whole(self, sha256: str) -> bool:
        """Whether the bytes kept under this hash have it. FileNotFoundError when none are."""
        return sha256_of(self.path(sha256)) == sha256

    def sweep(self) -> int:
        """Remove what writers that died left in `incoming`; call it when no other process writes."""
        left = [path for path in self._incoming.glob("*") if path.is_file()]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def reading_path(self, sha256: str, version: str) -> Path:
        """Where a reading lies, whether or not it is there. ValueError for what names no reading."""
        if not _VERSION.match(version):
            raise ValueError(f"{version!r} cannot name a reader's version")
        return self._readings / _fan_out(sha256) / f"{sha256}.{version}.json"

    def _write(self, target: Path, content: bytes) -> None:
        draft = self._draft(content)
        try:
            make_folders(target.parent)
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        self._step("named")
        sync_folder(target.parent)
        self._step("kept")

    def _draft(self, content: bytes) -> Path:
        """A file in `incoming` that holds the bytes and is on disk."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self._incoming, delete=False) as file:
            try:
                self._step("drafting")
                file.write(content)
                file.flush()
                self._step("written")
                os.fsync(file.fileno())
                self._step("synced")
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        return Path(file.name)


def _fan_out(sha256: str) -> Path:
    if not _HASH.match(sha256):
        raise ValueError(f"{sha256!r} is not a SHA-256 in lower-case hex")
    return Path(sha256[:2], sha256[2:4])
