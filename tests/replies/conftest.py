from pathlib import Path

import pytest

from service.checks.wording import load_wording
from service.previewing import sentences_of
from service.replies.rendering import Letters

TEMPLATES = Path(__file__).parents[2] / "mail_templates"
SAY = sentences_of(load_wording(TEMPLATES / "findings.toml"))


@pytest.fixture(scope="session")
def letters() -> Letters:
    return Letters(TEMPLATES)
