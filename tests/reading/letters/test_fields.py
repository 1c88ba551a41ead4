"""Who signed, what it is called, whom it addresses: read from letters of many shapes."""

from datetime import date

import pytest

from service.domain.submission import CoverLetter, LetterSource, Seal
from service.reading.letters import LooksLike
from service.reading.letters.fields import read_fields
from service.reading.letters.model import Box, Line, Sheet, Words
from service.reading.letters.names import Directory
from tests.reading.letters.conftest import Read
from tests.reading.letters.rules import RULEBOOK
from tests.reading.letters.specimens import BUREAU, DAY, TITLE

_TO = "岭海省科学技术厅："
_BODY = "现将有关需求随函报送，请审阅。"


def typed(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def letter_of(read: Read, *lines: str) -> CoverLetter:
    found = read(typed(*lines))
    assert found.looks_like is LooksLike.LETTER, found.why
    assert found.letter is not None
    return found.letter


@pytest.mark.parametrize(
    ("foot", "signer"),
    [
        pytest.param((BUREAU, "2020年3月20日"), BUREAU, id="plain"),
        pytest.param((f"{BUREAU} 2020年3月20日",), BUREAU, id="one_line"),
        pytest.param((f"{BUREAU}（公章）", "2020年3月20日"), BUREAU, id="stamp_note"),
        pytest.param((f"单位（盖章）：{BUREAU}", "日期：2020年3月20日"), BUREAU, id="labelled"),
        pytest.param((BUREAU, "2020年3月20日", "（联系人：张三，电话：020-00001234）"), BUREAU, id="contact_below"),
        pytest.param(
            (BUREAU, "2020年3月20日", "抄送：市府办。", f"{BUREAU}办公室 2020年3月21日印发"), BUREAU, id="imprint"
        ),
        pytest.param((BUREAU, "云江市人力资源和社会保障局", "2020年3月20日"), BUREAU, id="two_units_the_first_leads"),
        pytest.param(
            ("云江市海洋工程装备技术", "研究院有限公司", "2020年3月20日"),
            "云江市海洋工程装备技术研究院有限公司",
            id="broken_name",
        ),
        pytest.param(("岭海大学科技处", "2020年3月20日"), "岭海大学科技处", id="part_of_a_known_unit"),
        pytest.param(("2020年3月20日", BUREAU, "（联系人：张三）"), BUREAU, id="date_above_the_name"),
        pytest.param(
            ("岭海医科大学", "附属口腔医院", "2020年3月20日"),
            "岭海医科大学附属口腔医院",
            id="broken_name_of_a_known_unit",
        ),
        pytest.param(
            ("装备制造股", "岭海华岳智能装备制造股份有限公司", "2020年3月20日"),
            "岭海华岳智能装备制造股份有限公司",
            id="a_seals_writing_above",
        ),
        pytest.param(
            ("南屿市科技创新委员会（南屿市外国专家局）", "2020年3月20日"),
            "南屿市科技创新委员会（南屿市外国专家局）",
            id="second_name",
        ),
    ],
)
def test_the_signer_is_read_from_many_kinds_of_foot(read: Read, foot: tuple[str, ...], signer: str) -> None:
    letter = letter_of(read, TITLE, _TO, _BODY, *foot)

    assert (letter.signer, letter.date) == (signer, DAY)


def test_a_name_broken_in_two_units_is_one_when_the_letterhead_bears_it(read: Read) -> None:
    foot = ("岭海热带学院", "附属第二医院", "2020年3月20日")

    letter = letter_of(read, "岭海热带学院附属第二医院", TITLE, _TO, _BODY, *foot)

    assert letter.signer == "岭海热带学院附属第二医院"


def test_a_body_named_in_a_sentence_with_a_date_is_no_signer(read: Read) -> None:
    body = ("按照通知要求，", "科技局2020年2月20日印发的通知，我单位组织了征集，现随函报送。")

    assert letter_of(read, TITLE, _TO, *body).signer is None


def test_the_end_of_a_name_alone_is_no_signer(read: Read) -> None:
    assert letter_of(read, TITLE, _TO, _BODY, "研究院有限公司", "2020年3月20日").signer is None


def test_a_title_broken_over_lines_is_joined(read: Read) -> None:
    letter = letter_of(read, BUREAU, "关于报送海外人才与科技交流", "合作需求的函", _TO, _BODY, BUREAU, "2020年3月20日")

    assert letter.title == TITLE


def test_a_title_whose_first_line_could_be_its_end_goes_on(read: Read) -> None:
    for first, rest in (("关于报送海外人才需求情况", "的报告"), ("关于报送海外人才需求征集材料", "有关事项的复函")):
        assert letter_of(read, first, rest, _TO, _BODY, BUREAU, "2020年3月20日").title == first + rest


def test_a_units_name_broken_inside_the_title_is_joined(read: Read) -> None:
    title = ("岭海华岳智能装备制造股份有限公", "司关于报送海外人才需求的函")

    assert letter_of(read, *title, _TO, _BODY, BUREAU, "2020年3月20日").title == "".join(title)


def _foot(*lines: Line) -> list[Sheet]:
    top = [Line(text, Box(0.2, 0.1 + 0.04 * row, 0.8, 0.13 + 0.04 * row)) for row, text in enumerate((TITLE, _TO))]
    return [Sheet((*top, *lines), LetterSource.OCR)]


def _recognised(text: str, row: int, sure: float = 1.0, other: tuple[Words, ...] = ()) -> Line:
    return Line(text, Box(0.5, 0.9 + 0.04 * row, 0.9, 0.93 + 0.04 * row), (sure,) * len(text), other)


def _signer(*lines: Line) -> str | None:
    return read_fields(_foot(*lines), RULEBOOK, Directory.of(RULEBOOK)).signer


def test_an_unlisted_name_read_clearly_stands_against_a_reading_that_doubts_itself_where_it_differs() -> None:
    doubtful = Words("竹川市玉器待业协会", (1.0,) * 5 + (0.8,) + (1.0,) * 3)
    certain = Words("竹川市玉器待业协会", (1.0,) * 9)
    day = _recognised("2020年3月20日", 1)

    assert _signer(_recognised("竹川市玉器行业协会", 0, other=(doubtful,)), day) == "竹川市玉器行业协会"
    assert _signer(_recognised("竹川市玉器行业协会", 0, other=(certain,)), day) is None


def test_of_an_unlisted_unit_and_a_listed_one_that_sign_together_the_first_speaks() -> None:
    lines = _recognised("竹川市玉器行业协会", 0), _recognised("岭海大学", 1), _recognised("2020年3月20日", 2)

    assert _signer(*lines) == "竹川市玉器行业协会"


def test_a_rings_writing_above_the_name_that_was_hardly_read_is_no_unit() -> None:
    lines = _recognised("海海外语学会", 0, 0.3), _recognised("岭海外语学院", 1), _recognised("2020年3月20日", 2)

    assert _signer(*lines) == "岭海外语学院"


def test_pieces_of_a_seals_writing_between_name_and_date_do_not_count() -> None:
    names = _recognised("岭海大学", 0), _recognised("云江学院", 1)
    pieces = _recognised("南", 2), _recognised("测试样章", 3), _recognised("NA", 4)

    assert _signer(*names, *pieces, _recognised("2020年3月20日", 5)) == "岭海大学"


def test_a_number_above_the_units_name_is_no_part_of_the_title() -> None:
    texts = ("岭大附中[2020]341号", "岭海大学附属中学", TITLE, _TO)
    lines = [Line(text, Box(0.2, 0.1 + 0.04 * row, 0.8, 0.13 + 0.04 * row)) for row, text in enumerate(texts)]

    read = read_fields([Sheet(tuple(lines), LetterSource.OCR)], RULEBOOK, Directory.of(RULEBOOK))

    assert (read.number, read.title) == ("岭大附中〔2020〕341号", f"岭海大学附属中学{TITLE}")


def test_a_long_name_in_two_lines_above_the_title_is_part_of_it() -> None:
    texts = ("岭海省高等院校与科研机构海外人才引进", "服务促进中心", TITLE, _TO)
    lines = [Line(text, Box(0.2, 0.1 + 0.04 * row, 0.8, 0.13 + 0.04 * row)) for row, text in enumerate(texts)]

    read = read_fields([Sheet(tuple(lines), LetterSource.OCR)], RULEBOOK, Directory.of(RULEBOOK))

    assert read.title == "".join(texts[:3])


def test_a_document_number_is_no_unit(read: Read) -> None:
    letter = letter_of(read, "岭海能源函〔2020〕184号", TITLE, _TO, _BODY, BUREAU, "2020年3月20日")

    assert (letter.title, letter.signer_candidates) == (TITLE, ())


@pytest.mark.parametrize(
    "written",
    [
        "云科函〔2020〕18号",
        "云科函[2020]18号",
        "云科函（2020）18号",
        "云科函【2020】18号",
        "云科函［2020］第18号",
        "云科函〔202018号",
    ],
)
def test_a_document_number_comes_in_its_proper_brackets(read: Read, written: str) -> None:
    assert letter_of(read, written, TITLE, _TO, _BODY, BUREAU, "2020年3月20日").document_number == "云科函〔2020〕18号"


def test_a_number_alone_below_the_title_is_the_letters_own(read: Read) -> None:
    letter = letter_of(read, TITLE, "云科函〔2020〕18号", _TO, _BODY, BUREAU, "2020年3月20日")

    assert (letter.title, letter.document_number) == (TITLE, "云科函〔2020〕18号")


def test_a_name_of_no_known_kind_that_heads_and_ends_the_letter_is_the_signers(read: Read) -> None:
    letter = letter_of(read, "岭海丝路驿舍", TITLE, _TO, _BODY, "岭海丝路驿舍", "2020年3月20日")

    assert letter.signer == "岭海丝路驿舍"


def test_a_number_that_is_cited_is_not_the_letters_own(read: Read) -> None:
    body = "根据《关于征集需求的函》（岭科函专字〔2020〕116号），" + _BODY

    assert letter_of(read, TITLE, _TO, body, BUREAU, "2020年3月20日").document_number is None


def test_the_names_that_could_be_the_signer_are_kept(read: Read) -> None:
    letter = letter_of(read, "云江市科技局文件", TITLE, _TO, _BODY, BUREAU, "2020年3月20日")

    assert (letter.signer, letter.signer_candidates) == (BUREAU, ("云江市科技局",))


@pytest.mark.parametrize(
    ("written", "title"),
    [
        pytest.param(("报送函",), "报送函", id="one_line"),
        pytest.param(("特急", "报送函"), "报送函", id="urgent"),
        pytest.param(("海外人才与科技交流合作需求", "报送函"), "海外人才与科技交流合作需求报送函", id="two_lines"),
    ],
)
def test_a_title_need_not_begin_with_about(read: Read, written: tuple[str, ...], title: str) -> None:
    assert letter_of(read, BUREAU, *written, _TO, _BODY, BUREAU, "2020年3月20日").title == title


def test_a_letter_that_lists_its_tables_is_no_form(read: Read) -> None:
    annexes = ("附件：1.2020年海外人才需求情况表", "2.2020年科技交流合作（项目）需求情况表")
    contact = "（联系人：张三，联系电话：020-00001234，电子邮箱：a@example.com）"

    assert letter_of(read, _TO, _BODY, *annexes, BUREAU, "2020年3月20日", contact).signer == BUREAU


@pytest.mark.parametrize(
    "head",
    [
        pytest.param((TITLE, _TO), id="title"),
        pytest.param((_TO,), id="no_title"),
        pytest.param((TITLE, "云江市科学技术局："), id="another_addressee"),
        pytest.param(("岭海省科学技术厅引智处：",), id="an_office_of_the_department"),
        pytest.param(("省科技厅、省人力资源和社会保障厅：",), id="two_addressees"),
        pytest.param(("尊敬的省科技厅：",), id="courtesy"),
    ],
)
def test_a_letter_that_holds_a_table_is_no_form(read: Read, head: tuple[str, ...]) -> None:
    table = ("序号", "单位名称", "所在地市", "所属领域", "岗位名称", "1", "云江学院", "云江市", "新材料", "教师")

    assert letter_of(read, *head, _BODY, *table, BUREAU, "2020年3月20日").signer == BUREAU


def test_a_letter_without_title_is_one_when_it_addresses_the_department(read: Read) -> None:
    letter = letter_of(read, _TO, _BODY, BUREAU, "2020年3月20日")

    assert (letter.title, letter.addressee) == (None, "岭海省科学技术厅")


def test_a_blank_day_is_no_date(read: Read) -> None:
    assert letter_of(read, TITLE, _TO, _BODY, BUREAU, "2020年3月  日").date is None


def test_a_nil_return_is_a_letter(read: Read) -> None:
    title = "关于海外人才与科技交流合作需求零报送的复函"

    letter = letter_of(read, title, _TO, "经征集，我市无相关需求。", BUREAU, "二○二○年三月二十日")

    assert (letter.title, letter.date) == (title, date(2020, 3, 20))


def test_traditional_forms_are_read_as_simplified_ones(read: Read) -> None:
    letter = letter_of(read, "關於報送海外人才與科技交流合作需求的函", _TO, _BODY, "雲江市科學技術局", "2020年3月20日")

    assert (letter.title, letter.signer) == (TITLE, BUREAU)


def test_a_text_to_edit_has_no_seal_and_is_no_scan(read: Read) -> None:
    letter = letter_of(read, TITLE, _TO, _BODY, BUREAU, "2020年3月20日")

    assert (letter.source, letter.seal) == (LetterSource.EDITABLE, Seal.ABSENT)


@pytest.mark.parametrize(
    ("lines", "looks_like"),
    [
        pytest.param(
            (
                "岭海省科学技术厅",
                "关于在全省范围内征集海外人才与科技交流合作需求的函",
                "各地级以上市科技局（委），有关单位：",
                "现将有关事项通知如下：",
                "岭海省科学技术厅",
                "2020年2月20日",
            ),
            LooksLike.OTHER,
            id="the_notice_itself",
        ),
        pytest.param(
            (
                BUREAU,
                "关于征集海外人才与科技交流合作需求的通知",
                "各县（区）科技局：",
                "请报送。",
                BUREAU,
                "2020年3月1日",
            ),
            LooksLike.OTHER,
            id="a_bureaus_own_notice",
        ),
        pytest.param(
            ("公司简介", "云江精密机械有限公司主营精密机械。", "地址：云江市"), LooksLike.OTHER, id="brochure"
        ),
        pytest.param(
            ("营业执照", "统一社会信用代码：", "名称云江精密机械有限公司", BUREAU, "2020年3月20日"),
            LooksLike.OTHER,
            id="licence",
        ),
        pytest.param(("您好，附件是征集表，请查收。", "张三", BUREAU), LooksLike.OTHER, id="a_note"),
        pytest.param(
            ("2020年海外人才需求情况表", "序号", "单位名称", "所在地市", "所属领域", "岗位名称"),
            LooksLike.FORM,
            id="form",
        ),
        pytest.param(
            ("海外人才与科技交流合作", "需求征集表（表1-4）", f"填报单位（盖章）：{BUREAU}", "2020年3月18日"),
            LooksLike.FORM,
            id="the_forms_front_page",
        ),
        pytest.param(
            ("表1 2020年海外人才需求情况表", "序号 单位名称 所在地市 所属领域"), LooksLike.FORM, id="form_row_as_line"
        ),
    ],
)
def test_what_is_no_letter_is_not_taken_for_one(read: Read, lines: tuple[str, ...], looks_like: LooksLike) -> None:
    assert read(typed(*lines)).looks_like is looks_like
