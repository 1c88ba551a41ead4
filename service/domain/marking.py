"""What is written into a submitter's own file: marks at cells, with words for the person who opens it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CellMark:
    """A cell to be coloured and given a comment. sheet and cell are those of the finding's place."""

    sheet: str
    cell: str  # "D5"
    text: str  # Chinese; lines parted by \n


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes the comments, and what stands in one of an earlier round whose cell is in order now."""

    author: str
    cleared: str  # Chinese


@dataclass(frozen=True, slots=True)
class FileMarks:
    """All marks of one file: attachment is its path in the mail whose SHA-256 is given."""

    mail: str
    attachment: str
    marks: tuple[CellMark, ...]
    pen: Pen
