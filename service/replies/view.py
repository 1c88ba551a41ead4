"""What a letter's templates may show: a judgement as plain values, each clean and on one line.

The names of the fields are the placeholders that admins use; mail_templates/README.md lists them.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from service.domain.judgement import Decision, Dossier, Finding, Judgement, Place, Severity, Verdict
from service.domain.rules import Rulebook
from service.replies.checklist import NAME_LIMIT, FileView, PieceGroup, PieceView, checklist, file_view, other_files
from service.replies.returned import Returned
from service.typesetting.text import one_line, shorten_middle

UNIT_LIMIT = 40
MESSAGE_LIMIT = 400
SHOWN_POINTS = 20
"""More points than this would make a letter nobody reads; the rest stand in the attached list."""
SHOWN_NOTES = 6
_DOCUMENTS = (".docx", ".docm", ".doc", ".wps", ".odt", ".rtf")


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to correct or to know, with every place where it was seen."""

    code: str
    message: str
    spots: tuple[str, ...] = ()  # cells as "D5", else row numbers as "7"; more than two running as "D5至D9"
    in_cells: bool = True
    places: int = 0  # how many cells or rows these are
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
    letterhead: str
    signature: tuple[str, ...]
    number: str | None
    unit: str  # "" when not known for sure
    city: str
    channel: str
    report_to: str
    report_to_addresses: tuple[str, ...]
    reason: str
    received: datetime
    first_received: datetime  # of the case
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
    returned: tuple[str, ...]  # names of the submitter's own files that go back with marks
    has_list: bool

    def values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def view_of(
    judgement: Judgement,
    rulebook: Rulebook,
    number: str | None,
    returned: Sequence[Returned],
    has_list: bool,
    not_told: Collection[str],
) -> LetterView:
    """The judgement as its submitter may see it: staff's findings and identities in doubt stay out."""
    dossier, decision, campaign = judgement.dossier, judgement.decision, rulebook.campaign
    zone = ZoneInfo(campaign.timezone)
    route, city = decision.route, rulebook.city(decision.route.city)
    groups = checklist(judgement, rulebook)
    pieces = [p for g in groups for p in g.pieces]
    asked = asked_points(decision, rulebook)
    shown, more = _first(asked, SHOWN_POINTS)
    remarks = [f for f in decision.of_severity(Severity.REMARK) if _is_told(f, not_told)]
    notes, more_notes = _first(_point_groups(remarks, rulebook), SHOWN_NOTES)
    in_doubt = bool(route.contradiction or route.unlike_sender)
    return LetterView(
        department=campaign.department,
        campaign=campaign.title,
        form_title=campaign.form_title,
        contact=campaign.contact,
        letterhead=campaign.letterhead or campaign.department,
        signature=campaign.signature or (campaign.department,),
        number=number,
        unit="" if in_doubt or not route.unit else one_line(route.unit, UNIT_LIMIT),
        city=one_line(route.city or "", UNIT_LIMIT),
        channel=route.channel.value,
        report_to=one_line(route.report_to or "", UNIT_LIMIT),
        report_to_addresses=city.addresses if city and route.report_to in city.bureau_names else (),
        reason=_reason(decision),
        received=dossier.received.astimezone(zone),
        first_received=dossier.first_received.astimezone(zone),
        deadline=campaign.deadline.astimezone(zone),
        on_time=decision.on_time,
        before_deadline=dossier.received <= campaign.deadline,
        follow_up=dossier.earlier is not None,
        nil=_is_nil(dossier, pieces),
        groups=groups,
        new=tuple(p for p in pieces if p.is_new),
        carried=tuple(p for p in pieces if p.carried),
        missing=tuple(p for p in pieces if p.state == "missing"),
        others=other_files(judgement),
        asks=count_of(asked),
        points=shown,
        more_points=more,
        notes=notes,
        more_notes=more_notes,
        codes=frozenset(f.code for f in decision.of_severity(Severity.CORRECT)),
        returned=tuple(one.file.name for one in returned),
        has_list=has_list,
    )


def asked_points(decision: Decision, rulebook: Rulebook) -> tuple[PointGroup, ...]:
    """What the submitter is asked to correct, the same sentence once."""
    return _point_groups(decision.of_severity(Severity.CORRECT), rulebook)


def count_of(groups: Sequence[PointGroup]) -> int:
    return sum(len(g.points) for g in groups)


def _is_told(remark: Finding, not_told: Collection[str]) -> bool:
    """False for a code that submitters are not told of, or for this one of its sentences ("F223.columns")."""
    return remark.code not in not_told and f"{remark.code}.{remark.variant}" not in not_told


def _reason(decision: Decision) -> str:
    """Why the mail must go elsewhere, as the finding tells its submitter; else as the rules say."""
    asked = decision.of_severity(Severity.CORRECT) if decision.verdict is Verdict.WRONG_ROUTE else ()
    said = one_line(asked[0].message if asked else decision.route.reason, MESSAGE_LIMIT)
    first, _, _ = said.partition("。")
    return f"{first}。" if first else ""


def _is_nil(dossier: Dossier, pieces: Sequence[PieceView]) -> bool:
    tables = [p for p in pieces if p.piece != "cover_letter"]
    return (
        bool(tables)
        and all(p.state in ("nil", "absent") for p in tables)
        and (dossier.states_nil or any(p.state == "nil" for p in tables))
    )


def in_reading_order(findings: Sequence[Finding]) -> list[Finding]:
    """First what concerns no file, then file by file, table by table, row by row: as a person goes through them."""
    files = list(dict.fromkeys(f.place.attachment for f in findings))

    def place(finding: Finding) -> tuple[bool, int, int, int, int, str]:
        where = finding.place
        column = (where.cell or "").rstrip("0123456789")
        at_file = where.attachment is not None
        return at_file, files.index(where.attachment), where.table or 0, where.row or 0, len(column), column

    return sorted(findings, key=place)


def _point_groups(findings: Sequence[Finding], rulebook: Rulebook) -> tuple[PointGroup, ...]:
    """By file, then sheet."""
    by_sheet: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in in_reading_order(findings):
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
        place = as_seen(finding.place)
        spot = place.cell or (str(place.row) if place.row else "")
        message = shorten_middle(one_line(finding.message), MESSAGE_LIMIT)
        here = spots.setdefault((finding.code, message, place.cell is not None), [])
        if spot:
            here.append(spot)
    for (code, message, in_cells), where in spots.items():
        places = tuple(dict.fromkeys(where))
        yield Point(code, message, tuple(_runs(places)), in_cells, len(places))


def _runs(spots: Sequence[str]) -> Iterator[str]:
    """Neighbours below each other are told as one: D5至D9."""

    def rank(at: tuple[int, str]) -> tuple[str, int]:
        column = at[1].rstrip("0123456789")
        row = at[1][len(column) :]
        return column, int(row or 0) - at[0]

    in_order = sorted(enumerate(spots), key=lambda at: (len(rank(at)[0]), rank(at)[0]))  # stable: rows as they come
    for _, run in groupby(enumerate(spot for _, spot in in_order), key=rank):
        first, *others = [spot for _, spot in run]
        yield from (first, *others) if len(others) < 2 else (f"{first}至{others[-1]}",)


def as_seen(place: Place) -> Place:
    """The place as its writer can find it: word processors show no cell names, rows can be counted."""
    if place.cell is None or not (place.attachment or "").lower().endswith(_DOCUMENTS):
        return place
    row = place.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return replace(place, cell=None, row=int(row) if row.isdigit() else place.row)


def _first(groups: Sequence[PointGroup], limit: int) -> tuple[tuple[PointGroup, ...], int]:
    """At most limit points, numbered, and how many are left out."""
    shown, left = [], limit
    for group in groups:
        taken = tuple(replace(p, index=limit - left + n) for n, p in enumerate(group.points[:left], 1))
        left -= len(taken)
        if taken:
            shown.append(PointGroup(group.file, group.sheet, group.label, taken))
    return tuple(shown), count_of(groups) - (limit - left)
