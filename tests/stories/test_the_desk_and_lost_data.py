"""No order of staff is carried out a second time after a restore."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from service.backup import back_up, restore
from service.bench import now
from service.records.files import database_file
from service.reporting import digest_facts
from service.wiring import desk_of, open_service
from tests.servers.postgres import Postgres
from tests.stories.conftest import Station, answering
from tests.stories.test_reminders import at, poll
from tests.stories.test_reminders import incomplete as incomplete_then
from tests.stories.test_reminders import office as reminding
from tests.stories.test_the_desk import contradictory, from_staff, incomplete, letters, office
from tests.stories.test_the_desk_after_a_rebuild import submitters_letters

__all__ = ["contradictory", "office", "reminding"]

BackUp = Callable[[Station, datetime], Callable[[datetime], None]]


@pytest.fixture
def backed_up(request: pytest.FixtureRequest, tmp_path: Path) -> BackUp:
    """Make a backup. What comes back loses the data folder and restores it, as deploy/README.md says."""

    def back(station: Station, moment: datetime) -> Callable[[datetime], None]:
        settings, folder = station.settings, tmp_path / "safe"
        server: Postgres | None = None
        dumped = b""
        if database_file(settings.database_url) is None:
            server = request.getfixturevalue("postgres_server")
            dumped = server.dump(settings.database_url)
        back_up(settings, folder, moment)

        def lose_and_restore(when: datetime) -> None:
            shutil.rmtree(settings.data_dir)
            if server is not None:
                server.load(settings.database_url, dumped)
            restore(settings, folder, when)

        return lose_and_restore

    return back


def test_an_order_obeyed_after_the_backup_is_not_obeyed_again_after_the_restore(
    office: Station, backed_up: BackUp
) -> None:
    incomplete(office)
    lose_and_restore = backed_up(office, now())
    ((_, shown),) = letters(office, "draft")
    office.arrives(answering(shown, from_staff("放行")))
    office.poll()
    assert office.kinds() == ["correction"]

    lose_and_restore(now())
    for _ in range(2):
        office.poll()

    assert office.kinds() == ["correction"]
    assert [state for state, _ in letters(office, "correction")] == ["parked"]
    with open_service(office.settings) as service:
        told = digest_facts(desk_of(service), None).service_problems
    assert any("没有再执行" in line for line in told)


def test_a_letters_number_means_no_other_letter_after_a_restore(office: Station, backed_up: BackUp) -> None:
    """Staff may still answer a digest that names a letter of which the backup knows nothing."""
    office.settings = replace(office.settings, drafts=frozenset())
    incomplete(office)
    lose_and_restore = backed_up(office, now())
    known = [row[0] for row in submitters_letters(office)]
    incomplete(office, "碧川市")
    lost = [row[0] for row in submitters_letters(office)][-1]

    lose_and_restore(now())
    office.poll()

    ids = [row[0] for row in submitters_letters(office)]
    assert ids[0] == known[0]
    assert lost not in ids
    assert min(ids[1:]) > 100_000


def test_a_reminder_that_left_after_the_backup_is_not_repeated_and_the_next_day_is_reminded_as_planned(
    reminding: Station, backed_up: BackUp
) -> None:
    incomplete_then(reminding)
    lose_and_restore = backed_up(reminding, at(22))
    poll(reminding, at(23))
    assert reminding.kinds() == ["correction", "reminder"]

    lose_and_restore(at(23, 11))
    for _ in range(2):
        poll(reminding, at(23, 14))

    assert reminding.kinds() == ["correction", "reminder"]
    assert [state for state, _ in letters(reminding, "reminder")] == ["parked"]
    poll(reminding, at(24))
    assert reminding.kinds() == ["correction", "reminder", "reminder"]
