"""Making a backup beside the running service: the database first, then the archive, which then holds every mail that
the database knows; the manifest last.

What is copied is on disk before it has its name. Nothing of the backup before is touched until the new one is whole.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from service import __version__
from service.archive import Archive
from service.backup.manifest import (
    CONFIG,
    DATABASE,
    KEPT,
    KEY,
    Manifest,
    describe,
    folders_of,
    read_manifest,
    write_manifest,
)
from service.durable import DRAFT, copy_file, copy_tree, make_folders, sync_file, sync_folder
from service.errors import BackupUnusable, DatabaseUnusable
from service.locking import only_one
from service.records.files import database_file, flaw_of, snapshot, sums_of
from service.settings import Settings

STATE = "state-"
Tick = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Made:
    """What a backup came to."""

    manifest: Manifest
    new_mails: int
    new_readings: int


def back_up(
    settings: Settings, folder: Path, now: datetime, progress: Callable[[int], Tick] = lambda _: lambda: None
) -> Made:
    """Bring a folder's backup up to date. progress: called once with the number of things to look at.

    Raises BackupUnusable, DatabaseUnusable; ConfigurationInvalid when another backup to this folder is under way.
    """
    with _plainly(folder):
        if not folder.exists():
            make_folders(folder.parent)
            folder.mkdir(mode=0o700)
        with only_one(folder):
            _sweep(folder)
            draft = Path(tempfile.mkdtemp(dir=folder, prefix=DRAFT))
            try:
                return _fill(settings, folder, draft, now, progress)
            finally:
                shutil.rmtree(draft, ignore_errors=True)


def _fill(settings: Settings, folder: Path, draft: Path, now: datetime, progress: Callable[[int], Tick]) -> Made:
    counts = _copy_database(settings, draft)
    mails, damaged = 0, []
    source, target = Archive(settings.data_dir / "archive"), Archive(folder / "archive")
    todo, readings = list(source), list(source.readings())
    tick = progress(len(todo) + len(readings))
    for sha256 in todo:
        match _copy_mail(sha256, source, target):
            case None:
                damaged.append(sha256)
            case is_new:
                mails += is_new
        tick()
    new_readings = 0
    for sha256, version in readings:
        new_readings += _copy_reading(sha256, version, source, target)
        tick()
    _copy_settings(settings, draft)
    counts |= {"mails": sum(1 for _ in target), "readings": sum(1 for _ in target.readings())}
    state = _name(draft, folder, now)
    manifest = describe(state, now.astimezone(UTC), __version__, counts, tuple(damaged))
    write_manifest(folder, manifest)
    _sweep(folder)
    return Made(manifest, mails, new_readings)


def _copy_database(settings: Settings, draft: Path) -> dict[str, int]:
    file = database_file(settings.database_url)
    if file is None:
        return {}
    if not file.exists():
        raise DatabaseUnusable(f"数据库 {file}", "还没有这个文件，没有可备份的内容", "请先启动服务")
    copy = draft / DATABASE
    snapshot(file, copy)
    if flaw := flaw_of(copy):
        raise DatabaseUnusable(f"数据库 {file}", f"已损坏（{flaw}），原有备份没有改动", "请停止服务，用备份恢复")
    copy.chmod(0o600)
    sync_file(copy)
    return sums_of(copy)


def _copy_mail(sha256: str, source: Archive, target: Archive) -> bool | None:
    """Whether it was new; None when it is damaged, and no copy of better days is there."""
    if target.has(sha256) and target.path(sha256).stat().st_size == source.path(sha256).stat().st_size:
        return False
    if not source.is_whole(sha256):
        return False if target.has(sha256) and target.is_whole(sha256) else None
    target.path(sha256).unlink(missing_ok=True)  # of another length: damaged
    target.store(source.read(sha256))
    return True


def _copy_reading(sha256: str, version: str, source: Archive, target: Archive) -> bool:
    here, there = source.reading_path(sha256, version), target.reading_path(sha256, version)
    if there.exists() and there.stat().st_size == here.stat().st_size:
        return False
    target.put_reading(sha256, version, here.read_bytes())
    return True


def _copy_settings(settings: Settings, draft: Path) -> None:
    """Never a secret, wherever the configuration lets it lie."""
    sections = [*settings.mailboxes, *([settings.smtp] if settings.smtp else [])]
    secrets = frozenset(path for s in sections if (path := settings.path(s.password_file)) is not None)
    key = settings.data_dir / "signing.key"
    if key.exists():
        copy_file(key, draft / KEY)
    folders = {**folders_of(settings), KEPT: settings.data_dir / "kept_rules"}
    for name, source in folders.items():
        copy_tree(source, draft / name, secrets)
    if settings.file is not None:
        copy_file(settings.file, draft / CONFIG)


def _name(draft: Path, folder: Path, now: datetime) -> Path:
    state = folder / f"{STATE}{now.astimezone(UTC):%Y%m%dT%H%M%S}-{draft.name.removeprefix(DRAFT)}"
    sync_folder(draft)
    draft.rename(state)
    sync_folder(folder)
    return state


def _sweep(folder: Path) -> None:
    """Remove what runs that died left, and states that no manifest names. Under the folder's lock."""
    try:
        current = read_manifest(folder).state
    except BackupUnusable:
        current = None
    for path in folder.glob(f"{DRAFT}*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in folder.glob(f"{STATE}*"):
        if path.name != current and current is not None:
            shutil.rmtree(path)
    Archive(folder / "archive").sweep()


@contextmanager
def _plainly(folder: Path) -> Iterator[None]:
    """What the machine refuses, said as what it is: where, what was seen, what to do."""
    try:
        yield
    except OSError as error:
        seen = f"{error.strerror or error}{f'：{error.filename}' if error.filename else ''}"
        todo = f"原有备份没有改动；请检查 {folder} 的磁盘空间和权限，然后再次运行"
        raise BackupUnusable(f"备份 {folder}", seen, todo) from error
