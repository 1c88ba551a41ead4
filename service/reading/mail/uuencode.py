"""Files that lie uuencoded inside a text body, as old programs still send them."""

import re
from dataclasses import dataclass

from service.reading.charsets import decode
from service.reading.found import safe_name
from service.reading.mail.transfer import Decoded, from_uuencode

_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,300})\r?\n(?=[!-`][ -`]{4,}\r?\n)", re.MULTILINE)
_END = re.compile(rb"^end[ \t]*\r?$", re.MULTILINE)
_FILES = 50


@dataclass(frozen=True, slots=True)
class Uufile:
    name: str
    decoded: Decoded


def cut_out(body: bytes) -> tuple[bytes, tuple[Uufile, ...]]:
    """(the body without them, the files)."""
    if b"begin " not in body:
        return body, ()
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
