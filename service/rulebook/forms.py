"""forms.toml: what 表1-4 look like and how they are filled."""

from service.domain.rules import (
    VAGUE_WORDS,
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
from service.rulebook.names import same_name
from service.rulebook.problems import did_you_mean
from service.rulebook.sections import Document, Section


def read_forms(document: Document) -> Forms:
    """The whole file; keys of questions are completed with their block's."""
    root = document.root()
    words, marks = root.section("words"), root.section("marks")
    forms = Forms(
        titles=root.texts("titles", required=True),
        tables=tuple(_table(section) for section in root.sections("table")),
        marks=_marks(marks),
        nil_words=words.texts("nil", required=True),
        ditto_words=words.texts("ditto"),
        total_words=words.texts("total"),
        example_words=words.texts("example"),
        note_words=words.texts("note"),
        reporter_labels=words.texts("reporter", required=True),
        vague_words=words.texts("vague") if words.has("vague") else VAGUE_WORDS,
    )
    if not forms.tables:
        root.problem("table", "一张表也没有", "每张表请以 [[table]] 开头")
    _refuse_repeated(root.sections("table"), "number")
    _refuse_repeated([block for table in root.sections("table") for block in table.sections("block")], "key")
    for section in (words, marks, root):
        section.close()
    return forms


def _marks(section: Section) -> Marks:
    marks = Marks(
        checked=section.texts("checked", required=True),
        weak_checked=section.texts("weak_checked"),
        ambiguous=section.texts("ambiguous"),
        unchecked=section.texts("unchecked", required=True),
        yes=section.texts("yes", required=True),
        no=section.texts("no", required=True),
    )
    _refuse_two_meanings(
        section, (("checked", marks.checked), ("ambiguous", marks.ambiguous), ("unchecked", marks.unchecked))
    )
    _refuse_two_meanings(section, (("yes", marks.yes), ("no", marks.no)))
    return marks


def _refuse_two_meanings(section: Section, lists: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    owner: dict[str, str] = {}
    for key, words in lists:
        for word in words:
            first = owner.setdefault(same_name(word), key)
            if first != key:
                section.problem(key, f"“{word}”也写在 {first} 里", "同一写法只能有一个意思，请删去一处", word)


def _table(section: Section) -> TableForm:
    number = section.whole("number", least=1)
    if number is None:
        section.problem("number", "缺少表号", "请写 number = 1")
    table = TableForm(
        number=number or 0,
        label=section.text("label", f"表{number}"),
        title=section.text("title", required=True),
        title_aliases=section.texts("aliases"),
        columns=tuple(_column(one) for one in section.sections("columns")),
        blocks=tuple(_block(one) for one in section.sections("block")),
    )
    _refuse_repeated([*section.sections("columns"), *section.sections("block")], "key")
    if "unit" not in [column.key for column in table.columns]:
        section.problem("columns", "没有单位名称列", '请写一列 key = "unit"')
    section.close()
    return table


def _column(section: Section) -> Column:
    column = Column(
        key=section.text("key", required=True),
        label=section.text("label", required=True),
        aliases=section.texts("aliases"),
        required=bool(section.flag("required")),
        kind=section.one_of("kind", ColumnKind, ColumnKind.TEXT),
        choices=section.texts("choices"),
    )
    section.close()
    return column


def _block(section: Section) -> Block:
    key = section.text("key", required=True)
    questions = tuple(_question(one, key) for one in section.sections("question"))
    block = Block(key, section.text("label", required=True), section.texts("aliases"), questions)
    _refuse_repeated(section.sections("question"), "key")
    ticks = {question.key for question in questions if question.kind is QuestionKind.TICK}
    for question, one in zip(questions, section.sections("question"), strict=True):
        if question.parent is not None and (question.parent not in ticks or question.parent == question.key):
            written = question.parent.partition(".")[2]
            one.problem(
                "parent", f"“{written}”不是本节的是否题", did_you_mean(written, [t.partition(".")[2] for t in ticks])
            )
    if not questions:
        section.problem("question", "一个问题也没有", "请写 [[table.block.question]]")
    section.close()
    return block


def _question(section: Section, block: str) -> Question:
    parent = section.text("parent")
    kind = section.one_of("kind", QuestionKind, QuestionKind.TICK)
    question = Question(
        key=f"{block}.{section.text('key', required=True)}",
        wording=section.text("wording", required=True),
        label=section.text("label", required=True),
        kind=kind,
        aliases=section.texts("aliases"),
        parent=f"{block}.{parent}" if parent else None,
        limit=section.whole("limit", least=1),
        choices=tuple(_choice(one) for one in section.sections("choices")),
        template=section.text("template"),
    )
    if (kind is QuestionKind.CHOICE) != bool(question.choices):
        section.problem("choices", "只有 choice 题要写 choices，而且必须写", "请改 kind 或 choices")
    _refuse_repeated(section.sections("choices"), "key")
    section.close()
    return question


def _choice(section: Section) -> Choice:
    choice = Choice(section.text("key", required=True), section.text("label", required=True), section.texts("aliases"))
    section.close()
    return choice


def _refuse_repeated(sections: list[Section], key: str) -> None:
    """Report every section whose key another one before it already has."""
    seen: set[str] = set()
    for section in sections:
        value = str(section.ask(key))
        if value in seen:
            section.problem(key, f"“{value}”写了两次", "请改名或删去一处")
        seen.add(value)
