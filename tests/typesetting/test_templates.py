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


def test_a_template_is_what_it_was_when_the_folder_was_read(tmp_path: Path) -> None:
    """What was checked is what is used, whatever is saved meanwhile."""
    read = templates(tmp_path, "已收到")
    (tmp_path / "note.txt").write_text("{{ nothing }}", "utf-8")
    (tmp_path / "note.html").unlink()

    assert read.render("note", {}).text == "已收到\n"


def test_folders_that_hold_the_same_have_one_version(tmp_path: Path) -> None:
    for name in ("one", "same", "other"):
        (tmp_path / name).mkdir()

    one, same, other = (
        templates(tmp_path / name, "补正" if name == "other" else "回执") for name in ("one", "same", "other")
    )
    (tmp_path / "same" / "README.md").write_text("说明", "utf-8")

    assert one.version == same.version == Templates(tmp_path / "same").version
    assert one.version != other.version


def test_a_folder_that_is_not_there_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    read = Templates(tmp_path / "gone")

    assert [*read.problems("note", iter([lambda: read.render("note", {})]))] == [
        "note.*: 没有找到模板文件“note.words”，请从 init 生成的默认模板中补回"
    ]
