"""Put the lines of a page in the order people read them: rows from the top, in a row from the left."""

from collections.abc import Iterable, Iterator, Sequence

from service.reading.letters.model import Box, Line

_TOUCHING = 0.7  # heights between pieces: less is a space within a line
_SPACED = 1.6  # the same between single characters: letter-spacing


def in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines (all with boxes) in reading order."""
    return tuple(line for row in rows(lines) for line in row)


def rows(lines: Iterable[Line]) -> list[list[Line]]:
    """Lines that stand side by side, together; rows from the top."""
    found: list[list[Line]] = []
    for line in sorted(lines, key=_middle):
        if found and _same_row(found[-1], line):
            found[-1].append(line)
        else:
            found.append([line])
    return [sorted(row, key=lambda line: line.box.left if line.box else 0.0) for row in found]


def joined(lines: Iterable[Line]) -> list[Line]:
    """Pieces of text with what continues them in their row: programs that place every character apart leave one
    piece a character."""
    return [piece for row in rows(lines) for piece in _joined_row(row)]


def _joined_row(row: Sequence[Line]) -> Iterator[Line]:
    whole, last = row[0], row[0]
    for piece in row[1:]:
        if _continues(last, piece):
            whole = _together(whole, piece)
        else:
            yield whole
            whole = piece
        last = piece
    yield whole


def _continues(one: Line, other: Line) -> bool:
    assert one.box is not None
    assert other.box is not None
    single = len(one.text) == len(other.text) == 1
    height = max(one.box.height, other.box.height)
    return other.box.left - one.box.right < (_SPACED if single else _TOUCHING) * height


def _together(one: Line, other: Line) -> Line:
    a, b = one.box, other.box
    assert a is not None
    assert b is not None
    box = Box(min(a.left, b.left), min(a.top, b.top), max(a.right, b.right), max(a.bottom, b.bottom))
    return Line(one.text + other.text, box)


def _middle(line: Line) -> float:
    return line.box.middle[1] if line.box else 0.0


def _same_row(row: list[Line], line: Line) -> bool:
    """Side by side: middles closer than half a line's height, and not above one another."""
    last = row[-1]
    if last.box is None or line.box is None:
        return False
    apart = min(last.box.height, line.box.height)
    if abs(_middle(last) - _middle(line)) > 0.5 * apart:
        return False
    return all(one.box is None or _beside(one, line, apart) for one in row)


def _beside(one: Line, other: Line, slack: float) -> bool:
    assert one.box is not None
    assert other.box is not None
    return one.box.right <= other.box.left + slack or other.box.right <= one.box.left + slack
