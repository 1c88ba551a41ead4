"""Marks and option labels in a cell: what stands next to what.

A mark is a box, a tick, a cross or an empty pair of brackets; a label is 是, 否 or a group's name. Which mark
belongs to which label is worked out from the cell's own pattern: boxes may stand before or after.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from service.domain.rules import Choice, Marks
from service.reading.forms.folding import fold
from service.reading.forms.grid import Span

YES: Final = "yes"
NO: Final = "no"
_NEWLINE_DISTANCE: Final = 10
_BRACKET: Final = re.compile(r"^[(\[]\s*|\s*[)\]]$")
_CROSSED_BOXES: Final = frozenset("☒⊠")
_WHETHER: Final = re.compile(r"是否(?=[^\W_])")
_PARTING: Final = frozenset(",;、)]")
_BLANKS: Final = re.compile(r"[\s_]")


class State(Enum):
    """What the marks at a label say, taken together."""

    CHECKED = "checked"
    WEAK = "weak"
    CROSSED = "crossed"  # a crossed box: Word draws it for checked, so it is a tick beside an empty sibling
    AMBIGUOUS = "ambiguous"
    EMPTY = "empty"
    BARE = "bare"  # no mark at all
    STRUCK = "struck"
    UNCERTAIN = "uncertain"  # a mark that may belong to this label or to its neighbour
    MISSING = "missing"  # the label itself is not there


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark; a frame is printed by the form (□, （ ）), the rest a person adds."""

    state: State
    start: int
    end: int
    frame: bool
    ends: bool = False  # it touches the label before it, and a comma or a bracket parts it from the next one


@dataclass(slots=True)
class Label:
    """One option and the marks found to be its own."""

    kind: str  # YES, NO or a choice's key
    start: int
    end: int
    struck: bool = False
    marks: list[Mark] = field(default_factory=list)
    uncertain: bool = False

    @property
    def state(self) -> State:
        """The strongest of its marks."""
        if self.uncertain:
            return State.UNCERTAIN
        found = {mark.state for mark in self.marks}
        if self.struck:
            return State.UNCERTAIN if found & {State.CHECKED, State.WEAK} else State.STRUCK
        for state in (State.CHECKED, State.WEAK, State.CROSSED, State.AMBIGUOUS, State.EMPTY):
            if state in found:
                return state
        return State.BARE


@dataclass(frozen=True, slots=True)
class Run:
    """Marks and labels that stand together with nothing but spaces and punctuation between."""

    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]
    start: int
    end: int


class Scanner:
    """Finds runs of marks and labels. Built once for a set of marks and choices."""

    def __init__(self, marks: Marks, choices: Sequence[Choice]) -> None:
        self._states = _states(marks)
        self._kinds = _kinds(marks, choices)
        glyphs = _alternatives(g for g in self._states if not _is_bracketed(g))
        mark = rf"[(\[]\s*(?:{glyphs})?\s*[)\]]|_*(?:{glyphs})_*|__+"
        between = r"[\s,;:.、。?!/|\\()\[\]\"'“”‘’-]|\d{1,2}(?=[.、)])"
        self._token = re.compile(rf"(?P<mark>{mark})|(?P<label>{_alternatives(self._kinds)})|(?P<between>{between})")
        self._mark = re.compile(mark)
        self._hint = re.compile("|".join((mark, *{re.escape(key[0]) for key in self._kinds})))

    def runs(self, text: str, start: int, end: int, struck: Sequence[Span] = ()) -> list[Run]:
        """All runs in text[start:end], which must be folded."""
        found: list[Run] = []
        position = start
        while position < end:
            hint = self._hint.search(text, position, end)
            if hint is None:
                break
            run = self._run(text, hint.start(), end, struck)
            if run is None:
                position = hint.start() + 1
            else:
                found.append(run)
                position = run.end
        return found

    def _run(self, text: str, start: int, end: int, struck: Sequence[Span]) -> Run | None:
        marks: list[Mark] = []
        labels: list[Label] = []
        position = last = start
        while position < end:
            token = self._token.match(text, position, end)
            if token is None:
                break
            if token.lastgroup == "mark":
                mark = self._read_mark(text, token, end, start)
                if mark is None:
                    break
                marks.append(mark)
            elif token.lastgroup == "label":
                if not self._is_label(text, token, marks, end, start):
                    break
                is_struck = any(a <= token.start() and token.end() <= b for a, b in struck)
                labels.append(Label(self._kinds[token.group()], token.start(), token.end(), is_struck))
            position = token.end()
            if token.lastgroup != "between":
                last = position
        if not marks and not labels:
            return None
        return Run(tuple(marks), tuple(labels), start, last)

    def _read_mark(self, text: str, token: re.Match[str], end: int, floor: int) -> Mark | None:
        written = token.group()
        inner = _BRACKET.sub("", written).strip("_ \n")
        framed = written != inner
        if not inner:
            return Mark(State.EMPTY, token.start(), token.end(), frame=True)
        state = self._states.get(_BLANKS.sub("", written)) or self._states[inner]
        shy = state is State.WEAK or inner[0].isalnum()
        if shy and not framed and not self._touches_label(text, token, end, floor):
            return None
        return Mark(state, token.start(), token.end(), framed or state is State.EMPTY or inner in "☑☒■●◉⊠")

    def _touches_label(self, text: str, token: re.Match[str], end: int, floor: int) -> bool:
        """A mark that is a letter or bullet too (口, V, x, ★) counts only beside an option."""
        after = text[token.end() : min(end, token.end() + 8)].lstrip(" ")
        before = text[max(floor, token.start() - 8) : token.start()].rstrip(" ")
        follows = any(after.startswith(key) for key in self._kinds)
        return follows or any(before.endswith(key) for key in self._kinds)

    def _is_label(self, text: str, token: re.Match[str], marks: list[Mark], end: int, floor: int) -> bool:
        """A word is an option when it stands free or a mark touches it (是我市 or 是否 is no option)."""
        start, stop = token.span()
        if _WHETHER.match(text, start, end):
            return False
        if marks and text[marks[-1].end : start].strip(" ") == "":
            return True
        free_before = start == 0 or not text[start - 1].isalnum() or (start > floor)
        touched_after = self._mark.match(text, stop, end) is not None
        free_after = stop >= end or not text[stop].isalnum() or touched_after
        return free_before and free_after


def attach(run: Run, text: str) -> tuple[Label, ...]:
    """The run's labels with their marks; `text` is what the run was found in, so that spacing can be weighed.

    A mark that could be either neighbour's makes both labels uncertain.
    """
    labels = [Label(x.kind, _scaled(text, x.start), _scaled(text, x.end), x.struck) for x in run.labels]
    if not labels:
        return ()
    ends = {label.end for label in run.labels}
    marks = [
        Mark(m.state, _scaled(text, m.start), _scaled(text, m.end), m.frame, m.start in ends and _parts(text, m.end))
        for m in run.marks
    ]
    gaps = _gaps(marks, labels)
    side = _side(gaps)
    labels[0].marks.extend(gaps[0])
    labels[-1].marks.extend(gaps[-1])
    for index, between in enumerate(gaps[1:-1]):
        if between and between[0].ends:
            labels[index].marks.append(between.pop(0))
        if between:
            _share(between, labels[index], labels[index + 1], side)
    return tuple(labels)


def _parts(text: str, place: int) -> bool:
    return text[place : place + 1] in _PARTING


def _scaled(text: str, place: int) -> int:
    """A place on a scale where a line break is wide and a colon takes no room."""
    head = text[:place]
    return place + (_NEWLINE_DISTANCE - 1) * head.count("\n") - head.count(":")


def _gaps(marks: list[Mark], labels: list[Label]) -> list[list[Mark]]:
    gaps: list[list[Mark]] = [[] for _ in range(len(labels) + 1)]
    for mark in marks:
        gaps[sum(label.start < mark.start for label in labels)].append(mark)
    return gaps


def _side(gaps: list[list[Mark]]) -> str | None:
    first, last = gaps[0], gaps[-1]
    if first and last:
        framed_first, framed_last = any(m.frame for m in first), any(m.frame for m in last)
        if framed_first == framed_last:
            return "before" if framed_first and len(last) == 1 and not gaps[1:-1] else None
        return "before" if framed_first else "after"
    if first:
        return "before"
    return "after" if last else None


def _share(marks: list[Mark], left: Label, right: Label, side: str | None) -> None:
    if len(marks) == 1:
        _share_one(marks[0], left, right, side)
        return
    edges = [left.end, *(x for m in marks for x in (m.start, m.end)), right.start]
    distances = [edges[i + 1] - edges[i] for i in range(0, len(edges), 2)]
    widest = max(distances)
    if distances.count(widest) == 1:
        cut = distances.index(widest)
        left.marks.extend(marks[:cut])
        right.marks.extend(marks[cut:])
        return
    if side == "before" and len(marks) == 2 and distances[1] < widest and marks[1].frame:
        right.marks.extend(marks)  # "□ 是 √□ 否": the tick leans on the next option's box
        return
    if len({mark.state for mark in marks}) == 1:
        left.marks.append(marks[0])
        right.marks.append(marks[-1])
        return
    left.uncertain = right.uncertain = True


def _share_one(mark: Mark, left: Label, right: Label, side: str | None) -> None:
    to_left, to_right = mark.start - left.end, right.start - mark.end
    nearer = left if to_left < to_right else right if to_right < to_left else None
    owner = {"before": right, "after": left}.get(side or "")
    if owner is None:
        owner = nearer
    elif nearer is not None and nearer is not owner and not mark.frame:
        owner = None
    if owner is None:
        left.uncertain = right.uncertain = True
    else:
        owner.marks.append(mark)


def _states(marks: Marks) -> dict[str, State]:
    states: dict[str, State] = {}
    for state, written in (
        (State.EMPTY, marks.unchecked),
        (State.AMBIGUOUS, marks.ambiguous),
        (State.CROSSED, tuple(one for one in marks.ambiguous if one in _CROSSED_BOXES)),
        (State.WEAK, marks.weak_checked),
        (State.CHECKED, marks.checked),
    ):
        states.update({fold(one).strip(): state for one in written if one.strip()})
    return states


def _kinds(marks: Marks, choices: Sequence[Choice]) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for kind, words in ((YES, marks.yes), (NO, marks.no)):
        kinds.update({fold(word): kind for word in words if "\u4e00" <= word[:1] <= "\u9fff"})
    for choice in choices:
        kinds.update({fold(word): choice.key for word in (choice.label, *choice.aliases)})
    return kinds


def _is_bracketed(glyph: str) -> bool:
    return glyph[0] in "([" and glyph[-1] in ")]"


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
