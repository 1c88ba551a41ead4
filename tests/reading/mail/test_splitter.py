"""The MIME tree from raw bytes: agreement with the standard library on well-formed mails, calm on all others."""

import email
import email.message
import email.policy
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.reading.limits import MAIL
from service.reading.mail import parse
from service.reading.mail.header import read_header
from service.reading.mail.splitter import split
from service.reading.mail.transfer import undo
from tests.reading.mail.raw import HEAD, PDF, WORDS, attachment, mail, mixed, part, text

CONTENT = st.binary(max_size=400)
LEAVES = st.lists(st.tuples(CONTENT, st.sampled_from(["image/jpeg", "application/pdf"])), min_size=1, max_size=5)


def built(leaves: list[tuple[bytes, str]], nested: bool) -> email.message.EmailMessage:
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"], message["Subject"] = "zs@kyc.example", "报送"
    message.set_content("您好")
    for number, (content, kind) in enumerate(leaves):
        main, sub = kind.split("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=f"附件{number}.bin")
    if not nested:
        return message
    outer = email.message.EmailMessage(policy=email.policy.SMTP)
    outer["From"] = "ls@kyc.example"
    outer.set_content("转发")
    outer.make_mixed()
    outer.attach(_as_part(message))
    return outer


def _as_part(message: email.message.EmailMessage) -> email.message.EmailMessage:
    copy = email.message_from_bytes(message.as_bytes(), policy=email.policy.SMTP)
    for name in ("From", "Subject"):
        del copy[name]
    assert isinstance(copy, email.message.EmailMessage)
    return copy


def stdlib_leaves(raw: bytes) -> Iterator[tuple[str, object]]:
    for found in email.message_from_bytes(raw).walk():
        if not found.is_multipart():
            yield found.get_content_type(), found.get_payload(decode=True)


def our_leaves(raw: bytes) -> Iterator[tuple[str, object]]:
    for found in split(raw).parts:
        yield found.media_type, undo(found.body, found.header.text(b"content-transfer-encoding")).content


@settings(max_examples=60)
@given(LEAVES, st.booleans(), st.sampled_from([email.policy.SMTP, email.policy.default]))
def test_well_formed_mails_are_cut_as_the_standard_library_cuts_them(
    leaves: list[tuple[bytes, str]], nested: bool, policy: email.policy.EmailPolicy
) -> None:
    raw = built(leaves, nested).as_bytes(policy=policy)

    assert list(our_leaves(raw)) == list(stdlib_leaves(raw))
    assert split(raw).defects == ()


@given(st.binary(max_size=600))
def test_no_bytes_defeat_the_splitter(raw: bytes) -> None:
    parse(raw, WORDS)


SCRAPS = st.sampled_from(
    [b"--b\r\n", b"--b--\r\n", b"\r\n", b"\n", b"\r", b"Content-Type: multipart/mixed; boundary=b\r\n", b"--a\n", b"\0",
     b"Content-Type: multipart/alternative; boundary=a\n", b"Content-Type: message/rfc822\r\n", b"From: <a@b.example>\n",
     b"Content-Transfer-Encoding: base64\n", b"Subject: =?gb2312?B?x==?=\n", b" folded\n", b"QUJD", b"From x\n", b"=?"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(SCRAPS, max_size=40))
def test_no_shuffling_of_mime_scraps_defeats_the_parser(scraps: list[bytes]) -> None:
    first = parse(b"".join(scraps), WORDS)

    assert first == parse(b"".join(scraps), WORDS)


def test_an_inner_part_ends_where_its_outer_multipart_goes_on() -> None:
    inner = part(b"Content-Type: multipart/mixed; boundary=in", body=b"--in\r\nContent-Type: image/png\r\n\r\nAAA")

    found = split(mixed([inner, attachment(PDF)]))

    assert [p.media_type for p in found.parts] == ["image/png", "application/octet-stream"]
    assert "multipart has no closing boundary" in found.defects


def test_a_boundary_that_begins_like_another_one_is_not_confused_with_it() -> None:
    body = b"--b1\r\nContent-Type: multipart/mixed; boundary=b1x\r\n\r\n--b1x\r\n\r\nin\r\n--b1x--\r\n--b1\r\n\r\nout\r\n--b1--"

    found = split(HEAD + b"Content-Type: multipart/mixed; boundary=b1\r\n\r\n" + body)

    assert [p.body for p in found.parts] == [b"in", b"out"]


@pytest.mark.parametrize("end", [b"--b1-->", b"--b1-- end of mail", b"--b1  --"])
def test_words_behind_a_closing_delimiter_do_not_make_it_part_of_a_file(end: bytes) -> None:
    raw = mixed([text("您好"), attachment(PDF)], boundary=b"b1").replace(b"--b1--\r\n", end + b"\r\nand more\r\n")

    found = parse(raw, WORDS)

    assert [(f.content, f.damage) for f in found.files] == [(PDF, "")]
    assert found.text == "您好"


def test_words_behind_a_delimiter_with_a_header_below_it_divide_parts() -> None:
    raw = mixed([text("您好"), attachment(PDF)], boundary=b"b1").replace(b"--b1\r\n", b"--b1 next part\r\n")

    assert [f.content for f in parse(raw, WORDS).files] == [PDF]


def test_a_line_that_only_begins_like_a_delimiter_stays_in_its_text() -> None:
    raw = mixed([text("--b1 is what I wrote\r\n--b1x--\r\nand more")], boundary=b"b1")

    assert parse(raw, WORDS).text.splitlines() == ["--b1 is what I wrote", "--b1x--", "and more"]


def test_a_longer_boundary_with_words_behind_it_is_not_taken_for_its_beginning() -> None:
    inner = mixed([text("内"), attachment(PDF)], boundary=b"b1 in", head=b"")
    raw = mixed([inner, attachment(PDF[:-1])], boundary=b"b1")

    assert [f.content for f in parse(raw, WORDS).files] == [PDF, PDF[:-1]]


@pytest.mark.parametrize(
    "boundary",
    [
        pytest.param(b"", id="no_boundary_parameter"),
        pytest.param(b"; boundary=never-used", id="boundary_never_used"),
        pytest.param(b'; boundary=""', id="empty_boundary"),
    ],
)
def test_a_wrong_or_missing_boundary_is_found_in_the_body(boundary: bytes) -> None:
    body = b"--real\r\n" + text("您好") + b"\r\n--real\r\n" + attachment(PDF) + b"\r\n--real--\r\n"

    found = parse(HEAD + b"Content-Type: multipart/mixed" + boundary + b"\r\n\r\n" + body, WORDS)

    assert found.text == "您好"
    assert [f.content for f in found.files] == [PDF]
    assert found.defects


def test_a_multipart_cut_off_in_the_middle_gives_what_is_there() -> None:
    raw = mixed([text("您好"), attachment(PDF)], close=False)

    found = parse(raw[:-40], WORDS)

    assert found.files[0].content.startswith(b"%PDF-1.4")
    assert "multipart has no closing boundary" in found.defects


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\r\n\r\n", id="blank_lines"),
        pytest.param(b"Subject: x", id="header_without_end"),
        pytest.param(b"Subject: x\r\n\r\n", id="headers_only"),
        pytest.param(b"\0\0\0", id="nul"),
        pytest.param(b"\xef\xbb\xbfSubject: x\n\nbody", id="byte_order_mark"),
        pytest.param(b"no header at all", id="text_only"),
    ],
)
def test_the_oddest_mails_are_still_mails(raw: bytes) -> None:
    assert parse(raw, WORDS).files == ()


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(mail(b"Subject: x", body=b"hello"), id="crlf"),
        pytest.param(mail(b"Subject: x", body=b"hello").replace(b"\r\n", b"\n"), id="lf"),
        pytest.param(mail(b"Subject: x", body=b"hello").replace(b"\r\n", b"\r"), id="cr"),
        pytest.param(
            b"From zs@kyc.example Mon Mar 23 2020\n"
            + mail(b"Subject: x", *[b"X: y"] * 20, body=b"hello").replace(b"\r\n", b"\r"),
            id="cr_behind_mbox",
        ),
        pytest.param(b"\xef\xbb\xbf" + mail(b"Subject: x", body=b"hello"), id="byte_order_mark"),
        pytest.param(b"From zs@kyc.example Mon Mar 23 2020\r\n" + mail(b"Subject: x", body=b"hello"), id="mbox"),
        pytest.param(b"\r\n\r\n" + mail(b"Subject: x", body=b"hello"), id="blank_lines_first"),
        pytest.param(b"Subject: x\r\nhello", id="no_blank_line"),
    ],
)
def test_line_ends_and_first_lines_of_all_kinds_are_read(raw: bytes) -> None:
    found = parse(raw, WORDS)

    assert (found.envelope.subject, found.text) == ("x", "hello")


def test_a_mail_with_old_line_ends_is_not_called_broken_off() -> None:
    found = parse(mixed([text("您好"), attachment(PDF)], close=False).replace(b"\r\n", b"\r"), WORDS)

    assert [f.content for f in found.files] == [PDF]


def test_a_field_folded_without_white_space_does_not_end_the_header() -> None:
    raw = b"Subject: one\r\ntwo\r\nContent-Type: text/plain\r\nFrom: <a@b.example>\r\n\r\nbody"

    found = parse(raw, WORDS)

    assert found.envelope.subject == "one two"
    assert found.envelope.senders[0].address == "a@b.example"


@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
def test_a_boundary_beyond_ascii_is_found_in_whatever_charset_it_was_written(codec: str) -> None:
    found = parse(mixed([text("您好"), attachment(PDF)], boundary="分隔-µ-".encode(codec, "ignore")), WORDS)

    assert (found.text, [f.content for f in found.files], found.defects) == ("您好", [PDF], ())


def test_blanks_before_the_first_field_do_not_hide_it() -> None:
    found = parse(b" From: <a@b.example>\r\nSubject: x\r\n\r\nbody", WORDS)

    assert (found.envelope.senders[0].address, found.envelope.subject, found.text) == ("a@b.example", "x", "body")


def test_a_line_of_blanks_ends_a_header_unless_a_field_follows() -> None:
    whole = mixed([text("您好"), attachment(PDF)])
    ended = parse(whole.replace(b"\r\n\r\n", b"\r\n \r\n"), WORDS)
    going_on = parse(whole.replace(b"Subject: x\r\n", b"Subject: x\r\n \r\n"), WORDS)

    for found in (ended, going_on):
        assert (found.envelope.subject, found.text, found.files[0].content) == ("x", "您好", PDF)
        assert found.defects == ()


def test_a_field_whose_colon_was_folded_away_does_not_end_the_header() -> None:
    found = parse(b"To: <a@b.example>\r\nFrom\r\n : <c@d.example>\r\nSubject: x\r\n\r\nbody", WORDS)

    assert (found.envelope.subject, found.text) == ("x", "body")


def test_more_parts_than_the_limit_are_refused_and_said_to_be() -> None:
    raw = mixed([attachment(b"%PDF-" + str(n).encode()) for n in range(MAIL.parts + 20)])

    found = parse(raw, WORDS)

    assert len(found.files) == MAIL.parts + 1
    assert found.files[-1].problem == "refused"


@pytest.mark.parametrize("levels", [400, 3000])
def test_multiparts_nested_too_deep_become_one_refused_file(levels: int) -> None:
    raw = HEAD + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(levels)
    )

    found = parse(raw, WORDS)

    assert [f.problem for f in found.files] == ["refused"]


HOSTILE = {
    "header_of_addresses": b"Content-Type: " + b"a@b.cn, " * 20_000 + b"\r\n\r\n",
    "header_of_semicolons": b"Content-Type: text/plain" + b";" * 300_000 + b"\r\n\r\n",
    "header_of_quotes": b'Content-Disposition: attachment; filename="' + b'\\"' * 150_000 + b"\r\n\r\n",
    "parameters": b"Content-Type: text/plain" + b"; a*0*=x" * 40_000 + b"\r\n\r\n",
    "comments": b"From: " + b"(" * 20_000 + b"\r\nTo: " + b"(" * 20_000 + b"\r\n\r\n",
    "angles": b"From: " + b"<" * 60_000 + b"\r\n\r\n",
    "groups": b"To: " + b"undisclosed:;," * 5_000 + b"\r\n\r\n",
    "encoded_words": b"Subject: " + b"=?a?B?" * 10_000 + b"\r\n\r\n",
    "open_words": b"Subject: " + b"=?a?B?x " * 10_000 + b"\r\nFrom: " + b"=?a?Q?" + b"?" * 60_000 + b"\r\n\r\n",
    "folded_forever": b"Subject: x\r\n" + b" \r\n" * 200_000 + b"\r\n",
    "fields": b"a:b\r\n" * 300_000 + b"\r\n",
    "percent_signs": b'Content-Disposition: attachment; filename="' + b"%E6" * 20_000 + b' %"\r\n\r\n',
    "boundaries": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--bx\r\n" * 200_000,
    "words_behind": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b x\r\nboundary=bx\r\n" * 100_000,
    "words_behind_parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b x\r\n\r\n" * 200_000,
    "many_parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 200_000,
    "html_openings": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<script><!--<a href=" * 30_000,
    "quote_marks": HEAD + b"Content-Type: text/plain\r\n\r\n" + b"On 1\r\n" * 100_000,
    "wrote": HEAD + b"Content-Type: text/plain\r\n\r\n" + b"On 1 wrote:\r\n> x\r\ny\r\n" * 20_000,
    "from_lines": HEAD + b"Content-Type: text/plain\r\n\r\n" + b"From: a\r\n" * 100_000,
    "uuencode_begins": HEAD + b"Content-Type: text/plain\r\n\r\n" + b"begin 644 a\r\n#0V%T\r\n" * 50_000,
    "link_cards": HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "进入下载页面a.b(1M\r\n".encode() * 20_000,
}  # fmt: skip


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_mails_cost_no_more_than_their_size(raw: bytes) -> None:
    begun = time.process_time()

    parse(raw, WORDS)

    assert time.process_time() - begun < 2.5


def test_a_header_line_over_its_limit_is_cut_and_the_rest_is_still_read() -> None:
    raw = b"To: " + b"a@b.example, " * 5_000 + b"\r\nSubject: x\r\n\r\nbody"

    found = read_header(raw, 0, len(raw))

    assert found.header.text(b"subject") == "x"
    assert "header line over 8 KB cut" in found.defects
