"""The pieces of a case with the mail at hand: which are there, missing, nil or faulty."""

from collections.abc import Sequence

from service.domain.judgement import Dossier, Finding, Piece, PieceState, Severity
from service.domain.rules import Rulebook, TableForm
from service.domain.submission import Attachment, Problem, Role, Table

_ABOUT_LETTER = frozenset({"L102", "L103"})
_HARMLESS = (None, Problem.MACROS, Problem.UNKNOWN_KIND)


def pieces_of(dossier: Dossier, findings: Sequence[Finding], rulebook: Rulebook) -> tuple[Piece, ...]:
    """Cover letter and every table of the form, in that order."""
    return (_cover_letter(dossier, findings), *(_table(f, dossier, findings) for f in rulebook.forms.tables))


def _cover_letter(dossier: Dossier, findings: Sequence[Finding]) -> Piece:
    about = [f for f in findings if f.code in _ABOUT_LETTER]
    if letter := dossier.letter:
        state = PieceState.FAULTY if about else PieceState.RECEIVED
        return Piece("cover_letter", state, dossier.letter_mail, letter.attachment)
    if about:
        return Piece("cover_letter", PieceState.FAULTY, dossier.submission.sha256, about[0].place.attachment)
    state = PieceState.NIL if dossier.states_nil and dossier.nil_source == "mail" else PieceState.MISSING
    return Piece("cover_letter", state)


def _table(form: TableForm, dossier: Dossier, findings: Sequence[Finding]) -> Piece:
    name = f"table{form.number}"
    held = [(t, m) for t, m in zip(dossier.tables, dossier.table_mails, strict=True) if t.number == form.number]
    if held:
        table, mail = next(((t, m) for t, m in held if t.rows), held[0])
        rows = sum(len(t.rows) for t, _ in held)
        return Piece(name, _state(form.number, [t for t, _ in held], dossier, findings), mail, table.attachment, rows)
    if dossier.states_nil:
        return Piece(name, PieceState.NIL)
    faulty = None if dossier.tables else _unread_form(dossier)
    if faulty:
        return Piece(name, PieceState.FAULTY, dossier.submission.sha256, faulty.path)
    return Piece(name, PieceState.MISSING)


def _state(number: int, tables: Sequence[Table], dossier: Dossier, findings: Sequence[Finding]) -> PieceState:
    if any(f.severity is Severity.CORRECT and f.place.table == number for f in findings):
        return PieceState.FAULTY
    if any(table.rows for table in tables) and not dossier.states_nil:
        return PieceState.RECEIVED
    # A blank table beside filled ones means no need, as an absent one does; all blank says nothing.
    means_nil = dossier.states_nil or any(t.nil for t in tables) or any(t.rows for t in dossier.tables)
    return PieceState.NIL if means_nil else PieceState.FAULTY


def _unread_form(dossier: Dossier) -> Attachment | None:
    forms = [a for a in dossier.submission.attachments if a.role in (Role.FORM, Role.FORM_SCAN)]
    broken = [a for a in forms if a.role is Role.FORM_SCAN or a.problem not in _HARMLESS]
    return next(iter(broken or forms), None)
