"""Recognises titles and header rows of the campaign's tables, wherever they stand.

The rules name columns, aliases and blocks; a header row is one whose cells match enough of one table's.
A note that merely mentions column names never is one: its words stand in one long cell.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from service.domain.rules import Block, Forms, QuestionKind, TableForm
from service.reading.forms.folding import squeeze, without_brackets
from service.reading.forms.grid import column_letters
from service.reading.forms.marks import NO, YES
from service.reading.forms.options import OptionColumns
from service.reading.forms.prompts import closest
from service.reading.forms.sheetview import SheetView
from service.reading.forms.targets import MAX_HEADER_LETTERS, Target, inside, optional, resemblance, targets_of
from service.reading.forms.titles import Titles
from service.reading.forms.upright import stands_upright

_DISTINCTIVE, _SHARED = 2.0, 0.5
_FUZZY: Final = 72.0
_TELLING: Final = 4  # letters of a question's name that tell it at the end of a longer one
_WHETHER: Final = ("是否", "有无")
_LABEL_ENDS: Final = (":", "：")


@dataclass(frozen=True, slots=True)
class Header:
    """A header found: which table, and what stands in which column."""

    table: TableForm
    top: int
    bottom: int
    targets: dict[int, Target]
    labels: dict[int, str]  # header text as written, of every column with one

    columns: dict[str, int] = field(default_factory=dict)  # by the target's key
    width: tuple[int, ...] = ()  # all its columns, left to right
    letters_of: dict[int, str] = field(default_factory=dict)  # column: "D"
    asked: frozenset[int] = frozenset()  # columns where questions stand

    def column_of(self, key: str) -> int | None:
        return self.columns.get(key)

    @property
    def letters(self) -> frozenset[tuple[int, str]]:
        """For telling a repeated header from another one."""
        return frozenset((column, squeeze(text)) for column, text in self.labels.items())


class FormIndex:
    """The forms' names, prepared for looking up. Built once per rules."""

    def __init__(self, forms: Forms) -> None:
        self.forms = forms
        self.targets = {table.number: targets_of(table) for table in forms.tables}
        self._by_name: dict[str, list[tuple[int, Target]]] = defaultdict(list)
        for number, targets in self.targets.items():
            for target in targets:
                for name in target.names:
                    self._by_name[name].append((number, target))
        self._tables_with = Counter(key for targets in self.targets.values() for key in {t.key for t in targets})
        self._options = OptionColumns(forms)
        self._openings = frozenset(name[:2] for name in self._by_name)
        self._titles = Titles(forms)

    def title_of(self, text: str) -> int | None:
        """The number of the table that a short line of text names."""
        return self._titles.named_in(text) if len(text) <= MAX_HEADER_LETTERS else None

    # -- headers ----------------------------------------------------------------------------------------

    def might_be_header(self, cells: Sequence[tuple[int, str]]) -> bool:
        """A cheap look before the closer one."""
        near = (self.knows(t) for _, t in cells if len(t) <= MAX_HEADER_LETTERS and self._opens_like_one(t))
        return sum(near) >= 2

    def _opens_like_one(self, text: str) -> bool:
        """Whether the text opens as a name does, be it hidden by spaces or signs: "单 位 名 称", "*单位名称"."""
        opening = text[:2]
        return opening in self._openings or (not opening.isalnum() and squeeze(text)[:2] in self._openings)

    def header_at(self, sheet: SheetView, row: int, hints: dict[int, float]) -> Header | None:
        """The header that starts in this row. `hints`: table number -> what titles near it are worth."""
        cells = [(c, t) for c, t in sheet.own(row) if t.strip()]
        if len(cells) < 2 or any(len(t) > 2 * MAX_HEADER_LETTERS for _, t in cells) or not self.might_be_header(cells):
            return None
        if _names_values(cells) or stands_upright(sheet, row, cells, self.knows):
            return None
        bottom, labels = self._labels(sheet, row, cells)
        hits = self._hits(labels)
        if not hits:
            return None
        number = max(hits, key=lambda n: (self._worth(hits[n]) + hints.get(n, 0.0), -n))
        table = self.forms.table(number)
        if not self._is_enough(hits[number], hints.get(number, 0.0), len(labels)):
            table = self._from_questions(sheet, bottom, labels, hits)
        if table is None:
            return None
        targets = self._assign(table.number, labels)
        self._assign_by_content(sheet, bottom, table, labels, targets)
        self._assign_by_place(targets, labels, table.number)
        spread = _spread_blocks(sheet, row, targets)
        plain = {column: " ".join(parts[-1].split()) for column, parts in labels.items()}
        return _header(table, row, bottom, spread, plain)

    def _labels(self, sheet: SheetView, row: int, cells: list[tuple[int, str]]) -> tuple[int, dict[int, list[str]]]:
        """The header's texts by column, upper row first, and its last row."""
        labels = {column: [text] for column, text in cells}
        deep = [m.bottom for c, t in cells if (m := sheet.merge((row, c))) and m.bottom > row and self.knows(t)]
        if deep and max(deep) - row <= 3:
            bottom = max(deep)
        else:
            bottom = row + 1 if self._is_second_row(sheet, row) else row
        if bottom > row and self._are_options(sheet.own(bottom + 1)):
            bottom += 1
        for below in range(row + 1, bottom + 1):
            for column, text in sheet.own(below):
                over = labels.get(column) or [sheet.text((row, column)) or self._left_of(column, text, cells, sheet)]
                merged = sheet.text((below - 1, column))
                parts = [*over, merged, text]
                if text.strip():
                    labels[column] = [p for k, p in enumerate(parts) if p and p not in parts[:k]]
        return bottom, labels

    def knows(self, text: str) -> bool:
        """Whether the text is the name of a column, a block or a question."""
        return bool(self._lookup(text))

    def _left_of(self, column: int, text: str, cells: Sequence[tuple[int, str]], sheet: SheetView) -> str:
        """The name that a column of the second row lies under where a format has no merges."""
        if sheet.has_merges or self._options.kind(text):
            return ""
        return next((name for place, name in reversed(cells) if place < column), "")

    def _are_options(self, cells: Sequence[tuple[int, str]]) -> bool:
        """Whether a row holds nothing but the options of the questions above it: 是 否 是 否."""
        kinds = [self._options.kind(text) for _, text in cells if text.strip()]
        return len(kinds) > 1 and None not in kinds and kinds[0] == YES and kinds.count(YES) == kinds.count(NO)

    def _is_second_row(self, sheet: SheetView, row: int) -> bool:
        below = [(c, t) for c, t in sheet.own(row + 1) if t.strip()]
        known = [c for c, t in below if len(t) <= MAX_HEADER_LETTERS and (self.knows(t) or self._options.kind(t))]
        above = {c for c, t in sheet.own(row) if self.knows(t)}
        wide = any((m := sheet.merge((row, c))) and m.right > m.left for c, _ in sheet.own(row))
        named = {c for c, t in sheet.own(row) if t.strip()}
        # Where a format has no merges, nothing stands beside a name that covers several columns.
        is_under = all(c not in named or c + 1 not in named for c, _ in below)
        spread = set(known) if is_under else set[int]()
        covered = {c for c in above & set(known) - spread if not ((m := sheet.merge((row, c))) and m.right > m.left)}
        wide = wide or bool(spread)
        enough = bool(known) and (is_under or len(known) * 2 >= len(below))
        return len(above) >= 2 and enough and not covered and (wide or not above & set(known))

    def own_names(self, number: int, texts: Iterable[str]) -> int:
        """How many things that this table has and no other the texts name; a question counts as much as all."""
        found = {t.key: t for text in texts for n, t in self._lookup(text) if n == number}
        own = [target for key, target in found.items() if self._is_distinctive(key)]
        return sum(MAX_HEADER_LETTERS if target.block else 1 for target in own)

    def foreign_blocks(self, texts: Iterable[str], number: int) -> tuple[str, ...]:
        """Those of the texts that name a block of questions of another table."""
        owners = {text: [(n, t) for n, t in self._lookup(text) if t.block and t.question is None] for text in texts}
        return tuple(text for text, found in owners.items() if found and all(n != number for n, _ in found))

    def asks(self, text: str) -> bool:
        """Whether the text is a question of a block."""
        return any(target.question is not None for _, target in self._lookup(text))

    def _lookup(self, text: str) -> tuple[tuple[int, Target], ...]:
        for letters in (squeeze(text), squeeze(without_brackets(text))):
            if letters in self._by_name:
                return tuple(self._by_name[letters])
        return ()

    def _hits(self, labels: dict[int, list[str]]) -> dict[int, dict[int, Target]]:
        """For every table, the columns that match one of its names."""
        hits: dict[int, dict[int, Target]] = defaultdict(dict)
        for column, parts in labels.items():
            for text in reversed(parts):
                for number, target in self._lookup(text) if len(text) <= MAX_HEADER_LETTERS else ():
                    hits[number].setdefault(column, target)
        return {n: found for n, found in hits.items() if any(t.question is None for t in found.values())}

    def _worth(self, found: dict[int, Target]) -> float:
        keys = {target.key for target in found.values()}
        return sum(_DISTINCTIVE if self._is_distinctive(key) else _SHARED for key in keys)

    def _is_distinctive(self, key: str) -> bool:
        """Whether only one table has this column."""
        return self._tables_with[key] == 1

    def _is_telling(self, keys: Iterable[str]) -> bool:
        """Whether a header would have these columns: 联系人 and 联系电话 alone stand beside the reporter's name too."""
        return any(self._tables_with[key] in {1, len(self.forms.tables)} for key in keys)

    def _is_enough(self, found: dict[int, Target], hint: float, width: int) -> bool:
        keys = {target.key for target in found.values()}
        if hint > 0:
            return len(keys) >= 2 and self._is_telling(keys)
        # A list of units and telephone numbers shares many columns with the form, but is none of its tables.
        distinctive = sum(self._is_distinctive(key) for key in keys)
        everywhere = sum(self._tables_with[key] == len(self.forms.tables) for key in keys)
        blocks = sum(target.block is not None and target.question is None for target in found.values())
        return (
            len(keys) >= 3
            and len(keys) * 3 >= width
            and (distinctive >= 2 or blocks >= 1 or (distinctive == 1 and everywhere >= 3))
        )

    def _from_questions(
        self, sheet: SheetView, bottom: int, labels: dict[int, list[str]], hits: dict[int, dict[int, Target]]
    ) -> TableForm | None:
        """The table whose questions stand in the cells below, when the header alone does not tell."""
        if not any(len(found) >= 2 and self._is_telling(t.key for t in found.values()) for found in hits.values()):
            return None
        for table in self.forms.tables:
            for column in labels:
                if any(_asks(block, _below(sheet, bottom, column)) for block in table.blocks):
                    return table
        return None

    def _assign(self, number: int, labels: dict[int, list[str]]) -> dict[int, Target]:
        assigned: dict[int, Target] = {}
        block: Block | None = None  # whose questions stand here: 经费预算 is asked in several
        over = Counter(part for parts in labels.values() for part in parts[:-1])
        wide = {part for part, columns in over.items() if columns > 1}
        for column, parts in sorted(labels.items()):
            option = self._options.kind(parts[-1])
            above = parts[:-1] if option else parts
            target = self._target(number, above, list(assigned.values()), block, wide)
            if option:
                target = optional(target, assigned.get(column - 1), option)
            if target is not None:
                assigned[column] = target
                block = target.block or block
        free = [t for t in self.targets[number] if t not in assigned.values() and t.question is None]
        scored = sorted(
            ((resemblance([p for p in parts if t.block or p not in wide], t), -column, -order)
             for column, parts in labels.items() if column not in assigned for order, t in enumerate(free)),
            reverse=True,
        )  # fmt: skip
        taken: set[int] = set()
        for score, column, order in scored:
            if score >= _FUZZY and -column not in assigned and -order not in taken:
                assigned[-column] = free[-order]
                taken.add(-order)
        return assigned

    def _target(
        self, number: int, parts: list[str], taken: list[Target], block: Block | None, wide: set[str]
    ) -> Target | None:
        """What a column is by its name, the lowest part of it first; of several, the one in the block at hand. What
        stands over several columns (`wide`) may be their block, but names none of them: 联系方式 over 联系人."""
        for text in reversed(parts):
            named = [t for n, t in self._lookup(text) if n == number and (t.block or text not in wide)]
            found = [inside(t, parts, self.targets[number]) for t in named]
            asked = [] if found or self._asks_much(number, text) else self._asked(number, text, taken)
            free = [t for t in found or asked if t not in taken]
            if free:
                return next((t for t in free if block is not None and t.block is block), free[0])
        return None

    def _asks_much(self, number: int, text: str) -> bool:
        """Whether a cell of the header asks the questions of a whole block, to be answered in the one cell below."""
        letters = squeeze(text)
        asked = {t.question.key for t in self.targets[number] if t.question and any(n in letters for n in t.names[:1])}
        return len(asked) > 1

    def _asked(self, number: int, text: str, taken: list[Target]) -> list[Target]:
        """The questions that a column's changed or lengthened name may ask: 博士专场初步计划, 是否举办博士专场."""
        letters = squeeze(text) if len(text) <= MAX_HEADER_LETTERS else ""
        whole = [t.block for t in taken if t.block is not None and t.question is None]
        left = {t.question: t for t in self.targets[number] if t.question and t not in taken and t.block not in whole}
        ending = [t for t in left.values() if any(len(n) >= _TELLING and letters.endswith(n) for n in t.names)]
        if ending or not letters.startswith(_WHETHER):
            return ending
        question = closest(text, [q for q in left if q.kind is QuestionKind.TICK])
        return [left[question]] if question else []

    def _assign_by_place(self, targets: dict[int, Target], labels: dict[int, list[str]], number: int) -> None:
        """A column of a name nobody knows, before 所在地市 and after 序号 or at the edge, holds the units; but not one
        that tells more of a unit: 单位性质."""
        columns = {target.key: column for column, target in targets.items()}
        city, seq = columns.get("city"), columns.get("seq")
        before = sorted(column for column in labels if city is not None and column < city)
        if "unit" in columns or not before or before[-1] in targets or before[:-1] != ([seq] if seq else []):
            return
        unit = next(target for target in self.targets[number] if target.key == "unit")
        if not squeeze(labels[before[-1]][-1]).startswith(unit.names):
            targets[before[-1]] = unit

    def _assign_by_content(
        self, sheet: SheetView, bottom: int, table: TableForm, labels: dict[int, list[str]], targets: dict[int, Target]
    ) -> None:
        missing = [b for b in table.blocks if not any(t.block is b for t in targets.values())]
        used = {column for _, row in sheet.by_row.items() for column, _ in row} if missing else set()
        for block in missing:
            target = next(t for t in self.targets[table.number] if t.block is block and t.question is None)
            for column in sorted(used | set(labels)):
                if column not in targets and _asks(block, _below(sheet, bottom, column)):
                    targets[column] = target
                    break


def _header(table: TableForm, top: int, bottom: int, targets: dict[int, Target], labels: dict[int, str]) -> Header:
    width = tuple(sorted({*targets, *labels}))
    return Header(
        table=table,
        top=top,
        bottom=bottom,
        targets=targets,
        labels=labels,
        columns={target.key: column for column, target in reversed(targets.items())},
        width=width,
        letters_of={column: column_letters(column) for column in width},
        asked=frozenset(column for column, target in targets.items() if target.block is not None),
    )


@lru_cache(maxsize=8)
def form_index(forms: Forms) -> FormIndex:
    """The index of these forms."""
    return FormIndex(forms)


def _names_values(cells: Sequence[tuple[int, str]]) -> bool:
    """Whether the row tells values beside their names, as 填报单位：云江大学 联系人：张三 in cells of their own."""
    names = sum(text.rstrip().endswith(_LABEL_ENDS) for _, text in cells)
    return 0 < names < len(cells)


def asks(target: Target, text: str) -> bool:
    """Whether a cell of the target's column asks the first question of its block, in the form's words."""
    return target.block is not None and _asks(target.block, [text])


def _below(sheet: SheetView, bottom: int, column: int) -> list[str]:
    return [sheet.text((row, column)) for row in range(bottom + 1, bottom + 6)]


def _asks(block: Block, texts: Iterable[str]) -> bool:
    root = squeeze(block.questions[0].wording) if block.questions else ""
    return bool(root) and any(root in squeeze(text) for text in texts if text)


def _spread_blocks(sheet: SheetView, row: int, targets: dict[int, Target]) -> dict[int, Target]:
    """A block's header merged over several columns covers all of them, but for what has a target of its own."""
    spread = dict(targets)
    for column, target in targets.items():
        merge = sheet.merge((row, column))
        if target.block is not None and target.question is None and merge is not None:
            for other in range(merge.left, merge.right + 1):
                spread.setdefault(other, target)
    return dict(sorted(spread.items()))
