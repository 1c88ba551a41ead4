"""The checklist of a letter: every piece of the case, how it stands, and the files it came in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from service.domain.judgement import Dossier, Judgement, Piece, PieceState
from service.domain.rules import Rulebook
from service.domain.submission import Attachment, Role
from service.typesetting.text import one_line, size_text

NAME_LIMIT = 60
_LETTER = "cover_letter"
_NOT_LISTED = frozenset({Role.DECORATION, Role.CONTAINER})


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as its sender knows it. size and digest are "" for files of earlier mails."""

    name: str
    inside: str = ""  # the archive or mail it was packed in
    size: str = ""
    digest: str = ""  # first 8 hexadecimal digits of its SHA-256
    role: str = ""
    problem: str = ""  # key of domain Problem


@dataclass(frozen=True, slots=True)
class PieceView:
    """A line of the checklist. piece: cover_letter, table, or tables for all of them at once."""

    piece: str
    state: str  # received, missing, nil, faulty, absent (not sent, which means no need)
    label: str = ""  # 表3
    title: str = ""
    rows: int = 0
    pages: int = 0
    earlier: bool = False  # an earlier mail brought it

    @property
    def carried(self) -> bool:
        """Whether an earlier mail brought it and it still counts."""
        return self.earlier and self.state in ("received", "nil")

    @property
    def is_new(self) -> bool:
        """Whether this mail brought it, right or not. A letter that a nil return in words makes needless came with
        nothing."""
        brought = ("received", "faulty") if self.piece == "cover_letter" else ("received", "nil", "faulty")
        return not self.earlier and self.state in brought


@dataclass(frozen=True, slots=True)
class PieceGroup:
    """Pieces that came in the same files."""

    pieces: tuple[PieceView, ...]
    files: tuple[FileView, ...]


_Entry = tuple[PieceView, tuple[FileView, ...]]


def checklist(judgement: Judgement, rulebook: Rulebook) -> tuple[PieceGroup, ...]:
    """The pieces in the order of the decision; neighbours from the same files are told together."""
    entries = _beside_their_like(list(_entries(judgement, rulebook)))
    runs = groupby(entries, key=lambda entry: entry[1])
    return tuple(PieceGroup(tuple(view for view, _ in run), files) for files, run in runs)


def other_files(judgement: Judgement) -> tuple[FileView, ...]:
    """Files of this mail that stand for no piece, so that nothing a person sent goes unmentioned."""
    dossier = judgement.dossier
    used = {p.attachment for p in judgement.decision.pieces} | {t.attachment for t in dossier.tables}
    used |= set(dossier.letter.attachments) if dossier.letter else set()
    return tuple(
        file_view(a.path, a)
        for a in dossier.submission.attachments
        if a.path not in used and (a.role not in _NOT_LISTED or a.problem is not None)
    )


def file_view(path: str, attachment: Attachment | None = None) -> FileView:
    """A file by the name its sender gave it, the archive it lay in named apart."""
    inside, _, name = path.rpartition("/")
    shown, packed = one_line(name, NAME_LIMIT), one_line(inside, NAME_LIMIT)
    if attachment is None:
        return FileView(shown, packed)
    problem = attachment.problem.value if attachment.problem else ""
    # Of a file behind a link nothing is here that could be measured.
    here = attachment.role is not Role.LINK
    size, digest = (size_text(attachment.size), attachment.sha256[:8]) if here else ("", "")
    return FileView(shown, packed, size, digest, attachment.role.value, problem)


def _beside_their_like(entries: Sequence[_Entry]) -> Iterator[_Entry]:
    """A table that came in no file stands with the tables before it, so that their file is named once."""
    before: tuple[FileView, ...] = ()
    for view, files in entries:
        before = files or (before if view.piece == "table" else ())
        yield view, before
        if view.piece == _LETTER:
            before = ()


def _entries(judgement: Judgement, rulebook: Rulebook) -> Iterator[_Entry]:
    dossier, pieces = judgement.dossier, judgement.decision.pieces
    tables = [p for p in pieces if p.piece != _LETTER]
    together = _stand_alike(tables)
    some_came = any(p.state is not PieceState.MISSING for p in tables)
    for piece in pieces:
        if piece.piece == _LETTER:
            yield _letter_view(piece, dossier), _letter_files(piece, dossier)
        elif not together:
            yield _table_view(piece, dossier, rulebook, some_came), _table_files(piece, dossier)
        elif piece is tables[0]:
            yield PieceView("tables", piece.state.value), _table_files(piece, dossier)


def _stand_alike(tables: Sequence[Piece]) -> bool:
    """Whether one line can speak of all tables: none has rows and all are in the same state."""
    return len(tables) > 1 and len({(p.state, p.attachment, p.rows) for p in tables}) == 1 and not tables[0].rows


def _letter_view(piece: Piece, dossier: Dossier) -> PieceView:
    pages = dossier.letter.pages if dossier.letter else 0
    return PieceView(_LETTER, piece.state.value, pages=pages, earlier=piece.piece in dossier.carried_over)


def _table_view(piece: Piece, dossier: Dossier, rulebook: Rulebook, some_came: bool) -> PieceView:
    form = rulebook.forms.table(_number(piece))
    # With another table at hand, an absent one means that there is no need (F207).
    state = "absent" if piece.state is PieceState.MISSING and some_came else piece.state.value
    label, title = (form.label, form.title) if form else (piece.piece, "")
    return PieceView("table", state, label, title, piece.rows, earlier=piece.piece in dossier.carried_over)


def _number(piece: Piece) -> int:
    digits = piece.piece.removeprefix("table")
    return int(digits) if digits.isdigit() else 0


def _letter_files(piece: Piece, dossier: Dossier) -> tuple[FileView, ...]:
    letter = dossier.letter
    whole = letter is not None and piece.attachment in letter.attachments
    paths = letter.attachments if letter is not None and whole else (piece.attachment,)
    return _files([(path, piece.mail) for path in paths if path], dossier)


def _table_files(piece: Piece, dossier: Dossier) -> tuple[FileView, ...]:
    number = _number(piece)
    held = zip(dossier.tables, dossier.table_mails, strict=True)
    found = [(t.attachment, mail) for t, mail in held if t.number == number]
    return _files(found or ([(piece.attachment, piece.mail)] if piece.attachment else []), dossier)


def _files(found: Sequence[tuple[str, str | None]], dossier: Dossier) -> tuple[FileView, ...]:
    """Each file once. Of files of earlier mails only the name is at hand."""
    known = {a.path: a for a in dossier.submission.attachments}
    own = dossier.submission.sha256
    return tuple(
        file_view(path, known.get(path) if mail in (own, None) else None) for path, mail in dict.fromkeys(found)
    )
