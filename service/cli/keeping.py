"""Commands that keep the data safe: backup, restore, rebuild."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import words
from service.cli.context import err, out, progress, settings
from service.cli.words import say

if TYPE_CHECKING:
    from service.rebuilding import Rebuilt
    from service.settings import Settings

_MOST_SHOWN = 50
BackupFolder = Annotated[Path, typer.Argument(metavar="DIR")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("backup", help="把全部数据备份到文件夹；服务可以照常运行")(backup)
    app.command("restore", help="从备份恢复到空的数据目录")(restore)
    app.command("rebuild", help="由存档和规则重建台账，不发任何信")(rebuild)


def backup(
    folder: BackupFolder,
    without_database: Annotated[
        bool, typer.Option("--without-database", help="数据库在 PostgreSQL 里、已由 pg_dump 另行备份")
    ] = False,
) -> int:
    from service.backup import back_up
    from service.bench import now
    from service.datafolder import note_backup, refuse_a_half_restore

    chosen, folder = settings(for_servers=False), folder.expanduser().resolve()
    _refuse_folder(folder, chosen)
    refuse_a_half_restore(chosen)
    with ExitStack() as stack:
        made = back_up(chosen, folder, now(), lambda total: stack.enter_context(progress("备份存档", total)))
    note_backup(chosen, made.manifest, folder)
    counts = made.manifest.counts
    out.print(
        f"{folder}：邮件 {counts['mails']} 封（新增 {made.new_mails}），读取结果新增 {made.new_readings}", markup=False
    )
    for sha256 in made.manifest.damaged:
        err.print(f"存档中的邮件 {sha256} 已损坏，没有备份；请检查磁盘", markup=False)
    if made.manifest.database is None and not without_database:
        err.print(_NOT_THE_DATABASE, markup=False)
    is_whole = made.manifest.database is not None or without_database
    return 0 if is_whole and not made.manifest.damaged else 23


_NOT_THE_DATABASE = (
    "数据库在 PostgreSQL 里，不在这份备份之内：请先用 pg_dump 备份数据库，再运行 backup 目录 --without-database"
)


def _refuse_folder(folder: Path, chosen: "Settings") -> None:
    """A backup among what is backed up would go with it, or into itself."""
    own = (place for campaign in chosen.campaigns for place in (campaign.rules_dir, campaign.templates_dir))
    for taken in (chosen.data_dir, *own):
        if folder == taken or folder.is_relative_to(taken) or taken.is_relative_to(folder):
            raise typer.BadParameter(f"{folder} 与 {taken} 互相包含；请另选一个文件夹，最好在另一块磁盘上")
    if folder.exists() and not folder.is_dir():
        raise typer.BadParameter(f"{folder} 不是文件夹；请另选一个")


def restore(
    folder: BackupFolder,
    without_damaged: Annotated[bool, typer.Option("--without-damaged", help="略过备份里已损坏的邮件")] = False,
    hold_inbox: Annotated[
        bool, typer.Option("--hold-inbox", help="收件箱里现有的来信也可能已答复过：照常处理，信都待人工")
    ] = False,
) -> int:
    from service.backup import restore as bring_back
    from service.bench import now

    chosen, folder = settings(for_servers=False), folder.expanduser().resolve()
    with ExitStack() as stack:

        def begin(title: str, total: int) -> Callable[[], None]:
            return stack.enter_context(progress(title, total))  # type: ignore[no-any-return]

        done = bring_back(chosen, folder, now(), without_damaged=without_damaged, hold_inbox=hold_inbox, progress=begin)
    for sha256 in done.damaged:
        err.print(f"邮件 {sha256} 在备份中已损坏或缺失，没有恢复", markup=False)
    for brought in done.brought:
        out.print(f"{brought}：原来没有，已从备份恢复", markup=False)
    out.print(f"{chosen.data_dir}：恢复到 {done.manifest.made}，邮件 {done.mails} 封", markup=False)
    out.print(f"当时待发的信 {done.parked} 封，可能后来已经发出，已搁置待人工，见简报")
    out.print("下一步：启动服务。第一轮收信会先查看邮箱里的归档文件夹，补上备份之后的来信，不再答复它们")
    return 0


def rebuild(
    archive_only: Annotated[
        bool, typer.Option("--archive-only", help="不看原数据库：编号可能不同，信都待人工")
    ] = False,
) -> int:
    from service.locking import only_one
    from service.rebuilding import rebuild as build

    chosen = settings(for_servers=False)
    with only_one(chosen.data_dir), ExitStack() as stack:

        def begin(total: int) -> Callable[[], None]:
            return stack.enter_context(progress("重建台账", total))  # type: ignore[no-any-return]

        built = build(chosen, begin, archive_only=archive_only)
    _tell(built)
    return 0


def _tell(built: "Rebuilt") -> None:
    out.print(f"邮件 {built.mails} 封，报送件 {built.cases} 个；搁置待人工的信 {built.parked} 封")
    if not built.old_is_whole:
        out.print("没有用到完整的原数据库：编号可能与已告知的不同，所有不能确定已发出的信都待人工")
    if built.changed:
        out.print(f"结论与原来不同的 {len(built.changed)} 封：")
    for change in built.changed[:_MOST_SHOWN]:
        before, after = (say(words.VERDICTS, outcome.verdict) for outcome in (change.before, change.after))
        out.print(f"  {change.number or '—'}　{before} → {after}　{change.subject or change.sha256[:12]}", markup=False)
    for sha256 in built.unread:
        err.print(f"邮件 {sha256} 的原件读不到，已隔离，待人工", markup=False)
    if len(built.changed) > _MOST_SHOWN:
        out.print(f"  另有 {len(built.changed) - _MOST_SHOWN} 封")
    if built.aside is not None:
        out.print(f"原数据库另存为 {built.aside}", markup=False)
