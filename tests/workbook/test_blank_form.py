"""The blank form: what people download, fill and send back."""

from pathlib import Path

from openpyxl import load_workbook

from service.workbook.blank_form import write_blank_form
from tests.workbook.builders import a_rulebook

NOTES = ("请在“□”内打“√”。", "没有需求的表填“无”。")


def test_the_form_is_named_as_the_notice_names_it(tmp_path: Path) -> None:
    path = write_blank_form(tmp_path / "new", a_rulebook())

    assert path.name == "海外人才与科技交流合作需求征集表（表1-4）.xlsx"


def test_every_table_has_its_sheet_title_and_columns(tmp_path: Path) -> None:
    workbook = load_workbook(write_blank_form(tmp_path, a_rulebook()))

    assert workbook.sheetnames == ["表1", "表4"]
    sheet = workbook["表1"]
    assert sheet["A2"].value == "2020年海外人才需求情况表"
    assert sheet["A3"].value == "填报单位（盖章）："
    assert [c.value for c in sheet[4]][:4] == ["序号", "单位名称", "所在地市", "岗位名称"]


def test_questions_stand_inside_their_cell_with_boxes_and_room_to_write(tmp_path: Path) -> None:
    sheet = load_workbook(write_blank_form(tmp_path, a_rulebook()))["表4"]

    assert sheet["D5"].value == (
        "是否有计划参加团组？□是（□甲团，□乙团）□否\n如有，请列出拟对接项目（200字以内）\n\n是否有经费预算 □是 □否"
    )
    assert sheet["D6"].value is None


def test_the_notes_on_filling_are_one_cell_that_says_what_it_is(tmp_path: Path) -> None:
    sheet = load_workbook(write_blank_form(tmp_path, a_rulebook(), NOTES))["表4"]

    assert sheet["A6"].value == "填表说明：1. 请在“□”内打“√”。\n2. 没有需求的表填“无”。"


def test_choices_are_offered_and_other_words_are_not_refused(tmp_path: Path) -> None:
    sheet = load_workbook(write_blank_form(tmp_path, a_rulebook()))["表1"]

    (rule,) = sheet.data_validations.dataValidation
    assert rule.formula1 == '"全职,柔性（短期）"'
    assert not rule.showErrorMessage
