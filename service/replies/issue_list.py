"""问题清单.xlsx: every point of a correction request as a row, to work through in the file itself.

For files whose cells cannot be marked (`returned`), and for more points than a letter shows.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from service.domain.judgement import Decision, Judgement, Letter, Severity
from service.domain.rules import Rulebook
from service.replies.checklist import file_view
from service.replies.returned import Returned, are_all_marked
from service.replies.view import SHOWN_POINTS, as_seen, asked_points, count_of, in_reading_order
from service.typesetting.papers import OutgoingFile
from service.typesetting.text import one_line

_WIDTHS = (6, 24, 16, 10, 20, 34, 40, 8)
_CENTRED = frozenset({1, 4, 8})
_HEAD_ROW = 3


def has_issue_list(decision: Decision, rulebook: Rulebook, returned: Sequence[Returned] = ()) -> bool:
    """Whether the letter is a correction that speaks of cells not marked in a file that goes back, or has more points
    than its text shows."""
    asks = decision.reply is not None and decision.reply.letter is Letter.CORRECTION
    many = count_of(asked_points(decision, rulebook)) > SHOWN_POINTS
    return asks and (many or not are_all_marked(decision, returned))


def issue_list(judgement: Judgement, rulebook: Rulebook, words: Any) -> OutgoingFile:
    """The list of everything the submitter is asked to correct. words: the module of issue_list.words."""
    from openpyxl import Workbook  # a quarter of a second and 30 MB, for the few mails that need it

    from service.typesetting import sheets

    workbook = Workbook()
    sheet = sheets.first_sheet(workbook, words.sheet)
    sheets.put_title(sheet, 1, words.title, len(_WIDTHS))
    sheets.put_note(sheet, 2, words.note, len(_WIDTHS))
    sheets.put_head(sheet, _HEAD_ROW, words.headings)
    for index, values in enumerate(issue_rows(judgement, rulebook, words), 1):
        sheets.put_row(sheet, _HEAD_ROW + index, (index, *values), _CENTRED)
    sheets.set_widths(sheet, _WIDTHS)
    sheets.fit_heights(sheet, _HEAD_ROW)
    sheets.set_print(sheet, _HEAD_ROW)
    return OutgoingFile(words.name, sheets.MEDIA_TYPE, sheets.workbook_bytes(workbook, judgement.dossier.received))


def issue_rows(judgement: Judgement, rulebook: Rulebook, words: Any) -> Iterator[tuple[str, ...]]:
    """File, sheet, place, column, what was seen, what to do, code: one row for each finding, in reading order."""
    for finding in in_reading_order(judgement.decision.of_severity(Severity.CORRECT)):
        place = as_seen(finding.place)
        form = rulebook.forms.table(place.table) if place.table is not None else None
        seen, remedy = _seen_and_remedy(one_line(finding.message))
        yield (
            file_view(place.attachment).name if place.attachment else words.whole_mail,
            one_line(place.sheet or "") or (form.label if form else ""),
            place.cell or (words.row % place.row if place.row else ""),
            one_line(place.column or ""),
            seen,
            remedy,
            finding.code,
        )


def _seen_and_remedy(message: str) -> tuple[str, str]:
    """A finding says what was seen in its first sentence and what to do after it."""
    seen, stop, remedy = message.partition("。")
    return (seen + stop, remedy) if remedy else ("", message)
