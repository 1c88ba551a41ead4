"""What each file is for: its role, decided from content; a name decides only where content cannot be read.

Two principles: a letter or form that we cannot read is still a letter or form with a problem, never "missing";
and when nothing else could be the form, a lone spreadsheet is taken for it, so that staff look instead of the
submitter being asked for what was sent.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.rules import Rulebook
from service.domain.submission import Problem, Role
from service.reading import sniff
from service.reading.containers import DETACHED_SIGNATURES
from service.reading.containers.members import is_decoration
from service.reading.foreign import KINDS, Foreign
from service.reading.forms import FormReading
from service.reading.found import Found, extension_of
from service.reading.letters import DocumentReading
from service.reading.limits import DOCUMENTS
from service.reading.stand_ins import NOTES, meant_name, stands_in


class Sort(StrEnum):
    """Who reads a file."""

    SHEET = "sheet"  # spreadsheets
    WORDS = "words"  # word processor documents
    PAGES = "pages"  # PDF and OFD
    PICTURE = "picture"
    PLAIN = "plain"  # text and HTML
    OTHER = "other"


_SORTS = {
    sniff.XLSX: Sort.SHEET, sniff.XLSM: Sort.SHEET, sniff.XLSB: Sort.SHEET, sniff.XLS: Sort.SHEET,
    sniff.XML_SPREADSHEET: Sort.SHEET, sniff.ODS: Sort.SHEET, sniff.CSV: Sort.SHEET, sniff.DOCX: Sort.WORDS,
    sniff.DOCM: Sort.WORDS, sniff.DOC: Sort.WORDS, sniff.ODT: Sort.WORDS, sniff.RTF: Sort.WORDS,
    sniff.FLAT_ODS: Sort.SHEET, sniff.FLAT_ODT: Sort.WORDS,
    sniff.PDF: Sort.PAGES, sniff.OFD: Sort.PAGES, sniff.TEXT: Sort.PLAIN, sniff.HTML: Sort.PLAIN,
}  # fmt: skip
_SHEET_EXTENSIONS = frozenset({"xls", "xlsx", "xlsm", "xlsb", "xlt", "xltx", "et", "ett", "ods", "fods", "csv"})
_WORD_EXTENSIONS = frozenset({"doc", "docx", "docm", "dot", "dotx", "wps", "wpt", "odt", "fodt", "rtf"})
_PAGE_EXTENSIONS = frozenset({"pdf", "ofd"})
_PICTURE_EXTENSIONS = frozenset({"jpg", "jpeg", "png", "bmp", "tif", "tiff", "heic", "heif", "webp"})
_UNTELLING = frozenset({sniff.UNKNOWN, sniff.EMPTY, sniff.OFFICE_ENCRYPTED, sniff.OFFICE_UNKNOWN})
_WEB = frozenset({sniff.HTML, sniff.MHTML})  # what office programs save under their own extensions
_DRAWINGS = frozenset({"image/svg+xml", "image/wmf", "image/emf", "image/x-icon"})
_SLIDES = frozenset({sniff.PPT, sniff.PPTX, "application/vnd.oasis.opendocument.presentation"})
_DECORATION_EXTENSIONS = frozenset({"p7s", "asc", "sig", "ics", "vcf"})
_FORM_WORD = "表"
_LETTER_WORD = "函"
_HARD = frozenset({Problem.DAMAGED, Problem.ENCRYPTED, Problem.REFUSED, Problem.UNSUPPORTED, Problem.EMPTY})


@dataclass(slots=True)
class Item:
    """One file on its way through the readers."""

    found: Found
    sha256: str
    sort: Sort
    copy_of: str | None = None  # path of the same bytes met earlier
    unlocked: bytes | None = field(default=None, repr=False)  # without the password it came with
    form: FormReading | None = None
    document: DocumentReading | None = None
    printed: FormReading | None = None  # what stands in the ruled tables of a PDF

    @property
    def name(self) -> str:
        return self.found.name

    @property
    def content(self) -> bytes:
        """What readers see."""
        return self.found.content if self.unlocked is None else self.unlocked

    @property
    def media_type(self) -> str:
        return self.found.media_type if self.unlocked is None else sniff.media_type(self.unlocked, self.name)

    @property
    def depth(self) -> int:
        return self.found.path.count("/")

    @property
    def has_tables(self) -> bool:
        return self.form is not None and bool(self.form.tables)

    @property
    def is_form(self) -> bool:
        """The electronic form, readable: tables were found, or a spreadsheet bears the form's title."""
        form = self.form
        return form is not None and (self.has_tables or (self.sort is Sort.SHEET and form.is_form and not self.is_shut))

    @property
    def is_shut(self) -> bool:
        """The form's reader could not get at the content."""
        return self.form is not None and self.form.problem in _HARD

    @property
    def is_readable(self) -> bool:
        """True when there are bytes that a reader should see."""
        return (
            self.found.problem is None and not self.found.is_container and bool(self.found.content) and not self.copy_of
        )


@dataclass(frozen=True, slots=True)
class Opinion:
    """A file's role, its problem, and the Chinese sentences for people."""

    role: Role
    why: str
    problem: Problem | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """What the whole mail turned out to hold; single files are judged against it."""

    letter_paths: frozenset[str] = frozenset()
    has_form: bool = False
    tables: frozenset[int] = frozenset()
    hints: "Hints" = field(default_factory=lambda: Hints((), frozenset()))


@dataclass(frozen=True, slots=True)
class Hints:
    """What names give away. Used only where the content cannot speak."""

    letter_titles: tuple[re.Pattern[str], ...]
    all_tables: frozenset[int]

    def letter(self, name: str) -> bool:
        flat = unicodedata.normalize("NFKC", name)
        return _LETTER_WORD in flat or any(p.search(flat) for p in self.letter_titles)

    def form(self, name: str) -> bool:
        return _FORM_WORD in name and not self.letter(name)


def hints_of(rulebook: Rulebook) -> Hints:
    titles = tuple(re.compile(p) for p in rulebook.letter.title_patterns)
    return Hints(titles, frozenset(t.number for t in rulebook.forms.tables))


def sort_of(media_type: str, name: str) -> Sort:
    """Who should read a file of this kind; the extension speaks where the content says nothing."""
    extension = extension_of(name)
    if media_type in _UNTELLING or (media_type in _WEB and extension in _SHEET_EXTENSIONS | _WORD_EXTENSIONS):
        sort = _sort_by_extension(extension)
        return Sort.SHEET if sort is Sort.OTHER and media_type == sniff.OFFICE_ENCRYPTED else sort
    if media_type.startswith("image/") and media_type not in _DRAWINGS:
        return Sort.PICTURE
    return _SORTS.get(media_type, Sort.OTHER)


def _sort_by_extension(extension: str) -> Sort:
    groups = (
        (_SHEET_EXTENSIONS, Sort.SHEET), (_WORD_EXTENSIONS, Sort.WORDS),
        (_PAGE_EXTENSIONS, Sort.PAGES), (_PICTURE_EXTENSIONS, Sort.PICTURE),
    )  # fmt: skip
    return next((sort for group, sort in groups if extension in group), Sort.OTHER)


def is_small_picture(item: Item) -> bool:
    """Too small to hold a page of text: a logo, an icon, a line of stationery."""
    if item.sort is not Sort.PICTURE:
        return False
    size = sniff.picture_size(item.found.content)
    if size is None:
        return item.found.inline and len(item.content) < DOCUMENTS.small_picture_bytes
    if min(size) < DOCUMENTS.small_picture_side:
        return True
    return item.found.inline and max(size) < DOCUMENTS.inline_picture_side


def opinion_on(item: Item, mail: Picture) -> Opinion:
    """The role of one file, given what the whole mail holds."""
    if item.copy_of is not None:
        return Opinion(Role.SUPPORTING, f"与“{item.copy_of}”内容完全相同，只读取一次")
    if (stand_in := stands_in(item.name)) and (role := _role_meant(item, mail)):
        return Opinion(role, f"{NOTES[stand_in]}，名称所指的文件没有收到", stand_in, NOTES[stand_in])
    if _is_decoration(item):
        return Opinion(Role.DECORATION, "签名图标、系统文件或小图片")
    if item.found.is_container:
        return _container(item)
    if item.found.problem is not None:
        return _by_name(item, mail, item.found.problem, item.found.note)
    if not item.found.content:
        return _by_name(item, mail, Problem.EMPTY, "附件大小为0字节")
    return _by_content(item, mail)


def _role_meant(item: Item, mail: Picture) -> Role | None:
    """What a file would have been in whose place another was attached; None where that was found, or is no piece."""
    if item.depth or item.found.inline:
        return None
    name = meant_name(item.name)
    sort = _sort_by_extension(extension_of(name))
    if mail.hints.letter(name) or sort in {Sort.PAGES, Sort.PICTURE}:
        return None if mail.letter_paths else Role.COVER_LETTER
    if mail.hints.form(name) or sort in {Sort.SHEET, Sort.WORDS}:
        return None if mail.has_form else Role.FORM
    return None


def _is_decoration(item: Item) -> bool:
    if item.found.declared in DETACHED_SIGNATURES or item.found.media_type in _DRAWINGS:
        return True
    if item.found.media_type == sniff.APPLE_NOTES:
        return True
    if is_decoration((), item.name):
        return True
    if extension_of(item.name) in _DECORATION_EXTENSIONS and not item.found.is_container:
        return True
    return item.is_readable and is_small_picture(item)


def _container(item: Item) -> Opinion:
    return Opinion(Role.CONTAINER, "压缩包或邮件，内含文件另行列出", item.found.problem, item.found.note)


def _by_content(item: Item, mail: Picture) -> Opinion:
    form, document = item.form, item.document
    if form is not None and item.is_form:
        return Opinion(Role.FORM, form.why or "内容为征集表", form.problem, form.note)
    if item.found.path in mail.letter_paths:
        why = document.why if document is not None else ""
        problem = document.problem if document is not None else None
        return Opinion(Role.COVER_LETTER, why or "内容为报送函", problem, document.note if document else "")
    if form is not None and form.problem is not None and item.is_shut and not _words_were_read(item, mail):
        return _unreadable_office(item, mail, form.problem, form.note)
    if form is not None and form.is_form and not mail.has_form:
        return Opinion(Role.FORM, form.why)
    if document is not None:
        return _document(item, document, mail)
    return _other(item, mail)


def _words_were_read(item: Item, mail: Picture) -> bool:
    """The letter reader made out the words of a document in which the form reader found no file of its kinds."""
    form, document = item.form, item.document
    if form is None or document is None or document.problem is not None:
        return False
    return mail.has_form or form.problem is Problem.DAMAGED


def _unreadable_office(item: Item, mail: Picture, problem: Problem, note: str) -> Opinion:
    """A spreadsheet or word processor file that cannot be read: most likely the form."""
    if mail.hints.letter(item.name) and item.sort is Sort.WORDS:
        return Opinion(Role.COVER_LETTER, "无法读取，名称为报送函", problem, note)
    if mail.tables >= mail.hints.all_tables and mail.hints.all_tables and not mail.hints.form(item.name):
        return Opinion(Role.UNREADABLE, "无法读取，各表已在其他附件中", problem, note)
    if item.sort is Sort.SHEET or not mail.has_form or mail.hints.form(item.name):
        return Opinion(Role.FORM, "无法读取，可能是征集表", problem, note)
    return Opinion(Role.UNREADABLE, "无法读取，征集表已另行收到", problem, note)


def _document(item: Item, document: DocumentReading, mail: Picture) -> Opinion:
    looks = document.looks_like
    if looks == "unreadable":
        problem = document.problem or Problem.UNREADABLE_TEXT
        return _unreadable_pages(item, mail, problem, document.note)
    if looks == "letter":
        return Opinion(Role.COVER_LETTER, document.why, document.problem, document.note)
    if looks == "form" and item.sort in {Sort.PAGES, Sort.PICTURE}:
        return Opinion(Role.FORM_SCAN, document.why or "征集表的扫描件", document.problem, document.note)
    if looks == "other" and item.printed is not None and item.printed.tables:
        return Opinion(Role.FORM_SCAN, item.printed.why, document.problem, document.note)
    if looks == "decoration":
        return Opinion(Role.DECORATION, document.why or "装饰图片", document.problem, document.note)
    if not mail.has_form and (looks == "form" or (item.sort is Sort.WORDS and mail.hints.form(item.name))):
        return Opinion(Role.FORM, "没有其他附件可作征集表，但未认出表1-4", document.problem, document.note)
    if not document.text.strip() and not mail.letter_paths and mail.hints.letter(item.name):
        return Opinion(Role.COVER_LETTER, "名称为报送函", Problem.UNREADABLE_TEXT, "页面上没有可辨认的文字")
    return Opinion(Role.SUPPORTING, document.why or "其他材料", document.problem, document.note)


def _unreadable_pages(item: Item, mail: Picture, problem: Problem, note: str) -> Opinion:
    """Pages that cannot be made out: the letter, unless one was found or the name says otherwise."""
    if mail.hints.form(item.name):
        role = Role.FORM_SCAN if item.sort in {Sort.PAGES, Sort.PICTURE} else Role.FORM
        return Opinion(role, "无法读取，名称为征集表", problem, note)
    if not mail.letter_paths or mail.hints.letter(item.name):
        return Opinion(Role.COVER_LETTER, "无法读取，可能是报送函", problem, note)
    return Opinion(Role.UNREADABLE, "无法读取，报送函已另行收到", problem, note)


def _other(item: Item, mail: Picture) -> Opinion:
    form = item.form
    problem, note = (form.problem, form.note) if form is not None else (None, "")
    if item.sort is Sort.SHEET:
        if not mail.has_form:
            return Opinion(Role.FORM, "没有其他附件可作征集表，但未认出表1-4", problem, note)
        return Opinion(Role.SUPPORTING, "电子表格，但不是征集表", problem, note)
    if item.sort is not Sort.OTHER or item.found.media_type in _SLIDES:
        return Opinion(Role.SUPPORTING, (form.why if form else "") or "其他材料", problem, note)
    if foreign := KINDS.get(item.found.media_type):
        return _foreign(foreign, mail)
    note = "文件类型不明，无法读取"
    return Opinion(Role.UNREADABLE, note, Problem.UNKNOWN_KIND, note)


def _foreign(kind: Foreign, mail: Picture) -> Opinion:
    """A document of another program's, which may be the form or the letter: never told to be missing."""
    is_form = kind.is_sheet and not mail.has_form
    return Opinion(Role.FORM if is_form else Role.UNREADABLE, kind.name, Problem.UNSUPPORTED, kind.note)


def _by_name(item: Item, mail: Picture, problem: Problem, note: str) -> Opinion:
    """No bytes to judge by: the extension and the name are all there is."""
    if item.found.inline:
        return Opinion(Role.DECORATION, "正文中的图片，内容未能取得", problem, note)
    if item.sort in {Sort.SHEET, Sort.WORDS}:
        return _unreadable_office(item, mail, problem, note)
    if item.sort in {Sort.PAGES, Sort.PICTURE}:
        return _unreadable_pages(item, mail, problem, note)
    return Opinion(Role.UNREADABLE, "内容未能取得", problem, note)
