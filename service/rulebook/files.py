"""The bytes of a rules folder, and their text whatever program saved them."""

import codecs
import os
import re
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from service.rulebook.problems import Problems

TABLES = ("cities.csv", "units.csv")
CAMPAIGN = "campaign.toml"
DEFAULTED = ("forms.toml", "letter.toml", "mail.toml", "routing.toml", "checks.toml")
"""Files that serve any province: the packaged one stands in for a missing one."""

RULES_FILES = tuple(sorted((CAMPAIGN, *TABLES, *DEFAULTED)))
"""Every file of a rules folder that is read."""

_WORKBOOKS = (".xlsx", ".xls", ".et", ".ods")
_LOOKS_LIKE_RULES = (".csv", ".toml", *_WORKBOOKS)
_WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls and .et, whatever the name says
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f]")
_MOST_BYTES = 8_000_000
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_FEW_DAMAGED = 0.2  # share of damaged characters under which a file is damaged UTF-8 rather than GBK


@dataclass(frozen=True, slots=True)
class RulesFile:
    """One file as found; data None when it cannot be used."""

    name: str
    data: bytes | None


def read_folder(folder: Path, defaults: Path, problems: Problems) -> dict[str, RulesFile]:
    """Every file of a rules folder, the packaged ones where a general file is missing."""
    if not folder.is_dir():
        problems.add(str(folder), "没有这个文件夹", "请核对路径")
        return {}
    files = {name: _read(folder / name, problems) for name in (CAMPAIGN, *TABLES)}
    for name in DEFAULTED:
        own = folder / name
        # a link to nowhere, or routing.toml.txt, is a file that somebody wrote: the packaged one is not meant
        is_meant = os.path.lexists(own) or _misnamed(own) is not None
        files[name] = _read(own if is_meant else defaults / name, problems)
    return files


def note_strangers(folder: Path, problems: Problems) -> None:
    """Warn of files that look like rules but are never read: units (1).csv, cities.xlsx."""
    for path in sorted(folder.iterdir()):
        if (
            (path.suffix.lower() in _LOOKS_LIKE_RULES or path.stem in RULES_FILES)
            and path.name not in RULES_FILES
            and not path.name.startswith((".", "~"))
        ):
            problems.warn(path.name, "这个文件不会被读取", f"规则文件的名称只有 {'、'.join(RULES_FILES)}，请改名或移走")


def _read(path: Path, problems: Problems) -> RulesFile:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # never opened: a pipe would keep us waiting
            problems.add(path.name, "不是文件", "请移走，再从原有规则文件夹复制一份放回")
            return RulesFile(path.name, None)
        data = path.read_bytes() if status.st_size <= _MOST_BYTES else None
    except FileNotFoundError:
        problems.add(path.name, *_missing(path))
        return RulesFile(path.name, None)
    except OSError as error:
        problems.add(path.name, f"无法读取（{error.strerror}）", "请检查文件权限")
        return RulesFile(path.name, None)
    if data is None:
        problems.add(path.name, "文件过大", "请检查是否放错了文件")
    return RulesFile(path.name, data)


def _missing(path: Path) -> tuple[str, str]:
    if (beside := _misnamed(path)) is None:
        return "缺少这个文件", "请放回，可从原有规则文件夹复制一份"
    if beside.suffix.lower() in _WORKBOOKS:
        return f"缺少这个文件，只有“{beside.name}”", f"请用表格软件打开它，另存为 CSV，文件名写 {path.name}"
    return f"缺少这个文件，只有“{beside.name}”", f"请把它改名为 {path.name}"


def _misnamed(path: Path) -> Path | None:
    """What a program has made of a missing file: units.xlsx, units.csv.xls, routing.toml.txt."""
    endings = (*_WORKBOOKS, ".txt") if path.suffix == ".csv" else (".txt",)
    names = (path.name + ending for ending in endings)
    others = (path.stem + ending for ending in endings)
    return next((path.with_name(name) for name in (*names, *others) if path.with_name(name).is_file()), None)


def text_of(file: RulesFile, problems: Problems) -> str | None:
    """The text of a file saved as UTF-8, with or without BOM, GBK or UTF-16; None when it is none of these."""
    if file.data is None:
        return None
    if file.data.startswith(_WORKBOOK_MARKS):
        todo = "请用表格软件打开它，另存为 CSV" if file.name in TABLES else "请放回原来的文件，用记事本改"
        problems.add(file.name, "是工作簿或文档，不是文本", todo)
        return None
    text = _decode(file.data)
    if text is None:
        problems.add(f"{file.name} 第{_damaged_line(file.data)}行", "有无法辨认的字符", "请另存为 UTF-8 编码后再放入")
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a")  # an end mark of very old programs
    for number, line in enumerate(text.split("\n"), 1):
        if found := _CONTROL.search(line):
            seen = f"有控制字符（U+{ord(found[0]):04X}）"
            problems.add(f"{file.name} 第{number}行", seen, "请把这一行删去重新输入，或放回原来的文件")
            return None
        if "\ufffd" in line or "锟斤拷" in line:
            problems.add(f"{file.name} 第{number}行", "有乱码", "请改正这一行，并另存为 UTF-8 编码")
            return None
    return text


def readable(path: Path) -> str | None:
    """A file's text, for comparing only; None where there is none to be read."""
    unheard = Problems()
    return text_of(_read(path, unheard), unheard)


def _decode(data: bytes) -> str | None:
    if data.startswith(_UTF16_MARKS):
        return _try(data, "utf-16")
    text = _try(data, "utf-8-sig")
    if text is not None or _is_damaged_utf8(data):
        return text
    return _try(data, "gb18030")


def _try(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except UnicodeDecodeError:
        return None


def _is_damaged_utf8(data: bytes) -> bool:
    """True for UTF-8 with a few broken bytes: read as GBK it would be other words, not an error."""
    lenient = data.decode("utf-8", errors="replace")
    chinese = sum(1 for letter in lenient if unicodedata.category(letter) == "Lo")
    return lenient.count("\ufffd") < _FEW_DAMAGED * chinese


def _damaged_line(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 1
