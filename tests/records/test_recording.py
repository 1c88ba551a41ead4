"""A verdict is recorded once, whole, with its letter."""

import os
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text

from service.domain.judgement import Verdict
from service.domain.mail import Address, Envelope
from service.errors import DatabaseUnusable
from service.records.engine import open_engine
from service.records.store import Records
from service.records.views import Views
from tests.records.conftest import NOON, a_letter, a_mail, arrives, handle, is_recorded, judged


def test_numbers_are_given_in_the_order_of_recording(records: Records) -> None:
    assert is_recorded(records, a_mail(1), unit="甲") == "LH2020-0001"

    other = replace(a_mail(2), envelope=Envelope("<b@x>", (Address("", "b@b.example"),)))
    arrives(records, other, uid=2)
    done = records.record(judged(other, unit="乙"), None, "LH2020", "r", lambda n: None, NOON)

    assert done is not None and done.number == "LH2020-0002"


def test_recording_the_same_mail_again_writes_nothing_and_asks_for_no_letter(records: Records) -> None:
    mail = a_mail(1)
    is_recorded(records, mail)

    again = records.record(judged(mail), None, "LH2020", "r", lambda n: a_letter(mail, n), NOON)

    assert again is None
    assert len(Views(records.engine).cases()) == 1
    assert len(records.outbox.due(NOON)) == 1


def test_when_the_letter_cannot_be_written_nothing_is_recorded(records: Records) -> None:
    mail = a_mail(1)
    arrives(records, mail)

    def fails(_: str | None) -> None:
        raise RuntimeError("template")

    with pytest.raises(RuntimeError):
        records.record(judged(mail), None, "LH2020", "r", fails, NOON)  # type: ignore[arg-type]

    assert Views(records.engine).cases() == []
    assert records.ledger.waiting() == [mail.sha256]


def test_the_same_bytes_seen_in_two_places_are_one_mail(records: Records) -> None:
    assert arrives(records, a_mail(1), uid=1)
    assert not arrives(records, a_mail(1), uid=2)
    assert records.ledger.waiting() == [a_mail(1).sha256]
    assert set(records.ledger.settled("collection", "INBOX", 7, 1)) == {1, 2}


def test_another_mail_under_a_used_uid_is_taken_too(records: Records) -> None:
    arrives(records, a_mail(1), uid=1)

    assert arrives(records, a_mail(2), uid=1, at=NOON + timedelta(days=1))

    assert records.ledger.waiting() == [a_mail(1).sha256, a_mail(2).sha256]


def test_a_second_mail_of_the_same_unit_joins_its_case(records: Records) -> None:
    is_recorded(records, a_mail(1), verdict=Verdict.NEEDS_CORRECTION)

    assert is_recorded(records, a_mail(2)) == "LH2020-0001"

    case = Views(records.engine).case("LH2020-0001")
    assert case is not None and case.versions == 2 and case.state == "accepted"


def test_a_reply_to_our_letter_joins_by_its_thread(records: Records) -> None:
    first = a_mail(1)
    is_recorded(records, first, unit=None)

    found = records.find_case(handle(a_mail(2), unit=None, thread=(a_letter(first).message_id,)))

    assert found is not None and found.by_thread and found.case.number == "LH2020-0001"


def test_a_stranger_who_knows_the_number_cannot_join(records: Records) -> None:
    is_recorded(records, a_mail(1))
    stranger = handle(a_mail(2), unit=None, number="LH2020-0001", sender="eve@elsewhere.example")

    assert records.find_case(stranger) is None


def test_a_colleague_of_the_same_office_joins_by_the_number(records: Records) -> None:
    is_recorded(records, a_mail(1))
    colleague = handle(a_mail(2), unit=None, number="LH2020-0001", sender="other@yunjiang.example")

    assert records.find_case(colleague) is not None


def test_sharing_a_free_mail_provider_makes_nobody_a_colleague(records: Records) -> None:
    is_recorded(records, a_mail(1))
    neighbour = handle(a_mail(2), unit=None, number="LH2020-0001", sender="other@yunjiang.example", shared_domain=True)

    assert records.find_case(neighbour) is None


def test_a_reply_with_nothing_but_another_units_form_stays_in_the_case_it_answers(records: Records) -> None:
    is_recorded(records, a_mail(1), unit="岭海大学")

    def joins(unit: str, **how: object) -> bool:
        return records.find_case(handle(a_mail(2), unit=unit, number="LH2020-0001", **how)) is not None

    assert joins("岭海师范大学", by_form_alone=True)
    assert not joins("岭海师范大学", by_form_alone=True, sender="stranger@other.example")
    assert not joins("岭海大学附属医院", by_form_alone=True)
    assert not joins("岭海师范大学")


def test_one_sender_for_two_units_makes_two_cases(records: Records) -> None:
    is_recorded(records, a_mail(1), unit="甲大学")

    assert records.find_case(handle(a_mail(2), unit="乙研究院")) is None


def test_a_case_whose_mail_contradicts_itself_is_nobodys_yet(records: Records) -> None:
    """The unit whose letter lies beside another's form must not take that case over with its own mail."""
    mail = a_mail(1)
    arrives(records, mail)
    plain = judged(mail, Verdict.STAFF_REVIEW)
    route = replace(plain.decision.route, contradiction=("云江市科学技术局", "岭海大学"))
    contested = replace(plain, decision=replace(plain.decision, route=route))

    records.record(contested, None, "LH2020", "rules-1", lambda number: None, NOON)

    (case,) = Views(records.engine).cases()
    assert (case.unit, case.channel, case.state) == (None, "unknown", "staff_review")
    assert records.find_case(handle(a_mail(2), sender="kjj@other.example")) is None
    assert records.find_case(handle(a_mail(2), unit="岭海大学")) is not None  # who sent it may clear it up


def test_a_contradiction_in_a_case_does_not_change_whose_it_is(records: Records) -> None:
    is_recorded(records, a_mail(1))
    mail = a_mail(2)
    arrives(records, mail, uid=2)
    plain = judged(mail, Verdict.STAFF_REVIEW, unit="岭海大学")
    route = replace(plain.decision.route, contradiction=("云江市科学技术局", "岭海大学"))

    found = records.find_case(handle(mail))
    records.record(
        replace(plain, decision=replace(plain.decision, route=route)), found, "LH2020", "r", lambda number: None, NOON
    )

    (case,) = Views(records.engine).cases()
    assert (case.unit, case.state) == ("云江市科学技术局", "staff_review")


def test_the_same_mail_by_another_way_is_a_twin(records: Records) -> None:
    first = a_mail(1)
    is_recorded(records, first)
    again = replace(first, sha256=f"{99:064x}")
    arrives(records, again, uid=99)

    assert records.twin_of(again) == first.sha256
    records.record_twin(again, first.sha256, NOON)

    assert records.ledger.waiting() == []
    assert len(records.outbox.due(NOON)) == 1


def test_h13_the_same_message_id_with_other_content_is_no_twin(records: Records) -> None:
    is_recorded(records, a_mail(1))
    forged = replace(a_mail(1), sha256=f"{98:064x}", text="别的内容")

    assert records.twin_of(forged) is None


def test_a_letter_that_died_before_the_dot_goes_again_and_after_the_dot_it_waits(records: Records) -> None:
    is_recorded(records, a_mail(1))
    (letter,) = records.outbox.due(NOON)
    records.outbox.take(letter)
    records.outbox.recover()
    assert records.outbox.due(NOON) == [letter]

    records.outbox.take(letter)
    records.outbox.before_dot(letter, NOON + timedelta(minutes=15))
    records.outbox.recover()
    assert records.outbox.due(NOON) == []


def test_a_receipt_of_unknown_fate_is_repeated_once_then_left_to_staff(records: Records) -> None:
    is_recorded(records, a_mail(1))
    (letter,) = records.outbox.due(NOON)
    late = NOON + timedelta(hours=1)
    for expected in ([letter], []):
        records.outbox.take(letter)
        records.outbox.before_dot(letter, NOON + timedelta(minutes=15))
        records.outbox.resolve_dots(late)
        assert records.outbox.due(late) == expected

    assert [m.state for m in Views(records.engine).letters(["parked"])] == ["parked"]


def test_a_copy_of_our_letter_in_the_mailbox_proves_it_was_sent(records: Records) -> None:
    mail = a_mail(1)
    is_recorded(records, mail)
    (letter,) = records.outbox.due(NOON)
    records.outbox.take(letter)
    records.outbox.before_dot(letter, NOON + timedelta(minutes=15))

    assert records.outbox.evidence(a_letter(mail).message_id, NOON)
    records.outbox.resolve_dots(NOON + timedelta(hours=1))

    assert records.outbox.due(NOON + timedelta(hours=2)) == []


def test_a_letter_is_taken_by_one_sender_only(records: Records) -> None:
    is_recorded(records, a_mail(1))
    (letter,) = records.outbox.due(NOON)

    assert records.outbox.take(letter) is not None
    assert records.outbox.take(letter) is None


def test_the_story_of_a_mail_is_kept(records: Records) -> None:
    mail = a_mail(1)
    is_recorded(records, mail)

    assert [e.what for e in Views(records.engine).story(sha256=mail.sha256)] == ["archived", "judged"]


def test_a_decision_comes_back_as_it_was_recorded(records: Records) -> None:
    mail = a_mail(1)
    is_recorded(records, mail)

    view = Views(records.engine).mail("mail-1@yunjiang.example")

    assert view is not None and view.decision == judged(mail).decision


def test_a_database_of_a_later_version_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/records.db"
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    with pytest.raises(DatabaseUnusable, match="9999"):
        open_engine(url)


@pytest.mark.parametrize("url", ["nothing", "oracle9://here/records", "postgresql+pg9000://me:hush@here/records"])
def test_a_url_that_names_no_database_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(DatabaseUnusable, match="postgresql") as refused:
        open_engine(url)
    assert "hush" not in str(refused.value)


def test_an_empty_database_file_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "records.db").touch()

    with pytest.raises(DatabaseUnusable):
        open_engine(f"sqlite:///{tmp_path}/records.db")


def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "records.db").write_bytes(b"not a database" * 1000)

    with pytest.raises(DatabaseUnusable):
        open_engine(f"sqlite:///{tmp_path}/records.db")


def test_the_schema_of_the_migrations_is_the_schema_of_the_tables(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    engine = open_engine(f"sqlite:///{tmp_path}/records.db")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)

    assert differences == []


def test_the_brake_looks_at_the_letters_of_its_day_and_not_at_all_there_are(tmp_path: Path) -> None:
    """A letter with files that go back is as long as a thousand rows, and the brake counts before each one that leaves."""
    records, asked = Records(open_engine(f"sqlite:///{tmp_path}/records.db")), []
    event.listen(
        records.engine, "before_cursor_execute", lambda _c, _cursor, sql, values, *_: asked.append((sql, values))
    )

    records.outbox.sent_to_since("kyc@lhu.example", NOON)
    records.outbox.sent_about_since(1, NOON)
    records.outbox.answered_since(NOON)

    counts = [(sql, values) for sql, values in asked if sql.startswith("SELECT count")]
    with records.engine.connect() as connection:
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all() for sql, values in counts]
    assert len(plans) == 3
    assert all(step.detail.startswith("SEARCH outbox USING") for plan in plans for step in plan)


def test_c15_a_process_that_dies_while_it_makes_the_schema_leaves_nothing_half_made(tmp_path: Path) -> None:
    url, statements = f"sqlite:///{tmp_path}/records.db", 0
    while _dies_at(statements, url):
        statements += 1
        tables = sqlite3.connect(tmp_path / "records.db").execute("SELECT name FROM sqlite_master").fetchall()
        assert tables == []
        (tmp_path / "records.db").unlink()  # as a first start does that finds an empty file beside an empty archive

    assert statements > 10
    open_engine(url).dispose()


def _dies_at(number: int, url: str) -> bool:
    """Open the database in a process that dies before that statement. False when it came to the end."""
    child = os.fork()
    if child == 0:
        left = number

        def count_down(*_: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os._exit(9)

        event.listen(Engine, "before_cursor_execute", count_down)
        open_engine(url)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_d6_a_database_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    open_engine(f"sqlite:///{tmp_path}/records.db").dispose()

    with pytest.raises(DatabaseUnusable, match="readonly"):
        records = Records(open_engine(f"sqlite:///file:{tmp_path}/records.db?mode=ro&uri=true"))
        records.outbox.recover()
