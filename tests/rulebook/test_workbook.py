"""The tables of the rules go into a workbook and come back: unchanged byte for byte, or whole and valid, or not at all."""

import codecs
from pathlib import Path

import pytest
from openpyxl import load_workbook

from service import rulebook
from service.cli.main import run
from service.errors import RulesInvalid
from service.exchanging import export_tables, import_tables
from service.rulebook.directory import CITY_COLUMNS, UNIT_COLUMNS
from service.workbook.rules_words import COLUMNS
from tests.rulebook.conftest import CITIES, UNITS, RulesFolder


@pytest.fixture
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("out") / "规则.xlsx"


def contents(rules: RulesFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(rules.path.iterdir())}


def edit(file: Path, sheet: str, **cells: object) -> None:
    book = load_workbook(file)
    for cell, value in cells.items():
        book[sheet][cell] = value
    book.save(file)


def problems(book: Path, rules: RulesFolder) -> tuple[str, ...]:
    before = contents(rules)
    with pytest.raises(RulesInvalid) as caught:
        import_tables(book, rules.path)
    assert contents(rules) == before
    return caught.value.problems


@pytest.mark.parametrize(
    "saved",
    [
        pytest.param(UNITS.encode(), id="plain"),
        pytest.param(codecs.BOM_UTF8 + UNITS.encode(), id="bom"),
        pytest.param(UNITS.encode("gbk"), id="gbk"),
        pytest.param(UNITS.encode("utf-16"), id="utf16"),
        pytest.param(UNITS.replace("\n", "\r\n").encode(), id="crlf"),
        pytest.param(UNITS.replace("\n", "\r").encode(), id="old_mac"),
        pytest.param(UNITS.replace(",", "\t").encode(), id="tabs"),
        pytest.param(("sep=;\n" + UNITS.replace(",", ";")).encode(), id="a_separator_hint"),
        pytest.param(UNITS.rstrip("\n").encode(), id="no_last_line_end"),
        pytest.param((UNITS + "\n,,,,,,,,\n").encode(), id="empty_rows"),
        pytest.param(UNITS.replace("岭大|LHU", '"岭大\nLHU"').encode(), id="lines_in_a_cell"),
        pytest.param(UNITS.replace("与大学共用域名", '" 与""大学""，共用, 域名 "').encode(), id="quotes_and_spaces"),
        pytest.param(UNITS.replace("与大学共用域名", "=1+1").encode(), id="what_looks_like_a_formula"),
    ],
)
def test_what_did_not_change_stays_byte_for_byte(rules: RulesFolder, book: Path, saved: bytes) -> None:
    rules.write("units.csv", saved)
    before = contents(rules)

    export_tables(rules.path, book, {}, ())

    assert import_tables(book, rules.path) == ()
    assert contents(rules) == before


def test_the_packaged_rules_go_there_and_back(book: Path) -> None:
    export_tables(rulebook.defaults_folder(), book, {}, ())

    assert import_tables(book, rulebook.defaults_folder()) == ()


def test_a_changed_row_changes_its_line_alone(rules: RulesFolder, book: Path) -> None:
    rules.write(
        "units.csv", UNITS.replace("岭海大学附属医院,", '"岭海大学附属医院",').replace("\n", "\r\n").encode("gbk")
    )
    before = rules.path.joinpath("units.csv").read_bytes().decode("gbk").split("\r\n")
    export_tables(rules.path, book, {}, ())

    edit(book, "units", H6="via_city", A7="新学院", E7="云江市", H7="via_city", I7="有逗号,的备注")

    assert import_tables(book, rules.path) == ("units.csv",)
    after = rules.path.joinpath("units.csv").read_bytes().decode("gbk").split("\r\n")
    assert after[:5] == before[:5]
    assert after[5:] == [
        "海洋实验室,,省实验室,省实验室,岭州市,,,via_city,",
        '新学院,,,,云江市,,,via_city,"有逗号,的备注"',
        "",
    ]
    assert rules.load().unit("新学院") is not None


def test_a_number_that_was_typed_keeps_its_digits(rules: RulesFolder, book: Path) -> None:
    export_tables(rules.path, book, {}, ())
    edit(book, "cities", F2=901, A3=980209)

    assert import_tables(book, rules.path) == ("cities.csv",)
    assert [(c.code, c.area_code) for c in rules.load().cities[:2]] == [("980100", "0901"), ("980209", "0902")]


def test_problems_are_named_by_sheet_and_cell_and_nothing_is_written(rules: RulesFolder, book: Path) -> None:
    export_tables(rules.path, book, {}, ())
    edit(book, "units", H2="dirct", E5="云山市")
    edit(book, "cities", C3=None)

    assert problems(book, rules) == (
        "工作表 cities 单元格 C3（bureau）：是空的；请填写，整行不要的请删去整行",
        "工作表 units 单元格 H2（route）：不认识“dirct”；是否想写“direct”？",
        "工作表 units 单元格 E5（seat_city）：“云山市”不在 cities.csv 中；是否想写“云江市”？",
    )


def test_one_mistake_down_a_column_is_one_problem_of_its_first_cells(rules: RulesFolder, book: Path) -> None:
    export_tables(rules.path, book, {}, ())
    edit(book, "units", **{f"H{row}": "dirct" for row in range(2, 7)})

    assert problems(book, rules) == (
        "工作表 units 单元格 H2、H3、H4…（route，共 5 行）：不认识“dirct”；是否想写“direct”？",
    )


def test_formulas_and_dates_are_named_by_their_cell(rules: RulesFolder, book: Path) -> None:
    from datetime import date

    export_tables(rules.path, book, {}, ())
    edit(book, "units", B2="=A2", I3=date(2020, 3, 1))

    assert problems(book, rules) == (
        "工作表 units 单元格 B2：是公式；请改成文字",
        "工作表 units 单元格 I3：被当成了日期或错误值；请改成文字",
    )


def test_a_file_that_is_no_workbook_or_lacks_a_sheet_is_refused(rules: RulesFolder, book: Path) -> None:
    book.write_bytes(b"PK\x03\x04")
    assert problems(book, rules) == ("规则.xlsx：打不开，或不是 .xlsx 工作簿；请用导出的工作簿修改后另存为 .xlsx",)

    export_tables(rules.path, book, {}, ())
    renamed = load_workbook(book)
    renamed["units"].title = "单位"
    renamed.save(book)
    assert problems(book, rules) == ("没有工作表“units”；请不要改工作表的名称",)


def test_routes_and_cities_are_picked_from_lists(rules: RulesFolder, book: Path) -> None:
    export_tables(rules.path, book, {"route": "怎样报送"}, ("怎样用",))

    found = load_workbook(book)
    units = found["units"]
    offered = {str(v.sqref).split("2:")[0]: v.formula1 for v in units.data_validations.dataValidation}
    assert found.sheetnames == ["units", "cities", "说明", "lists"] or set(found.sheetnames) == {
        "units",
        "cities",
        "说明",
        "lists",
    }
    assert set(offered) == {"C", "D", "E", "H"}
    sheet, _, cells = offered["H"].lstrip("=").partition("!")
    assert [row[0].value for row in found[sheet][cells.replace("$", "")]] == ["direct", "via_city", "ask"]
    assert units.freeze_panes == "B2"
    assert units["H1"].comment is not None and units["H1"].comment.text == "怎样报送"
    assert found["lists"].sheet_state == "hidden"


def test_every_column_says_what_to_write() -> None:
    assert {*CITY_COLUMNS, *UNIT_COLUMNS} == set(COLUMNS)


def test_the_command_line_exports_and_imports(
    rules: RulesFolder, book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(rules.path.parent)
    monkeypatch.delenv("COLLECTION_MAILBOX_CONFIG", raising=False)

    assert run(["rules", "workbook", "export", str(book), str(rules.path)]) == 0
    assert run(["rules", "workbook", "import", str(book), str(rules.path)]) == 0
    assert "没有改动" in capsys.readouterr().out
    edit(book, "units", H2="dirct")
    assert run(["rules", "workbook", "import", str(book), str(rules.path)]) == 20
    assert "工作表 units 单元格 H2" in capsys.readouterr().err
    assert run(["rules", "workbook", "import", str(book)]) == 2


def test_a_workbook_of_the_first_table_alone_leaves_the_other(rules: RulesFolder, book: Path) -> None:
    export_tables(rules.path, book, {}, ())
    edit(book, "cities", K4="南科函|南函")

    assert import_tables(book, rules.path) == ("cities.csv",)
    assert rules.path.joinpath("units.csv").read_text("utf-8") == UNITS
    assert rules.path.joinpath("cities.csv").read_text("utf-8") == CITIES.replace("南科函\n", "南科函|南函\n")
