"""What must come of a specimen, by construction from the finding codes and the reading of the notice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from service.demo.forms import TableSpec
from service.domain.rules import Forms, Question, QuestionKind

Answers = Mapping[
    tuple[int, int, str], str | list[str]
]  # (table, index of the row, question key) -> as in explain --json
_TICKS = {"yes": "yes", "no": "no", "both": "contradictory", "": "unanswered"}


@dataclass(frozen=True)
class Expected:
    """A specimen's right outcome when it is judged as a first mail.

    Every code of `codes` must be found; no other code of severity correct or staff but those of `may`.
    Codes of `remarks` must be found; any other remark may be.
    """

    scenario: str
    verdict: str
    kind: str = "submission"
    channel: str | None = None  # None: not said
    unit: str | None = None  # None: not said
    codes: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    remarks: frozenset[str] = frozenset()
    on_time: bool = True
    rows: Mapping[int, int] = field(default_factory=dict)  # table -> rows; empty: not said
    answers: Answers = field(default_factory=dict)
    letter: str | None = None  # how the letter was sent: text_pdf, scan, photo, fax, ...


def row_counts(tables: Iterable[TableSpec]) -> dict[int, int]:
    return {table.number: len(table.rows) for table in tables}


def answers_of(tables: Iterable[TableSpec], forms: Forms) -> dict[tuple[int, int, str], str | list[str]]:
    """What the reading of these tables must say for every question of every row."""
    return {
        (table.number, i, question.key): _as_read(question, row.answers.get(question.key, ""))
        for table in tables
        for i, row in enumerate(table.rows)
        for question in _questions(forms, table.number)
    }


def _questions(forms: Forms, number: int) -> tuple[Question, ...]:
    form = forms.table(number)
    assert form is not None
    return form.questions()


def _as_read(question: Question, answer: str) -> str | list[str]:
    if question.kind is QuestionKind.TICK:
        return _TICKS[answer]
    if question.kind is QuestionKind.CHOICE:
        return [choice.key for choice in question.choices if choice.key in answer.split("|")]
    return answer
