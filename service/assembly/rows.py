"""Whether a row is an earlier one written anew: the same need, its gaps filled, cells corrected or unit renamed."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from service.domain.nil import fold, is_nil_row
from service.domain.submission import Answer, Row, Table, Tick

Same = Callable[[Row, Row], bool]  # whether a new row is an old one written anew
_NO_CONTENT = frozenset({"seq", "unit", "city", "remark"})


def has_content(row: Row, nil: frozenset[str]) -> bool:
    """True when something besides number, unit, city and remark is filled in with more than 无."""
    cells = (value for key, value in row.cells.items() if key not in _NO_CONTENT)
    return any(value.strip() and fold(value) not in nil for value in cells) or any(map(_is_answered, row.answers))


def is_filled(row: Row, nil: frozenset[str]) -> bool:
    """True for a row that tells of a need, or of a unit; not for one of 无, nor an untouched one of the blank form."""
    return not is_nil_row(row, nil) and (bool(row.unit) or has_content(row, nil))


def _is_answered(answer: Answer) -> bool:
    return answer.tick not in (None, Tick.UNANSWERED) or bool((answer.text or "").strip()) or bool(answer.choices)


def units_of(rows: Iterable[Row]) -> frozenset[str]:
    return frozenset(plain(row.unit) for row in rows if row.unit)


def without_renewed(table: Table, new: Sequence[Row], is_same: Same) -> Table:
    """A table without the rows that a supplement writes anew: who "补充" what was missing sends the row again.

    Where most rows come again as they were, the whole form does, and its rows may be changed. A need written like
    another is kept otherwise: a row too many is seen, a lost one is not.
    """
    again = sum(any(is_completed(row, other) for other in new) for row in table.rows)
    same = is_renewed if again * 2 > len(table.rows) else is_same
    return replace(table, rows=tuple(row for row in table.rows if not any(same(row, other) for other in new)))


def is_completed(old: Row, new: Row) -> bool:
    """True for a row written again with at most its gaps filled."""
    if not old.unit or (old.answers and new.answers):
        return is_renewed(old, new)
    now = {key: plain(value) for key, value in new.cells.items()}
    kept = (
        now.get(key) in (None, "") or plain(value) in now[key]
        for key, value in old.cells.items()
        if key not in ("seq", "city")
    )
    return is_renewed(old, new) and all(kept)


def is_touched_up(old: Row, new: Row) -> bool:
    """True for a row written again with gaps filled or one cell changed."""
    return is_completed(old, new) or (is_renewed(old, new) and len(_written(old) - _written(new)) <= 1)


def is_renewed(old: Row, new: Row) -> bool:
    """True for the same need: of one unit in a table that asks each unit once, else with most cells alike."""
    one, other = plain(old.unit or ""), plain(new.unit or "")
    if one and other and one != other:
        return False
    if old.answers and new.answers and one == other:
        return True
    before, now = _written(old), _written(new)
    return len(before & now) * 2 >= max(1, len(before))


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A row with what it says, worked out once."""

    row: Row
    unit: str
    written: frozenset[tuple[str, str]]
    answers: bool


_Pair = Callable[[_Read, _Read], bool]


def unmatched(old: Sequence[Row], new: Sequence[Row]) -> list[Row]:
    """The old rows that no new one continues: each new row stands for one old row of its unit, else for one of any
    unit (whose name was corrected), with no more than a third of what was written changed."""
    before, now = different(old, new), different(new, old)
    left, free = list(map(_read, before)), list(map(_read, now))
    for same in (_is_of_one_unit, _is_little_changed):
        left, free = _paired(left, free, same)
    return [item.row for item in left]


def different(rows: Iterable[Row], others: Iterable[Row]) -> list[Row]:
    """The rows that none of the others repeats word for word under the same unit."""
    known = {(item.unit, item.written) for item in map(_read, others)}
    return [item.row for item in map(_read, rows) if (item.unit, item.written) not in known]


def _read(row: Row) -> _Read:
    return _Read(row, plain(row.unit or ""), _written(row), bool(row.answers))


def _paired(old: Sequence[_Read], new: Sequence[_Read], same: _Pair) -> tuple[list[_Read], list[_Read]]:
    """What remains on both sides when everything was paired that is the same."""
    left, free = [], list(new)
    for item in old:
        found = next((n for n, other in enumerate(free) if same(item, other)), None)
        if found is None:
            left.append(item)
        else:
            del free[found]
    return left, free


def _is_of_one_unit(old: _Read, new: _Read) -> bool:
    return old.unit == new.unit and ((old.answers and new.answers) or _is_little_changed(old, new))


def _is_little_changed(old: _Read, new: _Read) -> bool:
    changed = len(old.written - new.written)
    return changed <= 1 or changed * 3 <= len(old.written)


def _written(row: Row) -> frozenset[tuple[str, str]]:
    cells = {(key, plain(value)) for key, value in row.cells.items() if key not in ("seq", "unit", "city")}
    answers = {(a.question, repr((a.tick, a.text, a.choices))) for a in row.answers}
    return frozenset((key, value) for key, value in cells | answers if value)


@lru_cache(maxsize=1 << 15)  # rows are compared in pairs
def plain(text: str) -> str:
    """Without white space and widths."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
