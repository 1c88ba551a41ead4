"""Bringing a backup back into a data folder that holds nothing: the archive first, the database last.

Looked through whole before anything is written. A run that dies leaves a sign that keeps the service from starting,
and the same command goes on. What the backup cannot know (which letters left since) is left to staff.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from service.archive import Archive
from service.backup import marker
from service.backup.manifest import DATABASE, KEPT, KEY, Manifest, folders_of, read_manifest
from service.durable import DRAFT, copy_file, copy_tree, make_folders, sha256_of, sync_file, sync_folder
from service.errors import BackupUnusable, DatabaseUnusable
from service.locking import only_one
from service.records.engine import has_tables, open_engine
from service.records.files import close_for_good, database_file, flaw_of, mails_of, side_files
from service.records.store import LAST_BACKUP, Records
from service.settings import Settings

Tick = Callable[[], None]
Progress = Callable[[str, int], Tick]


@dataclass(frozen=True, slots=True)
class _Moment:
    """When a restore is made, and what of that time is left to staff."""

    now: datetime
    hold_inbox: bool


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore came to."""

    manifest: Manifest
    mails: int
    parked: int  # letters that waited, now left to staff
    damaged: tuple[str, ...]  # mails of the backup that are damaged or missing, left out
    brought: tuple[Path, ...] = field(default=())  # folders of rules or templates that were missing


def restore(
    settings: Settings,
    folder: Path,
    now: datetime,
    *,
    without_damaged: bool = False,
    hold_inbox: bool = False,
    progress: Progress = lambda _title, _total: lambda: None,
) -> Restored:
    """Bring everything back. Safe to call again after it died; refuses a data folder that holds anything else.

    without_damaged: go on although mails of the backup are damaged; else that ends it before anything is written.
    hold_inbox: letters about what lies in the inbox already are left to staff too, see `service.recalling`.
    Raises BackupUnusable, DatabaseUnusable, ConfigurationInvalid.
    """
    with _plainly(folder, settings.data_dir):
        manifest = read_manifest(folder)
        _check_state(folder / manifest.state, manifest)
        with only_one(settings.data_dir):
            _refuse_what_is_there(settings, manifest)
            damaged = _damaged(folder, manifest, progress)
            if damaged and not without_damaged:
                shown = "、".join(sha256[:12] for sha256 in damaged[:20])
                raise BackupUnusable(
                    f"备份 {folder}",
                    f"有 {len(damaged)} 封邮件已损坏或缺失：{shown}",
                    "没有写入任何内容；请换一份备份，或加 --without-damaged 恢复其余的",
                )
            return _bring_back(settings, folder, manifest, damaged, _Moment(now, hold_inbox), progress)


def _check_state(state: Path, manifest: Manifest) -> None:
    for name, sha256 in manifest.files.items():
        file = state / name
        if not file.is_file() or sha256_of(file) != sha256:
            raise BackupUnusable(f"备份 {file}", "与 manifest.json 所记不符，已损坏或缺失", "请换一份备份")
    if manifest.database is not None and (flaw := flaw_of(state / DATABASE)):
        raise BackupUnusable(f"备份 {state / DATABASE}", f"数据库已损坏（{flaw}）", "请换一份备份")


def _refuse_what_is_there(settings: Settings, manifest: Manifest) -> None:
    begun = marker.begun(settings.data_dir)
    if begun == manifest.state:
        return
    if begun is not None:
        raise BackupUnusable(
            f"数据目录 {settings.data_dir}", "另一份备份的恢复没有完成", "请先用原来那份备份再次运行 restore"
        )
    file = database_file(settings.database_url)
    if file is not None and file.exists() and not _knows_nothing(file):
        raise BackupUnusable(f"数据库 {file}", "已经有一个数据库", "没有改动；如确要恢复，请先把它移到别处")
    if next(iter(Archive(settings.data_dir / "archive")), None) is not None:
        raise BackupUnusable(
            f"数据目录 {settings.data_dir}",
            "存档里已有邮件",
            "没有改动；只是数据库损坏时请用 rebuild，确要恢复时请先把整个数据目录移到别处",
        )
    if file is None and manifest.counts["mails"] and not has_tables(settings.database_url):
        raise DatabaseUnusable("PostgreSQL 数据库", "里面没有台账", "请先用 pg_restore 恢复数据库，再运行 restore")


def _knows_nothing(file: Path) -> bool:
    """A database that `doctor` or a first start made, before any mail came."""
    return not side_files(file) and not flaw_of(file) and not mails_of(file)


def _damaged(folder: Path, manifest: Manifest, progress: Progress) -> tuple[str, ...]:
    """Mails whose bytes are not what they were, and mails that the database knows and the archive lacks."""
    archive = Archive(folder / "archive")
    kept = list(archive)
    tick = progress("检查备份", len(kept))
    bad = set()
    for sha256 in kept:
        if not archive.is_whole(sha256):
            bad.add(sha256)
        tick()
    known = mails_of(folder / manifest.state / DATABASE) if manifest.database is not None else frozenset()
    return tuple(sorted(bad | (known - set(kept))))


def _bring_back(
    settings: Settings, folder: Path, manifest: Manifest, damaged: tuple[str, ...], when: _Moment, progress: Progress
) -> Restored:
    data, state = settings.data_dir, folder / manifest.state
    file = database_file(settings.database_url)
    is_placed = marker.begun(data) is not None and file is not None and file.exists()
    if marker.begun(data) is None:
        if file is not None and file.exists():  # it knew nothing; beside the sign it would be taken for ours
            file.unlink()
            sync_folder(file.parent)
        marker.begin(data, manifest.state)
    mails = _copy_archive(Archive(folder / "archive"), Archive(data / "archive"), frozenset(damaged), progress)
    if KEY in manifest.files:
        copy_file(state / KEY, data / "signing.key")
    copy_tree(state / KEPT, data / "kept_rules")
    brought = tuple(target for name, target in folders_of(settings).items() if _fill_in(state / name, target))
    if file is None:
        parked = _leave_to_staff(settings.database_url, folder, manifest, when)
    elif is_placed:
        parked = 0  # it died between the last two steps
    else:
        parked = _place_database(state / DATABASE, file, folder, manifest, when)
    marker.end(data)
    return Restored(manifest, mails, parked, damaged, brought)


def _copy_archive(source: Archive, target: Archive, damaged: frozenset[str], progress: Progress) -> int:
    mails, readings = [sha256 for sha256 in source if sha256 not in damaged], list(source.readings())
    tick = progress("恢复存档", len(mails) + len(readings))
    for sha256 in mails:
        target.store(source.read(sha256))
        tick()
    for sha256, version in readings:
        if sha256 not in damaged and not target.reading_path(sha256, version).exists():
            target.put_reading(sha256, version, source.reading_path(sha256, version).read_bytes())
        tick()
    target.sweep()
    return len(mails)


def _fill_in(source: Path, target: Path) -> bool:
    """Bring a folder back where there is none, or an empty one; whole or not at all."""
    if not source.is_dir() or (target.is_dir() and any(target.iterdir())):
        return False
    make_folders(target.parent)
    for left in target.parent.glob(f"{DRAFT}{target.name}-*"):
        shutil.rmtree(left)
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=f"{DRAFT}{target.name}-"))
    copy_tree(source, draft)
    draft.chmod(0o755)  # admins edit it, who are not the service
    draft.rename(target)
    sync_folder(target.parent)
    return True


def _place_database(source: Path, file: Path, folder: Path, manifest: Manifest, when: _Moment) -> int:
    """The database under its name, with its letters left to staff already. Returns how many those are."""
    make_folders(file.parent)
    draft = file.with_name(f"{file.name}.restoring")
    for left in (draft, *side_files(draft), *side_files(file)):
        left.unlink(missing_ok=True)  # of a run that died, or of a database that is gone
    copy_file(source, draft)
    parked = _leave_to_staff(f"sqlite:///{draft}", folder, manifest, when)
    close_for_good(draft)
    sync_file(draft)
    draft.replace(file)
    sync_folder(file.parent)
    return parked


def _leave_to_staff(url: str, folder: Path, manifest: Manifest, when: _Moment) -> int:
    engine = open_engine(url)
    try:
        records = Records(engine)
        parked = records.note_restore(when.now, hold_inbox=when.hold_inbox)
        records.set_note(LAST_BACKUP, f"{manifest.made} {folder}")
        return parked
    finally:
        engine.dispose()


@contextmanager
def _plainly(folder: Path, data_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        seen = f"{error.strerror or error}{f'：{error.filename}' if error.filename else ''}"
        todo = f"请检查 {data_dir} 的磁盘空间和权限，然后再次运行；完成之前服务不会启动"
        raise BackupUnusable(f"从 {folder} 恢复", seen, todo) from error
