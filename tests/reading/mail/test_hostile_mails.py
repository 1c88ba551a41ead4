"""Mails made or damaged to hide their files: what was sent is found or named, never called missing, and never dear."""

import base64
import time

import pytest

from service.domain.submission import Problem, Role
from tests.reading.mail.raw import HEAD, attachment, mixed, part, text
from tests.reading.mails import LETTER, BlankOcr, a_form, a_mail, read, roles, the

FILES = {"函.pdf": LETTER, "表.xlsx": a_form()}
WHOLE = a_mail(FILES)
BOTH = {"函.pdf": Role.COVER_LETTER, "表.xlsx": Role.FORM}


@pytest.mark.parametrize(
    "field", [b"Received: from a by b; Fri, 20 Mar 2020 09:00:00 +0800", b"To: " + b"a@b.example, " * 8]
)
def test_f3_a_flood_of_one_field_does_not_drown_the_others(field: bytes) -> None:
    found = read((field + b"\r\n") * 3000 + WHOLE)

    assert roles(found) == BOTH
    assert [a.address for a in found.envelope.senders] == ["zs@kyc.example"] and found.defects


@pytest.mark.parametrize("junk", [b"(" * 20_000, b"a@b.example, " * 3000, b";" * 9000, b'"\\' * 5000, b""])
def test_f4_a_content_type_that_is_none_does_not_hide_the_one_that_is(junk: bytes) -> None:
    assert roles(read(b"Content-Type: " + junk + b"\r\n" + WHOLE)) == BOTH


@pytest.mark.parametrize("instead", [b"", b"Content-Type: ;;;\r\n", b"Content-Type: mixed\r\n"])
def test_f14_a_mail_that_lost_its_content_type_is_divided_by_what_its_body_shows(instead: bytes) -> None:
    line = next(line for line in WHOLE.split(b"\r\n") if line.startswith(b"Content-Type: multipart"))

    found = read(WHOLE.replace(line + b"\r\n", instead, 1))

    assert roles(found) == BOTH and found.defects


def test_a_plain_mail_that_quotes_mime_is_left_whole() -> None:
    found = read(
        HEAD + b"Content-Type: text/plain\r\n\r\n--x\r\nContent-Type: application/pdf\r\n\r\n%PDF-\r\n--x--\r\n"
    )

    assert found.attachments == () and "%PDF-" in found.text


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_f14_a_mail_that_ends_inside_a_file_says_that_the_rest_did_not_come(share: float) -> None:
    found = read(WHOLE[: int(len(WHOLE) * share) // 78 * 78 + 9], BlankOcr())

    rest = found.attachments[-1]
    assert (rest.role, rest.problem) == (Role.UNREADABLE, Problem.EMPTY) and "没有收到" in rest.name
    assert rest.note


def test_f14_a_mail_that_only_lacks_its_last_delimiter_is_whole() -> None:
    assert roles(read(a_mail(FILES, close=False))) == BOTH


BINHEX = b"(This file must be converted with BinHex 4.0)\r\n\r\n:#d9bF'9c8&0*3e4PEQP[-3#3!*!'%J!`6!N:::\r\n"
YENC = b"=ybegin line=128 size=9 name=form.xlsx\r\n\x8b\x9c\r\n=yend size=9\r\n"


@pytest.mark.parametrize("code", [BINHEX, YENC])
def test_f15_a_file_in_an_old_code_is_named(code: bytes) -> None:
    in_the_body = read(HEAD + b"Content-Type: text/plain\r\n\r\nhello\r\n" + code)
    attached = read(mixed([text("您好"), part(b"Content-Type: application/octet-stream; name=f.hqx", body=code)]))

    for found in (in_the_body, attached):
        assert [(a.role, a.problem) for a in found.attachments] == [(Role.CONTAINER, Problem.UNSUPPORTED)]
    assert in_the_body.text == "hello"


def test_f13_the_damage_of_a_transfer_is_the_files_own() -> None:
    coded = base64.encodebytes(LETTER).replace(b"\n", b"\r\n")
    raw = WHOLE.replace(coded.rstrip(), coded[: len(coded) // 2 // 78 * 78 + 33], 1)

    found = the(read(raw, BlankOcr()), "函.pdf")

    assert (found.role, found.problem) == (Role.COVER_LETTER, Problem.DAMAGED)


def cpu_seconds(raw: bytes) -> float:
    begun = time.process_time()
    read(raw, BlankOcr())
    return time.process_time() - begun


def test_f16_many_bodies_cost_no_more_than_what_is_kept_of_them() -> None:
    bodies = [part(b"Content-Type: text/html", body=b"< <b>" * 60_000)] * 60

    assert cpu_seconds(mixed([*bodies, attachment(LETTER), attachment(a_form())])) < 6


def test_hundreds_of_mails_inside_a_mail_are_opened_up_to_a_limit() -> None:
    inner = part(b"Content-Type: message/rfc822", body=b"Subject: x\r\n\r\nx")

    found = read(mixed([inner] * 130))

    assert [a.problem for a in found.attachments].count(Problem.REFUSED) == 30


def test_a_part_whose_delimiter_was_lost_or_damaged_is_found() -> None:
    first, second, third = (n for n in range(len(WHOLE)) if WHOLE.startswith(b"--=_b1\r\n", n))

    for place in (second, third):
        for instead in (b"", b"--=_b\r\n", b"--=_b1--=_b1\r\n"):
            found = read(WHOLE[:place] + instead + WHOLE[place + 8 :])
            assert roles(found) == BOTH and found.defects, (place, instead)
    assert roles(read(WHOLE[:first] + WHOLE[first + 8 :])) == BOTH


def test_a_blank_line_inside_a_header_does_not_end_it() -> None:
    for field in (b"MIME-Version", b"Content-Type: multipart", b"Content-Disposition", b"Content-Transfer-Encoding: b"):
        at = WHOLE.index(field)
        found = read(WHOLE[:at] + b"\r\n" + WHOLE[at:])
        assert roles(found) == BOTH, field


def test_the_header_of_a_mail_inside_a_mail_stays_its_own() -> None:
    inner = b"MIME-Version: 1.0\r\n" + WHOLE.split(b"MIME-Version: 1.0\r\n")[1]

    found = read(mixed([text("转发"), part(b"Content-Type: message/rfc822", body=inner)], boundary=b"out"))

    assert roles(found) == {"邮件1.eml": Role.CONTAINER} | {f"邮件1.eml/{name}": role for name, role in BOTH.items()}
    assert found.text == "转发"


@pytest.mark.parametrize("label", [b"text/html; charset=utf-8", b"application/pdf; name=x.pdf", b"message/rfc822"])
def test_of_several_content_types_the_multipart_whose_boundary_is_used_is_meant(label: bytes) -> None:
    assert roles(read(b"Content-Type: " + label + b"\r\n" + WHOLE)) == BOTH


def test_a_part_behind_a_closed_multipart_whose_own_delimiter_was_lost_is_found() -> None:
    inner = mixed([text("您好")], boundary=b"in", head=b"").replace(b"mixed", b"alternative")
    raw = mixed([inner, attachment(LETTER), attachment(a_form())])
    lost = raw.index(b"--=_b1\r\n", raw.index(b"--in--"))

    found = read(raw[:lost] + raw[lost + 8 :])

    assert [a.role for a in found.attachments] == [Role.COVER_LETTER, Role.FORM]
