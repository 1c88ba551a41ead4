"""The official form (表1-4) as offices fill it in: .xlsx files from plain rows, in many layouts.

What the tables are called and ask comes from the rulebook's forms; only the habits of those who fill them in are here.
"""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from service.demo.answering import BOX, TickStyle, answered
from service.domain.rules import Block, Column, Forms, TableForm

_MOMENT = datetime(2020, 3, 18, 10, 30)  # Office files carry naive local time
_ZIP_MOMENT = (2020, 3, 18, 10, 30, 0)
_FULL_WIDTH = str.maketrans({str(i): chr(0xFF10 + i) for i in range(10)})
_LINE = Side(style="thin")
_THIN = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_WRAP = Alignment(wrap_text=True, vertical="center")
_IDENTITY = ("unit", "city")


class SheetNames(StrEnum):
    LABEL = "label"  # 表1
    DEFAULT = "default"  # Sheet1
    TITLE = "title"  # 表1 and the title
    OWN = "own"  # 附件1


@dataclass(frozen=True, slots=True)
class RowSpec:
    """One row as its writer means it. answers: question key -> "yes", "no", "both", "" (nothing), the text
    of a text question, or the keys of the chosen groups joined by "|"."""

    unit: str
    city: str
    cells: Mapping[str, str] = field(default_factory=dict)  # column key -> text
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table; nil writes 无 in place of rows."""

    number: int
    rows: tuple[RowSpec, ...] = ()
    nil: bool = False


@dataclass(frozen=True, slots=True)
class FormLayout:
    """The habits of an office."""

    tick: TickStyle = BOX
    one_sheet: bool = False  # all tables below one another
    sheet_names: SheetNames = SheetNames.LABEL
    title_rows: bool = True
    reporter: str | None = None  # 填报单位 above the header
    note_row: bool = False  # 填表说明 above the header
    blank_rows: int = 0  # above everything
    two_row_header: bool = False  # 表3, 表4: a group title over the wide columns, the rest merged downwards
    example_row: bool = False  # the form's example was left in
    total_row: bool = False
    ditto: bool = False  # 同上 for a unit that stands in the row above
    merge_units: bool = False  # unit and city merged over their rows
    extra_column: bool = False  # one of the office's own
    reordered: bool = False  # contact columns before the content
    only_required: bool = False  # recommended columns deleted
    full_width: bool = False  # digits as ０１２
    hidden_sheet: bool = False  # a list of choices left by the maker of the file
    text_on_own_line: bool = True  # plan texts under their question, not behind it


def form_xlsx(forms: Forms, tables: Sequence[TableSpec], layout: FormLayout = FormLayout()) -> bytes:
    """A workbook with these tables. ValueError for a table number the forms do not have."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for i, table in enumerate(tables):
        form = forms.table(table.number)
        if form is None:
            raise ValueError(f"no 表{table.number} in these forms")
        if i and not layout.one_sheet:
            sheet = book.create_sheet()
        if i == 0 or not layout.one_sheet:
            sheet.title = _sheet_name(form, layout, i)
        _TableWriter(sheet, forms, form, layout).write(table)
    if layout.hidden_sheet:
        hidden = book.create_sheet("选项")
        hidden["A1"], hidden["A2"] = "全职", "柔性（短期）"
        hidden.sheet_state = "hidden"
    return steady_workbook(book)


def steady_workbook(book: Workbook) -> bytes:
    """The workbook's bytes without the time of saving: the same content gives the same bytes."""
    book.properties.created = book.properties.modified = _MOMENT
    raw, out = BytesIO(), BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _ZIP_MOMENT), _steady_part(name, old.read(name)), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _steady_part(name: str, content: bytes) -> bytes:
    """openpyxl stamps the time of saving into the core properties whatever is set before."""
    if name != "docProps/core.xml":
        return content
    before, opening, rest = content.partition(b"<dcterms:modified")
    start, _, after = rest.partition(b">")
    return before + opening + start + b">2020-03-18T10:30:00Z" + after[after.index(b"</") :] if opening else content


def _sheet_name(form: TableForm, layout: FormLayout, index: int) -> str:
    return {
        SheetNames.LABEL: form.label,
        SheetNames.DEFAULT: f"Sheet{index + 1}",
        SheetNames.TITLE: f"{form.label}{form.title}"[:31],
        SheetNames.OWN: f"附件{index + 1}",
    }[layout.sheet_names]


class _TableWriter:
    """Writes one table below whatever the sheet already holds."""

    def __init__(self, sheet: Worksheet, forms: Forms, form: TableForm, layout: FormLayout) -> None:
        self._sheet, self._forms, self._form, self._layout = sheet, forms, form, layout
        used = sheet.max_row if sheet["A1"].value is not None or sheet.max_row > 1 else 0
        self._next = used + (2 if used else 1 + layout.blank_rows)
        self._heads = list(self._columns())

    def write(self, table: TableSpec) -> None:
        if self._layout.title_rows:
            self._line(self._form.label)
            self._line(self._form.title, bold=True)
        if self._layout.note_row:
            self._line(
                f"{self._forms.note_words[0].rstrip('：')}：1.单位名称请填写全称；2.所在地市填写到地级以上市；3.联系电话请加区号。"
            )
        if self._layout.reporter is not None:
            self._line(
                f"{self._forms.reporter_labels[0]}：{self._layout.reporter}　　联系人：李四　　电话：020-00000002"
            )
        self._header()
        if self._layout.example_row:
            self._row([self._example(head) for head in self._heads])
        first = self._next
        self._body(table)
        if self._layout.merge_units:
            self._merge_repeated(first, table.rows)
        if self._layout.total_row and table.rows:
            self._row(["合计", f"共{len(table.rows)}项", *[""] * (len(self._heads) - 2)])

    def _body(self, table: TableSpec) -> None:
        if table.nil:
            self._row(["", "无", *[""] * (len(self._heads) - 2)])
        for i, row in enumerate(table.rows):
            above = table.rows[i - 1] if i else None
            self._row([self._value(head, row, above, i + 1) for head in self._heads])

    def _columns(self) -> Iterable[Column | Block | str]:
        columns = [c for c in self._form.columns if c.required or not self._layout.only_required]
        if self._layout.reordered:
            contact = [c for c in columns if c.key in {"contact", "phone", "email"}]
            columns = columns[:3] + contact + [c for c in columns[3:] if c not in contact]
        yield from columns
        yield from self._form.blocks
        if self._layout.extra_column:
            yield "归口处室"

    def _line(self, text: str, *, bold: bool = False) -> None:
        cell = self._sheet.cell(self._next, 1, text)
        cell.font, cell.alignment = Font(bold=bold), _WRAP
        self._sheet.merge_cells(start_row=self._next, end_row=self._next, start_column=1, end_column=len(self._heads))
        self._next += 1

    def _header(self) -> None:
        labels = [head if isinstance(head, str) else head.label for head in self._heads]
        if not (self._layout.two_row_header and self._form.blocks):
            self._row(labels, bold=True)
            return
        wide = {i for i, head in enumerate(self._heads, 1) if isinstance(head, Block)}
        top = ["意愿情况" if i == min(wide) else "" if i in wide else label for i, label in enumerate(labels, 1)]
        self._row(top, bold=True)
        self._row([label if i in wide else "" for i, label in enumerate(labels, 1)], bold=True)
        self._sheet.merge_cells(
            start_row=self._next - 2, end_row=self._next - 2, start_column=min(wide), end_column=max(wide)
        )
        for column in set(range(1, len(labels) + 1)) - wide:
            self._merge_down(column, self._next - 2, self._next - 1)

    def _row(self, values: Sequence[str], *, bold: bool = False) -> None:
        for column, value in enumerate(values, 1):
            cell = self._sheet.cell(self._next, column, value or None)
            cell.alignment, cell.border, cell.font = _WRAP, _THIN, Font(bold=bold)
            wide = isinstance(self._heads[column - 1], Block)
            self._sheet.column_dimensions[get_column_letter(column)].width = 46 if wide else 15
        self._next += 1

    def _value(self, head: Column | Block | str, row: RowSpec, above: RowSpec | None, number: int) -> str:
        if isinstance(head, str):
            return "合作处"
        if isinstance(head, Block):
            return answered(head, row.answers, self._layout.tick, own_line=self._layout.text_on_own_line)
        if head.key == "seq":
            return self._digits(str(number))
        if head.key in _IDENTITY:
            return self._identity(head.key, row, above)
        return self._digits(row.cells.get(head.key, ""))

    def _identity(self, key: str, row: RowSpec, above: RowSpec | None) -> str:
        value: str = getattr(row, key)
        if above is None or not row.unit or (row.unit, row.city) != (above.unit, above.city):
            return value
        if self._layout.ditto:
            return self._forms.ditto_words[0]
        return "" if self._layout.merge_units else value

    def _digits(self, text: str) -> str:
        return text.translate(_FULL_WIDTH) if self._layout.full_width else text

    def _example(self, head: Column | Block | str) -> str:
        if isinstance(head, Block):
            return answered(head, {}, self._layout.tick)
        example = self._forms.example_words[0].rstrip("：:")
        key = head if isinstance(head, str) else head.key
        return {"seq": example, "unit": "XX公司", "city": "XX市"}.get(key, "XX")

    def _merge_repeated(self, first: int, rows: Sequence[RowSpec]) -> None:
        """One merged cell for a unit's neighbouring rows, and one for its city."""
        keys = [head.key if isinstance(head, Column) else "" for head in self._heads]
        start = 0
        for i in range(1, len(rows) + 1):
            if i < len(rows) and rows[i].unit and (rows[i].unit, rows[i].city) == (rows[start].unit, rows[start].city):
                continue
            if i - start > 1:
                for key in _IDENTITY:
                    self._merge_down(keys.index(key) + 1, first + start, first + i - 1)
            start = i

    def _merge_down(self, column: int, first: int, last: int) -> None:
        self._sheet.merge_cells(start_row=first, end_row=last, start_column=column, end_column=column)
