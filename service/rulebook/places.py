"""On which line a key of a TOML file stands. For files that parse: it finds places, it checks nothing.

Paths are as in the parsed file: ("rule", 3, "channel") is the channel of the fourth [[rule]].
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""(?P<skip>[ \t]+|\#[^\n]*)
      | (?P<newline>\n)
      | (?P<long>\"\"\"(?:[^\\]|\\.)*?\"{3,5} | '{3}.*?'{3,5})
      | (?P<text>"(?:[^"\\\n]|\\.)*" | '[^'\n]*')
      | (?P<mark>[\[\]{}=,.])
      | (?P<word>[^\s\[\]{}=,.\#"']+)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(slots=True)
class _Scanner:
    tokens: list[tuple[str, str, int]]
    at: int = 0
    places: dict[Path, int] = field(default_factory=dict)
    arrays: dict[Path, int] = field(default_factory=dict)

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def line(self) -> int:
        return self.tokens[min(self.at, len(self.tokens) - 1)][2] if self.tokens else 1

    def skip_newlines(self) -> None:
        while self.at < len(self.tokens) and self.peek() == "\n":
            self.at += 1

    def scan(self) -> None:
        base: Path = ()
        self.skip_newlines()
        while self.at < len(self.tokens):
            if self.peek() == "[":
                base = self._header()
            else:
                self._pair(base)
            while self.at < len(self.tokens) and self.peek() != "\n":
                self.at += 1
            self.skip_newlines()

    def _header(self) -> Path:
        line = self.line()
        self.at += 1
        is_array = self.peek() == "["
        self.at += is_array
        path: Path = ()
        parts = self._key()
        for part in parts[:-1]:
            path = (*path, part)
            if path in self.arrays:
                path = (*path, self.arrays[path] - 1)
        path = (*path, *parts[-1:])
        if is_array:
            self.arrays[path] = self.arrays.get(path, 0) + 1
            path = (*path, self.arrays[path] - 1)
        self.places.setdefault(path, line)
        return path

    def _key(self) -> list[str]:
        """The parts of a dotted key; stops at the mark after it."""
        parts: list[str] = []
        while self.at < len(self.tokens) and self.peek() not in ("=", "]", "\n"):
            if self.peek() != ".":
                written = self.peek()
                parts.append(written[1:-1] if written[0] in "\"'" else written)
            self.at += 1
        return parts

    def _pair(self, base: Path) -> None:
        line = self.line()
        path = (*base, *self._key())
        for length in range(len(base) + 1, len(path) + 1):
            self.places.setdefault(path[:length], line)
        self.at += 1
        self._value(path)

    def _value(self, path: Path) -> None:
        opening = self.peek()
        if opening == "[":
            self._members(path, "]", is_table=False)
        elif opening == "{":
            self._members(path, "}", is_table=True)
        else:
            while self.at < len(self.tokens) and self.peek() not in (",", "]", "}", "\n"):
                self.at += 1

    def _members(self, path: Path, closing: str, *, is_table: bool) -> None:
        self.at += 1
        index = 0
        while self.at < len(self.tokens):
            self.skip_newlines()
            if self.peek() == closing:
                self.at += 1
                return
            if self.peek() == ",":
                self.at += 1
                continue
            start = self.at
            if is_table:
                self._pair(path)
            else:
                self.places[(*path, index)] = self.line()
                self._value((*path, index))
                index += 1
            self.at = max(self.at, start + 1)


def places_of(text: str) -> Mapping[Path, int]:
    """The line, from 1, of every table, key and list member."""
    tokens: list[tuple[str, str, int]] = []
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "skip":
            tokens.append((match.lastgroup or "", match.group(), line))
        line += match.group().count("\n")
    scanner = _Scanner(tokens)
    scanner.scan()
    return scanner.places
