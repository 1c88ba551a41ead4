"""Files of a rules folder written all or none, whenever the service dies.

What is to be written lies whole beside the data before the first file of the folder changes; whoever starts next
finishes it. Each file is replaced in one step, as an editor does it, so that the service takes it up as it does a
person's save. A file that a person changed meanwhile is left to him.
"""

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import structlog

from service.durable import DRAFT, make_folders, sha256_of, sync_folder, write_file

_JOURNAL = "rules_being_written"
_LIST = "files.json"

log = structlog.get_logger()

Contents = Mapping[str, bytes | None]
"""What each file is to hold; None: it is to go."""


def is_writable(folder: Path) -> bool:
    """Whether this process may put files into a folder."""
    return os.access(folder, os.W_OK | os.X_OK)


class Journal:
    """What is being written into one rules folder. campaign: whose folder it is, where there are several."""

    def __init__(self, folder: Path, data_dir: Path, campaign: str = "") -> None:
        self._folder = folder
        self._place = data_dir / (f"{_JOURNAL}.{campaign}" if campaign else _JOURNAL)

    @property
    def is_unfinished(self) -> bool:
        """Whether a writing was begun and not brought to its end."""
        return (self._place / _LIST).exists()

    def write_all(self, contents: Contents) -> None:
        """Put these contents in place. Raises OSError, and then nothing has changed unless `is_unfinished`."""
        self.finish()
        drafts = _drafts(self._folder, contents)
        try:
            self._begin(contents)
            self.finish()
        finally:
            for draft in drafts:
                draft.unlink(missing_ok=True)

    def finish(self) -> None:
        """Bring a writing that was begun to its end. Does nothing without one; safe to call again. Raises OSError."""
        if not self.is_unfinished:
            return
        plan = json.loads((self._place / _LIST).read_text("utf-8"))
        for name, (before, after) in plan.items():
            target = self._folder / name
            now = _digest(target)
            if now == after:
                continue
            if now != before:
                log.warning("rules file changed by somebody else meanwhile, left alone", file=name)
            elif after is None:
                target.unlink()
            else:
                _draft(target, (self._place / name).read_bytes()).replace(target)
        sync_folder(self._folder)
        (self._place / _LIST).unlink()  # without its list it says nothing
        shutil.rmtree(self._place)
        sync_folder(self._place.parent)

    def _begin(self, contents: Contents) -> None:
        """The list is written last: without it nothing was begun."""
        shutil.rmtree(self._place, ignore_errors=True)
        make_folders(self._place)
        plan: dict[str, tuple[str | None, str | None]] = {}
        for name, content in contents.items():
            if content is not None:
                write_file(self._place / name, content)
            plan[name] = (_digest(self._folder / name), _digest(self._place / name))
        write_file(self._place / _LIST, json.dumps(plan).encode())


def _digest(file: Path) -> str | None:
    return sha256_of(file) if file.exists() else None


def _drafts(folder: Path, contents: Contents) -> list[Path]:
    """Everything once beside its place: a disk that is full or not to be written on is noticed before anything
    changes."""
    drafts: list[Path] = []
    try:
        for name, content in contents.items():
            if content is not None:
                drafts.append(_draft(folder / name, content))
            elif not is_writable(folder):
                raise PermissionError(errno.EACCES, "Permission denied", str(folder))
    except OSError:
        for draft in drafts:
            draft.unlink(missing_ok=True)
        raise
    return drafts


def _draft(target: Path, content: bytes) -> Path:
    """A file on disk beside its place, with the mode and owner that the file there has. Raises OSError, and then there
    is none."""
    draft = target.with_name(f"{DRAFT}{target.name}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, draft)
            found = target.stat()
            with contextlib.suppress(PermissionError):
                os.chown(draft, found.st_uid, found.st_gid)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return draft
