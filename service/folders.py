"""The folders that admins edit: how they look from outside, and in which lines two states of them differ."""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path

from service.rulebook.files import RULES_FILES, RulesFile, readable, text_of
from service.rulebook.problems import Problems
from service.settings import Settings

_MOST_SPANS = 20

Seen = tuple[tuple[str, tuple[int, int, int, int] | None], ...]
"""Every file by its inode, size, and the times of its last change; None for one that is not there."""


def seen_of(settings: Settings) -> Seen:
    """How the files of both folders look from outside."""
    templates = settings.templates_dir
    try:
        names = sorted(path.name for path in templates.iterdir() if not path.name.startswith((".", "~")))
    except OSError:
        names = []
    files = [*(settings.rules_dir / name for name in RULES_FILES), *(templates / name for name in names)]
    return tuple((str(file), _look_of(file)) for file in files)


def _look_of(file: Path) -> tuple[int, int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def texts_of(folder: Path) -> dict[str, list[str]]:
    """The lines of every rules file that can be read."""
    return {name: text.split("\n") for name in RULES_FILES if (text := readable(folder / name)) is not None}


def texts_with(folder: Path, changed: Mapping[str, bytes]) -> dict[str, list[str]]:
    """The same, as it would be with some files changed."""
    texts = texts_of(folder)
    for name, content in changed.items():
        if (text := text_of(RulesFile(name, content), Problems())) is not None:
            texts[name] = text.split("\n")
    return texts


def changes_between(before: dict[str, list[str]], after: dict[str, list[str]]) -> Iterator[str]:
    """Which lines of which file changed (Chinese); never what they say, which may be somebody's address."""
    for name in RULES_FILES:
        old, new = before.get(name, []), after.get(name, [])
        spans = [_span(*codes) for codes in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()]
        told = [span for span in spans if span]
        if told:
            more = f"等 {len(told)} 处" if len(told) > _MOST_SPANS else ""
            yield f"{name}：{'，'.join(told[:_MOST_SPANS])}{more}"


def _span(tag: str, start: int, end: int, new_start: int, new_end: int) -> str:
    match tag:
        case "replace":
            return f"{_lines(new_start, new_end)}改动"
        case "insert":
            return f"{_lines(new_start, new_end)}新增"
        case "delete":
            return f"原{_lines(start, end)}删去"
    return ""


def _lines(start: int, end: int) -> str:
    return f"第{start + 1}行" if end - start == 1 else f"第{start + 1}至{end}行"
