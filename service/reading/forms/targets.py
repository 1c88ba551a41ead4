"""What a column of a sheet may be: a column of the form, a block of questions, one question, one of its options."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rapidfuzz import fuzz

from service.domain.rules import Block, Column, Question, QuestionKind, TableForm
from service.reading.forms.folding import squeeze, without_brackets

MAX_HEADER_LETTERS: Final = 80


@dataclass(frozen=True, slots=True)
class Target:
    """What a column of a sheet is: a column of the form, a block of questions, or one question."""

    key: str
    names: tuple[str, ...]  # squeezed label and aliases
    column: Column | None = None
    block: Block | None = None  # of the block itself, or of the question
    question: Question | None = None
    option: str | None = None  # the column holds one option of the question: yes, no or a choice's key


def targets_of(table: TableForm) -> list[Target]:
    """Everything that a column of this table may be."""
    targets = [Target(c.key, _names((c.label, *c.aliases)), column=c) for c in table.columns]
    for block in table.blocks:
        targets.append(Target(block.key, _names((block.label, *block.aliases)), block=block))
        for question in block.questions:
            names = _names((question.wording, question.label, *question.aliases))
            if question.kind is not QuestionKind.CHOICE:
                targets.append(Target(question.key, names, block=block, question=question))
    return targets


def _names(words: Iterable[str]) -> tuple[str, ...]:
    both = (squeeze(form) for word in words for form in (word, without_brackets(word)))
    return tuple(dict.fromkeys(name for name in both if name))


def optional(above: Target | None, left: Target | None, option: str) -> Target | None:
    """An option of the question or block above the column, or of the question begun by the column to the left."""
    if above is None and left is not None and left.option not in (None, option):
        above = left
    if above is None or above.block is None:
        return None
    question = above.question or above.block.questions[0]
    return replace(above, key=question.key, question=question, option=option)


def inside(target: Target, parts: list[str], targets: Sequence[Target]) -> Target:
    """The question of that name in the block whose name stands above it (budget is asked in several)."""
    if target.question is None or len(parts) < 2:
        return target
    above = squeeze(parts[0])
    for other in targets:
        if other.question is None or other.block is None or not set(other.names) & set(target.names):
            continue
        if above in _names((other.block.label, *other.block.aliases)):
            return other
    return target


def resemblance(parts: Sequence[str], target: Target) -> float:
    """How near the texts over a column come to a name of the target, 0 to 100."""
    best = 0.0
    for text in parts:
        letters = squeeze(without_brackets(text)) or squeeze(text)
        if not 2 <= len(letters) <= MAX_HEADER_LETTERS:
            continue
        for name in target.names:
            score = fuzz.ratio(letters, name)
            if len(name) >= 3 and name in letters and len(letters) <= 2 * len(name) + 4:
                score = max(score, 80.0)
            best = max(best, score)
    return best
