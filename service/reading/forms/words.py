"""Answers written out in place of a tick: 是, 有经费预算50万元, 暂无计划, "否，待定".

Promises: what a person may mean in two ways is no answer (None); 待定, 无法确定 and the like never become one.
"""

import re
from collections.abc import Sequence
from typing import Final

from service.domain.rules import Marks, Question
from service.domain.submission import Tick
from service.reading.forms.folding import fold, squeeze
from service.reading.forms.plans import ANSWER_SIGN, OF_ONESELF

_WHETHER: Final = ("是否", "有无")
_ENDS: Final = re.compile(r"[\n,;:.、，。；：(（]")
_AMOUNT: Final = re.compile(r"(?:大?约|共|计)?\s*[\d.]+(?:-[\d.]+)?\s*[万千百]?元?(?:人民币)?(?:左右|以内|以上)?\s*$")
_BETWEEN: Final = " \n.,;:。，；：、"
_ROUND: Final = _BETWEEN + "!?()（）[]_"
_JOINED: Final = re.compile(r"\s*(?:但是?|而且?|并且?|且|同时|也)")
_FILLERS: Final = ("相关", "该项", "此项", "此类", "此", "的")
_PLANS: Final = ("拟", "计划")  # 拟举办, 计划参加: other words may stand between plan and verb
_BETWEEN_VERBS: Final = "[^不无没未暂待否如若]{0,24}"
_ECHO: Final = 2  # letters of a question that are its own words when an answer repeats them


class WordReader:
    """Reads plain words as answers. Built once per block."""

    def __init__(self, questions: Sequence[Question], marks: Marks, nil_words: Sequence[str]) -> None:
        self.yes, self.no = frozenset(map(fold, marks.yes)), frozenset(map(fold, (*marks.no, *nil_words)))
        self._signs = frozenset(map(fold, marks.checked))
        self._letters = {q.key: tuple(map(squeeze, (q.wording, q.label, *q.aliases))) for q in questions}
        self._spoken = frozenset(word for word in self.yes | self.no if "\u4e00" <= word <= "\u9fff")
        words = sorted(self.yes | self.no, key=len, reverse=True)
        opening = "|".join(re.escape(w) for w in words if len(w) > 1 or "\u4e00" <= w <= "\u9fff")
        planned = {(word[: -len(verb)], verb) for word in self.yes if word.startswith(_PLANS) and (verb := word[-2:])}
        self._planned = re.compile(
            "|".join(rf"{plan}{_BETWEEN_VERBS}{verb}" for plan, verb in sorted(planned)) or "(?!)"
        )
        self._opening = re.compile(rf"[(\[]?\s*({opening})(?:[\s,;.:、，。；：()\[\]]+|$)")

    def alone(self, folded: str) -> Tick | None:
        """The answer that a word for yes or no gives, with nothing beside it."""
        for bare in (folded.strip(_ROUND), folded.strip()):
            if bare in self.yes or bare in self.no or bare in self._signs:
                return Tick.NO if bare in self.no else Tick.YES
        return None

    def read(self, written: str, key: str) -> tuple[Tick | None, str]:
        """The answer that words give to a question, and what stands beside it."""
        sign = ANSWER_SIGN.match(fold(written))
        rest = written[sign.end() :] if sign else written
        folded = fold(rest)
        if tick := self.alone(folded):
            return tick, ""
        opening = self._opening.match(folded)
        if opening is not None and self._is_print(opening.group(1), folded[opening.end(1) :]):
            return None, rest
        if opening is not None:
            return (Tick.YES if opening.group(1) in self.yes else Tick.NO), rest[opening.end(1) :].lstrip(_BETWEEN)
        return self._repeated(rest, folded, key)

    def _is_print(self, word: str, rest: str) -> bool:
        """Whether the other option follows at once: "是:  否:" is what a form prints, and nobody filled in."""
        return rest.strip(_ROUND + "/|") in (self.no if word in self.yes else self.yes)

    def stated(self, written: Sequence[str], key: str) -> Tick | None:
        """The answer that a clause of other words gives: "…，有经费预算50万元。" None when clauses disagree."""
        clauses = [squeeze(_without_amount(clause)) for text in written for clause in _ENDS.split(fold(text))]
        ticks = {self._tick(clause, key) for clause in clauses if clause not in self._spoken}
        found = ticks - {None}
        return found.pop() if len(found) == 1 else None

    def _repeated(self, rest: str, folded: str, key: str) -> tuple[Tick | None, str]:
        """An answer in the question's own words: 无经费预算, 有外事指标, 有经费预算50万元."""
        end = _ENDS.search(folded)
        clause = folded[: end.start()] if end else folded
        tick = self._tick(squeeze(_without_amount(clause)), key)
        if tick is None and self._planned.match(clause):
            return Tick.YES, rest  # the sentence is the plan too
        return (None, rest) if tick is None else (tick, rest[len(clause) :].strip(_BETWEEN))

    def _tick(self, said: str, key: str) -> Tick | None:
        """The answer word that stands before a question's own words: 暂无 in 我市暂无经费预算."""
        if any(whether in said for whether in _WHETHER):
            return None
        oneself = OF_ONESELF.match(said)
        said = said[oneself.end() :] if oneself else said
        for end in range(len(said), 0, -1):
            word = said[:end]
            if word in self._spoken and self._is_echo(said[end:], key):
                return Tick.YES if word in self.yes else Tick.NO
        return None

    def _is_echo(self, said: str, key: str) -> bool:
        """Whether words only repeat what the question says, in any order: 举办专场活动的计划."""
        while said:
            piece = next((f for f in _FILLERS if said.startswith(f)), "")
            for end in range(len(said), _ECHO - 1, -1) if not piece else ():
                if any(said[:end] in letters for letters in self._letters[key]):
                    piece = said[:end]
                    break
            if not piece:
                return False
            said = said[len(piece) :]
        return True


def _without_amount(clause: str) -> str:
    joined = _JOINED.match(clause)
    clause = clause[joined.end() :] if joined else clause
    amount = _AMOUNT.search(clause)
    return clause[: amount.start()] if amount else clause
