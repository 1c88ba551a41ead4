"""Invented judgements, one for every form a letter can take: for previews, start-up checks and tests.

岭海省 and its cities do not exist. With another rulebook the names of cities and tables are taken from that.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from service.domain.judgement import (
    CaseSoFar,
    Channel,
    Decision,
    Dossier,
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
from service.domain.rules import Campaign, City, Forms, LetterWords, MailWords, Marks, Rulebook, TableForm, Weights
from service.domain.submission import Attachment, CoverLetter, LetterSource, Role, Row, Submission, Table
from service.replies.sample_corrections import Say, corrections, finding

_PDF, _XLSX = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SCAN, _FORM = "报送函（盖章扫描件）.pdf", "海外人才与科技交流合作需求征集表（表1-4）.xlsx"
_OWN, _EARLIER = sha256(b"sample mail").hexdigest(), sha256(b"earlier sample mail").hexdigest()
_ROWS = (12, 5, 8, 8)


def _code_alone(code: str, variant: str, _values: Mapping[str, str]) -> str:
    return f"{code}.{variant}。"


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


def sample_judgements(rulebook: Rulebook, say: Say = _code_alone) -> Mapping[str, Judgement]:
    """A judgement for every letter and every turn a letter can take, by a name that says which.

    say: the sentence of a finding; without it findings say their code.
    """
    received = rulebook.campaign.deadline - timedelta(days=1, hours=7, minutes=54, seconds=13)
    whole = _complete(rulebook, received)
    late, follow_up = _late(whole, rulebook, say), _follow_up(whole, rulebook)
    return {
        "receipt": whole,
        "receipt-nil": _nil(whole),
        "receipt-nil-and-carried": _nil_and_carried(follow_up),
        "receipt-late": late,
        "receipt-follow-up": follow_up,
        **corrections(whole, late, follow_up, say),
        "redirect": _redirected(whole, rulebook),
        "redirect-no-address": _redirected(whole, rulebook, rulebook.cities[-1].name),
        "handover": _handed_over(whole, say),
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


def _late(whole: Judgement, rulebook: Rulebook, say: Say) -> Judgement:
    received = rulebook.campaign.deadline + timedelta(days=1, hours=9, minutes=12)
    values = {"column": "拟对接项目", "count": "236", "limit": "200"}
    remark = finding(say, "F213", Place(_FORM, 4, "表4", 5, cell="D5"), Severity.REMARK, values=values)
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


def _nil_and_carried(follow_up: Judgement) -> Judgement:
    """Some tables came earlier, one says 无, one was never sent: that means no need."""
    letter, first, second, third, *_ = follow_up.decision.pieces
    pieces = (
        letter,
        first,
        replace(second, state=PieceState.NIL, rows=0),
        third,
        Piece("table4", PieceState.MISSING),
    )
    tables, mails = follow_up.dossier.tables[:3], follow_up.dossier.table_mails[:3]
    dossier = replace(follow_up.dossier, tables=tables, table_mails=mails)
    return Judgement(dossier, replace(follow_up.decision, pieces=pieces))


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


def _handed_over(whole: Judgement, say: Say) -> Judgement:
    units = "云江市科学技术局、岭东市科学技术局"
    findings = (finding(say, "R403", Place(), Severity.STAFF, values={"units": units}),)
    reply = ReplyPlan(Letter.HANDOVER, whole.decision.reply.to if whole.decision.reply else ())
    decision = replace(whole.decision, verdict=Verdict.STAFF_REVIEW, findings=findings, reply=reply)
    return Judgement(whole.dossier, decision)
