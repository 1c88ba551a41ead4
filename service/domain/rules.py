"""The rulebook: the whole of a rules folder as one frozen value. Built and validated by `service.rulebook`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from service.domain.judgement import Channel, Severity
from service.domain.orders import Action


@dataclass(frozen=True, slots=True)
class City:
    """A line of cities.csv: a city and the bureau that reports for it."""

    code: str
    name: str  # 云江市
    bureau: str
    other_bureau_names: tuple[str, ...]
    region: str
    area_code: str
    abbreviation: str
    aliases: tuple[str, ...]
    domains: tuple[str, ...]
    addresses: tuple[str, ...]
    letter_prefixes: tuple[str, ...]
    source: str  # "cities.csv:5"
    districts: tuple[str, ...] = ()  # 区县 and zones whose name alone, in a 所在地市 cell, means this city

    @property
    def bureau_names(self) -> tuple[str, ...]:
        return (self.bureau, *self.other_bureau_names)


class UnitRoute(StrEnum):
    DIRECT = "direct"
    VIA_CITY = "via_city"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Unit:
    """A line of units.csv: a unit whose channel is known."""

    name: str
    aliases: tuple[str, ...]
    affiliation: str
    category: str
    seat_city: str
    domains: tuple[str, ...]
    addresses: tuple[str, ...]
    route: UnitRoute
    note: str
    source: str  # "units.csv:40"


@dataclass(frozen=True, slots=True)
class Reminders:
    """campaign.toml [reminders]: when cases that lack something are reminded before the deadline."""

    days_before: tuple[int, ...] = ()  # of the deadline's day, descending; one reminder for each at most
    earliest: time = time(9)  # in the campaign's zone
    latest: time = time(17)
    working_days: bool = True  # by the official calendar, with its moved days
    silent: bool = False  # drafts for bureaus that have not written, too


@dataclass(frozen=True, slots=True)
class Campaign:
    """campaign.toml: one notice."""

    title: str
    department: str
    addressees: tuple[str, ...]  # names a letter may be addressed to
    number_prefix: str  # "GD2020" of GD2020-0012
    deadline: datetime  # the last moment that is on time
    timezone: str  # IANA name
    province: str  # 岭海省; names of provincial units begin with it
    seat_city: str  # where direct units must sit
    required_pieces: tuple[str, ...]  # "cover_letter", "tables"
    staff: tuple[str, ...]  # lower-case addresses
    admins: tuple[str, ...]
    contact: str = ""  # one line for submitters' letters: whom to ask, "" for nobody
    letterhead: str = ""  # stands for the department at the head of submitters' letters, "" for the department itself
    signature: tuple[str, ...] = ()  # the lines below submitters' letters, none for the department alone
    form_title: str = ""  # 《…征集表（表1-4）》 as letters name it
    reminders: Reminders = Reminders()
    subject_words: tuple[str, ...] = ()  # that name it among the campaigns of one mailbox


class ColumnKind(StrEnum):
    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    PHONE = "phone"
    EMAIL = "email"
    DATE = "date"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: found by its label or an alias."""

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    kind: ColumnKind = ColumnKind.TEXT
    choices: tuple[str, ...] = ()


class QuestionKind(StrEnum):
    TICK = "tick"  # 是 / 否
    TEXT = "text"  # a plan in words
    CHOICE = "choice"  # any of some groups


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question inside a cell (表3, 表4). In the order the cell asks them."""

    key: str  # with its block: "nyx.plan_nyx"
    wording: str  # as printed: 是否有计划举办“海外专家南粤行专场活动”
    label: str  # short, for letters: 是否举办南粤行专场
    kind: QuestionKind
    aliases: tuple[str, ...] = ()  # other wordings, shortened or older
    parent: str | None = None  # asked only after 是 to this question
    limit: int | None = None  # characters without white space
    choices: tuple[Choice, ...] = ()
    template: str = ""  # the printed text with its boxes, as the blank form shows it


@dataclass(frozen=True, slots=True)
class Block:
    """A wide column whose cells hold questions."""

    key: str
    label: str  # the header: 2020年“海外专家南粤行活动”
    aliases: tuple[str, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class TableForm:
    """One of 表1-4: title, columns, and the blocks of questions."""

    number: int
    label: str  # 表3
    title: str
    title_aliases: tuple[str, ...]
    columns: tuple[Column, ...]
    blocks: tuple[Block, ...] = ()

    def questions(self) -> tuple[Question, ...]:
        return tuple(q for block in self.blocks for q in block.questions)

    def label_of(self, key: str) -> str:
        """The label people know a column or question by; the key itself for an unknown column."""
        for column in self.columns:
            if column.key == key:
                return column.label
        return next((q.label for q in self.questions() if q.key == key), key)


@dataclass(frozen=True, slots=True)
class Marks:
    """How ticks look (forms.toml [marks]); every entry is NFKC-insensitive."""

    checked: tuple[str, ...]
    weak_checked: tuple[str, ...]  # a tick only when the sibling is empty
    ambiguous: tuple[str, ...]  # × ☒: decided by the sibling, else asked
    unchecked: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]


VAGUE_WORDS = ("若干", "不限", "面议", "待定", "详见", "见附", "附件", "根据", "按需", "视情况", "长期", "团队", "自筹")
"""For a forms.toml that names none."""


@dataclass(frozen=True, slots=True)
class Forms:
    """forms.toml: what 表1-4 look like and how they are filled."""

    titles: tuple[str, ...]  # of the whole form
    tables: tuple[TableForm, ...]
    marks: Marks
    nil_words: tuple[str, ...]  # 无, 无需求, 零报送 … as a whole cell
    ditto_words: tuple[str, ...]  # 同上 〃
    total_words: tuple[str, ...]  # 合计 小计
    example_words: tuple[str, ...]  # 示例 例： 如：
    note_words: tuple[str, ...]  # 填表说明 注：
    reporter_labels: tuple[str, ...]  # 填报单位 …
    vague_words: tuple[str, ...] = VAGUE_WORDS  # a cell that holds one need hold no number, address or choice

    def table(self, number: int) -> TableForm | None:
        return next((t for t in self.tables if t.number == number), None)

    def question(self, key: str) -> Question | None:
        return next((q for t in self.tables for q in t.questions() if q.key == key), None)


class Counted(StrEnum):
    """What a number in a cover letter counts."""

    ROWS = "rows"
    UNITS = "units"


@dataclass(frozen=True, slots=True)
class CountWords:
    """letter.toml [[count]]: ways of stating how many rows or units some tables hold; {n} stands for the number."""

    phrases: tuple[str, ...]
    of: Counted
    tables: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LetterWords:
    """letter.toml: how a cover letter reads."""

    title_patterns: tuple[str, ...]
    document_number_pattern: str
    unit_suffixes: tuple[str, ...]  # 局 委员会 大学 研究院 有限公司 …
    salutation_marks: tuple[str, ...]
    nil_phrases: tuple[str, ...]  # 零报送 无需求 暂无…需求; … stands for anything within a clause
    nil_exceptions: tuple[str, ...] = ()  # in one sentence with them a nil phrase states nothing: 如无, 无需求的
    nil_doubts: tuple[str, ...] = ()  # may mean that there is no need: 无需填报; a person decides
    addressee_doubts: tuple[str, ...] = ()  # an addressee with one of these may be ours under another name
    counts: tuple[CountWords, ...] = ()
    count_doubts: tuple[str, ...] = ()  # in one sentence with them a number states nothing: 约, 去年


_ENCLOSING = ("见附件", "详见附", "附上", "随函", "随信", "请查收", "请查阅", "现将", "现报送", "报上", "呈上")
_ASKING = (
    "请问",
    "咨询",
    "请教",
    "想问",
    "问一下",
    "如何",
    "怎么",
    "怎样",
    "能否",
    "可否",
    "是否可以",
    "吗",
    "？",
    "?",
)


@dataclass(frozen=True, slots=True)
class MailWords:
    """mail.toml: how mail behaves here."""

    free_mail: frozenset[str]
    subject_prefixes: tuple[str, ...]
    submitting_words: tuple[str, ...]  # a mail that speaks of these meant to submit
    auto_reply_subjects: tuple[str, ...]
    auto_reply_phrases: tuple[str, ...]
    bounce_local_parts: tuple[str, ...]
    bounce_subjects: tuple[str, ...]
    bounce_phrases: tuple[str, ...]
    receipt_subjects: tuple[str, ...]  # 已读: Recall:
    link_patterns: tuple[str, ...]
    link_marks: tuple[str, ...]
    withdraw_words: tuple[str, ...] = ()
    supplement_words: tuple[str, ...] = ()
    correction_words: tuple[str, ...] = ()
    whole_words: tuple[str, ...] = ()  # those of them that speak of a whole table
    enclosing_words: tuple[str, ...] = _ENCLOSING  # said by who believes to have attached something
    inquiry_words: tuple[str, ...] = _ASKING  # said by who asks something
    request_words: tuple[str, ...] = ()  # said by who wants something of us: the form again, more time
    courtesy_words: tuple[str, ...] = ()  # a reply made of these alone wants nothing
    orders: Mapping[Action, tuple[str, ...]] = field(default_factory=dict)  # by which staff act in their replies


@dataclass(frozen=True, slots=True)
class CheckSetting:
    """checks.toml: what an admin decided about one code."""

    code: str
    severity: Severity
    enabled: bool = True
    limits: Mapping[str, int] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """One rule of routing.toml, tried in order for units that stand in no directory.

    A condition that is empty is not asked. name_* look at the unit's name as read from letter and form.
    """

    name: str
    channel: Channel | None  # None: staff decide
    reason: str
    name_prefixes: tuple[str, ...] = ()
    name_suffixes: tuple[str, ...] = ()
    name_contains: tuple[str, ...] = ()
    name_excludes: tuple[str, ...] = ()
    starts_with_city: bool | None = None
    starts_with_district: bool | None = None
    names_city: bool | None = None
    starts_with_province: bool | None = None
    in_seat_city: bool | None = None
    city_known: bool | None = None
    source: str = ""  # "routing.toml:12"


@dataclass(frozen=True, slots=True)
class Weights:
    """routing.toml [weights]: how much each kind of evidence counts, and the bars."""

    by_source: Mapping[str, float]
    name_match: float = 0.88  # similarity from which a read name is a directory name
    margin: float = 0.06  # to the runner-up


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """A validated rules folder. version is a digest of its files, stamped on every verdict.

    Equal to itself alone: what is worked out of it once is kept under it.

    Reading looks at forms, letter and mail, and compares letters with the names of bureaus, units and the
    department; reading_version is a digest of just these, so that a reading stays good when other rules change.
    """

    version: str
    reading_version: str
    campaign: Campaign
    cities: tuple[City, ...]
    units: tuple[Unit, ...]
    forms: Forms
    letter: LetterWords
    mail: MailWords
    checks: Mapping[str, CheckSetting]
    routing_rules: tuple[RoutingRule, ...]
    weights: Weights
    forbidden_senders: Mapping[str, str] = field(default_factory=dict)  # address or domain -> "routing.toml:12"

    def forbids(self, address: str) -> str | None:
        """The line that forbids a sender, by address or by a domain it belongs to; None for everybody else."""
        local, _, domain = address.lower().rpartition("@")
        labels = domain.split(".")
        names = (f"{local}@{domain}", *(".".join(labels[start:]) for start in range(len(labels))))
        return next((self.forbidden_senders[name] for name in names if name in self.forbidden_senders), None)

    def city(self, name: str | None) -> City | None:
        return next((c for c in self.cities if c.name == name), None)

    def unit(self, name: str | None) -> Unit | None:
        return next((u for u in self.units if u.name == name), None)
