"""The faults of group B before Postfix's own hostile server: what it stored tells whether we know what we say."""

import pytest

from service.errors import SubmissionUnreachable
from service.replies.smtp import Ambiguous, Outcome, Refused, Sent, Submitter, TryLater
from tests.servers.pair import BOX, UNIT, smtp_at
from tests.servers.sink import Sink, sink

pytestmark = pytest.mark.real_servers

LETTER = b"Subject: receipt\r\n\r\nbody\r\n.a line that begins with a dot\r\n"
LONG = b"Subject: receipt\r\n\r\n" + (b"a line" + b" of the body" * 80 + b"\r\n") * 5_000  # beyond the kernel's buffers


class Dots:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def sent(server: Sink, dots: Dots, content: bytes = LETTER, times: int = 1, wait: float = 5.0) -> list[Outcome]:
    """What becomes of a letter that is handed over so many times on one connection."""
    settings = smtp_at(server.port, username="", final_reply_seconds=wait)  # it has no passwords
    with Submitter(settings) as submitter:
        return [submitter.send(BOX, (UNIT,), content, dots) for _ in range(times)]


@pytest.mark.parametrize("content", [LETTER, LONG], ids=["short", "long"])
@pytest.mark.parametrize(
    "options", [(), ("-e",), ("-P",), ("-p",), ("-8", "-E"), ("-q", "RSET"), ("-f", "RSET")], ids=" ".join
)
def test_a_letter_arrives_byte_for_byte_whatever_the_server_can(options: tuple[str, ...], content: bytes) -> None:
    with sink(*options) as server:
        outcomes = sent(server, Dots(), content, times=2)

        assert [type(outcome) for outcome in outcomes] == [Sent, Sent]
        assert server.transactions() == [content, content]


@pytest.mark.parametrize("content", [LETTER, LONG], ids=["short", "long"])
def test_b1_a_letter_that_was_stored_without_an_answer_is_ambiguous(content: bytes) -> None:
    dots = Dots()
    with sink("-q", ".") as server:
        (outcome,) = sent(server, dots, content)

        assert isinstance(outcome, Ambiguous)
        assert (dots.count, server.transactions()) == (1, [content])


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_b2_a_server_that_hangs_up_before_the_body_has_taken_nothing(command: str) -> None:
    dots = Dots()
    with sink("-q", command) as server:
        (outcome,) = sent(server, dots)

        assert isinstance(outcome, TryLater)
        assert (dots.count, server.transactions()) == (0, [])


def test_b3_a_server_slow_after_the_dot_is_waited_for_and_ambiguous_when_that_is_too_long() -> None:
    with sink("-W", ".:2") as server:
        assert [type(o) for o in sent(server, Dots(), times=2, wait=10.0)] == [Sent, Sent]
        assert [type(o) for o in sent(server, Dots(), wait=0.5)] == [Ambiguous]
        assert server.transactions() == [LETTER] * 3


@pytest.mark.parametrize(
    ("options", "outcome"),
    [(("-r", "."), TryLater), (("-Q", "."), TryLater), (("-f", "."), Refused)],
    ids=["4xx", "421", "5xx"],
)
def test_b4_a_refusal_after_the_dot_is_certain(options: tuple[str, ...], outcome: type[Outcome]) -> None:
    dots = Dots()
    with sink(*options) as server:
        assert [type(o) for o in sent(server, dots)] == [outcome]
        assert dots.count == 1


@pytest.mark.parametrize(
    ("options", "outcome"),
    [(("-r", "RCPT"), TryLater), (("-Q", "RCPT"), TryLater), (("-f", "RCPT"), Refused)],
    ids=["greylisted", "421", "refused"],
)
def test_b5_a_recipient_that_is_not_taken_is_named_and_nothing_is_sent(
    options: tuple[str, ...], outcome: type[TryLater | Refused]
) -> None:
    dots = Dots()
    with sink(*options) as server:
        (told,) = sent(server, dots)

        assert isinstance(told, outcome)
        assert (told.address, dots.count, server.transactions()) == (UNIT, 0, [])


@pytest.mark.parametrize("options", [("-q", "QUIT"), ("-f", "QUIT"), ("-Q", "QUIT")], ids=" ".join)
def test_b7_how_a_server_takes_the_goodbye_changes_nothing(options: tuple[str, ...]) -> None:
    with sink(*options) as server:
        assert [type(o) for o in sent(server, Dots())] == [Sent]
        assert server.transactions() == [LETTER]


@pytest.mark.parametrize("content", [LETTER, LONG], ids=["short", "long"])
def test_b8_a_server_that_refuses_while_we_still_send_is_heard(content: bytes) -> None:
    dots = Dots()
    with sink("-A", "0") as server:
        (outcome,) = sent(server, dots, content)

        assert isinstance(outcome, Refused)
        assert "550 This violates SMTP" in outcome.reason
        assert dots.count <= (content == LETTER)  # the long one always met the refusal on its way
        assert server.transactions() == []


def test_b9_8_bit_content_is_refused_where_the_server_cannot() -> None:
    with sink("-8") as server:
        (outcome,) = sent(server, Dots(), LETTER + "中文\r\n".encode())

        assert isinstance(outcome, Refused)
        assert server.transactions() == []


def test_b10_a_server_that_refuses_the_login_is_left_in_peace() -> None:
    with sink("-f", "AUTH", "-B", "535 5.7.8 no") as server, Submitter(smtp_at(server.port)) as submitter:
        with pytest.raises(SubmissionUnreachable) as caught:
            submitter.send(BOX, (UNIT,), LETTER, Dots())

        assert caught.value.permanent
        assert server.transactions() == []


@pytest.mark.parametrize(
    "options", [("-f", "CONNECT"), ("-q", "CONNECT"), ("-Q", "EHLO"), ("-r", "MAIL")], ids=" ".join
)
def test_b10_a_server_that_is_shut_says_nothing_against_the_letter(options: tuple[str, ...]) -> None:
    dots = Dots()
    with sink(*options) as server:
        try:
            outcomes = [type(o) for o in sent(server, dots)]
        except SubmissionUnreachable as error:
            assert not error.permanent
        else:
            assert outcomes == [TryLater]
        assert (dots.count, server.transactions()) == (0, [])
