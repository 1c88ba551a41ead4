"""What a letter's templates may show: a judgement as plain values, each clean and on one line.

The names of the fields are the placeholders that admins use; mail_templates/README.md lists them.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from service.domain.judgement import Dossier, Finding, Judgement, Piece, PieceState, Place, Severity
from service.domain.rules import Rulebook
from service.domain.submission import Attachment, Role
from service.typesetting.text import one_line, shorten_middle, size_text

NAME_LIMIT = 60
UNIT_LIMIT = 40
MESSAGE_LIMIT = 400
SHOWN_POINTS = 30
"""More points than this would make a letter nobody reads; the rest stand in the attached list."""
SHOWN_NOTES = 6
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
    carried: bool = False  # an earlier mail brought it and it still counts


@dataclass(frozen=True, slots=True)
class PieceGroup:
    """Pieces that came in the same files."""

    pieces: tuple[PieceView, ...]
    files: tuple[FileView, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to correct or to know, with every place where it was seen."""

    code: str
    message: str
    spots: tuple[str, ...] = ()  # cells as "D5", else row numbers as "7"
    in_cells: bool = True
    index: int = 0  # counted through the letter, from 1


@dataclass(frozen=True, slots=True)
class PointGroup:
    """The points of one sheet of one file; file "" for what concerns the mail as a whole."""

    file: str
    sheet: str
    label: str  # 表3, "" when no table
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class LetterView:
    """All placeholders."""

    department: str
    campaign: str
    form_title: str
    contact: str
    number: str | None
    unit: str  # "" when not known for sure
    city: str
    channel: str
    report_to: str
    report_to_addresses: tuple[str, ...]
    reason: str
    received: datetime
    deadline: datetime
    on_time: bool
    before_deadline: bool  # of this mail
    follow_up: bool
    nil: bool
    groups: tuple[PieceGroup, ...]
    new: tuple[PieceView, ...]
    carried: tuple[PieceView, ...]
    missing: tuple[PieceView, ...]
    others: tuple[FileView, ...]
    asks: int
    points: tuple[PointGroup, ...]
    more_points: int
    notes: tuple[PointGroup, ...]
    more_notes: int
    codes: frozenset[str]  # of the findings that ask for correction
    has_list: bool

    def values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


_Entry = tuple[PieceView, tuple[FileView, ...]]


def view_of(
    judgement: Judgement, rulebook: Rulebook, number: str | None, has_list: bool, not_told: Container[str]
) -> LetterView:
    """The judgement as its submitter may see it: staff's findings and identities in doubt stay out."""
    dossier, decision, campaign = judgement.dossier, judgement.decision, rulebook.campaign
    zone = ZoneInfo(campaign.timezone)
    route, city = decision.route, rulebook.city(decision.route.city)
    groups = tuple(_piece_groups(judgement, rulebook))
    pieces = [p for g in groups for p in g.pieces]
    asked = _point_groups(decision.of_severity(Severity.CORRECT), rulebook)
    shown, more = _first(asked, SHOWN_POINTS)
    remarks = [f for f in decision.of_severity(Severity.REMARK) if f.code not in not_told]
    notes, more_notes = _first(_point_groups(remarks, rulebook), SHOWN_NOTES)
    in_doubt = bool(route.contradiction or route.unlike_sender)
    return LetterView(
        department=campaign.department,
        campaign=campaign.title,
        form_title=campaign.form_title,
        contact=campaign.contact,
        number=number,
        unit="" if in_doubt or not route.unit else one_line(route.unit, UNIT_LIMIT),
        city=one_line(route.city or "", UNIT_LIMIT),
        channel=route.channel.value,
        report_to=one_line(route.report_to or "", UNIT_LIMIT),
        report_to_addresses=city.addresses if city and route.report_to in city.bureau_names else (),
        reason=one_line(route.reason, MESSAGE_LIMIT),
        received=dossier.received.astimezone(zone),
        deadline=campaign.deadline.astimezone(zone),
        on_time=decision.on_time,
        before_deadline=dossier.received <= campaign.deadline,
        follow_up=dossier.earlier is not None,
        nil=_is_nil(dossier, pieces),
        groups=groups,
        new=tuple(p for p in pieces if p.state in ("received", "nil") and not p.carried),
        carried=tuple(p for p in pieces if p.carried),
        missing=tuple(p for p in pieces if p.state == "missing"),
        others=tuple(_others(judgement)),
        asks=sum(len(g.points) for g in asked),
        points=shown,
        more_points=more,
        notes=notes,
        more_notes=more_notes,
        codes=frozenset(f.code for f in decision.of_severity(Severity.CORRECT)),
        has_list=has_list,
    )


def _is_nil(dossier: Dossier, pieces: Sequence[PieceView]) -> bool:
    tables = [p for p in pieces if p.piece != "cover_letter"]
    return (
        bool(tables)
        and all(p.state in ("nil", "absent") for p in tables)
        and (dossier.states_nil or any(p.state == "nil" for p in tables))
    )


def _piece_groups(judgement: Judgement, rulebook: Rulebook) -> Iterator[PieceGroup]:
    """The checklist in the order of the decision; neighbours from the same files are told together."""
    known = {a.path: a for a in judgement.dossier.submission.attachments}
    own = judgement.dossier.submission.sha256
    entries = []
    for piece, paths, view in _pieces(judgement, rulebook):
        ours = piece.mail in (None, own)
        entries.append((view, tuple(file_view(p, known.get(p) if ours else None) for p in paths)))
    for files, run in groupby(_beside_their_like(entries), key=lambda entry: entry[1]):
        yield PieceGroup(tuple(view for view, _ in run), files)


def _beside_their_like(entries: Sequence[_Entry]) -> Iterator[_Entry]:
    """A table that came in no file stands with the tables before it, so that their file is named once."""
    before: tuple[FileView, ...] = ()
    for view, files in entries:
        before = files or (before if view.piece == "table" else ())
        yield view, before
        if view.piece == "cover_letter":
            before = ()


def _pieces(judgement: Judgement, rulebook: Rulebook) -> Iterator[tuple[Piece, tuple[str, ...], PieceView]]:
    pieces, dossier = judgement.decision.pieces, judgement.dossier
    tables = [p for p in pieces if p.piece != "cover_letter"]
    alike = {(p.state, p.attachment) for p in tables}
    together = len(tables) > 1 and len(alike) == 1 and tables[0].attachment is None
    some_came = any(p.state is not PieceState.MISSING for p in tables)
    for piece in pieces:
        paths: tuple[str, ...] = (piece.attachment,) if piece.attachment else ()
        carried = piece.piece in dossier.carried_over
        if piece.piece == "cover_letter":
            letter = dossier.letter
            if letter and piece.attachment in letter.attachments:
                paths = letter.attachments
            pages = letter.pages if letter else 0
            yield piece, paths, PieceView("cover_letter", piece.state.value, pages=pages, carried=carried)
        elif not together:
            yield piece, paths, _table_view(piece, rulebook, carried, some_came)
        elif piece is tables[0]:
            yield piece, (), PieceView("tables", piece.state.value)


def _table_view(piece: Piece, rulebook: Rulebook, carried: bool, some_came: bool) -> PieceView:
    digits = piece.piece.removeprefix("table")
    form = rulebook.forms.table(int(digits)) if digits.isdigit() else None
    # With another table at hand, an absent one means that there is no need (F207).
    state = "absent" if piece.state is PieceState.MISSING and some_came else piece.state.value
    label, title = (form.label, form.title) if form else (piece.piece, "")
    return PieceView("table", state, label, title, piece.rows, carried=carried)


def file_view(path: str, attachment: Attachment | None = None) -> FileView:
    """A file by the name its sender gave it, the archive it lay in named apart."""
    inside, _, name = path.rpartition("/")
    shown, packed = one_line(name, NAME_LIMIT), one_line(inside, NAME_LIMIT)
    if attachment is None:
        return FileView(shown, packed)
    return FileView(
        shown,
        packed,
        size_text(attachment.size),
        attachment.sha256[:8],
        attachment.role.value,
        attachment.problem.value if attachment.problem else "",
    )


def _others(judgement: Judgement) -> Iterator[FileView]:
    """Files of this mail that stand for no piece, so that nothing a person sent goes unmentioned."""
    dossier = judgement.dossier
    used = {p.attachment for p in judgement.decision.pieces}
    used |= set(dossier.letter.attachments) if dossier.letter else set()
    for attachment in dossier.submission.attachments:
        listed = attachment.role not in _NOT_LISTED or attachment.problem is not None
        if listed and attachment.path not in used:
            yield file_view(attachment.path, attachment)


def _point_groups(findings: Sequence[Finding], rulebook: Rulebook) -> tuple[PointGroup, ...]:
    """By file, then sheet, in the order of the findings; what concerns no file comes first."""
    by_sheet: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda f: f.place.attachment is not None):
        by_sheet.setdefault(_sheet_of(finding.place, rulebook), []).append(finding)
    return tuple(PointGroup(*sheet, tuple(_points(found))) for sheet, found in by_sheet.items())


def _sheet_of(place: Place, rulebook: Rulebook) -> tuple[str, str, str]:
    form = rulebook.forms.table(place.table) if place.table is not None else None
    file = file_view(place.attachment).name if place.attachment else ""
    return file, one_line(place.sheet or "", NAME_LIMIT), form.label if form else ""


def _points(findings: Sequence[Finding]) -> Iterator[Point]:
    """The same sentence about several cells is said once."""
    spots: dict[tuple[str, str, bool], list[str]] = {}
    for finding in findings:
        place = finding.place
        spot = place.cell or (str(place.row) if place.row else "")
        message = shorten_middle(one_line(finding.message), MESSAGE_LIMIT)
        here = spots.setdefault((finding.code, message, place.cell is not None), [])
        if spot:
            here.append(spot)
    for (code, message, in_cells), where in spots.items():
        yield Point(code, message, tuple(dict.fromkeys(where)), in_cells)


def _first(groups: Sequence[PointGroup], limit: int) -> tuple[tuple[PointGroup, ...], int]:
    """At most limit points, numbered, and how many are left out."""
    shown, left = [], limit
    for group in groups:
        taken = tuple(replace(p, index=limit - left + n) for n, p in enumerate(group.points[:left], 1))
        left -= len(taken)
        if taken:
            shown.append(PointGroup(group.file, group.sheet, group.label, taken))
    return tuple(shown), sum(len(g.points) for g in groups) - (limit - left)
