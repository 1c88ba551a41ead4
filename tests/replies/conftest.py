from pathlib import Path

import pytest

from service.replies.rendering import Letters

TEMPLATES = Path(__file__).parents[2] / "mail_templates"


@pytest.fixture(scope="session")
def letters() -> Letters:
    return Letters(TEMPLATES)
