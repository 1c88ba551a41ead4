"""The sentences of findings: mail_templates/findings.toml, keyed by code and variant.

Promises that every missing or unknown key and placeholder is reported at once, before any finding is written.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from service.checks import ALL
from service.checks.seen import Check, Seen
from service.domain.rules import Rulebook
from service.errors import ConfigurationInvalid

COMMON = ("label", "column", "missing")
"""Placeholders of every sentence: 表3, the column's or question's name, the pieces that are missing."""
PIECES = ("letter", "form", "and")
"""Keys of [pieces]: how missing pieces are named and joined."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The loaded sentences: code -> variant -> text."""

    sentences: Mapping[str, Mapping[str, str]]
    pieces: Mapping[str, str]

    def sentence(self, code: str, seen: Seen, rulebook: Rulebook) -> str:
        """The Chinese sentence of something seen."""
        form = rulebook.forms.table(seen.place.table) if seen.place.table is not None else None
        common = {
            "label": form.label if form else "",
            "column": seen.place.column or "",
            "missing": self.pieces["and"].join(self.pieces[piece] for piece in seen.missing),
        }
        return self.sentences[code][seen.variant].format_map({**common, **seen.values})


def load_wording(path: Path) -> Wording:
    """The wording of a file. Raises ConfigurationInvalid with every problem found."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(str(path), (f"无法读取（{error}）",)) from None
    return parse_wording(text, str(path))


def parse_wording(text: str, name: str = "findings.toml") -> Wording:
    """The wording of a text; name is what problems call it."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationInvalid(name, (f"不是正确的 TOML（{error}）",)) from None
    if problems := tuple(_problems(content, ALL)):
        raise ConfigurationInvalid(name, problems)
    pieces = content.pop("pieces")
    return Wording(content, pieces)


def _problems(content: Mapping[str, object], checks: Iterable[Check]) -> Iterator[str]:
    known = {check.CODE: check.SENTENCES for check in checks}
    for code in sorted(set(content) - set(known) - {"pieces"}):
        yield f"[{code}]：没有这项检查"
    pieces = content.get("pieces")
    for key in PIECES:
        if not isinstance(pieces, Mapping) or not isinstance(pieces.get(key), str):
            yield f"[pieces] {key}：缺少"
    for code, variants in known.items():
        section = content.get(code)
        if not isinstance(section, Mapping):
            yield f"[{code}]：缺少"
            continue
        yield from _section_problems(code, section, variants)


def _section_problems(
    code: str, section: Mapping[str, object], variants: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    for variant in sorted(set(section) - set(variants)):
        yield f"[{code}] {variant}：没有这个说法，可写的有：{'、'.join(variants)}"
    for variant, placeholders in variants.items():
        sentence = section.get(variant)
        if not isinstance(sentence, str) or not sentence.strip():
            yield f"[{code}] {variant}：缺少"
            continue
        yield from (f"[{code}] {variant}：{p}" for p in _placeholder_problems(sentence, (*COMMON, *placeholders)))


def _placeholder_problems(sentence: str, allowed: tuple[str, ...]) -> Iterator[str]:
    try:
        names = [name for _, name, _, _ in Formatter().parse(sentence) if name is not None]
    except ValueError:
        yield "花括号不成对"
        return
    for name in names:
        if name not in allowed:
            yield f"没有占位符 {{{name}}}，可用的有：{'、'.join(f'{{{a}}}' for a in allowed)}"
