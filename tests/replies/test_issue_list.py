"""问题清单.xlsx: opened again as a submitter would."""

import io
from dataclasses import replace

from openpyxl import load_workbook

from service.domain.judgement import Finding, Judgement, Place, Severity
from service.replies.rendering import Letters
from service.replies.samples import sample_judgements, sample_rulebook
from tests.replies.conftest import SAY

RULEBOOK = sample_rulebook()
SAMPLE = sample_judgements(RULEBOOK, SAY)["correction"]


def rows(letters: Letters, judgement: Judgement) -> list[tuple[object, ...]]:
    (file,) = letters.render(judgement, RULEBOOK, None).attachments
    sheet = load_workbook(io.BytesIO(file.content)).active
    return list(sheet.iter_rows(min_row=3, values_only=True))


def test_every_point_is_a_row_with_its_cell_what_was_seen_and_what_to_do(letters: Letters) -> None:
    head, *body = rows(letters, SAMPLE)

    assert head == ("序号", "文件", "工作表", "位置", "栏目", "看到的情况", "怎样更正", "代码")
    assert [row[3] for row in body] == [None, "D5", "E6", "D9", "D5"]
    assert body[2][5:] == ("勾选了“是”，但「初步计划」是空的。", "请用200字以内文字写明。", "F212")


def test_findings_of_staff_stay_out(letters: Letters) -> None:
    assert "R402" not in {row[7] for row in rows(letters, SAMPLE)}


def test_text_that_looks_like_a_formula_is_text(letters: Letters) -> None:
    evil = Finding(
        "F210", '=HYPERLINK("http://x.example")', Place("=cmd.xlsx", 3, "=A1", 5, "@x", "D5"), Severity.CORRECT
    )
    judgement = Judgement(SAMPLE.dossier, replace(SAMPLE.decision, findings=(evil,)))

    (file,) = letters.render(judgement, RULEBOOK, None).attachments

    cells = [c for row in load_workbook(io.BytesIO(file.content)).active.iter_rows() for c in row]
    assert {c.data_type for c in cells if isinstance(c.value, str)} == {"s"}
    assert "=cmd.xlsx" in {c.value for c in cells}


def test_the_same_correction_makes_the_same_file(letters: Letters) -> None:
    first, second = (letters.render(SAMPLE, RULEBOOK, None).attachments[0].content for _ in range(2))

    assert first == second


def test_a_correction_without_cells_has_no_list(letters: Letters) -> None:
    judgement = sample_judgements(RULEBOOK, SAY)["correction-letter-missing"]

    assert letters.render(judgement, RULEBOOK, None).attachments == ()
