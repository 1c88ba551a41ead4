"""Files that lie uuencoded inside a text body, as old programs still send them.

Those in BinHex or yEnc are cut out as they stand, to be named: nobody is told that they are missing.
"""

import re
from dataclasses import dataclass

from service.reading.charsets import decode
from service.reading.found import safe_name
from service.reading.mail.transfer import Decoded, from_uuencode

_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,300})\r?\n(?=[!-`][ -`]{4,}\r?\n)", re.MULTILINE)
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
        return body[: old.start()], (Uufile(safe_name(decode(old[1] or b"")), Decoded(body[old.start() :])),)
    kept: list[bytes] = []
    files: list[Uufile] = []
    at = 0
    while len(files) < _FILES and (begin := _BEGIN.search(body, at)):
        end = _END.search(body, begin.end())
        stop = end.end() if end else len(body)
        kept.append(body[at : begin.start()])
        files.append(Uufile(safe_name(decode(begin[1])), from_uuencode(body[begin.start() : stop])))
        at = stop
    return b"".join([*kept, body[at:]]), tuple(files)
