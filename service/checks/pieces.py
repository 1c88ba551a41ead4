"""What of a case is there, what is missing, and which files may hold it without our seeing it."""

from pathlib import PurePosixPath

from service.domain.judgement import Dossier, Place
from service.domain.nil import NilStatement
from service.domain.rules import Rulebook
from service.domain.submission import Attachment, LetterSource, Problem, Role

LETTER, FORM = "letter", "form"
_BOTH = frozenset({LETTER, FORM})
_PICTURES = frozenset(("pdf", "ofd", "jpg", "jpeg", "png", "bmp", "tif", "tiff", "heic", "heif", "webp", "gif"))
_SHEETS = frozenset(("xls", "xlsx", "xlsm", "xlsb", "et", "ett", "csv", "ods"))
_OFFICE = ("sheet", "excel", "word", "msword", "officedocument", "ole")
_HIDING = frozenset(Problem) - {Problem.MACROS, Problem.UNKNOWN_KIND}


def wants_letter(dossier: Dossier, rulebook: Rulebook) -> bool:
    """Who writes in the mail itself that there is no need is not asked for a sealed letter about it."""
    said_by_mail = dossier.states_nil and dossier.nil_source == NilStatement.MAIL
    return "cover_letter" in rulebook.campaign.required_pieces and not said_by_mail


def wants_form(dossier: Dossier, rulebook: Rulebook) -> bool:
    return "tables" in rulebook.campaign.required_pieces and not dossier.states_nil


def has_scan(dossier: Dossier) -> bool:
    return dossier.letter is not None and dossier.letter.source is not LetterSource.EDITABLE


def is_nil_doubtful(dossier: Dossier) -> bool:
    """True when a nil phrase stands beside words that may take it back."""
    return dossier.nil_source == NilStatement.DOUBTFUL


def missing(dossier: Dossier, rulebook: Rulebook) -> tuple[str, ...]:
    """The pieces that nobody has seen yet, wherever they may be."""
    return tuple(
        piece
        for piece, lacks in (
            (LETTER, wants_letter(dossier, rulebook) and not has_scan(dossier)),
            (FORM, wants_form(dossier, rulebook) and not dossier.tables),
        )
        if lacks
    )


def is_whole(dossier: Dossier, rulebook: Rulebook) -> bool:
    """True when letter and every table are there: what cannot be opened beside them is something more."""
    numbers = {table.number for table in dossier.tables}
    every = all(form.number in numbers for form in rulebook.forms.tables)
    return not missing(dossier, rulebook) and (every or not wants_form(dossier, rulebook))


def hiders(dossier: Dossier, piece: str) -> tuple[Attachment, ...]:
    """Files of this mail that may hold a piece but could not be looked into: an honest "cannot tell"."""
    return tuple(a for a in dossier.submission.attachments if _hides(a) and piece in could_hold(a))


def _hides(attachment: Attachment) -> bool:
    if attachment.role is Role.DECORATION:
        return False
    return attachment.role is Role.LINK or attachment.problem in _HIDING


def could_hold(attachment: Attachment) -> frozenset[str]:
    """Which pieces a file of this kind could be, by what it is or, if that is not known, by its name's ending."""
    if attachment.role in (Role.FORM, Role.FORM_SCAN):
        return frozenset({FORM})
    if attachment.role is Role.COVER_LETTER:
        return frozenset({LETTER})
    media, suffix = attachment.media_type.lower(), PurePosixPath(attachment.name.lower()).suffix.removeprefix(".")
    if media.startswith("image/") or "pdf" in media or "ofd" in media:
        return frozenset({LETTER})
    if "sheet" in media or "excel" in media:
        return frozenset({FORM})
    if suffix in _PICTURES:
        return frozenset({LETTER})
    return frozenset({FORM}) if suffix in _SHEETS else _BOTH


def is_meant_as_form(attachment: Attachment) -> bool:
    """A form, or an office file that could not be read and most likely is one."""
    if attachment.role is Role.FORM:
        return True
    return attachment.role is Role.UNREADABLE and any(kind in attachment.media_type.lower() for kind in _OFFICE)


def is_picture(attachment: Attachment) -> bool:
    return could_hold(attachment) == {LETTER}


def in_file(attachment: Attachment) -> Place:
    return Place(attachment=attachment.path)
