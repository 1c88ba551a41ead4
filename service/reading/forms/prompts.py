"""Where a cell asks its questions: the printed wording, an alias, or something close to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import LCSseq

from service.domain.rules import Question, QuestionKind
from service.reading.forms.folding import fold, loosely, squeeze
from service.reading.forms.marks import Run

_CLOSE: Final = 0.85  # share of a shortened wording's letters that stand in the printed one, in order
_MARGIN: Final = 0.1  # to the next best question
_AFTER_PROMPT: Final = re.compile(r"[\s?:\"”’」]*")
_LEAD_LETTERS: Final = range(4, 61)
_UNMISTAKABLE: Final = 7  # letters of a text's alias that nobody writes but to ask: 如有，请列出初步计划


@dataclass(frozen=True, slots=True)
class Anchor:
    """A question found in a cell's text."""

    start: int
    end: int
    question: Question


class PromptFinder:
    """Finds a block's questions in folded cell text. Built once per block."""

    def __init__(self, questions: Sequence[Question], option_words: Sequence[str], glyphs: str) -> None:
        self._asked = tuple(q for q in questions if q.kind is not QuestionKind.CHOICE)
        follows = "|".join((r"\W", "$", *map(re.escape, option_words), f"[{re.escape(glyphs)}]"))
        self._literal = [(q, _stem(q.wording)) for q in self._asked]
        self._loose = {q.key: re.compile(loosely(stem)) for q, stem in self._literal if squeeze(stem)}
        self._aliases = {q.key: [_alias_pattern(q, a, follows) for a in q.aliases if squeeze(a)] for q in self._asked}

    def find(self, text: str) -> list[Anchor]:
        """The questions whose wording or alias stands in the text, in the text's order."""
        anchors: list[Anchor] = []
        missing: list[Question] = []
        for question, stem in self._literal:
            start = text.find(stem) if stem else -1
            if start < 0:
                missing.append(question)
            while start >= 0:
                anchors.append(_anchor(text, start, start + len(stem), question))
                start = text.find(stem, start + len(stem))
        for patterns in (self._loose_patterns, self._alias_patterns):
            still_missing = []
            for question in missing:
                found = self._search(text, question, patterns(question), anchors)
                anchors.extend(found)
                if not found:
                    still_missing.append(question)
            missing = still_missing
        return sorted(anchors, key=lambda anchor: anchor.start) if len(anchors) > 1 else anchors

    def _loose_patterns(self, question: Question) -> list[re.Pattern[str]]:
        pattern = self._loose.get(question.key)
        return [pattern] if pattern else []

    def _alias_patterns(self, question: Question) -> list[re.Pattern[str]]:
        return self._aliases[question.key]

    def _search(
        self, text: str, question: Question, patterns: list[re.Pattern[str]], taken: list[Anchor]
    ) -> list[Anchor]:
        for pattern in patterns:
            found = [_anchor(text, m.start(), m.end(), question) for m in pattern.finditer(text)]
            free = [a for a in found if not any(a.start < t.end and t.start < a.end for t in taken)]
            if free:
                return free[:1]
        return []

    def resembling(self, text: str, start: int, runs: Sequence[Run], known: set[str]) -> list[Anchor]:
        """Questions not in `known` whose shortened or changed wording leads up to a run of options."""
        anchors: list[Anchor] = []
        left = [q for q in self._asked if q.key not in known and q.kind is QuestionKind.TICK]
        for run in runs:
            begin = max(start, text.rfind("\n", start, run.start) + 1)
            question = _closest(text[begin : run.start], left)
            if question is not None:
                anchors.append(Anchor(begin, run.start, question))
                left.remove(question)
            start = run.end
        return anchors


def _stem(wording: str) -> str:
    """The wording without what people drop or change at its ends."""
    return fold(wording).strip(" \n?:;,.。")


def _anchor(text: str, start: int, end: int, question: Question) -> Anchor:
    wording = text[start:end]
    if wording.count("(") > wording.count(")") and text[end : end + 2].lstrip()[:1] == ")":
        end = text.index(")", end) + 1
    tail = _AFTER_PROMPT.match(text, end)
    return Anchor(start, tail.end() if tail else end, question)


def _alias_pattern(question: Question, alias: str, follows: str) -> re.Pattern[str]:
    after = f"(?:{follows})"
    if question.kind is QuestionKind.TEXT:
        after = "" if len(squeeze(alias)) >= _UNMISTAKABLE else r"\s*(?:[:;。()\[\]\n]|$)"
    return re.compile(rf"(?<![^\W_]){loosely(alias)}(?={after})")


def _closest(lead: str, questions: Sequence[Question]) -> Question | None:
    letters = squeeze(lead)
    if len(letters) not in _LEAD_LETTERS:
        return None
    scored = sorted(((_likeness(letters, q), i) for i, q in enumerate(questions)), reverse=True)
    if not scored or scored[0][0] < _CLOSE or (len(scored) > 1 and scored[0][0] - scored[1][0] < _MARGIN):
        return None
    return questions[scored[0][1]]


def _likeness(letters: str, question: Question) -> float:
    wordings = (question.wording, question.label, *question.aliases)
    return max(LCSseq.similarity(letters, squeeze(one)) / len(letters) for one in wordings)
