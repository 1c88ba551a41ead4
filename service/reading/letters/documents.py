"""From the bytes of one file to its reading: which reader it needs, how many of its pages are looked at."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from service.domain.rules import Rulebook
from service.domain.submission import Problem
from service.reading.letters import editable, judging, ofd, pdf, pictures, rtf, ruling, scan, seal, upright, word97
from service.reading.letters.model import DocumentReading, LooksLike, Ocr, OcrFailed, OcrUnavailable, Sheet
from service.reading.letters.text import chinese
from service.reading.sniff import is_zip

if TYPE_CHECKING:
    from service.reading.letters.model import Picture

_PAGES = 12  # at the beginning; with a text layer they are nearly free
_SCANNED_PAGES = 3
_LONG_SIDE = 2000  # px
_WITH_ANNEX = 2  # scanned pages of a whole letter and what follows it
_OTHER_PAGES = 2  # scanned pages of what is no letter: more are read only where they bear a seal
_LOOK_SIDE = 1000  # px, to see rules and seals by
_HARDLY_TEXT = 50  # Chinese characters, or words of others: a document with less is its pictures
_OLD_WORD = "旧版 Word 文档不能自动辨认，请发送盖章后的扫描件（PDF 或 JPG）"
_REFUSALS = (pdf.PdfRefused, ofd.OfdRefused, pictures.PictureRefused, editable.EditableRefused)
_EMPTY = "文件是空的，请重新发送"
_NO_OCR = "本机没有可用的文字识别，需人工查看"
_OCR_FAILED = "文字识别未能完成，需人工查看"
_UNKNOWN = "不能识别的文件类型"
_OUR_FAULT = "文件未能自动辨认，需人工查看"


def read_document(
    content: bytes, path: str, name: str, media_type: str, rulebook: Rulebook, ocr: Ocr
) -> DocumentReading:
    """What one file is and, when it is a cover letter, its fields. Never raises for what the file holds.

    The content decides what the file is; name and media_type only break ties between kinds of text. A page that
    carries its text is never given to ocr.
    """
    if not content:
        return judging.refused(path, 0, Problem.EMPTY, _EMPTY)
    reader = _reader(content, name.lower(), media_type.lower())
    if isinstance(reader, tuple):
        return judging.refused(path, 0, *reader)
    try:
        return reader(content, path, rulebook, ocr)
    except _REFUSALS as refusal:
        return judging.refused(path, 0, refusal.problem, refusal.note)
    except OcrUnavailable:
        return judging.refused(path, 1, Problem.UNSUPPORTED, _NO_OCR)
    except OcrFailed:
        return judging.refused(path, 1, Problem.UNREADABLE_TEXT, _OCR_FAILED)
    except Exception as error:  # a fault of ours: one file must not cost its mail, and staff will see it
        note = f"{_OUR_FAULT}（{type(error).__name__}）"
        return judging.refused(path, 1, Problem.UNREADABLE_TEXT, note)


_Reader = Callable[[bytes, str, Rulebook, Ocr], DocumentReading]
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PHOTO_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"BM", b"GIF8")


def _reader(content: bytes, name: str, media_type: str) -> _Reader | tuple[Problem, str]:
    if b"%PDF-" in content[:1024]:
        return _read_pdf
    if content.startswith(_PICTURES) or _is_in_box(content):
        return _read_pictures
    if content.startswith(_OLE):
        return _read_old_word
    if is_zip(content):
        return _zipped(content, name, media_type)
    return _textual(content, media_type)


def _is_in_box(content: bytes) -> bool:
    """WebP in its RIFF, HEIC and AVIF in their ISO file."""
    return (content[:4] == b"RIFF" and content[8:12] == b"WEBP") or (
        content[4:8] == b"ftyp" and content[8:12] in _PHOTO_BRANDS
    )


def _zipped(content: bytes, name: str, media_type: str) -> _Reader | tuple[Problem, str]:
    if b"OFD.xml" in content or name.endswith(".ofd"):
        return _read_ofd
    if b"word/document.xml" in content or name.endswith(".docx"):
        return _read_docx
    if b"mimetypeapplication/vnd.oasis.opendocument.text" in content[:100] or "opendocument.text" in media_type:
        return _read_odt
    return Problem.UNKNOWN_KIND, _UNKNOWN


def _textual(content: bytes, media_type: str) -> _Reader | tuple[Problem, str]:
    head = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"{\\rtf"):
        return _text_reader(rtf.rtf_text)
    if head.startswith((b"<!doctype html", b"<html")) or b"<html" in head or media_type == "text/html":
        return _text_reader(editable.html_text)
    if b"\0" not in content[:4096] or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _text_reader(editable.plain_text)
    return Problem.UNKNOWN_KIND, _UNKNOWN


def _text_reader(text_of: Callable[[bytes], str]) -> _Reader:
    def read(content: bytes, path: str, rulebook: Rulebook, ocr: Ocr) -> DocumentReading:  # noqa: ARG001
        return judging.reading(path, 1, [editable.sheet_of(text_of(content))], rulebook)

    return read


def _read_docx(content: bytes, path: str, rulebook: Rulebook, ocr: Ocr) -> DocumentReading:
    text = editable.docx_text(content)
    pasted = _pasted(editable.docx_scans(content), path, rulebook, ocr) if chinese(text) < _HARDLY_TEXT else None
    return pasted or judging.reading(path, 1, [editable.sheet_of(text)], rulebook)


def _read_odt(content: bytes, path: str, rulebook: Rulebook, ocr: Ocr) -> DocumentReading:
    text = editable.odt_text(content)
    pasted = _pasted(editable.odt_scans(content), path, rulebook, ocr) if chinese(text) < _HARDLY_TEXT else None
    return pasted or judging.reading(path, 1, [editable.sheet_of(text)], rulebook)


def _read_old_word(content: bytes, path: str, rulebook: Rulebook, ocr: Ocr) -> DocumentReading:
    document = word97.opened(content)
    if chinese(document.text) >= _HARDLY_TEXT:
        return judging.reading(path, 1, [editable.sheet_of(document.text)], rulebook)
    pasted = _pasted(document.scans, path, rulebook, ocr)
    if pasted is None and len(document.text.split()) < _HARDLY_TEXT:
        raise editable.EditableRefused(Problem.UNSUPPORTED, _OLD_WORD)
    return pasted or judging.reading(path, 1, [editable.sheet_of(document.text)], rulebook)


def _pasted(scans: Sequence[bytes], path: str, rulebook: Rulebook, ocr: Ocr) -> DocumentReading | None:
    """A scan that was pasted into Word is a scan."""
    for image in scans:
        try:
            reading = _read_pictures(image, path, rulebook, ocr)
        except pictures.PictureRefused:
            continue
        if reading.looks_like is not LooksLike.DECORATION:
            return dataclasses.replace(reading, why=f"Word 文档中的图片：{reading.why}")
    return None


def _read_pdf(content: bytes, path: str, rulebook: Rulebook, ocr: Ocr) -> DocumentReading:
    with pdf.opened(content) as document:
        pages = _Pages(len(document), document.sheet, document.picture)
        return judging.reading(path, len(document), _read(path, pages, rulebook, ocr), rulebook)


def _read_ofd(content: bytes, path: str, rulebook: Rulebook, ocr: Ocr) -> DocumentReading:
    with ofd.opened(content) as document:
        pages = _Pages(len(document), document.sheet, document.picture)
        return judging.reading(path, len(document), _read(path, pages, rulebook, ocr), rulebook)


def _read_pictures(content: bytes, path: str, rulebook: Rulebook, ocr: Ocr) -> DocumentReading:
    with pictures.opened(content) as frames:
        if frames.is_decoration:
            return DocumentReading(LooksLike.DECORATION, None, 1, "", None, "", "图片很小，是标志或装饰", path)
        pages = _Pages(len(frames), lambda _: None, frames.picture)
        return judging.reading(path, len(frames), _read(path, pages, rulebook, ocr), rulebook)


@dataclasses.dataclass(frozen=True, slots=True)
class _Pages:
    """A document's pages, counted from 0: text gives a sheet or None for a page to be read from its picture."""

    count: int
    text: Callable[[int], Sheet | None]
    picture: "Callable[[int, int], Picture]"  # page and longest side in pixels

    def wanted(self) -> list[int]:
        """The first pages, and the last: it may hold the signature."""
        return sorted({*range(min(self.count, _PAGES)), self.count - 1})


def _read(path: str, pages: _Pages, rulebook: Rulebook, ocr: Ocr) -> list[Sheet]:
    """As many pages as it takes to know the document, pictures sparingly: each costs about two CPU seconds."""
    sheets: list[Sheet] = []
    scanned = 0
    for number in pages.wanted():
        sheet = pages.text(number)
        if sheet is None:
            so_far = judging.judge(path, sheets, rulebook) if sheets else None
            last = number == pages.count - 1
            if scanned >= _SCANNED_PAGES + last or (so_far and not _is_wanted(pages, number, so_far, scanned)):
                continue
            look = scan.glance if so_far and so_far.is_complete else scan.read_picture
            sheet = look(pages.picture(number, _LONG_SIDE), ocr)
            scanned += 1
        sheets.append(dataclasses.replace(sheet, page=number + 1))
    return sheets


def _is_wanted(pages: _Pages, number: int, so_far: judging.Judged, scanned: int) -> bool:
    """Whether one more scanned page is worth its price: it may end the letter, or be one behind other papers."""
    if so_far.looks_like is LooksLike.LETTER:
        return not so_far.is_complete or scanned < _WITH_ANNEX
    if so_far.looks_like is LooksLike.OTHER and scanned < _OTHER_PAGES:
        return True
    look = pages.picture(number, _LOOK_SIDE)
    return not ruling.is_ruled(look) and (so_far.looks_like is LooksLike.FORM or bool(seal.find_seals(look).seals))


def page_picture(content: bytes, name: str, media_type: str, page: int, ocr: Ocr) -> "Picture | None":
    """A page (from 1) of a letter, upright as it was read, as its fields were placed; None without a picture."""
    reader = _reader(content, name.lower(), media_type.lower())
    try:
        if reader is _read_pdf:
            with pdf.opened(content) as document:
                return _shown(_Pages(len(document), document.sheet, document.picture), document.shown, page, ocr)
        if reader is _read_ofd:
            with ofd.opened(content) as printed:
                return _shown(_Pages(len(printed), printed.sheet, printed.picture), printed.picture, page, ocr)
        for image in _images_in(content, reader):
            with pictures.opened(image) as frames:
                if not frames.is_decoration:
                    return _shown(_Pages(len(frames), lambda _: None, frames.picture), frames.picture, page, ocr)
    except (*_REFUSALS, OcrFailed):
        pass
    return None


def _images_in(content: bytes, reader: object) -> Sequence[bytes]:
    """The file itself, or the scans that were pasted into Word."""
    if reader is _read_pictures:
        return [content]
    if reader is _read_docx:
        return editable.docx_scans(content)
    return word97.opened(content).scans if reader is _read_old_word else []


def _shown(pages: _Pages, typed: "Callable[[int, int], Picture]", page: int, ocr: Ocr) -> "Picture | None":
    """typed: the picture of a page that carries its text."""
    number = page - 1
    if not 0 <= number < pages.count:
        return None
    if pages.text(number) is not None:
        return typed(number, _LONG_SIDE)
    return upright.upright(pages.picture(number, _LONG_SIDE), ocr).picture
