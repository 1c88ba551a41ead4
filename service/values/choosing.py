"""Cells to choose in: yes or no, and the choices of a column, ticked or written out."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from service.domain.rules import Marks
from service.values.kinds import NOT_OF_KIND, UNKNOWN, Chosen, Reading, Said, sure, unsure
from service.values.writing import LONGEST, compact

_BETWEEN = re.compile(r"[、,;/|+。\n]|以及|或者|和|或|与|及")
_NOT = "非不无未免"


def read_yes_no(text: str, marks: Marks) -> Reading:
    """Yes or no, where the whole text is a word for it."""
    folded = compact(text)
    for yes, words in ((True, marks.yes), (False, marks.no)):
        if folded and folded in map(compact, words):
            return sure(Said(yes, folded))
    return UNKNOWN


def read_choice(text: str, choices: tuple[str, ...], marks: Marks, vague: frozenset[str] = frozenset()) -> Reading:
    """The choices that a cell names; not of its kind when it names none of them."""
    folded = compact(text)
    if len(folded) > LONGEST:
        return UNKNOWN
    ticked = _ticked(text, marks)
    if ticked is not None and not ticked:
        return UNKNOWN  # the blank form's boxes, or a mark that can be read in two ways
    parts = ticked or [part for part in _parts(text) if part]
    chosen: set[str] = set()
    besides: list[str] = []
    for part in parts:
        named = _named(part, choices)
        if named is None:
            return UNKNOWN
        chosen |= named
        if not named:
            besides.append(part)
    content = Chosen(tuple(c for c in choices if c in chosen), tuple(besides))
    if chosen:
        return unsure(content) if besides else sure(content)
    return UNKNOWN if not folded or any(word in folded for word in vague) else NOT_OF_KIND


def _parts(text: str) -> Iterator[str]:
    """What stands between commas; brackets belong to what they follow."""
    folded = compact("\n".join(line for line in text.splitlines()).replace("\n", "、"))
    held = re.sub(r"\([^()]*\)", lambda m: _BETWEEN.sub("·", m[0]), folded)
    yield from (part.strip() for part in _BETWEEN.split(held))


def _ticked(text: str, marks: Marks) -> list[str] | None:
    """The options behind ticked boxes; none when a box cannot be read, None when there are no boxes."""
    signs = _signs(marks)
    if not any(sign in text for sign in signs):
        return None
    pieces = re.split("([" + re.escape("".join(signs)) + "])", text)
    boxes = zip(pieces[1::2], pieces[2::2], strict=True)
    options = [(signs[sign], compact(option).strip("、,;")) for sign, option in boxes]
    if compact(pieces[0]) or any(kind is None or not option for kind, option in options):
        return []
    return [option for kind, option in options if kind]


@lru_cache(maxsize=8)
def _signs(marks: Marks) -> Mapping[str, bool | None]:
    """Single characters that tick (True), leave empty (False) or may do either (None)."""
    kinds: dict[str, bool | None] = dict.fromkeys(marks.ambiguous)
    kinds |= dict.fromkeys(marks.checked, True) | dict.fromkeys(marks.unchecked, False)
    return {m: kind for m, kind in kinds.items() if not m.isalnum() and len(m.strip()) == 1}


def _named(part: str, choices: tuple[str, ...]) -> set[str] | None:
    """The choices that a part names, the longest name first; None when it denies one (非全职)."""
    found: set[str] = set()
    rest = part
    for name, choice in _by_length(choices):
        at = rest.find(name)
        if at < 0:
            continue
        if at and rest[at - 1] in _NOT:
            return None
        found.add(choice)
        rest = rest.replace(name, "·")
    return found


@lru_cache(maxsize=64)
def _by_length(choices: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Every name of every choice, the longest first."""
    return tuple(sorted(((name, c) for c in choices for name in _names(c)), key=lambda pair: -len(pair[0])))


def _names(choice: str) -> Iterator[str]:
    """柔性（短期）, 柔性, 短期."""
    folded = compact(choice)
    bare = re.sub(r"\([^()]*\)", "", folded)
    inside = re.findall(r"\(([^()]*)\)", folded)
    yield from dict.fromkeys(name for name in (folded, bare, *inside) if len(name) > 1)
