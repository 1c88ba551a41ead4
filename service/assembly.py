"""A mail laid beside what its case holds already: the dossier that the checks look at.

Pure. What arrives later wins piece by piece, and nothing that was filled in is ever replaced by something empty.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from service import routing
from service.domain.judgement import CaseSoFar, Channel, Dossier
from service.domain.mail import MailKind
from service.domain.nil import NilStatement, fold, is_nil_row, stated_nil
from service.domain.rules import Rulebook
from service.domain.submission import Answer, CoverLetter, LetterSource, Row, Submission, Table, Tick

_Held = tuple[Table, str]  # a table and the mail that brought it
_Same = Callable[[Row, Row], bool]  # whether a new row is an old one written anew
_NO_CONTENT = frozenset({"seq", "unit", "city", "remark"})


def assemble(
    submission: Submission, received: datetime, kind: MailKind, earlier: CaseSoFar | None, rulebook: Rulebook
) -> Dossier:
    """The dossier of a mail, joined to its case when it has one."""
    letter, letter_mail = _letter(submission, earlier, rulebook)
    held = _tables(submission, earlier, rulebook)
    tables = tuple(table for table, _ in held)
    nil = stated_nil(submission, letter, tables, rulebook)
    return Dossier(
        submission=submission,
        received=received,
        kind=kind,
        letter=letter,
        tables=tables,
        letter_mail=letter_mail,
        table_mails=tuple(mail for _, mail in held),
        earlier=earlier,
        states_nil=nil in (NilStatement.LETTER, NilStatement.MAIL, NilStatement.TABLES),
        nil_source=nil.value if nil else None,
        filled_rows=tuple(_filled_rows(tables, frozenset(map(fold, rulebook.forms.nil_words)))),
    )


def _filled_rows(tables: Iterable[Table], nil: frozenset[str]) -> Iterator[tuple[Table, Row]]:
    for table in tables:
        for row in table.rows:
            if not is_nil_row(row, nil) and (row.unit or _has_content(row, nil)):
                yield table, row


def _has_content(row: Row, nil: frozenset[str]) -> bool:
    """True when something besides number, unit, city and remark is filled in with more than 无."""
    cells = (value for key, value in row.cells.items() if key not in _NO_CONTENT)
    return any(value.strip() and fold(value) not in nil for value in cells) or any(map(_is_answered, row.answers))


def _is_answered(answer: Answer) -> bool:
    return answer.tick not in (None, Tick.UNANSWERED) or bool((answer.text or "").strip()) or bool(answer.choices)


def _letter(
    submission: Submission, earlier: CaseSoFar | None, rulebook: Rulebook
) -> tuple[CoverLetter | None, str | None]:
    new = routing.speaking_letter(submission.letters, rulebook)
    old = earlier.letter if earlier else None
    if earlier and old and (new is None or _is_weaker(new, old)):
        return old, earlier.letter_mail
    return new, submission.sha256 if new else None


def _is_weaker(new: CoverLetter, old: CoverLetter) -> bool:
    """True for an editable letter beside a scan: people attach the draft again with the missing form."""
    return new.source is LetterSource.EDITABLE and old.source is not LetterSource.EDITABLE


def _tables(submission: Submission, earlier: CaseSoFar | None, rulebook: Rulebook) -> tuple[_Held, ...]:
    new = [(table, submission.sha256) for table in _without_copies(submission.tables)]
    old = list(zip(earlier.tables, earlier.table_mails, strict=True)) if earlier else []
    said = _said(submission)
    adds = said(rulebook.mail.supplement_words)
    consolidates = earlier is not None and earlier.route.channel is Channel.CITY_BUREAU
    renews = said(rulebook.mail.correction_words) or not consolidates
    numbers = sorted({table.number for table, _ in (*old, *new)})
    # Where something was asked for, "补充" brings just that: the rows that come are those asked about.
    same = _is_completed if earlier and earlier.complete else _is_renewed
    joined = (
        _joined(
            [h for h in old if h[0].number == n], [h for h in new if h[0].number == n], same if adds else None, renews
        )
        for n in numbers
    )
    return tuple(held for group in joined for held in group)


def _joined(old: list[_Held], new: list[_Held], adds: _Same | None, renews: bool) -> list[_Held]:
    """One table's holdings after this mail. adds: the mail says that it brings more rows, and which are no more than
    an old one; renews: it says, or its sender reports for nobody else, that its rows are all."""
    filled = [held for held in new if held[0].rows]
    if not old or not new:
        return old or new
    if not filled:
        return old if any(table.rows for table, _ in old) else new
    if adds:
        rows = [row for table, _ in filled for row in table.rows]
        return [(left, mail) for table, mail in old if (left := _without_renewed(table, rows, adds)).rows] + filled
    alone = sum(bool(table.rows) for table, _ in old) < 2
    if alone and renews:
        return filled
    return [held for held in old if _is_of_others(held[0], filled)] + filled


def _is_of_others(table: Table, new: Sequence[_Held]) -> bool:
    """True for rows of units that the new rows do not name: a bureau's next unit, or, in a set of one file per unit,
    the units whose files were right. They are kept: a row too many is seen, a lost one is not."""
    units = {_fold(row.unit or "") for row in table.rows}
    return bool(units) and "" not in units and units.isdisjoint(_fold(r.unit or "") for t, _ in new for r in t.rows)


def _without_copies(tables: Sequence[Table]) -> Iterable[Table]:
    """The tables of a mail without the second copy that a forwarded original brings."""
    if len({table.number for table in tables}) == len(tables):
        return tables
    kept: dict[str, Table] = {}
    for table in tables:
        kept.setdefault(_content(table) or f"{table.number}/{table.attachment}/{table.sheet}", table)
    return kept.values()


def _without_renewed(table: Table, new: Sequence[Row], is_same: _Same) -> Table:
    """A table without the rows that a supplement writes anew: who "补充" what was missing sends the row again.

    Where most rows come again as they were, the whole form does, and its rows may be changed. A need written like
    another is kept otherwise: a row too many is seen, a lost one is not.
    """
    again = sum(any(_is_completed(row, other) for other in new) for row in table.rows)
    same = _is_renewed if again * 2 > len(table.rows) else is_same
    return replace(table, rows=tuple(row for row in table.rows if not any(same(row, other) for other in new)))


def _is_completed(old: Row, new: Row) -> bool:
    """True for a row written again with at most its gaps filled."""
    if not old.unit or (old.answers and new.answers):
        return _is_renewed(old, new)
    now = {key: _fold(value) for key, value in new.cells.items()}
    kept = (
        now.get(key) in (None, "") or _fold(value) in now[key]
        for key, value in old.cells.items()
        if key not in ("seq", "city")
    )
    return _is_renewed(old, new) and all(kept)


def _is_renewed(old: Row, new: Row) -> bool:
    """True for the same need: of one unit in a table that asks each unit once, else with most cells alike."""
    one, other = _fold(old.unit or ""), _fold(new.unit or "")
    if one and other and one != other:
        return False
    if old.answers and new.answers and one == other:
        return True
    before, now = _written(old), _written(new)
    return len(before & now) * 2 >= max(1, len(before))


def _written(row: Row) -> frozenset[tuple[str, str]]:
    cells = {(key, _fold(value)) for key, value in row.cells.items() if key not in ("seq", "unit", "city")}
    answers = {(a.question, repr((a.tick, a.text, a.choices))) for a in row.answers}
    return frozenset((key, value) for key, value in cells | answers if value)


def _content(table: Table) -> str:
    return repr((table.number, [_row_content(row) for row in table.rows])) if table.rows else ""


def _row_content(row: Row) -> tuple[object, ...]:
    answers = [(a.question, a.tick, a.text, a.choices) for a in row.answers]
    return row.unit, row.city, sorted(row.cells.items()), answers


def _said(submission: Submission) -> Callable[[Iterable[str]], bool]:
    """Whether a mail says one of some words; the subject of a reply is ours."""
    is_reply = bool(submission.envelope.in_reply_to)
    said = _fold(submission.text if is_reply else f"{submission.envelope.subject} {submission.text}")
    return lambda words: any(word in said for word in map(_fold, words) if word)


def _fold(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
