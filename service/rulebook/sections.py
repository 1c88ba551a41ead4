"""Typed, place-keeping access to a TOML file: every wrong or unknown key becomes a problem that names its line."""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from service.rulebook.places import Path, places_of
from service.rulebook.problems import Problems, did_you_mean, shorten
from service.rulebook.syntax import name_of_syntax_error

_Kind = TypeVar("_Kind", bound=StrEnum)
_UNSEEN = ("Cc", "Cf", "Zl", "Zp")


class Document:
    """A TOML file that parses, with the lines of its keys."""

    def __init__(self, name: str, text: str, data: Mapping[str, Any], problems: Problems) -> None:
        self.name = name
        self.data = data
        self.problems = problems
        self._text = text

    @cached_property
    def _places(self) -> Mapping[Path, int]:
        return places_of(self._text)

    def line_of(self, path: Path) -> int:
        """The line of a key, else of the nearest table around it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._places:
                return self._places[path[:length]]
        return 1

    def root(self) -> "Section":
        return Section(self, (), self.data)


def parse(name: str, text: str | None, problems: Problems) -> Document | None:
    """The document, None when it does not parse (then a problem says where)."""
    if text is None:
        return None
    try:
        return Document(name, text, tomllib.loads(text), problems)
    except tomllib.TOMLDecodeError as error:
        line, seen, todo = name_of_syntax_error(str(error), text)
        problems.add(f"{name} 第{line}行", seen, todo)
    except (ValueError, RecursionError):  # a date like 2020-02-31, an integer of 5,000 digits, endless nesting
        problems.add(name, "有不能成立的日期、数字或层数过多的括号", "请检查最近改过的地方")
    return None


@dataclass(slots=True)
class Section:
    """A table of a document. Ask for keys by their kind, then `close()`: what was never asked for is unknown."""

    document: Document
    path: Path
    values: Mapping[str, Any]
    asked: set[str] = field(default_factory=set)

    @property
    def line(self) -> int:
        return self.document.line_of(self.path)

    def problem(self, key: str, seen: str, todo: str, member: str | None = None) -> None:
        """Report a key, or one member of its list, on the line where that stands."""
        values = self.values.get(key)
        path: Path = (*self.path, key)
        if member is not None and isinstance(values, list) and member in values:
            path = (*path, values.index(member))
        line = self.document.line_of(path)
        self.document.problems.add(f"{self.document.name} 第{line}行，{key}", seen, todo)

    def has(self, key: str) -> bool:
        return key in self.values

    def ask(self, key: str) -> Any:
        """The bare value, None when absent."""
        self.asked.add(key)
        return self.values.get(key)

    def close(self) -> None:
        """Report every key that nobody asked for."""
        for key in self.values:
            if key not in self.asked:
                self.problem(key, f"不认识“{shorten(key)}”", did_you_mean(key, sorted(self.asked)))

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        value = self._typed(key, str, "文字（用英文引号括起）", required=required)
        if value is None:
            return default
        if required and not value.strip():
            self.problem(key, "是空的", "请填写")
        if any(unicodedata.category(letter) in _UNSEEN for letter in value.strip()):
            self.problem(key, "有换行或看不见的字符", "请写在一行里")
        return str(value).strip()

    def texts(self, key: str, *, required: bool = False, keep_blanks: bool = False) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        value = self.ask(key)
        if value is None:
            if required:
                self.problem(key, "缺少这一项", "请补上")
            return ()
        members = [value] if isinstance(value, str) else value
        if not isinstance(members, list) or not all(isinstance(one, str) for one in members):
            self.problem(key, f"应是一组文字，现为 {shorten(value)}", '请写成 ["甲", "乙"]')
            return ()
        for blank in {one for one in members if not one.strip()}:
            self.problem(key, "有一个空的词", "请删去空的引号", blank)
        if required and not members:
            self.problem(key, "是空的", "请至少写一个")
        kept = members if keep_blanks else [one.strip() for one in members]
        return tuple(dict.fromkeys(one for one in kept if one.strip()))

    def flag(self, key: str) -> bool | None:
        value = self._typed(key, bool, "true 或 false（不加引号）")
        return None if value is None else bool(value)

    def whole(self, key: str, *, least: int = 0) -> int | None:
        value = self._typed(key, int, "整数（不加引号）")
        if value is not None and value < least:
            self.problem(key, f"现为 {value}，过小", f"请写不小于 {least} 的整数")
            return None
        return None if value is None else int(value)

    def share(self, key: str, default: float) -> float:
        """A number from 0 to 1."""
        value = self._typed(key, (int, float), "0 到 1 之间的数（不加引号）")
        if value is None:
            return default
        if not 0 <= value <= 1:
            self.problem(key, f"现为 {value}", "请写 0 到 1 之间的数")
            return default
        return float(value)

    def one_of(self, key: str, kind: type[_Kind], default: _Kind) -> _Kind:
        words = [member.value for member in kind]
        written = self.word(key, words, default.value)
        return kind(written) if written in words else default

    def word(self, key: str, words: list[str], default: str) -> str:
        """One of some words, in any case."""
        written = self.text(key, default)
        if written.casefold() in words:
            return written.casefold()
        self.problem(key, f"不认识“{shorten(written)}”", did_you_mean(written, words))
        return default

    def section(self, key: str) -> "Section":
        """The table under a key; an empty one when absent or of another kind."""
        value = self.ask(key)
        if value is not None and not isinstance(value, dict):
            self.problem(key, f"应是一节，现为 {shorten(value)}", f"请写成 [{key}] 另起一行")
        return Section(self.document, (*self.path, key), value if isinstance(value, dict) else {})

    def sections(self, key: str) -> list["Section"]:
        """The tables of a list, in order."""
        value = self.ask(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.problem(key, "应由若干节组成", f"每一节请以 [[{key}]] 开头")
            return []
        return [Section(self.document, (*self.path, key, index), one) for index, one in enumerate(value)]

    def _typed(self, key: str, kind: type | tuple[type, ...], called: str, *, required: bool = False) -> Any:
        value = self.ask(key)
        if value is None:
            if required:
                self.problem(key, "缺少这一项", "请补上")
            return None
        is_wrong = not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)
        if is_wrong:
            self.problem(key, f"现为 {shorten(value)}", f"应写{called}")
            return None
        return value
