"""Kinds of files by their content."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from service.reading import sniff
from tests.reading.containers.archives import zipped


def a_workbook() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def ole(stream: str) -> bytes:
    """The first sector of an OLE2 file that is damaged behind its directory."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + stream.encode("utf-16-le") + b"\0" * 100


MACRO_TYPES = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
WORD_TYPES = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"

KINDS = {
    "xlsx": (a_workbook(), "a.xls", sniff.XLSX),
    "xlsx_cut_off": (a_workbook()[:-300], "a.xlsx", sniff.XLSX),
    "xlsm": (zipped({"[Content_Types].xml": MACRO_TYPES}), "a.xlsx", sniff.XLSM),
    "docx": (zipped({"[Content_Types].xml": WORD_TYPES}), "a.doc", sniff.DOCX),
    "ods": (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "a.ods", sniff.ODS),
    "ofd": (zipped({"OFD.xml": b"<x/>", "Doc_0/Document.xml": b""}), "a.ofd", sniff.OFD),
    "zip": (zipped({"a.xlsx": b"x"}), "a.zip", sniff.ZIP),
    "xls": (ole("Workbook"), "a.et", sniff.XLS),
    "doc": (ole("WordDocument"), "a.wps", sniff.DOC),
    "encrypted_office": (ole("EncryptedPackage"), "a.xlsx", sniff.OFFICE_ENCRYPTED),
    "msg": (ole("__properties_version1.0"), "a.msg", sniff.OUTLOOK),
    "pdf": (b"%PDF-1.7\n", "a.jpg", sniff.PDF),
    "pdf_behind_junk": (b"\r\njunk\r\n%PDF-1.4\n", "a.pdf", sniff.PDF),
    "jpeg": (b"\xff\xd8\xff\xe0" + b"\0" * 20, "a.pdf", "image/jpeg"),
    "png": (b"\x89PNG\r\n\x1a\n", "a.jpg", "image/png"),
    "tiff": (b"II*\0" + b"\0" * 8, "a", "image/tiff"),
    "heic": (b"\0\0\0\x18ftypmif1\0\0\0\0heicmif1", "a.jpg", "image/heic"),
    "webp": (b"RIFF\0\0\0\0WEBPVP8 ", "a.jpg", "image/webp"),
    "html_as_xls": (b"<html><table><tr><td>1</td></tr></table>", "a.xls", sniff.HTML),
    "flat_spreadsheet": (b'<?xml version="1.0"?>\n\n<office:document xmlns:office="urn:oasis" xmlns:xhtml="<html" office:mimetype="application/vnd.oasis.opendocument.spreadsheet">', "a.xml", sniff.FLAT_ODS),
    "flat_text": (b'<office:document office:mimetype="application/vnd.oasis.opendocument.text">', "a.fodt", sniff.FLAT_ODT),
    "xml_spreadsheet": (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "a.xls", sniff.XML_SPREADSHEET),
    "csv_by_name": ("单位,城市\n".encode("gbk"), "a.csv", sniff.CSV),
    "csv_as_xls": ("单位\t城市\n".encode("gbk"), "a.xls", sniff.CSV),
    "text": ("请查收\n".encode(), "a.txt", sniff.TEXT),
    "text_utf16": ("请查收\n".encode("utf-16"), "a.txt", sniff.TEXT),
    "rtf": (b"{\\rtf1 x}", "a.doc", sniff.RTF),
    "eml": (b"Received: x\r\nFrom: a\r\nSubject: b\r\n\r\nc", "a.txt", sniff.MAIL),
    "mhtml_as_doc": (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n", "a.doc", sniff.MHTML),
    "a_text_that_begins_like_a_field": ("Subject: 函\n正文".encode(), "a.txt", sniff.TEXT),
    "rar": (b"Rar!\x1a\x07\0", "a.zip", sniff.RAR),
    "seven_zip": (b"7z\xbc\xaf\x27\x1c", "a.zip", sniff.SEVEN_ZIP),
    "nothing": (b"", "a.xlsx", sniff.EMPTY),
    "noise": (b"\x01\x02\x03\x04", "a.xlsx", sniff.UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize(("content", "name", "kind"), KINDS.values(), ids=KINDS.keys())
def test_the_content_tells_the_kind_whatever_the_name_says(content: bytes, name: str, kind: str) -> None:
    assert sniff.media_type(content, name) == kind


@given(st.binary(max_size=300), st.sampled_from([c[:12] for c, _, _ in KINDS.values()]))
def test_no_bytes_defeat_the_sniffer(raw: bytes, start: bytes) -> None:
    sniff.media_type(start + raw, "a.xlsx")
    sniff.picture_size(start + raw)


def test_a_pictures_size_is_read_from_its_header() -> None:
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 1240, 1754) + zlib.compress(b"")
    jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc2\0\x0b\x08" + struct.pack(">HH", 1754, 1240)

    assert [sniff.picture_size(c) for c in (png, jpeg, b"GIF89a\x10\0\x20\0", b"%PDF")] == [
        (1240, 1754), (1240, 1754), (16, 32), None,
    ]  # fmt: skip
