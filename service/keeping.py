"""The rules that were in force, version by version, beside the data: a broken folder never stops the service.

A version's folder is whole or not there, and never changed; `current` names the last one that was taken up, of
several campaigns `current.NAME` that of each.
"""

import os
import shutil
import tempfile
from pathlib import Path

import structlog

from service import rulebook
from service.domain.rules import Rulebook
from service.durable import sync_folder
from service.rulebook.files import RULES_FILES

_NAME_LENGTH = 16  # of a version, as a folder's name

log = structlog.get_logger()


class KeptRules:
    """Copies below one folder. Not for two writers at once: the service holds its lock."""

    def __init__(self, root: Path, campaign: str = "") -> None:
        """campaign: whose rules these are, where several are kept."""
        self._root = root
        self._current = root / (f"current.{campaign}" if campaign else "current")

    def keep(self, folder: Path, book: Rulebook) -> None:
        """Keep the files a rulebook was made of, as the last good ones. What cannot be kept is logged, no more."""
        name = book.version[:_NAME_LENGTH]
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            for left in self._root.glob(".draft-*"):  # of one that died over it
                shutil.rmtree(left, ignore_errors=True)
            if not (self._root / name).is_dir() and not self._copied(folder, book, self._root / name):
                return
            if self._named() != name:
                self._name(name)
        except OSError as error:
            log.warning("rules not kept", error=str(error))

    def last(self) -> Path | None:
        """The folder of the last good rules; None when none were kept."""
        name = self._named()
        folder = self._root / name if name else None
        return folder if folder is not None and folder.is_dir() else None

    def folder_of(self, version: str) -> Path | None:
        """The folder of a version that was in force; None when it was not kept."""
        folder = self._root / version[:_NAME_LENGTH]
        return folder if version and folder.is_dir() else None

    def _copied(self, folder: Path, book: Rulebook, target: Path) -> bool:
        """False when the folder no longer holds what the rulebook was made of."""
        draft = Path(tempfile.mkdtemp(dir=self._root, prefix=".draft-"))
        try:
            for name in RULES_FILES:
                if (folder / name).exists():
                    _copy(folder / name, draft / name)
            if rulebook.load(draft).version != book.version:
                return False
            draft.rename(target)
            sync_folder(self._root)
        except rulebook.RulesInvalid:
            return False
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return True

    def _named(self) -> str:
        try:
            return self._current.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def _name(self, name: str) -> None:
        draft = self._root / f".{self._current.name}"
        with draft.open("w", encoding="ascii") as file:
            file.write(name)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._current)
        sync_folder(self._root)


def _copy(source: Path, target: Path) -> None:
    with target.open("wb") as file:
        file.write(source.read_bytes())
        file.flush()
        os.fsync(file.fileno())
