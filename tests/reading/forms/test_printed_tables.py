"""The form as a PDF that an office program made: its tables are read for staff, and the file is asked for all the same."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from service.demo.letters import BLACK, Mark, Page, Rule, Text, pages_of
from service.demo.paper import pdf_of
from service.demo.printed import printed_tables, wrapped
from service.demo.submissions import Scribe, official_forms
from service.demo.world import the_world
from service.domain.submission import Problem, Role, Table
from service.reading import read_mail
from service.reading.forms import read_form
from service.reading.forms.printed import read_pages
from tests.reading.letters.specimens import a_letter
from tests.reading.mails import LETTER, RULEBOOK, NoOcr, a_form, a_mail, read, roles

SIZE, LINE, EDGE = 9.0, 4.0, 0.25  # pt, mm
FOOT = 280.0


def drawn(
    rows: Sequence[Sequence[str]], widths: Sequence[float], y: float = 30.0, above: Sequence[str] = ()
) -> list[Page]:
    """A ruled table as an office program prints it: text wraps at its cell's edge, rows break at the page's foot."""
    pages: list[list[Mark]] = [[Text(line, 15, 15 + 6 * n, 11) for n, line in enumerate(above)]]
    for row in rows:
        cells = [wrapped(text, width - 2, SIZE) for text, width in zip(row, widths, strict=True)]
        left = max(map(len, cells))
        while left:
            fits = min(left, int((FOOT - y) // LINE))
            if fits <= 0:
                pages.append([])
                y = 15.0
                continue
            parts = [lines[:fits] for lines in cells]
            cells = [lines[fits:] for lines in cells]
            left -= fits
            y = strip(pages[-1], parts, widths, y, fits * LINE + 1)
    return [tuple(page) for page in pages]


def strip(page: list[Mark], cells: Sequence[Sequence[str]], widths: Sequence[float], y: float, height: float) -> float:
    x = 15.0
    for lines, width in zip(cells, widths, strict=True):
        page += [Text(line, x + 1, y + 0.5 + n * LINE, SIZE) for n, line in enumerate(lines) if line]
        page.append(Rule(x, y, EDGE, height, BLACK))
        x += width
    page += [
        Rule(x, y, EDGE, height, BLACK),
        Rule(15, y, x - 15, EDGE, BLACK),
        Rule(15, y + height, x - 15, EDGE, BLACK),
    ]
    return y + height


def grids(pages: Sequence[Page]) -> list[dict[tuple[int, int], str]]:
    return [dict(grid.cells) for grid in read_pages(pdf_of(pages)).grids]


def written(tables: Sequence[Table]) -> list[object]:
    return [(t.number, [(r.unit, r.city, dict(r.cells), r.answers) for r in t.rows]) for t in tables]


def test_every_cell_and_answer_is_what_was_typed() -> None:
    forms, sender = official_forms(), the_world().units_by_route("direct")[0]
    tables = Scribe(5, the_world(), forms).tables(sender)
    pdf = pdf_of(printed_tables(forms, tables, sender.name))

    found = read_form(pdf, "征集表.pdf", "征集表.pdf", "application/pdf", forms)

    assert [t.number for t in found.tables] == [1, 2, 3, 4]
    for table, source in zip(found.tables, tables, strict=True):
        assert [(r.unit, r.city) for r in table.rows] == [(r.unit, r.city) for r in source.rows]
        for row, typed in zip(table.rows, source.rows, strict=True):
            assert {k: v for k, v in row.cells.items() if k in typed.cells}.items() <= dict(typed.cells).items()
            for answer in row.answers:
                given = typed.answers.get(answer.question)
                if given is not None:
                    assert given in (answer.tick, answer.text, answer.choices)


def test_a_line_that_was_wrapped_is_whole_and_one_that_was_typed_stays() -> None:
    words = "岭海某某大学海洋学院筹备处\n第二行"

    assert grids(drawn([["单位名称", "说明"], [words, "020-00001234"]], [24, 15])) == [
        {(1, 1): "单位名称", (1, 2): "说明", (2, 1): words, (2, 2): "020-00001234"}
    ]


def test_a_row_cut_by_the_end_of_a_page_is_one_row() -> None:
    plan = "计划三季度举办一场专场活动，围绕新材料和海洋产业组织洽谈。" * 3
    rows = [["序号", "单位名称", "计划"], ["1", "云江大学", plan], ["2", "金渡学院", "无"]]

    cells, *others = grids(drawn(rows, [12, 40, 40], y=262))

    assert not others
    assert {place: text for place, text in cells.items() if place[0] > 1} == {
        (2, 1): "1", (2, 2): "云江大学", (2, 3): plan, (3, 1): "2", (3, 2): "金渡学院", (3, 3): "无",
    }  # fmt: skip


def test_a_header_that_comes_again_on_the_next_page_is_left_out() -> None:
    head = ["序号", "单位名称"]
    pages = [*drawn([head, ["1", "云江大学"]], [12, 40]), *drawn([head, ["2", "金渡学院"]], [12, 40])]

    assert grids(pages) == [
        {(1, 1): "序号", (1, 2): "单位名称", (2, 1): "1", (2, 2): "云江大学", (3, 1): "2", (3, 2): "金渡学院"}
    ]


def test_columns_that_did_not_fit_stand_beside_the_others() -> None:
    left, right = [["序号", "单位名称"], ["1", "云江大学"]], [["联系人", "备注"], ["张三", "无"]]
    pages = [*drawn(left, [40, 40]), *drawn(right, [40, 40])]

    (cells,) = grids(pages)

    assert [text for _, text in sorted(cells.items())] == [
        "序号", "单位名称", "联系人", "备注", "1", "云江大学", "张三", "无",
    ]  # fmt: skip


def test_two_tables_with_the_same_columns_stay_two() -> None:
    rows = [["序号", "单位名称"], ["1", "云江大学"]]
    pages = [*drawn(rows, [12, 40], above=["表1 某某情况表"]), *drawn(rows, [12, 40], above=["表2 另一情况表"])]

    assert len(grids(pages)) == 2


def test_text_that_ran_over_another_is_not_guessed() -> None:
    page = list(drawn([["单位名称", "说明"], ["云江大学", "设备"]], [40, 40])[0])
    page.append(Text("别处的字", 56.5, 36, SIZE))

    (cells,) = grids([tuple(page)])

    assert cells[2, 1] == "云江大学"
    assert (2, 2) not in cells


def a_form_on_paper() -> list[Page]:
    form = RULEBOOK.forms.tables[0]
    heads = [column.label for column in form.columns][:6]
    rows = [heads, ["1", "云江大学", "云江市", "新材料", "教授", "2"]]
    note = "填表说明：请逐项填写，每个岗位一行；没有需求的，请在第一行写“无”。"
    return drawn(rows, [12, 40, 24, 30, 30, 24], y=36, above=[f"表1 {form.title}", note])


def a_form_in_pdf() -> bytes:
    return pdf_of(a_form_on_paper())


def test_it_is_read_where_nothing_electronic_came() -> None:
    found = read(a_mail({"函.pdf": LETTER, "表.pdf": a_form_in_pdf()}))

    assert roles(found)["表.pdf"] is Role.FORM_SCAN
    assert not found.tables
    assert [(t.number, t.attachment, [r.unit for r in t.rows]) for t in found.printed_tables] == [
        (1, "表.pdf", ["云江大学"])
    ]


def test_it_is_not_read_beside_the_electronic_form() -> None:
    found = read(a_mail({"函.pdf": LETTER, "表.pdf": a_form_in_pdf(), "表.xlsx": a_form()}))

    assert [t.attachment for t in found.tables] == ["表.xlsx"]
    assert not found.printed_tables


def test_it_is_found_behind_the_letter_in_one_pdf() -> None:
    found = read(a_mail({"报送函.pdf": pdf_of([*pages_of(a_letter()), *a_form_on_paper()])}))

    assert found.letter is not None
    assert [r.unit for t in found.printed_tables for r in t.rows] == ["云江大学"]


def test_a_pdf_whose_tables_end_the_reader_is_still_read_as_a_letter() -> None:
    class GivesUpOnTables:
        """As the parent has it after the tables of a file ended the child: their key, not the file's."""

        opened: list[str]

        def __init__(self, given_up: frozenset[str]) -> None:
            self.opened, self._given_up = [], given_up

        def gives_up(self, sha256: str) -> bool:
            return sha256 in self._given_up

        def over(self, sha256: str) -> AbstractContextManager[None]:
            self.opened.append(sha256)
            return nullcontext()

    mail = a_mail({"函.pdf": LETTER, "表.pdf": a_form_in_pdf()})
    first = GivesUpOnTables(frozenset())
    read_mail(mail, RULEBOOK, NoOcr(), first)

    found = read_mail(mail, RULEBOOK, NoOcr(), GivesUpOnTables(frozenset(first.opened[-1:])))

    assert not found.printed_tables
    assert roles(found) == {"函.pdf": Role.COVER_LETTER, "表.pdf": Role.FORM_SCAN}


def test_a_page_without_its_measures_is_damage_and_no_error() -> None:
    objects = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R>>")
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, one) for number, one in enumerate(objects, 1))

    reading = read_form(
        b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>", "a.pdf", "a.pdf", "application/pdf", RULEBOOK.forms
    )

    assert (reading.tables, reading.problem) == ((), Problem.DAMAGED)
