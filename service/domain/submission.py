"""What one mail brings, as read: attachments with roles, letters, tables. No judgement, no directory."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.mail import Envelope


class Role(StrEnum):
    """What an attachment is, decided from its content."""

    COVER_LETTER = "cover_letter"
    FORM = "form"  # an electronic form, or what claims to be one (an unreadable workbook too)
    FORM_SCAN = "form_scan"  # the form as picture or PDF: for staff's eyes, not readable as data
    SUPPORTING = "supporting"
    DECORATION = "decoration"  # signature logos, stationery
    CONTAINER = "container"  # zip, nested mail: its members are attachments of their own
    LINK = "link"  # an oversized attachment that was not attached
    UNREADABLE = "unreadable"


class Problem(StrEnum):
    """Why an attachment could not be used as its sender meant it."""

    EMPTY = "empty"  # zero length: A304
    SHORTCUT = "shortcut"  # attached in the file's place, and tells only where that lies: A304
    LOCK_FILE = "lock_file"  # what an office program leaves beside an open file, attached in its place: A304
    DAMAGED = "damaged"  # F203 for a form, A302 for a container
    ENCRYPTED = "encrypted"  # F204
    REFUSED = "refused"  # over a limit: A303
    UNKNOWN_KIND = "unknown_kind"  # A305
    UNREADABLE_TEXT = "unreadable_text"  # a letter whose text cannot be made out: L102
    MACROS = "macros"  # A306, read all the same
    UNSUPPORTED = "unsupported"  # a known kind that this installation cannot read; note names what is missing


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file found in a mail at any depth.

    path tells where it lies, containers joined by "/": "outer.zip/inner.xlsx", "原邮件.eml/表.xlsx". It is
    unique within the mail (a repeated name gets " (2)" before its extension) and is data, never a file path.
    """

    path: str
    name: str
    size: int  # bytes
    sha256: str
    media_type: str  # from content, not from the sender's label
    role: Role
    problem: Problem | None = None
    note: str = ""  # Chinese, for people: what was seen (password-protected, which limit, what is missing)
    why: str = ""  # Chinese: why it got its role, for `why` and staff
    inline: bool = False


class Seal(StrEnum):
    """Whether a seal can be seen (检测到疑似公章: a mark is there, never a verification)."""

    PRESENT = "present"
    ABSENT = "absent"
    CANNOT_TELL = "cannot_tell"


class LetterSource(StrEnum):
    """How the text of a letter was had."""

    TEXT_LAYER = "text_layer"  # a PDF that carries its text
    OCR = "ocr"  # a scan or photo
    EDITABLE = "editable"  # a word processor or text file: not a scan (L103)


@dataclass(frozen=True, slots=True)
class FieldRead:
    """What was read for one field of a letter, from where, and how surely."""

    name: str  # signer, title, document_number, date, addressee, seal
    value: str  # as read; of a seal its ring's writing, "" when none could be read
    attachment: str  # path
    page: int  # from 1
    box: tuple[float, float, float, float] | None = None  # left, top, right, bottom in widths of the upright page
    confidence: float = 0.0  # 0..1
    doubt: str = ""  # Chinese: why it is not believed


@dataclass(frozen=True, slots=True)
class CoverLetter:
    """One 报送函 as read from its pages. Names are as read; who that is, routing decides."""

    attachments: tuple[str, ...]  # paths, in page order
    source: LetterSource
    pages: int
    text: str  # line by line, top to bottom, read once
    signer: str | None = None  # 署名, as read
    title: str | None = None
    document_number: str | None = None  # 发文字号 with 〔〕
    date: datetime.date | None = None
    addressee: str | None = None
    seal: Seal = Seal.CANNOT_TELL
    seal_text: str | None = None  # ring text as read
    sealed_colour: bool = False  # the page is in colour, so a red seal would be seen
    confidence: float = 0.0  # 0..1, of the fields together
    signer_candidates: tuple[str, ...] = ()  # other lines that look like a signature or letterhead, best first
    seal_sure: float = (
        1.0  # 0..1, of the least certain character of seal_text; 0 when several seals say different things
    )
    fields: tuple[FieldRead, ...] = ()  # one of a name at most

    def field_read(self, name: str) -> FieldRead | None:
        """Where a field was read; None when it was not."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def attachment(self) -> str:
        return self.attachments[0]


class Tick(StrEnum):
    """An answer to a yes-or-no question."""

    YES = "yes"
    NO = "no"
    UNANSWERED = "unanswered"
    CONTRADICTORY = "contradictory"


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands in a cell for one question of 表3 or 表4. Exactly one of tick, text, choices is meant,
    by the question's kind."""

    question: str  # key as in forms.toml with its block: "nyx.plan_nyx"
    cell: str  # "D5"
    tick: Tick | None = None
    text: str | None = None  # the free text; "" when nothing was written
    choices: tuple[str, ...] | None = None  # keys of the ticked groups
    doubt: str | None = None  # Chinese: why the mark can be read in two ways; then staff decide, not we


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table that has content (example, total and note rows are left out)."""

    row: int  # 1-based row in the source
    unit: str | None  # as written; a merged or 同上 cell is filled from above
    city: str | None
    cells: Mapping[str, str] = field(default_factory=dict)  # column key (or header text if unknown) -> text
    answers: tuple[Answer, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)  # column key -> "D5"

    def answer(self, question: str) -> Answer | None:
        """The answer to a question by its full key; None when the row does not hold that question."""
        for answer in self.answers:
            if answer.question == question:
                return answer
        return None


@dataclass(frozen=True, slots=True)
class Table:
    """One of 表1-4 as found in a file."""

    number: int
    attachment: str  # path
    sheet: str
    rows: tuple[Row, ...]
    nil: bool = False  # the table itself says 无/零报送 in place of rows
    header_row: int = 0  # 1-based
    columns: tuple[tuple[str, str, str], ...] = ()  # (key or "", header as written, column letter)
    reporter: str | None = None  # 填报单位 above the header
    left_out: tuple[str, ...] = ()  # Chinese: rows not taken and why ("第3行：示例")
    unread: tuple[str, ...] = ()  # sheets or tables after it that look like more of the form, but could not be read
    heading: tuple[str, ...] = ()  # titles above it, as written

    @property
    def is_empty(self) -> bool:
        return not self.rows


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail tells of other mails, as bounces do."""

    message_ids: tuple[str, ...] = ()  # with brackets, in the order they stand
    actions: tuple[str, ...] = ()  # RFC 3464: failed, delayed, delivered, relayed, expanded
    reason: str = ""  # the server's words


@dataclass(frozen=True, slots=True)
class Submission:
    """Everything one mail brings. A plain value: stored as JSON beside the archive, read once."""

    sha256: str  # of the mail's bytes
    size: int
    envelope: Envelope
    text: str = ""  # what this sender wrote, without quoted mails below
    quoted: str = ""  # the quoted part
    attachments: tuple[Attachment, ...] = ()
    letters: tuple[CoverLetter, ...] = ()  # best first
    tables: tuple[Table, ...] = ()
    printed_tables: tuple[Table, ...] = ()  # read off a PDF where no electronic form came: for staff, never a piece
    defects: tuple[str, ...] = ()  # English: what was broken in the MIME structure
    reader: str = ""  # version of the reader that made this
    report: Report = Report()

    @property
    def letter(self) -> CoverLetter | None:
        return self.letters[0] if self.letters else None

    def of_role(self, role: Role) -> Iterator[Attachment]:
        """The attachments of one role, in the mail's order."""
        return (a for a in self.attachments if a.role is role)

    @property
    def is_empty(self) -> bool:
        """True when a person could see nothing in this mail but its subject."""
        return not self.text.strip() and not self.attachments
