"""Several campaigns in one mailbox: what each rules folder may say only when no other says it."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

from service.domain.rules import Rulebook
from service.errors import RulesInvalid


def problems_together(books: Sequence[tuple[Path, Rulebook]]) -> tuple[str, ...]:
    """Every problem of campaigns that shall share a mailbox: numbers by which people could not tell them apart."""
    return tuple(_problems(books))


def _problems(books: Sequence[tuple[Path, Rulebook]]) -> Iterator[str]:
    for (place, book), (other_place, other) in combinations(books, 2):
        one, two = book.campaign.number_prefix, other.campaign.number_prefix
        where = f"{place.name} 与 {other_place.name} 的 campaign.toml，number_prefix"
        short, long = sorted((one.upper(), two.upper()), key=len)
        if short == long:
            yield f"{where}：都是“{one}”；请改成不同的，例如带上年份"
        elif long.startswith(short):
            yield f"{where}：“{one}”和“{two}”，一个是另一个的开头，编号容易混淆；请改其中一个"


def together(broken: Sequence[RulesInvalid]) -> RulesInvalid:
    """The problems of several folders as one error."""
    if len(broken) == 1:
        return broken[0]
    problems = tuple(f"{Path(error.where).name}/{problem}" for error in broken for problem in error.problems)
    return RulesInvalid("、".join(error.where for error in broken), problems)
