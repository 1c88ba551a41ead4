"""Strings of a workbook with what their letters' formats tell: symbol fonts, strike-out, emphasis."""

import re
from dataclasses import dataclass, field
from typing import Final

from service.reading.forms.grid import CellDetail, Span
from service.reading.forms.limits import MAX_CELL_TEXT, MAX_STRINGS
from service.reading.forms.package import Element, attribute, local_name
from service.reading.forms.symbols import as_marks, private_as_marks

_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BLACK: Final = {"FF000000", "00000000", "000000"}


@dataclass(frozen=True, slots=True)
class RunStyle:
    """The part of a font that can carry an answer."""

    font: str = ""
    struck: bool = False
    stressed: bool = False


PLAIN_STYLE: Final = RunStyle()


@dataclass(slots=True)
class RichText:
    """Text put together run by run."""

    text: str = ""
    struck: list[Span] = field(default_factory=list)
    stressed: list[Span] = field(default_factory=list)

    def add(self, piece: str, style: RunStyle = PLAIN_STYLE) -> None:
        """Append a run."""
        start = len(self.text)
        self.text += as_marks(piece, style.font) if style.font else private_as_marks(piece)
        if style.struck and piece.strip():
            self.struck.append((start, len(self.text)))
        elif style.stressed and piece.strip():
            self.stressed.append((start, len(self.text)))

    def detail(self) -> CellDetail | None:
        """What the formats tell; None when they tell nothing."""
        whole = (0, len(self.text))
        stressed = () if whole in self.stressed else tuple(self.stressed)
        if not self.struck and not stressed:
            return None
        return CellDetail(struck=tuple(self.struck), stressed=stressed)


@dataclass(frozen=True, slots=True)
class SharedStrings:
    """The shared strings of a workbook: text by index, and details of the few that have any."""

    texts: list[str]
    details: dict[int, CellDetail]


def read_shared_strings(root: Element | None) -> SharedStrings:
    """sharedStrings.xml (ECMA-376 part 1, 18.4)."""
    texts: list[str] = []
    details: dict[int, CellDetail] = {}
    for item in () if root is None else root.iterchildren("{*}si"):
        if len(texts) >= MAX_STRINGS:
            break
        text, detail = read_string(item)
        if detail is not None:
            details[len(texts)] = detail
        texts.append(text)
    return SharedStrings(texts, details)


def read_string(item: Element) -> tuple[str, CellDetail | None]:
    """A si or is element: its text without phonetic hints."""
    if len(item) == 1 and (only := item[0]).tag.endswith("}t"):
        return private_as_marks(unescaped(only.text or ""))[:MAX_CELL_TEXT], None
    rich = RichText()
    for part in item:
        name = local_name(part)
        if name == "t":
            rich.add(unescaped(part.text or ""))
        elif name == "r":
            _add_run(rich, part)
    if len(rich.text) > MAX_CELL_TEXT:
        return rich.text[:MAX_CELL_TEXT], None
    return rich.text, rich.detail()


def _add_run(rich: RichText, run: Element) -> None:
    text, style = "", PLAIN_STYLE
    for part in run:
        name = local_name(part)
        if name == "t":
            text = unescaped(part.text or "")
        elif name == "rPr":
            style = read_font(part)
    rich.add(text, style)


def read_font(element: Element) -> RunStyle:
    """An rPr or font element (18.4.7, 18.8.22)."""
    font, struck, stressed = "", False, False
    for part in element:
        name = local_name(part)
        if name in {"rFont", "name"}:
            font = attribute(part, "val") or ""
        elif name == "strike":
            struck = is_on(part)
        elif name in {"u", "b"}:
            stressed = stressed or is_on(part)
        elif name == "color":
            stressed = stressed or _is_coloured(part)
    return RunStyle(font, struck, stressed)


def is_on(element: Element) -> bool:
    """A boolean property: present without a value means on."""
    return attribute(element, "val") not in {"0", "false", "none", "off"}


def _is_coloured(element: Element) -> bool:
    rgb = attribute(element, "rgb")
    if rgb is not None:
        return rgb.upper() not in _BLACK
    theme = attribute(element, "theme")
    return theme is not None and theme not in {"0", "1"}


def unescaped(text: str) -> str:
    """Text with _x000D_ escapes resolved (22.9.2.19); a carriage return is a line break."""
    if "_x" in text:
        text = _ESCAPED.sub(_letter, text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _letter(match: re.Match[str]) -> str:
    code = int(match.group(1), 16)
    return "" if 0xD800 <= code < 0xE000 or (code < 32 and code not in (9, 10, 13)) else chr(code)
