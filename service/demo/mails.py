"""One day's mail of the invented province: one mail of every kind that a collection mailbox meets.

`the_day(seed)` gives the mails in the order of their arrival, each with what must come of it. What the submitting
ones hold is in `service.demo.day`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy

from service.demo.day import WRITERS, Draft
from service.demo.machines import coremail_bounce, newsletter, vacation
from service.demo.mime import Mail, make_mail
from service.demo.pieces import Pieces
from service.demo.submissions import Scribe, official_forms
from service.demo.world import FREE_MAIL, the_world
from service.domain.rules import Forms

CHINA = timezone(timedelta(hours=8))
_MORNING = datetime(2020, 3, 25, 8, 31, tzinfo=CHINA)  # the last day of the campaign
_NIGHT = datetime(2020, 3, 26, 0, 12, tzinfo=CHINA)
_STEP = timedelta(minutes=23)


@dataclass(frozen=True, slots=True)
class DayMail:
    """One mail of the day, and what must come of it when the mails are judged in order."""

    key: str
    sender: str  # addr-spec, also the login of the demo's mail program
    description: str  # Chinese, one line
    mail: Mail | bytes
    received: datetime
    verdict: str
    codes: frozenset[str] = frozenset()  # these findings must be made
    may: frozenset[str] = frozenset()  # these may be made as well; so may remarks
    answers: str | None = None  # the key of the earlier mail whose letter from us this one replies to

    def content(self, our_letter: bytes | None = None) -> bytes:
        """The mail's bytes. A reply threads and quotes our letter when it is given."""
        if isinstance(self.mail, bytes):
            return self.mail
        return make_mail(self.mail if our_letter is None else reply_to(our_letter, self.mail))


def reply_to(our_letter: bytes, mail: Mail) -> Mail:
    """The mail as an answer to a letter of ours: its subject with 回复, its thread, its text quoted below."""
    letter = message_from_bytes(our_letter, policy=policy.default)
    body = letter.get_body(("plain",))
    text = "" if body is None else str(body.get_content())
    identity = str(letter["Message-ID"])
    quoted = "------------------ 原始邮件 ------------------\n" + "".join(f"> {line}\n" for line in text.splitlines())
    subject = f"回复：{letter['Subject']}"
    return replace(mail, subject=subject, in_reply_to=identity, references=(identity,), quoted=quoted)


def the_day(seed: int, forms: Forms | None = None) -> list[DayMail]:
    """The day's mails. The same seed gives the same bytes; forms are those of the packaged rules by default."""
    world, forms = the_world(), forms or official_forms()
    pieces = Pieces(Scribe(seed, world, forms), world, forms, seed)
    mails = [_sent(write(pieces), pieces, _MORNING + i * _STEP) for i, write in enumerate(WRITERS)]
    mails += _from_machines()
    mails.append(_once_more(mails[0]))
    return sorted(mails, key=lambda mail: mail.received)


def _sent(draft: Draft, pieces: Pieces, moment: datetime) -> DayMail:
    subject, text, signature = pieces.scribe.mail_words(draft.sender)
    mail = Mail(
        draft.sender.address,
        draft.subject or subject,
        draft.text or text,
        _NIGHT if draft.after_deadline else moment,
        draft.files,
        sender_name=draft.sender_name,
        client=draft.client,
        signature=signature,
    )
    codes, may = frozenset(draft.codes), frozenset(draft.may)
    about = (draft.key, mail.sender, draft.description, mail, mail.received, draft.verdict)
    return DayMail(*about, codes, may, draft.answers)


def _from_machines() -> list[DayMail]:
    person, postmaster = f"lxr@{FREE_MAIL}", f"postmaster@{FREE_MAIL}"
    noon = _MORNING.replace(hour=12)
    bounce = coremail_bounce(FREE_MAIL, noon + _STEP, f"gone@{FREE_MAIL}")
    return [
        _automatic("vacation", person, "QQ邮箱的假期自动回复", vacation(person, noon), noon),
        _automatic("bounce", postmaster, "系统退信", bounce, noon + _STEP),
        _automatic("newsletter", "news@list.example", "邮件列表的资讯", newsletter(noon + 2 * _STEP), noon + 2 * _STEP),
    ]


def _automatic(key: str, sender: str, description: str, content: bytes, moment: datetime) -> DayMail:
    return DayMail(key, sender, description, content, moment + timedelta(seconds=20), "not_a_submission")


def _once_more(first: DayMail) -> DayMail:
    """The very same bytes again, as a nervous gateway sends them."""
    description = "同一封邮件重复到达"
    return replace(first, key="duplicate", description=description, received=first.received + timedelta(hours=3))
