"""mail-parser is asked about broken structure only, brings nothing twice, and cannot do harm."""

from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from service.reading.mail.second_opinion import more_files
from tests.reading.mail.raw import HEAD, PDF, attachment, mixed

RAW = mixed([attachment(PDF, disposition=b"attachment; filename=letter.pdf")])


def test_a_file_that_was_not_seen_is_brought() -> None:
    assert [(f.name, f.content) for f in more_files(RAW, ())] == [("letter.pdf", PDF)]


def test_a_file_that_was_seen_is_not_brought_again() -> None:
    assert more_files(RAW, {sha256(PDF).hexdigest()}) == []


def test_an_invented_name_is_not_taken_over() -> None:
    nameless = mixed([attachment(PDF)])

    assert [f.name for f in more_files(nameless, ())] == [""]


def test_it_is_not_asked_about_mails_that_would_exhaust_it() -> None:
    nested = HEAD + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(900)
    )

    assert more_files(nested, ()) == []


@settings(max_examples=60)
@given(st.data())
def test_no_damage_defeats_it(data: st.DataObject) -> None:
    raw = bytearray(RAW)
    for _ in range(data.draw(st.integers(1, 20))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))

    more_files(bytes(raw), ())
