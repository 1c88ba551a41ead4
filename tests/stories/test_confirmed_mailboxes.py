"""A mailbox that is registered nowhere is shown to staff once; what they confirm is remembered until they take it back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from service.cli.main import run
from service.demo.mime import make_mail
from service.digest.facts import Speaker
from service.domain.confirmations import Confirmation
from service.domain.judgement import Decision
from service.records.engine import open_engine
from service.records.store import Records
from service.records.tables import Mail, Outgoing
from service.records.views import Views
from service.reporting import digest_facts, digest_for, queue_digest
from service.trial import try_rules
from service.wiring import open_desk, open_trial
from tests.servers.pair import UNIT
from tests.stories.conftest import IN_TIME, Station, answering
from tests.stories.test_the_desk import STAFF, from_staff, office

__all__ = ["office"]

_mail = Mail.__table__  # type: ignore[attr-defined]
_outbox = Outgoing.__table__  # type: ignore[attr-defined]
CITY, BUREAU, OTHER = "云江市", "云江市科学技术局", "望海市科技创新局"


@pytest.fixture
def shown(office: Station) -> Station:
    """A bureau's whole set from a mailbox that is registered nowhere, and the digest of the day."""
    office.settings = replace(office.settings, drafts=frozenset())
    office.arrives(make_mail(office.complete(office.bureau(CITY))))
    office.poll()
    with open_desk(office.settings) as desk:
        queue_digest(desk, digest_for(desk, None), None)
    return office


def order(office: Station, text: str) -> None:
    """Staff answer the digest."""
    office.arrives(answering(_letters(office, "digest")[0], from_staff(text)))
    office.poll()


@contextmanager
def records_of(office: Station) -> Iterator[Records]:
    records = Records(open_engine(office.settings.database_url))
    yield records
    records.engine.dispose()


def _letters(office: Station, kind: str) -> list[bytes]:
    with records_of(office) as records, records.engine.connect() as connection:
        query = select(_outbox.c.content).where(_outbox.c.letter == kind).order_by(_outbox.c.id)
        return list(connection.execute(query).scalars())


def speakers(office: Station) -> tuple[Speaker, ...]:
    with open_desk(office.settings) as desk:
        return digest_facts(desk, None).mailboxes


def standing(office: Station) -> list[tuple[str, str]]:
    return [(c.address, c.unit) for c in confirmations(office) if c.stands]


def confirmations(office: Station) -> list[Confirmation]:
    with records_of(office) as records:
        return records.mailboxes.all()


def newest(office: Station) -> Decision:
    """What was decided on the submission that came last."""
    with records_of(office) as records:
        mails = Views(records.engine).in_state("judged")
    return [m.decision for m in mails if m.decision and m.sender != STAFF][-1]


def codes(office: Station) -> set[str]:
    return {f.code for f in newest(office).findings}


def numbers(office: Station) -> list[str]:
    with records_of(office) as records:
        return [case.number for case in Views(records.engine).cases()]


def test_the_digest_names_it_once_with_what_to_answer(shown: Station) -> None:
    assert speakers(shown) == (Speaker(BUREAU, UNIT, numbers(shown)[0]),)
    with open_desk(shown.settings) as desk:
        told = digest_for(desk, None).text
    assert f"{BUREAU} ← {UNIT}（{numbers(shown)[0]}）" in told
    assert "确认 编号" in told

    shown.arrives(make_mail(shown.complete(shown.bureau(CITY), subject="更正")), IN_TIME + timedelta(hours=1))
    shown.poll()
    assert len(speakers(shown)) == 1


@pytest.mark.parametrize("how", ["确认 {number}", "确认 {address}", "请确认邮箱 {address}（{number}）"])
def test_what_staff_confirm_is_remembered_and_not_shown_again(shown: Station, how: str) -> None:
    assert codes(shown) == {"S602"}

    order(shown, how.format(number=numbers(shown)[0], address=UNIT.upper()))

    assert standing(shown) == [(UNIT, BUREAU)]
    assert speakers(shown) == ()


def test_a_confirmed_mailbox_is_evidence_of_its_own_and_told_by_whom_and_when(shown: Station) -> None:
    order(shown, f"确认 {numbers(shown)[0]}")
    bureau = shown.bureau(CITY)
    shown.arrives(make_mail(shown.mail(bureau, (shown.pieces.form(bureau),), subject="更正的表")))
    shown.poll()

    decision = newest(shown)
    (found,) = [e for e in decision.route.evidence if e.source == "confirmed_mailbox"]
    assert (found.value, found.unit, found.weight) == (UNIT, BUREAU, 0.55)
    assert "S602" not in codes(shown)
    assert any(STAFF in step and "确认" in step and UNIT in step for step in decision.why)


def test_a_letter_of_another_unit_from_a_confirmed_mailbox_is_for_staff(shown: Station) -> None:
    order(shown, f"确认 {numbers(shown)[0]}")
    shown.arrives(make_mail(shown.complete(shown.bureau("望海市"))), IN_TIME + timedelta(hours=1))
    shown.poll()

    decision = newest(shown)
    assert decision.verdict == "staff_review"
    assert set(decision.route.contradiction) == {BUREAU, OTHER}


def test_a_revoked_mailbox_is_what_it_was_before(shown: Station) -> None:
    order(shown, f"确认 {numbers(shown)[0]}")

    order(shown, f"撤销 {UNIT}")

    assert standing(shown) == []
    (kept,) = confirmations(shown)
    assert (kept.by, kept.revoked_by) == (STAFF, STAFF)
    shown.arrives(make_mail(shown.complete(shown.bureau("望海市"))), IN_TIME + timedelta(hours=1))
    shown.poll()
    assert (newest(shown).verdict, newest(shown).route.unit) == ("accepted", OTHER)


def test_confirming_twice_is_confirming_once(shown: Station) -> None:
    for _ in range(2):
        order(shown, f"确认 {numbers(shown)[0]}")

    assert len(confirmations(shown)) == 1


def test_only_a_mailbox_that_spoke_for_a_unit_and_is_registered_nowhere_is_confirmed(shown: Station) -> None:
    order(shown, "确认 nobody@freemail.example\n确认 LH2020-0999\n确认 kjj@wanghai.example")

    assert standing(shown) == []
    told = message_from_bytes(_letters(shown, "answer")[0], policy=policy.default).get_body(("plain",))
    assert told is not None
    for words in ("没有需要确认的邮箱", "没有这个编号", "已登记在单位名单里"):
        assert words in told.get_content()


def test_a_stranger_confirms_nothing(shown: Station) -> None:
    (digest,) = _letters(shown, "digest")
    shown.arrives(answering(digest, from_staff(f"确认 {numbers(shown)[0]}", "stranger@freemail.example")))
    shown.poll()

    assert standing(shown) == []


def test_an_officer_of_two_bureaus_is_confirmed_for_both_and_then_the_paper_decides(shown: Station) -> None:
    other = shown.bureau("望海市")
    shown.arrives(make_mail(shown.complete(other)), IN_TIME + timedelta(hours=1))
    shown.poll()
    first, second = numbers(shown)
    order(shown, f"确认 {UNIT}")
    assert standing(shown) == []  # for which of the two, a person has to say
    order(shown, f"确认 {first}\n确认 {second} {UNIT}")
    assert standing(shown) == [(UNIT, BUREAU), (UNIT, OTHER)]

    shown.arrives(make_mail(shown.complete(other, subject="更正")), IN_TIME + timedelta(hours=2))
    shown.poll()
    decision = newest(shown)
    assert decision.route.contradiction == ()
    assert (decision.route.unit, codes(shown)) == (OTHER, set())
    assert [e.weight for e in decision.route.evidence if e.source == "confirmed_mailbox"] == [0.275, 0.275]


def test_a_forged_sender_is_for_staff_though_the_mailbox_is_confirmed(shown: Station) -> None:
    order(shown, f"确认 {numbers(shown)[0]}")
    mailboxes = tuple(m.model_copy(update={"authserv_id": "mx.dept.example"}) for m in shown.settings.mailboxes)
    shown.settings = replace(shown.settings, mailboxes=mailboxes)
    failed = b"Authentication-Results: mx.dept.example; dmarc=fail header.from=city.example\r\n"
    before = len(shown.letters())
    shown.arrives(failed + make_mail(shown.complete(shown.bureau(CITY))), IN_TIME + timedelta(hours=1))
    shown.poll()

    assert "S601" in codes(shown)
    assert newest(shown).verdict == "staff_review"
    assert len(shown.letters()) == before


def test_judgements_of_before_and_after_are_made_again_as_they_were(shown: Station) -> None:
    order(shown, f"确认 {numbers(shown)[0]}")
    bureau = shown.bureau(CITY)
    form = make_mail(shown.mail(bureau, (shown.pieces.form(bureau),), subject="更正的表"))
    shown.arrives(form, IN_TIME + timedelta(hours=1))
    shown.poll()
    order(shown, f"撤销 {UNIT}")
    shown.arrives(make_mail(shown.complete(shown.bureau("望海市"))), IN_TIME + timedelta(hours=2))
    shown.poll()

    with open_trial(shown.settings, shown.settings.rules_dir) as (past, readings, rules):
        result = try_rules(past, readings, rules)

    assert (result.changed, result.findings) == ([], 0)
    assert sum(bool(mail.confirmed) for mail in past) == 1


def test_admins_see_who_confirmed_what_and_may_take_it_back(
    shown: Station, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    order(shown, f"确认 {numbers(shown)[0]}")
    config = ["--config", str(shown.settings.file)]
    capfdbinary.readouterr()

    assert run([*config, "rules", "mailboxes", "--json"]) == 0
    assert run([*config, "rules", "explain", UNIT, "--json"]) == 0
    (listed,), explained = map(json.loads, capfdbinary.readouterr().out.splitlines())
    assert (listed["address"], listed["unit"], listed["confirmed_by"]) == (UNIT, BUREAU, STAFF)
    assert listed["order"] and listed["case"] == numbers(shown)[0] and listed["stands"]
    assert (explained["unit"], explained["confirmed"]) == (BUREAU, [listed])
    assert run([*config, "rules", "workbook", "export", str(tmp_path / "rules.xlsx")]) == 0
    rows = list(load_workbook(tmp_path / "rules.xlsx")["已确认的邮箱"].iter_rows(values_only=True))
    assert rows[1][:3] == (UNIT, BUREAU, STAFF)
    assert run([*config, "rules", "workbook", "import", str(tmp_path / "rules.xlsx")]) == 0

    assert run([*config, "rules", "mailboxes", "--revoke", UNIT.upper()]) == 0
    assert standing(shown) == []
    assert run([*config, "rules", "mailboxes", "--revoke", UNIT]) == 2


def decisions(office: Station) -> list[str]:
    with records_of(office) as records, records.engine.connect() as connection:
        return list(connection.execute(select(_mail.c.decision).order_by(_mail.c.sha256)).scalars())
