"""Rows that a person writes around the data: totals, examples, notes, signatures, headings.

Promises: a row that names a unit beside any other cell is never taken for one of them by its looks, only by the
words that the rules give.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from service.domain.rules import Forms
from service.reading.forms.folding import fold, squeeze
from service.reading.forms.headers import Header
from service.reading.forms.plans import is_nil
from service.reading.forms.sheetview import SheetView

TOTAL: Final = "合计行"
EXAMPLE: Final = "示例"
NOTE: Final = "说明或落款"
HEADING: Final = "分节标题或说明"
NUMBER_ONLY: Final = "只有序号"
COLUMN_NUMBERS: Final = "列号"
_WIDE: Final = 3  # columns of a merge that make its row a heading or a note; cells of an ordinary row
_LABELLED: Final = re.compile(r"[一-鿿][一-鿿()/ ]{1,11}:")
_COUNTED: Final = re.compile(r"共计?\d+[一-鿿]{1,6}")  # 共12家单位
_SENTENCE: Final = re.compile(r"[,;:。、]")
_BRACKETED: Final = re.compile(r"\(.*\)$", re.DOTALL)
_NEAR: Final = 3  # rows looked at on either side
_COUNTED_COLUMNS: Final = 4  # cells that count up are no chance
_SHORT: Final = 6  # letters of what may still be a number: "第一", "（12）"

Own = Sequence[tuple[int, str]]  # the cells that a row holds itself


class NoteRows:
    """Tells why a row is no data. Built once per rules."""

    def __init__(self, forms: Forms) -> None:
        self._nil = forms.nil_words
        self._totals = tuple(squeeze(word) for word in forms.total_words)
        self._examples = tuple(fold(word) for word in forms.example_words)
        self._shortest = frozenset(word[0] for word in self._examples if word[1:2] in (":", ")"))  # 例, alone
        self._notes = tuple(fold(word) for word in forms.note_words)
        self._openings = (*self._notes, *(fold(word) for word in forms.reporter_labels))

    def reason(self, sheet: SheetView, header: Header, row: int, own: Own, seq: str, unit: str) -> str | None:
        """Chinese: why the row is left out; None when nothing speaks against it. seq, unit: folded values."""
        column, first = own[0][0], fold(own[0][1]).strip()
        if _are_column_numbers(own):
            return COLUMN_NUMBERS
        if self._is_total(first) or self._is_total(unit):
            return TOTAL
        if any(one.startswith(self._examples) or one in self._shortest for one in (first, seq, unit) if one):
            return EXAMPLE
        if first.startswith(self._openings) or unit.startswith(self._notes):
            return NOTE
        if column not in header.asked and _LABELLED.match(first) and unit in ("", first):
            return NOTE
        if len(own) == 1 and not is_nil(first, self._nil):
            return self._lone(sheet, header, row, column, first, unit)
        return None

    def _is_total(self, text: str) -> bool:
        letters = squeeze(text) if len(text) < 20 else ""
        return _COUNTED.fullmatch(letters) is not None or (
            letters.startswith(self._totals)  # hardly any does
            and any(letters.startswith(total) and len(letters) <= len(total) + 4 for total in self._totals)
        )

    def _lone(self, sheet: SheetView, header: Header, row: int, column: int, text: str, unit: str) -> str | None:
        """Why a row with one cell is left out."""
        merge = sheet.merge((row, column))
        if merge is not None and merge.right - merge.left + 1 >= _WIDE:
            return HEADING
        if column == header.column_of("seq"):
            return NUMBER_ONLY if _is_number(text) or len(text) < _SHORT else NOTE
        if column == header.column_of("unit"):
            said = _SENTENCE.search(text) or _BRACKETED.match(text)
            return NOTE if said else HEADING if _stands_out(sheet, header, row) else None
        return NOTE if column not in header.asked and not unit else None


def _is_number(text: str) -> bool:
    return text.strip("()（）.、 ").isdigit()


def _are_column_numbers(own: Own) -> bool:
    """Whether the cells only count the columns: 1 2 3 …, （1）（2）（3）…, ①②③…"""
    if len(own) < _COUNTED_COLUMNS or (first := _number(own[0][1])) not in (0, 1, 2):
        return False
    return all(_number(text) == first + k for k, (_, text) in enumerate(own))  # as a rule the second cell decides


def _number(text: str) -> float:
    """The number of a column, -1 where the text is none."""
    bare = fold(text).strip().strip("()[].")
    if bare.isdecimal() and len(bare) < 3:
        return int(bare)
    return unicodedata.numeric(bare, -1) if len(bare) == 1 else -1


def _stands_out(sheet: SheetView, header: Header, row: int) -> bool:
    """Whether rows near this one hold much more, so that its lone cell is no unit that left all else empty."""
    place = bisect_left(sheet.rows, row)
    near = sheet.rows[max(0, place - _NEAR) : place + _NEAR + 1]
    return any(len(sheet.own(one)) >= _WIDE for one in near if one > header.bottom)
