"""Office files and PDFs under a password that the mail states, or under the one that Excel gives by itself.

Only what its sender has told is tried; what does not open stays as it is, named as locked by its reader.
"""

import io
from collections.abc import Sequence
from typing import Final

import olefile

from service.reading import sniff

LOCKABLE: Final = frozenset({sniff.OFFICE_ENCRYPTED, sniff.XLS, sniff.DOC, sniff.PDF})
_BY_ITSELF: Final = "VelvetSweatshop"  # of workbooks whose structure alone is protected ([MS-OFFCRYPTO] 2.1.4)
_CHECK: Final = {"verify_password": True}  # the older formats check by themselves
_LARGEST: Final = 64 << 20  # bytes of an unlocked file
_FIRST_RECORDS: Final = 20
_FILE_PASS: Final = 0x2F  # [MS-XLS] 2.4.117
_DOC_FLAGS_AT, _DOC_ENCRYPTED = 0x0A, 0x01  # [MS-DOC] 2.5.2, second byte of the flags


def unlocked(content: bytes, kind: str, passwords: Sequence[str]) -> bytes | None:
    """The file without its password; None where it has none, or none that is known. Never raises."""
    if kind == sniff.PDF:
        return _pdf(content, passwords) if passwords and b"/Encrypt" in content else None
    return _office(content, (_BY_ITSELF, *passwords)) if _is_locked(content, kind) else None


def _is_locked(content: bytes, kind: str) -> bool:
    if kind == sniff.OFFICE_ENCRYPTED:
        return True
    if kind not in {sniff.XLS, sniff.DOC}:
        return False
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            if kind == sniff.DOC:
                return bool(ole.openstream("WordDocument").read(12)[_DOC_FLAGS_AT + 1] & _DOC_ENCRYPTED)
            return _has_file_pass(ole.openstream("Workbook").read(4096))
    except Exception:  # olefile raises many kinds on damage, which the readers will name
        return False


def _has_file_pass(stream: bytes) -> bool:
    at = 0
    for _ in range(_FIRST_RECORDS):
        if stream[at : at + 2] == _FILE_PASS.to_bytes(2, "little"):
            return True
        at += 4 + int.from_bytes(stream[at + 2 : at + 4], "little")
    return False


def _office(content: bytes, passwords: Sequence[str]) -> bytes | None:
    import msoffcrypto

    for password in passwords:
        out = io.BytesIO()
        try:
            file = msoffcrypto.OfficeFile(io.BytesIO(content))
            file.load_key(password=password, **_CHECK if file.format == "ooxml" else {})
            file.decrypt(out)
        except Exception:  # a wrong password and a broken file fail in ways that differ with the format
            continue
        if 0 < out.tell() <= _LARGEST:
            return out.getvalue()
    return None


def _pdf(content: bytes, passwords: Sequence[str]) -> bytes | None:
    import pypdfium2

    for password in passwords:
        try:
            with pypdfium2.PdfDocument(content, password=password) as document:
                out = io.BytesIO()
                document.save(out, flags=pypdfium2.raw.FPDF_REMOVE_SECURITY)
                return out.getvalue()
        except (pypdfium2.PdfiumError, OSError, ValueError):
            continue
    return None
