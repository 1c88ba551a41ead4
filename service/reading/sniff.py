"""What a file is, by its content; the name only breaks ties between kinds of text.

Promises a media type for any bytes, bounded work, and never raises. "application/octet-stream" is: not known.
"""

import io
import re
import struct
import zipfile
import zlib

import olefile

from service.reading import foreign
from service.reading.charsets import decode
from service.reading.found import extension_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSM = "application/vnd.ms-excel.sheet.macroEnabled.12"
XLSB = "application/vnd.ms-excel.sheet.binary.macroEnabled.12"
XLS = "application/vnd.ms-excel"
XML_SPREADSHEET = "application/vnd.ms-excel+xml"  # Excel 2003 XML
ODS = "application/vnd.oasis.opendocument.spreadsheet"
CSV = "text/csv"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOCM = "application/vnd.ms-word.document.macroEnabled.12"
DOC = "application/msword"
ODT = "application/vnd.oasis.opendocument.text"
FLAT_ODS = "application/vnd.oasis.opendocument.spreadsheet-flat-xml"
FLAT_ODT = "application/vnd.oasis.opendocument.text-flat-xml"
RTF = "application/rtf"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PPT = "application/vnd.ms-powerpoint"
OFFICE_ENCRYPTED = "application/x-ole-encrypted-package"  # an OOXML file under a password
OFFICE_UNKNOWN = "application/x-ole-storage"
OFD = "application/ofd"
PDF = "application/pdf"
HTML = "text/html"
TEXT = "text/plain"
XML = "application/xml"
MHTML = "multipart/related"
MAIL = "message/rfc822"
OUTLOOK = "application/vnd.ms-outlook"
TNEF = "application/ms-tnef"
SIGNED = "application/pkcs7-mime"
PGP = "application/pgp-encrypted"
BINHEX = "application/mac-binhex40"
YENC = "application/x-yenc"
APPLE_SINGLE = "application/applefile"  # a file with what the Macintosh notes about it
APPLE_NOTES = "application/x-apple-double"  # the notes alone, beside the file
ZIP = "application/zip"
RAR = "application/vnd.rar"
SEVEN_ZIP = "application/x-7z-compressed"
TAR = "application/x-tar"
GZIP = "application/gzip"
BZIP2 = "application/x-bzip2"
XZ = "application/x-xz"
LZMA = "application/x-lzma"
ZSTD = "application/zstd"
COMPRESS = "application/x-compress"
LZIP = "application/x-lzip"
LZ4 = "application/x-lz4"
CPIO = "application/x-cpio"
CAB = "application/vnd.ms-cab-compressed"
LHA = "application/x-lzh-compressed"
ARJ = "application/x-arj"
ISO = "application/x-iso9660-image"
EMPTY = "application/x-empty"
UNKNOWN = "application/octet-stream"

EXTENSIONS = {
    XLSX: "xlsx", XLSM: "xlsm", XLSB: "xlsb", XLS: "xls", XML_SPREADSHEET: "xml", ODS: "ods", CSV: "csv", DOCX: "docx",
    FLAT_ODS: "fods", FLAT_ODT: "fodt",
    DOCM: "docm", DOC: "doc", ODT: "odt", RTF: "rtf", PPTX: "pptx", PPT: "ppt", OFD: "ofd", PDF: "pdf", HTML: "html",
    TEXT: "txt", XML: "xml", MAIL: "eml", OUTLOOK: "msg", TNEF: "dat", SIGNED: "p7m", ZIP: "zip",
    RAR: "rar", SEVEN_ZIP: "7z", TAR: "tar", GZIP: "gz", CAB: "cab", LHA: "lzh", ARJ: "arj", ISO: "iso",
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif",
    "image/bmp": "bmp", "image/tiff": "tif", "image/webp": "webp", "image/heic": "heic", "image/avif": "avif",
    "image/svg+xml": "svg", "image/wmf": "wmf", "image/emf": "emf",
    **{kind.media_type: kind.extension for kind in foreign.KINDS.values()},
}  # fmt: skip

_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"), (b"II*\0", "image/tiff"), (b"MM\0*", "image/tiff"), (b"II+\0", "image/tiff"),
    (b"%PDF-", PDF), (b"{\\rtf", RTF), (b"Rar!\x1a\x07", RAR), (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (b"\x1f\x8b", GZIP), (b"BZh", BZIP2), (b"\xfd7zXZ\0", XZ), (b"\x78\x9f\x3e\x22", TNEF),
    (b"(This file must be converted with BinHex", BINHEX), (b"=ybegin ", YENC),
    (b"-----BEGIN PGP MESSAGE-----", PGP),
    (b"\0\5\x16\0\0", APPLE_SINGLE), (b"\0\5\x16\7\0", APPLE_NOTES),
    (b"\xd7\xcd\xc6\x9a", "image/wmf"), (b"\0\0\x01\0", "image/x-icon"), (b"MSCF\0\0\0\0", CAB),
    (b"\x28\xb5\x2f\xfd", ZSTD), (b"\x1f\x9d", COMPRESS), (b"LZIP\x01", LZIP), (b"\x04\x22\x4d\x18", LZ4),
    (b"070701", CPIO), (b"070702", CPIO), (b"070707", CPIO), (b"\xc7\x71", CPIO), (b"\x71\xc7", CPIO),
)  # fmt: skip
_HEIF_BRANDS = {
    b"heic": "image/heic", b"heix": "image/heic", b"heim": "image/heic", b"heis": "image/heic", b"hevc": "image/heic",
    b"hevx": "image/heic", b"mif1": "image/heic", b"msf1": "image/heic", b"avif": "image/avif", b"avis": "image/avif",
}  # fmt: skip
_MAIN_PARTS = (
    (b"sheet.binary.macroEnabled.main", XLSB),
    (b"application/vnd.ms-excel.sheet.macroEnabled.main", XLSM),
    (b"application/vnd.ms-excel.template.macroEnabled.main", XLSM),
    (b"spreadsheetml.sheet.main", XLSX),
    (b"spreadsheetml.template.main", XLSX),
    (b"application/vnd.ms-word.document.macroEnabled.main", DOCM),
    (b"wordprocessingml.document.main", DOCX),
    (b"wordprocessingml.template.main", DOCX),
    (b"presentationml.", PPTX),
)
_OLE_STREAMS = (
    ("EncryptedPackage", OFFICE_ENCRYPTED), ("Workbook", XLS), ("Book", XLS), ("WordDocument", DOC),
    ("PowerPoint Document", PPT), ("__properties_version1.0", OUTLOOK),
)  # fmt: skip
_OFFICE_ENTRIES = (b"docProps/", b"_rels/.rels", b"xl/", b"word/")
"""What an office package may begin with: not every writer puts [Content_Types].xml first."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TYPES_PART = 1024 * 1024
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ZIP_END = 22 + 0xFFFF  # the end record with the longest comment
_ZIP_FAULTS = (
    zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, struct.error,
)  # fmt: skip
_EARLY_WORKBOOKS = frozenset({b"\x09\0\x04\0", b"\x09\x02\x06\0", b"\x09\x04\x06\0"})
BEGINNINGS = {RAR: b"Rar!\x1a\x07", SEVEN_ZIP: b"7z\xbc\xaf\x27\x1c"}
_PROGRAM_BYTES = 1 << 20  # the program before its archive
_LHA = re.compile(rb"-l[hz][0-9dsx]-")
_ISO_AT = 32769  # the first volume descriptor (ECMA-119 6.2.1)
_HEAD = 4096
_MAIL_FIELD = re.compile(
    rb"^(?:From|To|Subject|Date|Received|Return-Path|Delivered-To|Message-ID|MIME-Version|Content-Type|X-[\w-]{1,60})"
    rb"[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_FIELDS = re.compile(rb"(?:From [^\n]*\n)?(?:(?:[\x21-\x39\x3b-\x7e]{1,80}:|[ \t])[^\n]*(?:\n|\Z))+")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta)\b", re.IGNORECASE)
_FLAT = re.compile(rb"(?:<\?xml[^>]*>\s*)?<office:document\s")
_FLAT_HEAD = 1 << 14  # its first element declares some forty namespaces
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def media_type(content: bytes, name: str = "") -> str:
    """The media type of a file. The name is a hint between kinds of text only."""
    if not content:
        return EMPTY
    for start, kind in (*_STARTS, *foreign.STARTS):
        if content.startswith(start):
            return kind
    kind = _structured(content) or _textual(content, extension_of(name)) or _unpacks_itself(content) or UNKNOWN
    return foreign.by_name(kind, extension_of(name))


def _structured(content: bytes) -> str | None:
    if content.startswith(_OLE):
        return _ole(content)
    if content[4:8] == b"ftyp":
        return _heif(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    if content.startswith(b"BM") and content[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if content[257:262] == b"ustar" or _is_old_tar(content):
        return TAR
    if content.startswith(b"\x5d\0\0") and content[5:13] in (b"\xff" * 8, content[5:10] + b"\0\0\0"):
        return LZMA
    if is_early_workbook(content):
        return XLS
    if _LHA.match(content, 2):
        return LHA
    if content.startswith(b"\x60\xea") and 30 <= int.from_bytes(content[2:4], "little") <= 2600:
        return ARJ
    if content[_ISO_AT : _ISO_AT + 5] == b"CD001":
        return ISO
    if content[40:44] == b" EMF":
        return "image/emf"
    if content.startswith(_ZIP_STARTS):
        return _zip(content)
    if content.startswith(b"0") and b"\x2a\x86\x48\x86\xf7\x0d\x01\x07" in content[:32]:
        return SIGNED
    if b"%PDF-" in content[:1024]:
        return PDF
    return _zip(content) if is_zip(content) else None


def is_zip(content: bytes) -> bool:
    """Whether it is a zip archive, by its beginning, or by its end where something was put before it."""
    if content.startswith(_ZIP_STARTS):
        return True
    if b"PK\x05\x06" not in content[-_ZIP_END:]:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return bool(archive.namelist())
    except _ZIP_FAULTS:
        return False


def _unpacks_itself(content: bytes) -> str | None:
    """The kind of the archive that a program carries behind itself; a zip is found by its end."""
    return next((kind for kind in BEGINNINGS if archive_start(content, kind) >= 0), None)


def archive_start(content: bytes, kind: str) -> int:
    """Where an archive begins that may have a program before it; -1 where there is none."""
    return content.find(BEGINNINGS[kind], 0, _PROGRAM_BYTES)


def is_early_workbook(content: bytes) -> bool:
    """Whether it is a workbook of Excel 2 to 4, which began with its first record, without OLE2 around it."""
    return content[:4] in _EARLY_WORKBOOKS and content[6:8] in (b"\x10\0", b"\0\1")


def _is_old_tar(content: bytes) -> bool:
    """A tar of before POSIX bears no mark, only the check sum of its first header."""
    told = content[148:156].strip(b" \0")
    if not told or told.strip(b"01234567") or not content[:1].strip(b"\0"):
        return False
    return int(told, 8) == sum(content[:148]) + 8 * 32 + sum(content[156:512])


def _heif(content: bytes) -> str:
    brands = [content[8:12], *(content[at : at + 4] for at in range(16, min(len(content), 48), 4))]
    return next((_HEIF_BRANDS[brand] for brand in brands if brand in _HEIF_BRANDS), "video/mp4")


def _ole(content: bytes) -> str:
    """The kind of an OLE2 file by its stream names; a damaged one by the names that still stand in its bytes."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            names = {entry[0].lower() for entry in ole.listdir(streams=True, storages=True)}
    except Exception:  # olefile raises OSError, IndexError, struct.error and its own on damage
        return _damaged_ole(content)
    known = (*_OLE_STREAMS, *foreign.STREAMS)
    return next((kind for stream, kind in known if stream.lower() in names), OFFICE_UNKNOWN)


def _damaged_ole(content: bytes) -> str:
    return next((kind for stream, kind in _OLE_STREAMS if stream.encode("utf-16-le") in content), OFFICE_UNKNOWN)


def _zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {name.replace("\\", "/").lower(): name for name in archive.namelist()[:5000]}
            if other := next((kind for part, kind in foreign.PARTS if part in names), None):
                return other
            if types := names.get("[content_types].xml"):
                with archive.open(types) as part:
                    return _ooxml(part.read(_TYPES_PART)) or _ooxml_by_folder(content) or ZIP
            if "ofd.xml" in names:
                return OFD
            if "mimetype" in names:
                with archive.open(names["mimetype"]) as part:
                    return _opendocument(part.read(200)) or ZIP
    except _ZIP_FAULTS:
        return _damaged_zip(content)
    return ZIP


def _ooxml(types: bytes) -> str | None:
    return next((kind for mark, kind in _MAIN_PARTS if mark in types), None)


def _ooxml_by_folder(content: bytes) -> str | None:
    folders = ((b"xl/", XLSX), (b"word/", DOCX), (b"ppt/", PPTX))
    return next((kind for folder, kind in folders if folder + b"_rels/" in content or folder in content[:_HEAD]), None)


def _opendocument(declared: bytes) -> str | None:
    kind = declared.decode("ascii", "replace").strip()
    if kind in foreign.MIMETYPES:
        return kind
    return kind.removesuffix("-template") if kind.startswith("application/vnd.oasis.opendocument.") else None


def _damaged_zip(content: bytes) -> str:
    """A zip without a readable directory: its first local entries still tell what it was meant to be."""
    if b"[Content_Types].xml" in content or content[30:].startswith(_OFFICE_ENTRIES):
        return _ooxml_by_folder(content) or ZIP
    if content[30:38] == b"mimetype":
        return _opendocument(content[38:90].split(b"PK")[0]) or ZIP
    return OFD if content[30:37] == b"OFD.xml" else ZIP


def _textual(content: bytes, extension: str) -> str | None:
    head = content[:_HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = decode(head[: len(head) // 2 * 2]).encode("utf-8", "replace")
    elif _CONTROL.search(head):
        return None
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if _is_mail(text):
        return MHTML if extension in {"mht", "mhtml", "doc", "xls"} else MAIL
    if _FLAT.match(text):
        return FLAT_ODS if ODS.encode() in content[:_FLAT_HEAD] else FLAT_ODT
    return _marked_up(text) or (CSV if extension in {"csv", "tsv", "xls", "xlsx", "et"} else TEXT)


def _is_mail(text: bytes) -> bool:
    """At least two fields of a mail in an unbroken block at the very beginning."""
    if text[:6].upper() == b"BEGIN:":  # of a calendar or a card, in which X- fields are usual
        return False
    block = _FIELDS.match(text.replace(b"\r\n", b"\n"))
    return block is not None and len(_MAIL_FIELD.findall(block[0])) >= 2


def _marked_up(text: bytes) -> str | None:
    lower = text[:_HEAD].lower()
    if lower.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in lower:
        return XML_SPREADSHEET
    if b"<svg" in lower[:1000]:
        return "image/svg+xml"
    if _HTML.search(lower):
        return HTML
    return XML if lower.startswith(b"<?xml") else None


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, GIF, BMP or JPEG from its header; None for others and for damage."""
    try:
        if content.startswith(b"\x89PNG"):
            return struct.unpack(">II", content[16:24])
        if content.startswith(b"GIF8"):
            return struct.unpack("<HH", content[6:10])
        if content.startswith(b"BM"):
            width, height = struct.unpack("<ii", content[18:26])
            return abs(width), abs(height)
        return _jpeg_size(content) if content.startswith(b"\xff\xd8") else None
    except struct.error:
        return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height from the first frame header (ITU T.81 annex B)."""
    at = 2
    for _ in range(400):
        if content[at : at + 1] != b"\xff":
            return None
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        else:
            at += 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
        if at + 2 > len(content):
            return None
    return None
