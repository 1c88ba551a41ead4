"""A unit takes back what it reported: a person says 撤件, and from then on the case counts for nothing."""

from email import message_from_bytes, policy

import pytest

from service.demo.mime import make_mail
from service.digest.facts import Matter
from service.domain.judgement import Verdict
from service.reporting import cases_for_workbook, digest_facts, digest_for, queue_digest
from service.wiring import desk_of, open_service
from tests.stories.conftest import IN_TIME, Station, answering
from tests.stories.test_the_desk import from_staff, letters, office, unchanged_by_the_same_rules

__all__ = ["office"]


@pytest.fixture
def withdrawing(office: Station) -> tuple[Station, str, bytes]:
    """A complete case whose unit asks to take it back, its number, and the digest that tells."""
    bureau = office.bureau("云江市")
    office.arrives(make_mail(office.complete(bureau)))
    office.poll()
    asked = office.mail(bureau, (), text="我局报送的材料有误，请予撤回，不再报送。")
    office.arrives(answering(office.raw_letters()[-1], asked))
    office.poll()
    with open_service(office.settings) as service:
        queue_digest(desk_of(service), digest_for(desk_of(service), IN_TIME.date()), IN_TIME.date())
    ((_, digest),) = letters(office, "digest")
    return office, office.numbers()[0][0], digest


def matters(office: Station) -> tuple[Matter, ...]:
    with open_service(office.settings) as service:
        return digest_facts(desk_of(service), None).needs_person


def counted(office: Station) -> list[tuple[str, bool, int]]:
    """Number, whether its rows count, and how many there are."""
    with open_service(office.settings) as service:
        cases = cases_for_workbook(desk_of(service))
    return [
        (case.number, case.state is not Verdict.NOT_A_SUBMISSION, sum(len(t.rows) for t in case.tables))
        for case in cases
    ]


def obeys(office: Station, digest: bytes, order: str) -> None:
    office.arrives(answering(digest, from_staff(order)))
    office.poll()


def test_the_wish_changes_nothing_by_itself_and_the_digest_gives_the_order(
    withdrawing: tuple[Station, str, bytes],
) -> None:
    office, number, _ = withdrawing

    (matter,) = matters(office)

    assert matter.why == f"正文要求撤回，没有附报送材料；同意的，请回复“撤件 {number}”"
    assert (office.numbers(), office.kinds()) == ([(number, "accepted")], ["receipt"])


def test_what_staff_take_back_counts_no_more_and_nobody_is_written_to(withdrawing: tuple[Station, str, bytes]) -> None:
    office, number, digest = withdrawing
    assert counted(office)[0][2] > 0

    obeys(office, digest, f"撤件 {number}")

    assert office.kinds() == ["receipt"]
    assert office.numbers() == [(number, "not_a_submission")]
    assert counted(office) == [(number, False, 0)]
    assert "已撤件" in _text(office, "answer")
    assert unchanged_by_the_same_rules(office)


def test_the_order_may_come_twice(withdrawing: tuple[Station, str, bytes]) -> None:
    office, number, digest = withdrawing

    obeys(office, digest, f"撤件 {number}")
    obeys(office, digest, f"撤件 {number}。")

    assert "与原来的认定相同" in _text(office, "answer")
    assert office.numbers() == [(number, "not_a_submission")]


def test_what_the_unit_sends_afterwards_stands_alone(withdrawing: tuple[Station, str, bytes]) -> None:
    office, number, digest = withdrawing
    obeys(office, digest, f"撤件 {number}")
    bureau = office.bureau("云江市")
    tables = office.pieces.scribe.tables(bureau)
    again = office.mail(bureau, (office.pieces.workbook(tables),), text="现重新报送。")

    office.arrives(answering(office.raw_letters()[-1], again))
    office.poll()
    assert office.numbers() == [(number, "needs_correction")]
    office.arrives(make_mail(office.mail(bureau, (office.pieces.letter_pdf(bureau),))))
    office.poll()

    assert office.numbers() == [(number, "accepted")]
    assert counted(office) == [(number, True, sum(len(t.rows) for t in tables))]
    assert office.kinds() == ["receipt", "receipt"]


def test_staff_may_take_the_withdrawal_back(withdrawing: tuple[Station, str, bytes]) -> None:
    office, number, digest = withdrawing
    before = counted(office)
    obeys(office, digest, f"撤件 {number}")

    obeys(office, digest, f"受理 {number}")

    assert (office.numbers(), counted(office)) == ([(number, "accepted")], before)


def test_a_request_that_waits_for_staff_never_leaves_for_a_withdrawn_case(office: Station) -> None:
    bureau = office.bureau("云江市")
    office.arrives(make_mail(office.mail(bureau, (office.pieces.form(bureau),))))
    office.poll()
    ((number, _),) = office.numbers()
    ((state, _),) = letters(office, "correction")
    ((_, shown),) = letters(office, "draft")
    assert state == "draft"

    obeys(office, shown, f"撤件 {number}")
    obeys(office, shown, "放行")

    assert [state for state, _ in letters(office, "correction")] == ["superseded"]
    assert office.kinds() == []


def _text(office: Station, kind: str) -> str:
    content = letters(office, kind)[-1][1]
    body = message_from_bytes(content, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())
