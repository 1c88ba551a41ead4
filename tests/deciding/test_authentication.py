"""Whether a mail comes from the domain in its From: our own server's word counts, nobody else's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import deciding
from service.deciding.authentication import authenticated, results_of
from service.domain.judgement import Authentication, Judgement, Severity, Verdict
from service.domain.mail import Address, Envelope
from tests.builders import IN_TIME, OWN, a_submission, a_trusting_rulebook, an_envelope, codes, found, the_wording

TRUSTED = frozenset({"mx.ste.linghai.example"})
SENDER = "kjj@yunjiang.gov.example"
MX = "mx.ste.linghai.example"


def stamped(*fields: str, sender: str = SENDER) -> Envelope:
    return replace(an_envelope(sender), authentication_results=fields)


@pytest.mark.parametrize(
    ("field", "known"),
    [
        (f"{MX}; dmarc=pass header.from=yunjiang.gov.example", Authentication.PASSED),
        (f"{MX}; dmarc=fail (p=none) header.from=yunjiang.gov.example", Authentication.FAILED),
        (f"{MX}; spf=pass smtp.mailfrom=other.example; dmarc=fail header.from=yunjiang.gov.example", "failed"),
        (f"{MX} 1; spf=pass smtp.mailfrom=kjj@yunjiang.gov.example", Authentication.PASSED),
        (f"{MX}; spf=fail smtp.mailfrom=kjj@yunjiang.gov.example", Authentication.FAILED),
        (f"{MX}; spf=fail smtp.mailfrom=x@yunjiang.gov.example; dkim=pass header.d=gov.example", "passed"),
        (f"{MX}; spf=softfail smtp.mailfrom=kjj@yunjiang.gov.example", Authentication.UNKNOWN),
        (f"{MX}; spf=fail smtp.mailfrom=bounce@lists.example", Authentication.UNKNOWN),
        (f"{MX}; dkim=fail header.i=@yunjiang.gov.example; spf=none", Authentication.FAILED),
        (f"{MX}; dmarc=none; dkim=pass header.d=mail.yunjiang.gov.example", Authentication.PASSED),
        (f"{MX}; dkim=pass header.d=example", Authentication.UNKNOWN),
        (f"{MX}; none", Authentication.UNKNOWN),
        (f"{MX.upper()}; DMARC=Pass", Authentication.PASSED),
        (f'(x; dmarc=fail) "{MX}" ; dmarc (why; not) = pass', Authentication.PASSED),
        (f"{MX}.evil.example; dmarc=pass", Authentication.UNKNOWN),
        (f"{MX}; dmarc=pass; dmarc=fail", Authentication.FAILED),
        (f"{MX}; dmarc=pass header.from=evil.example", Authentication.FAILED),
        (f"{MX}; dmarc=pass header.from=mail.yunjiang.gov.example", Authentication.PASSED),
        (f"{MX}; spf=hardfail smtp.mail=kjj@yunjiang.gov.example", Authentication.FAILED),
        (f'{MX}; spf=fail smtp.mailfrom="a; dmarc=pass "@yunjiang.gov.example', Authentication.FAILED),
        ("", Authentication.UNKNOWN),
    ],
)
def test_a_field_of_our_server_says_what_is_known(field: str, known: Authentication | str) -> None:
    assert authenticated(stamped(field), TRUSTED) is Authentication(known)


def test_h3_only_the_topmost_field_of_our_server_counts() -> None:
    real, forged = f"{MX}; dmarc=fail", f"{MX}; dmarc=pass"

    assert authenticated(stamped("mx.other.example; dmarc=pass", real, forged), TRUSTED) is Authentication.FAILED


def test_of_one_field_for_each_method_any_that_fails_counts_and_no_lower_one_proves() -> None:
    """What stands further down may be the sender's own."""
    signed, unsigned = f"{MX}; dkim=pass header.d=yunjiang.gov.example", f"{MX}; dkim=none"

    assert authenticated(stamped(signed, f"{MX}; dmarc=fail"), TRUSTED) is Authentication.FAILED
    assert authenticated(stamped(unsigned, f"{MX}; dmarc=pass"), TRUSTED) is Authentication.UNKNOWN
    assert authenticated(stamped(f"{MX}; dmarc=fail", f"{MX}; dmarc=pass"), TRUSTED) is Authentication.FAILED


def test_without_a_trusted_server_nothing_is_known() -> None:
    assert authenticated(stamped(f"{MX}; dmarc=fail"), frozenset()) is Authentication.UNKNOWN


@given(st.text(max_size=200))
def test_no_field_breaks_it(text: str) -> None:
    results_of(stamped(f"{MX};{text}"), TRUSTED)
    authenticated(stamped(text), TRUSTED)


def judged(envelope: Envelope) -> Judgement:
    return deciding.judge(
        a_submission(envelope=envelope), IN_TIME, None, a_trusting_rulebook(), the_wording(), OWN, trusted=TRUSTED
    )


def test_a_forged_sender_goes_to_staff_and_nobody_is_written_to() -> None:
    judgement = judged(stamped(f"{MX}; dmarc=fail"))

    assert codes(judgement) == ["S601"]
    assert found(judgement, "S601").severity is Severity.STAFF
    assert judgement.decision.verdict is Verdict.STAFF_REVIEW
    assert judgement.decision.reply is None
    assert "身份验证未通过" in judgement.decision.why[-1]


def test_h4_a_registered_domain_that_fails_goes_to_staff_and_that_address_gets_nothing() -> None:
    kjj = "kjj@yunjiang.example"
    envelope = replace(stamped(f"{MX}; dmarc=fail", sender=kjj), reply_to=(Address("", "kyc@yunjiang.example"),))

    judgement = judged(envelope)

    assert (judgement.decision.verdict, judgement.decision.reply) == (Verdict.STAFF_REVIEW, None)
    assert judgement.decision.route.sender_is_registered


def test_a_proved_sender_is_answered() -> None:
    judgement = judged(stamped(f"{MX}; dmarc=pass"))

    assert codes(judgement) == []
    assert judgement.decision.reply is not None
