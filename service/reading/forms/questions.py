"""Reads the questions that stand inside one cell (表3, 表4): each one's tick, its text, its groups.

Promises: an answer for every question of the block, never raises, never guesses: what can be read in two ways
carries a doubt, which is for staff and not for the submitter.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from service.domain.rules import Marks, Question, QuestionKind
from service.domain.submission import Answer, Tick
from service.reading.forms.boxes import glyph, with_boxes
from service.reading.forms.folding import fold, squeeze
from service.reading.forms.grid import PLAIN, CellDetail
from service.reading.forms.marks import Run, Scanner
from service.reading.forms.plans import is_nil, plan_text, visible, without_next_number
from service.reading.forms.prompts import WORDING_TAIL, Anchor, PromptFinder, stretches
from service.reading.forms.ticks import OptionGroup, Reading, choose, option_groups, rejoined
from service.reading.forms.words import WordReader

DOUBT_NOT_FOUND: Final = "单元格内找不到该问题或其选项，无法对应填写内容"
DOUBT_TEXT: Final = "未勾选，但写有其他文字"
DOUBT_STRESSED: Final = "未勾选，但其中一个选项另用了颜色、下划线或加粗"
DOUBT_OVERLAY: Final = "单元格上有图形或图片，可能是勾选标记"
DOUBT_REPEATED: Final = "同一问题出现多次且答案不同"
DOUBT_GROUP_NAMED: Final = "提到了团组但未勾选"
_INSTRUCTION: Final = re.compile(r"[(\[][^()\[\]]{0,20}(?:打|划|画|勾选|选择|选填|填涂)[^()\[\]]{0,12}[)\]]")
_DECLINES: Final = "不非除或待"
_KEPT_LETTERS, _KEPT_PIECES = 120, 4096
_REMARK: Final = 12  # letters beside the options of a lesser question that are no plan


@dataclass(slots=True)
class Gap:
    """The stretch of text after a question, up to the next one."""

    anchor: Anchor | None
    start: int
    end: int
    groups: Sequence[OptionGroup] = ()  # their places count from the gap's start

    @property
    def asks_text(self) -> bool:
        return self.anchor is not None and self.anchor.question.kind is QuestionKind.TEXT

    @property
    def tick(self) -> Question | None:
        """The yes-or-no question whose options should stand here."""
        return None if self.anchor is None or self.asks_text else self.anchor.question


Place = tuple[Gap, OptionGroup]


@dataclass(slots=True)
class Found:
    """What the cell says so far."""

    ticks: dict[str, Reading] = field(default_factory=dict)
    groups: dict[str, Place] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    loose_text: list[str] = field(default_factory=list)  # written where no text was asked for
    repeated: dict[int, list[OptionGroup]] = field(default_factory=dict)  # by gap: of a question asked again


class CellReader:
    """Reads the cells of one block. Built once, used for every row."""

    def __init__(self, questions: Sequence[Question], marks: Marks, nil_words: Sequence[str]) -> None:
        self._questions = tuple(questions)
        self._ticks = [q for q in questions if q.kind is QuestionKind.TICK]
        self._texts = [q for q in questions if q.kind is QuestionKind.TEXT]
        choices = [choice for q in questions for choice in q.choices]
        words = [word for word in (*marks.yes, *marks.no) if word]
        self._scanner = Scanner(marks, choices)
        self._known: dict[str, list[OptionGroup]] = {}
        self._cells: dict[str, tuple[Answer, ...]] = {}  # many units say the very same
        glyphs = "".join({g for m in (marks.checked, marks.unchecked) for g in m if len(g) == 1})
        self._prompts = PromptFinder(questions, words, glyphs, self._scanner)
        self._words = WordReader(questions, marks, nil_words)
        self._options = frozenset((*words, *(yes + no for yes in marks.yes for no in marks.no)))
        self._cross = frozenset(map(fold, marks.ambiguous))
        self._nil = frozenset((*nil_words, *(w for w in marks.no if not w.isalnum() or w in nil_words)))

    def read(self, text: str, detail: CellDetail, cell: str, only: Question | None = None) -> tuple[Answer, ...]:
        """The answers in a cell. `only`: the cell answers this one question, whose wording stands in the header."""
        if detail is PLAIN and only is None:
            known = self._cells.get(text)
            if known is None:
                known = self._read(text, PLAIN, "", None)
                if len(self._cells) < _KEPT_PIECES and len(text) < 10 * _KEPT_LETTERS:
                    self._cells[text] = known
            return tuple([Answer(a.question, cell, a.tick, a.text, a.choices, a.doubt) for a in known])
        return self._read(text, detail, cell, only)

    def _read(self, text: str, detail: CellDetail, cell: str, only: Question | None) -> tuple[Answer, ...]:
        doubt = None
        if detail is not PLAIN:
            text, detail, doubt = self._with_marks(text, detail)
        if not text.strip():
            return self._blank(cell, doubt or (DOUBT_OVERLAY if detail.overlay else None))
        folded = fold(text)
        folded = _INSTRUCTION.sub(lambda m: " " * len(m.group()), folded) if "(" in folded else folded
        if only and only.kind is QuestionKind.TICK and (tick := self._words.alone(folded)):
            return self._answers(Found({only.key: (tick, None)}), cell, folded, detail, doubt)
        anchors = [Anchor(0, 0, only)] if only else self._prompts.find(folded)
        gaps = self._gaps(folded, anchors, detail, only)
        found = self._collect(text, folded, gaps, detail)
        return self._answers(found, cell, folded, detail, doubt)

    def _with_marks(self, text: str, detail: CellDetail) -> tuple[str, CellDetail, str | None]:
        if detail.boolean is not None:
            return glyph(detail.boolean), PLAIN, None
        if not detail.boxes:
            return text, detail, None
        folded = fold(text)
        text, doubt = with_boxes(text, folded, detail, self._prompts.find(folded), self._scanner)
        return text, CellDetail(overlay=detail.overlay), doubt

    def _blank(self, cell: str, doubt: str | None) -> tuple[Answer, ...]:
        return tuple(_answer(q, cell, (Tick.UNANSWERED, doubt), "", ()) for q in self._questions)

    # -- where everything stands ------------------------------------------------------------------------

    def _gaps(self, folded: str, anchors: list[Anchor], detail: CellDetail, only: Question | None) -> list[Gap]:
        if only is None:
            anchors = self._prompts.completed(folded, anchors, detail.struck)
        gaps = [Gap(*stretch) for stretch in stretches(folded, anchors)]
        for gap in gaps:
            if not gap.asks_text:
                gap.groups = self._groups(folded[gap.start : gap.end], gap, detail)
        ticked = {gap.anchor.question.key for gap in gaps if gap.anchor and gap.groups}
        if len(ticked) < len(self._ticks):  # options may have slipped behind a text
            for gap in gaps:
                if gap.asks_text:
                    gap.groups = self._groups(folded[gap.start : gap.end], gap, detail)
        return gaps

    def _groups(self, piece: str, gap: Gap, detail: CellDetail) -> list[OptionGroup]:
        """The options in a gap. Most cells of a table say the same few things, so what was read is kept."""
        if gap.asks_text or detail.struck or len(piece) > _KEPT_LETTERS:
            return self._read_groups(piece, gap, detail)
        known = self._known.get(piece)
        if known is None:
            known = self._read_groups(piece, gap, detail)
            if len(self._known) < _KEPT_PIECES:
                self._known[piece] = known
        return known

    def _read_groups(self, piece: str, gap: Gap, detail: CellDetail) -> list[OptionGroup]:
        struck = [(start - gap.start, end - gap.start) for start, end in detail.struck]
        groups: list[OptionGroup] = []
        for run in self._scanner.runs(piece, 0, len(piece), struck):
            strong = bool(run.labels and run.marks)
            if strong or (not gap.asks_text and not groups and _stands_alone(piece, run)):
                groups.extend(option_groups(run, piece))
        return groups if gap.asks_text else rejoined(groups)

    # -- which options answer which question ------------------------------------------------------------

    def _collect(self, text: str, folded: str, gaps: list[Gap], detail: CellDetail) -> Found:
        found = Found()
        self._assign(gaps, found)
        for gap in gaps:
            used = [g for owner, g in found.groups.values() if owner is gap] + found.repeated.get(gap.start, [])
            places = [(g.start, g.end) for g in used] + [g.also for g in used if g.also]
            spans = [(gap.start + start, gap.start + end) for start, end in places]
            if gap.asks_text and gap.anchor is not None:
                hidden = sorted((*detail.struck, *spans))
                found.texts.setdefault(gap.anchor.question.key, []).append(visible(text, gap.start, gap.end, hidden))
            else:
                self._read_rest(text, folded, gap, sorted(spans), found, detail)
        return found

    def _assign(self, gaps: list[Gap], found: Found) -> None:
        asked = {gap.tick.key for gap in gaps if gap.tick}
        loose: list[Place] = []
        for gap in gaps:
            for index, group in enumerate(gap.groups):
                if gap.tick is not None and index == 0:
                    self._settle(gap.tick, (gap, group), found)
                elif group.has_options and ((group.strong and group.answers) or gap.anchor is None):
                    loose.append((gap, group))
        if not loose:
            return
        self._place(gaps, loose, asked, found)
        for gap in gaps:
            settled = gap.tick is not None and found.ticks.get(gap.tick.key) == (Tick.UNANSWERED, None)
            if settled and gap.tick and any(owner is gap for owner, _ in loose):
                found.ticks[gap.tick.key] = (Tick.UNANSWERED, DOUBT_TEXT)  # 是 or 否 once more behind empty boxes

    def _place(self, gaps: list[Gap], loose: list[Place], asked: set[str], found: Found) -> None:
        """Give options that stand behind no question of their own to the questions without any, if they match."""
        everything = [(gap, group) for gap in gaps for group in gap.groups if group.has_options]
        missing = [q for q in self._ticks if q.key not in asked]
        if len(everything) == len(self._ticks) and len(loose) != len(missing):
            found.ticks.clear()
            found.groups.clear()
            missing, loose = self._ticks, everything
        elif not asked and len(loose) == 1:
            missing = self._ticks[:1]
        if len(loose) == len(missing):
            for question, place in zip(missing, loose, strict=True):
                self._settle(question, place, found)

    def _settle(self, question: Question, place: Place, found: Found) -> None:
        reading = place[1].reading
        earlier = found.ticks.get(question.key)
        if earlier is not None:
            gap, group = found.groups[question.key]
            found.repeated.setdefault(gap.start, []).append(group)
            reading = reading if earlier[0] is reading[0] else (Tick.UNANSWERED, DOUBT_REPEATED)
        found.ticks[question.key] = reading
        found.groups[question.key] = place

    # -- what else is written ---------------------------------------------------------------------------

    def _read_rest(
        self, text: str, folded: str, gap: Gap, spans: list[tuple[int, int]], found: Found, detail: CellDetail
    ) -> None:
        question = gap.anchor.question if gap.anchor else None
        start = gap.start
        if spans:
            lead = folded[gap.start : spans[0][0]]
            if question is not None and len(lead) <= WORDING_TAIL and "\n" not in lead.strip():
                start = spans[0][0]  # the end of a changed wording, not a person's text
        beside = visible(text, start, gap.end, sorted((*detail.struck, *spans)))
        rest = without_next_number(beside.strip())
        if not squeeze(rest) and any(gap.start <= a < gap.end for a, _ in detail.struck):
            rest = ""  # what is left between options struck out
        key = question.key if question else (self._ticks[0].key if self._ticks else "")
        if key and key not in found.ticks and rest:
            rest = self._read_words(rest, key, found)
        elif question and rest and found.ticks[key] == (Tick.UNANSWERED, None) and "\n" not in rest:
            found.ticks[key] = self._written_after(rest)
        if squeeze(rest) and not _is_remark(question, beside, rest) and not self._are_options(rest):
            found.loose_text.append(rest)

    def _are_options(self, rest: str) -> bool:
        """Whether words are nothing but options that could not be told apart: 是否√."""
        return squeeze(rest) in self._options

    def _read_words(self, rest: str, key: str, found: Found) -> str:
        """A plain 是, 有, 无计划 in place of a tick; what follows it is text."""
        tick, text = self._words.read(rest, key)
        crossed = not text and fold(rest).strip() in self._cross
        found.ticks[key] = (tick, None) if tick is not None and not crossed else (Tick.UNANSWERED, DOUBT_TEXT)
        return text

    def _written_after(self, rest: str) -> Reading:
        return Tick.UNANSWERED, DOUBT_TEXT if squeeze(rest) else None

    # -- answers ----------------------------------------------------------------------------------------

    def _answers(
        self, found: Found, cell: str, folded: str, detail: CellDetail, doubt: str | None
    ) -> tuple[Answer, ...]:
        texts = {key: self._joined(pieces) for key, pieces in found.texts.items()}
        spare = self._joined(found.loose_text)
        for question in self._texts:
            if spare and not texts.get(question.key):
                texts[question.key], spare = _without_label(spare, question), ""
        root = found.ticks.get(self._ticks[0].key if self._ticks else "", (None, None))[0]
        if root is Tick.YES:  # 无 in place of a plan after 是 is for staff to see
            texts |= {
                key: self._joined(pieces, ()).rstrip("。.；;")
                for key, pieces in found.texts.items()
                if not texts.get(key)
            }
        refused = root is Tick.NO
        answers = []
        for question in self._questions:
            reading = self._reading(question, found, folded, detail, doubt, refused)
            keys, group_doubt = self._chosen(question, found, folded)
            shown = reading if question.kind is not QuestionKind.CHOICE else (Tick.UNANSWERED, group_doubt)
            answers.append(_answer(question, cell, shown, texts.get(question.key, ""), keys))
        return tuple(answers)

    def _joined(self, pieces: list[str], nil_words: Iterable[str] | None = None) -> str:
        plans = (plan_text(piece, self._nil if nil_words is None else nil_words) for piece in pieces)
        return "\n".join(plan for plan in plans if plan)

    def _reading(
        self, question: Question, found: Found, folded: str, detail: CellDetail, doubt: str | None, refused: bool
    ) -> Reading:
        if question.kind is not QuestionKind.TICK:
            return Tick.UNANSWERED, None
        tick, why = found.ticks.get(question.key, (Tick.UNANSWERED, None))
        if tick is not Tick.UNANSWERED:
            return tick, None
        if why is None and question.key not in found.ticks and not refused:
            stated = self._words.stated((*found.loose_text, *chain(*found.texts.values())), question.key)
            if stated is not None and question.parent is not None:
                return stated, None
            why = DOUBT_NOT_FOUND
        if why is None and detail.overlay:
            why = DOUBT_OVERLAY
        if why is None and self._stressed(question, found, folded, detail):
            why = DOUBT_STRESSED
        return tick, why or doubt

    def _stressed(self, question: Question, found: Found, folded: str, detail: CellDetail) -> bool:
        if question.key not in found.groups or not detail.stressed:
            return False
        gap, group = found.groups[question.key]
        first, last = gap.start + group.start, gap.start + group.end
        within = [folded[max(a, first) : min(b, last)] for a, b in detail.stressed]
        hits = {word for word in within if word.strip() and word.strip(" □○()") in self._words.yes | self._words.no}
        return len(hits) == 1

    def _chosen(self, question: Question, found: Found, folded: str) -> tuple[tuple[str, ...], str | None]:
        if question.kind is not QuestionKind.CHOICE:
            return (), None
        gap, group = found.groups.get(question.parent or "", (None, None))
        apart = next((g for g in gap.groups if g.choices and not g.answers), None) if gap else None
        offers = group if group is None or group.choices else apart or group
        keys, doubt = choose(offers, question.choices) if offers else ((), None)
        parent = found.ticks.get(question.parent or "")
        if keys or doubt or parent in ((Tick.NO, None), (Tick.UNANSWERED, None)):
            return keys, doubt
        if (
            parent == (Tick.YES, None)
            and not (group and group.strong)
            and (named := _named(question, found.loose_text))
        ):
            return named, None
        first, last = (gap.start + group.start, gap.start + group.end) if gap and group else (0, 0)
        outside = folded[:first] + folded[last:]
        doubtful = any(fold(choice.label) in outside for choice in question.choices) and not is_nil(outside, self._nil)
        return (), DOUBT_GROUP_NAMED if doubtful else None


def _answer(question: Question, cell: str, reading: Reading, text: str, keys: tuple[str, ...]) -> Answer:
    if question.kind is QuestionKind.TICK:
        return Answer(question.key, cell, tick=reading[0], doubt=reading[1])
    if question.kind is QuestionKind.TEXT:
        return Answer(question.key, cell, text=text)
    return Answer(question.key, cell, choices=keys, doubt=reading[1])


def _named(question: Question, written: Sequence[str]) -> tuple[str, ...]:
    """The choices that a person names in words of their own: 是，参加澳新团. None where one may be declined."""
    words = fold("\n".join(written))
    if any(sign in words for sign in _DECLINES):
        return ()
    return tuple(choice.key for choice in question.choices if fold(choice.label) in words)


def _without_label(written: str, question: Question) -> str:
    """A text without the end of its question's name before it: "计划：拟于6月举办"."""
    label, colon, rest = fold(written).partition(":")
    letters = squeeze(label)
    is_label = len(letters) > 1 and any(squeeze(one).endswith(letters) for one in (question.label, *question.aliases))
    return written[len(label) + len(colon) :].strip() if colon and rest.strip() and is_label else written


def _is_remark(question: Question | None, beside: str, rest: str) -> bool:
    """Whether words behind the options of a question below another only add to it: 是（20万元）."""
    own_line = beside.lstrip(" 　").startswith("\n")
    return question is not None and question.parent is not None and not own_line and len(squeeze(rest)) <= _REMARK


def _stands_alone(piece: str, run: Run) -> bool:
    """Whether options without boxes, or boxes without options, open the gap or fill a line of it."""
    before, after = piece[: run.start], piece[run.end :]
    line_start = not before.strip() or before.rstrip(" ").endswith("\n")
    return line_start and (not after.strip() or after[:1] in " \n,;.)]，。；")
