"""Answers as the checks look at them: where they stand, and what each depends on."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from service.domain.judgement import Dossier, Place
from service.domain.nil import fold
from service.domain.rules import Question, QuestionKind, Rulebook
from service.domain.submission import Answer, Row, Table, Tick


class Asked(NamedTuple):  # made by the thousand: a frozen dataclass takes three times as long
    """A question of the form as one row answers it."""

    table: Table
    row: Row
    question: Question
    answer: Answer
    parent: Answer | None  # None: asked in any case

    @property
    def place(self) -> Place:
        return Place(
            self.table.attachment,
            self.table.number,
            self.table.sheet,
            self.row.row,
            self.question.label,
            self.answer.cell or None,
        )

    @property
    def is_due(self) -> bool:
        """True when the form wants an answer: no parent, or 是 beyond doubt to the parent."""
        return self.parent is None or (self.parent.tick is Tick.YES and self.parent.doubt is None)

    @property
    def is_ruled_out(self) -> bool:
        return self.parent is not None and self.parent.tick is Tick.NO and self.parent.doubt is None


def asked(dossier: Dossier, rulebook: Rulebook, kind: QuestionKind) -> Iterator[Asked]:
    """Every answer of a kind in rows that count. A question that a row does not hold cannot be judged."""
    questions = _questions(rulebook, kind)
    for table, row in dossier.filled_rows:
        for answer in row.answers:
            question = questions.get(answer.question)
            if question is None:
                continue
            parent = row.answer(question.parent) if question.parent else None
            if question.parent is None or parent is not None:
                yield Asked(table, row, question, answer, parent)


@lru_cache(maxsize=32)
def _questions(rulebook: Rulebook, kind: QuestionKind) -> Mapping[str, Question]:
    return {q.key: q for form in rulebook.forms.tables for q in form.questions() if q.kind is kind}


@lru_cache(maxsize=8)
def nil_words(rulebook: Rulebook) -> frozenset[str]:
    return frozenset(map(fold, rulebook.forms.nil_words))


def characters(text: str) -> int:
    """Characters without white space: what 200字以内 counts."""
    return len("".join(text.split()))
