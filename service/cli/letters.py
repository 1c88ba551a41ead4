"""What the command line tells of a cover letter: each field, where on the page, how surely; and pieces of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from service.cli import words
from service.cli.words import say
from service.domain.submission import CoverLetter

if TYPE_CHECKING:
    from service.domain.rules import Rulebook


def letter_lines(letter: CoverLetter) -> Iterator[str]:
    """One line for each field that was read from a page."""
    several = len(letter.attachments) > 1
    for field in letter.fields:
        file = f"{field.attachment} " if several else ""
        sure = field.doubt or f"把握 {field.confidence:.2f}"
        where = words.place(field.page, field.box)
        yield f"报送函{say(words.FIELDS, field.name)}：{field.value or '—'}（{file}{where}，{sure}）"


def write_crops(letter: CoverLetter, mail: Path, folder: Path, number: str, rulebook: "Rulebook") -> Iterator[Path]:
    """Cut seal and signature out of the archived mail, in the reading child. Raises ReaderDied."""
    from service.reading.cuts import cuts_of
    from service.reading.sandbox import Reader

    wanted = cuts_of(letter)
    if not wanted:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with Reader(rulebook) as reader:
        for name, jpeg in reader.cut(mail, wanted):
            file = folder / f"{number}-{say(words.CROPS, name)}.jpg"
            file.write_bytes(jpeg)
            yield file
