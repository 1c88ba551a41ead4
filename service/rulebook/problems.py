"""What is wrong in a rules folder: collected, never raised one by one, in the words of the people who edit it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from operator import eq


@dataclass(slots=True)
class Problems:
    """All problems of one rules folder, in the order they were met. Warnings refuse nothing."""

    found: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add(self, place: str, seen: str, todo: str) -> None:
        """Note where, what was seen and what to do; the same sentence once."""
        sentence = f"{place}：{seen}；{todo}"
        if sentence not in self.found:
            self.found.append(sentence)

    def warn(self, place: str, seen: str, todo: str) -> None:
        """Note what is allowed but probably not meant."""
        self.warnings.append(f"{place}：{seen}；{todo}")


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """What to do about a word that is not one of the known: the likely one, else all of them."""
    words = list(known)
    by_fold = {word.casefold(): word for word in words}
    if close := get_close_matches(written.casefold(), by_fold, n=4, cutoff=0.6):
        # Of words that share as much: 岭洲市 is a slip for 岭州市, hardly for 清岭市.
        nearest = max(close, key=lambda word: sum(map(eq, word, written.casefold())) / len(word))
        return f"是否想写“{by_fold[nearest]}”？"
    return f"可以写的有：{'、'.join(words)}" if words else "请删去"


def shorten(text: object, limit: int = 40) -> str:
    """A value as quoted in a sentence: one line, not endless."""
    line = " ".join(str(text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
