"""The fields of a letter from its lines: title, number, addressee, date, signer. A field in doubt is None."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from service.domain.rules import Rulebook
from service.reading.letters import signature
from service.reading.letters.model import Line, Sheet
from service.reading.letters.names import Directory, unit_name
from service.reading.letters.text import bare, chinese, clean

_TITLE_END = re.compile(r"(?:函|报告|回执|请示|情况|通知|说明|汇报|材料)(?:[（(][^（）()]{1,8}[）)])?$")
_TITLE_LINES = 5
_PLAIN_LINES = 2  # of a title without 关于
_TITLE_HALF = 5  # characters of its first line
_TITLE_LONGEST = 90
_TITLE_TAIL = 8  # characters
_NEVER_IN_A_TITLE = re.compile(r"[，。；：:？]")
_HEAD_LINES = 14  # where a number and a title can stand
_WITHIN_A_SENTENCE = 12  # characters beside a number: more, and the number is cited, not the letter's own
_BRACKETS_AROUND = 2  # characters beside a number below the title
_OPENING, _CLOSING = r"\[［【(（〈{「<《〔", r"\]］】)）〉}」>》〕"
_ADDRESSEE_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Fields:
    """What was read, how sure each field is (0..1), and names that could be the signer."""

    title: str | None = None
    number: str | None = None
    addressee: str | None = None
    day: date | None = None
    signer: str | None = None
    candidates: tuple[str, ...] = ()
    date_sure: float = 0.0
    signer_sure: float = 0.0
    title_at: tuple[Line, ...] = ()  # the lines that a field was read from
    number_at: tuple[Line, ...] = ()
    addressee_at: tuple[Line, ...] = ()
    signer_at: tuple[Line, ...] = ()
    date_at: tuple[Line, ...] = ()
    titled: bool = False  # the title reads like a letter of this kind
    refers: bool = False  # a title that names the letter's genre, of any kind

    @property
    def signed_at(self) -> tuple[Line, ...]:
        return (*self.signer_at, *self.date_at)

    @property
    def sureness(self) -> float:
        """Of the fields that a letter must have, together."""
        named = 1.0 if self.title else 0.0
        dated = self.date_sure if self.day else 0.0
        signed = self.signer_sure if self.signer else 0.0
        return round(0.25 * named + 0.3 * dated + 0.45 * signed, 3)


def read_fields(sheets: Sequence[Sheet], rulebook: Rulebook, directory: Directory) -> Fields:
    """The fields of the letter that these sheets are, in page order."""
    first = [line for line in sheets[0].lines if line.text.strip()] if sheets else []
    start, stop, title = _title(first, directory)
    matching = any(re.search(pattern, title) for pattern in rulebook.letter.title_patterns) if title else False
    number_at, number = _number(first, rulebook, stop or start)
    to_at, addressee = _addressee(first, rulebook, stop)
    stop_of_title = stop
    if title is None and to_at > 0:
        start, title = _plain_title(first[:to_at], rulebook, directory)
        stop_of_title = to_at
    body = max(stop, to_at + 1, number_at + 1)
    below = _after(sheets, body)
    heads = _heads(first[: _head_end(start, number_at, to_at)], title, directory, below)
    signed = signature.read_signature(below, heads, directory)
    return Fields(
        title=title,
        number=number,
        addressee=addressee,
        day=signed.day,
        signer=signed.signer,
        candidates=tuple(name for name in signed.candidates if name != signed.signer),
        date_sure=signed.date_sure,
        signer_sure=signed.signer_sure,
        title_at=tuple(first[start:stop_of_title]) if title else (),
        number_at=tuple(first[number_at : number_at + 1]) if number else (),
        addressee_at=tuple(first[to_at : to_at + 1]) if addressee else (),
        signer_at=signed.signer_at,
        date_at=(signed.date_at,) if signed.date_at else (),
        titled=matching,
        refers=title is not None,
    )


def _title(lines: Sequence[Line], directory: Directory) -> tuple[int, int, str | None]:
    """First line, line after the last, and text of 关于…函 joined over its breaks; (0, 0, None) without one."""
    for start, line in enumerate(lines[:_HEAD_LINES]):
        text = clean(line.text)
        if "关于" not in text or _NEVER_IN_A_TITLE.search(text):
            continue
        begin = _begin(lines, start, directory)
        joined = "".join(clean(one.text) for one in lines[begin:start])
        for stop in range(start, min(len(lines), start + _TITLE_LINES)):
            part = clean(lines[stop].text)
            if _NEVER_IN_A_TITLE.search(part) or len(joined) + len(part) > _TITLE_LONGEST:
                break
            joined += part
            if _TITLE_END.search(joined):
                tail = _tail(lines, stop + 1)
                return begin, stop + 1 + bool(tail), joined + tail
    return 0, 0, None


def _tail(lines: Sequence[Line], at: int) -> str:
    """What a title carries on with that could have ended on the line before: …需求情况 / 的报告."""
    part = clean(lines[at].text) if at < len(lines) else ""
    short = part.startswith("的") or chinese(part) <= _TITLE_TAIL
    return part if short and _TITLE_END.search(part) and not _NEVER_IN_A_TITLE.search(part) else ""


def _plain_title(lines: Sequence[Line], rulebook: Rulebook, directory: Directory) -> tuple[int, str | None]:
    """A title without 关于, right above the addressee: 报送函, 海外人才需求情况说明, also over two lines."""
    start, title = len(lines), ""
    for line in reversed(lines[-_PLAIN_LINES:]):
        text = clean(line.text)
        other = directory.names_unit(text) or re.search(rulebook.letter.document_number_pattern, text)
        too_short = title and chinese(text) < _TITLE_HALF  # 特急 beside the page's edge
        if other or too_short or _NEVER_IN_A_TITLE.search(text) or not chinese(text):
            break
        start, title = start - 1, text + title
    return (start, title) if _TITLE_END.search(title) else (0, None)


def _begin(lines: Sequence[Line], start: int, directory: Directory) -> int:
    """The first line of a title whose 关于 stands at start: above it may be a unit's name, a long one in two lines."""
    above, below = lines[:start], lines[start]
    if len(above) > 1 and _is_broken_name(above, below, directory):
        return start - 2
    return start - 1 if above and _carries_on(above, below, directory) else start


def _is_broken_name(above: Sequence[Line], below: Line, directory: Directory) -> bool:
    """True for two lines of the title's type that name a unit together, and do not apart."""
    upper, lower = above[-2:]
    if directory.knows(lower.text) or directory.names_unit(upper.text):
        return False
    if chinese(upper.text) < len(clean(upper.text)):  # a number
        return False
    looks = _looks(above[:-1], upper)
    alike = _is_set_alike(upper, lower, *looks) and _is_set_alike(lower, below, *looks)
    return alike and directory.names_unit(clean(upper.text) + clean(lower.text))


def _carries_on(above: Sequence[Line], below: Line, directory: Directory) -> bool:
    """True for a unit's name, or the beginning of one, set above 关于… as part of the title: same type, next line."""
    line = above[-1]
    before = clean(below.text).partition("关于")[0]
    broken = bool(before) and not directory.names_unit(before)
    if not directory.names_unit(clean(line.text) + before) or (before and not broken):
        return False
    if line.box is None or below.box is None:
        return broken
    return _is_set_alike(line, below, *_looks(above, line))


def _looks(above: Sequence[Line], line: Line) -> tuple[float, float]:
    """How far apart and how unlike in size lines of the title may be. A letterhead is larger than the title; what
    stands below it, or below the number, is no letterhead."""
    name = bare(unit_name(line.text))
    headed = any(bare(unit_name(one.text)).startswith(name) or _is_number(one.text) for one in above[:-1])
    return (1.8, 1.5) if headed else (1.1, 1.18)


def _is_set_alike(line: Line, below: Line, apart: float, larger: float) -> bool:
    """True for lines of one size, one right below the other."""
    if line.box is None or below.box is None:
        return False
    near = below.box.top - line.box.bottom < apart * below.box.height
    return near and 1 / larger < line.box.height / below.box.height < larger


def _number(lines: Sequence[Line], rulebook: Rulebook, title_at: int) -> tuple[int, str | None]:
    """Where the letter's own 发文字号 stands and how it reads: above or beside the title, in no sentence; or alone in
    the line below it."""
    pattern = re.compile(rulebook.letter.document_number_pattern)
    for place, line in enumerate(lines[: title_at + 1 if title_at else _HEAD_LINES]):
        text = _with_year_brackets(clean(line.text).replace(" ", ""))
        found = pattern.search(text)
        beside = _BRACKETS_AROUND if title_at and place == title_at else _WITHIN_A_SENTENCE
        if found and len(text) - len(found[0]) <= beside:
            return place, found[0].replace("〕第", "〕")
    return -1, None


def _is_number(text: str) -> bool:
    plain = _with_year_brackets(clean(text).replace(" ", ""))
    return "〔" in plain and plain.endswith("号")


def _with_year_brackets(text: str) -> str:
    """The brackets around a year as 〔〕, however they were typed or misread; one of the two may be lost."""
    text = re.sub(rf"[{_OPENING}]((?:19|20)\d{{2}})[{_CLOSING}]?", r"〔\1〕", text)
    return re.sub(rf"(?<=[\u4e00-\u9fff])((?:19|20)\d{{2}})[{_CLOSING}]", r"〔\1〕", text)


def _addressee(lines: Sequence[Line], rulebook: Rulebook, title_end: int) -> tuple[int, str | None]:
    """The first line under the title that ends in ：, without the mark."""
    for place in range(title_end, min(len(lines), title_end + 8)):
        text = clean(lines[place].text)
        name = _greeted(text, rulebook)
        if name is None:
            if chinese(text) > _ADDRESSEE_LONGEST:
                break
            continue
        if 2 <= chinese(name) <= _ADDRESSEE_LONGEST and not re.search(r"[。；]|附件|联系人|通知如下|如下", name):
            return place, name
    return -1, None


def is_greeted(sheet: Sheet, rulebook: Rulebook) -> bool:
    """True when a line of a page greets the receiving department: 岭海省科学技术厅："""
    names = (_greeted(clean(line.text), rulebook) for line in sheet.lines)
    return any(name is not None and is_expected(name, rulebook) for name in names)


def is_expected(addressee: str, rulebook: Rulebook) -> bool:
    """True for the receiving department, also with others, one of its offices or a courtesy beside it."""
    if chinese(addressee) > _ADDRESSEE_LONGEST or re.search(r"[，。；]", addressee):
        return False
    return any(bare(one) in bare(addressee) for one in rulebook.campaign.addressees)


def is_titled(sheet: Sheet, rulebook: Rulebook) -> bool:
    """True for a page that is headed as letters are: 关于…的函."""
    lines = [line for line in sheet.lines if line.text.strip()]
    return _title(lines, Directory.of(rulebook))[2] is not None


def _greeted(text: str, rulebook: Rulebook) -> str | None:
    marks = map(clean, rulebook.letter.salutation_marks or ("：", ":"))
    mark = next((mark for mark in marks if text.endswith(mark)), None)
    return text[: -len(mark)].strip() if mark else None


def _head_end(title_at: int, number_at: int, to_at: int) -> int:
    """Where the letterhead ends at the latest: the first thing that stands under it."""
    return next((place for place in (title_at, number_at, to_at) if place > 0), 4)


def _heads(
    lines: Sequence[Line], title: str | None, directory: Directory, below: Sequence[Sequence[Line]]
) -> list[str]:
    """Units named above the title, and the one that a title begins with: 云江市科学技术局关于… A name of no known kind
    is one when it stands below the letter too."""
    below_too = {bare(unit_name(line.text)) for page in below for line in page}
    heads = [unit_name(line.text) for line in lines if directory.names_unit(line.text)]
    heads += [
        unit_name(line.text)
        for line in lines
        if directory.may_name_unit(line.text) and bare(unit_name(line.text)) in below_too
    ]
    before = title.partition("关于")[0] if title else ""
    if before and directory.names_unit(before):
        heads.append(before)
    return list(dict.fromkeys(heads))


def _after(sheets: Sequence[Sheet], body: int) -> list[list[Line]]:
    """The lines of every sheet that can hold the signature."""
    pages = [[line for line in sheet.lines if line.text.strip()] for sheet in sheets]
    return [pages[0][body:], *pages[1:]] if pages else []


def speaks_of(text: str, phrases: Sequence[str]) -> Iterator[str]:
    """The phrases that stand in a text, however it is broken into lines."""
    plain = bare(text)
    return (phrase for phrase in phrases if bare(phrase) in plain)
