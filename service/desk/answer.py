"""What staff are told: what became of their orders, and a draft to release. The words are in mail_templates/."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

from service.domain.outgoing import WaitingLetter
from service.domain.rules import Campaign
from service.typesetting.papers import RenderedLetter
from service.typesetting.templates import Templates
from service.typesetting.text import one_line


class Outcome(StrEnum):
    """What became of one order; its words are in answer.words."""

    RELEASED = "released"
    DISCARDED = "discarded"
    DONE = "done"
    NOTHING_WAITS = "nothing_waits"
    NO_SUCH_CASE = "no_such_case"
    NOT_UNDERSTOOD = "not_understood"
    UNIT_UNKNOWN = "unit_unknown"
    AS_BEFORE = "as_before"
    ADMINS_ONLY = "admins_only"
    NOT_YOURS = "not_yours"
    NOT_WAITING = "not_waiting"
    CONFIRMED = "confirmed"
    CONFIRMED_TOO = "confirmed_too"  # for another unit besides
    CONFIRMED_ALREADY = "confirmed_already"
    REGISTERED = "registered"  # it stands in the directory
    NO_MAILBOX = "no_mailbox"  # none that speaks for a unit and is registered nowhere
    SEVERAL_UNITS = "several_units"  # an address alone does not say for which
    REVOKED = "revoked"
    NOT_CONFIRMED = "not_confirmed"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"  # these five: the new verdict after a ruling
    NEEDS_CORRECTION = "needs_correction"
    WRONG_ROUTE = "wrong_route"
    STAFF_REVIEW = "staff_review"
    NOT_A_SUBMISSION = "not_a_submission"


@dataclass(frozen=True, slots=True)
class Result:
    line: str  # as it was written
    outcome: Outcome
    what: str = ""  # the letter's subject, the case's number, the mailbox and its unit


@dataclass(frozen=True, slots=True)
class Answer:
    results: tuple[Result, ...]
    words: tuple[str, ...]  # one for each thing that can be ordered


def render_answer(answer: Answer, campaign: Campaign, made: datetime, templates: Templates) -> RenderedLetter:
    """The answer to orders. Raises jinja2.TemplateError for a broken template."""
    results = [
        {"line": one_line(r.line, 80), "outcome": r.outcome.value, "what": one_line(r.what, 100)}
        for r in answer.results
    ]
    return templates.render("answer", {**_common(campaign, made), "results": results, "words": answer.words})


def render_draft(draft: WaitingLetter, campaign: Campaign, made: datetime, templates: Templates) -> RenderedLetter:
    """The mail in which staff see a letter before it leaves. Raises jinja2.TemplateError."""
    values = {
        "letter": draft.id,
        "number": draft.number,
        "letter_subject": one_line(draft.subject, 200),
        "to": tuple(one_line(address, 100) for address in draft.recipients),
        "letter_text": _text_of(draft.content),
        "attached": _names_of(draft.content),
    }
    return templates.render("draft", {**_common(campaign, made), **values})


def desk_problems(templates: Templates) -> tuple[str, ...]:
    """Both letters rendered with samples: what is wrong, each with file, line and what to do."""
    return tuple(fault for name, trial in _trials(templates) for fault in templates.problems(name, iter([trial])))


def _common(campaign: Campaign, made: datetime) -> dict[str, object]:
    zone = ZoneInfo(campaign.timezone)
    return {"department": campaign.department, "campaign": campaign.title, "made": made.astimezone(zone)}


def _parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def _text_of(content: bytes) -> str:
    body = _parsed(content).get_body(("plain",))
    return str(body.get_content()).strip() if body is not None else ""


def _names_of(content: bytes) -> tuple[str, ...]:
    return tuple(one_line(str(part.get_filename() or ""), 100) for part in _parsed(content).iter_attachments())


def sample_answers() -> tuple[Answer, Answer]:
    """One order carried out, and one result of each kind."""
    lines = {Outcome.RELEASED: "放行 信17", Outcome.DISCARDED: "不发 信18", Outcome.DONE: "已办 LH2020-0023"}
    lines |= {Outcome.WITHDRAWN: "撤件 LH2020-0031"}
    lines |= {Outcome.CONFIRMED: "确认 LH2020-0012", Outcome.REVOKED: "撤销 lisi@freemail.example"}
    every = tuple(Result(lines.get(outcome, "受理 LH2020-0012"), outcome, "LH2020-0012") for outcome in Outcome)
    words = ("放行", "不发", "已办", "受理", "认定", "撤件", "确认", "撤销")
    one = Result("认定 LH2020-0027 岭海大学", Outcome.ACCEPTED, "LH2020-0027")
    return Answer((one,), words), Answer(every, words)


def sample_draft() -> WaitingLetter:
    """A redirect that waits."""
    text = "您好：\r\n\r\n请将材料报送岭西市科学技术局。\r\n下一步：请将同样的材料发给岭西市科学技术局。\r\n"
    mail = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}".encode()
    subject = "【转报通知】请将材料报送岭西市科学技术局 [LH2020-0012]"
    return WaitingLetter(17, subject, ("kyc@unit.example",), "", "LH2020-0012", mail)


def _trials(templates: Templates) -> Iterator[tuple[str, Callable[[], object]]]:
    made = datetime.fromisoformat("2020-03-25T09:10:00+08:00")
    names = ("2020年需求征集", "岭海省科学技术厅", (), "LH2020", made, "Asia/Shanghai", "岭海省", "岭州市")
    campaign = Campaign(*names, required_pieces=(), staff=(), admins=())
    for answer in sample_answers():
        yield "answer", partial(render_answer, answer, campaign, made, templates)
    for number in ("LH2020-0012", None):
        yield "draft", partial(render_draft, replace(sample_draft(), number=number), campaign, made, templates)
