"""The cells of a row, each read as its column's kind (rules/forms.toml)."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from service.domain.places import city_of
from service.domain.rules import Column, ColumnKind, Rulebook
from service.domain.submission import Row, Table
from service.values.choosing import read_choice, read_yes_no
from service.values.counts import read_count
from service.values.dates import read_date
from service.values.emails import read_emails
from service.values.kinds import UNKNOWN, CityName, Reading, Standing, Value
from service.values.money import read_money
from service.values.phones import read_phones
from service.values.writing import compact

CITY, CHOICE = "city", "choice"
_NO_WORD = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"\([^()]*\)")


def of_row(row: Row, table: Table, rulebook: Rulebook) -> dict[str, Value]:
    """The normalised values of a row by column key; empty cells and columns of plain text have none."""
    return {value.key: value for value in _values(row, table, rulebook)}


def headings(table: Table) -> Mapping[str, str]:
    """The heading over each known column, as its writer wrote it."""
    return {key: heading for key, heading, _ in reversed(table.columns) if key and heading}


def bears_its_name(column: Column, heading: str | None) -> bool:
    """Whether a column stands under the form's own heading; under another one it may ask for something else."""
    return heading is None or _name(heading) == _name(column.label)


def _name(heading: str) -> str:
    return _NO_WORD.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", heading)))


def _values(row: Row, table: Table, rulebook: Rulebook) -> Iterator[Value]:
    if rulebook.forms.table(table.number) is None:
        return
    city = city_of(row.city, rulebook)
    if row.city and row.city.strip():
        meant = CityName(city.name) if city else None
        yield Value("city", CITY, row.city, Standing.SURE if meant else Standing.UNKNOWN, meant)
    written_over = headings(table)
    for column in _columns_with_values(rulebook, table.number):
        text = row.cells.get(column.key, "")
        if not text.strip():
            continue
        heading = written_over.get(column.key, column.label)
        reading = _read(text, column, heading, city.area_code if city else "", rulebook)
        if reading.standing is Standing.NOT_OF_KIND and _begins_with_nothing(text, rulebook):
            reading = UNKNOWN
        yield Value(column.key, CHOICE if column.choices else column.kind.value, text, *reading)


@lru_cache(maxsize=64)
def _columns_with_values(rulebook: Rulebook, number: int) -> tuple[Column, ...]:
    """The columns of a table that hold more than plain text, but for the unit's and the city's."""
    form = rulebook.forms.table(number)
    told = (column for column in (form.columns if form else ()) if column.key not in ("unit", "city"))
    return tuple(column for column in told if column.choices or column.kind is not ColumnKind.TEXT)


@lru_cache(maxsize=4096)  # the mails of one case bring the same rows again
def _read(text: str, column: Column, heading: str, area_code: str, rulebook: Rulebook) -> Reading:
    marks = rulebook.forms.marks
    vague, nil = words_for_nothing(rulebook)
    if compact(text) in nil and column.kind is not ColumnKind.YES_NO:
        return read_count(text) if column.kind is ColumnKind.COUNT and compact(text) == "0" else UNKNOWN
    if column.choices:
        return read_choice(text, column.choices, marks, vague)
    match column.kind:
        case ColumnKind.COUNT:
            return read_count(text, vague)
        case ColumnKind.MONEY:
            return read_money(text, heading)
        case ColumnKind.DATE:
            reading = read_date(text)
            return UNKNOWN if reading.content is None and any(word in compact(text) for word in vague) else reading
        case ColumnKind.PHONE:
            return read_phones(text, area_code, vague)
        case ColumnKind.EMAIL:
            return read_emails(text, vague)
        case ColumnKind.YES_NO:
            return read_yes_no(text, marks)
        case ColumnKind.TEXT:
            return UNKNOWN


def _begins_with_nothing(text: str, rulebook: Rulebook) -> bool:
    """True for 无邮箱, 暂无联系电话."""
    _, nil = words_for_nothing(rulebook)
    return compact(text).startswith(tuple(word for word in nil if not word.isascii() and word.isalpha()))


@lru_cache(maxsize=8)
def words_for_nothing(rulebook: Rulebook) -> tuple[frozenset[str], frozenset[str]]:
    """Words by which a cell holds no value though it is filled: inside it (若干), and as the whole of it (无)."""
    forms = rulebook.forms
    nil = (*forms.nil_words, *forms.ditto_words)
    return frozenset(map(compact, forms.vague_words)), frozenset(map(compact, nil))
