"""What staff ordered, after a rebuild or a restore: rulings stand, and no order is carried out a second time."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from service.backup import back_up, restore
from service.bench import now
from service.rebuilding import rebuild
from service.records.tables import Outgoing
from service.reporting import digest_facts
from service.wiring import desk_of, open_service
from tests.crash.keeping import records
from tests.stories.conftest import Station, answering
from tests.stories.test_reminders import at, poll
from tests.stories.test_reminders import incomplete as incomplete_then
from tests.stories.test_reminders import office as reminding
from tests.stories.test_the_desk import contradictory, from_staff, incomplete, letters, office

__all__ = ["contradictory", "office", "reminding"]

_outbox = Outgoing.__table__  # type: ignore[attr-defined]
TABLES = ("mail", "collection_case", "case_version", "sighting", "counter", "event", "note")
TO_SUBMITTERS = {"correction", "receipt", "handover", "redirect"}


def submitters_letters(station: Station) -> list[tuple[object, ...]]:
    with open_service(station.settings) as service, service.parts.records.engine.connect() as connection:
        rows = connection.execute(select(_outbox).where(_outbox.c.letter.in_(TO_SUBMITTERS)).order_by(_outbox.c.id))
        return [tuple(row) for row in rows]


def whole(station: Station) -> dict[str, list[tuple[object, ...]]]:
    return records(station.settings.data_dir / "records.db", TABLES)


@pytest.mark.parametrize("order", ["受理 {}", "认定 {} 云江市科学技术局"], ids=["accepted", "identified"])
def test_rulings_and_what_came_between_are_the_same_after_a_rebuild(
    order: str, office: Station, contradictory: tuple[str, bytes]
) -> None:
    number, digest = contradictory
    incomplete(office, "碧川市")
    office.arrives(answering(digest, from_staff(order.format(number))))
    office.poll()
    incomplete(office, "南屿市")
    before, out = whole(office), submitters_letters(office)

    done = rebuild(office.settings)

    assert (done.changed, done.old_is_whole) == ((), True)
    assert whole(office) == before
    assert submitters_letters(office) == out
    kinds = office.kinds()
    office.poll()
    assert office.kinds() == kinds


def test_a_draft_keeps_waiting_under_its_number_after_a_rebuild(office: Station) -> None:
    incomplete(office)
    before = submitters_letters(office)

    rebuild(office.settings)

    assert submitters_letters(office) == before
    assert letters(office, "correction")[0][0] == "draft"
    ((_, shown),) = letters(office, "draft")
    office.arrives(answering(shown, from_staff("放行")))
    office.poll()
    assert office.kinds() == ["correction"]


def test_an_order_obeyed_after_the_backup_is_not_obeyed_again_after_the_restore(
    office: Station, tmp_path: Path
) -> None:
    incomplete(office)
    back_up(office.settings, tmp_path / "safe", now())
    ((_, shown),) = letters(office, "draft")
    office.arrives(answering(shown, from_staff("放行")))
    office.poll()
    assert office.kinds() == ["correction"]
    shutil.rmtree(office.settings.data_dir)

    restore(office.settings, tmp_path / "safe", now())
    for _ in range(2):
        office.poll()

    assert office.kinds() == ["correction"]
    assert [state for state, _ in letters(office, "correction")] == ["parked"]
    with open_service(office.settings) as service:
        told = digest_facts(desk_of(service), now().date()).service_problems
    assert any("没有再执行" in line for line in told)


def test_a_letters_number_means_no_other_letter_after_a_restore(office: Station, tmp_path: Path) -> None:
    """Staff may still answer a digest that names a letter of which the backup knows nothing."""
    office.settings = replace(office.settings, drafts=frozenset())
    incomplete(office)
    back_up(office.settings, tmp_path / "safe", now())
    known = [row[0] for row in submitters_letters(office)]
    incomplete(office, "碧川市")
    lost = [row[0] for row in submitters_letters(office)][-1]
    shutil.rmtree(office.settings.data_dir)

    restore(office.settings, tmp_path / "safe", now())
    office.poll()

    ids = [row[0] for row in submitters_letters(office)]
    assert ids[0] == known[0]
    assert lost not in ids
    assert min(ids[1:]) > 100_000


def test_a_reminder_that_left_after_the_backup_is_not_repeated_and_the_next_day_is_reminded_as_planned(
    reminding: Station, tmp_path: Path
) -> None:
    incomplete_then(reminding)
    back_up(reminding.settings, tmp_path / "safe", at(22))
    poll(reminding, at(23))
    assert reminding.kinds() == ["correction", "reminder"]
    shutil.rmtree(reminding.settings.data_dir)

    restore(reminding.settings, tmp_path / "safe", at(23, 11))
    for _ in range(2):
        poll(reminding, at(23, 14))

    assert reminding.kinds() == ["correction", "reminder"]
    assert [state for state, _ in letters(reminding, "reminder")] == ["parked"]
    poll(reminding, at(24))
    assert reminding.kinds() == ["correction", "reminder", "reminder"]


def test_reminders_and_the_replies_to_them_are_the_same_after_a_rebuild(reminding: Station) -> None:
    incomplete_then(reminding)
    poll(reminding, at(23))
    bureau = reminding.bureau("云江市")
    letter = reminding.pieces.letter_pdf(bureau)
    reminding.arrives(answering(reminding.raw_letters()[-1], reminding.mail(bureau, (letter,), subject="回复")))
    poll(reminding, at(23, 14))
    before = records(reminding.settings.data_dir / "records.db", (*TABLES, "outbox"))

    done = rebuild(reminding.settings)

    assert done.changed == ()
    assert records(reminding.settings.data_dir / "records.db", (*TABLES, "outbox")) == before
    poll(reminding, at(24))
    assert reminding.kinds() == ["correction", "reminder", "receipt"]
