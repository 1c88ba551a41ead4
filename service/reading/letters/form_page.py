"""Whether a page is one of the needs form: by what is printed on the form, never on a letter's page."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.domain.rules import Rulebook, TableForm
from service.reading.letters.dates import find_date
from service.reading.letters.fields import is_greeted, is_titled
from service.reading.letters.model import Sheet
from service.reading.letters.text import bare, chinese, clean

_LABELS = 4  # column labels on one page that make it a form
_SENTENCE = 4  # Chinese characters of a line that ends a sentence
_LISTED = re.compile(r"附件.{0,2}[:：]|[（(]?\d{1,2}[）).、．,]?(?!\d)")
_FILLED_IN = re.compile(r"[\u4e00-\u9fff]{2,6}[:：]")


@dataclass(frozen=True, slots=True)
class _Print:
    """What is printed on the blank of one table, for comparing."""

    labels: frozenset[str]
    blocks: tuple[str, ...]
    titles: tuple[str, ...]


def is_form(sheet: Sheet, rulebook: Rulebook) -> bool:
    """True for a page of the needs form: a table's own title with a column, or several column labels as cells.

    A page that is headed as a letter or greets the department is a letter's, though it list the tables it brings or
    hold one of them.
    """
    if is_greeted(sheet, rulebook) or is_titled(sheet, rulebook):
        return False
    lines = [clean(line.text) for line in sheet.lines]
    cells, text = {bare(line) for line in lines}, bare("".join(lines))
    return _is_front(lines, text, rulebook) or any(
        _is_table(print_, lines, cells, text) for print_ in _prints(rulebook)
    )


def _is_front(lines: Sequence[str], text: str, rulebook: Rulebook) -> bool:
    """True for a page that bears the form's title and asks who reports, without a sentence: the form's front page."""
    titled = any(bare(title) in text for title in rulebook.forms.titles)
    asks = any(bare(line).startswith(bare(label)) for line in lines for label in rulebook.forms.reporter_labels)
    return titled and asks and not any("。" in line for line in lines)


@lru_cache(maxsize=4)
def _prints(rulebook: Rulebook) -> tuple[_Print, ...]:
    return tuple(map(_print_of, rulebook.forms.tables))


def _print_of(form: TableForm) -> _Print:
    labels = frozenset(bare(name) for column in form.columns for name in (column.label, *column.aliases))
    titles = {bare(title) for title in (form.title, *form.title_aliases, form.label + form.title)}
    return _Print(labels, tuple(bare(block.label) for block in form.blocks), tuple(sorted(titles - {""})))


def _is_table(form: _Print, lines: Sequence[str], cells: set[str], text: str) -> bool:
    seen = len(form.labels & cells)
    blocks = sum(block in text for block in form.blocks)
    titled = any(_is_title(line, form.titles) for line in lines)
    if not titled and _is_under_text(lines, form.labels):
        return False
    together = max((_labels_in(line, form.labels) for line in lines), default=0)  # a row read as one line
    return seen >= _LABELS or (titled and seen + blocks + together >= 2) or (seen >= 3 and blocks > 0)


def _is_under_text(lines: Sequence[str], labels: frozenset[str]) -> bool:
    """True when a sentence or a signature stands above the first column label: a letter's last page, with a table."""
    first = next((place for place, line in enumerate(lines) if bare(line) in labels), len(lines))
    above = lines[:first]
    said = any("。" in line and chinese(line) >= _SENTENCE for line in above)
    return said or any(_is_signature(name, below) for name, below in itertools.pairwise(above))


def _is_signature(name: str, below: str) -> bool:
    """A name with nothing but a date below it; a form asks for both on labelled lines."""
    dated = find_date(below)
    alone = dated is not None and dated.start == 0 and dated.end == len(below.replace(" ", ""))
    return alone and chinese(name) >= _SENTENCE and not re.search(r"[:：，。]", name)


def _is_title(line: str, titles: Sequence[str]) -> bool:
    """True for a table's title with little around it; not for one in a list of annexes."""
    plain = bare(line)
    return _LISTED.match(line) is None and any(plain.startswith(t) or plain.endswith(t) for t in titles)


def _labels_in(line: str, labels: frozenset[str]) -> int:
    """How many column labels a line names, those left out that are followed by what they ask for: 联系人：张三."""
    plain = bare(_FILLED_IN.sub("", line))
    return sum(len(label) >= 3 and label in plain for label in labels)
