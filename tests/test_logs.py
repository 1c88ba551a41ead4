"""Logs tell where something failed and never what a mail, an address or a password said."""

import pytest
import structlog

from service.logs import configure_logs


@pytest.fixture(autouse=True)
def _leave_logging_as_it_was() -> object:
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("readable", [True, False], ids=["terminal", "journal"])
def test_a_failure_is_logged_with_its_place_and_without_what_variables_held(
    readable: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(readable)
    held = "授权码" + "abc123"

    try:
        raise ValueError(str(len(held)))
    except ValueError:
        structlog.get_logger().exception("mail failed", mail="ab12")

    told = capsys.readouterr().err
    assert "ValueError" in told and "test_logs.py" in told
    assert held not in told
