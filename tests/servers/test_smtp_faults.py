"""A submission server or the line to it misbehaves: the outcome says what is certain, and no letter is sent blindly."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from service.demo.servers import MailServers
from service.errors import SubmissionUnreachable
from service.replies.smtp import Ambiguous, Outcome, Refused, RefusedAddress, Sent, Submitter, TryLater
from tests.servers.certificates import Certificates
from tests.servers.pair import BOX, UNIT, in_process, smtp_at
from tests.servers.proxy import Answer, Cut, Delay, FaultProxy, Pieces, Rewrite, Silence

DOT = rb"^\.\r"
LETTER = b"Subject: receipt\r\n\r\nbody\r\n"
LONG = (
    b"Subject: receipt\r\n\r\n" + (b"a line" + b" of the body" * 80 + b"\r\n") * 20_000
)  # more than the kernel's buffers hold


@pytest.fixture(scope="module")
def running() -> Iterator[MailServers]:
    with in_process() as pair:
        yield pair


@pytest.fixture
def servers(running: MailServers) -> MailServers:
    """Servers without mail."""
    for user in (BOX, UNIT):
        for uid in running.flags(user):
            running.remove(user, uid)
    return running


@pytest.fixture
def line(servers: MailServers) -> Iterator[FaultProxy]:
    with FaultProxy(servers.smtp_port) as proxy:
        yield proxy


@pytest.fixture
def submitter(line: FaultProxy) -> Iterator[Submitter]:
    with Submitter(smtp_at(line.port, timeout_seconds=3.0, final_reply_seconds=1.5)) as opened:
        yield opened


class Dots:
    """Counts how often a dot was announced."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def dots() -> Dots:
    return Dots()


def send(submitter: Submitter, dots: Dots, content: bytes = LETTER, *recipients: str) -> Outcome:
    return submitter.send(BOX, recipients or (UNIT,), content, dots)


def says(text: bytes) -> Rewrite:
    """The server's next answer is this."""
    return Rewrite(rb"\A\d\d\d[^\r\n]*\r\n", text)


# B1 and B3


@pytest.mark.parametrize("fault", [Cut(0), Cut(0, reset=True), Silence()], ids=["closed", "reset", "silence"])
def test_b1_no_answer_after_the_dot_is_ambiguous_and_the_letter_may_be_there(
    servers: MailServers, line: FaultProxy, submitter: Submitter, dots: Dots, fault: Cut | Silence
) -> None:
    line.on(DOT, fault)

    assert isinstance(send(submitter, dots), Ambiguous)
    assert dots.count == 1
    assert servers.mails(UNIT) == [LETTER]
    assert line.count(DOT) == 1  # nothing was repeated


def test_b3_after_the_dot_a_slow_server_is_given_its_time(line: FaultProxy, dots: Dots) -> None:
    line.on(DOT, Delay(0.8))

    with Submitter(smtp_at(line.port, timeout_seconds=0.3, final_reply_seconds=5.0)) as submitter:
        assert isinstance(send(submitter, dots), Sent)
        assert isinstance(send(submitter, dots), Sent)  # and the connection is still good


# B2 and B8


@pytest.mark.parametrize("command", [rb"^MAIL", rb"^RCPT", rb"^DATA"], ids=["mail", "rcpt", "data"])
def test_b2_a_line_that_breaks_before_the_body_means_not_accepted(
    servers: MailServers, line: FaultProxy, submitter: Submitter, dots: Dots, command: bytes
) -> None:
    line.on(command, Answer(b"", close=True))

    assert isinstance(send(submitter, dots), TryLater)
    assert (dots.count, servers.mails(UNIT)) == (0, [])
    assert isinstance(send(submitter, dots), Sent)


def test_b2_a_line_that_breaks_in_the_body_means_not_accepted(
    servers: MailServers, line: FaultProxy, submitter: Submitter, dots: Dots
) -> None:
    line.on(rb"^a line", Answer(b"", close=True), skip=10)

    assert isinstance(send(submitter, dots, LONG), TryLater)
    assert (dots.count, servers.mails(UNIT)) == (0, [])


def test_b8_a_refusal_while_we_still_send_is_never_ambiguous(
    servers: MailServers, line: FaultProxy, submitter: Submitter, dots: Dots
) -> None:
    line.on(rb"^a line", Answer(b"554 5.7.1 rejected\r\n", close=True), skip=10)

    assert isinstance(send(submitter, dots, LONG), TryLater | Refused)
    assert (dots.count, servers.mails(UNIT)) == (0, [])


# B4 to B6


def test_b8_a_refusal_heard_before_the_dot_keeps_the_dot_back(
    servers: MailServers, line: FaultProxy, submitter: Submitter, dots: Dots
) -> None:
    line.on(rb"^a line", Answer(b"554 5.7.1 rejected\r\n"))

    assert isinstance(send(submitter, dots, LONG), Refused)
    assert (dots.count, line.count(DOT), servers.mails(UNIT)) == (0, 0, [])


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"450 4.3.0 busy\r\n", TryLater),
        (b"421 4.3.2 going down\r\n", TryLater),
        (b"451 4.7.1 greylisted\r\n", TryLater),
        (b"500 5.5.2 what\r\n", Refused),
        (b"552 5.3.4 message size exceeds limit\r\n", Refused),
        (b"554 5.7.1 spam\r\n", Refused),
        (b"550 5.4.5 Daily sending quota exceeded\r\n", TryLater),
        (b"554 " + "发信频率过高".encode("gbk") + b"\r\n", TryLater),
        (b"\x00\xff nonsense\r\n", Ambiguous),
        (b"99\r\n", Ambiguous),
        (b"354 go on\r\n", Ambiguous),
        (b"250 2.0.0 taken\r\n", Sent),
        (b"250-2.0.0 taken\r\n250 indeed\r\n", Sent),
    ],
    ids=lambda value: value.split()[0].decode("latin-1") if isinstance(value, bytes) else value.__name__,
)
def test_b4_b6_what_the_server_says_after_the_dot_decides(
    line: FaultProxy, submitter: Submitter, dots: Dots, answer: bytes, outcome: type
) -> None:
    line.on(DOT, says(answer))

    assert isinstance(send(submitter, dots), outcome)


def test_b4_the_servers_chinese_words_are_kept(line: FaultProxy, submitter: Submitter, dots: Dots) -> None:
    line.on(DOT, says(b"554 " + "疑似垃圾邮件".encode("gbk") + b"\r\n"))

    outcome = send(submitter, dots)

    assert isinstance(outcome, Refused)
    assert "疑似垃圾邮件" in outcome.reason


def test_b5_a_greylisted_recipient_is_tried_later_and_nobody_gets_the_letter_twice(
    servers: MailServers, line: FaultProxy, submitter: Submitter, dots: Dots
) -> None:
    line.on(rb"^RCPT TO:<unit@", says(b"450 4.7.1 try again later\r\n"))

    assert isinstance(send(submitter, dots, LETTER, BOX, UNIT), TryLater)
    assert (dots.count, servers.mails(BOX)) == (0, [])

    assert isinstance(send(submitter, dots, LETTER, BOX, UNIT), Sent)
    assert (servers.mails(BOX), servers.mails(UNIT)) == ([LETTER], [LETTER])


def test_b5_a_full_mailbox_of_the_recipient_is_refused_by_name(
    line: FaultProxy, submitter: Submitter, dots: Dots
) -> None:
    line.on(rb"^RCPT", says(b"552 5.2.2 mailbox over quota\r\n"))

    outcome = send(submitter, dots)

    assert isinstance(outcome, Refused)
    assert outcome.address == UNIT


@pytest.mark.parametrize(
    ("answer", "unknown"),
    [
        (b"550 5.1.1 no such user here\r\n", True),
        (b"550 Mailbox not found\r\n", True),
        (b"550 5.7.1 rejected as spam\r\n", False),
        (b"552 5.2.2 mailbox over quota\r\n", False),
    ],
)
def test_b5_an_address_without_a_mailbox_is_told_apart_from_a_letter_that_is_not_wanted(
    line: FaultProxy, submitter: Submitter, dots: Dots, answer: bytes, unknown: bool
) -> None:
    line.on(rb"^RCPT", says(answer))

    outcome = send(submitter, dots)

    assert isinstance(outcome, Refused)
    assert (outcome.address, outcome.unknown) == (UNIT, unknown)


def test_b5_one_refused_recipient_of_two_does_not_cost_the_other_the_letter(
    servers: MailServers, submitter: Submitter, dots: Dots
) -> None:
    outcome = send(submitter, dots, LETTER, "nobody@city.example", UNIT)

    assert isinstance(outcome, Sent)
    assert [refused.address for refused in outcome.refused] == ["nobody@city.example"]
    assert servers.mails(UNIT) == [LETTER]


def test_b7_a_server_that_hangs_up_on_quit_has_taken_the_letter(
    line: FaultProxy, submitter: Submitter, dots: Dots
) -> None:
    line.on(rb"^QUIT", Answer(b"", close=True))

    assert isinstance(send(submitter, dots), Sent)
    submitter.close()


# B9


def test_b9_a_letter_over_the_servers_size_is_refused_before_it_is_sent(
    line: FaultProxy, submitter: Submitter, dots: Dots
) -> None:
    line.offers = (rb"SIZE \d+", b"SIZE 100")

    outcome = send(submitter, dots, LETTER + b"x" * 200)

    assert isinstance(outcome, Refused)
    assert line.count(rb"^MAIL") == 0


def test_b9_a_chinese_address_is_refused_when_the_server_cannot(
    line: FaultProxy, submitter: Submitter, dots: Dots
) -> None:
    line.offers = (rb"250-SMTPUTF8\r\n", b"")

    outcome = send(submitter, dots, LETTER, "张三@city.example")

    assert outcome == Refused("服务器不支持中文邮件地址（RFC 6531）", "张三@city.example")


def test_b9_a_chinese_domain_goes_in_its_ascii_form(line: FaultProxy, submitter: Submitter, dots: Dots) -> None:
    send(submitter, dots, LETTER, "unit@科技局.example")

    assert line.count(rb"^RCPT TO:<unit@xn--") == 1


def test_b9_a_chinese_address_is_named_as_it_is_where_the_server_can(
    line: FaultProxy, submitter: Submitter, dots: Dots
) -> None:
    outcome = send(submitter, dots, LETTER, "张三@city.example")

    assert isinstance(outcome, Refused)  # no such user here
    assert line.count("^RCPT TO:<张三@".encode()) == 1


@pytest.mark.parametrize("address", ["a\r\nRCPT TO:<x@y.example>@city.example", "a b@city.example", "a@\ud800.example"])
def test_b9_an_address_that_no_server_can_take_is_refused_here(
    line: FaultProxy, submitter: Submitter, dots: Dots, address: str
) -> None:
    outcome = send(submitter, dots, LETTER, address)

    assert isinstance(outcome, Refused)
    assert outcome.address == address
    assert line.count(rb"x@y") == 0


def test_b9_8_bit_content_is_refused_when_the_server_cannot(line: FaultProxy, submitter: Submitter, dots: Dots) -> None:
    line.offers = (rb"250-8BITMIME\r\n", b"")

    assert isinstance(send(submitter, dots, LETTER + "中文\r\n".encode()), Refused)


# B10


def test_b10_a_refused_login_stops_sending_and_says_nothing_against_the_letter(
    servers: MailServers, dots: Dots
) -> None:
    settings = smtp_at(servers.smtp_port, password=SecretStr("wrong"))
    with Submitter(settings) as submitter, pytest.raises(SubmissionUnreachable) as caught:
        send(submitter, dots)

    assert caught.value.permanent
    assert "wrong" not in str(caught.value)
    assert dots.count == 0


def test_b10_a_login_that_fails_for_now_is_not_permanent(line: FaultProxy, submitter: Submitter, dots: Dots) -> None:
    line.on(rb"^AUTH", Answer(b"454 4.7.0 temporary failure\r\n"), times=-1)

    with pytest.raises(SubmissionUnreachable) as caught:
        send(submitter, dots)

    assert not caught.value.permanent


def test_b10_an_hourly_limit_is_no_refusal_of_the_letter(line: FaultProxy, submitter: Submitter, dots: Dots) -> None:
    line.on(rb"^MAIL", says(b"550 5.7.1 too many messages, try tomorrow\r\n"))

    assert isinstance(send(submitter, dots), TryLater)


# B11


def test_b11_a_refused_copy_to_ourselves_is_reported(line: FaultProxy, submitter: Submitter, dots: Dots) -> None:
    line.on(rb"^RCPT TO:<collection@", says(b"550 5.7.1 no copies to yourself\r\n"))

    outcome = submitter.send(BOX, [UNIT], LETTER, dots, copies=[BOX])

    assert isinstance(outcome, Sent)
    assert outcome.refused == (RefusedAddress(BOX, "550 5.7.1 no copies to yourself"),)


# The order of things


def test_without_the_callers_leave_no_dot_goes_out(
    servers: MailServers, line: FaultProxy, submitter: Submitter, dots: Dots
) -> None:
    def refuses() -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        submitter.send(BOX, [UNIT], LETTER, refuses)

    assert line.count(DOT) == 0
    assert servers.mails(UNIT) == []
    assert isinstance(send(submitter, dots), Sent)


def test_a_connection_that_died_between_letters_is_made_anew(
    servers: MailServers, line: FaultProxy, submitter: Submitter, dots: Dots
) -> None:
    assert isinstance(send(submitter, dots), Sent)
    line.hang_up()
    assert isinstance(send(submitter, dots), Sent)
    assert line.connections == 2
    assert len(servers.mails(UNIT)) == 2


def test_answers_may_come_in_pieces(line: FaultProxy, submitter: Submitter, dots: Dots) -> None:
    line.on(rb"^EHLO", Pieces(3))

    assert isinstance(send(submitter, dots), Sent)


def test_a_server_that_is_away_is_told_as_such(dots: Dots) -> None:
    with Submitter(smtp_at(1)) as submitter, pytest.raises(SubmissionUnreachable, match="稍后自动重试"):
        send(submitter, dots)


def test_plain_text_is_refused_but_to_this_machine(dots: Dots) -> None:
    with Submitter(smtp_at(25, host="smtp.example")) as submitter, pytest.raises(SubmissionUnreachable, match="不加密"):
        send(submitter, dots)


def test_a_stripped_starttls_is_refused_before_the_password_goes_out(
    certificates: Certificates, line: FaultProxy, dots: Dots
) -> None:
    settings = smtp_at(line.port, security="starttls", ca_file=certificates.authority)
    with Submitter(settings) as submitter, pytest.raises(SubmissionUnreachable, match="STARTTLS"):
        send(submitter, dots)

    assert line.count(rb"^AUTH") == 0


@pytest.mark.parametrize("name", ["other_host", "expired"])
def test_a_certificate_for_another_host_or_out_of_date_is_refused(
    certificates: Certificates, dots: Dots, name: str
) -> None:
    with in_process(certificates.server_context(getattr(certificates, name))) as servers:
        settings = smtp_at(servers.smtp_port, security="starttls", ca_file=certificates.authority)
        with Submitter(settings) as submitter, pytest.raises(SubmissionUnreachable, match="证书"):
            send(submitter, dots)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(alphabet=". ab\t", max_size=8), max_size=12), st.sampled_from(["\r\n", "\n", "\r"]))
def test_every_line_arrives_as_it_was_whatever_dots_it_begins_with(
    servers: MailServers, lines: list[str], end: str
) -> None:
    content = "".join(f"{line}{end}" for line in ["Subject: x", "", *lines]).encode()

    with Submitter(smtp_at(servers.smtp_port)) as submitter:
        assert isinstance(submitter.send(BOX, [UNIT], content, lambda: None), Sent)

    assert servers.mails(UNIT)[-1] == content.replace(end.encode(), b"\r\n")
