"""What is written into a submitter's own file: a mark at a cell, with words for the person who opens it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CellMark:
    """A cell to be coloured and given a comment. sheet and cell are those of the finding's place."""

    sheet: str
    cell: str  # "D5"
    text: str  # Chinese; lines parted by \n
