"""How much of a form file is read. A real form is far below every one of these."""

from typing import Final

MAX_SHEETS: Final = 50
MAX_ROWS: Final = 5000
MAX_COLUMNS: Final = 200
MAX_CELLS: Final = 200_000
MAX_CELL_TEXT: Final = 32_767  # Excel's own
MAX_MERGES: Final = 20_000
MAX_PARTS: Final = 4_000
MAX_PART_BYTES: Final = 48 * 2**20  # one part, inflated
MAX_TOTAL_BYTES: Final = 96 * 2**20  # all parts, inflated
STREAMED_FROM_BYTES: Final = 4 * 2**20  # a larger sheet is read piece by piece
MAX_STRINGS: Final = 400_000
MAX_OBJECTS: Final = 5_000  # controls and drawings of a sheet
MAX_TEXT: Final = 200_000  # of the whole file, for those who look at words only
