"""A form with gaps goes back to its sender with the cells marked, and passes when just those are filled in."""

from datetime import timedelta
from email.message import EmailMessage
from io import BytesIO

import openpyxl

from service.demo.mime import File, make_mail
from tests.stories.conftest import IN_TIME, Station, answering, over_sqlite

__all__ = ["over_sqlite"]

NAME = "征集表（表1-4）.xlsx"


def with_gaps(content: bytes) -> tuple[bytes, dict[tuple[str, str], object]]:
    """The form without the units' names of its first table, and what stood in those cells."""
    book = openpyxl.load_workbook(BytesIO(content))
    sheet = book.worksheets[0]
    head = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "单位名称")
    gaps = {}
    for row in range(head.row + 1, sheet.max_row + 1):
        cell = sheet.cell(row, head.column)
        if cell.value:
            gaps[sheet.title, cell.coordinate] = cell.value
            cell.value = None
    out = BytesIO()
    book.save(out)
    return out.getvalue(), gaps


def attached(letter: EmailMessage) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_content() for part in letter.iter_attachments()}


def test_the_marked_form_passes_when_its_marked_cells_are_filled_in(station: Station) -> None:
    bureau = station.bureau("云江市")
    broken, gaps = with_gaps(station.pieces.form(bureau).content)
    station.arrives(make_mail(station.mail(bureau, (station.pieces.letter_pdf(bureau), File(NAME, broken)))))
    station.poll()

    assert station.kinds() == ["correction"]
    files = attached(station.letters()[0])
    assert list(files) == ["征集表（表1-4）（已标注）.xlsx"]
    book = openpyxl.load_workbook(BytesIO(files["征集表（表1-4）（已标注）.xlsx"]))
    marked = {(s.title, c.coordinate) for s in book for row in s.iter_rows() for c in row if c.comment}
    assert marked == gaps.keys()
    text = station.letters()[0].get_body(("plain",))
    assert text is not None
    assert "附回的原件（已标注）" in text.get_content()

    for (sheet, cell), value in gaps.items():
        book[sheet][cell] = value
    out = BytesIO()
    book.save(out)
    filled = File("征集表（表1-4）（已标注）.xlsx", out.getvalue())
    again = station.mail(bureau, (filled,), text="已改好。", date=IN_TIME + timedelta(hours=2))
    station.arrives(answering(station.raw_letters()[0], again))
    station.poll()

    assert station.kinds() == ["correction", "receipt"]
    assert station.numbers() == [("LH2020-0001", "accepted")]


def test_a_form_of_a_kind_that_cannot_be_marked_goes_with_the_list(station: Station) -> None:
    bureau = station.bureau("云江市")
    broken, _ = with_gaps(station.pieces.form(bureau).content)
    sheet = openpyxl.load_workbook(BytesIO(broken)).worksheets[0]
    lines = "\n".join(",".join(str(cell.value or "") for cell in row) for row in sheet.iter_rows())
    form = File("征集表.csv", lines.encode("gb18030"))
    station.arrives(make_mail(station.mail(bureau, (station.pieces.letter_pdf(bureau), form))))
    station.poll()

    assert station.kinds() == ["correction"]
    assert list(attached(station.letters()[0])) == ["问题清单.xlsx"]
