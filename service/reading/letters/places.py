"""Where on the pages of a letter each of its fields was read, and how surely: for staff who compare with the page."""

from collections.abc import Iterator, Sequence

from service.domain.submission import FieldRead, LetterSource
from service.reading.letters.fields import Fields
from service.reading.letters.model import Box, Line, SealMark, Sheet, Words


def fields_read(path: str, sheets: Sequence[Sheet], read: Fields, mark: SealMark | None) -> tuple[FieldRead, ...]:
    """Every field that was read from pages; editable text has no places."""
    return (*_written(path, sheets, read), *_sealed(path, sheets, mark))


def _written(path: str, sheets: Sequence[Sheet], read: Fields) -> Iterator[FieldRead]:
    day = read.day.isoformat() if read.day else None
    found: list[tuple[str, str | None, tuple[Line, ...], float]] = [
        ("signer", read.signer, read.signer_at, read.signer_sure),
        ("title", read.title, read.title_at, _certainty(read.title_at)),
        ("document_number", read.number, read.number_at, _certainty(read.number_at)),
        ("date", day, read.date_at, read.date_sure),
        ("addressee", read.addressee, read.addressee_at, _certainty(read.addressee_at)),
    ]
    for name, value, lines, sure in found:
        boxes = [line.box for line in lines if line.box is not None]
        page = _page(lines[0], sheets) if lines else sheets[0].page  # a signer may be had from the letterhead alone
        if value and sheets[0].source is not LetterSource.EDITABLE:
            yield FieldRead(name, value, path, page, _around(boxes) if boxes else None, round(min(1.0, sure), 3))


def _sealed(path: str, sheets: Sequence[Sheet], mark: SealMark | None) -> Iterator[FieldRead]:
    """How sure: the share of the ring that can be seen. A mark that is there, never a verification."""
    if mark is not None:
        page = next(sheet.page for sheet in sheets if mark in sheet.seals)
        box = Box(mark.x - mark.across, mark.y - mark.down, mark.x + mark.across, mark.y + mark.down)
        yield FieldRead("seal", mark.text or "", path, page, _around([box]), round(mark.coverage, 3))


def _page(line: Line, sheets: Sequence[Sheet]) -> int:
    return next((sheet.page for sheet in sheets if any(line is one for one in sheet.lines)), sheets[0].page)


def _certainty(lines: Sequence[Line]) -> float:
    """Of the least certain of some lines; text that was not recognised is certain."""
    return min((Words("", line.sure).score for line in lines if line.sure), default=1.0)


def _around(boxes: Sequence[Box]) -> tuple[float, float, float, float]:
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right, low = max(box.right for box in boxes), max(box.bottom for box in boxes)
    return round(left, 3), round(top, 3), round(right, 3), round(low, 3)
