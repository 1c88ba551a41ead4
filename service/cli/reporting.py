"""Commands that read the records: cases, show, why, digest, workbook, reconcile."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table as Grid

from service.cli import words
from service.cli.context import CampaignOption, chosen_prefix, err, out, print_json, settings
from service.cli.letters import letter_lines, write_crops
from service.cli.words import say

if TYPE_CHECKING:
    from service.records.snapshots import Holding
    from service.records.views import CaseView, MailView, Views
    from service.wiring import Desk

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON")]
NOT_FOUND = 2


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("cases", help="全部报送件")(cases)
    app.command("show", help="一个报送件：应报件、版次、往来邮件、问题")(show)
    app.command("why", help="一个报送件或一封邮件的来龙去脉")(why)
    app.command("digest", help="每日简报")(digest)
    app.command("workbook", help="汇总工作簿")(workbook)
    app.command("reconcile", help="邮箱与台账逐一核对")(reconcile)


def _desk(*, for_servers: bool = False) -> "AbstractContextManager[Desk]":
    """The records, whichever campaign they are of."""
    from service.wiring import open_desk

    return open_desk(settings(for_servers=for_servers))


@contextmanager
def _desks(campaign: str | None) -> "Iterator[tuple[Desk, ...]]":
    """The desk of one campaign, of each when none is named."""
    from service.wiring import open_desks

    with open_desks(settings(for_servers=False)) as desks:
        if campaign is None:
            yield desks
        else:
            prefix = chosen_prefix(campaign, [desk.scope.prefix for desk in desks])
            yield tuple(desk for desk in desks if desk.scope.prefix == prefix)


@contextmanager
def _desk_with(ident: str) -> "Iterator[Desk]":
    """The desk of the campaign that a case or mail is of."""
    with _desks(None) as desks:
        views = desks[0].views
        known = views.case(ident) or views.mail(ident)
        yield next((desk for desk in desks if known and desk.scope.owns(known.campaign)), desks[0])


def cases(as_json: JsonOption = False, campaign: CampaignOption = None) -> int:
    with _desks(campaign) as desks:
        desk = desks[0]
        found = desk.views.cases(desk.scope.prefix if campaign else None)
        if as_json:
            print_json([_case_json(desk.views, case) for case in found])
            return 0
        grid = Grid("编号", "单位", "城市", "渠道", "状态", "按时", "版次", title=f"报送件 {len(found)}")
        for case in found:
            grid.add_row(
                case.number, case.unit or "未定", case.city or "", say(words.CHANNELS, case.channel),
                say(words.CASES, case.state), "是" if case.on_time else "逾期", str(case.versions),
            )  # fmt: skip
        out.print(grid)
    return 0


def _case_json(views: "Views", case: "CaseView") -> dict[str, Any]:
    from service.explaining import finding as finding_json

    newest = views.newest(case.id)
    mails = views.mails(case.id)
    decisions = [m.decision for m in mails if m.decision is not None]
    return {
        "number": case.number,
        "campaign": case.campaign,
        "unit": case.unit,
        "city": case.city,
        "channel": case.channel,
        "state": case.state,
        "on_time": case.on_time,
        "pieces": [
            {"piece": p.piece, "state": p.state.value, "mail": p.mail, "attachment": p.attachment, "rows": p.rows}
            for p in (newest.holding.pieces if newest else ())
        ],
        "mails": [
            {"direction": m.direction, "message_id": m.message_id, "at": m.at, "template": m.template, "state": m.state}
            for m in mails
        ],
        "findings": [finding_json(f) for f in (decisions[-1].findings if decisions else ())],
    }


def show(
    number: Annotated[str, typer.Argument(metavar="NUMBER")],
    as_json: JsonOption = False,
    crops: Annotated[Path | None, typer.Option("--crops", help="把报送函的署名和疑似公章裁成图片，存到文件夹")] = None,
) -> int:
    from service.explaining import cover_letter
    from service.explaining import table as table_json

    with _desk_with(number) as desk:
        case = desk.views.case(number)
        if case is None:
            return _not_found(number)
        content = _case_json(desk.views, case)
        content["versions"] = [
            {"seq": v.seq, "mail": v.mail_sha256, "verdict": v.verdict, "at": v.at,
             "tables": {str(t.number): len(t.rows) for t in v.holding.tables}}
            for v in desk.views.versions(case.id)
        ]  # fmt: skip
        newest = desk.views.newest(case.id)
        holding = newest.holding if newest else None
        tables = holding.tables if holding else ()
        content["cover_letter"] = cover_letter(holding.letter, holding.route) if holding else None
        files = list(_crops(desk, case.number, holding, crops)) if crops and holding else []
        if crops:
            content["crops"] = [str(file) for file in files]
        if as_json:
            print_json(content | {"tables": [table_json(t, desk.rulebook) for t in tables]})
        else:
            _show(case, content, desk)
            for line in letter_lines(holding.letter) if holding and holding.letter else ():
                out.print(f"  {line}", markup=False)
            if crops:
                _tell_crops(files)
    return 0


def _crops(desk: "Desk", number: str, holding: "Holding", folder: Path) -> Iterator[Path]:
    """Pieces of the case's letter, from the mail that brought it."""
    from service.archive import Archive
    from service.reading.sandbox import ReaderDied

    archive = Archive(desk.settings.data_dir / "archive")
    if holding.letter is None or holding.letter_mail is None or not archive.has(holding.letter_mail):
        return
    try:
        yield from write_crops(holding.letter, archive.path(holding.letter_mail), folder, number, desk.rulebook)
    except ReaderDied as error:
        err.print(f"{number}：图片没有裁成（{error}），请查看原件", markup=False)


def _tell_crops(files: Sequence[Path]) -> None:
    for file in files:
        out.print(f"  {file}", markup=False)
    note = "图片供人工核对；“检测到疑似公章”只说明看到印迹，不代表真伪已核验"
    out.print(f"  {note if files else '报送函上没有可以裁出的署名或疑似公章'}", markup=False)


def _show(case: "CaseView", content: dict[str, Any], desk: "Desk") -> None:
    out.rule(f"{case.number}　{case.unit or '单位未定'}　{say(words.CASES, case.state)}")
    out.print(
        f"渠道 {say(words.CHANNELS, case.channel)}　城市 {case.city or '—'}　{'按时' if case.on_time else '逾期'}"
    )
    for piece in content["pieces"]:
        name = say(words.PIECES, piece["piece"])
        rows = f"　{piece['rows']} 行" if piece["rows"] else ""
        out.print(
            f"  {name}　{say(words.PIECE_STATES, piece['state'])}{rows}　{piece['attachment'] or ''}", markup=False
        )
    for item in content["findings"]:
        out.print(f"  [{item['code']}] {item['message']}", markup=False)
    for mail in desk.views.mails(case.id):
        out.print(f"  {_mail_line(mail, _zone(desk))}", markup=False)


def _zone(desk: "Desk") -> tzinfo:
    """The campaign's, which submitters' and staff's letters are written in too."""
    return ZoneInfo(desk.rulebook.campaign.timezone)


def _mail_line(mail: "MailView", zone: tzinfo) -> str:
    arrow = "收" if mail.direction == "in" else "发"
    what = say(words.LETTERS, mail.template) if mail.template else mail.subject
    state = say(words.STATES, mail.state)
    return f"{mail.at.astimezone(zone):%Y-%m-%d %H:%M} {arrow} {what}　{state} {mail.message_id or ''}"


def why(ident: Annotated[str, typer.Argument(metavar="NUMBER|MESSAGE-ID")], as_json: JsonOption = False) -> int:
    with _desk_with(ident) as desk:
        case = desk.views.case(ident)
        mails = [m for m in desk.views.mails(case.id) if m.direction == "in"] if case else []
        if case is None and (mail := desk.views.mail(ident)):
            mails = [mail]
        if not mails:
            return _not_found(ident)
        stories = [_story(desk.views, mail) for mail in mails]
        if as_json:
            print_json({"case": case.number if case else None, "mails": stories})
        else:
            for story in stories:
                _tell(story, _zone(desk))
    return 0


def _story(views: "Views", mail: "MailView") -> dict[str, Any]:
    from service.explaining import finding as finding_json
    from service.records.reapplying import earlier_decisions

    decision = mail.decision
    return {
        "message_id": mail.message_id,
        "sha256": mail.sha256,
        "subject": mail.subject,
        "received": mail.at,
        "state": mail.state,
        "campaign": mail.campaign,
        "verdict": decision.verdict.value if decision else None,
        "decided_by": decision.route.decided_by if decision else None,
        "evidence": [
            {"source": e.source, "value": e.value, "unit": e.unit, "weight": e.weight}
            for e in (decision.route.evidence if decision else ())
        ],
        "why": list(decision.why) if decision else [],
        "findings": [finding_json(f) for f in (decision.findings if decision else ())],
        "earlier": [
            {
                "until": until,
                "rules_version": rules,
                "verdict": old.verdict.value,
                "route": old.route.channel.value,
                "decided_by": old.route.decided_by,
                "why": list(old.why),
            }
            for until, rules, old in earlier_decisions(views.engine, mail.sha256 or "")
        ],
        "events": [{"at": e.at, "what": e.what, "detail": e.detail} for e in views.story(sha256=mail.sha256)],
    }


def _tell(story: dict[str, Any], zone: tzinfo) -> None:
    out.rule(story["subject"] or "（无主题）")
    out.print(
        f"结论：{say(words.VERDICTS, story['verdict'] or story['state'])}　依据：{story['decided_by'] or '无'}",
        markup=False,
    )
    for step in story["why"]:
        out.print(f"  · {step}", markup=False)
    for old in story["earlier"]:
        until = f"{old['until'].astimezone(zone):%Y-%m-%d %H:%M}"
        out.print(
            f"  此前的结论（到 {until}，规则 {old['rules_version'][:12]}）：{say(words.VERDICTS, old['verdict'])}"
        )
        for step in old["why"]:
            out.print(f"    · {step}", markup=False)
    for event in story["events"]:
        moment = f"{event['at'].astimezone(zone):%Y-%m-%d %H:%M:%S}"
        out.print(f"  {moment} {say(words.EVENTS, event['what'])} {event['detail']}", markup=False)


def _not_found(ident: str) -> int:
    err.print(f"{ident}：台账中没有这个编号或邮件；用 collection-mailbox cases 查看全部", markup=False)
    return NOT_FOUND


def digest(
    day: Annotated[str | None, typer.Option("--date", help="日期（YYYY-MM-DD），默认今天")] = None,
    folder: Annotated[Path | None, typer.Option("--out", help="另存到文件夹")] = None,
    send: Annotated[bool, typer.Option("--send", help="发给工作人员")] = False,
    campaign: CampaignOption = None,
) -> int:
    try:
        wanted = date.fromisoformat(day) if day else None
    except ValueError:
        raise typer.BadParameter(f"--date：{day} 不是日期，例如 2020-03-20") from None
    with _desks(campaign) as desks:
        for desk in desks:
            _digest(desk, wanted, folder, send=send)
    return 0


def _digest(desk: "Desk", wanted: date | None, folder: Path | None, *, send: bool) -> None:
    from service.reporting import digest_for, queue_digest

    letter = digest_for(desk, wanted)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        name = f"digest{_of_several(desk)}"
        (folder / f"{name}.html").write_text(letter.html, encoding="utf-8")
        (folder / f"{name}.txt").write_text(letter.text, encoding="utf-8")
        out.print(str(folder / f"{name}.html"), markup=False)
    if send:
        queued = queue_digest(desk, letter, wanted)
        out.print("已放入待发，下一轮收信时发出" if queued else "当日简报此前已在待发或已发出")
    if folder is None and not send:
        out.print(letter.text, markup=False)


def _of_several(desk: "Desk") -> str:
    """What tells a campaign's file from others'."""
    return f"-{desk.scope.prefix}" if desk.scope.others else ""


def workbook(file: Annotated[Path, typer.Argument(metavar="OUT.xlsx")], campaign: CampaignOption = None) -> int:
    from service.reporting import cases_for_workbook
    from service.workbook.consolidated import write_workbook

    with _desks(campaign) as desks:
        for desk in desks:
            target = file.with_stem(f"{file.stem}{_of_several(desk)}") if len(desks) > 1 else file
            content = cases_for_workbook(desk)
            write_workbook(target, content, desk.rulebook)
            out.print(f"{target}：{len(content)} 个报送件", markup=False)
    return 0


def reconcile(as_json: JsonOption = False) -> int:
    from service.reporting import reconciliation

    with _desk(for_servers=True) as desk:
        for report in reconciliation(desk):
            if as_json:
                print_json(report)
                continue
            out.print(
                f"{report['mailbox']}/{report['folder']}：服务器上 {report['on_server']} 封，台账 {report['seen']} 封"
            )
            if report["gaps"]:
                out.print(f"  台账中没有的：{report['gaps'][:50]}；下一轮收信会补取", markup=False)
            for verdict, count in sorted(report["by_verdict"].items()):
                out.print(f"  {say(words.VERDICTS, verdict)} {count}")
            out.print(
                f"  待发的信 {report['unsent_replies']}，搁置待人工的信 {report['parked_replies']}（简报逐封列出）"
            )
            if report["restore_pending"]:
                out.print("  由备份恢复后还没有查对邮箱：下一轮收信会查看归档文件夹，补上备份之后的来信")
    return 0
