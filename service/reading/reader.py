"""The story of one reading: take the mail apart, open containers, read forms, then letters, then decide roles.

Forms come first because they are cheap; recognition of pictures comes last, the likeliest letters first, and ends
early once a letter is found. Never raises for what a mail holds; the same bytes give the same Submission.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from service.domain.rules import Rulebook
from service.domain.submission import Attachment, CoverLetter, Problem, Role, Submission, Table
from service.reading import sniff
from service.reading.containers import Unpacked, unpack
from service.reading.forms import read_form
from service.reading.found import Paths
from service.reading.letters import DocumentReading, LooksLike, Ocr, combine, read_document, settled
from service.reading.limits import DOCUMENTS
from service.reading.mail import ParsedMail, parse
from service.reading.mail.links import Link
from service.reading.mail.passwords import passwords_in
from service.reading.roles import Hints, Item, Opinion, Picture, Sort, hints_of, is_small_picture, opinion_on, sort_of
from service.reading.unlocking import LOCKABLE, unlocked
from service.reading.version import READER_VERSION
from service.reading.watch import GIVEN_UP, Unwatched, Watch

_PAGE_SORTS = (Sort.PAGES, Sort.PICTURE)
_TOO_MANY = "图片和扫描件过多，未逐一辨认，需人工查看"
_FORM_SORTS = (Sort.SHEET, Sort.WORDS)


def read_mail(content: bytes, rulebook: Rulebook, ocr: Ocr, watch: Watch | None = None) -> Submission:
    """Everything the bytes of one mail bring. watch: over each file while it is read; None: nothing."""
    watch = watch or Unwatched()
    mail = parse(content, rulebook.mail)
    stated = (mail.envelope.subject, mail.text, *(file.name.rpartition(".")[0] for file in mail.files))
    passwords = passwords_in(*stated)
    unpacked = unpack(mail.files, rulebook.mail, passwords, watch)
    items = _items(unpacked, watch)
    tools = _Tools(rulebook, ocr, watch)
    _unlock(items, passwords_in(*stated, *unpacked.texts), tools)
    _read_forms(items, tools)
    letters = _read_letters(items, tools)
    tables = tuple(table for item in items if item.form is not None for table in item.form.tables)
    printed = () if tables else _printed_tables(items, tools)
    whole = _whole(items, letters, tables, hints_of(rulebook))
    return Submission(
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        envelope=mail.envelope,
        text=mail.text,
        quoted="\n\n".join(t for t in (mail.quoted, *unpacked.texts) if t),
        attachments=(*(_attachment(item, opinion_on(item, whole)) for item in items), *_links(mail, unpacked)),
        letters=letters,
        tables=tables,
        printed_tables=printed,
        defects=(*mail.defects, *unpacked.defects),
        report=mail.report,
        reader=READER_VERSION,
    )


@dataclass(frozen=True, slots=True)
class _Tools:
    """What every file is read with."""

    rulebook: Rulebook
    ocr: Ocr
    watch: Watch


def _items(unpacked: Unpacked, watch: Watch) -> list[Item]:
    """Every file with its kind; the same bytes are read only where they stand first."""
    first: dict[str, str] = {}
    items: list[Item] = []
    for found in unpacked.files:
        item = Item(found, found.sha256, sort_of(found.media_type, found.name))
        if item.is_readable and watch.gives_up(item.sha256):
            item.found = replace(found, problem=Problem.UNSUPPORTED, note=GIVEN_UP)
        elif item.is_readable:
            item.copy_of = first.get(item.sha256)
            first.setdefault(item.sha256, found.path)
        items.append(item)
    return items


def _unlock(items: Iterable[Item], passwords: Sequence[str], tools: _Tools) -> None:
    """Opens what is locked under a password that the mail states; its bytes stay those that were sent."""
    for item in items:
        if item.is_readable and item.media_type in LOCKABLE:
            with tools.watch.over(item.sha256):
                item.unlocked = unlocked(item.content, item.media_type, passwords)
            if item.unlocked is not None:
                item.sort = sort_of(item.media_type, item.name)


def _read_forms(items: Iterable[Item], tools: _Tools) -> None:
    forms = tools.rulebook.forms
    for item in items:
        if item.is_readable and item.sort in _FORM_SORTS:
            found = item.found
            with tools.watch.over(item.sha256):
                item.form = read_form(item.content, found.path, found.name, item.media_type, forms)


def _printed_tables(items: Iterable[Item], tools: _Tools) -> tuple[Table, ...]:
    """What stands in the form's PDF, where nothing electronic was sent; and what follows a letter in its PDF.

    Given up under a name of its own: a file that ends this may still be read as a letter.
    """
    pages = [item for item in items if item.found.media_type == sniff.PDF and _may_hold_tables(item)]
    for item in pages[: DOCUMENTS.printed]:
        key = hashlib.sha256(f"tables of {item.sha256}".encode()).hexdigest()
        if tools.watch.gives_up(key):
            continue
        found = item.found
        with tools.watch.over(key):
            item.printed = read_form(found.content, found.path, found.name, found.media_type, tools.rulebook.forms)
    return tuple(table for item in pages if item.printed is not None for table in item.printed.tables)


def _may_hold_tables(item: Item) -> bool:
    document = item.document
    if document is None or document.problem is not None:
        return False
    return document.looks_like in {LooksLike.FORM, LooksLike.OTHER} or (_is_letter(item) and document.pages > 1)


def _read_letters(items: list[Item], tools: _Tools) -> tuple[CoverLetter, ...]:
    """Reads editable documents, then scans, likeliest letter first; merges pages of one letter."""
    for item in items:
        if item.is_readable and item.sort in {Sort.WORDS, Sort.PLAIN} and not item.has_tables:
            item.document = _document(item, tools)
    _read_scans(items, tools)
    if not any(_is_letter(item) for item in items):
        _read_forms_as_letters(items, tools)
    letters = combine([item.document for item in items if item.document is not None])
    for item in items:
        if item.document is not None:
            item.document = settled(item.document, letters)
    return letters


def _read_scans(items: list[Item], tools: _Tools) -> None:
    hints = hints_of(tools.rulebook)
    scans = [i for i in items if i.is_readable and i.sort in _PAGE_SORTS and not is_small_picture(i)]
    scans.sort(key=lambda i: (not hints.letter(i.name), i.found.inline, i.depth, i.sort is Sort.PICTURE))
    left = _look_through(scans, tools)
    if not any(map(_is_letter, scans)):
        for item in left:  # one of them may be it: nobody is told that it is missing
            item.found = replace(item.found, problem=Problem.UNSUPPORTED, note=_TOO_MANY)


def _look_through(scans: list[Item], tools: _Tools) -> list[Item]:
    """Reads scans one after the other, as many as one mail is worth; returns those left unread."""
    since_letter = 0
    for number, item in enumerate(scans):
        found_letter = any(_is_letter(i) for i in scans[:number])
        since_letter += found_letter
        if number >= DOCUMENTS.pages_before_letter or since_letter > DOCUMENTS.pages_after_letter:
            return scans[number:]
        item.document = _document(item, tools)
    return []


def _read_forms_as_letters(items: Iterable[Item], tools: _Tools) -> None:
    """Some send letter and tables in one word processor file."""
    for item in items:
        if item.is_readable and item.sort is Sort.WORDS and item.has_tables:
            reading = _document(item, tools)
            item.document = reading if reading.letter is not None else None


def _document(item: Item, tools: _Tools) -> DocumentReading:
    found = item.found
    with tools.watch.over(item.sha256):
        return read_document(item.content, found.path, found.name, item.media_type, tools.rulebook, tools.ocr)


def _is_letter(item: Item) -> bool:
    return item.document is not None and item.document.letter is not None


def _whole(items: list[Item], letters: tuple[CoverLetter, ...], tables: tuple[Table, ...], hints: Hints) -> Picture:
    return Picture(
        letter_paths=frozenset(path for letter in letters for path in letter.attachments),
        has_form=any(item.is_form for item in items),
        tables=frozenset(table.number for table in tables),
        hints=hints,
    )


def _attachment(item: Item, opinion: Opinion) -> Attachment:
    found = item.found
    problem, note = opinion.problem, opinion.note
    if found.damage and opinion.role is not Role.DECORATION and problem is None:
        note = note or "附件在传输中有损坏，已尽量读取"
    if found.damage and problem in {Problem.UNREADABLE_TEXT, Problem.UNKNOWN_KIND}:
        problem, note = Problem.DAMAGED, "附件在传输中损坏，请重新发送"
    return Attachment(
        found.path, found.name, found.full_size, item.sha256, found.media_type, opinion.role, problem, note,
        opinion.why, found.inline,
    )  # fmt: skip


def _links(mail: ParsedMail, unpacked: Unpacked) -> Iterator[Attachment]:
    """Oversized attachments that were only linked, of the mail and of the mails inside it."""
    paths = Paths()
    for file in unpacked.files:
        paths.unique(file.path)
    for folder, links in (("", mail.links), *((path, inner.links) for path, inner in unpacked.mails)):
        for link in links:
            yield _link(paths.unique(f"{folder}/{link.name}".lstrip("/")), link)


def _link(path: str, link: Link) -> Attachment:
    digest = hashlib.sha256(b"").hexdigest()
    return Attachment(path, link.name, 0, digest, sniff.UNKNOWN, Role.LINK, None, link.note, "正文中的超大附件链接")
