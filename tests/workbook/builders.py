"""An invented province's forms and cases for the workbook's tests."""

from dataclasses import replace
from datetime import date, datetime

from service.domain.judgement import Channel, Piece, PieceState, Verdict
from service.domain.rules import (
    Block,
    Choice,
    Column,
    ColumnKind,
    Question,
    QuestionKind,
    Rulebook,
    TableForm,
)
from service.domain.submission import Answer, Row, Table, Tick
from service.replies.samples import sample_rulebook
from service.workbook.cases import CaseForWorkbook

_FIRST = (Column("seq", "序号"), Column("unit", "单位名称", required=True), Column("city", "所在地市"))
_JOIN = Block(
    "join",
    "参加省科技厅举办的赴海外活动团组",
    (),
    (
        Question(
            "join.join",
            "是否有计划参加团组？",
            "是否参加团组",
            QuestionKind.TICK,
            template="是否有计划参加团组？□是（□甲团，□乙团）□否",
        ),
        Question(
            "join.group",
            "团组",
            "团组",
            QuestionKind.CHOICE,
            parent="join.join",
            choices=(Choice("jia", "甲团"), Choice("yi", "乙团")),
        ),
        Question(
            "join.projects",
            "如有，请列出拟对接项目",
            "拟对接项目",
            QuestionKind.TEXT,
            limit=200,
            template="如有，请列出拟对接项目（200字以内）",
        ),
        Question(
            "join.budget", "是否有经费预算", "是否有经费预算", QuestionKind.TICK, template="是否有经费预算 □是 □否"
        ),
    ),
)
_SELF = Block(
    "self",
    "自行组织赴海外活动",
    (),
    (
        Question(
            "self.self",
            "是否有计划自行组织？",
            "是否自行组织",
            QuestionKind.TICK,
            template="是否有计划自行组织？□是 □否",
        ),
        Question(
            "self.plan_text",
            "如有，请列出初步计划",
            "初步计划",
            QuestionKind.TEXT,
            limit=200,
            template="如有，请列出初步计划（200字以内）",
        ),
    ),
)


def a_rulebook() -> Rulebook:
    rulebook = sample_rulebook()
    one = TableForm(
        1,
        "表1",
        "2020年海外人才需求情况表",
        (),
        (
            *_FIRST,
            Column("post", "岗位名称"),
            Column("number", "需求人数", kind=ColumnKind.COUNT),
            Column("duties", "岗位职责及工作内容"),
            Column("mode", "引进方式", choices=("全职", "柔性（短期）")),
            Column("phone", "联系电话", kind=ColumnKind.PHONE),
        ),
    )
    four = TableForm(4, "表4", "2020年赴海外举办人才与科技交流活动意愿情况表", (), _FIRST, (_JOIN, _SELF))
    forms = replace(
        rulebook.forms, tables=(one, four), reporter_labels=("填报单位（盖章）",), note_words=("填表说明：",)
    )
    return replace(rulebook, forms=forms)


def a_row(row: int = 3, unit: str | None = "云江智能装备研究院", city: str | None = "云江市", **cells: str) -> Row:
    return Row(row, unit, city, {"post": "算法工程师", "number": "3", "phone": "020-00001234", **cells})


def a_row_of_answers(row: int = 5, **texts: str) -> Row:
    answers = (
        Answer("join.join", f"D{row}", tick=Tick.YES),
        Answer("join.group", f"D{row}", choices=("jia", "yi")),
        Answer("join.projects", f"D{row}", text=texts.get("projects", "与海外高校共建联合实验室，开展新材料研发。")),
        Answer("join.budget", f"D{row}", tick=Tick.UNANSWERED),
        Answer("self.self", f"E{row}", tick=Tick.NO),
        Answer("self.plan_text", f"E{row}", text=""),
    )
    return Row(row, "岭海大学", "云江市", {}, answers)


def a_case(number: str = "LH2020-0012", rows: tuple[Row, ...] = (), **changes: object) -> CaseForWorkbook:
    tables = (
        Table(1, "材料.zip/征集表.xlsx", "表1", rows or (a_row(), a_row(4, "岭海大学"))),
        Table(4, "材料.zip/征集表.xlsx", "表4", (a_row_of_answers(),)),
    )
    pieces = (
        Piece("cover_letter", PieceState.RECEIVED, "a" * 64, "报送函.pdf"),
        Piece("table1", PieceState.RECEIVED, "a" * 64, "材料.zip/征集表.xlsx", 2),
        Piece("table4", PieceState.RECEIVED, "a" * 64, "材料.zip/征集表.xlsx", 1),
    )
    case = CaseForWorkbook(
        number=number,
        unit="云江市科学技术局",
        city="云江市",
        channel=Channel.CITY_BUREAU,
        on_time=True,
        state=Verdict.ACCEPTED,
        received=datetime.fromisoformat("2020-03-24T16:05:46+08:00"),
        letter_number="云科函〔2020〕18号",
        letter_date=date(2020, 3, 20),
        tables=tables,
        pieces=pieces,
    )
    return replace(case, **changes)  # type: ignore[arg-type]
