"""Staff act by replying: letters wait for them or not, leave once, and nobody else's word counts."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.demo.mime import Mail, make_mail
from service.records.tables import Outgoing
from service.reporting import digest_facts, digest_for, queue_digest
from service.trial import try_rules
from service.wiring import desk_of, open_service, open_trial
from tests.servers.pair import BOX
from tests.stories.conftest import IN_TIME, Station, answering

STAFF = "zhangsan@ste.linghai.example"
_outbox = Outgoing.__table__  # type: ignore[attr-defined]


@pytest.fixture
def office(station: Station) -> Station:
    """A service whose corrections wait for staff, and whose staff are one person."""
    campaign = station.settings.rules_dir / "campaign.toml"
    written = campaign.read_text(encoding="utf-8")
    campaign.write_text(re.sub(r"(?m)^staff = .*$", f'staff = ["{STAFF}"]', written), encoding="utf-8")
    station.settings = replace(station.settings, drafts=frozenset({"correction"}))
    return station


def letters(office: Station, kind: str) -> list[tuple[str, bytes]]:
    """State and bytes of our letters of a kind. Those to staff cannot be delivered here, and wait."""
    with open_service(office.settings) as service, service.parts.records.engine.connect() as connection:
        rows = connection.execute(select(_outbox).where(_outbox.c.letter == kind).order_by(_outbox.c.id))
        return [(row.state, row.content) for row in rows]


def from_staff(text: str, sender: str = STAFF) -> Mail:
    return Mail(sender=sender, to=BOX, subject="回复", text=text, date=IN_TIME + timedelta(hours=3), files=())


def incomplete(office: Station, city: str = "云江市") -> None:
    bureau = office.bureau(city)
    office.arrives(make_mail(office.mail(bureau, (office.pieces.form(bureau),))))
    office.poll()


def test_a_draft_leaves_when_staff_release_it_and_only_once(office: Station) -> None:
    incomplete(office)

    assert office.kinds() == []
    ((_, shown),) = letters(office, "draft")
    assert letters(office, "correction")[0][0] == "draft"

    office.arrives(answering(shown, from_staff("放行")))
    office.poll()
    office.arrives(answering(shown, from_staff("放行\n谢谢")))
    office.poll()

    assert office.kinds() == ["correction"]
    told = letters(office, "answer")
    assert len(told) == 2


def test_a_draft_that_staff_refuse_never_leaves(office: Station) -> None:
    incomplete(office)
    ((_, shown),) = letters(office, "draft")

    office.arrives(answering(shown, from_staff("不发")))
    office.poll()
    office.arrives(answering(shown, from_staff("放行")))
    office.poll()

    assert office.kinds() == []
    assert letters(office, "correction")[0][0] == "discarded"


def test_staff_see_a_draft_once_as_it_would_leave(office: Station) -> None:
    incomplete(office)
    office.poll()

    ((_, shown),) = letters(office, "draft")
    ((_, waiting),) = letters(office, "correction")
    assert b"draft.eml" in shown
    assert waiting.split(b"\r\n\r\n", 1)[0] in shown


@pytest.mark.parametrize("sender", ["stranger@freemail.example", "zhangsan@ste.linghai.example.evil.example"])
def test_a_strangers_word_releases_nothing(office: Station, sender: str) -> None:
    incomplete(office)
    ((_, shown),) = letters(office, "draft")

    office.arrives(answering(shown, from_staff("放行", sender)))
    office.poll()

    assert letters(office, "correction")[0][0] == "draft"


def test_who_only_calls_himself_staff_releases_nothing(office: Station) -> None:
    incomplete(office)
    number = office.numbers()[0][0]

    office.arrives(make_mail(from_staff(f"放行 {number}")))
    office.poll()

    assert letters(office, "correction")[0][0] == "draft"
    assert letters(office, "answer") == []


def test_orders_by_number_answer_the_digest(office: Station) -> None:
    incomplete(office, "云江市")
    incomplete(office, "望海市")
    with open_service(office.settings) as service:
        desk = desk_of(service)
        digest = digest_for(desk, IN_TIME.date())
        queue_digest(desk, digest, IN_TIME.date())
        named = [matter.what for matter in digest_facts(desk, IN_TIME.date()).parked]
    assert sum(re.match(r"信\d+ 【补正通知】", what) is not None for what in named) == 2
    assert "放行" in digest.text
    ((_, content),) = letters(office, "digest")
    first, second = (number for number, _ in office.numbers())

    office.arrives(answering(content, from_staff(f"放行 {first}\n{second} 不发\nGD2020-9999 放行")))
    office.poll()

    assert [state for state, _ in letters(office, "correction")] == ["sent", "discarded"]
    assert len(office.letters()) == 1


def test_a_case_that_a_person_took_care_of_leaves_the_digest_until_something_new_comes(office: Station) -> None:
    bureau, other = office.bureau("云江市"), office.bureau("望海市")
    files = (office.pieces.letter_pdf(bureau), office.pieces.form(other))
    office.arrives(make_mail(office.mail(bureau, files)))
    office.poll()

    def needing() -> list[str]:
        with open_service(office.settings) as service:
            return [matter.what for matter in digest_facts(desk_of(service), IN_TIME.date()).needs_person]

    (number,) = needing()
    with open_service(office.settings) as service:
        desk = desk_of(service)
        queue_digest(desk, digest_for(desk, IN_TIME.date()), IN_TIME.date())
    ((_, content),) = letters(office, "digest")
    office.arrives(answering(content, from_staff(f"已办 {number}")))
    office.poll()

    assert needing() == []


@pytest.fixture
def contradictory(office: Station) -> tuple[str, bytes]:
    """A case that only a person can settle, and the digest that names it: one bureau's letter, another's form."""
    office.settings = replace(office.settings, drafts=frozenset())
    bureau, other = office.bureau("云江市"), office.bureau("望海市")
    files = (office.pieces.letter_pdf(bureau), office.pieces.form(other))
    office.arrives(make_mail(office.mail(bureau, files)))
    office.poll()
    with open_service(office.settings) as service:
        desk = desk_of(service)
        queue_digest(desk, digest_for(desk, IN_TIME.date()), IN_TIME.date())
    ((_, content),) = letters(office, "digest")
    return office.numbers()[0][0], content


def unchanged_by_the_same_rules(office: Station) -> bool:
    with open_trial(office.settings, office.settings.rules_dir) as (past, readings, rules):
        return not try_rules(past, readings, rules).changed


def test_a_case_that_staff_accept_is_answered_with_a_receipt_once(
    office: Station, contradictory: tuple[str, bytes]
) -> None:
    number, digest = contradictory
    assert office.kinds() == ["handover"]

    for _ in range(2):
        office.arrives(answering(digest, from_staff(f"受理 {number}\n")))
        office.poll()

    assert office.kinds() == ["handover", "receipt"]
    assert office.numbers() == [(number, "accepted")]
    assert unchanged_by_the_same_rules(office)


def test_a_case_that_staff_give_to_a_unit_is_judged_as_that_units(
    office: Station, contradictory: tuple[str, bytes]
) -> None:
    number, digest = contradictory

    office.arrives(answering(digest, from_staff(f"认定 {number} 云江市科学技术局")))
    office.poll()

    with office.cases() as (case,):
        assert (case.unit, case.channel) == ("云江市科学技术局", "city_bureau")
    ((_, told),) = letters(office, "answer")
    assert b"answer" in told
    assert unchanged_by_the_same_rules(office)


def test_a_unit_that_stands_in_no_directory_is_not_guessed(office: Station, contradictory: tuple[str, bytes]) -> None:
    number, digest = contradictory

    office.arrives(answering(digest, from_staff(f"认定 {number} 某某不存在的单位")))
    office.poll()

    assert office.numbers() == [(number, "staff_review")]
    assert office.kinds() == ["handover"]


def test_a_ruling_on_a_case_that_got_a_newer_mail_meanwhile_is_about_that_mail(
    office: Station, contradictory: tuple[str, bytes]
) -> None:
    number, digest = contradictory
    bureau = office.bureau("云江市")
    office.arrives(make_mail(office.mail(bureau, (office.pieces.form(bureau),), date=IN_TIME + timedelta(hours=1))))
    office.arrives(answering(digest, from_staff(f"受理 {number}")))
    office.poll()

    with office.cases() as cases:
        assert {case.number: case.state for case in cases}[number] == "accepted"
    assert unchanged_by_the_same_rules(office)
