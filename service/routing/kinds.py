"""What sort of mail this is: a machine's, our own, staff's, or a person's who submits, follows up or asks.

When in doubt a mail is a person's: a mail too many before staff's eyes costs less than a need that is lost.
"""

import re
import unicodedata
from functools import lru_cache

from service.domain.mail import Envelope, MailKind
from service.domain.nil import reads_nil
from service.domain.rules import MailWords, Rulebook
from service.domain.simplifying import simplified
from service.domain.submission import Attachment, Role, Submission

_PIECE_ROLES = frozenset({Role.COVER_LETTER, Role.FORM, Role.FORM_SCAN, Role.LINK, Role.UNREADABLE})
_BULK = frozenset({"bulk", "junk", "list"})
_OPENING = 200
"""Characters of a mail in which a machine says that it is one; further down it is our own letter, quoted."""

_PAUSES = ",.!。、~…;:-—"
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")
_RULES_NAMES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".et", ".ett", ".xltx", ".ods", ".fods", ".csv", ".toml")
_ARCHIVES = (".zip", ".rar", ".7z")
_SHEET_TYPES = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.ms-excel.sheet.macroEnabled.12",
        "application/vnd.ms-excel",
        "application/vnd.oasis.opendocument.spreadsheet",
        "text/csv",
    }
)
_SIGNATURE = re.compile(r"(?m)^\s*[-—_=*]{2,}\s*$")
_CLAUSE = re.compile(r"(?<=[，,。;；:：!！?？\n])")

Kind = tuple[MailKind, str]


def classify(
    submission: Submission,
    rulebook: Rulebook,
    own_addresses: frozenset[str],
    joins_case: bool,
    is_complete: bool = False,
) -> Kind:
    """The kind of a mail and why (Chinese). own_addresses: lower case; joins_case: its case is already there;
    is_complete: and lacks nothing."""
    return (
        _own(submission, own_addresses)
        or _bounce(submission, rulebook.mail)
        or _auto_reply(submission, rulebook.mail)
        or _list(submission)
        or _staff(submission, rulebook)
        or _forbidden(submission, rulebook)
        or _persons(submission, rulebook, joins_case, is_complete)
    )


def has_pieces(submission: Submission) -> bool:
    """True when the mail brings something that is, or may hold, a cover letter or a form."""
    return bool(submission.letters or submission.tables) or any(map(_may_be_piece, submission.attachments))


def brings_rules(submission: Submission) -> bool:
    """True when all that a mail brings may be files of the rules: spreadsheets without a needs form, CSV, TOML. What
    they hold is looked at when they are taken up; a mail with anything else is judged like anybody's."""
    files = [a for a in submission.attachments if _is_content(a)]
    return bool(files) and not submission.tables and all(map(_may_be_rules, files))


def _is_content(attachment: Attachment) -> bool:
    opened = attachment.role is Role.CONTAINER and attachment.problem is None
    picture = attachment.inline and attachment.media_type.startswith("image/")
    return not (opened or picture or attachment.role is Role.DECORATION)


def _may_be_rules(attachment: Attachment) -> bool:
    name = attachment.name.lower()
    locked = attachment.role is Role.CONTAINER and name.endswith(_ARCHIVES)
    return locked or name.endswith(_RULES_NAMES) or attachment.media_type in _SHEET_TYPES


def _may_be_piece(attachment: Attachment) -> bool:
    if attachment.role is Role.CONTAINER:
        return attachment.problem is not None
    return attachment.role in _PIECE_ROLES


def bars_reply(envelope: Envelope) -> str | None:
    """Why no automatic answer may go to this mail (RFC 3834 section 2), in Chinese; None when one may."""
    suppress = (envelope.signal("x-auto-response-suppress") or "").lower()
    if auto_submitted(envelope) != "no" or envelope.signal("x-autoreply") or envelope.signal("x-autorespond"):
        return "邮件自称由程序发出"
    if _precedence(envelope) or envelope.signal("list-id") or envelope.signal("list-unsubscribe"):
        return "邮件来自群发或邮件列表"
    if re.search(r"\b(?:all|autoreply)\b", suppress):
        return "发件方要求不要自动回复"
    return "退信地址为空，由程序发出" if _null_sender(envelope) else None


def auto_submitted(envelope: Envelope) -> str:
    """The token of Auto-Submitted (RFC 3834 section 5), comments and parameters left out; "no" without the field."""
    value = envelope.signal("auto-submitted") or "no"
    return re.sub(r"\([^()]*\)", " ", value).partition(";")[0].strip().lower() or "no"


WITHDRAWAL = "正文要求撤回，没有附报送材料"
"""Why such a mail is for a person."""


def is_own_letter(submission: Submission, own_addresses: frozenset[str]) -> bool:
    """Whether a mail says that this service sent it: a copy of one of its letters, which is no part of any case."""
    return _own(submission, own_addresses) is not None and auto_submitted(submission.envelope) != "no"


def _own(submission: Submission, own_addresses: frozenset[str]) -> Kind | None:
    if any(a.address.lower() in own_addresses for a in submission.envelope.senders):
        return MailKind.OWN, "发件人是本邮箱"
    return None


def _bounce(submission: Submission, words: MailWords) -> Kind | None:
    envelope = submission.envelope
    content_type = (envelope.signal("content-type") or "").lower()
    if "multipart/report" in content_type:
        kind = MailKind.AUTO_REPLY if "disposition-notification" in content_type else MailKind.BOUNCE
        return kind, "邮件格式是系统报告（multipart/report）"
    if envelope.signal("x-failed-recipients"):
        return MailKind.BOUNCE, "邮件带有退信标记（X-Failed-Recipients）"
    locals_ = {a.address.partition("@")[0].lower() for a in envelope.senders}
    by_daemon = bool(locals_ & set(words.bounce_local_parts))
    says_so = _has(envelope.subject, words.bounce_subjects) and not _is_reply(envelope, words)
    told = _has(submission.text, words.bounce_phrases)
    if by_daemon and (says_so or told):
        return MailKind.BOUNCE, "退信系统发来的退信"
    if not has_pieces(submission) and (by_daemon or (says_so and (told or _null_sender(envelope)))):
        return MailKind.BOUNCE, "退信系统发来的通知"
    return None


def _auto_reply(submission: Submission, words: MailWords) -> Kind | None:
    envelope = submission.envelope
    if auto_submitted(envelope) == "auto-replied":
        return MailKind.AUTO_REPLY, "邮件自称是自动回复（Auto-Submitted）"
    # Anything else that calls itself automatic but brings a letter or a form is taken as a submission and not
    # answered: office systems send people's files for them. And no vacation notice (QQ's has nothing but its
    # subject and a sentence to tell) brings a form, so "自动回复" above one was written or left there by a person.
    if has_pieces(submission):
        return None
    if auto_submitted(envelope) != "no" or envelope.signal("x-autoreply") or envelope.signal("x-autorespond"):
        return MailKind.AUTO_REPLY, "邮件自称由程序发出"
    if (_precedence(envelope) or "list") not in _BULK or _null_sender(envelope):
        return MailKind.AUTO_REPLY, "邮件头表明由程序发出"
    if _begins(envelope.subject, words.auto_reply_subjects):
        return MailKind.AUTO_REPLY, "主题是自动回复"
    if _begins(envelope.subject, words.receipt_subjects):
        return MailKind.AUTO_REPLY, "主题是已读回执或撤回通知"
    if _has(submission.text.strip()[:_OPENING], words.auto_reply_phrases):
        return MailKind.AUTO_REPLY, "正文写明是自动回复"
    return None


def _list(submission: Submission) -> Kind | None:
    envelope = submission.envelope
    from_list = envelope.signal("list-id") or envelope.signal("list-unsubscribe") or _precedence(envelope) in _BULK
    return (MailKind.LIST, "群发或邮件列表的邮件，没有附报送材料") if from_list and not has_pieces(submission) else None


def is_from_staff(submission: Submission, rulebook: Rulebook) -> bool:
    """Whether a mail is one of the campaign's own people at work, and brings no piece of a case."""
    return _staff(submission, rulebook) is not None


def _staff(submission: Submission, rulebook: Rulebook) -> Kind | None:
    people = {a.lower() for a in (*rulebook.campaign.staff, *rulebook.campaign.admins)}
    sender = submission.envelope.sender
    if sender is None or sender.address.lower() not in people:
        return None
    if not has_pieces(submission):
        return MailKind.STAFF_COMMAND, "工作人员来信，没有附报送材料"
    admins = {a.lower() for a in rulebook.campaign.admins}
    if sender.address.lower() in admins and brings_rules(submission):
        return MailKind.STAFF_COMMAND, "管理员来信，附件是规则文件，不是报送材料"
    return None


def _forbidden(submission: Submission, rulebook: Rulebook) -> Kind | None:
    """A person reads what a forbidden sender brings: nothing is answered, and nothing enters a case."""
    for sender in submission.envelope.senders:
        if source := rulebook.forbids(sender.address):
            return MailKind.INQUIRY, f"发件人在禁用名单中（{source}）"
    return None


def _persons(submission: Submission, rulebook: Rulebook, joins_case: bool, is_complete: bool) -> Kind:
    meant, reason = _means_to_submit(submission, rulebook, joins_case)
    if meant and is_complete and not has_pieces(submission):
        return MailKind.INQUIRY, f"{reason}；报送件已齐备，一份回执会让人以为收到了"
    if meant:
        return (MailKind.FOLLOW_UP, f"{reason}；接续已有报送件") if joins_case else (MailKind.SUBMISSION, reason)
    if submission.is_empty and not submission.quoted.strip():
        return MailKind.EMPTY, "没有正文，也没有附件"
    if joins_case and _is_reply(submission.envelope, rulebook.mail) and _is_courtesy(submission, rulebook.mail):
        return MailKind.EMPTY, "回信只是致谢或告知收到"
    return MailKind.INQUIRY, reason


def _means_to_submit(submission: Submission, rulebook: Rulebook, joins_case: bool) -> tuple[bool, str]:
    words, text = rulebook.mail, submission.text
    is_reply = _is_reply(submission.envelope, words)
    subject = "" if is_reply else submission.envelope.subject
    said = f"{subject}\n{text}"
    encloses, asks = _encloses(said, words), _has(said, (*words.inquiry_words, *words.request_words))
    if has_pieces(submission):
        if asks and not encloses and _is_blank_form_only(submission):
            return False, "只附空白表格，正文是询问"
        return True, "附有报送材料"
    if _has(said, words.withdraw_words):
        return False, WITHDRAWAL
    if encloses:
        return True, "正文说附有材料，但没有附件"
    if asks:
        return False, "来信是询问或请求，没有附报送材料"
    if reads_nil(text, rulebook):
        return True, "正文说到报送，没有附报送材料"
    if _has(said, words.submitting_words):
        # Who answers our letter knows what is asked for; a promise to send it is not to be asked for it again.
        answers = is_reply and joins_case
        return not answers, "回信说到报送，没有附报送材料" if answers else "正文说到报送，没有附报送材料"
    return False, "没有附报送材料，也没有说到报送"


def _is_courtesy(submission: Submission, words: MailWords) -> bool:
    """True when nothing is said but thanks, and nothing brought: staff would open such mails by the hundred."""
    said = _fold(_ADDRESS.sub("", _SIGNATURE.split(submission.text, maxsplit=1)[0] or submission.text))
    for word in sorted(_folded(words.courtesy_words), key=len, reverse=True):
        said = said.replace(word, "")
    brings = any(a.role is not Role.DECORATION for a in submission.attachments)
    return bool(submission.text.strip()) and not brings and not said.strip(_PAUSES)


def _encloses(said: str, words: MailWords) -> bool:
    """True when a clause speaks of enclosed files and does not itself ask about them: 请问需要附上营业执照吗."""
    return any(
        _has(clause, words.enclosing_words) and not _has(clause, words.inquiry_words) for clause in _CLAUSE.split(said)
    )


def _is_blank_form_only(submission: Submission) -> bool:
    files = [a for a in submission.attachments if _may_be_piece(a)]
    sound_forms = all(a.role is Role.FORM and a.problem is None for a in files)
    return sound_forms and not submission.letters and all(t.is_empty and not t.nil for t in submission.tables)


def _is_reply(envelope: Envelope, words: MailWords) -> bool:
    """True when the subject may be somebody else's words."""
    stems = "|".join(re.escape(_fold(p)) for p in words.subject_prefixes)
    return bool(envelope.in_reply_to) or bool(stems and re.match(rf"(?:{stems})(?:\[\d+\])?:", _fold(envelope.subject)))


def _precedence(envelope: Envelope) -> str | None:
    value = (envelope.signal("precedence") or "").strip().lower()
    return value if value in _BULK or value in {"auto_reply", "auto-reply"} else None


def _null_sender(envelope: Envelope) -> bool:
    return (envelope.signal("return-path") or "").strip() == "<>"


def _begins(subject: str, stems: tuple[str, ...]) -> bool:
    return _fold(subject).lstrip("【[(").startswith(tuple(map(_fold, stems)))


def _has(text: str, phrases: tuple[str, ...]) -> bool:
    folded = _fold(text)
    return any(phrase in folded for phrase in _folded(phrases))


@lru_cache(maxsize=256)
def _folded(phrases: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_fold(phrase) for phrase in phrases if phrase)


def _fold(text: str) -> str:
    return simplified(re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold())
