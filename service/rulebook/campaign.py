"""campaign.toml: the notice, its deadline, and who works on it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from email.utils import parseaddr
from typing import Any, Final
from zoneinfo import ZoneInfo

from service.domain.rules import Campaign, City, Forms, Reminders, Unit, UnitRoute
from service.rulebook.addresses import fault_of_address, split
from service.rulebook.problems import did_you_mean, shorten
from service.rulebook.sections import Document, Section

_PIECES: Final = ("cover_letter", "tables")
_OTHER_WORDS: Final = {"letter": "cover_letter", "form": "tables", "forms": "tables", "table": "tables"}
_PREFIX: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{1,19}")
_PROVINCE: Final = re.compile(r"^.{1,12}?(?:省|自治区|市)")
_LAST_MOMENT: Final = time(23, 59, 59)
_FARTHEST: Final = 60  # days before the deadline
_ZONE: Final = "Asia/Shanghai"
_SIGNED: Final = 6  # lines: a letter should stay on the screen of a telephone


@dataclass(frozen=True, slots=True)
class Around:
    """What campaign.toml leaves to the other files when it says nothing."""

    cities: Sequence[City]
    units: Sequence[Unit]
    forms: Forms | None


def read_campaign(document: Document, around: Around) -> Campaign:
    """The campaign with the missing optional keys derived from the other files."""
    root = document.root()
    notice, people = root.section("campaign"), root.section("people")
    department = notice.text("department", required=True)
    addressees = notice.texts("addressees")
    zone = _zone(notice)
    campaign = Campaign(
        title=notice.text("title", required=True),
        department=department,
        addressees=addressees if department in addressees else (*addressees, department),
        number_prefix=_prefix(notice),
        deadline=_deadline(notice, zone),
        timezone=zone,
        province=notice.text("province") or _province(department),
        seat_city=_seat_city(notice, around),
        required_pieces=_pieces(root),
        staff=_people(people, "staff"),
        admins=_people(people, "admins"),
        contact=notice.text("contact"),
        letterhead=notice.text("letterhead"),
        signature=_signature(notice),
        form_title=notice.text("form_title") or _form_title(around.forms),
        reminders=_reminders(root.section("reminders")),
        subject_words=notice.texts("subject_words"),
    )
    for section in (notice, people, root):
        section.close()
    return campaign


def _signature(notice: Section) -> tuple[str, ...]:
    lines = notice.texts("signature")
    if len(lines) > _SIGNED:
        notice.problem("signature", f"有{len(lines)}行", f"请不要超过{_SIGNED}行")
    return lines


def _reminders(section: Section) -> Reminders:
    usual = Reminders()
    working = section.flag("working_days")
    silent = section.flag("silent")
    reminders = Reminders(
        days_before=_days(section),
        earliest=_clock(section, "earliest", usual.earliest),
        latest=_clock(section, "latest", usual.latest),
        working_days=usual.working_days if working is None else working,
        silent=usual.silent if silent is None else silent,
    )
    if reminders.earliest >= reminders.latest:
        section.problem("latest", "不晚于 earliest", '请写成 earliest = "09:00"、latest = "17:00"')
    section.close()
    return reminders


def _days(section: Section) -> tuple[int, ...]:
    written = section.ask("days_before")
    days = [] if written is None else written
    if not isinstance(days, list) or not all(isinstance(day, int) and 0 <= day <= _FARTHEST for day in days):
        section.problem("days_before", f"现为 {shorten(written)}", "应写截止前的天数，例如 [3, 1]")
        return ()
    return tuple(sorted(set(days), reverse=True))


def _clock(section: Section, key: str, usual: time) -> time:
    written = section.text(key)
    try:
        return time.fromisoformat(written) if written else usual
    except ValueError:
        section.problem(key, f"“{shorten(written)}”不是时刻", '请写成 "09:00"')
        return usual


def _prefix(notice: Section) -> str:
    written = notice.text("number_prefix", required=True)
    if written and not _PREFIX.fullmatch(written):
        notice.problem(
            "number_prefix", f"“{shorten(written)}”不能作编号", "请用英文字母开头，只写字母和数字，例如 GD2020"
        )
    return written


def _zone(notice: Section) -> str:
    written = notice.text("timezone", _ZONE) or _ZONE
    try:
        ZoneInfo(written)
    except (KeyError, ValueError, OSError):
        notice.problem("timezone", f"没有“{shorten(written)}”这个时区", f"请写 {_ZONE}")
        return _ZONE
    return written


def _deadline(notice: Section, zone: str) -> datetime:
    """The last moment on time. A day alone means its end; a moment without offset is in the campaign's zone."""
    written = notice.ask("deadline")
    if written is None:
        notice.problem("deadline", "缺少这一项", "请写成 2020-03-25T23:59:59+08:00")
    moment = _moment(written)
    if moment is None:
        if written is not None:
            notice.problem("deadline", f"“{shorten(written)}”不是时间", "请写成 2020-03-25T23:59:59+08:00")
        return datetime.max.replace(tzinfo=ZoneInfo("UTC"))
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _moment(written: Any) -> datetime | None:
    if isinstance(written, str):
        try:
            day = len(written.strip()) == 10
            written = (date if day else datetime).fromisoformat(written.strip())
        except ValueError:
            return None
    if isinstance(written, datetime):
        return written
    return datetime.combine(written, _LAST_MOMENT) if isinstance(written, date) else None


def _province(department: str) -> str:
    found = _PROVINCE.match(department)
    return found[0] if found else ""


def _seat_city(notice: Section, around: Around) -> str:
    """Where direct units sit: as written, else where most of them do, else the first city."""
    names = [city.name for city in around.cities]
    written = notice.text("seat_city")
    if not written:
        seats = Counter(unit.seat_city for unit in around.units if unit.route is UnitRoute.DIRECT and unit.seat_city)
        return seats.most_common(1)[0][0] if seats else next(iter(names), "")
    found = next((name for name in names if written in (name, name.removesuffix("市"))), None)
    if found is None and names:
        notice.problem("seat_city", f"“{shorten(written)}”不在 cities.csv 中", did_you_mean(written, names))
    return found or written


def _form_title(forms: Forms | None) -> str:
    return f"《{forms.titles[0]}》" if forms and forms.titles else ""


def _pieces(root: Section) -> tuple[str, ...]:
    """required = ["cover_letter", "tables"], or cover_letter = true for each; both when nothing is said."""
    if isinstance(root.values.get("pieces"), list):
        return _known_pieces(root, "pieces", root.texts("pieces"))
    section = root.section("pieces")
    names = list(section.texts("required"))
    is_silent = not section.values
    for key in section.values:
        if _OTHER_WORDS.get(key, key) in _PIECES and _is_wanted(section, key):
            names.append(key)
    pieces = _known_pieces(section, "required", names)
    section.asked.update(_PIECES)
    section.close()
    return _PIECES if is_silent else pieces


def _is_wanted(section: Section, key: str) -> bool:
    value = section.ask(key)
    if isinstance(value, bool):
        return value
    if value in ("required", "optional"):
        return bool(value == "required")
    section.problem(key, f"现为 {shorten(value)}", "应写 true 或 false")
    return False


def _known_pieces(section: Section, key: str, names: Sequence[str]) -> tuple[str, ...]:
    pieces = [_OTHER_WORDS.get(name, name) for name in names]
    for piece in pieces:
        if piece not in _PIECES:
            section.problem(key, f"不认识“{shorten(piece)}”", did_you_mean(piece, _PIECES), piece)
    return tuple(piece for piece in _PIECES if piece in pieces)


def _people(people: Section, key: str) -> tuple[str, ...]:
    """Lower-case addresses; 张三 <zhangsan@example> counts as its address."""
    found: dict[str, None] = {}
    for written in people.texts(key):
        for address in split([parseaddr(written)[1] or written]):
            fault = fault_of_address(address)
            if fault:
                people.problem(key, f"“{shorten(address)}”{fault}", "请改正，例如 zhangsan@example.cn", written)
            else:
                found[address] = None
    return tuple(found)
