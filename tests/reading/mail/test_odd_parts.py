"""Parts that are seldom seen: pieces of a mail, files that stay elsewhere, a Macintosh's notes, calendars."""

import struct

import pytest

from service.domain.submission import Problem, Role
from service.reading import sniff
from tests.reading.mail.raw import HEAD, attachment, mixed, part, text
from tests.reading.mails import LETTER, BlankOcr, a_form, a_mail, read, roles

WHOLE = a_mail({"函.pdf": LETTER, "表.xlsx": a_form()})
NOTES = b"\0\5\x16\7\0\2\0\0" + b"Mac OS X        " + struct.pack(">HIII", 1, 9, 38, 32) + b"XLSXXCEL" + bytes(24)


@pytest.mark.parametrize("number", [1, 2])
def test_a_piece_of_a_mail_that_was_cut_into_several_goes_to_a_person(number: int) -> None:
    piece = WHOLE[: len(WHOLE) // 2] if number == 1 else WHOLE[len(WHOLE) // 2 :]
    field = b'Content-Type: message/partial; id="a@b.example"; number=%d; total=2\r\n\r\n' % number

    found = read(HEAD + field + piece, BlankOcr())

    assert [(a.role, a.problem) for a in found.attachments] == [(Role.UNREADABLE, Problem.UNSUPPORTED)]
    assert "拆成了多封" in found.attachments[0].note


def test_a_file_that_stayed_elsewhere_is_named() -> None:
    kind = b'Content-Type: message/external-body; access-type=anon-ftp; site="ftp.kyc.example"; name="form.xlsx"'

    found = read(
        mixed([text("请查收"), part(kind, body=b"Content-Type: application/vnd.ms-excel\r\n\r\n")]), BlankOcr()
    )

    assert [(a.name, a.problem) for a in found.attachments] == [("form.xlsx", Problem.UNSUPPORTED)]
    assert "没有随邮件送达" in found.attachments[0].note


def test_the_notes_of_a_macintosh_beside_a_file_are_no_file_of_the_sender() -> None:
    name = b'attachment; filename="form.xlsx"'
    notes = attachment(NOTES, disposition=name, kind=b"application/applefile")
    both = mixed([notes, attachment(a_form(), disposition=name)], boundary=b"in", head=b"").replace(
        b"multipart/mixed", b"multipart/appledouble"
    )

    found = read(mixed([text("请查收"), both, attachment(LETTER, disposition=b"attachment; filename=l.pdf")]))

    assert roles(found) == {"form.xlsx": Role.DECORATION, "form (2).xlsx": Role.FORM, "l.pdf": Role.COVER_LETTER}


def test_a_file_packed_with_its_notes_is_taken_out() -> None:
    form = a_form()
    entries = struct.pack(">HIIIIII", 2, 3, 50, 9, 1, 59, len(form))
    single = b"\0\5\x16\0\0\2\0\0" + bytes(16) + entries + b"form.xlsx" + form

    found = read(mixed([text("请查收"), attachment(single), attachment(single[:-1], kind=b"a/b")]), BlankOcr())

    assert [a.role for a in found.attachments if a.name == "form.xlsx"] == [Role.FORM]
    assert [a.problem for a in found.attachments if a.role is Role.CONTAINER] == [None, Problem.UNSUPPORTED]


def test_a_calendar_or_a_card_is_not_taken_for_a_mail() -> None:
    card = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:x\r\nX-WR-TIMEZONE:Asia/Shanghai\r\nEND:VCALENDAR\r\n"

    assert sniff.media_type(card, "x.ics") == sniff.TEXT


def test_an_encrypted_mail_goes_to_a_person_and_is_not_called_empty() -> None:
    label = part(b"Content-Type: application/pgp-encrypted", body=b"Version: 1\r\n")
    armour = b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----\r\n"
    secret = part(b"Content-Type: application/octet-stream; name=encrypted.asc", body=armour)

    found = read(mixed([label, secret]), BlankOcr())

    assert [(a.name, a.role, a.problem) for a in found.attachments] == [
        ("未命名附件1.bin", Role.DECORATION, None),
        ("encrypted.asc", Role.CONTAINER, Problem.UNSUPPORTED),
    ]
