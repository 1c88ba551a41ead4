"""Cover letters (报送函) of invented units: from a frozen description to marks on A4 pages.

Laid out after GB/T 9704-2012: general format, letter format (10.1), or what a small office makes at home.
`service.demo.paper` turns the pages into PDF or pictures, `service.demo.scanning` into what scanners and phones
make of them. Every seal says 测试样章: no page of ours can be taken for a real organ's.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from service.demo.typefaces import Face, text_width

PAGE_MM = (210.0, 297.0)
BLACK = (25, 25, 25)
RED = (205, 25, 30)
_LEFT, _RIGHT, _BOTTOM = 28.0, 184.0, 262.0  # the type area, mm from the left and top edges
_PITCH = 9.88  # mm: 28 pt
_BODY, _TITLE = 16.0, 22.0  # 3号, 2号 in pt
_MM_PER_PT = 25.4 / 72
_EM = _BODY * _MM_PER_PT
_CLOSING_LINES = 4  # organ, date, contact and the space above them


class Layout(StrEnum):
    GENERAL = "general"  # 通用红头
    LETTER = "letter"  # 信函格式: double red rules
    PLAIN = "plain"  # a title and text, no letterhead


class DateStyle(StrEnum):
    ARABIC = "arabic"  # 2020年3月20日
    CHINESE = "chinese"  # 二〇二〇年三月二十日
    PADDED = "padded"  # 2020年03月20日


@dataclass(frozen=True, slots=True)
class Seal:
    """A round seal: ring text, star, and 测试样章 below it."""

    text: str
    diameter_mm: float = 42.0
    colour: tuple[int, int, int] = (214, 30, 38)
    strength: float = 0.85  # 0..1, how much ink
    tilt: float = 0.0  # degrees
    wear: float = 0.1  # 0..1, how blotchy
    shift_mm: tuple[float, float] = (0.0, 0.0)  # from its usual place over organ and date


@dataclass(frozen=True, slots=True)
class LetterSpec:
    """Everything that stands on a cover letter."""

    unit: str  # signs the letter
    title: str
    date: datetime.date
    addressee: str
    body: tuple[str, ...]
    number: str | None = None  # 发文字号
    layout: Layout = Layout.GENERAL
    seal: Seal | None = None
    letterhead: str | None = None  # None: the unit
    date_style: DateStyle = DateStyle.ARABIC
    attachment_note: str | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """One run of text; x and y are its left and upper edge in mm, size in pt."""

    text: str
    x: float
    y: float
    size: float = _BODY
    colour: tuple[int, int, int] = BLACK
    face: Face = Face.SERIF


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule (a filled box), mm."""

    x: float
    y: float
    width: float
    thickness: float
    colour: tuple[int, int, int] = RED


@dataclass(frozen=True, slots=True)
class SealMark:
    """A seal with its centre in mm."""

    seal: Seal
    x: float
    y: float


Mark = Text | Rule | SealMark
Page = tuple[Mark, ...]


def sealed(unit: str, **look: float) -> Seal:
    """The seal of a unit; look changes its numbers (strength, tilt, wear, diameter_mm)."""
    return Seal(text=unit, **look)  # type: ignore[arg-type]


def written_date(day: datetime.date, style: DateStyle = DateStyle.ARABIC) -> str:
    """A day as letters write it."""
    if style is DateStyle.CHINESE:
        year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
        return f"{year}年{_chinese_number(day.month)}月{_chinese_number(day.day)}日"
    if style is DateStyle.PADDED:
        return f"{day.year}年{day.month:02}月{day.day:02}日"
    return f"{day.year}年{day.month}月{day.day}日"


def pages_of(spec: LetterSpec) -> tuple[Page, ...]:
    """The pages of a letter. The signature always shares a page with text."""
    head, top = _head(spec)
    lines = list(_lines(spec))
    pages: list[list[Mark]] = [list(head)]
    y = top
    for i, (text, x) in enumerate(lines):
        closing = _CLOSING_LINES if i + 2 >= len(lines) and len(pages[-1]) > 3 else 0
        if y + _PITCH * (1 + closing) > _BOTTOM:
            pages.append([])
            y = 37.0
        if text:
            pages[-1].append(Text(text, x, y))
        y += _PITCH
    pages[-1].extend(_signature(spec, y + _PITCH))
    return tuple(tuple(page) for page in pages)


def _head(spec: LetterSpec) -> tuple[list[Mark], float]:
    """Letterhead, rules, number and title; and where the text begins."""
    head = spec.letterhead or spec.unit
    marks: list[Mark] = []
    if spec.layout is Layout.GENERAL:
        y = 45.0
        marks.append(_centred(f"{head}文件", y, _fitting(f"{head}文件", 40.0), RED))
        if spec.number:
            marks.append(_centred(spec.number, y + 24, _BODY))
        marks.append(Rule(_LEFT - 1, y + 33, 156, 0.6))
        y += 42
    elif spec.layout is Layout.LETTER:
        size = _fitting(head, 36.0)
        below = 30 + size * _MM_PER_PT + 4
        marks.append(_centred(head, 30.0, size, RED))
        marks += _double_rule(below, thick_first=True) + _double_rule(276.0, thick_first=False)
        if spec.number:
            marks.append(Text(spec.number, _RIGHT - text_width(spec.number, _BODY), below + 6))
        y = below + 24
    else:
        y = 40.0
    title = _wrapped(spec.title, _RIGHT - _LEFT - 10, _TITLE)
    marks += [_centred(line, y + i * 11, _TITLE) for i, line in enumerate(title)]
    return marks, y + len(title) * 11 + _PITCH


def _lines(spec: LetterSpec) -> Iterator[tuple[str, float]]:
    """Addressee, text and attachment note, line by line with their left edges."""
    yield f"{spec.addressee}：", _LEFT
    for paragraph in spec.body:
        yield from ((line, _LEFT) for line in _wrapped(f"　　{paragraph}", _RIGHT - _LEFT, _BODY))
    if spec.attachment_note:
        yield "", _LEFT
        yield from ((line, _LEFT) for line in _wrapped(f"　　附件：{spec.attachment_note}", _RIGHT - _LEFT, _BODY))
    yield "", _LEFT


def _signature(spec: LetterSpec, y: float) -> list[Mark]:
    """Organ centred over the date, the seal over both."""
    date = written_date(spec.date, spec.date_style)
    half = max(text_width(spec.unit, _BODY), text_width(date, _BODY)) / 2
    centre = min(_RIGHT - 2 * _EM - text_width(date, _BODY) / 2, _RIGHT - half)
    marks: list[Mark] = [
        Text(spec.unit, centre - text_width(spec.unit, _BODY) / 2, y),
        Text(date, centre - text_width(date, _BODY) / 2, y + _PITCH),
    ]
    if spec.contact:
        marks.append(Text(f"（{spec.contact}）", _LEFT + 2 * _EM, y + 2.5 * _PITCH))
    if spec.seal is not None:
        dx, dy = spec.seal.shift_mm
        marks.append(SealMark(spec.seal, centre + dx, y + _PITCH - 4 + dy))
    return marks


def _double_rule(y: float, *, thick_first: bool) -> list[Mark]:
    first, second = (1.2, 0.4) if thick_first else (0.4, 1.2)
    return [Rule(20, y, 170, first), Rule(20, y + 1.8, 170, second)]


def _centred(text: str, y: float, size: float, colour: tuple[int, int, int] = BLACK) -> Text:
    return Text(text, (PAGE_MM[0] - text_width(text, size)) / 2, y, size, colour)


def _fitting(text: str, size: float) -> float:
    """The size at which a letterhead fits between the margins."""
    return min(size, size * (_RIGHT - _LEFT) / text_width(text, size))


def _wrapped(text: str, width: float, size: float) -> list[str]:
    """Lines of at most this width (mm); no line begins with a closing mark."""
    lines = [""]
    for char in text:
        if text_width(lines[-1] + char, size) > width and char not in "，。、；：！？）”》〕":
            lines.append("")
        lines[-1] += char
    return lines


def _chinese_number(number: int) -> str:
    """1..99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    digits = ("", *"一二三四五六七八九")
    return f"{digits[tens] if tens > 1 else ''}{'十' if tens else ''}{digits[ones]}"


def all_text(pages: Iterable[Page]) -> list[str]:
    """Every run of text of the pages in drawing order: what a text layer must read back."""
    return [mark.text for page in pages for mark in page if isinstance(mark, Text)]
