"""The directory: which line of cities.csv or units.csv a written name, an address or a domain means.

Exact names first, then names with something harmless around them, then, for text read from a scan, names that
differ as misreadings do. A name that could mean two lines means none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

from service.domain.places import city_at_start, short_name, without_province
from service.domain.rules import City, Rulebook, Unit, UnitRoute, Weights
from service.routing.names import (
    bracketed,
    contract,
    differ_tellingly,
    fold,
    is_misreading,
    similarity,
    without_brackets,
)

_LONGEST = 150  # characters: whatever is longer is no name, but a text in a name's place
_MIN_MISREAD = 6  # shorter names differ from other names by one character too often
_SEAL_ALIKE = 0.75  # a ring's first and last characters are lost at times
_RIM = re.compile("^[一二三丨|*★☆-]+|[一二三丨|*★☆0-9-]+$")  # strokes of the rim, read as characters
_LEGAL_FORM = re.compile(r"(?:集团|股份|控股|有限责任|有限)*公司$")
_MIN_PART = 4  # shorter bracketed parts are no names of their own
_DISTRICTS = ("区", "县", "镇", "街道")
_CAMPUS = re.compile(r"^\(?[^()]{0,10}校区\)?$")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the directory: a city's bureau, or a unit."""

    name: str
    seat: str  # the city whose bureau it is, or where the unit sits
    source: str
    unit: Unit | None = None  # None: a bureau

    @property
    def is_bureau(self) -> bool:
        return self.unit is None

    @property
    def reports_elsewhere(self) -> bool:
        """A unit that does not report directly, or of which that is not known."""
        return self.unit is not None and self.unit.route is not UnitRoute.DIRECT


@dataclass(frozen=True, slots=True)
class Outline:
    """What of a name others are compared with, worked out once."""

    name: str  # folded
    core: str  # without its legal form
    place: str | None  # the city, or the province, whose name begins it


_Line = tuple[Entry, City | Unit]


@dataclass(frozen=True, slots=True)
class Directory:
    """Looks names, addresses and domains up. Built once per rules version."""

    cities: tuple[City, ...]
    province: str
    exact: dict[str, Entry | None] = field(repr=False)  # None: several lines share the name
    primary: dict[str, Entry] = field(repr=False)
    addresses: dict[str, Entry] = field(repr=False)
    domains: dict[str, tuple[Entry, ...]] = field(repr=False)
    bureau_kinds: re.Pattern[str]
    telling: frozenset[str] = field(repr=False)  # characters of the names of places
    outlines: tuple["Outline", ...] = field(repr=False)  # of the names in primary

    def match(self, text: str | None) -> Entry | None:
        """The line that a name means beyond doubt."""
        folded = fold(text or "")
        if not 0 < len(folded) <= _LONGEST:
            return None
        spellings = (folded, self._local(folded), self._other_province(folded))
        for name in dict.fromkeys(name for spelling in spellings for name in (spelling, contract(spelling))):
            if name in self.exact:
                return self.exact[name]
        return self._bureau(folded) or self._with_brackets(folded) or self._campus(folded)

    def match_misread(self, text: str | None, weights: Weights) -> Entry | None:
        """The one line whose name a scan's reading resembles, when nothing but a misreading parts them."""
        read = self._local(fold(text or ""))
        if not _MIN_MISREAD <= len(read) <= _LONGEST:
            return None
        scored = [
            (JaroWinkler.similarity(read, name), entry)
            for name, entry in self.primary.items()
            if len(name) >= _MIN_MISREAD and is_misreading(read, name, self.telling)
        ]
        best = max((score for score, _ in scored), default=0.0)
        close = {entry for score, entry in scored if score > best - weights.margin}
        if best < weights.name_match or len(close) != 1:
            return None
        entry = close.pop()
        return entry if self._is_nearest(read, entry) else None

    def _is_nearest(self, read: str, entry: Entry) -> bool:
        """False when another name is as like the reading: 附属第医院 may have lost the 一 of 附属第一医院."""
        own = similarity(read, fold(entry.name))
        return all(similarity(read, name) < own for name, other in self.primary.items() if other != entry)

    def match_seal(self, text: str | None, weights: Weights) -> Entry | None:
        """The one line whose name a seal's ring resembles, rim strokes and lost characters allowed for.

        Never by what tells two names apart: a place that was not read whole matches nothing.
        """
        if entry := self.match(text):
            return entry
        read = _RIM.sub("", self._local(fold(text or "")))
        if not _MIN_MISREAD <= len(read) <= _LONGEST:
            return None
        scored = sorted(((similarity(read, name), name) for name in self._full_names()), reverse=True)
        best, name = scored[0] if scored else (0.0, "")
        entry = self.exact.get(name)
        rival = next((score for score, other in scored if self.exact[other] != entry), 0.0)
        clear = best >= _SEAL_ALIKE and best - rival >= weights.margin
        return (
            entry if clear and not differ_tellingly(read, name, self.telling) and self._same_place(read, name) else None
        )

    def _full_names(self) -> Iterator[str]:
        return (name for name, entry in self.exact.items() if entry and len(name) >= _MIN_MISREAD)

    def _same_place(self, read: str, name: str) -> bool:
        place = city_at_start(name, self.cities, "")
        return place is None or short_name(place) in read

    def stands_alone(self, text: str | None, entry: Entry, margin: float) -> bool:
        """Whether no other line's name is nearly as like a written one, in whatever they differ."""
        read, own = self._local(fold(text or "")), fold(entry.name)
        best = similarity(read, own)
        return all(similarity(read, name) <= best - margin for name, other in self.primary.items() if other != entry)

    def is_of_a_body_inside(self, text: str | None, suffixes: tuple[str, ...]) -> bool:
        """True for 云江大学（附属第三医院）: the brackets name a body that no line lists, no place or other name."""
        folded = fold(text or "")
        inside = bracketed(folded)
        return bool(inside) and folded not in self.exact and inside not in self.exact and str(inside).endswith(suffixes)

    def near(self, text: str, alike: float, *, typed: bool) -> Entry | None:
        """The line whose name is nearest to a name in no directory, when a slip or a misreading may part them. Nobody
        types the name of another city, or a city for the province, by a slip, and 云江市江北区科技局 is no
        云江市科技局, however alike."""
        read = self._local(fold(text)[:_LONGEST])
        own, place = _core(read), city_at_start(read, self.cities, "") if typed else None
        kinds = tuple(kind for kind in _DISTRICTS if kind in read)
        scored = {
            line.name: similarity(own, line.core)
            for line in self.outlines
            if not (place and line.place and line.place != place.name) and all(kind in line.name for kind in kinds)
        }
        nearest = max(scored, key=lambda name: scored[name], default=None)
        return self.primary[nearest] if nearest and scored[nearest] >= alike else None

    def parent(self, text: str | None) -> Entry | None:
        """The unit whose full name begins a longer name: an institute, an office, a hospital of its own."""
        folded = self._local(fold(text or "")[:_LONGEST])
        starts = (folded[:length] for length in range(len(folded) - 1, 0, -1))
        return next((self.primary[start] for start in starts if start in self.primary), None)

    def at_address(self, address: str) -> Entry | None:
        return self.addresses.get(address.lower())

    def at_domain(self, domain: str) -> tuple[Entry, ...]:
        """The lines that list this domain or one it belongs to, label by label, the nearest listed one."""
        labels = domain.lower().split(".")
        for start in range(len(labels) - 1):
            if found := self.domains.get(".".join(labels[start:])):
                return found
        return ()

    def _local(self, folded: str) -> str:
        """Without the province, when a city's name follows it."""
        rest = without_province(folded, self.province)
        return rest if rest != folded and city_at_start(rest, self.cities, "") else folded

    def _other_province(self, folded: str) -> str:
        """省农科院 for 广东省农科院, and the other way round."""
        if folded.startswith("省"):
            return self.province + folded.removeprefix("省")
        return f"省{folded.removeprefix(self.province)}" if folded.startswith(self.province) else folded

    def _bureau(self, folded: str) -> Entry | None:
        name = self._local(folded)
        bare = without_brackets(name)
        for city in self.cities:
            for prefix in (city.name, short_name(city)):
                if not bare.startswith(prefix):
                    continue
                kinds = _joined(contract(bare.replace(city.name, "").removeprefix(prefix)))
                if self.bureau_kinds.fullmatch(kinds):
                    return self.exact.get(fold(city.bureau))
        return None

    def _with_brackets(self, folded: str) -> Entry | None:
        bare, inside = without_brackets(folded), bracketed(folded)
        if bare == folded:
            return None
        entry = self.exact.get(bare) or self.exact.get(contract(bare))
        other = self.exact.get(inside) if inside else None
        return entry if other is None or other == entry else None

    def _campus(self, folded: str) -> Entry | None:
        """A campus is the legal person it belongs to."""
        parent = self.parent(folded)
        rest = folded.removeprefix(fold(parent.name)) if parent else ""
        is_place = any(rest in (city.name, short_name(city)) for city in self.cities)
        return parent if is_place or _CAMPUS.match(rest) else None


@lru_cache(maxsize=8)
def directory_of(rulebook: Rulebook) -> Directory:
    """The directory of a rulebook."""
    return _build(rulebook.cities, rulebook.units, rulebook.campaign.province)


def _build(cities: tuple[City, ...], units: tuple[Unit, ...], province: str) -> Directory:
    bureaus: list[_Line] = [(Entry(c.bureau, c.name, c.source), c) for c in cities]
    listed: list[_Line] = [(Entry(u.name, u.seat_city, u.source, u), u) for u in units]
    lines = [*bureaus, *listed]
    primary = {fold(entry.name): entry for entry, _ in lines}
    exact: dict[str, Entry | None] = {}
    for entry, line in lines:
        for name in _other_names(line, cities):
            exact[name] = entry if exact.get(name, entry) == entry else None
    exact.update(primary)
    return Directory(
        cities,
        province,
        exact,
        primary,
        {address.lower(): entry for entry, line in lines for address in line.addresses},
        _by_domain(lines),
        _bureau_kinds(cities),
        frozenset("".join(short_name(c) for c in cities) + province.removesuffix("省")),
        tuple(_outline(name, cities, province) for name in primary),
    )


def _other_names(line: City | Unit, cities: tuple[City, ...]) -> Iterator[str]:
    """Every other spelling under which a line is found, folded."""
    names = line.bureau_names if isinstance(line, City) else (line.name, *line.aliases)
    for name in map(fold, names):
        yield from (name, contract(name))
        inside = bracketed(name)
        if inside and _is_name(inside, cities):
            yield from (inside, without_brackets(name))
        if "/" in name:
            yield from (part for part in name.split("/") if len(part) > _MIN_PART)


def _is_name(inside: str, cities: tuple[City, ...]) -> bool:
    """True for an organisation's other name in brackets; False for a place, a year, a note."""
    place = city_at_start(inside, cities, "")
    return len(inside) >= _MIN_PART and not (place and len(inside) <= len(place.name)) and not re.search(r"\d", inside)


def _by_domain(lines: Iterable[_Line]) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, tuple[Entry, ...]] = {}
    for entry, line in lines:
        for domain in line.domains:
            found[domain.lower()] = (*found.get(domain.lower(), ()), entry)
    return found


def _bureau_kinds(cities: tuple[City, ...]) -> re.Pattern[str]:
    """What the bureaus of all cities call themselves, after their city's name: any city's may."""
    kinds = {
        _joined(contract(fold(name).removeprefix(city.name)))
        for city in cities
        for name in city.bureau_names
        if fold(name).startswith(city.name)
    }
    return re.compile(
        "(?:" + "|".join(map(re.escape, sorted(kinds, key=len, reverse=True))) + ")+" if kinds else r"(?!)"
    )


def _core(name: str) -> str:
    """A company's name without its legal form, which makes any two companies alike."""
    return _LEGAL_FORM.sub("", name) or name


def _outline(name: str, cities: tuple[City, ...], province: str) -> Outline:
    city = city_at_start(name, cities, "")
    of_province = province if province and name.startswith(province) else None
    return Outline(name, _core(name), city.name if city else of_province)


def _joined(text: str) -> str:
    """Two names of one bureau written side by side, without what joins them."""
    return re.sub(r"[、,/与和及]", "", text)
