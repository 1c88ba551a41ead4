"""Whatever is done to a rules file, the answer is a rulebook or a list of problems, never a crash."""

import tempfile
import tomllib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from service import rulebook
from service.domain.rules import Rulebook
from service.errors import RulesInvalid
from service.rulebook.files import DEFAULTED
from service.rulebook.patterns import fault_of
from service.rulebook.places import places_of
from tests.rulebook.conftest import CAMPAIGN, CITIES, UNITS

ORIGINALS = {"campaign.toml": CAMPAIGN, "cities.csv": CITIES, "units.csv": UNITS} | {
    name: (rulebook.defaults_folder() / name).read_text("utf-8") for name in DEFAULTED
}
HOSTILE = st.sampled_from(
    [*"\"'[]{}=,.#\n\r\t\\|0x+:", "", "\x00", "“", "，", "\ud7ff", "\ufeff", "\u3000", "[[", "'''", "é"]
)


def judged(name: str, content: bytes) -> Rulebook | RulesInvalid:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for other in ("campaign.toml", "cities.csv", "units.csv"):
            folder.joinpath(other).write_bytes(ORIGINALS[other].encode())
        folder.joinpath(name).write_bytes(content)
        try:
            return rulebook.load(folder)
        except RulesInvalid as invalid:
            return invalid


@settings(max_examples=150)
@given(st.sampled_from(sorted(ORIGINALS)), st.data())
def test_one_damaged_character_never_crashes_the_loader(name: str, data: st.DataObject) -> None:
    text = ORIGINALS[name]
    at = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(st.one_of(HOSTILE, st.characters(exclude_categories=["Cs"])))

    found = judged(name, (text[:at] + put + text[at + 1 :]).encode())

    assert isinstance(found, Rulebook) or found.problems


@settings(max_examples=100)
@given(st.sampled_from(sorted(ORIGINALS)), st.data())
def test_one_damaged_byte_never_crashes_the_loader(name: str, data: st.DataObject) -> None:
    content = bytearray(ORIGINALS[name].encode())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    found = judged(name, bytes(content))

    assert isinstance(found, Rulebook) or found.problems


@settings(max_examples=60)
@given(st.sampled_from(sorted(ORIGINALS)), st.data())
def test_a_half_written_file_never_crashes_the_loader(name: str, data: st.DataObject) -> None:
    content = ORIGINALS[name].encode()

    found = judged(name, content[: data.draw(st.integers(0, len(content)))])

    assert isinstance(found, Rulebook) or found.problems


@settings(max_examples=60)
@given(st.sampled_from(sorted(ORIGINALS)), st.binary(max_size=200))
def test_any_bytes_never_crash_the_loader(name: str, content: bytes) -> None:
    found = judged(name, content)

    assert isinstance(found, Rulebook) or found.problems


_KEYS = st.text("abc_-", min_size=1, max_size=4)
_SCALARS = st.one_of(st.integers(-9, 9), st.booleans(), st.text(max_size=6))
_VALUES = st.recursive(
    _SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(_KEYS, v, max_size=3), max_leaves=6
)


@given(st.dictionaries(_KEYS, _VALUES, max_size=4))
def test_every_key_of_a_toml_text_has_its_line(content: dict[str, object]) -> None:
    text = "\n".join(f"# {key} = 1\n\n{key} = {_toml(value)}" for key, value in content.items())
    assert tomllib.loads(text) == content

    places = places_of(text)

    assert {path[0]: line for path, line in places.items() if len(path) == 1} == {
        key: 3 * index for index, key in enumerate(content, 1)
    }


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return (
            '"'
            + "".join(f"\\U{ord(letter):08x}" if letter < " " or letter in '"\\\x7f' else letter for letter in value)
            + '"'
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + "}"
    return str(value)


@given(st.text("ab()|*+?{}[],0123456789\\.^$:!<>=P", max_size=40))
def test_any_pattern_is_judged_without_a_crash(pattern: str) -> None:
    assert fault_of(pattern) in (None, "过长", "不是正确的正则表达式", "可能耗时极长", "什么文字都能匹配")
