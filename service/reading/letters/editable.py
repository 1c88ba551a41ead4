"""The text of letters that came as documents to edit: .docx, .odt, .html, .txt. Nothing in them is run or fetched."""

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser

from service.domain.submission import LetterSource, Problem
from service.reading.letters.model import Line, Sheet

_PART_BYTES = 20_000_000  # of one part of a .docx, unpacked
_TEXT_CHARACTERS = 200_000
_LINES = 2000
_W = (  # the usual name, and that of "strict" documents (ECMA-376, ISO 29500)
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
_PARTS = re.compile(r"word/(?:header\d*|document|footer\d*)\.xml")
_SCANS = re.compile(r"word/media/[^/]+\.(?:jpe?g|png|tiff?|bmp)", re.IGNORECASE)
_ODT_SCANS = re.compile(r"Pictures/[^/]+\.(?:jpe?g|png|tiff?|bmp)", re.IGNORECASE)
_SCAN_BYTES = 30_000  # less is a logo
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "tr",
        "table",
        "br",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "section",
        "article",
        "title",
    ]
)


class EditableRefused(Exception):
    """The document cannot be opened. problem tells why."""

    def __init__(self, problem: Problem, note: str) -> None:
        super().__init__(note)
        self.problem = problem
        self.note = note


def sheet_of(text: str) -> Sheet:
    """A text as one sheet without places."""
    lines = (line.strip() for line in text[:_TEXT_CHARACTERS].splitlines())
    return Sheet(tuple(Line(line) for line in lines if line)[:_LINES], LetterSource.EDITABLE)


def docx_text(content: bytes) -> str:
    """Paragraphs of headers, body and footers, one a line; deleted text is left out. Raises EditableRefused."""
    with _docx(content) as package:
        names = sorted(name for name in package.namelist() if _PARTS.fullmatch(name))
        order = {"header": 0, "docume": 1, "footer": 2}
        names.sort(key=lambda name: order[name[5:11]])
        return "\n".join(line for name in names[:20] for line in _paragraphs(_part(package, name)))


def docx_scans(content: bytes) -> list[bytes]:
    """Pictures in a .docx that are large enough to be a scanned page, in the order of their names, at most four."""
    with _docx(content) as package:
        return _scans(package, _SCANS)


def _scans(package: zipfile.ZipFile, pattern: re.Pattern[str]) -> list[bytes]:
    names = [info.filename for info in package.infolist() if pattern.fullmatch(info.filename)]
    large = [name for name in names if _SCAN_BYTES <= package.getinfo(name).file_size <= _PART_BYTES]
    return [_part(package, name) for name in sorted(large, key=_numbered)[:4]]


def odt_text(content: bytes) -> str:
    """Paragraphs and headings of an OpenDocument text, one a line. Raises EditableRefused."""
    from lxml import etree

    with _docx(content) as package:
        safe = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
        root = etree.fromstring(_part(package, "content.xml"), safe)
    lines = () if root is None else root.iter("{*}p", "{*}h")
    return "\n".join("".join(map(str, line.itertext())) for line in lines)


def odt_scans(content: bytes) -> list[bytes]:
    """As `docx_scans`, of an OpenDocument text."""
    with _docx(content) as package:
        return _scans(package, _ODT_SCANS)


def plain_text(content: bytes) -> str:
    """Text in UTF-8, UTF-16 with a mark, or GB 18030."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def html_text(content: bytes) -> str:
    """What a browser would show, block by block."""
    source = _html_source(content)[: 10 * _TEXT_CHARACTERS]
    reader = _Shown()
    try:
        reader.feed(source)
        reader.close()
    except AssertionError:  # how html.parser refuses a marked section that it does not know
        return re.sub(r"<[^>]{0,2000}>", "\n", source)
    return "".join(reader.parts)


def _docx(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError):
        raise EditableRefused(Problem.DAMAGED, "Word 文档不完整或已损坏，请重新保存后发送") from None


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    try:
        with package.open(name) as part:
            content = part.read(_PART_BYTES + 1)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, RuntimeError, NotImplementedError, EOFError, zlib.error):
        raise EditableRefused(Problem.DAMAGED, "Word 文档不完整或已损坏，请重新保存后发送") from None
    if len(content) > _PART_BYTES:
        raise EditableRefused(Problem.REFUSED, "Word 文档内容过大，请精简后重新发送")
    return content


def _paragraphs(xml: bytes) -> Iterator[str]:
    from lxml import etree

    safe = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    root = etree.fromstring(xml, safe)
    if root is None:
        return
    for space in _W:
        for paragraph in root.iter(f"{space}p"):
            yield "".join(_runs(paragraph, space))


def _runs(paragraph: object, space: str) -> Iterator[str]:
    for node in paragraph.iter(f"{space}t", f"{space}tab", f"{space}br", f"{space}cr"):  # type: ignore[attr-defined]
        if next(node.iterancestors(f"{space}p")) is not paragraph:
            continue  # of a text box inside: it comes as a paragraph of its own
        yield (node.text or "") if node.tag == f"{space}t" else "\t" if node.tag == f"{space}tab" else "\n"


def _numbered(name: str) -> tuple[int, str]:
    number = re.search(r"(\d+)\.\w+$", name)
    return (int(number[1]) if number else 0, name)


class _Shown(HTMLParser):
    """Collects the text that a browser would show."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in ("script", "style", "head"):
            self._hidden += 1
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "head"):
            self._hidden = max(0, self._hidden - 1)
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def _html_source(content: bytes) -> str:
    declared = re.search(rb"charset\s*=\s*[\"']?([\w-]{2,20})", content[:2048])
    if declared and b"gb" in declared[1].lower():
        return content.decode("gb18030", "replace")
    return plain_text(content)
