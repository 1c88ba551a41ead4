"""What crash tests share: rules, readings and places."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.driver import Forks, Place, place, rules_for_all


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with rules and templates, which runs only read."""
    return rules_for_all(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="session")
def readings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where readings of the scenarios' mails are kept between runs."""
    return tmp_path_factory.mktemp("readings")


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Runs of the service without the start of Python."""
    with Forks() as opened:
        yield opened


@pytest.fixture
def here(tmp_path: Path, rules: Path) -> Iterator[Place]:
    """A place with one mailbox."""
    with place(tmp_path / "place", rules) as found:
        yield found
