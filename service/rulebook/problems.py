"""What is wrong in a rules folder: collected, never raised one by one, in the words of the people who edit it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from operator import eq

_IN_ROW = re.compile(r"(?P<table>\w+\.csv) 第(?P<row>\d+)行(?P<rest>.*)", re.DOTALL)
_NAMED = 3  # rows of a problem that stands in many


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


def folded(sentences: Iterable[str]) -> tuple[str, ...]:
    """Sentences about rows of a table, those that say the same of several rows as one, where the first of them stood:
    a column filled in wrongly is one mistake, not one for each of its rows."""
    told: dict[tuple[str, str], list[str]] = {}  # rows by the words before and behind them
    for sentence in sentences:
        found = _IN_ROW.fullmatch(sentence)
        if found is None:
            told[sentence, ""] = []
        else:
            told.setdefault((f"{found['table']} ", found["rest"]), []).append(found["row"])
    return tuple(f"{before}{_named(rows) if rows else ''}{behind}" for (before, behind), rows in told.items())


def _named(rows: list[str]) -> str:
    """第2、3、4…行（共 262 行）."""
    told = "、".join(rows[:_NAMED])
    return f"第{told}行" if len(rows) <= _NAMED else f"第{told}…行（共 {len(rows)} 行）"


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
