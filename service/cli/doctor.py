"""`doctor`: one line for everything the service stands on, each with the next step."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile

from service import rulebook
from service.amending.writing import is_writable
from service.archive import Archive
from service.bench import FINDINGS, letters_for, now, own_addresses, trusted_servers
from service.checks.wording import load_wording
from service.cli import words
from service.cli.context import out, settings
from service.cli.evidence import evidence_signs, probe_signs
from service.cli.signs import Sign, attempt
from service.cli.words import say
from service.datafolder import open_records
from service.errors import ServiceError
from service.inforce import all_in_force
from service.mailbox import probe
from service.reading import cage
from service.reading.containers import unar
from service.reading.containers.archives import can_open
from service.reading.forms import office
from service.reading.letters import OcrProcess
from service.reading.sniff import RAR
from service.records.store import LAST_BACKUP
from service.replies.smtp import Submitter
from service.settings import Settings
from service.wiring import mailbox_settings, smtp_settings

_ENOUGH_DISK = 2 << 30
_CLOCK_SKEW_SECONDS = 120
_HOURS_A_DAY = 24
_OLD_BACKUP_HOURS = 2 * _HOURS_A_DAY


def examine(patience: float | None = None) -> int:
    """Print every line; returns the first failure's exit code, 0 when the service can run.

    patience: seconds that a letter to ourselves is looked for; None: none is sent, the last result is told.
    """
    try:
        chosen = settings()
    except ServiceError as error:
        out.print(f"✗ 配置　{error}", markup=False)
        return error.exit_code
    first = 0
    for sign in _signs(chosen, patience):
        out.print(f"{sign.mark} {sign.name}　{sign.text}", markup=False)
        first = first or sign.code
    return first


def _signs(chosen: Settings, patience: float | None) -> Iterator[Sign]:
    yield Sign("配置", str(chosen.file))
    yield from (Sign("配置", warning, warning=True) for warning in chosen.warnings)
    for own in chosen.campaigns:
        yield attempt("规则", partial(_rules, own))
        yield attempt("模板", partial(_templates, own))
        yield from _drafts(own)
        yield from _rules_by_mail(own)
    if chosen.others:
        yield attempt("征集活动", lambda: _together(chosen))
    yield attempt("数据库", lambda: _database(chosen))
    yield backup_sign(chosen)
    yield from _mailboxes(chosen)
    yield _smtp(chosen)
    if chosen.smtp is not None and chosen.mailboxes:
        if patience is not None:
            yield from probe_signs(chosen, patience)
        yield from evidence_signs(chosen)
    yield attempt("文字识别", _ocr)
    yield _archives()
    yield _old_documents()
    yield cage_sign(cage.tried(), [p for p in (chosen.file, chosen.data_dir) if p and cage.sees(p)])
    yield _disk(chosen.data_dir)
    yield _clock(chosen)


def _rules(chosen: Settings) -> str:
    book = rulebook.load(chosen.rules_dir, own_addresses(chosen))
    return f"{chosen.rules_dir}：城市 {len(book.cities)}，单位 {len(book.units)}，版本 {book.version[:12]}"


def _together(chosen: Settings) -> str:
    found = all_in_force(chosen)
    told = "、".join(f"{force.book.campaign.number_prefix} {force.book.campaign.title}" for force in found)
    return f"一个邮箱办 {len(found)} 项：{told}；分不清的来信由工作人员归入"


def _drafts(chosen: Settings) -> Iterator[Sign]:
    """Letters that nobody can release would wait for ever."""
    try:
        campaign = rulebook.load(chosen.rules_dir).campaign
    except ServiceError:
        return  # told by the line of the rules
    unasked = frozenset() if campaign.reminders.days_before else frozenset({"reminder"})
    kinds = "、".join(sorted(say(words.LETTERS, kind) for kind in chosen.drafts - unasked))
    if kinds and not campaign.staff:
        todo = "campaign.toml 的 staff 是空的；请填写，否则这些信不会发出"
        yield Sign("先审后发", f"{kinds}要先审后发，但 {todo}", 24)
    elif kinds:
        yield Sign("先审后发", f"{kinds}由 {len(campaign.staff)} 位工作人员回复“放行”后发出")


def _rules_by_mail(chosen: Settings) -> Iterator[Sign]:
    """Whether what admins send can take effect."""
    if not chosen.rules_by_mail:
        return
    try:
        admins = rulebook.load(chosen.rules_dir).campaign.admins
    except ServiceError:
        return  # told by the line of the rules
    yield amending_sign(chosen.rules_dir, admins, trusts=bool(trusted_servers(chosen)))


def amending_sign(folder: Path, admins: Sequence[str], *, trusts: bool) -> Sign:
    """Changing rules by mail: who may, and what stands in the way."""
    name = "邮件改规则"
    if not admins:
        return Sign(name, "campaign.toml 的 admins 是空的，没有人可以用；请填写", warning=True)
    if not is_writable(folder):
        todo = "请给服务账号写权限，systemd 安装的还要写进 ReadWritePaths"
        return Sign(name, f"{folder} 写不进去，只能试看，不能启用；{todo}", warning=True)
    if not trusts:
        text = "没有配置 authserv_id，每次都要先回复一封只发给管理员的信来证明本人"
        return Sign(name, f"{len(admins)} 位管理员；{text}", warning=True)
    return Sign(name, f"{len(admins)} 位管理员，{folder} 可写")


def _templates(chosen: Settings) -> str:
    letters_for(chosen)
    load_wording(chosen.templates_dir / FINDINGS)
    return f"{chosen.templates_dir}：每一种信函都能生成"


def _database(chosen: Settings) -> str:
    with open_records(chosen) as records:
        return records.engine.url.render_as_string()


def backup_sign(chosen: Settings) -> Sign:
    """How old the newest backup is: what came since would be lost with this disk."""
    try:
        with open_records(chosen) as records:
            told = records.note(LAST_BACKUP)
    except ServiceError:
        return Sign("备份", "数据库打不开，不知道上次备份的时间", warning=True)
    if told is None:
        return Sign("备份", "从未备份；请运行 collection-mailbox backup 目录，并安排每晚一次", warning=True)
    made, _, folder = told.partition(" ")
    hours = (now() - datetime.fromisoformat(made)).total_seconds() / 3600
    age = f"{hours:.0f} 小时前" if hours < _HOURS_A_DAY * 2 else f"{hours / _HOURS_A_DAY:.0f} 天前"
    if hours > _OLD_BACKUP_HOURS:
        return Sign("备份", f"最近一次在 {age}（{folder}）；请检查每晚的备份为何没有运行", warning=True)
    return Sign("备份", f"最近一次在 {age}（{folder}）")


def _mailboxes(chosen: Settings) -> Iterator[Sign]:
    if not chosen.mailboxes:
        yield Sign("邮箱", "配置里没有 [[mailbox]]；请填写", 24)
    for section in chosen.mailboxes:
        yield attempt(f"邮箱 {section.name}", lambda s=section: _mailbox(chosen, s))  # type: ignore[misc]


def _mailbox(chosen: Settings, section: object) -> str:
    found = probe(mailbox_settings(chosen, section))  # type: ignore[arg-type]
    can = [name for name in ("IDLE", "MOVE", "UIDPLUS", "ID") if found.can(name)]
    doubts = [
        *(["没有 UIDVALIDITY，每轮都要整个重查"] if not found.uidvalidity else []),
        *(["文件夹只读，处理后不归档"] if not found.writable else []),
        *(["没有 IDLE，只按间隔轮询"] if not found.can("IDLE") else []),
    ]
    return "；".join([f"{found.folder} 有 {found.messages} 封，支持 {' '.join(can) or '基本功能'}", *doubts])


def _smtp(chosen: Settings) -> Sign:
    if chosen.smtp is None:
        return Sign("发信", "配置里没有 [smtp]，答复只会待发；请填写", warning=True)
    return attempt("发信", lambda: _smtp_line(chosen))


def _smtp_line(chosen: Settings) -> str:
    with Submitter(smtp_settings(chosen)) as submitter:
        found = submitter.probe()
    limit = f"，单封上限 {found.size_limit >> 20} MB" if found.size_limit else ""
    return f"已登录，{'加密' if found.encrypted else '未加密'}{limit}"


def _ocr() -> str:
    import numpy

    with OcrProcess() as ocr:
        ocr.lines(numpy.full((64, 256, 3), 255, numpy.uint8))
    return "模型可用"


def _archives() -> Sign:
    if not can_open(RAR):
        return Sign("压缩包", "只能打开 zip；安装 libarchive13 后可打开 rar、7z 等", warning=True)
    if not unar.is_there():
        return Sign("压缩包", "zip、rar、7z 等可打开；安装 unar 后还可打开固实、加密、分卷的 rar", warning=True)
    return Sign("压缩包", "zip、rar、7z 等均可打开，包括分卷的")


def _old_documents() -> Sign:
    if office.is_there():
        return Sign("旧版文档", "doc、wps、rtf 可由 LibreOffice 转换")
    return Sign("旧版文档", "没有 LibreOffice，doc、wps、rtf 格式的征集表须人工查看", warning=True)


def cage_sign(held: cage.Held, seen: Sequence[Path] = ()) -> Sign:
    """What keeps a file made to do harm from doing it, should it get hold of the process that reads it."""
    if held.files and seen:
        places = "、".join(map(str, seen))
        return Sign("隔离", f"{places} 在程序目录之内，读取附件的进程可以读取；请移到程序目录之外", warning=True)
    if held == cage.ALL:
        return Sign("隔离", "读取附件的进程不能联网，不能读写本服务的文件")
    missing = [
        *([] if held.network else ["联网"]),
        *([] if held.files else ["读写其他文件"]),
        *([] if held.processes else ["向其他进程发信号"]),
    ]
    text = f"本机不能禁止读取附件的进程{'、'.join(missing)}；请改用 Linux 6.12 以上、启用 Landlock 的内核"
    return Sign("隔离", text, warning=True)


def _disk(data_dir: Path) -> Sign:
    place = next(p for p in (data_dir, *data_dir.parents) if p.exists())
    free = shutil.disk_usage(place).free
    text = f"{data_dir} 剩余 {free >> 30} GB"
    if free < _ENOUGH_DISK:
        return Sign("磁盘", f"{text}，不足 2 GB；请清理或扩容", warning=True)
    return attempt("磁盘", lambda: f"{text}，存档 {sum(1 for _ in Archive(data_dir / 'archive'))} 封")


def _clock(chosen: Settings) -> Sign:
    """The data folder's clock against ours: a skewed file server breaks the order of things."""
    chosen.data_dir.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=chosen.data_dir) as probe_file:
        there = datetime.fromtimestamp(Path(probe_file.name).stat().st_mtime, UTC)
    skew = abs((there - now()).total_seconds())
    text = f"{now().astimezone():%Y-%m-%d %H:%M:%S %z}"
    if skew > _CLOCK_SKEW_SECONDS:
        return Sign("时钟", f"{text}，与数据目录所在机器相差 {skew:.0f} 秒；请校时", warning=True)
    return Sign("时钟", text)
