"""A small rulebook of 岭海省, the invented province of the demo, with the packaged words of letters."""

import tomllib
from datetime import datetime, timedelta, timezone
from pathlib import Path

from service.demo.world import Sender, the_world
from service.domain.rules import (
    Campaign,
    City,
    Column,
    Forms,
    LetterWords,
    MailWords,
    Marks,
    Rulebook,
    TableForm,
    Unit,
    UnitRoute,
    Weights,
)

_COLUMNS = (
    "序号",
    "单位名称",
    "所在地市",
    "所属领域",
    "岗位名称",
    "需求人数",
    "联系人",
    "联系电话",
    "电子邮箱",
    "备注",
)


def _city(one: Sender) -> City:
    return City("", one.city, one.name, one.other_names, "", "", "", (), (), (), (), "cities.csv:2")


def _unit(one: Sender) -> Unit:
    return Unit(one.name, one.other_names, "", "", one.city, (), (), UnitRoute.DIRECT, "", "units.csv:2")


def _table(number: int, title: str) -> TableForm:
    return TableForm(number, f"表{number}", title, (), tuple(Column(label, label) for label in _COLUMNS))


def _letter_words() -> LetterWords:
    words = tomllib.loads((Path(__file__).parents[3] / "rules" / "letter.toml").read_text("utf-8"))
    return LetterWords(
        title_patterns=tuple(words["title_patterns"]),
        document_number_pattern=words["document_number_pattern"],
        unit_suffixes=tuple(words["unit_suffixes"]),
        salutation_marks=tuple(words["salutation_marks"]),
        nil_phrases=tuple(words["nil_phrases"]),
    )


_LETTER_WORDS = _letter_words()
_MAIL_WORDS = MailWords(frozenset(), *((),) * 10)  # letters do not look at mails

RULEBOOK = Rulebook(
    version="test",
    reading_version="test",
    campaign=Campaign(
        title="2020年海外人才与科技交流合作需求征集",
        department="岭海省科学技术厅",
        addressees=("岭海省科学技术厅", "岭海省科技厅", "省科学技术厅", "省科技厅"),
        number_prefix="LH2020",
        deadline=datetime(2020, 3, 25, 23, 59, tzinfo=timezone(timedelta(hours=8))),
        timezone="Asia/Shanghai",
        province="岭海省",
        seat_city="岭州市",
        required_pieces=("cover_letter", "tables"),
        staff=(),
        admins=(),
    ),
    cities=tuple(map(_city, the_world().bureaus)),
    units=tuple(map(_unit, the_world().units)),
    forms=Forms(
        titles=("海外人才与科技交流合作需求征集表（表1-4）",),
        tables=(_table(1, "2020年海外人才需求情况表"), _table(2, "2020年科技交流合作（项目）需求情况表")),
        marks=Marks((), (), (), (), (), ()),
        nil_words=("无",),
        ditto_words=(),
        total_words=(),
        example_words=(),
        note_words=(),
        reporter_labels=("填报单位",),
    ),
    letter=_LETTER_WORDS,
    mail=_MAIL_WORDS,
    checks={},
    routing_rules=(),
    weights=Weights({}),
)
