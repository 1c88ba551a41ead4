"""Turns the rows under a header into rows of the form: fills what is merged or 同上, leaves out what is no data.

Promises: no row with content vanishes silently; what is left out is told with its reason.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from service.domain.rules import Block, Forms, Question, TableForm
from service.domain.submission import Answer, Row, Tick
from service.reading.forms.folding import fold, squeeze
from service.reading.forms.grid import PLAIN, CellDetail, cell_name, column_letters
from service.reading.forms.headers import Header
from service.reading.forms.notes import NOTE, NoteRows
from service.reading.forms.options import OptionColumns
from service.reading.forms.plans import is_nil
from service.reading.forms.questions import DOUBT_NOT_FOUND, CellReader
from service.reading.forms.sheetview import SheetView
from service.reading.forms.targets import Target

_COMMON_KEYS: Final = ("seq", "unit", "city")
Asked = tuple[str, CellDetail, str]  # text, what else the cell tells, its name
_NIL_BESIDE: Final = "这一格是空的，同一行别处写“无”"
_ANSWER, _WORDS, _NOTHING = "answer", "words", "nothing"


@dataclass(slots=True)
class Pending:
    """A row put together, its questions not read yet."""

    row: int
    height: int = 1  # rows of the sheet it takes
    cells: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    asked: dict[int, tuple[str, CellDetail, str]] = field(default_factory=dict)  # column: text, detail, cell


@dataclass(slots=True)
class Taken:
    """The rows of one stretch of a sheet."""

    rows: list[Row] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    nil_rows: list[int] = field(default_factory=list)
    nil_units: list[str] = field(default_factory=list)


class RowReader:
    """Reads the rows of any table of these forms. Built once per rules."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._blocks = {
            block.key: CellReader(block.questions, forms.marks, forms.nil_words)
            for table in forms.tables
            for block in table.blocks
        }
        self._wordings = {squeeze(q.wording) for t in forms.tables for q in t.questions() if len(q.wording) > 5}
        self._dittos = frozenset(forms.ditto_words)
        self._notes = NoteRows(forms)
        self._options = OptionColumns(forms)

    def read(self, sheet: SheetView, header: Header, rows: Sequence[int], above: dict[int, str]) -> Taken:
        """The rows of `rows` that belong to this table. `above`: what stood last in each column; it is kept current."""
        taken = Taken()
        pending: list[Pending] = []
        for row in rows:
            own = [(c, t) for c, t in sheet.own(row) if t.strip() or sheet.detail((row, c)).boxes]
            if not own:
                continue
            if pending and header.table.blocks and self._continues(sheet, header, row, pending[-1]):
                self._join(sheet, header, row, pending[-1])
                continue
            values = self._values(sheet, header, row, above)
            reason = self._no_data(sheet, header, row, own, values)
            above.update((column, text) for column, (text, _) in values.items() if text)
            if reason is None and self._is_nil_row(header, own, values):
                taken.nil_rows.append(row)
                taken.nil_units.append(self._value(header, values, "unit"))
            elif reason is None:
                pending.append(self._pending(sheet, header, row, values))
            elif reason:
                taken.left_out.append((row, reason))
        for one in pending:
            self._finish(header.table, header, one, taken)
        return taken

    # -- a row's values ---------------------------------------------------------------------------------

    def _values(self, sheet: SheetView, header: Header, row: int, above: dict[int, str]) -> dict[int, tuple[str, str]]:
        """Text and cell name by column, empty ones only where questions stand; merged cells and 同上 are filled."""
        values: dict[int, tuple[str, str]] = {}
        cells, columns, merged = sheet.grid.cells, header.width, sheet.has_merges
        if any(column not in header.letters_of for column, _ in sheet.own(row)):
            columns = tuple(sorted({*columns, *(column for column, _ in sheet.own(row))}))
        for column in columns:
            place = sheet.owner((row, column)) if merged else (row, column)
            # The right part of a merge is no cell; a header merged down over the row is no value.
            text = cells.get(place, "").strip() if place[1] == column and place[0] > header.bottom else ""
            if text in self._dittos:
                text = above.get(column, "")
            if text or (column in header.asked and place[1] == column):
                values[column] = (text, f"{header.letters_of.get(column) or column_letters(column)}{place[0]}")
        return values

    def _pending(self, sheet: SheetView, header: Header, row: int, values: dict[int, tuple[str, str]]) -> Pending:
        pending = Pending(row)
        for column, (text, cell) in values.items():
            target = header.targets.get(column)
            if target is not None and target.block is not None:
                pending.asked[column] = (text, sheet.detail((row, column)), cell)
            elif text:
                key = target.key if target else header.labels.get(column, "")
                if key in pending.cells:
                    key = f"{key}（{cell.rstrip('0123456789')}）"
                if key:
                    pending.cells[key] = text
                    pending.places[key] = cell
        return pending

    def _value(self, header: Header, values: dict[int, tuple[str, str]], key: str) -> str:
        column = header.column_of(key)
        return values.get(column, ("", ""))[0] if column is not None else ""

    # -- questions split over several rows --------------------------------------------------------------

    def _continues(self, sheet: SheetView, header: Header, row: int, last: Pending) -> bool:
        """Whether the row only goes on asking: the unit's cell reaches down to it, or nobody is named in it, and
        no column repeats a question it has asked above."""
        unit = header.column_of("unit")
        reached = unit is not None and sheet.continues_from_above((row, unit))
        if reached and unit is not None and not header.bottom < sheet.owner((row, unit))[0] <= last.row:
            return False
        named = any(c is not None and sheet.text((row, c)) for c in map(header.column_of, _COMMON_KEYS))
        if not reached and (named or row != last.row + last.height):
            return False
        asked = {c: self._asked_in(sheet.grid.cells.get((row, c), "")) for c in header.asked}
        begun = {c: self._asked_in(text) for c, (text, _, _) in last.asked.items()}
        if any(asked[c] & begun.get(c, set()) for c in asked):
            return False
        if any(self._is_answered_anew(sheet, row, column, last) for column, t in header.targets.items() if t.question):
            return False
        if reached:
            return any(sheet.grid.cells.get((row, c), "").strip() for c in header.asked)
        return any(begun.values()) and any(asked.values())

    def _is_answered_anew(self, sheet: SheetView, row: int, column: int, last: Pending) -> bool:
        """Whether a column of one question holds something in the row, and held something above."""
        return bool(sheet.grid.cells.get((row, column), "").strip() and last.asked.get(column, ("",))[0])

    def _asked_in(self, text: str) -> set[str]:
        """The wordings of the questions that stand in the text."""
        letters = squeeze(text) if text else ""
        return {wording for wording in self._wordings if wording in letters}

    def _join(self, sheet: SheetView, header: Header, row: int, last: Pending) -> None:
        last.height = row - last.row + 1
        for column, target in header.targets.items():
            text = sheet.grid.cells.get((row, column), "").strip()
            if target.block is None or not text:
                continue
            before, detail, cell = last.asked.get(column, ("", PLAIN, cell_name((row, column))))
            added = sheet.detail((row, column))
            joined = f"{before}\n{text}" if before else text
            last.asked[column] = (joined, _joined_detail(detail, added, len(joined) - len(text)), cell)

    # -- what is no data --------------------------------------------------------------------------------

    def _no_data(
        self, sheet: SheetView, header: Header, row: int, own: list[tuple[int, str]], values: dict[int, tuple[str, str]]
    ) -> str | None:
        """Why the row is left out, "" to do so silently, None when it is data."""
        seq, unit = fold(self._value(header, values, "seq")), fold(self._value(header, values, "unit"))
        reason = self._notes.reason(sheet, header, row, own, seq, unit)
        if reason is not None:
            return reason
        if len(own) == 1 and own[0][0] in header.asked and self._is_unanswered(header, values):
            return NOTE  # a signature or a date under the last row
        if self._is_untouched(header, values) or self._is_print(sheet, header, row, values):
            return "空白的问题行"
        return None

    def _is_untouched(self, header: Header, values: dict[int, tuple[str, str]]) -> bool:
        if not self._is_unanswered(header, values):
            return False
        blocks = [(t, values[c][0]) for c, t in header.targets.items() if t.block and c in values and values[c][0]]
        return bool(blocks) and all(self._says(target, text) == _NOTHING for target, text in blocks)

    def _is_print(self, sheet: SheetView, header: Header, row: int, values: dict[int, tuple[str, str]]) -> bool:
        """Whether the first row is the blank form's, in words that are not known, above the rows filled in."""
        unit = header.column_of("unit")
        if row != header.bottom + 1 or unit is None or not sheet.text((row + 1, unit)):
            return False
        asked = [text for column, (text, _) in values.items() if column in header.asked and text]
        boxes = self._forms.marks.unchecked
        printed = all(any(box in text for box in boxes) or self._asked_in(text) for text in asked)
        return bool(asked) and printed and self._is_unanswered(header, values)

    def _is_unanswered(self, header: Header, values: dict[int, tuple[str, str]]) -> bool:
        """Whether a row of a question table names nobody and ticks nothing."""
        if not header.table.blocks or self._value(header, values, "unit"):
            return False
        if any(text for column, (text, _) in values.items() if column not in header.targets):
            return False
        blocks = [(t, values[c][0]) for c, t in header.targets.items() if t.block and c in values and values[c][0]]
        return all(self._says(target, text) != _ANSWER for target, text in blocks)

    def _says(self, target: Target, text: str) -> str:
        """Whether a cell answers anything, holds other words, or only the form's print."""
        if target.block is None:
            return _WORDS
        answers = self._blocks[target.block.key].read(text, PLAIN, "", target.question)
        if any(a.choices or a.tick in {Tick.YES, Tick.NO, Tick.CONTRADICTORY} for a in answers):
            return _ANSWER
        return _WORDS if any(a.text or a.doubt for a in answers) else _NOTHING

    def _is_nil_row(self, header: Header, own: list[tuple[int, str]], values: dict[int, tuple[str, str]]) -> bool:
        """A row that says 无 and nothing else; in a table of questions 无 beside a unit is an answer."""
        words, unit = self._forms.nil_words, self._value(header, values, "unit")
        if header.table.blocks and unit and not is_nil(unit, words):
            return False
        identity = {header.column_of(key) for key in _COMMON_KEYS}
        said = [text for column, text in own if column not in identity and text.strip()]
        if not all(is_nil(text, words) for text in said):  # as a rule the first one decides
            return False
        return bool(said) or any(is_nil(text, words) for _, text in own if text.strip())

    # -- answers ----------------------------------------------------------------------------------------

    def _finish(self, table: TableForm, header: Header, pending: Pending, taken: Taken) -> None:
        answers: list[Answer] = []
        says_nil = any(is_nil(text, self._forms.nil_words) for text, _, _ in pending.asked.values())
        for block in table.blocks:
            found = self._answers(header, block, pending)
            left_empty = says_nil and not any(
                text.strip() for c, (text, _, _) in pending.asked.items() if header.targets[c].block is block
            )
            answers.extend(map(_unsure, found) if left_empty else found)
        taken.rows.append(
            Row(
                row=pending.row,
                unit=pending.cells.get("unit"),
                city=pending.cells.get("city"),
                cells=pending.cells,
                answers=tuple(answers),
                places=pending.places,
            )
        )

    def _answers(self, header: Header, block: Block, pending: Pending) -> Iterator[Answer]:
        mine = [(c, t) for c, t in header.targets.items() if t.block is block and c in pending.asked]
        whole = [pending.asked[c] for c, t in mine if t.question is None]
        single = {t.question.key: pending.asked[c] for c, t in mine if t.question is not None and t.option is None}
        single |= self._from_options(block, [(t, pending.asked[c]) for c, t in mine if t.option is not None])
        nowhere = cell_name((pending.row, header.column_of("unit") or min(header.targets)))
        read: dict[str, Answer] = {}
        if whole or not single:
            text = "\n".join(text for text, _, _ in whole if text)
            detail = whole[0][1] if len(whole) == 1 else _combined([d for _, d, _ in whole])
            cell = next((c for t, _, c in whole if t), whole[0][2] if whole else nowhere)
            read = {a.question: a for a in self._blocks[block.key].read(text, detail, cell)}
        if whole and not single:
            yield from read.values()
            return
        for question in block.questions:
            yield from self._one_answer(block, question, single, read, nowhere, bool(whole))

    def _from_options(self, block: Block, columns: list[tuple[Target, Asked]]) -> dict[str, Asked]:
        """By question, the columns of its options as the one cell that asks it."""
        found: dict[str, Asked] = {}
        for question in block.questions:
            mine = [(t.option or "", asked) for t, asked in columns if t.question is question]
            if mine:
                choices = [choice for q in block.questions if q.parent == question.key for choice in q.choices]
                text = self._options.together([(option, text) for option, (text, _, _) in mine], choices)
                found[question.key] = (text, PLAIN, next((c for _, (t, _, c) in mine if t), mine[0][1][2]))
        return found

    def _one_answer(
        self,
        block: Block,
        question: Question,
        single: dict[str, tuple[str, CellDetail, str]],
        read: dict[str, Answer],
        nowhere: str,
        whole: bool,
    ) -> Iterator[Answer]:
        source = single.get(question.key) or single.get(question.parent or "" if question.choices else "")
        if source is not None:
            asked = question if question.key in single else next(q for q in block.questions if q.key == question.parent)
            answers = self._blocks[block.key].read(*source, asked)
            yield next(a for a in answers if a.question == question.key)
            return
        answer = read.get(question.key)
        if answer is not None and (whole or single):
            yield answer
        elif answer is not None and answer.tick is not None:
            yield Answer(question.key, nowhere, tick=Tick.UNANSWERED, doubt=DOUBT_NOT_FOUND)
        elif answer is not None:
            yield answer
        else:
            missing = self._blocks[block.key].read("", PLAIN, nowhere)
            blank = next(a for a in missing if a.question == question.key)
            yield replace(blank, doubt=DOUBT_NOT_FOUND)


def _joined_detail(first: CellDetail, second: CellDetail, offset: int) -> CellDetail:
    if first is PLAIN and second is PLAIN:
        return PLAIN
    return CellDetail(
        struck=(*first.struck, *((a + offset, b + offset) for a, b in second.struck)),
        boxes=(*first.boxes, *second.boxes),
        overlay=first.overlay or second.overlay,
    )


def _combined(details: Sequence[CellDetail]) -> CellDetail:
    """Of several cells read as one: spans cannot be kept, boxes and overlays can."""
    if all(detail is PLAIN for detail in details):
        return PLAIN
    boxes = tuple(box for detail in details for box in detail.boxes)
    return CellDetail(boxes=boxes, overlay=any(d.overlay or d.struck for d in details))


def _unsure(answer: Answer) -> Answer:
    """Beside a cell that says 无, an empty one may mean the same."""
    return replace(answer, doubt=_NIL_BESIDE) if answer.tick is Tick.UNANSWERED else answer
