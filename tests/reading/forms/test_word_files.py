"""The form as a Word document: every kind of tick, merged cells, tracked changes."""

import pytest

from service.domain.submission import Table
from tests.reading.forms.example_forms import SELF, TABLE_1, TABLE_3, TABLE_4
from tests.reading.forms.filled import Answers, answered, header, question_row, read
from tests.reading.forms.packages import document

ASKED = f"{SELF.questions[0].wording}？"
UNIT, CITY = "云江大学", "云江市"
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'


def run(text: str, style: str = "") -> str:
    return f'<w:r><w:rPr>{style}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def cell(content: str, properties: str = "") -> str:
    inner = content if content.startswith("<w:") else "".join(paragraph(run(line)) for line in content.split("\n"))
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def line(*cells: object) -> str:
    return f"<w:tr>{''.join(c if str(c).startswith('<w:tc>') else cell(str(c or '')) for c in map(str, cells))}</w:tr>"


def table(*lines: str) -> str:
    return f"<w:tbl>{''.join(lines)}</w:tbl>"


def only(body: str) -> Table:
    tables = read(document(body), "征集表.docx").tables
    assert len(tables) == 1
    return tables[0]


def asked(*runs: str) -> object:
    body = table(line(*header(TABLE_4)), line("1", UNIT, CITY, "无", cell(paragraph(run(ASKED), *runs))))
    return answered(only(body).rows[0])["self.self"]


def symbol(code: str, font: str = "Wingdings 2") -> str:
    return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'


def control(checked: str, glyph: str) -> str:
    return (
        f'<w:sdt><w:sdtPr><w14:checkbox {W14}><w14:checked w14:val="{checked}"/></w14:checkbox></w:sdtPr>'
        f"<w:sdtContent>{run(glyph)}</w:sdtContent></w:sdt>"
    )


def legacy(state: str) -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox>{state}</w:checkBox></w:ffData></w:fldChar></w:r>'
        '<w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def circled(mark: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> eq \\o\\ac(□,</w:instrText></w:r>'
        f'<w:r><w:instrText>{mark})</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


WINGDINGS = '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'
TICKED_YES = {
    "symbol": (symbol("F052"), symbol("F0A3")),
    "symbol_without_prefix": (symbol("52"), symbol("A3")),
    "wingdings_symbol": (symbol("F0FE", "Wingdings"), symbol("F0A8", "Wingdings")),
    "control": (control("1", "☒"), control("0", "☐")),
    "control_true": (control("true", "☑"), control("false", "☐")),
    "legacy_field": (legacy("<w:checked/>"), legacy("<w:default w:val='0'/>")),
    "legacy_default": (legacy("<w:default w:val='1'/>"), legacy("<w:default w:val='1'/><w:checked w:val='0'/>")),
    "letters": (run("þ", WINGDINGS), run("¨", WINGDINGS)),
    "circled": (circled("√"), run("□")),
    "lost_font": (run("\uf052"), run("\uf0a3")),
    "plain": (run("☑"), run("□")),
}


@pytest.mark.parametrize("marks", TICKED_YES.values(), ids=TICKED_YES)
def test_every_kind_of_tick_is_read(marks: tuple[str, str]) -> None:
    on, off = marks

    assert asked(on, run("是 "), off, run("否")) is True
    assert asked(off, run("是 "), on, run("否")) is False
    assert asked(off, run("是 "), off, run("否")) is None


@pytest.mark.parametrize("style", ["<w:strike/>", "<w:dstrike/>"])
def test_a_struck_out_option_is_not_meant(style: str) -> None:
    assert asked(run("是 ", style), run("否")) is False


def test_deleted_text_is_gone_and_inserted_text_is_there() -> None:
    deleted = "<w:del><w:r><w:delText>否</w:delText></w:r></w:del>"

    assert asked(f"<w:ins>{run('是')}</w:ins>", deleted) is True


def test_hidden_text_is_not_there() -> None:
    assert asked(run("☑是 □否"), run("☑否", "<w:vanish/>")) is True


def test_a_drawn_tick_is_for_staff_to_see() -> None:
    assert asked("<w:r><w:drawing/></w:r>", run("□是 □否")) == "?"


def test_titles_above_a_table_name_it() -> None:
    body = paragraph(run("表4")) + table(
        line("序号", "单位名称", "所在地市", "团组", "自行组织"),
        line(*question_row(TABLE_4, 1, UNIT, CITY, {"self.self": True})),
    )

    assert only(body).number == 4


def test_merged_cells_are_filled_down() -> None:
    heads = header(TABLE_1)[:5]
    first = line(
        "1", cell(UNIT, '<w:vMerge w:val="restart"/>'), cell(CITY, '<w:vMerge w:val="restart"/>'), "海洋", "教授"
    )
    second = line("2", cell("", "<w:vMerge/>"), cell("", "<w:vMerge/>"), "农业", "讲师")

    rows = only(table(line(*heads), first, second)).rows

    assert [(r.row, r.unit, r.city, r.cells["post"]) for r in rows] == [
        (2, UNIT, CITY, "教授"),
        (3, UNIT, CITY, "讲师"),
    ]
    assert rows[1].places["unit"] == "B2"


def test_spanned_cells_keep_the_columns_below_in_place() -> None:
    title = line(cell(f"表1 {TABLE_1.title}", '<w:gridSpan w:val="5"/>'))

    row = only(table(title, line(*header(TABLE_1)[:5]), line("1", UNIT, CITY, "海洋", "教授"))).rows[0]

    assert (row.row, row.cells["post"]) == (3, "教授")


def test_a_table_inside_a_table_is_found() -> None:
    inner = table(line(*header(TABLE_1)[:5]), line("1", UNIT, CITY, "海洋", "教授"))

    assert only(table(line("外框", cell(f"{inner}{paragraph()}")))).rows[0].unit == UNIT


def test_a_small_table_inside_a_cell_only_arranges_its_text() -> None:
    options = table(line("☑是", "□否"))
    body = table(line(*header(TABLE_4)), line("1", UNIT, CITY, "无", cell(f"{paragraph(run(ASKED))}{options}")))

    assert answered(only(body).rows[0])["self.self"] is True


def test_a_table_split_by_hand_goes_on_without_its_header() -> None:
    first = table(line(*header(TABLE_1)[:5]), line("1", UNIT, CITY, "海洋", "教授"))
    second = table(line("2", "云江学院", CITY, "农业", "讲师"))

    tables = read(document(first + paragraph() + second), "征集表.docx").tables

    assert [(t.number, t.rows[0].unit) for t in tables] == [(1, UNIT), (1, "云江学院")]


def test_rows_deleted_with_tracked_changes_are_gone() -> None:
    gone = line("1", "旧单位", CITY, "海洋", "教授").replace("<w:tr>", "<w:tr><w:trPr><w:del/></w:trPr>")

    assert [
        r.unit for r in only(table(line(*header(TABLE_1)[:5]), gone, line("2", UNIT, CITY, "海洋", "教授"))).rows
    ] == [UNIT]


def test_a_filled_question_table_gives_the_same_answers_as_a_workbook() -> None:
    given: Answers = {
        "nyx.plan_nyx": True,
        "nyx.plan_text": "六月\n举办",
        "nyx.budget": True,
        "doctor.will_doctor": False,
    }

    row = only(table(line(*header(TABLE_3)), line(*question_row(TABLE_3, 1, UNIT, CITY, given)))).rows[0]

    assert answered(row) == {**given, "doctor.budget": None, "doctor.plan_text": ""}


def test_a_letter_in_word_is_no_form() -> None:
    reading = read(document(paragraph(run("关于报送需求的函"))), "报送函.docx")

    assert (reading.is_form, reading.tables, reading.text) == (False, (), "关于报送需求的函")


def test_what_stands_above_a_frame_of_tables_stands_above_the_table_in_it() -> None:
    inner = table(line(*header(TABLE_1)[3:7]), line("海洋", "教授", "2", "化学"))
    frame = table(f"<w:tr><w:tc>{inner}<w:p/></w:tc></w:tr>")

    found = only(paragraph(run("表1")) + paragraph(run(f"填报单位：{UNIT}")) + frame)

    assert (found.reporter, found.rows[0].unit) == (UNIT, UNIT)
