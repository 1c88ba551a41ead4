"""Invented judgements, one for every form a letter can take: for previews, start-up checks and tests.

岭海省 and its cities do not exist. With another rulebook the names of cities and tables are taken from that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from service.domain.judgement import (
    CaseSoFar,
    Channel,
    Decision,
    Dossier,
    Finding,
    Judgement,
    Letter,
    Piece,
    PieceState,
    Place,
    ReplyPlan,
    Route,
    Severity,
    Verdict,
)
from service.domain.mail import Address, Envelope, MailKind
from service.domain.marking import FileMarks
from service.domain.rules import Campaign, City, Forms, LetterWords, MailWords, Marks, Rulebook, TableForm, Weights
from service.domain.submission import Attachment, CoverLetter, LetterSource, Problem, Role, Row, Submission, Table

_PDF, _XLSX = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SCAN, _FORM = "报送函（盖章扫描件）.pdf", "海外人才与科技交流合作需求征集表（表1-4）.xlsx"
_OWN, _EARLIER = sha256(b"sample mail").hexdigest(), sha256(b"earlier sample mail").hexdigest()
_ROWS = (12, 5, 8, 8)


def sample_rulebook() -> Rulebook:
    """A rulebook of an invented province, just enough to write letters with."""
    titles = (
        "2020年海外人才需求情况表",
        "2020年科技交流合作（项目）需求情况表",
        "举办2020年海外专家岭海行活动的意愿情况表",
        "2020年赴海外举办人才与科技交流活动意愿情况表",
    )
    tables = tuple(TableForm(n, f"表{n}", title, (), ()) for n, title in enumerate(titles, 1))
    marks = Marks((), (), (), (), (), ())
    campaign = Campaign(
        title="2020年海外人才与科技交流合作需求征集",
        department="岭海省科学技术厅",
        addressees=("岭海省科学技术厅",),
        number_prefix="LH2020",
        deadline=datetime.fromisoformat("2020-03-25T23:59:59+08:00"),
        timezone="Asia/Shanghai",
        province="岭海省",
        seat_city="云江市",
        required_pieces=("cover_letter", "tables"),
        staff=(),
        admins=(),
        contact="引智处 020-00001234",
        form_title="《海外人才与科技交流合作需求征集表（表1-4）》",
    )
    yun = _city("云江市", "kjj@yunjiang.example")
    forms = Forms((), tables, marks, (), (), (), (), (), ())
    mail = MailWords(frozenset(), *((),) * 10)
    return Rulebook(
        "sample",
        "sample",
        campaign,
        (yun, _city("岭东市")),
        (),
        forms,
        LetterWords((), "", (), (), ()),
        mail,
        {},
        (),
        Weights({}),
    )


def _city(name: str, *addresses: str) -> City:
    return City("990100", name, f"{name}科学技术局", (), "", "020", name[0], (), (), addresses, (), "cities.csv:2")


def sample_judgements(rulebook: Rulebook) -> Mapping[str, Judgement]:
    """A judgement for every letter and every turn a letter can take, by a name that says which."""
    received = rulebook.campaign.deadline - timedelta(days=1, hours=7, minutes=54, seconds=13)
    whole = _complete(rulebook, received)
    return {
        "receipt": whole,
        "receipt-nil": _nil(whole),
        "receipt-late": _late(whole, rulebook),
        "receipt-follow-up": _follow_up(whole, rulebook),
        "correction": _with_wrong_cells(whole),
        "correction-letter-missing": _without_letter(whole),
        "correction-nothing-attached": _without_anything(whole),
        "correction-many": _with_many_wrong_cells(whole),
        "correction-form-scanned": _with_scanned_form(whole),
        "correction-follow-up": _still_wrong(whole, rulebook),
        "redirect": _redirected(whole, rulebook),
        "redirect-no-address": _redirected(whole, rulebook, rulebook.cities[-1].name),
        "handover": _handed_over(whole),
    }


def _complete(rulebook: Rulebook, received: datetime) -> Judgement:
    city = rulebook.cities[0]
    scan = Attachment(_SCAN, _SCAN, 328_204, sha256(b"scan").hexdigest(), _PDF, Role.COVER_LETTER)
    form = Attachment(_FORM, _FORM, 48_870, sha256(b"form").hexdigest(), _XLSX, Role.FORM)
    letter = CoverLetter((_SCAN,), LetterSource.OCR, 1, "", signer=city.bureau, confidence=0.93)
    sender = Address("张三", "zhangsan@yunjiang.example")
    envelope = Envelope("<sample@yunjiang.example>", (sender,), subject=f"{city.bureau}报送需求征集表")
    tables = tuple(_table(form.number, rows) for form, rows in zip(rulebook.forms.tables, _ROWS, strict=False))
    submission = Submission(
        _OWN, 512_000, envelope, attachments=(scan, form), letters=(letter,), tables=tables, reader="sample"
    )
    dossier = Dossier(submission, received, MailKind.SUBMISSION, letter, tables, _OWN, (_OWN,) * len(tables))
    route = Route(Channel.CITY_BUREAU, city.bureau, city.name, decided_by=city.source, known=True)
    pieces = (Piece("cover_letter", PieceState.RECEIVED, _OWN, _SCAN), *(_piece(t, _OWN) for t in tables))
    reply = ReplyPlan(Letter.RECEIPT, (sender,))
    return Judgement(dossier, Decision(MailKind.SUBMISSION, Verdict.ACCEPTED, route, (), pieces, True, reply))


def _table(number: int, rows: int) -> Table:
    return Table(number, _FORM, f"表{number}", tuple(Row(3 + n, None, None) for n in range(rows)), header_row=2)


def _piece(table: Table, mail: str) -> Piece:
    return Piece(f"table{table.number}", PieceState.RECEIVED, mail, table.attachment, len(table.rows))


def _late(whole: Judgement, rulebook: Rulebook) -> Judgement:
    received = rulebook.campaign.deadline + timedelta(days=1, hours=9, minutes=12)
    remark = Finding(
        "F213", "「拟对接项目」约 236 字，超过 200 字。已照收，无需修改。", Place(_FORM, 4, "表4", 5, cell="D5")
    )
    dossier = replace(whole.dossier, received=received)
    return Judgement(dossier, replace(whole.decision, on_time=False, findings=(remark,)))


def _nil(whole: Judgement) -> Judgement:
    mail = replace(whole.dossier.submission, attachments=whole.dossier.submission.attachments[:1], tables=())
    dossier = replace(whole.dossier, submission=mail, tables=(), table_mails=(), states_nil=True)
    nothing = (Piece(p.piece, PieceState.NIL) for p in whole.decision.pieces[1:])
    return Judgement(dossier, replace(whole.decision, pieces=(whole.decision.pieces[0], *nothing)))


def _follow_up(whole: Judgement, rulebook: Rulebook) -> Judgement:
    """The letter alone comes later and completes the case."""
    mail = replace(whole.dossier.submission, attachments=whole.dossier.submission.attachments[:1], tables=())
    tables, mails = whole.dossier.tables, (_EARLIER,) * len(whole.dossier.tables)
    before = whole.dossier.received - timedelta(hours=3)
    case = CaseSoFar(
        f"{rulebook.campaign.number_prefix}-0012",
        whole.decision.route,
        None,
        None,
        tables,
        mails,
        frozenset(),
        1,
        before,
        True,
        False,
    )
    dossier = replace(whole.dossier, submission=mail, kind=MailKind.FOLLOW_UP, table_mails=mails, earlier=case)
    pieces = (whole.decision.pieces[0], *(_piece(t, _EARLIER) for t in tables))
    return Judgement(dossier, replace(whole.decision, kind=MailKind.FOLLOW_UP, pieces=pieces))


def _asking(judgement: Judgement, findings: Sequence[Finding], pieces: Sequence[Piece]) -> Judgement:
    reply = ReplyPlan(Letter.CORRECTION, judgement.decision.reply.to if judgement.decision.reply else ())
    decision = replace(
        judgement.decision,
        verdict=Verdict.NEEDS_CORRECTION,
        findings=tuple(findings),
        pieces=tuple(pieces),
        reply=reply,
    )
    return Judgement(judgement.dossier, decision)


def _without_letter(whole: Judgement) -> Judgement:
    mail = replace(whole.dossier.submission, attachments=whole.dossier.submission.attachments[1:], letters=())
    dossier = replace(whole.dossier, submission=mail, letter=None, letter_mail=None)
    finding = Finding(
        "L101", "没有收到盖章的报送函扫描件。请补发扫描件或清晰照片（PDF、JPG 均可）。", severity=Severity.CORRECT
    )
    pieces = (Piece("cover_letter", PieceState.MISSING), *whole.decision.pieces[1:])
    return _asking(Judgement(dossier, whole.decision), (finding,), pieces)


def _without_anything(whole: Judgement) -> Judgement:
    mail = replace(whole.dossier.submission, attachments=(), letters=(), tables=())
    dossier = replace(whole.dossier, submission=mail, letter=None, letter_mail=None, tables=(), table_mails=())
    findings = (
        Finding(
            "L101", "没有收到盖章的报送函扫描件。请补发扫描件或清晰照片（PDF、JPG 均可）。", severity=Severity.CORRECT
        ),
        Finding(
            "F201",
            "没有收到征集表（表1-4）电子版。请补发填好的电子表格（Excel 或 Word 均可）。",
            severity=Severity.CORRECT,
        ),
    )
    pieces = [Piece(p.piece, PieceState.MISSING) for p in whole.decision.pieces]
    route = Route(Channel.UNKNOWN)
    return _asking(Judgement(dossier, replace(whole.decision, route=route)), findings, pieces)


def _cell(code: str, table: int, cell: str, column: str, message: str) -> Finding:
    return Finding(code, message, Place(_FORM, table, f"表{table}", int(cell[1:]), column, cell), Severity.CORRECT)


def _with_wrong_cells(whole: Judgement) -> Judgement:
    missing = _without_letter(whole)
    extra = Attachment(
        "材料.rar", "材料.rar", 910_000, sha256(b"rar").hexdigest(), "application/x-rar", Role.UNREADABLE
    )
    extra = replace(extra, problem=Problem.UNKNOWN_KIND)
    mail = replace(missing.dossier.submission, attachments=(*missing.dossier.submission.attachments, extra))
    findings = (
        *missing.decision.findings,
        _cell("F210", 3, "D5", "是否有经费预算", "「是否有经费预算」没有勾选。请选“是”或“否”。"),
        _cell("F210", 3, "D9", "是否有经费预算", "「是否有经费预算」没有勾选。请选“是”或“否”。"),
        _cell("F212", 3, "E6", "初步计划", "勾选了“是”，但「初步计划」是空的。请用200字以内文字写明。"),
        _cell("F211", 4, "D5", "是否参加团组", "「是否参加团组」同时勾选了“是”和“否”。请只保留一个。"),
        Finding("R402", "目录中没有这个单位。", severity=Severity.STAFF),
    )
    judgement = Judgement(replace(missing.dossier, submission=mail), missing.decision)
    return _asking(judgement, findings, _with_faulty(missing.decision.pieces, "table3", "table4"))


def sample_file(wanted: FileMarks) -> bytes | None:
    """A workbook with nothing but the marks, in place of the sender's own; None for other kinds of files."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    from service.typesetting.sheets import workbook_bytes

    if not wanted.attachment.endswith(".xlsx"):
        return None
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for mark in wanted.marks:
        sheet = workbook[mark.sheet] if mark.sheet in workbook.sheetnames else workbook.create_sheet(mark.sheet)
        sheet[mark.cell].fill = PatternFill("solid", "FFE699")
        sheet[mark.cell].comment = Comment(mark.text, wanted.pen.author)
    return workbook_bytes(workbook, datetime(2020, 3, 24, tzinfo=UTC))


def _with_faulty(pieces: Sequence[Piece], *names: str) -> list[Piece]:
    return [replace(p, state=PieceState.FAULTY) if p.piece in names else p for p in pieces]


def _still_wrong(whole: Judgement, rulebook: Rulebook) -> Judgement:
    """The letter comes later, the cells that were asked for do not."""
    follow_up = _follow_up(whole, rulebook)
    finding = _cell("F212", 3, "E6", "初步计划", "勾选了“是”，但「初步计划」是空的。请用200字以内文字写明。")
    return _asking(follow_up, (finding,), _with_faulty(follow_up.decision.pieces, "table3"))


def _with_scanned_form(whole: Judgement) -> Judgement:
    name = "征集表（盖章）.pdf"
    scan = Attachment(name, name, 1_204_000, sha256(b"form scan").hexdigest(), _PDF, Role.FORM_SCAN)
    mail = replace(whole.dossier.submission, attachments=(whole.dossier.submission.attachments[0], scan), tables=())
    dossier = replace(whole.dossier, submission=mail, tables=(), table_mails=())
    message = "征集表只收到扫描件、照片或 PDF。请补发可编辑的电子版（Excel 或 Word 均可）。"
    finding = Finding("F202", message, Place(name), Severity.CORRECT)
    faulty = [Piece(p.piece, PieceState.FAULTY, _OWN, name) for p in whole.decision.pieces[1:]]
    return _asking(Judgement(dossier, whole.decision), (finding,), (whole.decision.pieces[0], *faulty))


def _with_many_wrong_cells(whole: Judgement) -> Judgement:
    findings = [
        _cell("F220", 1, f"B{row}", "单位名称", f"第{row}行的「单位名称」像是“示例{row}”。请改为单位全称。")
        for row in range(3, 45)
    ]
    return _asking(whole, findings, whole.decision.pieces)


def _redirected(whole: Judgement, rulebook: Rulebook, city: str | None = None) -> Judgement:
    found = rulebook.city(city) or rulebook.cities[0]
    route = Route(
        Channel.VIA_CITY,
        f"{found.name}新材料有限公司",
        found.name,
        found.bureau,
        "routing.toml:12",
        "企业的需求由所在地级以上市科技部门汇总后统一报送。",
    )
    reply = ReplyPlan(Letter.REDIRECT, whole.decision.reply.to if whole.decision.reply else ())
    return Judgement(whole.dossier, replace(whole.decision, verdict=Verdict.WRONG_ROUTE, route=route, reply=reply))


def _handed_over(whole: Judgement) -> Judgement:
    findings = (Finding("R403", "报送函署名与征集表填报单位不一致。", severity=Severity.STAFF),)
    reply = ReplyPlan(Letter.HANDOVER, whole.decision.reply.to if whole.decision.reply else ())
    decision = replace(whole.decision, verdict=Verdict.STAFF_REVIEW, findings=findings, reply=reply)
    return Judgement(whole.dossier, decision)
