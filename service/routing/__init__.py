"""Who is speaking, for which unit, through which channel, and with what evidence.

Pure: a mail, a case and the rulebook in, a route out. A domain alone never decides, and contradictions are
reported, not resolved.
"""

from collections.abc import Sequence
from dataclasses import replace

from service.domain.confirmations import Confirmation
from service.domain.judgement import Channel, Dossier, Route
from service.domain.places import city_of
from service.domain.rules import Rulebook
from service.domain.submission import Submission, Table
from service.routing.claims import CASE, LETTER, REPORTER, ROWS, SEAL, gather
from service.routing.directory import Entry, directory_of
from service.routing.letters import speaking_letter
from service.routing.names import contract, fold, tidy
from service.routing.nearest import near_miss
from service.routing.weighing import weigh

__all__ = [
    "bureau_of_rows",
    "is_named_by_form_alone",
    "is_named_exactly",
    "listed_unit",
    "route",
    "speaking_letter",
    "units_named",
    "who_speaks",
]


def who_speaks(submission: Submission, rulebook: Rulebook, confirmed: Sequence[Confirmation] = ()) -> Route:
    """The route from this mail alone. Its unit is None unless it is clear for whom the mail speaks: a mail that
    contradicts itself, or holds but one row of a unit that reports through its bureau, does not say."""
    letter = speaking_letter(submission.letters, rulebook)
    claims = gather(submission, letter, submission.tables, rulebook, confirmed=confirmed)
    found = weigh(claims, submission.tables, rulebook)
    found = replace(found, near_miss=near_miss(found, submission, submission.tables, rulebook))
    by_rows_alone = not any(c.is_strong and c.source != ROWS for c in claims)
    unclear = by_rows_alone and found.channel in (Channel.VIA_CITY, Channel.UNKNOWN)
    return replace(found, unit=None) if found.contradiction or unclear else found


def listed_unit(name: str | None, city: str | None, rulebook: Rulebook) -> tuple[Entry | None, bool]:
    """The line of the directory that a row's unit is, and whether its name says so by itself.

    A name with a slip of the pen is the one line it resembles, well before any other, in the city of its row.
    """
    directory = directory_of(rulebook)
    if directory.is_of_a_body_inside(name, rulebook.letter.unit_suffixes):
        return None, False
    if entry := directory.match(name):
        return entry, True
    near, seat = directory.match_misread(name, rulebook.weights), city_of(city, rulebook)
    is_it = near and seat and near.seat == seat.name and directory.stands_alone(name, near, rulebook.weights.margin)
    return (near, False) if is_it else (None, False)


def is_named_by_form_alone(found: Route) -> bool:
    """Whether nothing but the form names the unit of a route."""
    return found.unit is not None and {e.source for e in found.evidence if e.unit == found.unit} <= {REPORTER, ROWS}


def bureau_of_rows(found: Route) -> str | None:
    """The bureau whose city's units the form holds, when nothing tells whose mail it is; None else."""
    if found.unit is not None or found.contradiction:
        return None
    return next((e.unit for e in found.evidence if e.source == ROWS and e.unit), None)


def units_named(tables: Sequence[Table], rulebook: Rulebook) -> frozenset[str]:
    """Whose other cases may hold what some tables do: the units of their rows, by every name that a case may bear, and
    the bureaus of their cities."""
    directory = directory_of(rulebook)
    written = {row.unit for table in tables for row in table.rows if row.unit}
    listed = {entry.name for name in written if (entry := directory.match(name))}
    cities = {row.city for table in tables for row in table.rows if row.city}
    bureaus = {city.bureau for text in cities if (city := city_of(text, rulebook))}
    return frozenset({tidy(name) for name in written} | listed | bureaus)


def is_named_exactly(found: Route, rulebook: Rulebook) -> bool:
    """Whether the letter's signature or seal is a route's unit as the directory writes it, no misreading allowed."""
    directory = directory_of(rulebook)
    named = (directory.match(e.value) for e in found.evidence if e.source in (LETTER, SEAL) and e.unit == found.unit)
    return any(entry is not None and entry.name == found.unit for entry in named)


def route(dossier: Dossier, rulebook: Rulebook) -> Route:
    """The route of a case with the mail at hand. A mail that brings nothing to the contrary keeps its case's route."""
    earlier = dossier.earlier
    claims = gather(dossier.submission, dossier.letter, dossier.tables, rulebook, earlier, dossier.confirmed)
    found = weigh(claims, dossier.tables, rulebook)
    found = replace(found, near_miss=near_miss(found, dossier.submission, dossier.tables, rulebook))
    if earlier is None or found.contradiction or earlier.route.contradiction:
        return found
    # A unit in no directory is routed by its name and its rows' city, which the case holds, whichever came first.
    is_routed_anew = found.unit is not None and found.unit == earlier.route.unit and not found.known
    if earlier.route.channel is Channel.UNKNOWN or is_routed_anew or not _brings_nobody_else(found, earlier.route):
        return found
    return replace(earlier.route, evidence=found.evidence)


def _brings_nobody_else(found: Route, before: Route) -> bool:
    if found.unit is None or found.unit == before.unit:
        return True
    if all(e.source == CASE for e in found.evidence):
        return True
    return before.unit is not None and contract(fold(found.unit)) == contract(fold(before.unit))
