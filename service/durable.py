"""Files that survive a power cut: written beside, brought to disk, then given their name.

A file found under its name is whole; a crash leaves at most a draft, whose name begins with a dot.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

DRAFT = ".draft-"
"""How the names of unfinished files and folders begin."""


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folders(folder: Path) -> None:
    """Make the folder and bring each new entry on the way to disk: a file is only as durable as its folders."""
    if folder.exists():
        return
    make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def write_file(target: Path, content: bytes) -> None:
    """Put a file in its place, whole or not at all, readable by its owner only. Raises OSError."""
    draft = target.with_name(f"{DRAFT}{target.name}")
    try:
        with _drafted(draft) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def _drafted(draft: Path) -> BinaryIO:
    return os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def sync_file(file: Path) -> None:
    """Bring a file that somebody else wrote to disk."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def copy_file(source: Path, target: Path) -> None:
    """A copy in its place, whole or not at all, readable by its owner only. Raises OSError."""
    draft = target.with_name(f"{DRAFT}{target.name}")
    try:
        with source.open("rb") as reading, _drafted(draft) as writing:
            shutil.copyfileobj(reading, writing, 1 << 20)
            writing.flush()
            os.fsync(writing.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def copy_tree(source: Path, target: Path, leave_out: frozenset[Path] = frozenset()) -> None:
    """Copy a folder's files, at any depth, but for these and for drafts. Nothing when there is no such folder."""
    for file in files_below(source):
        if file.resolve() not in leave_out:
            place = target / file.relative_to(source)
            make_folders(place.parent)
            copy_file(file, place)


def files_below(folder: Path) -> Iterator[Path]:
    """Every file at any depth, in order of name, but for drafts."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(DRAFT) for part in path.relative_to(folder).parts):
            yield path


def sha256_of(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
