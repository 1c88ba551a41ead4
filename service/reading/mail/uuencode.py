"""Files that lie inside a text body in the codes that old programs still send: uuencode, xxencode, BinHex, yEnc.

One in BinHex or yEnc that is not whole is cut out as it stands, to be named: nobody is told that it is missing.
"""

import re
from dataclasses import dataclass

from service.reading.charsets import decode
from service.reading.found import safe_name
from service.reading.mail.oldcodes import from_old_code
from service.reading.mail.transfer import Decoded, from_uuencode, is_xx

_BEGIN = re.compile(rb"^begin [0-7]{3,4}(?:[ \t]+([^\r\n]{1,300}))?\r?\n(?=([!-z][ -z]{4,79})\r?\n)", re.MULTILINE)
_UU_LINE = re.compile(rb"[!-`][ -`]{4,}")
_END = re.compile(rb"^end[ \t]*\r?$", re.MULTILINE)
_OLD_CODE = re.compile(
    rb"^(?:=ybegin [^\r\n]{0,300}?name=([^\r\n]{1,300})|\(This file must be converted with BinHex[^\r\n]*)\r?$",
    re.MULTILINE,
)
_FILES = 50


@dataclass(frozen=True, slots=True)
class Uufile:
    name: str
    decoded: Decoded


def cut_out(body: bytes) -> tuple[bytes, tuple[Uufile, ...]]:
    """(the body without them, the files)."""
    if b"begin " not in body and b"BinHex" not in body:
        return body, ()
    if old := _OLD_CODE.search(body):
        return _old_codes(body, old)
    kept: list[bytes] = []
    files: list[Uufile] = []
    at = 0
    while len(files) < _FILES and (begin := _next_begin(body, at)):
        end = _END.search(body, begin.end())
        stop = end.end() if end else len(body)
        kept.append(body[at : begin.start()])
        files.append(Uufile(safe_name(decode(begin[1] or b"")), from_uuencode(body[begin.start() : stop])))
        at = stop
    return b"".join([*kept, body[at:]]), tuple(files)


def _next_begin(body: bytes, at: int) -> re.Match[bytes] | None:
    """The next line that begins a file: what follows it is a line of code."""
    return next((found for found in _BEGIN.finditer(body, at) if _is_code(found[2], is_named=bool(found[1]))), None)


def _is_code(line: bytes, *, is_named: bool) -> bool:
    if is_xx(line) or not _UU_LINE.fullmatch(line):
        return is_xx(line)
    return is_named or len(line.rstrip()) == 1 + (line[0] - 30) // 3 * 4  # without a name it must be as long as it says


def _old_codes(body: bytes, found: re.Match[bytes] | None) -> tuple[bytes, tuple[Uufile, ...]]:
    kept: list[bytes] = []
    files: list[Uufile] = []
    at = 0
    while found is not None and len(files) < _FILES:
        kept.append(body[at : found.start()])
        coded = body[found.start() :]
        whole = from_old_code(coded)
        if whole is None:
            return b"".join(kept), (*files, Uufile(safe_name(decode(found[1] or b"")), Decoded(coded)))
        files.append(Uufile(whole.name, Decoded(whole.content)))
        at = found.start() + whole.end
        found = _OLD_CODE.search(body, at)
    return b"".join([*kept, body[at:]]), tuple(files)
