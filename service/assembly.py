"""A mail laid beside what its case holds already: the dossier that the checks look at.

Pure. What arrives later wins piece by piece, and nothing that was filled in is ever replaced by something empty.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from service import routing
from service.domain.dating import with_believable_date
from service.domain.judgement import CaseSoFar, Channel, Dossier
from service.domain.mail import MailKind
from service.domain.nil import NilStatement, fold, is_nil_row, stated_nil
from service.domain.rules import Rulebook
from service.domain.submission import Answer, CoverLetter, LetterSource, Row, Submission, Table, Tick

_Held = tuple[Table, str]  # a table and the mail that brought it
_Stays = Callable[[list[_Held], Sequence[Row]], list[_Held]]
_Same = Callable[[Row, Row], bool]  # whether a new row is an old one written anew
_NO_CONTENT = frozenset({"seq", "unit", "city", "remark"})


def assemble(
    submission: Submission, received: datetime, kind: MailKind, earlier: CaseSoFar | None, rulebook: Rulebook
) -> Dossier:
    """The dossier of a mail, joined to its case when it has one."""
    submission = _with_believable_dates(submission, received, rulebook)
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


def _with_believable_dates(submission: Submission, received: datetime, rulebook: Rulebook) -> Submission:
    zone = rulebook.campaign.timezone
    return replace(
        submission, letters=tuple(with_believable_date(letter, received, zone) for letter in submission.letters)
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
    if earlier is None:
        return tuple(sorted(new, key=_number))
    old = list(zip(earlier.tables, earlier.table_mails, strict=True))
    stays = _what_stays(submission, earlier, rulebook)
    joined = (
        _joined([h for h in old if _number(h) == n], [h for h in new if _number(h) == n], stays)
        for n in sorted(set(map(_number, (*old, *new))))
    )
    return tuple(held for group in joined for held in group)


def _number(held: _Held) -> int:
    return held[0].number


def _joined(old: list[_Held], new: list[_Held], stays: _Stays) -> list[_Held]:
    """One table's holdings after this mail."""
    filled = [held for held in new if held[0].rows]
    if not old or not new:
        return old or new
    if not filled:
        return old if any(table.rows for table, _ in old) else new
    return [*stays(old, [row for table, _ in filled for row in table.rows]), *filled]


def _what_stays(submission: Submission, earlier: CaseSoFar, rulebook: Rulebook) -> _Stays:
    """What new rows leave of a table's earlier holdings: by what the mail says and for whom its sender reports."""
    mail, said = rulebook.mail, _said(submission)
    # "补充材料" over a mail that says "以此为准" is but its title.
    is_title = said(mail.correction_words, by_subject=False) and not said(mail.supplement_words, by_subject=False)
    if said(mail.supplement_words) and not is_title:
        # Where something was asked for, "补充" brings just that: the rows that come are those asked about.
        same = _is_completed if earlier.complete else _is_renewed
        return lambda old, rows: _each(old, lambda table: _without_renewed(table, rows, same))
    if earlier.route.channel is not Channel.CITY_BUREAU:
        return _other_files
    renews = said(mail.correction_words)
    return lambda old, rows: [] if _is_whole_set(old, rows, renews) else _each(old, lambda t: _of_others(t, rows))


def _each(held: list[_Held], change: Callable[[Table], Table]) -> list[_Held]:
    """The holdings with every table changed, those without a row left out."""
    return [(left, mail) for table, mail in held if (left := change(table)).rows]


def _other_files(old: list[_Held], rows: Sequence[Row]) -> list[_Held]:
    """Who reports for itself renews its table; in a set of one file per unit the units whose files were right stay."""
    if sum(bool(table.rows) for table, _ in old) < 2:
        return []
    return [(table, mail) for table, mail in old if _units(table.rows).isdisjoint(_units(rows)) and _all_named(table)]


def _is_whole_set(old: list[_Held], rows: Sequence[Row], renews: bool) -> bool:
    """True when a bureau's new rows are its whole table, not some of its units. renews: the mail says that what it
    brings replaces what came before."""
    tables = [table for table, _ in old if table.rows]
    if len(tables) > 1:
        return False
    held = [row for table in tables for row in table.rows]
    before, now = _units(held), _units(rows)
    most = len(before & now) * 2 > len(before)
    return (renews and (most or before.isdisjoint(now))) or (most and len(rows) >= len(held))


def _of_others(table: Table, new: Sequence[Row]) -> Table:
    """A table without the rows that are renewed: those of the units that the new rows name, and a nameless one that
    comes again. The others stay: a row too many is seen, a lost one is not."""
    now = _units(new)
    kept = (
        row
        for row in table.rows
        if (_fold(row.unit) not in now if row.unit else not any(_is_renewed(row, other) for other in new))
    )
    return replace(table, rows=tuple(kept))


def _units(rows: Iterable[Row]) -> frozenset[str]:
    return frozenset(_fold(row.unit) for row in rows if row.unit)


def _all_named(table: Table) -> bool:
    return bool(table.rows) and all(row.unit for row in table.rows)


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


class _Says(Protocol):
    def __call__(self, words: Iterable[str], *, by_subject: bool = True) -> bool: ...


def _said(submission: Submission) -> _Says:
    """Whether a mail says one of some words; the subject of a reply is ours."""
    subject = "" if submission.envelope.in_reply_to else _fold(submission.envelope.subject)
    text = _fold(submission.text)

    def says(words: Iterable[str], *, by_subject: bool = True) -> bool:
        return any(word in text or (by_subject and word in subject) for word in map(_fold, words) if word)

    return says


def _fold(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
