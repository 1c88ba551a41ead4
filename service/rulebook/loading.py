"""A rules folder read whole: a Rulebook, or every problem at once. Nothing in between."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from service.defaults import rules_folder
from service.domain.rules import Campaign, City, Rulebook, Unit, UnitRoute
from service.errors import RulesInvalid
from service.rulebook.campaign import Around, read_campaign
from service.rulebook.checks import read_checks
from service.rulebook.conflicts import note_conflicts, refuse_conflicts, refuse_forbidding, refuse_own_addresses
from service.rulebook.directory import read_cities, read_units
from service.rulebook.files import RulesFile, note_strangers, read_folder, text_of
from service.rulebook.forms import read_forms
from service.rulebook.problems import Problems, folded
from service.rulebook.routing import read_routing
from service.rulebook.sections import Document, parse
from service.rulebook.words import read_letter, read_mail

_READING = ("forms.toml", "letter.toml", "mail.toml")
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class RulesSummary:
    """What a valid rules folder holds, for `rules check`."""

    cities: int
    units: int
    direct: int
    via_city: int
    ask: int
    routing_rules: int
    checks: int
    version: str
    warnings: tuple[str, ...]  # Chinese: allowed, but probably not meant


def defaults_folder() -> Path:
    """The rules that ship with the service: of the 2020 notice."""
    return rules_folder()


def load(folder: Path, own_addresses: Collection[str] = ()) -> Rulebook:
    """The rules of a folder. Raises RulesInvalid with all problems, never anything else for what the files hold.

    own_addresses: lower-case addresses of the service itself; rules that name one as anybody's would make it
    answer itself.
    """
    return _load(folder, Problems(), own_addresses)


def explain_rules(folder: Path, own_addresses: Collection[str] = ()) -> RulesSummary:
    """Counts and warnings of a valid folder. Raises RulesInvalid as `load` does."""
    problems = Problems()
    book = _load(folder, problems, own_addresses)
    note_conflicts(book, problems)
    note_strangers(folder, problems)
    routes = [unit.route for unit in book.units]
    return RulesSummary(
        cities=len(book.cities),
        units=len(book.units),
        direct=routes.count(UnitRoute.DIRECT),
        via_city=routes.count(UnitRoute.VIA_CITY),
        ask=routes.count(UnitRoute.ASK),
        routing_rules=len(book.routing_rules),
        checks=len(book.checks),
        version=book.version,
        warnings=tuple(problems.warnings),
    )


def _load(folder: Path, problems: Problems, own_addresses: Collection[str] = ()) -> Rulebook:
    files = read_folder(folder, defaults_folder(), problems)
    texts = {name: text_of(file, problems) for name, file in files.items()}
    documents = {n: parse(n, text, problems) for n, text in texts.items() if n.endswith(".toml")}
    book = _build(files, texts, documents, problems)
    if book:
        refuse_own_addresses(book, frozenset(own_addresses), documents["campaign.toml"], problems)
        refuse_forbidding(book, frozenset(own_addresses), problems)
    if problems.found or book is None:
        raise RulesInvalid(str(folder), folded(problems.found))
    return book


def _build(
    files: Mapping[str, RulesFile],
    texts: Mapping[str, str | None],
    documents: Mapping[str, Document | None],
    problems: Problems,
) -> Rulebook | None:
    forms = _from(documents.get("forms.toml"), read_forms)
    letter = _from(documents.get("letter.toml"), read_letter)
    mail = _from(documents.get("mail.toml"), read_mail)
    free_mail = mail.free_mail if mail else frozenset[str]()
    cities = read_cities(texts.get("cities.csv"), free_mail, problems)
    units = read_units(texts.get("units.csv"), cities, free_mail, problems)
    campaign = _from(documents.get("campaign.toml"), lambda d: read_campaign(d, Around(cities, units, forms)))
    checks = _from(documents.get("checks.toml"), lambda d: read_checks(d, _packaged_checks()))
    routing = _from(documents.get("routing.toml"), read_routing)
    refuse_conflicts(cities, units, campaign, documents.get("campaign.toml"), problems)
    if not (forms and letter and mail and campaign and routing) or checks is None:
        return None
    return Rulebook(
        version=_digest(files.values()),
        reading_version=_digest((*(files[name] for name in _READING), _names(cities, units, campaign))),
        campaign=campaign,
        cities=cities,
        units=tuple(_seated(unit, campaign.seat_city) for unit in units),
        forms=forms,
        letter=letter,
        mail=mail,
        checks=checks,
        routing_rules=routing.rules,
        weights=routing.weights,
        forbidden_senders=routing.forbidden,
    )


def _seated(unit: Unit, seat_city: str) -> Unit:
    """A direct unit sits where direct units sit, unless its line says otherwise."""
    is_silent = unit.route is UnitRoute.DIRECT and not unit.seat_city
    return replace(unit, seat_city=seat_city) if is_silent else unit


def _from(document: Document | None, read: Callable[[Document], _Read]) -> _Read | None:
    return read(document) if document else None


def _packaged_checks() -> Document | None:
    """The codes there are. What is wrong with the packaged file itself is not the admin's to hear."""
    file, unheard = defaults_folder() / "checks.toml", Problems()
    if not file.exists():
        return None
    return parse(file.name, text_of(RulesFile(file.name, file.read_bytes()), unheard), unheard)


def _names(cities: Iterable[City], units: Iterable[Unit], campaign: Campaign) -> RulesFile:
    """What reading a letter compares with: every name, the receiving department, the year. Routes are not read."""
    known = {n for c in cities for n in (c.name, *c.bureau_names)} | {n for u in units for n in (u.name, *u.aliases)}
    of_campaign = (campaign.province, campaign.department, *campaign.addressees, str(campaign.deadline.year))
    said = (*sorted(known), *of_campaign)
    return RulesFile("names", "\n".join(said).encode())


def _digest(files: Iterable[RulesFile]) -> str:
    """SHA-256 over names and bytes."""
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.name):
        data = file.data or b""
        digest.update(f"{file.name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()
