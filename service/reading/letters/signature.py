"""Signer and date from the foot of a letter. Two readings that disagree make a field unsure, not a guess."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import Levenshtein

from service.reading.letters import signed_date
from service.reading.letters.dates import find_date
from service.reading.letters.model import Line
from service.reading.letters.names import Directory, unit_name
from service.reading.letters.text import bare, chinese, clean

_FOOT = 8  # lines at the end of a letter without a date that may hold the signer
_ABOVE = 4  # lines above the date that may hold the signer
_BELOW = 2  # and below it
_SURE_NAME = 0.8  # a name that neither directory nor letterhead knows is relied on from this certainty
_ALIKE = 0.6  # a shaky signature this near to the letterhead is the letterhead's unit
_LINE_OF_A_NAME = 24  # characters
_LEAST_OF_A_NAME = 3
_LEGIBLE = 0.4
_CLEAR = 0.95  # every character of a reading that another may contradict where that one is below:
_UNCLEAR = 0.9
_AFTER_DATE = 2  # characters
_FOOT_LEFT = 0.3  # a signature begins right of this, in page widths
_NO_NAME = re.compile(r"[，。；：:《》？]|附件|此致|敬礼|特此|函报|联系|请审阅|请查收")


@dataclass(frozen=True, slots=True)
class Signature:
    signer: str | None = None
    day: date | None = None
    candidates: tuple[str, ...] = ()  # best first, the signer among them
    signer_sure: float = 0.0
    date_sure: float = 0.0
    signer_at: tuple[Line, ...] = ()
    date_at: Line | None = None


@dataclass(frozen=True, slots=True)
class _Named:
    """A name that could be the signer: every way it was read, and how sure the best one is."""

    readings: tuple[str, ...]
    sure: float
    lines: tuple[Line, ...]

    @property
    def is_text(self) -> bool:
        """True when nothing was recognised: the characters are those of the file."""
        return not any(line.sure for line in self.lines)


def read_signature(pages: Sequence[Sequence[Line]], heads: Sequence[str], directory: Directory) -> Signature:
    """Signer and date from the lines below the salutation, page by page; heads: the units of the letterhead."""
    signed_pages = [(lines, place) for lines in pages if (place := signed_date.date_line(lines)) is not None]
    tried = [_signed_and_dated(lines, place, heads, directory) for lines, place in signed_pages]
    found = next((one for one in tried if one.signer and one.day), next((one for one in tried if one.signer), None))
    if found is None and tried:
        found = tried[-1]
    if found is not None:
        return found
    last = next((list(lines) for lines in reversed(pages) if lines), [])
    return _concluded(_signed(reversed(last[-_FOOT:]), heads, directory), heads, directory, None, None, 0.0)


def _signed_and_dated(lines: Sequence[Line], place: int, heads: Sequence[str], directory: Directory) -> Signature:
    dated, sure = signed_date.date_of(lines[place], lines, directory.usual_years)
    signed = _signed(_above(lines, place), heads, directory)
    if signed is None:  # some write the date first
        signed = _signed(reversed(lines[place + 1 : place + 1 + _BELOW]), heads, directory)
    return _concluded(signed, heads, directory, lines[place], dated, sure)


def _concluded(
    signed: _Named | None, heads: Sequence[str], directory: Directory, at: Line | None, dated: date | None, sure: float
) -> Signature:
    signer, signer_sure = _signer(signed, heads, directory)
    readings = signed.readings if signed else ()
    names = [name for name in ((signer, *readings, *heads) if signer else (*heads, *readings)) if name]
    signed_at = signed.lines if signed else ()
    return Signature(signer, dated, tuple(dict.fromkeys(names)), signer_sure, sure, signed_at, at)


def _above(lines: Sequence[Line], place: int) -> Iterator[Line]:
    """The date's own line (a name may stand before the date), then what stands above it, nearest first. Pieces of a
    seal's writing that stand between do not count."""
    upwards = (line for line in reversed(lines[:place]) if chinese(line.text) >= _LEAST_OF_A_NAME)
    return itertools.islice(itertools.chain([lines[place]], upwards), _ABOVE + 1)


def _signed(lines: Iterator[Line], heads: Sequence[str], directory: Directory) -> _Named | None:
    """The nearest line that names a unit, with what stands above it when that belongs to it."""
    for line in lines:
        readings = tuple(_before_date(text) for text, _ in line.readings())
        named = tuple(one for one in readings if directory.names_unit(one) or _is_headed(one, heads))
        if named:
            return _with_above(_named(named, line), next(lines, None), heads, directory)
    return None


def _is_headed(reading: str, heads: Sequence[str]) -> bool:
    """True for exactly what the letterhead says."""
    return bool(reading) and any(bare(head) == bare(unit_name(reading)) for head in heads)


def _named(readings: tuple[str, ...], line: Line) -> _Named:
    names = tuple(dict.fromkeys(unit_name(reading) for reading in readings))
    sure = max(min(certain, default=1.0) for text, certain in line.readings() if unit_name(_before_date(text)) in names)
    return _Named(names, sure, (line,))


def _with_above(named: _Named, upper: Line | None, heads: Sequence[str], directory: Directory) -> _Named | None:
    """A name with its first half when it was broken in two; of two units that sign together the first, the lead."""
    fragment = all(directory.is_fragment(name) for name in named.readings)
    start = unit_name(upper.text) if upper is not None else ""
    if upper is None or not start or any(bare(start) in bare(name) for name in named.readings):
        return None if fragment else named  # the seal's own writing repeats a part of the name
    lines, sure = (upper, *named.lines), min(upper.sure, default=1.0)
    if not fragment and sure < _LEGIBLE:
        return named  # the ring's writing, read as a line
    whole = _Named(tuple(start + name for name in named.readings), min(named.sure, sure), lines)
    lead = _Named((start,), sure, lines)
    if _is_expected(whole, heads, directory):
        return whole
    is_unit = directory.names_unit(upper.text)
    if is_unit and _is_expected(lead, heads, directory):
        return lead
    belongs = _belongs(upper, named.lines[0], fragment or is_unit)
    if belongs and is_unit and not fragment and upper.box is not None and sure >= _SURE_NAME:
        return lead  # two whole names, one over the other: the first speaks, known or not
    if not belongs or (not fragment and _is_expected(named, heads, directory)):
        return None if fragment else named
    if is_unit and not fragment:
        return lead
    return named if any(map(directory.begins_anew, named.readings)) else whole


def _is_expected(named: _Named, heads: Sequence[str], directory: Directory) -> bool:
    """True for a name that the directory knows or the letterhead bears."""
    known = directory.chosen(named.readings) is not None
    return known or any(bare(head) == bare(name) for head in heads for name in named.readings)


def _belongs(upper: Line, line: Line, likely: bool) -> bool:
    """True when a line above a signature can be a part of it: short, no sentence, at its place in the right half."""
    start = unit_name(upper.text)
    if not 3 <= chinese(start) <= _LINE_OF_A_NAME or _NO_NAME.search(clean(upper.text)):
        return False
    if upper.box is None or line.box is None:
        return likely
    close = line.box.top - upper.box.bottom < 1.2 * line.box.height
    same_place = upper.box.left < line.box.right and line.box.left < upper.box.right
    return close and same_place and upper.box.left > _FOOT_LEFT


def _before_date(text: str) -> str:
    """What stands before a date that ends its line; the whole line when it goes on, as a sentence does."""
    plain = clean(text).replace(" ", "")
    found = find_date(plain)
    return plain[: found.start] if found and chinese(plain[found.end :]) <= _AFTER_DATE else plain


def _signer(signed: _Named | None, heads: Sequence[str], directory: Directory) -> tuple[str | None, float]:
    """The signature as read; where it is shaky, what directory and letterhead say for one of its readings."""
    if signed is None:
        head = heads[0] if len(heads) == 1 else None
        return head, 0.6 if head else 0.0
    known = directory.chosen(signed.readings)
    if known is not None:
        return known, max(signed.sure, 0.9)
    for head, reading in itertools.product(heads, signed.readings):
        if _same_unit(head, reading):
            return reading, max(signed.sure, 0.9)
    if signed.is_text:
        return signed.readings[0], 0.9
    alike = next((head for head in heads for reading in signed.readings if _alike(head, reading)), None)
    if alike is not None:  # the letterhead is large and no seal lies over it: the signature was misread
        return alike, 0.7
    if len(signed.readings) == 1 and signed.sure >= _SURE_NAME:
        return signed.readings[0], signed.sure * 0.9
    clear = _clear_reading(signed)
    return (clear, 0.8) if clear else (None, 0.0)


def _clear_reading(signed: _Named) -> str | None:
    """The reading of a name in which no character is in doubt, when others differ from it in doubtful ones alone."""
    if len(signed.lines) != 1:
        return None
    (clear, sure), *others = signed.lines[0].readings()
    if min(sure, default=0.0) < _CLEAR or unit_name(clear) != signed.readings[0]:
        return None
    return signed.readings[0] if all(_doubts(text, certain, clear) for text, certain in others) else None


def _doubts(text: str, certain: Sequence[float], clear: str) -> bool:
    """True for a reading as long as the clear one that is itself unclear wherever it differs."""
    if len(text) != len(clear) or len(certain) != len(text):
        return False
    return all(a == b or sure < _UNCLEAR for a, b, sure in zip(text, clear, certain, strict=True))


def _alike(head: str, reading: str) -> bool:
    return Levenshtein.normalized_similarity(bare(head), bare(reading)) >= _ALIKE


def _same_unit(head: str, reading: str) -> bool:
    """Equal, or one is the other with its province in front."""
    short, long = sorted((bare(head), bare(reading)), key=len)
    return long.endswith(short) and len(short) >= 5 and len(short) >= len(long) / 2
