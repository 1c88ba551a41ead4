"""规则试看.xlsx: every mail and every line that a change of the rules changes, where a letter shows but the first."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from service.domain.amendments import Decided, Trial
from service.typesetting.papers import OutgoingFile
from service.typesetting.text import one_line

_NONE: frozenset[int] = frozenset()
_MAILS, _CHANGES = (16, 36, 30, 30, 30), (16, 8, 28, 16, 10, 40, 40)


def trial_sheet(trial: Trial, words: Any, made: datetime) -> OutgoingFile:
    """The workbook. words: the module of rules_trial.words. Cells are text: no formula of anybody's is one here."""
    from openpyxl import Workbook  # a quarter of a second and 30 MB, for the few letters that need it

    from service.typesetting import sheets

    book = Workbook()
    first = sheets.first_sheet(book, words.sheet_names["mails"])
    second = book.create_sheet(words.sheet_names["changes"])
    for sheet, headings, rows, widths in (
        (first, words.mail_headings, _mails(trial, words), _MAILS),
        (second, words.change_headings, _changes(trial, words), _CHANGES),
    ):
        sheets.put_head(sheet, 1, headings)
        for number, row in enumerate(rows, 2):
            sheets.put_row(sheet, number, row, _NONE)
        sheets.set_widths(sheet, widths)
        sheets.set_print(sheet, 1)
    return OutgoingFile(words.attachment_name, sheets.MEDIA_TYPE, sheets.workbook_bytes(book, made))


def _mails(trial: Trial, words: Any) -> Iterator[tuple[str, ...]]:
    for mail in trial.changed:
        lines = dict.fromkeys(decided.decided_by or "—" for decided in (mail.before, mail.after))
        yield (
            mail.number,
            one_line(mail.subject),
            _said(mail.before, words),
            _said(mail.after, words),
            " → ".join(lines),
        )


def _said(decided: Decided, words: Any) -> str:
    verdict = words.verdict_names.get(decided.verdict, decided.verdict)
    route = words.route_names.get(decided.route, decided.route)
    return "，".join(part for part in (verdict, route, one_line(decided.unit)) if part)


def _changes(trial: Trial, words: Any) -> Iterator[tuple[str, ...]]:
    for d in trial.differences:
        what = words.what_names[d.what.value]
        yield d.file, str(d.line), one_line(d.subject), d.column, what, d.before, d.after
