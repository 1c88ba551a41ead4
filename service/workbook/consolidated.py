"""The official consolidated workbook: an overview by city, the tables 1-4 of all cases, what they ask for together,
the list of cases."""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from service.domain.judgement import Channel, PieceState
from service.domain.rules import City, Rulebook, TableForm
from service.typesetting import sheets
from service.typesetting.sheets import Value
from service.typesetting.text import deadline_text, moment_text
from service.workbook.cases import CaseForWorkbook, entries
from service.workbook.needs import SHEET, has_needs, write_needs
from service.workbook.tables import write_table
from service.workbook.words import CHANNEL_NAMES, PIECE_NAMES, STATE_NAMES

_HEAD_ROW = 3


def write_workbook(path: Path, cases: Sequence[CaseForWorkbook], rulebook: Rulebook) -> None:
    """Write the workbook, replacing one that is there. The same cases give the same bytes. Raises OSError."""
    workbook = Workbook()
    note = _note(cases, rulebook)
    forms = rulebook.forms.tables
    _write_overview(sheets.first_sheet(workbook, "概况"), cases, rulebook, note)
    for form in forms:
        write_table(workbook.create_sheet(form.label), form, entries(cases, form.number, rulebook), note)
    if has_needs(rulebook):
        write_needs(workbook.create_sheet(SHEET), cases, rulebook)
    _write_cases(workbook.create_sheet("报送件"), cases, rulebook, note)
    newest = max((c.received for c in cases), default=rulebook.campaign.deadline)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(sheets.workbook_bytes(workbook, newest))
    partial.replace(path)


def _note(cases: Sequence[CaseForWorkbook], rulebook: Rulebook) -> str:
    campaign = rulebook.campaign
    zone = ZoneInfo(campaign.timezone)
    newest = max((c.received for c in cases), default=None)
    until = f"　最近一件收到于 {moment_text(newest.astimezone(zone))}" if newest else "　尚无报送件"
    return f"{campaign.department}　{campaign.title}　截止 {deadline_text(campaign.deadline.astimezone(zone))}{until}"


def _write_overview(sheet: Worksheet, cases: Sequence[CaseForWorkbook], rulebook: Rulebook, note: str) -> None:
    """A line per city: what its bureau sent and what not; what units of the city sent directly."""
    forms = rulebook.forms.tables
    headings = [
        "序号",
        "地市",
        "报送单位",
        "状态",
        "报送件编号",
        "是否按时",
        "报送函",
        *(f.label for f in forms),
        "直接报送件数",
    ]
    sheets.put_title(sheet, 1, "各地市报送概况", len(headings))
    sheets.put_note(sheet, 2, note, len(headings))
    sheets.put_head(sheet, _HEAD_ROW, headings)
    centred = frozenset(range(1, len(headings) + 1)) - {3}
    for index, city in enumerate(rulebook.cities, 1):
        values = (index, city.name, city.bureau, *_city_line(city, cases, forms))
        sheets.put_row(sheet, _HEAD_ROW + index, values, centred)
    sheets.put_row(sheet, _HEAD_ROW + len(rulebook.cities) + 1, _totals(cases, rulebook), centred)
    sheets.set_widths(sheet, [6, 10, 26, 12, 14, 10, 10, *[10] * len(forms), 12])
    sheets.set_print(sheet, _HEAD_ROW, frozen_columns=2)


def _city_line(city: City, cases: Sequence[CaseForWorkbook], forms: Sequence[TableForm]) -> list[Value]:
    own = [c for c in cases if c.channel is Channel.CITY_BUREAU and c.city == city.name]
    direct = sum(1 for c in cases if c.channel is Channel.DIRECT_UNIT and c.city == city.name)
    if not own:
        return ["未报", "", "", "", *[""] * len(forms), direct]
    case = min(own, key=lambda c: (not c.counts, c.number))
    numbers = "、".join(c.number for c in own)
    letter = PIECE_NAMES[case.state_of("cover_letter")]
    on_time = "按时" if case.on_time else "逾期"
    return [STATE_NAMES[case.state], numbers, on_time, letter, *(_table_state(case, f) for f in forms), direct]


def _table_state(case: CaseForWorkbook, form: TableForm) -> str:
    state = case.state_of(f"table{form.number}")
    rows = case.rows_of(form.number)
    if state in (PieceState.RECEIVED, PieceState.FAULTY) and rows:
        return f"{rows} 行" if state is PieceState.RECEIVED else f"{rows} 行（有误）"
    if state is PieceState.MISSING and case.tables:
        return "未附"
    return PIECE_NAMES[state]


def _totals(cases: Sequence[CaseForWorkbook], rulebook: Rulebook) -> list[Value]:
    bureaus = {c.city for c in cases if c.channel is Channel.CITY_BUREAU and c.city}
    known = [c for c in rulebook.cities if c.name in bureaus]
    rows = [f"{sum(e.counted for e in entries(cases, f.number, rulebook))} 行" for f in rulebook.forms.tables]
    direct = sum(1 for c in cases if c.channel is Channel.DIRECT_UNIT)
    return ["", "合计", "", f"{len(known)} 市已报", f"{len(cases)} 件", "", "", *rows, direct]


def _write_cases(sheet: Worksheet, cases: Sequence[CaseForWorkbook], rulebook: Rulebook, note: str) -> None:
    """Every case, by number."""
    forms = rulebook.forms.tables
    headings = [
        "序号",
        "报送件编号",
        "报送单位",
        "所在地市",
        "报送渠道",
        "状态",
        "收到时间",
        "是否按时",
        "发文字号",
        "发文日期",
        "报送函",
    ]
    headings += [form.label for form in forms]
    zone = ZoneInfo(rulebook.campaign.timezone)
    sheets.put_title(sheet, 1, "报送件清单", len(headings))
    sheets.put_note(sheet, 2, note, len(headings))
    sheets.put_head(sheet, _HEAD_ROW, headings)
    centred = frozenset(range(1, len(headings) + 1)) - {3, 9}
    for index, case in enumerate(sorted(cases, key=lambda c: c.number), 1):
        sheets.put_row(sheet, _HEAD_ROW + index, [index, *_case_line(case, forms, zone)], centred)
    sheets.set_widths(sheet, [6, 14, 30, 10, 14, 12, 18, 10, 22, 12, 10, *[9] * len(forms)])
    sheets.fit_heights(sheet, _HEAD_ROW)
    sheets.set_print(sheet, _HEAD_ROW, frozen_columns=3)


def _case_line(case: CaseForWorkbook, forms: Sequence[TableForm], zone: ZoneInfo) -> list[Value]:
    return [
        case.number,
        case.unit or "",
        case.city or "",
        CHANNEL_NAMES[case.channel],
        STATE_NAMES[case.state],
        moment_text(case.received.astimezone(zone)),
        "按时" if case.on_time else "逾期",
        case.letter_number or "",
        case.letter_date.isoformat() if case.letter_date else "",
        PIECE_NAMES[case.state_of("cover_letter")],
        *(_table_state(case, form) for form in forms),
    ]
