"""Whether a letter, a mail or its tables state that there is no need (零报送).

Conditions, instructions and what is said of one table or of others state nothing; where such words stand beside
a nil phrase the answer is "doubtful", and a person decides.
"""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from service.domain.rules import Rulebook
from service.domain.simplifying import simplified
from service.domain.submission import CoverLetter, Row, Submission, Table, Tick

_GAP = r"[^,;:。!?…]{0,40}?"
_SENTENCE_END = re.compile(r"[。!?;]+")
_ONE_TABLE = re.compile(r"表[一二三四1-4](?![-~至到、—])")
_WORD = 40  # characters of what is worth remembering folded
_LONGEST = 60  # no way of saying 无 is longer
_ALL_TABLES = re.compile(r"表[一1][-~至到—]+(?:表)?[四4]")


class NilStatement(StrEnum):
    LETTER = "letter"
    MAIL = "mail"
    TABLES = "tables"
    DOUBTFUL = "doubtful"


def stated_nil(
    submission: Submission, letter: CoverLetter | None, tables: Sequence[Table], rulebook: Rulebook
) -> NilStatement | None:
    """Where it is stated; None when nowhere or when a table has rows with content."""
    nil_words = frozenset(fold(word) for word in rulebook.forms.nil_words)
    filled = [t for t in tables if not is_nil_table(t, nil_words)]
    if any(t.rows for t in filled):
        return None
    in_letter = reads_nil(letter.text, rulebook) if letter else False
    # A mail's lines are broken where its sender pleased, or end sentences without a stop: both are tried.
    in_mail = [reads_nil(line, rulebook) for line in (submission.text, *submission.text.splitlines())]
    if in_letter is True:
        return NilStatement.LETTER
    if in_mail[0] is True or (True in in_mail and None not in in_mail):
        return NilStatement.MAIL
    if any(is_nil_table(t, nil_words) for t in tables):
        return NilStatement.TABLES
    return NilStatement.DOUBTFUL if in_letter is None or None in in_mail else None


def is_nil_table(table: Table, nil_words: frozenset[str]) -> bool:
    """True for a table that says 无 in place of rows, or in each of them."""
    return all(is_nil_row(row, nil_words) for row in table.rows) if table.rows else table.nil


def is_nil_row(row: Row, nil_words: frozenset[str]) -> bool:
    """True for a row that says 无 somewhere and nothing else anywhere. nil_words: folded."""
    if any(a.tick not in (None, Tick.UNANSWERED) or (a.text or "").strip() or a.choices for a in row.answers):
        return False
    says = False
    for key, text in row.cells.items():
        if key in ("seq", "unit", "city") or not (said := text.strip()):
            continue
        if len(said) > _LONGEST or fold(said) not in nil_words:  # as a rule the first cell decides
            return False
        says = True
    return says or fold(row.unit or "") in nil_words


def reads_nil(text: str, rulebook: Rulebook) -> bool | None:
    """True when a sentence states it; False when none does; None when one may, beside words that take it back.

    "如无需求可不报" states nothing: without 如无 no nil phrase is left. "其余单位无需求" may: one is.
    So may "无需填报".
    """
    doubt = False
    for sentence in _SENTENCE_END.split(simplified(fold(text))):
        if not _says(sentence, rulebook.letter.nil_phrases):
            doubt = doubt or _says(sentence, rulebook.letter.nil_doubts)
            continue
        rest = sentence
        for exception in rulebook.letter.nil_exceptions:
            rest = _pattern(exception).sub("|", rest)
        if rest == sentence and not _is_of_one_table(sentence):
            return True
        doubt = doubt or _says(rest, rulebook.letter.nil_phrases)
    return None if doubt else False


def _says(sentence: str, phrases: Sequence[str]) -> bool:
    return any(_pattern(phrase).search(sentence) for phrase in phrases)


def _is_of_one_table(sentence: str) -> bool:
    return bool(_ONE_TABLE.search(_ALL_TABLES.sub("", sentence)))


@lru_cache(maxsize=512)
def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(_GAP.join(re.escape(fold(part)) for part in re.split("…+", phrase)))


def fold(text: str) -> str:
    """Text without white space, half-width, ASCII in lower case."""
    return _fold_word(text) if len(text) <= _WORD else _fold(text)


@lru_cache(maxsize=8192)  # the words of the rules are compared with every sentence and cell
def _fold_word(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
