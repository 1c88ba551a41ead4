"""Pages of marks made visible: pictures as a perfect scanner would see them, and PDF with a real text layer."""

import ctypes
import re
from collections.abc import Sequence
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops, ImageDraw

from service.demo.letters import PAGE_MM, Mark, Page, Rule, SealMark, Text
from service.demo.seals import draw_seal
from service.demo.typefaces import Face, face_bytes, picture_font

_PT_PER_MM = 72 / 25.4
_SEAL_PIXELS_PER_MM = 12.0
_ASCENT = 0.88  # of these faces, in em: from the upper edge to the baseline


def picture_of(page: Page, dpi: int = 200) -> Image.Image:
    """An RGB picture of a page; seal ink lies over the print and darkens it."""
    scale = dpi / 25.4
    picture = Image.new("RGB", (round(PAGE_MM[0] * scale), round(PAGE_MM[1] * scale)), "white")
    draw = ImageDraw.Draw(picture)
    for mark in page:
        if isinstance(mark, Text):
            font = picture_font(mark.face, round(mark.size * dpi / 72))
            origin = (mark.x * scale, mark.y * scale + _ASCENT * mark.size * dpi / 72)
            draw.text(origin, mark.text, fill=mark.colour, font=font, anchor="ls")
        elif isinstance(mark, Rule):
            draw.rectangle(_box(mark, scale), fill=mark.colour)
    for mark in page:
        if isinstance(mark, SealMark):
            picture = _stamped(picture, mark, scale)
    return picture


def pdf_of(pages: Sequence[Page]) -> bytes:
    """A PDF whose text layer holds every run of the pages; faces are embedded, cut down to what is used."""
    document = pypdfium2.PdfDocument.new()
    fonts: dict[Face, ctypes.c_void_p] = {}
    for page in pages:
        sheet = document.new_page(PAGE_MM[0] * _PT_PER_MM, PAGE_MM[1] * _PT_PER_MM)
        for mark in page:
            _put(document, sheet, mark, fonts)
        sheet.gen_content()
        sheet.close()
    out = BytesIO()
    document.save(out, flags=pdfium.FPDF_SUBSET_NEW_FONTS)
    for font in fonts.values():
        pdfium.FPDFFont_Close(font)
    document.close()
    return without_chance(out.getvalue())


def without_chance(pdf: bytes) -> bytes:
    """The same PDF without what differs from run to run (clock, random identifiers); lengths stay as they are."""
    pdf = re.sub(rb"CreationDate\(D:\d{14}", b"CreationDate(D:20200320090000", pdf)
    pdf = re.sub(rb"[A-Z]{6}\+Noto", b"SAMPLE+Noto", pdf)
    return re.sub(rb"/ID\[[^\]]*\]", lambda found: re.sub(rb"[0-9A-F]", b"0", found[0][3:]).join((b"/ID", b"")), pdf)


def _box(rule: Rule, scale: float) -> tuple[float, float, float, float]:
    return (rule.x * scale, rule.y * scale, (rule.x + rule.width) * scale, (rule.y + rule.thickness) * scale)


def _stamped(picture: Image.Image, mark: SealMark, scale: float) -> Image.Image:
    ink = draw_seal(mark.seal, scale, seed=len(mark.seal.text))
    layer = Image.new("RGB", picture.size, "white")
    layer.paste(ink, (round(mark.x * scale - ink.width / 2), round(mark.y * scale - ink.height / 2)), ink)
    return ImageChops.multiply(picture, layer)


def _put(
    document: pypdfium2.PdfDocument, sheet: pypdfium2.PdfPage, mark: Mark, fonts: dict[Face, ctypes.c_void_p]
) -> None:
    if isinstance(mark, Text):
        if mark.face not in fonts:
            fonts[mark.face] = _load(document, mark.face)
        pdfium.FPDFPage_InsertObject(sheet, _text_object(document, mark, fonts[mark.face]))
    elif isinstance(mark, Rule):
        pdfium.FPDFPage_InsertObject(sheet, _rule_object(mark))
    else:
        sheet.insert_obj(_seal_object(document, mark))


def _load(document: pypdfium2.PdfDocument, face: Face) -> ctypes.c_void_p:
    content = face_bytes(face)
    buffer = (ctypes.c_uint8 * len(content)).from_buffer_copy(content)
    font: ctypes.c_void_p = pdfium.FPDFText_LoadFont(document, buffer, len(content), pdfium.FPDF_FONT_TRUETYPE, 1)
    return font


def _text_object(document: pypdfium2.PdfDocument, mark: Text, font: ctypes.c_void_p) -> object:
    item = pdfium.FPDFPageObj_CreateTextObj(document, font, ctypes.c_float(mark.size))
    encoded = f"{mark.text}\0".encode("utf-16-le")
    pdfium.FPDFText_SetText(item, (ctypes.c_ushort * (len(encoded) // 2)).from_buffer_copy(encoded))
    pdfium.FPDFPageObj_SetFillColor(item, *mark.colour, 255)
    baseline = (PAGE_MM[1] - mark.y) * _PT_PER_MM - _ASCENT * mark.size
    pdfium.FPDFPageObj_Transform(item, 1, 0, 0, 1, mark.x * _PT_PER_MM, baseline)
    return item


def _rule_object(rule: Rule) -> object:
    x, y, width, height = (
        value * _PT_PER_MM for value in (rule.x, PAGE_MM[1] - rule.y - rule.thickness, rule.width, rule.thickness)
    )
    item = pdfium.FPDFPageObj_CreateNewRect(x, y, width, height)
    pdfium.FPDFPageObj_SetFillColor(item, *rule.colour, 255)
    pdfium.FPDFPath_SetDrawMode(item, pdfium.FPDF_FILLMODE_WINDING, 0)
    return item


def _seal_object(document: pypdfium2.PdfDocument, mark: SealMark) -> pypdfium2.PdfImage:
    ink = draw_seal(mark.seal, _SEAL_PIXELS_PER_MM, seed=len(mark.seal.text))
    side = mark.seal.diameter_mm * _PT_PER_MM
    item = pypdfium2.PdfImage.new(document)
    item.set_bitmap(pypdfium2.PdfBitmap.from_pil(ink))
    left = mark.x * _PT_PER_MM - side / 2
    bottom = (PAGE_MM[1] - mark.y) * _PT_PER_MM - side / 2
    item.set_matrix(pypdfium2.PdfMatrix().scale(side, side).translate(left, bottom))
    return item
