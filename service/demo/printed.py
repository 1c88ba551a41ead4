"""Tables on paper: the form printed out (and perhaps sealed), for those who send its scan in place of the file."""

from collections.abc import Sequence

from service.demo.answering import STYLES, answered
from service.demo.forms import RowSpec, TableSpec
from service.demo.letters import BLACK, PAGE_MM, Mark, Page, Rule, Seal, SealMark, Text
from service.demo.typefaces import text_width
from service.domain.rules import Block, Column, Forms

_LEFT, _WIDTH, _TOP = 15.0, 180.0, 46.0  # mm
_SMALL, _LINE = 9.0, 4.6  # pt, mm
_THIN = 0.25


def printed_tables(
    forms: Forms, tables: Sequence[TableSpec], reporter: str, seal: Seal | None = None
) -> tuple[Page, ...]:
    """One page a table, the seal over 填报单位. Only the first columns are printed, as many as fit the paper."""
    return tuple(_page(forms, table, reporter, seal) for table in tables)


def _page(forms: Forms, table: TableSpec, reporter: str, seal: Seal | None) -> Page:
    form = forms.table(table.number)
    assert form is not None
    marks: list[Mark] = [Text(form.label, _LEFT, 16, 14), _centred(form.title, 24, 16)]
    marks.append(Text(f"{forms.reporter_labels[0]}（盖章）：{reporter}", _LEFT, 36, 11))
    heads: list[Column | Block] = [*form.columns[: 7 - 2 * len(form.blocks)], *form.blocks]
    widths = _widths(heads)
    y = _row(marks, [head.label for head in heads], widths, _TOP)
    for i, row in enumerate(table.rows, 1):
        y = _row(marks, [_value(head, row, i) for head in heads], widths, y)
    if seal is not None:
        marks.append(SealMark(seal, _LEFT + 75, 38))
    return tuple(marks)


def _value(head: Column | Block, row: RowSpec, number: int) -> str:
    if isinstance(head, Block):
        return answered(head, row.answers, STYLES["tick_for_box"])
    return {"seq": str(number), "unit": row.unit, "city": row.city}.get(head.key, row.cells.get(head.key, ""))


def _widths(heads: Sequence[Column | Block]) -> list[float]:
    shares = [4.0 if isinstance(head, Block) else 0.6 if head.key == "seq" else 1.5 for head in heads]
    return [_WIDTH * share / sum(shares) for share in shares]


def _row(marks: list[Mark], values: Sequence[str], widths: Sequence[float], y: float) -> float:
    """Draw a row with its lines; returns where the next one begins."""
    cells = [wrapped(value, width - 2, _SMALL) for value, width in zip(values, widths, strict=True)]
    height = _LINE * max(len(lines) for lines in cells) + 2
    x = _LEFT
    for lines, width in zip(cells, widths, strict=True):
        marks += [Text(line, x + 1, y + 1 + i * _LINE, _SMALL) for i, line in enumerate(lines) if line]
        marks.append(Rule(x, y, _THIN, height, BLACK))
        x += width
    marks += [Rule(x, y, _THIN, height, BLACK), Rule(_LEFT, y, _WIDTH, _THIN, BLACK)]
    marks.append(Rule(_LEFT, y + height, _WIDTH, _THIN, BLACK))
    return y + height


def wrapped(text: str, width: float, size: float) -> list[str]:
    """A text in lines of a width at most, at a size of type."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.append("")
        for char in paragraph:
            if text_width(lines[-1] + char, size) > width:
                lines.append("")
            lines[-1] += char
    return lines


def _centred(text: str, y: float, size: float) -> Text:
    return Text(text, (PAGE_MM[0] - text_width(text, size)) / 2, y, size)
