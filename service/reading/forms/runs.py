"""The text of Word paragraphs, run by run, with every kind of tick a form can carry (ECMA-376 part 1, 17).

Ticks are characters, symbols (w:sym, letters in symbol fonts), content controls (w14:checkbox), legacy form
fields (FORMCHECKBOX) and circled characters (EQ fields). Deleted and hidden text is not there for a reader.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from service.reading.forms.boxes import glyph
from service.reading.forms.grid import CellDetail
from service.reading.forms.package import Element, attribute, child, descendants, local_name
from service.reading.forms.strings import PLAIN_STYLE, RichText, RunStyle, is_on
from service.reading.forms.symbols import is_symbol_font, symbol

_GONE: Final = frozenset({"del", "moveFrom", "pPr", "rPr", "sdtPr", "sdtEndPr", "fldData", "tbl"})
_BREAKS: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_DRAWN: Final = frozenset({"drawing", "pict", "object"})
_CIRCLED: Final = re.compile(r"\\o.*?\(\s*([^\s,，])\s*[,，]\s*([^\s,，)])\s*\)", re.IGNORECASE | re.DOTALL)
_BOXES: Final = "□☐○◯〇口"
_BLACK: Final = frozenset({"auto", "000000"})


@dataclass(slots=True)
class RunReader:
    """Collects the text of one cell or paragraph."""

    rich: RichText = field(default_factory=RichText)
    drawn: bool = False  # something that is no text stands among the text
    floating: list[Element] = field(default_factory=list)  # contents of text boxes met on the way
    _field: list[str] | None = None  # instruction of the field being read

    def paragraph(self, element: Element) -> None:
        """Append a paragraph; one before it is ended by a line break."""
        if self.rich.text:
            self.rich.add("\n")
        self._children(element)

    def detail(self) -> CellDetail | None:
        """What the text does not tell."""
        detail = self.rich.detail()
        if not self.drawn:
            return detail
        return CellDetail(overlay=True) if detail is None else CellDetail(detail.struck, detail.stressed, overlay=True)

    def _children(self, element: Element) -> None:
        for one in element:
            name = local_name(one)
            if name == "r":
                self._run(one)
            elif name == "sdt":
                self._control(one)
            elif name == "AlternateContent":
                self._alternative(one)
            elif name not in _GONE:
                self._children(one)

    def _alternative(self, element: Element) -> None:
        for one in element:
            if local_name(one) == "Choice":
                self._children_of_run(one, PLAIN_STYLE)
                return

    def _control(self, control: Element) -> None:
        """A content control: a check box by its state, a placeholder as nothing, else its content."""
        properties = child(control, "sdtPr")
        if properties is not None:
            box = child(properties, "checkbox")
            if box is not None:
                checked = child(box, "checked")
                self.rich.add(glyph(checked is not None and is_on(checked)))
                return
            if child(properties, "showingPlcHdr") is not None:
                return
        content = child(control, "sdtContent")
        if content is not None:
            self._children(content)

    def _run(self, run: Element) -> None:
        properties = child(run, "rPr")
        if properties is not None and (hidden := child(properties, "vanish")) is not None and is_on(hidden):
            return
        self._children_of_run(run, read_style(properties))

    def _children_of_run(self, run: Element, style: RunStyle) -> None:
        for part in run:
            name = local_name(part)
            if name == "t":
                self.rich.add(part.text or "", style)
            elif name in _BREAKS:
                self.rich.add(_BREAKS[name])
            elif name == "sym":
                self.rich.add(
                    symbol(attribute(part, "font"), attribute(part, "char") or ""), RunStyle("", style.struck)
                )
            elif name == "fldChar":
                self._field_mark(part)
            elif name == "instrText" and self._field is not None:
                self._field.append(part.text or "")
            elif name in _DRAWN:
                self._drawing(part)
            elif name == "AlternateContent":
                self._alternative(part)
            elif name == "r":
                self._run(part)

    def _field_mark(self, mark: Element) -> None:
        kind = attribute(mark, "fldCharType")
        if kind == "begin":
            self._field = []
            box = next(iter(descendants(mark, "checkBox")), None)
            if box is not None:
                self.rich.add(glyph(_form_field_is_checked(box)))
        elif self._field is not None:
            self.rich.add(_circled("".join(self._field)))
            self._field = None

    def _drawing(self, drawing: Element) -> None:
        boxes = descendants(drawing, "txbxContent")
        if boxes:
            self.floating.extend(boxes[:1])
        else:
            self.drawn = True


def read_style(properties: Element | None) -> RunStyle:
    """The part of a w:rPr that can carry an answer."""
    if properties is None:
        return PLAIN_STYLE
    font, struck, stressed = "", False, False
    for part in properties:
        name = local_name(part)
        if name == "rFonts":
            fonts = (attribute(part, key) for key in ("ascii", "hAnsi", "eastAsia", "cs"))
            font = next((one for one in fonts if is_symbol_font(one)), None) or ""
        elif name in {"strike", "dstrike"}:
            struck = struck or is_on(part)
        elif name in {"u", "highlight"}:
            stressed = stressed or is_on(part)
        elif name == "color":
            stressed = stressed or (attribute(part, "val") or "auto") not in _BLACK
    return RunStyle(font, struck, stressed)


def _form_field_is_checked(box: Element) -> bool:
    """w:checked wins over w:default; either without a value means on (17.16.8, 17.16.12)."""
    for name in ("checked", "default"):
        state = child(box, name)
        if state is not None:
            return is_on(state)
    return False


def _circled(instruction: str) -> str:
    """A character set over another one (带圈字符): a tick over a box is a ticked box."""
    found = _CIRCLED.search(instruction)
    if found is None:
        return ""
    pair = set(found.groups())
    over = pair - set(_BOXES)
    if len(over) == 1 and len(pair) == 2:
        mark = over.pop()
        return "☑" if mark in "√✓✔vV" else "☒" if mark in "×✗✘xX" else mark
    return ""
