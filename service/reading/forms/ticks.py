"""From marks at labels to an answer: yes, no, nothing, both, or a doubt that a person resolves.

Nothing is guessed: a bare cross, a mark between two options or an option without its sibling's box is doubtful.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from service.domain.rules import Choice
from service.domain.submission import Tick
from service.reading.forms.marks import NO, YES, Label, Run, State, attach

DOUBT_CROSS: Final = "使用了“×”或“☒”，无法确定是选中还是否定"
DOUBT_PLACE: Final = "勾选符号位于两个选项之间，无法确定属于哪一项"
DOUBT_WEAK: Final = "勾选符号书写不规范，无法确定所选项"
DOUBT_STRUCK: Final = "选项被划线，无法确定所选项"
DOUBT_SIBLING: Final = "只保留了一个选项且方框为空，无法确定是否选中"
DOUBT_BOXES: Final = "选项前的方框已不见，无法确定所选项"
DOUBT_GROUP: Final = "选了“否”，又勾选了团组"
DOUBT_LONE: Final = "只有一个方框，没有“是”“否”选项，无法确定所选项"

Reading = tuple[Tick, str | None]  # a tick and, when it is doubtful, why
_OFF: Final = frozenset({State.EMPTY, State.BARE, State.MISSING, State.STRUCK, State.CROSSED, State.AMBIGUOUS})
_CROSSES: Final = frozenset({State.CROSSED, State.AMBIGUOUS})
_UNMARKED: Final = frozenset({State.EMPTY, State.BARE, State.MISSING})


@dataclass(slots=True)
class OptionGroup:
    """The options of one question as found in the cell."""

    start: int
    end: int
    yes: State = State.MISSING
    no: State = State.MISSING
    choices: dict[str, State] = field(default_factory=dict)
    lone: State | None = None  # marks without any option
    strong: bool = False  # has at least one mark and one option
    also: tuple[int, int] | None = None  # where 否 stands when words stand between it and 是
    reading: Reading = (Tick.UNANSWERED, None)  # what `decide` makes of it

    @property
    def has_options(self) -> bool:
        return self.lone is None

    @property
    def answers(self) -> bool:
        """Whether 是 or 否 is among its options."""
        return (self.yes, self.no) != (State.MISSING, State.MISSING)


def option_groups(run: Run, text: str) -> list[OptionGroup]:
    """The questions' options in one run: a new group begins where an option comes up again."""
    groups = _split(run, text) if run.labels else [OptionGroup(run.start, run.end, lone=_strongest(run))]
    for group in groups:
        group.reading = decide(group)
    return groups


def rejoined(groups: list[OptionGroup]) -> list[OptionGroup]:
    """是 and 否 of one question with words between them ("□是（20万元）☑否") as one group."""
    if len(groups) != 2 or groups[0].no is not State.MISSING or groups[1].yes is not State.MISSING:
        return groups
    first, second = groups
    if State.MISSING in (first.yes, second.no) or not (first.strong or second.strong):
        return groups
    whole = replace(first, no=second.no, choices=first.choices | second.choices, strong=True)
    whole.also = (second.start, second.end)
    whole.reading = decide(whole)
    return [whole]


def _split(run: Run, text: str) -> list[OptionGroup]:
    groups: list[OptionGroup] = []
    kinds: set[str] = set()
    last: Label | None = None
    for label in attach(run, text):
        if last is not None and last.kind == label.kind and _is_repetition(last, label):
            continue
        last = label
        if not groups or label.kind in kinds:
            groups.append(OptionGroup(run.start, run.end, strong=bool(run.marks)))
            kinds = set()
        kinds.add(label.kind)
        _note(groups[-1], label)
    return groups


def _is_repetition(first: Label, second: Label) -> bool:
    """Whether the same is said twice: "是，有计划", "☑否 暂无", "☑中东欧团（俄罗斯、立陶宛、格鲁吉亚）"."""
    said = first.state in (State.BARE, State.CHECKED) or first.kind not in (YES, NO)
    return said and second.state is State.BARE


def _note(group: OptionGroup, label: Label) -> None:
    if label.kind == YES:
        group.yes = label.state
    elif label.kind == NO:
        group.no = label.state
    else:
        group.choices[label.kind] = label.state


def _strongest(run: Run) -> State:
    found = {mark.state for mark in run.marks}
    return next(s for s in (State.CHECKED, State.WEAK, State.CROSSED, State.AMBIGUOUS, State.EMPTY) if s in found)


def decide(group: OptionGroup) -> Reading:
    """The answer to a yes-or-no question (consistency rules r1 and r2 of the form)."""
    if not group.has_options:
        return _decide_lone(group)
    yes, no = group.yes, group.no
    chosen_group = State.CHECKED in group.choices.values()
    if State.UNCERTAIN in (yes, no):
        return Tick.UNANSWERED, DOUBT_PLACE
    if chosen_group and yes in _UNMARKED:
        # A ticked group without 是 means 是; with 否 ticked nobody can tell.
        return (Tick.YES, None) if no in _UNMARKED | {State.STRUCK} else (Tick.UNANSWERED, DOUBT_GROUP)
    return _decide_pair(yes, no)


def _decide_pair(yes: State, no: State) -> Reading:
    if yes is State.CHECKED and no is State.CHECKED:
        return Tick.CONTRADICTORY, None
    for one, other, tick in ((yes, no, Tick.YES), (no, yes, Tick.NO)):
        if one is State.CHECKED:
            return (tick, None) if other in _OFF else (Tick.UNANSWERED, DOUBT_WEAK)
    for one, other, tick in ((yes, no, Tick.YES), (no, yes, Tick.NO)):
        if one is State.WEAK:
            return (tick, None) if other in _OFF else (Tick.UNANSWERED, DOUBT_WEAK)
    for one, other, tick in ((yes, no, Tick.YES), (no, yes, Tick.NO)):
        if one is State.CROSSED and other is State.EMPTY:
            return tick, None
    if _CROSSES & {yes, no}:
        return Tick.UNANSWERED, DOUBT_CROSS
    if State.STRUCK in (yes, no):
        return _decide_struck(yes, no)
    return _decide_unmarked(yes, no)


def _decide_struck(yes: State, no: State) -> Reading:
    if no is State.STRUCK and yes in {State.EMPTY, State.BARE}:
        return Tick.YES, None
    if yes is State.STRUCK and no in {State.EMPTY, State.BARE}:
        return Tick.NO, None
    return Tick.UNANSWERED, DOUBT_STRUCK


def _decide_unmarked(yes: State, no: State) -> Reading:
    match yes, no:
        case State.EMPTY, State.EMPTY:
            return Tick.UNANSWERED, None
        case State.BARE, State.BARE:
            return Tick.UNANSWERED, DOUBT_BOXES
        case State.BARE, _:  # the other option still shows its empty box, or was deleted
            return Tick.YES, None
        case _, State.BARE:
            return Tick.NO, None
        case State.MISSING, State.MISSING:
            return Tick.UNANSWERED, None
    return Tick.UNANSWERED, DOUBT_SIBLING


def _decide_lone(group: OptionGroup) -> Reading:
    match group.lone:
        case State.CHECKED | State.WEAK:
            return Tick.YES, None
        case State.AMBIGUOUS | State.CROSSED:
            return Tick.UNANSWERED, DOUBT_CROSS
    return Tick.UNANSWERED, DOUBT_LONE


def choose(group: OptionGroup, choices: Sequence[Choice]) -> tuple[tuple[str, ...], str | None]:
    """The keys of the chosen groups, in the form's order, and a doubt if there is one."""
    states = {choice.key: group.choices.get(choice.key, State.MISSING) for choice in choices}
    found = set(states.values())
    for chosen in (State.CHECKED, State.WEAK):
        if chosen in found:
            return tuple(key for key, state in states.items() if state is chosen), None
    if State.UNCERTAIN in found:
        return (), DOUBT_PLACE
    if State.CROSSED in found and found <= {State.CROSSED, State.EMPTY}:
        return tuple(key for key, state in states.items() if state is State.CROSSED), None
    if _CROSSES & found:
        return (), DOUBT_CROSS
    bare = tuple(key for key, state in states.items() if state is State.BARE)
    if bare and len(bare) == len(states) > 1 and not _is_written(group):
        return (), DOUBT_BOXES
    return bare, None


def _is_written(group: OptionGroup) -> bool:
    """Whether names without boxes were chosen: nothing of the print is left, or only the box of 否 is."""
    if group.no is State.MISSING:
        return not group.strong
    return group.yes is State.BARE and group.no is State.EMPTY
