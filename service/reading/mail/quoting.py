"""Tells what a sender wrote from the mails quoted below it (QQ, NetEase, Foxmail, Outlook, Gmail, plain ">").

A line that only looks like a quotation mark inside a sentence is left alone: own text lost is worse than quoted
text kept.
"""

import re

_SEPARATOR = re.compile(
    r"^\s*[-—─_=*]{2,}\s*(?:原始邮件|原邮件|原始郵件|回复的(?:原)?邮件|回复的原邮件|转发的?邮件(?:信息)?|转发邮件信息|转发的原邮件|邮件原件"
    r"|Original(?: Message| Mail)?|Forwarded (?:[Mm]essage|by .{0,80})|Begin forwarded message|Replied Message"
    r"|Forwarded Message)\s*[-—─_=*]*\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^[\s*>|]*(?:发件人|寄件者|From)\s*\**\s*[:：]", re.IGNORECASE)
_OTHER_FIELD = re.compile(
    r"^[\s*>|]*(?:发送时间|发件时间|发送日期|日期|时间|收件人|收件者|抄送|主题|主旨|寄件日期|Sent|Date|To|Cc|Subject)\s*\**\s*[:：]",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"^\s*(?:(?:在|于)?.{0,40}\d.{0,160}(?:写道|来信说|寫道)\s*[:：]|(?:On|At)\s.{0,40}\d.{0,200}\bwrote\s*[:：]|.{0,120}<[^<>]{1,80}@[^<>]{1,80}>\s*(?:于.{0,60})?写道\s*[:：]?)\s*$",
    re.IGNORECASE,
)
_QUOTE_MARK = re.compile(r"^\s{0,3}>")
_RULE = re.compile(r"^\s*[-_—─=*]{3,}\s*$")
_FIELD_WINDOW = 6


def split_quoted(text: str) -> tuple[str, str]:
    """(own text, quoted text). Both keep their lines in order."""
    lines = text.split("\n")
    cut = _first_marker(lines)
    own, quoted = _apart(lines[:cut])
    return "\n".join(own).strip(), "\n".join([*quoted, *lines[cut:]]).strip()


def _first_marker(lines: list[str]) -> int:
    """The first line from which everything is an older mail; len(lines) when there is none."""
    last_mark = _last(lines, is_marked=True)
    last_own = _last(lines, is_marked=False)
    for number, line in enumerate(lines):
        if _SEPARATOR.match(line) or _begins_header_block(lines, number):
            return number - (number > 0 and _RULE.match(lines[number - 1]) is not None)
        # Own lines after a quotation marked with ">" are an answer written below or in between.
        if _wrote(lines, number) and not (last_mark > number and last_own > number + 2):
            return number
    return len(lines)


def _last(lines: list[str], *, is_marked: bool) -> int:
    """The last line that says something and is, or is not, marked as quoted; -1 when there is none."""
    return max((n for n, t in enumerate(lines) if t.strip() and bool(_QUOTE_MARK.match(t)) is is_marked), default=-1)


def _begins_header_block(lines: list[str], number: int) -> bool:
    """发件人: with two more header fields right below it."""
    if not _FROM.match(lines[number]):
        return False
    below = lines[number + 1 : number + 1 + _FIELD_WINDOW]
    return sum(_OTHER_FIELD.match(line) is not None for line in below) >= 2


def _wrote(lines: list[str], number: int) -> bool:
    """On … wrote: on one line, or broken over two."""
    if _WROTE.match(lines[number][:400]):
        return True
    both = " ".join(lines[number : number + 2])[:500]
    begins = lines[number].lstrip()[:3].lower() in {"on ", "at "} or lines[number].lstrip()[:1] == "在"
    return begins and _WROTE.match(both) is not None


def _apart(lines: list[str]) -> tuple[list[str], list[str]]:
    own = [line for n, line in enumerate(lines) if not _QUOTE_MARK.match(line) and not _wrote(lines, n)]
    quoted = [line for n, line in enumerate(lines) if _QUOTE_MARK.match(line) or _wrote(lines, n)]
    return own, quoted


def unflow(text: str, *, delete_space: bool) -> str:
    """format=flowed (RFC 3676) as paragraphs again; quoted lines and signature marks stay as they are."""
    out: list[str] = []
    open_line = False
    for raw in text.split("\n"):
        line = raw[1:] if raw.startswith(" ") else raw
        if open_line and not line.startswith(">"):
            out[-1] += line
        else:
            out.append(line)
        open_line = line.endswith(" ") and line != "-- " and not line.startswith(">")
        if open_line and delete_space:
            out[-1] = out[-1][:-1]
    return "\n".join(out)
