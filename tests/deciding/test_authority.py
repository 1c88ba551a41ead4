"""Who may change the rules by mail, case by case."""

import pytest

from service.deciding.authority import Standing, registered, standing
from service.domain.judgement import Authentication
from service.domain.mail import Address, Envelope

ADMINS = ("Wang.Wu@ste.example", "lisi@ste.example")
WANG = Address("王五", "wang.wu@ste.example")
PASSED, FAILED, UNKNOWN = Authentication.PASSED, Authentication.FAILED, Authentication.UNKNOWN
MACHINE = (("auto-submitted", "auto-replied"),)


@pytest.mark.parametrize(
    ("senders", "signals", "authentication", "answers_admins", "expected"),
    [
        pytest.param((WANG,), (), PASSED, False, Standing.ADMIN, id="our server vouches for him"),
        pytest.param((WANG,), (), UNKNOWN, True, Standing.ADMIN, id="he answers what admins alone were sent"),
        pytest.param((WANG,), (), PASSED, True, Standing.ADMIN, id="both"),
        pytest.param((WANG,), (), UNKNOWN, False, Standing.UNPROVED, id="neither"),
        pytest.param((WANG,), (), FAILED, False, Standing.FORGED, id="our server calls him forged"),
        pytest.param((WANG,), (), FAILED, True, Standing.FORGED, id="forged, whatever he answers"),
        pytest.param((WANG,), MACHINE, PASSED, True, Standing.MACHINE, id="a vacation notice"),
        pytest.param((WANG,), (("precedence", "bulk"),), PASSED, True, Standing.MACHINE, id="bulk"),
        pytest.param((WANG,), (("list-id", "<a.example>"),), PASSED, True, Standing.MACHINE, id="by a list"),
        pytest.param((WANG,), MACHINE, FAILED, True, Standing.FORGED, id="a forged machine"),
        pytest.param((), (), PASSED, True, Standing.STRANGER, id="no From"),
        pytest.param((WANG, WANG), (), PASSED, True, Standing.STRANGER, id="From in two ways"),
        pytest.param(
            (WANG, Address("", "evil@evil.example")), (), PASSED, True, Standing.STRANGER, id="and somebody else"
        ),
        pytest.param(
            (Address("lisi@ste.example", "evil@evil.example"),), (), PASSED, True, Standing.STRANGER, id="by name only"
        ),
        pytest.param((Address("", "lisi@ste.example.evil.example"),), (), PASSED, True, Standing.STRANGER, id="below"),
        pytest.param((Address("", "lisi@dept.ste.example"),), (), PASSED, True, Standing.STRANGER, id="elsewhere"),
        pytest.param((Address("", "zhangsan@ste.example"),), (), PASSED, True, Standing.STRANGER, id="a colleague"),
        pytest.param((Address("", "l\u0456si@ste.example"),), (), PASSED, True, Standing.STRANGER, id="look-alike"),
    ],
)
def test_whose_word_counts(
    senders: tuple[Address, ...],
    signals: tuple[tuple[str, str], ...],
    authentication: Authentication,
    answers_admins: bool,
    expected: Standing,
) -> None:
    envelope = Envelope("<a@x.example>", senders, signals=signals)

    assert standing(envelope, ADMINS, authentication, answers_admins=answers_admins) is expected


def test_without_admins_there_are_none() -> None:
    envelope = Envelope("<a@x.example>", (WANG,))

    assert standing(envelope, (), PASSED, answers_admins=True) is Standing.STRANGER


def test_answers_go_to_the_address_as_it_is_registered() -> None:
    assert registered(Envelope(None, (WANG,), reply_to=(Address("", "evil@evil.example"),)), ADMINS) == ADMINS[0]
