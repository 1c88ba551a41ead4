"""Cell styles of a workbook: number formats, and the fonts that can carry an answer."""

from dataclasses import dataclass, field

from service.reading.forms.numbers import BUILT_IN, is_date_code
from service.reading.forms.package import Element, child
from service.reading.forms.strings import RunStyle, read_font
from service.reading.forms.symbols import is_symbol_font


@dataclass(frozen=True, slots=True)
class Styles:
    """What styles.xml says of each cell style index (the s attribute of a cell)."""

    codes: dict[str, str] = field(default_factory=dict)  # only those that are not General
    fonts: dict[str, RunStyle] = field(default_factory=dict)  # only symbol fonts and struck ones

    def code(self, style: str | None) -> str:
        """The number format; an index beyond the table counts as General."""
        return self.codes.get(style or "0", "")

    def is_date(self, style: str | None) -> bool:
        return is_date_code(self.code(style))


def read_styles(root: Element | None) -> Styles:
    """styles.xml (ECMA-376 part 1, 18.8)."""
    if root is None:
        return Styles()
    formats = child(root, "cellXfs")
    if formats is None:
        return Styles()
    own_codes = _number_formats(child(root, "numFmts"))
    special = _special_fonts(child(root, "fonts"))
    codes: dict[str, str] = {}
    fonts: dict[str, RunStyle] = {}
    for index, xf in enumerate(formats.iterchildren("{*}xf")):
        code = own_codes.get(xf.get("numFmtId", "0"))
        if code:
            codes[str(index)] = code
        font = special.get(xf.get("fontId", "0"))
        if font:
            fonts[str(index)] = font
    return Styles(codes, fonts)


def _number_formats(element: Element | None) -> dict[str, str]:
    codes = {str(number): code for number, code in BUILT_IN.items()}
    for one in () if element is None else element:
        codes[one.get("numFmtId", "")] = one.get("formatCode", "")
    return codes


def _special_fonts(element: Element | None) -> dict[str, RunStyle]:
    fonts = {}
    for index, one in enumerate(() if element is None else element.iterchildren("{*}font")):
        font = read_font(one)
        if font.struck or is_symbol_font(font.font):
            fonts[str(index)] = RunStyle(font.font if is_symbol_font(font.font) else "", font.struck)
    return fonts
