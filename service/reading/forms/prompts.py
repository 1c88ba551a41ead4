"""Where a cell asks its questions: the printed wording, an alias, or something close to it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import LCSseq

from service.domain.rules import Question, QuestionKind
from service.reading.forms.folding import fold, loosely, squeeze
from service.reading.forms.grid import Span
from service.reading.forms.marks import Run, Scanner

_CLOSE: Final = 0.85  # share of a shortened wording's letters that stand in the printed one, in order
_MARGIN: Final = 0.1  # to the next best question
_AFTER_PROMPT: Final = re.compile(r"[\s?:\"”’」]*")
WORDING_TAIL: Final = 30  # letters beside a known wording that count as more of it
_LIMIT: Final = re.compile(r"[(\[][^()\[\]\n]{0,10}\d\s*字[^()\[\]\n]{0,6}[)\]]")
_LEAD_LETTERS: Final = range(4, 61)
_BULLET: Final = re.compile(r"(?:(?:^|\n)[ \t]*[●■◆◇□○◎▪•·*★☆※►▶➢-][ \t]*|(?<=\s)[●■○◎★☆-]|(?<=\s)[◆◇▪•·*※►▶➢][ \t]*)$")
_BULLET_LETTERS: Final = 6
_UNMISTAKABLE: Final = 7  # letters of a text's alias that nobody writes but to ask: 如有，请列出初步计划


@dataclass(frozen=True, slots=True)
class Anchor:
    """A question found in a cell's text."""

    start: int
    end: int
    question: Question


class PromptFinder:
    """Finds a block's questions in folded cell text. Built once per block."""

    def __init__(
        self, questions: Sequence[Question], option_words: Sequence[str], glyphs: str, scanner: Scanner
    ) -> None:
        self._root = questions[0].key if questions else ""
        self._scanner = scanner
        self._asked = tuple(q for q in questions if q.kind is not QuestionKind.CHOICE)
        follows = "|".join((r"\W", "$", *map(re.escape, option_words), f"[{re.escape(glyphs)}]"))
        self._glyph = re.compile(f"[{re.escape(glyphs)}]" if glyphs else "(?!)")
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
            found = [
                _anchor(text, m.start(), m.end(), question)
                for m in pattern.finditer(text)
                if not self._glyph.search(m.group())  # 有 √无 of one question before 经费预算 is not 有无经费预算
            ]
            free = [a for a in found if not any(a.start < t.end and t.start < a.end for t in taken)]
            if free:
                return free[:1]
        return []

    def completed(self, text: str, anchors: list[Anchor], struck: Sequence[Span]) -> list[Anchor]:
        """The anchors found, and those of questions in other words than the rules know."""
        known = {anchor.question.key for anchor in anchors}
        ticks = [q for q in self._asked if q.kind is QuestionKind.TICK and q.key not in known]
        if ticks:
            anchors = sorted((*anchors, *self._resembling(text, anchors, ticks, struck)), key=_start)
        texts = [q for q in self._asked if q.kind is QuestionKind.TEXT and q.key not in known]
        if len(texts) == 1 and (limit := self._limit(text, anchors)):
            anchors = sorted((*anchors, Anchor(*limit, texts[0])), key=_start)
        if anchors and anchors[0].question.key == self._root:
            anchors = [self._with_lead(text, anchors[0]), *anchors[1:]]
        return anchors

    def _resembling(
        self, text: str, anchors: list[Anchor], left: list[Question], struck: Sequence[Span]
    ) -> Iterator[Anchor]:
        """Questions whose shortened or changed wording leads up to a run of options."""
        for anchor, start, end in stretches(text, anchors):
            runs, past = self._scanner.runs(text, start, end, struck), start
            if runs and anchor is not None and anchor.question.kind is not QuestionKind.TEXT:
                past = runs.pop(0).end  # the first options are the anchor's own
            for run in _strong(runs):
                begin = max(past, text.rfind("\n", past, run.start) + 1)
                question = closest(text[begin : run.start], left)
                if question is not None:
                    yield Anchor(begin, run.start, question)
                    left.remove(question)
                past = run.end

    def _limit(self, text: str, anchors: list[Anchor]) -> Span | None:
        """Where a text is asked for in words that only its limit gives away: 请简述设想（200字以内）."""
        limits = [m for m in _LIMIT.finditer(text) if not any(a.start < m.end() and m.start() < a.end for a in anchors)]
        if len(limits) != 1:
            return None
        start, end = limits[0].span()
        floor = max((a.end for a in anchors if a.end <= start), default=0)
        runs = [run.end for run in _strong(self._scanner.runs(text, floor, start))]
        return max(floor, *(text.rfind(sign, floor, start) + 1 for sign in "\n。;?!"), *runs), end

    def _with_lead(self, text: str, root: Anchor) -> Anchor:
        """The first question with the words before it on its line: 2020年贵单位是否…"""
        begin = text.rfind("\n", 0, root.start) + 1
        lead = text[begin : root.start].rstrip()
        if not lead or len(lead) > WORDING_TAIL or not lead[-1].isalnum():
            return root
        said = _strong(self._scanner.runs(lead, 0, len(lead)))
        return root if said else Anchor(begin, root.end, root.question)


def stretches(text: str, anchors: Sequence[Anchor]) -> Iterator[tuple[Anchor | None, int, int]]:
    """The text before the first question, if there is any, then what follows each question: start and end."""
    first = anchors[0].start if anchors else len(text)
    if text[:first].strip():
        yield None, 0, first
    for index, anchor in enumerate(anchors):
        end = anchors[index + 1].start if index + 1 < len(anchors) else len(text)
        yield anchor, anchor.end, end


def _strong(runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if run.labels and run.marks]


def _start(anchor: Anchor) -> int:
    return anchor.start


def _stem(wording: str) -> str:
    """The wording without what people drop or change at its ends."""
    return fold(wording).strip(" \n?:;,.。")


def _anchor(text: str, start: int, end: int, question: Question) -> Anchor:
    wording = text[start:end]
    if wording.count("(") > wording.count(")") and text[end : end + 2].lstrip()[:1] == ")":
        end = text.index(")", end) + 1
    tail = _AFTER_PROMPT.match(text, end)
    if bullet := _BULLET.search(
        text[max(0, start - _BULLET_LETTERS) : start]
    ):  # a sign before a question ticks nothing
        start -= len(bullet[0].lstrip("\n"))
    return Anchor(start, tail.end() if tail else end, question)


def _alias_pattern(question: Question, alias: str, follows: str) -> re.Pattern[str]:
    after = f"(?:{follows})"
    if question.kind is QuestionKind.TEXT:
        after = "" if len(squeeze(alias)) >= _UNMISTAKABLE else r"\s*(?:[:;。()\[\]\n]|$)"
    return re.compile(rf"(?<![^\W_]){loosely(alias)}(?={after})")


def closest(lead: str, questions: Sequence[Question]) -> Question | None:
    """The question that words shorten or change, when no other comes near."""
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
