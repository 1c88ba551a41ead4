"""cities.csv and units.csv: who reports for which city, and which units are known."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from enum import StrEnum

from service.domain.rules import City, Unit, UnitRoute
from service.rulebook.addresses import fault_of_address, fault_of_domain, split
from service.rulebook.names import same_name
from service.rulebook.problems import Problems, did_you_mean, shorten
from service.rulebook.sheets import Line, read_table

CITY_COLUMNS = (
    "code",
    "city",
    "bureau",
    "other_bureau_names",
    "region",
    "area_code",
    "abbreviation",
    "aliases",
    "domains",
    "addresses",
    "letter_prefix",
    "districts",
)
UNIT_COLUMNS = (
    "name",
    "aliases",
    "affiliation",
    "category",
    "seat_city",
    "domains",
    "addresses",
    "route",
    "note",
)


def read_cities(text: str | None, free_mail: Collection[str], problems: Problems) -> tuple[City, ...]:
    """The cities in the file's order; a row with a problem is left out."""
    lines = read_table("cities.csv", text, CITY_COLUMNS, ("city", "bureau"), problems)
    _require(lines, ("city", "bureau"), problems)
    _refuse_repeated(lines, ("code", "city", "bureau"), problems)
    if text is not None and not lines and not problems.found:
        problems.add("cities.csv", "一个城市也没有", "请每行写一个城市")
    return tuple(_city(line, free_mail, problems) for line in lines)


def _city(line: Line, free_mail: Collection[str], problems: Problems) -> City:
    return City(
        code=line.text("code").removesuffix(".0"),
        name=line.text("city"),
        bureau=line.text("bureau"),
        other_bureau_names=line.texts("other_bureau_names"),
        region=line.text("region"),
        area_code=_area_code(line.text("area_code")),
        abbreviation=line.text("abbreviation"),
        aliases=line.texts("aliases"),
        domains=_domains(line, free_mail, problems),
        addresses=_addresses(line, problems),
        letter_prefixes=line.texts("letter_prefix"),
        source=line.source,
        districts=line.texts("districts"),
    )


def _area_code(written: str) -> str:
    """With the leading 0 that spreadsheet programs drop."""
    digits = written.lstrip("'").removesuffix(".0")
    return f"0{digits}" if re.fullmatch(r"[1-9]\d{1,3}", digits) else digits


def read_units(
    text: str | None, cities: Sequence[City], free_mail: Collection[str], problems: Problems
) -> tuple[Unit, ...]:
    """The units in the file's order. An empty file is fine: then nobody is known but the bureaus."""
    lines = read_table("units.csv", text, UNIT_COLUMNS, ("name", "route"), problems)
    _require(lines, ("name",), problems)
    _refuse_repeated(lines, ("name",), problems)
    return tuple(_unit(line, cities, free_mail, problems) for line in lines)


def _unit(line: Line, cities: Sequence[City], free_mail: Collection[str], problems: Problems) -> Unit:
    route = _one_of(line, "route", UnitRoute, problems)
    return Unit(
        name=line.text("name"),
        aliases=line.texts("aliases"),
        affiliation=line.text("affiliation"),
        category=line.text("category"),
        seat_city=_seat(line, cities, route, problems),
        domains=_domains(line, free_mail, problems),
        addresses=_addresses(line, problems),
        route=route,
        note=line.text("note"),
        source=line.source,
    )


def _one_of(line: Line, column: str, kind: type[UnitRoute], problems: Problems) -> UnitRoute:
    written = line.text(column).casefold()
    words: list[str] = [member.value for member in kind]
    if written in words:
        return kind(written)
    seen = f"不认识“{shorten(written)}”" if written else "是空的"
    problems.add(line.place(column), seen, did_you_mean(written, words))
    return kind.ASK


def _seat(line: Line, cities: Sequence[City], route: StrEnum, problems: Problems) -> str:
    """The city's name as cities.csv writes it; 云江 counts as 云江市."""
    written = line.text("seat_city")
    if not written and route is not UnitRoute.VIA_CITY:
        return ""
    for city in cities:
        if written in (city.name, city.name.removesuffix("市"), *city.aliases):
            return city.name
    if not written:
        problems.add(line.place("seat_city"), "是空的", "由市汇总的单位请写明所在城市")
    elif cities:
        names = [city.name for city in cities]
        todo = did_you_mean(written, names) if len(names) < 6 else _nearest(written, names)
        problems.add(line.place("seat_city"), f"“{shorten(written)}”不在 cities.csv 中", todo)
    return written


def _nearest(written: str, names: Sequence[str]) -> str:
    told = did_you_mean(written, names)
    return told if told.startswith("是否") else "请写 cities.csv 里的城市名"


def _require(lines: Iterable[Line], columns: Iterable[str], problems: Problems) -> None:
    for line in lines:
        for column in columns:
            if not line.text(column):
                problems.add(line.place(column), "是空的", "请填写，整行不要的请删去整行")


def _refuse_repeated(lines: Sequence[Line], columns: Iterable[str], problems: Problems) -> None:
    for column in columns:
        seen: dict[str, Line] = {}
        for line in lines:
            written = line.text(column)
            first = seen.setdefault(same_name(written), line)
            if written and first is not line:
                problems.add(line.place(column), f"“{shorten(written)}”已在第{first.number}行", "请删去其中一行")


def _domains(line: Line, free_mail: Collection[str], problems: Problems) -> tuple[str, ...]:
    found = [domain.lstrip("@").rstrip(".") for domain in split(line.texts("domains"))]
    for domain in found:
        if domain in free_mail:
            todo = "请删去，登记的邮箱请写在 addresses 列"
            problems.add(line.place("domains"), f"“{domain}”是公共邮箱，谁都可以申请", todo)
    return _sound(line, "domains", found, fault_of_domain, "请改正，例如 kjj.example.cn", problems)


def _addresses(line: Line, problems: Problems) -> tuple[str, ...]:
    found = list(split(line.texts("addresses")))
    return _sound(line, "addresses", found, fault_of_address, "请改正，例如 kjj@example.cn", problems)


def _sound(
    line: Line, column: str, values: Iterable[str], fault_of: Callable[[str], str | None], todo: str, problems: Problems
) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for value in values:
        fault = fault_of(value)
        if fault:
            problems.add(line.place(column), f"“{shorten(value)}”{fault}", todo)
        else:
            kept[value] = None
    return tuple(kept)
