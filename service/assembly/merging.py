"""The tables of a case after a mail: what is new replaces, joins, or leaves what was held, as the mail says.

A mail that does not say it is understood where nothing can be lost. Else both are kept, and a person decides: the
question stays open until a later mail says it, or staff do.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from service.assembly.rows import (
    Same,
    different,
    has_content,
    is_completed,
    is_renewed,
    is_touched_up,
    plain,
    units_of,
    unmatched,
    without_renewed,
)
from service.domain.judgement import CaseSoFar, Channel
from service.domain.rules import Rulebook
from service.domain.submission import Row, Submission, Table

Held = tuple[Table, str]  # a table and the mail that brought it
_Stays = Callable[[list[Held], Sequence[Row]], list[Held]]


@dataclass(frozen=True, slots=True)
class Merged:
    """Tables with the mail each came from, and the numbers of those for which it is open what replaces what."""

    held: tuple[Held, ...]
    undecided: tuple[int, ...] = ()


def merge(submission: Submission, earlier: CaseSoFar | None, rulebook: Rulebook) -> Merged:
    """The tables of the case with those of a mail."""
    new = [(table, submission.sha256) for table in _without_copies(submission.tables)]
    if earlier is None:
        return Merged(tuple(sorted(new, key=_number)))
    old = list(zip(earlier.tables, earlier.table_mails, strict=True))
    nil = frozenset(map(plain, rulebook.forms.nil_words))
    held: list[Held] = []
    undecided: list[int] = []
    for number in sorted(set(map(_number, (*old, *new)))):
        before, now = [h for h in old if _number(h) == number], [h for h in new if _number(h) == number]
        tables, is_open = _joined(before, now, submission, earlier, rulebook, nil)
        held += tables
        undecided += [number] if is_open else []
    return Merged(tuple(held), tuple(undecided))


def was_written_before(submission: Submission, earlier: CaseSoFar | None) -> bool:
    """Whether a mail was overtaken on its way by a newer one of its case; an answer to a letter of ours never is."""
    envelope = submission.envelope
    if earlier is None or earlier.sent is None or envelope.date is None or envelope.in_reply_to:
        return False
    return envelope.date < earlier.sent


def _number(held: Held) -> int:
    return held[0].number


def _joined(
    old: list[Held],
    new: list[Held],
    submission: Submission,
    earlier: CaseSoFar,
    rulebook: Rulebook,
    nil: frozenset[str],
) -> tuple[list[Held], bool]:
    """One table's holdings after this mail, and whether it leaves open what is to be held."""
    filled = [held for held in new if held[0].rows]
    was_open = bool(old) and old[0][0].number in earlier.undecided
    if not old or not new:
        return old or new, was_open
    if not filled:
        return (old if any(table.rows for table, _ in old) else new), was_open
    rows = [row for table, _ in filled for row in table.rows]
    lost, is_asked = unmatched(_rows(old), rows), f"table{filled[0][0].number}" in earlier.asked
    is_fewer = len(rows) < len(_rows(old))
    # "已更正" over some rows of a table that was to be corrected tells nothing of the others.
    may_correct = not (is_asked and is_fewer and not unmatched(rows, _rows(old)))
    same = is_renewed if is_asked else is_completed if earlier.complete or was_open else is_touched_up
    stays, is_said = _what_stays(submission, earlier, rulebook, may_correct, same)
    kept = stays(old, rows)
    if is_said:
        return [*kept, *filled], bool(kept) and _says_it_is_all(submission, earlier, old, rulebook)
    if is_asked:
        # Of a table that was to be corrected some may send just the rows in question.
        is_part = is_fewer and len(lost) * 2 > len(_rows(old)) and not kept
        leaves_open = is_part or (was_open and bool(lost))
        return ([*_only(old, lost), *filled], True) if leaves_open else ([*kept, *filled], False)
    if was_written_before(submission, earlier):
        # Its sender's clock may be slow, though: what differs is put to a person.
        is_other = any(has_content(row, nil) for row in different(rows, _rows(old)))
        return [*old, *_only(filled, unmatched(rows, _rows(old)))], is_other or was_open
    staying = set(map(id, _rows(kept)))
    going = [row for row in _rows(old) if id(row) not in staying]
    if any(has_content(row, nil) for row in unmatched(going, rows)):
        return [*_only(old, lost), *filled], True
    is_bureau = earlier.route.channel is Channel.CITY_BUREAU
    return [*kept, *filled], (was_open and bool(lost)) or (is_bureau and _may_be_whole(old, rows))


def _rows(held: Iterable[Held]) -> list[Row]:
    return [row for table, _ in held for row in table.rows]


def _only(held: Iterable[Held], rows: Sequence[Row]) -> list[Held]:
    these = set(map(id, rows))
    return _each(held, lambda t: replace(t, rows=tuple(row for row in t.rows if id(row) in these)))


def _each(held: Iterable[Held], change: Callable[[Table], Table]) -> list[Held]:
    """The holdings with every table changed, those without a row left out."""
    return [(left, mail) for table, mail in held if (left := change(table)).rows]


def _may_be_whole(old: Sequence[Held], new: Sequence[Row]) -> bool:
    """True when a bureau's rows leave out some of its units and are not plainly a few that it corrects, nor the next
    file of a set of one file per unit."""
    before, now = units_of(_rows(old)), units_of(new)
    again = before & now
    if not again:
        is_next_file = len(now) == 1 and _is_one_file_per_unit([table for table, _ in old if table.rows])
        return bool(before) and bool(now) and not is_next_file
    return bool(before - now) and (len(again) * 2 > len(before) or bool(now - before))


def _is_one_file_per_unit(tables: Sequence[Table]) -> bool:
    return all(len(units_of(table.rows)) == 1 for table in tables)


def _what_stays(
    submission: Submission, earlier: CaseSoFar, rulebook: Rulebook, may_correct: bool, same: Same
) -> tuple[_Stays, bool]:
    """What new rows leave of a table's earlier holdings: by what the mail says and for whom its sender reports.
    And whether the mail does say it. may_correct: whether "更正" in it is about the whole table; same: which earlier
    rows a supplement writes anew."""
    mail, said = rulebook.mail, _said(submission)
    # "补充材料" over a mail that says "以此为准" is but its title; a mail that says both leaves it open.
    by_text = said(mail.correction_words, by_subject=False), said(mail.supplement_words, by_subject=False)
    corrects, adds = by_text if any(by_text) else (said(mail.correction_words), said(mail.supplement_words))
    corrects = corrects and may_correct
    if adds and not corrects:
        # Of a table that was to be corrected "补充" brings just that: the rows that come are those asked about.
        return lambda old, rows: _each(old, lambda table: without_renewed(table, rows, same)), True
    if earlier.route.channel is not Channel.CITY_BUREAU:
        return _other_files, corrects and not adds
    return (
        lambda old, rows: [] if _is_whole_set(old, rows, corrects) else _each(old, lambda t: _of_others(t, rows)),
        corrects and not adds,
    )


def _says_it_is_all(submission: Submission, earlier: CaseSoFar, old: Sequence[Held], rulebook: Rulebook) -> bool:
    """Whether a bureau says "以此为准" over a few of the units of its table: perhaps of those, perhaps of the table."""
    tables = [table for table, _ in old if table.rows]
    one_by_one = len(tables) > 1 and _is_one_file_per_unit(tables)
    says_so = _said(submission)(rulebook.mail.whole_words)
    return says_so and not one_by_one and earlier.route.channel is Channel.CITY_BUREAU


def _other_files(old: list[Held], rows: Sequence[Row]) -> list[Held]:
    """Who reports for itself renews its table; in a set of one file per unit the units whose files were right stay."""
    tables = [table for table, _ in old if table.rows]
    if len(tables) < 2 or not _is_one_file_per_unit(tables):
        return []
    now = units_of(rows)
    return [(table, mail) for table, mail in old if units_of(table.rows).isdisjoint(now) and _all_named(table)]


def _is_whole_set(old: list[Held], rows: Sequence[Row], renews: bool) -> bool:
    """True when a bureau's new rows are its whole table, not some of its units. renews: the mail says that what it
    brings replaces what came before; then only those of a few units held already are not the whole."""
    tables = [table for table, _ in old if table.rows]
    held = [row for table in tables for row in table.rows]
    before, now = units_of(held), units_of(rows)
    most = len(before & now) * 2 > len(before)
    if len(tables) > 1 and _is_one_file_per_unit(tables):
        return renews and most
    return (renews and (most or not now <= before)) or (most and len(rows) >= len(held))


def _of_others(table: Table, new: Sequence[Row]) -> Table:
    """A table without the rows that are renewed: those of the units that the new rows name, and a nameless one that
    comes again. The others stay: a row too many is seen, a lost one is not."""
    now = units_of(new)
    kept = (
        row
        for row in table.rows
        if (plain(row.unit) not in now if row.unit else not any(is_renewed(row, other) for other in new))
    )
    return replace(table, rows=tuple(kept))


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


def _content(table: Table) -> str:
    return repr((table.number, [_row_content(row) for row in table.rows])) if table.rows else ""


def _row_content(row: Row) -> tuple[object, ...]:
    answers = [(a.question, a.tick, a.text, a.choices) for a in row.answers]
    return row.unit, row.city, sorted(row.cells.items()), answers


class _Says(Protocol):
    def __call__(self, words: Iterable[str], *, by_subject: bool = True) -> bool: ...


def _said(submission: Submission) -> _Says:
    """Whether a mail says one of some words; the subject of a reply is ours."""
    subject = "" if submission.envelope.in_reply_to else plain(submission.envelope.subject)
    text = plain(submission.text)

    def says(words: Iterable[str], *, by_subject: bool = True) -> bool:
        return any(word in text or (by_subject and word in subject) for word in map(plain, words) if word)

    return says
