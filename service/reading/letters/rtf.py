"""The plain text of an RTF document (RTF 1.9.1): text, \\'xx bytes in its code page, \\uN, and line breaks."""

import codecs
import re
from collections.abc import Iterator

_LARGEST = 20_000_000  # bytes looked at
_CHARACTERS = 400_000  # of the text: a letter has two thousand
_TOKEN = re.compile(
    rb"\\u(?P<unicode>-?\d{1,6}) ?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<word>[a-zA-Z]{1,32})(?:-?\d{1,10})? ?"
    rb"|\\(?P<sign>[^a-zA-Z'])|(?P<open>\{)|(?P<close>\})|(?P<text>[^\\{}\r\n]+)"
)
_BREAKS = {b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n", b"cell": "\n", b"tab": "\t"}
_UNSEEN = frozenset((b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"themedata", b"object", b"listtable"))
_SIGNS = {b"~": " ", b"\\": "\\", b"{": "{", b"}": "}"}


def rtf_text(content: bytes) -> str:
    """What the document says, a line a paragraph; hidden destinations are left out."""
    shown: list[str] = []
    room = _CHARACTERS
    for piece in _Reader(content[:_LARGEST]).pieces():
        shown.append(piece)
        room -= len(piece)
        if room <= 0:
            break
    return "".join(shown)


class _Reader:
    """Walks the tokens once; bytes of the code page wait until a character is whole."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._charset = _charset(content)
        self._waiting = bytearray()
        self._unseen = [False]  # one a group: is its text shown?
        self._fallback = False  # the next character only stands in for the \uN before it

    def pieces(self) -> Iterator[str]:
        for token in _TOKEN.finditer(self._content):
            if token.lastgroup != "byte":
                yield self._waited()
            if token.lastgroup in ("open", "close"):
                self._group(token.lastgroup)
            elif token["word"] in _UNSEEN or token["sign"] == b"*":
                self._unseen[-1] = True
            elif not self._unseen[-1]:
                yield self._shown(token)
        yield self._waited()

    def _group(self, kind: str) -> None:
        self._fallback = False
        if kind == "open":
            self._unseen.append(self._unseen[-1])
        elif len(self._unseen) > 1:
            self._unseen.pop()

    def _shown(self, token: re.Match[bytes]) -> str:
        fallback, self._fallback = self._fallback, token.lastgroup == "unicode"
        match token.lastgroup:
            case "unicode":
                return chr(int(token["unicode"]) & 0xFFFF)
            case "byte":
                if not fallback:
                    self._waiting.append(int(token["byte"], 16))
            case "word":
                return _BREAKS.get(token["word"], "")
            case "sign":
                return _SIGNS.get(token["sign"], "")
            case "text":
                return self._decoded(token["text"][1:] if fallback else token["text"])
        return ""

    def _waited(self) -> str:
        text = self._decoded(bytes(self._waiting))
        self._waiting.clear()
        return text

    def _decoded(self, raw: bytes) -> str:
        return raw.decode(self._charset, "replace")


def _charset(content: bytes) -> str:
    page = re.search(rb"\\ansicpg(\d{3,5})", content[:4096])
    name = f"cp{page[1].decode()}" if page else "cp936"
    try:
        codecs.lookup(name)
    except LookupError:
        return "gb18030"
    return "gb18030" if name == "cp936" else name
