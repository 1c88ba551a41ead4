"""Letters are laid out in Debian's Chromium only when asked for: pytest -m screens."""

from collections.abc import Iterator

import pytest

from tests.screens.browser import Browser


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without `-m screens` the tests that need a browser are left out, not skipped: CI asks for them by name."""
    if "screens" in (config.option.markexpr or ""):
        return
    left_out = [item for item in items if item.get_closest_marker("screens")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("screens")]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with Browser() as browser:
        yield browser
