"""What a TOML parser's complaint means to somebody who edits the file by hand."""

import re
from typing import Final

_MEANINGS: Final = (
    ("Unclosed array", "方括号没有成对", "请补上 ]"),
    ("Unclosed inline table", "花括号没有成对", "请补上 }"),
    ("Unterminated string", "引号没有成对", "请补上引号"),
    ("Illegal character '\\n'", "引号没有成对", "请在这一行补上英文引号"),
    ("Cannot overwrite a value", "同一项写了两次", "请删去一处"),
    ("Cannot declare", "同一节写了两次", "请合并成一节"),
    ("Duplicate inline table key", "同一项写了两次", "请删去一处"),
    ("Expected '=' after a key", "缺少等号", "请写成 名称 = 值"),
    ("Expected ']", "节名的方括号没有成对", "请补上 ]"),
    ("Invalid value", "等号后面的值写法不对", "文字要用英文引号括起"),
    ("Unescaped '\\'", "引号里的反斜杠 \\ 写法不对", "请改用单引号 '…' 括起"),
    ("Expected newline or end of document", "这一行后面有多余的内容", "请检查引号和括号，一行只写一项"),
    ("Invalid statement", "这一行既不是一项，也不是一节", "请写成 名称 = 值，说明文字前加 #"),
    ("Invalid initial character for a key part", "等号前面的名称写法不对", "名称只用英文字母和下划线"),
    ("Invalid date", "日期不对", "请写成 2020-03-25T23:59:59+08:00"),
)
_PLACE: Final = re.compile(r"\(at line (\d+), column \d+\)")
_STRINGS: Final = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|#.*")
_WIDE: Final = re.compile(r"[“”‘’＂＇＝，［］【】｛｝]")


def name_of_syntax_error(message: str, text: str) -> tuple[int, str, str]:
    """Line, what was seen and what to do, in Chinese, for a message of tomllib."""
    found = _PLACE.search(message)
    lines = text.split("\n")
    line = int(found[1]) if found else len(lines)
    for number in range(line, max(0, line - 3), -1):
        written = lines[number - 1] if number <= len(lines) else ""
        wide = _WIDE.search(_STRINGS.sub("", written))
        if wide:
            return number, f"有中文标点 {wide[0]}", "请改成英文标点"
    if first := _declared_before(line, lines) if message.startswith("Cannot declare") else None:
        return line, f"{lines[line - 1].strip()} 一节在第{first}行已经写过", "请写到那一节里，删去这一行"
    for start, seen, todo in _MEANINGS:
        if message.startswith(start):
            return line, seen, todo
    return line, "写法不对", "请对照 README.md 的例子检查这一行"


def _declared_before(line: int, lines: list[str]) -> int | None:
    """The line on which a section that is written again begins first."""
    again = lines[line - 1].partition("#")[0].strip() if line <= len(lines) else ""
    return next((n for n, text in enumerate(lines[: line - 1], 1) if text.partition("#")[0].strip() == again), None)
