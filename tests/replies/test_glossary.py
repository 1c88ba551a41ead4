"""mail_templates/README.md tells every placeholder that a template uses."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from service.replies.view import LetterView
from tests.replies.conftest import TEMPLATES

FILES = sorted(p for p in TEMPLATES.iterdir() if p.suffix in (".words", ".txt", ".html"))
TOLD = set(re.findall(r"`(\w+)`", (TEMPLATES / "README.md").read_text("utf-8")))
LAYOUT = {"parts", "say", "shared", "subject", "tone", "next_label", "soft", "matters"}
"""What the layouts hand to each other."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_placeholder_of_a_template_is_in_the_glossary(file: Path) -> None:
    environment = Environment()
    environment.filters |= dict.fromkeys(("moment", "deadline", "day", "size", "line"), str)

    used = meta.find_undeclared_variables(environment.parse(file.read_text("utf-8")))

    assert used - LAYOUT <= TOLD


def test_every_value_that_a_letter_gets_is_in_the_glossary() -> None:
    assert {field.name for field in fields(LetterView)} <= TOLD
