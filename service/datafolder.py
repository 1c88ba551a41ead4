"""What a data folder holds beside the archive: the records and the signing key. Nothing starts over half a folder."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from service.archive import Archive
from service.backup import Manifest, marker
from service.errors import DatabaseUnusable
from service.records.engine import open_engine
from service.records.files import database_file
from service.records.store import LAST_BACKUP, Records
from service.settings import Settings


@contextmanager
def open_records(settings: Settings) -> Iterator[Records]:
    """The records, opened beside a running service. Raises DatabaseUnusable, as the service does."""
    refuse_a_lost_database(settings, Archive(settings.data_dir / "archive"))
    records = Records(open_engine(settings.database_url))
    try:
        yield records
    finally:
        records.engine.dispose()


def note_backup(settings: Settings, manifest: Manifest, folder: Path) -> None:
    """Keep in the records that a backup was made, for `doctor`."""
    engine = open_engine(settings.database_url)
    try:
        Records(engine).set_note(LAST_BACKUP, f"{manifest.made} {folder}")
    finally:
        engine.dispose()


def signing_key(data_dir: Path) -> bytes:
    """The key that signs our Message-IDs: made once, kept with the data, readable by the service only."""
    file = data_dir / "signing.key"
    data_dir.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        _make_key(file)
    return file.read_bytes()


def _make_key(file: Path) -> None:
    """Whole or not at all: written beside, then linked into place; of two makers the first wins."""
    descriptor, beside = tempfile.mkstemp(dir=file.parent, prefix=".signing-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(32))
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileExistsError):
            os.link(beside, file)
    finally:
        Path(beside).unlink()


def refuse_a_lost_database(settings: Settings, archive: Archive) -> None:
    """An archive without its database would answer every submitter again: a person has to say what happened.

    An empty file beside an empty archive is what a first start leaves that died while it made the database.
    """
    refuse_a_half_restore(settings)
    file = database_file(settings.database_url)
    if file is None:
        return
    if next(iter(archive), None) is None:
        if file.exists() and not file.stat().st_size:
            file.unlink()
    elif not file.exists() or not file.stat().st_size:
        raise DatabaseUnusable(
            f"数据库 {file}",
            "文件不见了或是空的，而存档里有邮件；重新开始会再次答复所有人",
            "请先用备份恢复数据库文件；没有备份时可用 rebuild 由存档重建",
        )


def refuse_a_half_restore(settings: Settings) -> None:
    """What a restore brought back in part is nothing to work with."""
    if (state := marker.begun(settings.data_dir)) is not None:
        raise DatabaseUnusable(
            f"数据目录 {settings.data_dir}", f"从备份 {state} 的恢复没有完成", "请再次运行同样的 restore 命令"
        )
