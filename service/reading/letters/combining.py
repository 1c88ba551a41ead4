"""Make letters of readings: pages that came as files of their own become one letter; the best letter comes first."""

import dataclasses
import re
from collections.abc import Iterable, Sequence

from service.domain.submission import CoverLetter, FieldRead, LetterSource, Problem, Seal
from service.reading.letters.model import DocumentReading, LooksLike

_SEAL_ORDER = (Seal.ABSENT, Seal.CANNOT_TELL, Seal.PRESENT)


def combine(readings: Sequence[DocumentReading]) -> tuple[CoverLetter, ...]:
    """The letters in a mail, best first: scans before editable ones, with signer, title and date before without.

    A letter that lacks its signature takes up the pages of the files that follow it in natural order, when they sit
    in the same folder, are single pages without a title of their own, and bring what it lacks.
    """
    letters: list[CoverLetter] = []
    points: dict[str, int] = {}
    open_letter: int | None = None
    for reading in sorted(readings, key=lambda reading: _natural(reading.path)):
        part = reading.letter or reading.part
        if open_letter is not None and part is not None and _continues(letters[open_letter], part, reading):
            letters[open_letter] = _joined(letters[open_letter], part)
            open_letter = open_letter if _lacks_its_end(letters[open_letter]) else None
        elif reading.looks_like is LooksLike.LETTER and reading.letter is not None:
            letters.append(reading.letter)
            points[reading.letter.attachment] = reading.points
            open_letter = len(letters) - 1 if _lacks_its_end(reading.letter) else None
    return tuple(sorted(letters, key=lambda letter: _worth(letter, points[letter.attachment]), reverse=True))


def settled(reading: DocumentReading, letters: Iterable[CoverLetter]) -> DocumentReading:
    """The reading without what was wrong with its page alone: a few lines and a seal hardly read as a letter, but
    in one that was joined from several files and has signer and date they are no problem."""
    if reading.problem is not Problem.UNREADABLE_TEXT:
        return reading
    whole = [letter for letter in letters if len(letter.attachments) > 1 and letter.signer and letter.date]
    if any(reading.path in letter.attachments for letter in whole):
        return dataclasses.replace(reading, problem=None, note="")
    return reading


def _lacks_its_end(letter: CoverLetter) -> bool:
    return letter.source is not LetterSource.EDITABLE and (letter.signer is None or letter.date is None)


def _continues(letter: CoverLetter, part: CoverLetter, reading: DocumentReading) -> bool:
    same_folder = letter.attachments[-1].rpartition("/")[0] == reading.path.rpartition("/")[0]
    a_page = reading.pages <= 2 and part.source is letter.source
    nothing_new = part.title is None and part.addressee is None and part.document_number is None
    ends = part.date is not None or part.signer is not None
    return same_folder and a_page and nothing_new and (ends or _numbered_alike(letter.attachments[-1], reading.path))


def _numbered_alike(one: str, other: str) -> bool:
    """第1页.jpg and 第2页.jpg: equal but for a number that goes up by one."""
    first, second = _natural(one), _natural(other)
    if len(first) != len(second):
        return False
    different = [(a, b) for a, b in zip(first, second, strict=True) if a != b]
    return len(different) == 1 and different[0][1][0] == different[0][0][0] + 1


def _natural(path: str) -> list[tuple[int, str]]:
    """For sorting as people count: 第2页 before 第10页, 一 before 二."""
    numbered = path.lower().translate({ord(c): str(i) for i, c in enumerate("一二三四五六七八九", 1)})
    return [(int(p[:12]), "") if p.isdigit() and p.isascii() else (-1, p) for p in re.split(r"([0-9]+)", numbered)]


def _joined(letter: CoverLetter, part: CoverLetter) -> CoverLetter:
    """The letter with a further page: what it read first stays."""
    taken_over = part.signer is not None or part.date is not None
    return dataclasses.replace(
        letter,
        attachments=(*letter.attachments, *part.attachments),
        pages=letter.pages + part.pages,
        text=f"{letter.text}\n{part.text}",
        signer=part.signer if taken_over and part.signer else letter.signer,
        date=part.date or letter.date,
        seal=max(letter.seal, part.seal, key=_SEAL_ORDER.index),
        seal_text=part.seal_text or letter.seal_text,
        seal_sure=_seal_sure(letter, part),
        sealed_colour=letter.sealed_colour or part.sealed_colour,
        confidence=min(1.0, letter.confidence + part.confidence),
        signer_candidates=_names(letter, part),
        fields=_fields(letter, part, taken_over=taken_over),
    )


def _fields(letter: CoverLetter, part: CoverLetter, *, taken_over: bool) -> tuple[FieldRead, ...]:
    later = {"date", "seal", *(["signer"] if taken_over else [])}
    new = {field.name: field for field in part.fields if field.name in later}
    return (*(f for f in letter.fields if f.name not in new), *new.values())


def _seal_sure(letter: CoverLetter, part: CoverLetter) -> float:
    if letter.seal_text and part.seal_text and letter.seal_text != part.seal_text:
        return 0.0
    return part.seal_sure if part.seal_text else letter.seal_sure


def _names(letter: CoverLetter, part: CoverLetter) -> tuple[str, ...]:
    signer = part.signer or letter.signer
    names = (*part.signer_candidates, letter.signer, *letter.signer_candidates)
    return tuple(dict.fromkeys(name for name in names if name and name != signer))


def _worth(letter: CoverLetter, points: int) -> tuple[bool, int, int, int, float]:
    fields = sum(field is not None for field in (letter.signer, letter.title, letter.date))
    scanned = letter.source is not LetterSource.EDITABLE
    return scanned, fields, points, _SEAL_ORDER.index(letter.seal), letter.confidence
