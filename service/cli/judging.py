"""Commands that judge without recording: explain, checks, rules …, templates …"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import words
from service.cli.context import CampaignOption, campaign_settings, out, print_json, rules_dir, settings_if_any
from service.cli.words import say

if TYPE_CHECKING:
    from service.bench import Bench
    from service.domain.judgement import Judgement
    from service.rulebook import RulesSummary

RulesOption = Annotated[Path | None, typer.Option("--rules", help="规则文件夹")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON，每行一个对象")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("explain", help="对邮件文件给出完整结论和将发出的答复，不写任何记录")(explain)
    app.command("checks", help="列出每一项检查及其说明")(list_checks)
    rules = typer.Typer(help="规则：检查、解释", no_args_is_help=True)
    rules.command("check", help="检查规则文件夹，一次列出全部问题")(rules_check)
    rules.command("explain", help="说明某个地址、单位由哪一条规则决定")(rules_explain)
    rules.command("apply", help="按现行规则重新认定已有的报送件：记入台账，信待工作人员放行")(rules_apply)
    rules.command("mailboxes", help="工作人员确认过的邮箱：谁、何时、凭哪封信；可撤销")(rules_mailboxes)
    rules.command("trial", help="试看：改过的规则会怎样重新认定存档里的每一封来信，不写任何记录")(rules_trial)
    workbook = typer.Typer(help="cities.csv、units.csv 与电子表格工作簿互换", no_args_is_help=True)
    workbook.command("export", help="导出为带下拉列表的 .xlsx")(workbook_export)
    workbook.command("import", help="检查工作簿，全部正确才写回规则文件夹")(workbook_import)
    rules.add_typer(workbook, name="workbook")
    app.add_typer(rules, name="rules")
    templates = typer.Typer(help="信函模板", no_args_is_help=True)
    templates.command("preview", help="用样例数据生成每一种信函")(templates_preview)
    app.add_typer(templates, name="templates")


def explain(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="邮件文件（.eml）")],
    as_json: JsonOption = False,
    received: Annotated[str | None, typer.Option("--received", help="到达时间（ISO 8601）")] = None,
    rules: RulesOption = None,
) -> int:
    from service.bench import open_bench

    moment = _moment(received)
    with open_bench(settings_if_any(), rules) as bench:
        for file in files:
            _explain_one(file, bench, moment, as_json)
    return 0


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"--received：{text} 不是 ISO 8601 时间，例如 2020-03-20T09:00:00+08:00") from None
    return moment if moment.tzinfo else moment.astimezone()


def _explain_one(file: Path, bench: "Bench", moment: datetime | None, as_json: bool) -> None:
    from service.explaining import explanation

    try:
        content = file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{file}：无法读取（{error.strerror}）") from None
    judgement = bench.judge(content, moment)
    letter = bench.letter(judgement)
    if as_json:
        print_json(explanation(str(file), judgement, letter, bench.of(judgement).rulebook))
    else:
        _show(file, judgement)
        if letter is not None:
            out.rule(f"将发出：{say(words.LETTERS, letter.template)}")
            out.print(letter.subject, markup=False)
            out.print(letter.text, markup=False)


def _show(file: Path, judgement: "Judgement") -> None:
    from service.cli.letters import letter_lines

    submission, decision = judgement.dossier.submission, judgement.decision
    out.rule(str(file))
    out.print(f"主题：{submission.envelope.subject}", markup=False)
    out.print(f"结论：{say(words.VERDICTS, decision.verdict)}（{say(words.KINDS, decision.kind)}）", markup=False)
    route = decision.route
    channel = say(words.CHANNELS, route.channel)
    out.print(f"单位：{route.unit or '未能认定'}　渠道：{channel}　依据：{route.decided_by or '无'}", markup=False)
    for attachment in submission.attachments:
        out.print(
            f"附件：{attachment.path}　{say(words.ROLES, attachment.role)}　{attachment.note or attachment.why}",
            markup=False,
        )
    for line in letter_lines(judgement.dossier.letter) if judgement.dossier.letter else ():
        out.print(line, markup=False)
    for finding in decision.findings:
        out.print(f"[{finding.code}] {say(words.SEVERITIES, finding.severity)}：{finding.message}", markup=False)
    for step in decision.why:
        out.print(f"· {step}", markup=False)


def list_checks() -> int:
    from service import checks

    for check in checks.ALL:
        out.print(f"{check.CODE}  {check.EXPLANATION.strip()}\n", markup=False)
    return 0


def rules_check(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]")] = None, rules: RulesOption = None
) -> int:
    from service import rulebook
    from service.bench import own_addresses

    settings = settings_if_any()
    own = own_addresses(settings) if settings else frozenset()
    if folder or rules or settings is None:
        places = [folder or rules or rules_dir(None)]
    else:
        places = [campaign.rules_dir for campaign in settings.campaigns]
    books, broken = [], []
    for place in places:
        try:
            books.append((place, rulebook.load(place, own)))
        except rulebook.RulesInvalid as error:
            broken.append(error)
            continue
        _tell_valid(place, rulebook.explain_rules(place, own))
    if broken:
        raise rulebook.together(broken)
    if problems := rulebook.problems_together(books):
        raise rulebook.RulesInvalid("、".join(map(str, places)), problems)
    return 0


def _tell_valid(place: Path, found: "RulesSummary") -> None:
    from service.rulebook.problems import folded

    out.print(f"{place}：规则有效。", markup=False)
    units = f"单位 {found.units}（直接报送 {found.direct}，经所在市 {found.via_city}，转人工 {found.ask}）"
    out.print(f"城市 {found.cities}，{units}，渠道规则 {found.routing_rules}，检查 {found.checks}")
    out.print(f"规则版本 {found.version[:12]}")
    for warning in folded(found.warnings):
        out.print(f"! {warning}", markup=False)


def rules_explain(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="来信地址")],
    unit: Annotated[str | None, typer.Option("--unit", help="报送函或表格中的单位名称")] = None,
    rules: RulesOption = None,
    as_json: JsonOption = False,
    campaign: CampaignOption = None,
) -> int:
    from zoneinfo import ZoneInfo

    from rich.table import Table as Grid

    from service import deciding, rulebook
    from service.cli.mailboxes import confirmation_json, known_mailboxes, told
    from service.deciding.storytelling import SOURCES
    from service.explaining import route as route_json

    book = rulebook.load(rules or rules_dir(campaign))
    confirmed = tuple(c for c in known_mailboxes() or () if c.stands and c.address == address.lower())
    found = deciding.speaker_of(address, unit, book, confirmed)
    forbidden = book.forbids(address)
    if as_json:
        said = [confirmation_json(c) for c in confirmed]
        print_json({**route_json(found), "forbidden_by": forbidden, "confirmed": said})
        return 0
    if forbidden:
        out.print(f"发件人在禁用名单中（{forbidden}）：来信一律交工作人员，不自动回信", markup=False)
    out.print(f"渠道：{say(words.CHANNELS, found.channel)}", markup=False)
    out.print(
        f"单位：{found.unit or '未能认定'}　城市：{found.city or '—'}　报送至：{found.report_to or '—'}", markup=False
    )
    out.print(f"决定于：{found.decided_by or '无'}　{found.reason}", markup=False)
    if rule := next((rule for rule in book.routing_rules if rule.source == found.decided_by), None):
        out.print(f"规则：“{rule.name}”", markup=False)
    if found.near_miss:
        out.print(f"最接近的另一种认定：{found.near_miss}", markup=False)
    if found.contradiction:
        out.print(f"证据互相矛盾：{' / '.join(found.contradiction)}；转人工", markup=False)
    for one in confirmed:
        out.print(told(one, ZoneInfo(book.campaign.timezone)), markup=False)
    if found.evidence:
        grid = Grid("依据", "所见", "指向", "权重", title="证据")
        for item in found.evidence:
            grid.add_row(say(SOURCES, item.source), item.value, item.unit or "—", f"{item.weight:.2f}")
        out.print(grid)
    return 0


def rules_apply(
    since: Annotated[str, typer.Option("--since", metavar="DATE", help="只管这一天（含）以后收到的来信")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会怎样，不写任何记录")] = False,
    as_json: JsonOption = False,
) -> int:
    from service.cli.applying import apply_rules

    return apply_rules(since, dry_run=dry_run, as_json=as_json)


def rules_mailboxes(
    as_json: JsonOption = False,
    revoke: Annotated[str | None, typer.Option("--revoke", metavar="ADDRESS", help="撤销对这个邮箱的确认")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="只撤销代这个单位的确认")] = None,
) -> int:
    from service.cli.mailboxes import list_mailboxes, revoke_mailbox

    if revoke is not None:
        return revoke_mailbox(revoke, unit)
    return list_mailboxes(as_json=as_json)


def rules_trial(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="改过的规则文件夹")] = None,
    rules: RulesOption = None,
    as_json: JsonOption = False,
    keep: Annotated[bool, typer.Option("--keep-readings", help="重新读取的结果存入存档，下次试看就快")] = False,
    as_read: Annotated[bool, typer.Option("--as-read", help="材料按原来读到的内容试看，不重新读取，很快")] = False,
) -> int:
    from service.cli.trying import try_folder

    place = folder or rules
    if place is None:
        raise typer.BadParameter("请写出改过的规则文件夹，例如 rules trial rules-new")
    return try_folder(place, as_json=as_json, keep=keep, as_read=as_read)


def workbook_export(
    file: Annotated[Path, typer.Argument(metavar="OUT.xlsx")],
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]")] = None,
    rules: RulesOption = None,
    campaign: CampaignOption = None,
) -> int:
    from service.cli.mailboxes import known_mailboxes
    from service.exchanging import export_tables
    from service.workbook.rules_words import COLUMNS, WORKBOOK

    try:
        export_tables(folder or rules or rules_dir(campaign), file, COLUMNS, WORKBOOK, known_mailboxes())
    except OSError as error:
        raise typer.BadParameter(f"{file}：写不进去（{error.strerror}）") from None
    out.print(str(file), markup=False)
    return 0


def workbook_import(
    file: Annotated[Path, typer.Argument(metavar="IN.xlsx")],
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]")] = None,
    rules: RulesOption = None,
    campaign: CampaignOption = None,
) -> int:
    from service.exchanging import import_tables

    place = folder or rules
    if place is None and settings_if_any() is None:
        raise typer.BadParameter("请写出规则文件夹，例如 rules workbook import 规则.xlsx rules-new")
    place = place or rules_dir(campaign)
    changed = import_tables(file, place)
    told = f"已写入 {'、'.join(changed)}" if changed else "与原来相同，没有改动"
    out.print(f"{place}：{told}", markup=False)
    return 0


def templates_preview(
    folder: Annotated[Path, typer.Option("--out", help="输出文件夹")] = Path("templates-preview"),
    rules: RulesOption = None,
    campaign: CampaignOption = None,
) -> int:
    from service import rulebook
    from service.bench import FINDINGS, letters_for
    from service.checks.wording import load_wording
    from service.previewing import preview_all

    settings = settings_if_any() if rules else campaign_settings(campaign)
    book = rulebook.load(rules or (settings.rules_dir if settings else rulebook.defaults_folder()))
    letters = letters_for(settings)
    wording = load_wording(letters.templates.folder / FINDINGS)
    for file in preview_all(folder, letters, wording, book):
        out.print(str(file), markup=False)
    return 0
