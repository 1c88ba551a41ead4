"""What somebody may write into a template, by design or by mistake, without harm to the service."""

from pathlib import Path

import pytest
from jinja2 import TemplateError

from service.typesetting.templates import Templates

HARMLESS = "{% macro subject() %}回执{% endmacro %}"


def templates(folder: Path, text: str) -> Templates:
    (folder / "note.words").write_text(HARMLESS, "utf-8")
    (folder / "note.html").write_text("回执", "utf-8")
    (folder / "note.txt").write_text(text, "utf-8")
    return Templates(folder)


@pytest.mark.parametrize(
    "written",
    [
        "{{ '字' * 100000000 }}",
        "{{ [1] * 100000000 }}",
        "{{ 9 ** 9 }}",
        "{{ '字' | center(100000000) }}",
        "{{ '字'.ljust(100000000) }}",
        "{{ '%100000000s' % '字' }}",
        "{{ '{:100000000}'.format('字') }}",
    ],
)
def test_no_short_expression_becomes_a_text_that_fills_the_memory(tmp_path: Path, written: str) -> None:
    with pytest.raises(TemplateError):
        templates(tmp_path, written).render("note", {})


def test_numbers_may_be_multiplied(tmp_path: Path) -> None:
    assert templates(tmp_path, "{{ 3 * 4 }}").render("note", {}).text == "12\n"
