"""What staff ordered stands after a rebuild, which is for SQLite's file."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.demo.mime import make_mail
from service.rebuilding import rebuild
from service.records.tables import Outgoing
from service.wiring import open_service
from tests.crash.keeping import records
from tests.stories.conftest import IN_TIME, Station, answering, over_sqlite
from tests.stories.test_confirmed_mailboxes import CITY, confirmations, decisions, numbers, order, shown
from tests.stories.test_reminders import at, poll
from tests.stories.test_reminders import incomplete as incomplete_then
from tests.stories.test_reminders import office as reminding
from tests.stories.test_the_desk import contradictory, from_staff, incomplete, letters, office
from tests.stories.test_withdrawing import counted, obeys, withdrawing

__all__ = ["contradictory", "office", "over_sqlite", "reminding", "shown", "withdrawing"]

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


def test_a_rebuild_keeps_what_was_confirmed_and_judges_each_mail_with_what_stood_then(shown: Station) -> None:
    order(shown, f"确认 {numbers(shown)[0]}")
    form = shown.mail(shown.bureau(CITY), (shown.pieces.form(shown.bureau(CITY)),), subject="更正的表")
    shown.arrives(make_mail(form), IN_TIME + timedelta(hours=1))
    shown.poll()
    before, kept = decisions(shown), confirmations(shown)

    assert rebuild(shown.settings).changed == ()

    assert (decisions(shown), confirmations(shown)) == (before, kept)
    assert sum("confirmed_mailbox" in decision for decision in before) == 1


def test_a_rebuild_keeps_what_was_withdrawn(withdrawing: tuple[Station, str, bytes]) -> None:
    office, number, digest = withdrawing
    obeys(office, digest, f"撤件 {number}")

    assert rebuild(office.settings).changed == ()

    assert (office.numbers(), counted(office)) == ([(number, "not_a_submission")], [(number, False, 0)])
