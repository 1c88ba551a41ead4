"""What files make of a rules folder: known by what they hold, validated whole, and bounded."""

from pathlib import Path

import pytest

from service import rulebook
from service.amending.proposal import Proposal, propose
from service.reading.offered import OfferedFile, OfferedSheet
from tests.rulebook.conftest import CAMPAIGN, CITIES, UNITS, RulesFolder


@pytest.fixture
def rules(tmp_path: Path) -> RulesFolder:
    folder = RulesFolder(tmp_path)
    return folder.write("campaign.toml", CAMPAIGN).write("cities.csv", CITIES).write("units.csv", UNITS)


def proposed(rules: RulesFolder, *files: OfferedFile) -> Proposal:
    return propose(files, rules.path, rulebook.load(rules.path), ())


def text(name: str, content: str | bytes) -> OfferedFile:
    return OfferedFile(name, name, content=content if isinstance(content, bytes) else content.encode())


def sheet(title: str, table: str) -> OfferedSheet:
    return OfferedSheet(title, tuple(tuple(line.split(",")) for line in table.splitlines()))


CHANGED = UNITS.replace("海洋实验室,,省实验室,省实验室,岭州市,,,ask,", "海洋实验室,,省实验室,省实验室,岭州市,,,direct,")


@pytest.mark.parametrize(
    "file",
    [
        text("units.csv", CHANGED),
        text("新单位 (2).CSV", CHANGED.encode("gbk")),
        text("units.csv", CHANGED.replace(",", ";")),
        OfferedFile("规则.zip/规则.xlsx", "规则.xlsx", (sheet("Sheet1", "说明\n看这里"), sheet("Sheet2", CHANGED))),
    ],
)
def test_a_table_is_known_by_its_columns_and_one_line_changes(rules: RulesFolder, file: OfferedFile) -> None:
    found = proposed(rules, file)

    assert (found.problems, found.recognised, list(found.changed)) == ((), ("units.csv",), ["units.csv"])
    assert found.changed["units.csv"].decode() == CHANGED
    ((change,),) = (found.differences,)
    assert (change.subject, change.column, change.before, change.after) == ("海洋实验室", "route", "ask", "direct")


def test_what_is_proposed_is_what_the_rules_then_are(rules: RulesFolder) -> None:
    file = text("units.csv", CHANGED)
    found = proposed(rules, file)

    assert proposed(rules, file).version == found.version
    rules.write("units.csv", found.changed["units.csv"])
    assert rulebook.load(rules.path).version == found.version
    assert proposed(rules, file).changed == {}


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ((text("units.csv", UNITS), text("b.csv", UNITS)), "b.csv：units.csv 的内容有两份；请只留一份"),
        ((text("forms.toml", "a = 1"),), "forms.toml：forms.toml 不能用邮件修改；请在服务器上改"),
        ((text("routing (1).toml", "[[rule"),), "routing.toml"),
        ((text("routing.toml", "x = " + "[" * 100_000),), "层数过多的括号"),
        ((text("routing.toml", "# " + "x" * 400_000),), "文件过大"),
        ((text("units.csv", "name,route\n" + "甲,ask\n" * 6000),), "超过 5000 行"),
        ((text("units.csv", "name,route\n甲,ask\n"),), "没有 addresses 列，而现在的规则里这一列有内容"),
        ((text("units.csv", b"name,route\n\xff\xfe\xfa\n"),), "无法辨认的字符"),
        ((OfferedFile("a.xlsx", "a.xlsx", problem="设有打开密码"),), "a.xlsx：设有打开密码"),
        (
            (OfferedFile("a.xlsx", "a.xlsx", (sheet("单位", UNITS.replace(",ask,", ",asq,")),)),),
            "工作表 单位 单元格 H6（route）",
        ),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_proposed(
    rules: RulesFolder, files: tuple[OfferedFile, ...], problem: str
) -> None:
    found = proposed(rules, *files)

    assert problem in "\n".join(found.problems)
    assert found.changed == {}


def test_what_is_no_rules_file_is_named_beside_one_that_is(rules: RulesFolder) -> None:
    found = proposed(rules, text("units.csv", CHANGED), OfferedFile("说明.docx", "说明.docx"))

    assert (found.unknown, found.problems) == (("说明.docx",), ())
    assert found.changed
