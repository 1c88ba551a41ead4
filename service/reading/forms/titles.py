"""Which table a line names: by its title, close to it, or by its label (表3, 附表三)."""

import re
from typing import Final

from rapidfuzz import fuzz

from service.domain.rules import Forms, TableForm
from service.reading.forms.folding import fold, squeeze

_CHINESE: Final = dict(zip("0123456789", "〇一二三四五六七八九", strict=True))
_YEAR: Final = re.compile(r"(?:20\d\d|二[〇○零o0一二三四五六七八九]{3})年度?")


class Titles:
    """The titles of all tables, prepared for looking up. Built once per rules."""

    def __init__(self, forms: Forms) -> None:
        self._titles = [(t, [_named(x) for x in (t.title, *t.title_aliases)], _label_pattern(t)) for t in forms.tables]
        self._title_letters = frozenset(x[-1] for _, titles, _ in self._titles for x in titles if x) | {
            t.label[0] for t in forms.tables if t.label
        }

    def named_in(self, text: str) -> int | None:
        """The number of the table that a line names."""
        if not any(letter in text for letter in self._title_letters):
            return None
        letters, folded = _named(text), fold(text).strip()
        for table, titles, label in self._titles:
            if any(len(title) > 5 and title in letters for title in titles) or label.match(folded):
                return table.number
        for table, titles, _ in self._titles:
            if len(letters) > 6 and any(fuzz.ratio(title, letters) >= 88 for title in titles):
                return table.number
        return None


def _named(title: str) -> str:
    """A title's letters without its year, which people spell out (二〇二〇年) or carry over from another one."""
    return _YEAR.sub("", squeeze(title))


def _label_pattern(table: TableForm) -> re.Pattern[str]:
    """表3 as people write it at a line's start: 附表3, 表 三, 表3：… but not 表1-4 or 表31."""
    spelled = "|".join({re.escape(d + "") for d in (str(table.number), _CHINESE.get(str(table.number), ""))} - {""})
    stem = re.escape(fold(table.label).rstrip("0123456789 "))
    return re.compile(
        rf"(?:附件?\s*\d*\s*[:.]?\s*)?(?:附)?\s*{stem}\s*(?:{spelled})(?!\s*[-~—–－至到]\s*\d)(?![\d一二三四五六七八九十])"
    )
