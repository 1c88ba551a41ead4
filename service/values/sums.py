"""What can be added up over rows: numbers of people, and money that a column counts in a unit.

Only what is sure is added; who sums is told how many rows are left out. Money by the year, by the head or in another
currency is left out too: it is no part of a whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from service.domain.rules import Column, ColumnKind, TableForm
from service.values.kinds import Count, Money, Standing, Value
from service.values.money import unit_of

Bounds = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Sum:
    """At least lower, at most upper (an open bound counts as the other one), over rows of which some are left out."""

    lower: Decimal = Decimal(0)
    upper: Decimal = Decimal(0)
    rows: int = 0
    left_out: int = 0


def summable(form: TableForm) -> tuple[Column, ...]:
    """The columns of a table that can be added up."""
    return tuple(
        column
        for column in form.columns
        if column.kind is ColumnKind.COUNT or (column.kind is ColumnKind.MONEY and unit_of(column.label) is not None)
    )


def bounds_of(value: Value | None) -> Bounds | None:
    """Least and most of a value that can be added; None for one that cannot."""
    if value is None or value.standing is not Standing.SURE:
        return None
    content = value.content
    if isinstance(content, Money):
        if content.currency != "CNY" or content.per or not content.in_wan:
            return None
    elif not isinstance(content, Count):
        return None
    found = [Decimal(bound) for bound in (content.lower, content.upper) if bound is not None]
    return found[0], found[-1]


def plain(amount: Decimal) -> int | float:
    """As JSON and spreadsheets have it: 3, 0.5."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def total(values: Iterable[Value | None]) -> Sum:
    """The sum over rows, None for a row whose cell is empty."""
    lower, upper, rows, left_out = Decimal(0), Decimal(0), 0, 0
    for value in values:
        rows += 1
        bounds = bounds_of(value)
        if bounds is None:
            left_out += 1
        else:
            lower, upper = lower + bounds[0], upper + bounds[1]
    return Sum(lower, upper, rows, left_out)
