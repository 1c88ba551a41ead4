"""A Forms value as rules/forms.toml gives it, short enough to read: what the tests of this folder fill in."""

from service.domain.rules import (
    Block,
    Choice,
    Column,
    ColumnKind,
    Forms,
    Marks,
    Question,
    QuestionKind,
    TableForm,
)

TICK, TEXT, CHOICE = QuestionKind.TICK, QuestionKind.TEXT, QuestionKind.CHOICE

MARKS = Marks(
    checked=("☑", "✅", "√", "✓", "✔", "■", "●", "◉", "[√]", "（√）", "(√)"),
    weak_checked=("V", "v", "Y", "[x]", "[X]", "★"),
    ambiguous=("×", "✗", "✘", "x", "X", "☒", "⊠"),
    unchecked=("□", "☐", "◻", "▢", "○", "〇", "口", "囗", "[ ]", "（ ）", "( )", "（）", "()"),
    yes=("是", "有", "有计划", "有意愿", "√", "1", "Y", "yes", "拟举办", "计划举办", "愿意"),
    no=("否", "无", "没有", "暂无", "无计划", "不", "×", "0", "N", "no", "不举办", "/", "-", "—"),
)

NYX = Block(
    "nyx",
    "2020年“海外专家南粤行活动”",
    ("海外专家南粤行活动", "海外专家南粤行专场活动"),
    (
        Question(
            "nyx.plan_nyx",
            "是否有计划举办“海外专家南粤行专场活动”？",
            "是否举办南粤行专场",
            TICK,
            ("是否有计划举办南粤行活动",),
            template="是否有计划举办“海外专家南粤行专场活动”？□是 □否",
        ),
        Question(
            "nyx.plan_text",
            "如有，请列出初步计划（200字以内）",
            "南粤行专场初步计划",
            TEXT,
            ("请列出初步计划", "初步计划"),
            "nyx.plan_nyx",
            200,
            template="如有，请列出初步计划（200字以内）",
        ),
        Question(
            "nyx.budget",
            "是否有经费预算",
            "南粤行专场经费预算",
            TICK,
            ("有无经费预算", "经费预算"),
            "nyx.plan_nyx",
            template="是否有经费预算 □是 □否",
        ),
    ),
)
DOCTOR = Block(
    "doctor",
    "举办“海外博士博士后专场对接活动”",
    ("海外博士博士后专场对接活动",),
    (
        Question(
            "doctor.will_doctor", "是否有意愿举办“海外博士南粤行专场活动”？", "是否举办海外博士专场", TICK,
            template="是否有意愿举办“海外博士南粤行专场活动”？□是 □否",
        ),
        Question(
            "doctor.budget", "是否有经费预算", "海外博士专场经费预算", TICK, ("经费预算",), "doctor.will_doctor",
            template="是否有经费预算 □是 □否",
        ),
        Question(
            "doctor.plan_text", "如有，请列出初步计划（200字以内）", "海外博士专场初步计划", TEXT,
            ("请列出初步计划", "初步计划"), "doctor.will_doctor", 200, template="如有，请列出初步计划（200字以内）",
        ),
    ),
)  # fmt: skip
JOIN = Block(
    "join",
    "参加省科技厅举办的赴海外人才与科技交流活动团组",
    ("参加赴海外人才与科技交流活动团组",),
    (
        Question(
            "join.join", "是否有计划参加省科技厅举办的赴海外人才与科技交流活动团组", "是否参加赴海外团组", TICK,
            template="是否有计划参加省科技厅举办的赴海外人才与科技交流活动团组? □是（□中东欧团，□澳新团）□否",
        ),
        Question(
            "join.group", "", "参加的团组", CHOICE, (), "join.join",
            choices=(Choice("zhongdongou", "中东欧团", ("中东欧",)), Choice("aoxin", "澳新团", ("澳新",))),
        ),
        Question(
            "join.projects", "如有，请列出拟对接项目（200字以内）", "拟对接项目", TEXT, ("拟对接项目",), "join.join", 200,
            template="如有，请列出拟对接项目（200字以内）",
        ),
        Question(
            "join.budget", "是否有经费预算", "赴海外团组经费预算", TICK, ("经费预算",), "join.join",
            template="是否有经费预算 □是 □否",
        ),
        Question(
            "join.foreign_affairs_quota", "是否有出国外事指标", "出国外事指标", TICK, ("外事指标",), "join.join",
            template="是否有出国外事指标 □是 □否",
        ),
    ),
)  # fmt: skip
SELF = Block(
    "self",
    "自行组织赴海外人才与科技交流活动",
    (),
    (
        Question(
            "self.self", "是否有计划自行组织海外人才与科技交流活动", "是否自行组织赴海外活动", TICK,
            template="是否有计划自行组织海外人才与科技交流活动? □是 □否",
        ),
        Question(
            "self.plan_text", "如有，请列出初步计划（200字以内）", "自行组织活动初步计划", TEXT, ("初步计划",), "self.self",
            200, template="如有，请列出初步计划（200字以内）",
        ),
    ),
)  # fmt: skip
COMMON = (
    Column("seq", "序号", (), required=True),
    Column("unit", "单位名称", ("单位", "填报单位名称"), required=True),
    Column("city", "所在地市", ("地市", "所在市"), required=True),
)
TABLE_1 = TableForm(
    1, "表1", "2020年海外人才需求情况表", ("海外人才需求表",),
    (
        *COMMON,
        Column("field", "所属领域", ("行业领域", "技术领域"), required=True),
        Column("post", "岗位名称", ("需求岗位", "职位"), required=True),
        Column("number", "需求人数", ("人数",), required=True, kind=ColumnKind.COUNT),
        Column("major", "专业要求", ("专业", "研究方向"), required=True),
        Column("country", "拟引进国别（地区）", ("国别",)),
        Column("pay", "薪酬待遇", ("年薪（万元）",)),
        Column("contact", "联系人", (), required=True),
        Column("phone", "联系电话", ("电话", "手机"), required=True, kind=ColumnKind.PHONE),
        Column("email", "电子邮箱", ("邮箱", "E-mail"), kind=ColumnKind.EMAIL),
        Column("remark", "备注"),
    ),
)  # fmt: skip
TABLE_2 = TableForm(
    2, "表2", "2020年科技交流合作（项目）需求情况表", ("科技交流合作需求表",),
    (
        *COMMON,
        Column("field", "所属领域", ("技术领域",), required=True),
        Column("project", "合作项目（需求）名称", ("项目名称", "需求名称"), required=True),
        Column("kind", "需求类别"),
        Column("content", "合作内容及需求简述", ("需求内容", "主要内容"), required=True),
        Column("budget", "拟投入资金（万元）", ("投入资金",), kind=ColumnKind.MONEY),
        Column("contact", "联系人", (), required=True),
        Column("phone", "联系电话", ("电话",), required=True, kind=ColumnKind.PHONE),
        Column("remark", "备注"),
    ),
)  # fmt: skip
TABLE_3 = TableForm(3, "表3", "举办2020年海外专家南粤行活动的意愿情况表", (), COMMON, (NYX, DOCTOR))
TABLE_4 = TableForm(4, "表4", "2020年赴海外举办人才与科技交流活动意愿情况表", (), COMMON, (JOIN, SELF))

FORMS = Forms(
    titles=("海外人才与科技交流合作需求征集表", "海外人才科技交流合作需求征集表"),
    tables=(TABLE_1, TABLE_2, TABLE_3, TABLE_4),
    marks=MARKS,
    nil_words=("无", "无需求", "暂无", "暂无需求", "零报送", "/", "-", "—"),
    ditto_words=("同上", "〃"),
    total_words=("合计", "小计", "总计"),
    example_words=("示例", "例：", "如：", "例如", "XX公司"),
    note_words=("填表说明", "注：", "备注：", "说明："),
    reporter_labels=("填报单位", "报送单位"),
)
