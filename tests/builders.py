"""Complete, correct values of the invented province 岭海省; a test names only the one thing it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from service import deciding, rulebook
from service.checks.wording import Wording, load_wording
from service.domain.judgement import CaseSoFar, Channel, Finding, Judgement, PieceState, Route, Verdict
from service.domain.mail import Address, Envelope
from service.domain.rules import QuestionKind, Rulebook
from service.domain.submission import (
    Answer,
    Attachment,
    CoverLetter,
    LetterSource,
    Problem,
    Role,
    Row,
    Seal,
    Submission,
    Table,
    Tick,
)

ROOT = Path(__file__).parents[1]
IN_TIME = datetime(2020, 3, 20, 2, 30, tzinfo=UTC)
LATE = datetime(2020, 3, 26, 2, 30, tzinfo=UTC)
COLLECTION = "zypt@ste.linghai.example"
OWN = frozenset({COLLECTION})

BUREAU, CITY = "云江市科学技术局", "云江市"
UNIVERSITY = "岭海理工大学"
PDF, XLSX = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LETTER_FILE, FORM_FILE = "报送函.pdf", "征集表.xlsx"


@cache
def a_rulebook() -> Rulebook:
    """The rules of 岭海省, an invented province."""
    return rulebook.load(ROOT / "service" / "demo" / "rules")


@cache
def a_trusting_rulebook() -> Rulebook:
    """The same, asking nothing about mailboxes: the sender of most mails here is registered nowhere (S602)."""
    book = a_rulebook()
    return replace(book, checks={code: setting for code, setting in book.checks.items() if code != "S602"})


@cache
def the_real_rulebook() -> Rulebook:
    """The rules that the service ships."""
    return rulebook.load(ROOT / "rules")


@cache
def the_wording() -> Wording:
    return load_wording(ROOT / "mail_templates" / "findings.toml")


def an_address(address: str = "kyc@freemail.example", name: str = "") -> Address:
    return Address(name, address)


def an_envelope(
    sender: str = "someone@freemail.example",
    name: str = "",
    subject: str = "报送征集表",
    *,
    senders: tuple[Address, ...] | None = None,
    reply_to: tuple[Address, ...] = (),
    in_reply_to: tuple[str, ...] = (),
    signals: Mapping[str, str] | None = None,
) -> Envelope:
    return Envelope(
        message_id="<m1@mail.example>",
        senders=(Address(name, sender),) if senders is None else senders,
        reply_to=reply_to,
        to=(Address("", COLLECTION),),
        subject=subject,
        in_reply_to=in_reply_to,
        signals=tuple((signals or {}).items()),
    )


def an_attachment(
    path: str = FORM_FILE,
    role: Role = Role.FORM,
    problem: Problem | None = None,
    media_type: str = XLSX,
    size: int = 9000,
) -> Attachment:
    return Attachment(path, path.rpartition("/")[2], size, "a" * 64, media_type, role, problem)


def a_scan(path: str = LETTER_FILE, problem: Problem | None = None) -> Attachment:
    return an_attachment(path, Role.COVER_LETTER, problem, PDF)


def a_letter(
    signer: str | None = BUREAU,
    *,
    path: str = LETTER_FILE,
    source: LetterSource = LetterSource.OCR,
    text: str | None = None,
    seal: Seal = Seal.PRESENT,
    seal_text: str | None = None,
    addressee: str | None = "岭海省科学技术厅",
    title: str | None = "关于报送2020年海外人才与科技交流合作需求的函",
    candidates: tuple[str, ...] = (),
) -> CoverLetter:
    written = (
        f"{title}\n{addressee}：\n现将有关需求报送贵厅，请审阅。\n{signer}\n2020年3月20日" if text is None else text
    )
    return CoverLetter(
        attachments=(path,),
        source=source,
        pages=1,
        text=written,
        signer=signer,
        title=title,
        addressee=addressee,
        seal=seal,
        seal_text=seal_text,
        sealed_colour=seal is not Seal.CANNOT_TELL,
        confidence=0.9,
        signer_candidates=candidates,
    )


def a_row(
    unit: str | None = "云江精密机械有限公司",
    city: str | None = CITY,
    *,
    row: int = 3,
    cells: Mapping[str, str] | None = None,
    answers: Sequence[Answer] = (),
) -> Row:
    content = {"post": "算法工程师", "number": "2", "contact": "张三"} if cells is None else cells
    return Row(row, unit, city, content, tuple(answers), {"unit": f"B{row}", "city": f"C{row}"})


def answers_for(number: int, changes: Mapping[str, object] | None = None, book: Rulebook | None = None) -> list[Answer]:
    """Correct answers to every question of a table: 是 everywhere. changes: question key -> tick, text or choices;
    None leaves the question out."""
    form = (book or a_rulebook()).forms.table(number)
    assert form is not None
    changes = changes or {}
    found = []
    for question in form.questions():
        value = changes.get(question.key, _GOOD[question.kind])
        if value is None:
            continue
        found.append(
            Answer(
                question.key,
                "D4" if question.key in {q.key for q in form.blocks[0].questions} else "E4",
                tick=value if isinstance(value, Tick) else None,
                text=value if isinstance(value, str) and not isinstance(value, Tick) else None,
                choices=value if isinstance(value, tuple) else None,
            )
        )
    return found


_GOOD: dict[QuestionKind, object] = {
    QuestionKind.TICK: Tick.YES,
    QuestionKind.TEXT: "拟于十月举办一场对接活动",
    QuestionKind.CHOICE: ("aoxin",),
}


def a_table(number: int = 1, rows: Sequence[Row] | None = None, *, path: str = FORM_FILE, **more: object) -> Table:
    if rows is None:
        rows = [a_row(answers=answers_for(number), cells={} if number > 2 else None)]
    return replace(Table(number, path, f"表{number}", tuple(rows), header_row=2), **more)  # type: ignore[arg-type]


def four_tables(
    unit: str | None = "云江精密机械有限公司", city: str | None = CITY, path: str = FORM_FILE
) -> tuple[Table, ...]:
    return tuple(
        a_table(n, [a_row(unit, city, answers=answers_for(n) if n > 2 else (), cells={} if n > 2 else None)], path=path)
        for n in (1, 2, 3, 4)
    )


def a_submission(**changes: object) -> Submission:
    """A city bureau's whole set: sealed letter and all four tables, from free mail."""
    whole = Submission(
        sha256="1" * 64,
        size=50_000,
        envelope=an_envelope(),
        text="岭海省科学技术厅：\n现将我市需求报送贵厅，请查收附件。",
        attachments=(a_scan(), an_attachment()),
        letters=(a_letter(),),
        tables=four_tables(),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def of_unit(unit: str, city: str | None = "岭州市", **changes: object) -> Submission:
    """A unit's own whole set."""
    return a_submission(**{"letters": (a_letter(unit),), "tables": four_tables(unit, city), **changes})


def without_pieces(text: str = "", subject: str = "报送征集表", **changes: object) -> Submission:
    bare = {"attachments": (), "letters": (), "tables": (), "text": text}
    return a_submission(**{"envelope": an_envelope(subject=subject), **bare, **changes})


def a_case(judged: Judgement, number: str = "LH2020-0007") -> CaseSoFar:
    """The case that a first mail has opened."""
    dossier, decision = judged.dossier, judged.decision
    return CaseSoFar(
        number,
        decision.route,
        dossier.letter,
        dossier.letter_mail,
        dossier.tables,
        dossier.table_mails,
        frozenset({"someone@freemail.example"}),
        1,
        dossier.received,
        decision.on_time,
        decision.verdict is Verdict.ACCEPTED,
        frozenset(p.piece for p in decision.pieces if p.state is PieceState.FAULTY),
        dossier.newest_sent,
        () if decision.verdict is Verdict.ACCEPTED else dossier.undecided,
    )


def judged(
    submission: Submission | None = None,
    *,
    received: datetime = IN_TIME,
    earlier: CaseSoFar | None = None,
    rules: Rulebook | None = None,
) -> Judgement:
    mail = a_submission() if submission is None else submission
    return deciding.judge(
        mail, received, earlier, rules or a_trusting_rulebook(), the_wording(), OWN, earlier is not None
    )


def codes(judgement: Judgement) -> list[str]:
    return [finding.code for finding in judgement.decision.findings]


def found(judgement: Judgement, code: str) -> Finding:
    """The one finding of a code."""
    (finding,) = [f for f in judgement.decision.findings if f.code == code]
    return finding


def channel_of(judgement: Judgement) -> tuple[Channel, str | None]:
    route: Route = judgement.decision.route
    return route.channel, route.unit
