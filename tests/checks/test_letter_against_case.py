"""What a cover letter says against what it came with: whom it greets (L107), how much it counts (F230)."""

import pytest

from service.checks.stated import number_of
from service.domain.judgement import Severity, Verdict
from service.domain.submission import Problem, Role, Table
from tests.builders import (
    BUREAU,
    UNIVERSITY,
    a_case,
    a_letter,
    a_row,
    a_submission,
    a_table,
    an_attachment,
    codes,
    found,
    four_tables,
    judged,
    of_unit,
)

# ------------------------------------------------------------------ L107: whom the letter greets


def greeting(addressee: str | None, **changes: object) -> list[str]:
    return codes(judged(a_submission(letters=(a_letter(addressee=addressee),), **changes)))


@pytest.mark.parametrize("addressee", ["岭海省教育厅", "岭海省人力资源和社会保障厅", "鹤溪市科学技术局"])
def test_a_letter_to_another_body_is_noted_and_accepted(addressee: str) -> None:
    judgement = judged(a_submission(letters=(a_letter(addressee=addressee),)))

    assert codes(judgement) == ["L107"]
    assert found(judgement, "L107").severity is Severity.REMARK
    assert judgement.decision.verdict is Verdict.ACCEPTED


def test_the_remark_names_both_bodies() -> None:
    judgement = judged(a_submission(letters=(a_letter(addressee="岭海省教育厅"),)))

    assert found(judgement, "L107").message == (
        "报送函的抬头是“岭海省教育厅”，不是岭海省科学技术厅。已照常受理，无需重发。"
    )


@pytest.mark.parametrize(
    "addressee",
    [
        pytest.param(None, id="not_read"),
        pytest.param("岭海省科学技术厅", id="the_department"),
        pytest.param("省科技厅", id="short"),
        pytest.param("岭海省科技厅引智处", id="one_of_its_offices"),
        pytest.param("岭海省科学技术厅、岭海省教育厅", id="with_another"),
        pytest.param("岭海省科学技木厅", id="misread"),
        pytest.param("岭每省科字技术厅", id="misread_twice"),
        pytest.param("贵厅", id="a_courtesy"),
        pytest.param("省外国专家局", id="its_other_name_plate"),
        pytest.param("尊敬的领导", id="no_body_at_all"),
    ],
)
def test_what_may_be_the_department_is_no_other_body(addressee: str | None) -> None:
    assert greeting(addressee) == []


def test_a_letter_that_greets_twice_is_addressed_to_us() -> None:
    text = "关于报送需求的函\n云江市科学技术局：\n岭海省科学技术厅：\n现将需求报上。\n云江市科学技术局\n2020年3月20日"
    letter = a_letter(addressee="鹤溪市科学技术局", text=text)

    assert codes(judged(a_submission(letters=(letter,)))) == []


def test_a_company_sent_to_its_bureau_hears_nothing_of_its_letters_addressee() -> None:
    company = "云江某某材料有限公司"
    mail = a_submission(letters=(a_letter(company, addressee=BUREAU),), tables=four_tables(company))

    assert "L107" not in codes(judged(mail))


# ------------------------------------------------------------------ F230: what the letter counts


def letter_saying(sentence: str, signer: str = BUREAU) -> dict[str, object]:
    text = f"关于报送需求的函\n岭海省科学技术厅：\n{sentence}\n{signer}\n2020年3月20日"
    return {"letters": (a_letter(signer, text=text),)}


def needs(posts: int, projects: int, units: int = 4) -> tuple[Table, ...]:
    """表1 and 表2 with so many rows of so many units, one person wanted in each; 表3 and 表4 as ever."""
    names = [f"云江第{n}研究院有限公司" for n in range(units)]
    rows = [a_row(names[n % units], row=n + 3, cells={"post": f"岗位{n}"}) for n in range(max(posts, projects))]
    return (a_table(1, rows[:posts]), a_table(2, rows[:projects]), *four_tables(names[0])[2:])


@pytest.mark.parametrize(
    ("sentence", "words", "count"),
    [
        ("经汇总，我市人才需求12项、合作项目7项。", "人才需求12项", "表1共收到10行"),
        ("共征集需求三十项，现报送贵厅。", "共征集需求三十项", "表1、表2共收到17行"),
        ("本次申报涉及15家单位。", "涉及15家单位", "表1、表2共收到4个单位"),
        ("我局认真组织，共收到4家单位的需求20项。", "共收到4家单位的需求20项", "表1、表2共收到17行"),
    ],
)
def test_a_count_that_nothing_explains_is_noted(sentence: str, words: str, count: str) -> None:
    judgement = judged(a_submission(**letter_saying(sentence), tables=needs(10, 7)))

    assert codes(judgement) == ["F230"]
    assert words in found(judgement, "F230").message
    assert count in found(judgement, "F230").message
    assert judgement.decision.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("我市人才需求10项、合作项目7项，涉及4家单位。", id="right"),
        pytest.param("我市人才需求十项、合作项目七项，共征集需求十七项。", id="right_in_chinese_numerals"),
        pytest.param("共征集需求19项。", id="with_the_answers_of_the_other_tables"),
        pytest.param("我市约有人才需求12项。", id="about"),
        pytest.param("共征集需求20余项。", id="more_than"),
        pytest.param("去年我市共征集需求30项。", id="last_year"),
        pytest.param("经统计，江北区人才需求5项。江南区人才需求6项。", id="part_by_part"),
        pytest.param("我局向全市15家单位转发了通知。", id="who_was_asked"),
        pytest.param("现报送12项成果。", id="something_else"),
        pytest.param("共征集需求一百二项。", id="a_number_read_in_two_ways"),
        pytest.param("其中博士岗位12个，硕士岗位5个。", id="a_breakdown"),
    ],
)
def test_a_count_that_is_right_or_in_doubt_is_not_noted(sentence: str) -> None:
    assert codes(judged(a_submission(**letter_saying(sentence), tables=needs(10, 7)))) == []


def test_a_count_of_people_is_explained_by_the_column_of_numbers() -> None:
    tables = (a_table(1, [a_row(cells={"post": "工程师", "number": "12人"})]), *four_tables()[1:])

    assert codes(judged(a_submission(**letter_saying("我市人才需求12项。"), tables=tables))) == []


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        pytest.param(({"number": "3"}, {"number": "4人"}), "共征集需求9项。", id="people_of_one_table_rows_of_another"),
        pytest.param(({"number": "若干"}, {"number": "2"}), "我市人才需求12项。", id="nobody_knows_how_many"),
        pytest.param(({"number": "2-3"}, {"number": "2"}), "我市人才需求5项。", id="from_to"),
        pytest.param(({"seq": "1"}, {"seq": "1"}), "我市人才需求1项。", id="one_need_over_two_rows"),
    ],
)
def test_other_ways_of_counting_explain_a_number(cells: tuple[dict[str, str], ...], sentence: str) -> None:
    posts = a_table(1, [a_row(f"云江第{n}研究院有限公司", row=n, cells=one) for n, one in enumerate(cells)])
    projects = a_table(2, [a_row("云江第一研究院有限公司", row=n, cells={"project": f"项目{n}"}) for n in (3, 4)])
    mail = a_submission(**letter_saying(sentence), tables=(posts, projects, *four_tables("云江第一研究院有限公司")[2:]))

    assert "F230" not in codes(judged(mail))


def test_a_set_that_came_over_several_mails_is_compared_whole() -> None:
    one, other = (a_row(name, cells={"post": "工程师"}) for name in ("云江第一机械有限公司", "云江第二机械有限公司"))
    tables = (a_table(1, [one]), *four_tables(one.unit)[1:])
    first = judged(a_submission(**letter_saying("我市人才需求2项。"), tables=tables))
    more = a_table(1, [other])
    mail = a_submission(
        letters=(), attachments=(an_attachment(),), tables=(more,), text="补充一家单位", sha256="2" * 64
    )

    assert codes(first) == ["F230"]
    assert codes(judged(mail, earlier=a_case(first))) == []


def test_nothing_is_compared_while_a_file_could_not_be_opened() -> None:
    files = (
        *a_submission().attachments,
        an_attachment("其余.zip", Role.CONTAINER, Problem.ENCRYPTED, "application/zip"),
    )

    assert "F230" not in codes(judged(a_submission(**letter_saying("我市人才需求12项。"), attachments=files)))


def test_a_unit_of_its_own_is_compared_too() -> None:
    mail = of_unit(UNIVERSITY, **letter_saying("现报送人才需求3项。", UNIVERSITY))

    assert codes(judged(mail)) == ["F230"]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12", 12),
        ("十二", 12),
        ("二十", 20),
        ("两", 2),
        ("一百零五", 105),
        ("一百二十", 120),
        ("一百二", None),
        ("百", None),
    ],
)
def test_numerals(written: str, number: int | None) -> None:
    assert number_of(written) == number
