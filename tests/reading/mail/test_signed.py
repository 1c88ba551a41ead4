"""Mails and files inside an opaque signature (S/MIME, CMS): what was signed is read, whoever signed it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.submission import Problem, Role
from service.reading.mail.signed import signed_content
from tests.reading.mail.raw import HEAD, attachment, mixed, text
from tests.reading.mails import LETTER, a_form, a_mail, read, roles, the

SIGNED, ENVELOPED, DATA = (bytes.fromhex(f"06092a864886f70d0107{n}") for n in ("02", "03", "01"))


def der(tag: int, *inside: bytes) -> bytes:
    content = b"".join(inside)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    raw = size.to_bytes(4, "big")
    return bytes([tag, 0x84]) + raw + content


def ber(tag: int, *inside: bytes) -> bytes:
    """Of unknown length, as programs write that sign while they read."""
    return bytes([tag, 0x80]) + b"".join(inside) + b"\0\0"


def signed(content: bytes) -> bytes:
    octets = der(0x04, content)
    encapsulated = der(0x30, DATA, der(0xA0, octets))
    return der(0x30, SIGNED, der(0xA0, der(0x30, der(0x02, b"\1"), der(0x31), encapsulated, der(0x31))))


def streamed(content: bytes) -> bytes:
    octets = ber(0x24, *(der(0x04, content[at : at + 1000]) for at in range(0, len(content), 1000)))
    encapsulated = ber(0x30, DATA, ber(0xA0, octets))
    return ber(0x30, SIGNED, ber(0xA0, ber(0x30, der(0x02, b"\1"), der(0x31), encapsulated, der(0x31))))


def wrapped(content: bytes, kind: bytes = b"application/pkcs7-mime; smime-type=signed-data; name=smime.p7m") -> bytes:
    fields = b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return HEAD + fields + base64.encodebytes(content).replace(b"\n", b"\r\n")


ENTITY = a_mail({"函.pdf": LETTER, "表.xlsx": a_form()}, head=b"")


@pytest.mark.parametrize("sign", [signed, streamed])
def test_a_signed_mail_is_read_as_if_it_were_not(sign) -> None:  # type: ignore[no-untyped-def]
    found = read(wrapped(sign(ENTITY)))

    assert roles(found) == {"函.pdf": Role.COVER_LETTER, "表.xlsx": Role.FORM}
    assert found.text.startswith("您好") and [a.address for a in found.envelope.senders] == ["zs@kyc.example"]


def test_a_signed_mail_under_a_label_that_says_nothing_is_opened_like_an_archive() -> None:
    found = read(wrapped(signed(ENTITY), b"application/octet-stream; name=smime.p7m"))

    assert list(roles(found).values()) == [Role.CONTAINER, Role.CONTAINER, Role.COVER_LETTER, Role.FORM]


def test_a_signed_file_keeps_its_own_name() -> None:
    raw = mixed([text("您好"), attachment(signed(a_form()), disposition=b"attachment; filename=f.xlsx.p7m")])

    assert roles(read(raw)) == {"f.xlsx.p7m": Role.CONTAINER, "f.xlsx.p7m/f.xlsx": Role.FORM}


def test_an_encrypted_mail_is_named_as_one_that_cannot_be_opened() -> None:
    raw = wrapped(der(0x30, ENVELOPED, der(0xA0, der(0x30, b"\2\1\0"))), b"application/pkcs7-mime; name=smime.p7m")

    found = the(read(raw), "smime.p7m")

    assert (found.role, found.problem) == (Role.CONTAINER, Problem.UNSUPPORTED)


def test_signatures_inside_signatures_end_somewhere() -> None:
    inner = a_mail({"表.xlsx": b"x"})
    for _ in range(16):
        inner = wrapped(signed(inner))

    assert any(a.problem for a in read(inner).attachments)


@given(st.binary(max_size=60), st.integers(0, 300), st.sampled_from([signed, streamed]))
def test_no_damage_to_a_signature_raises(noise: bytes, at: int, sign) -> None:  # type: ignore[no-untyped-def]
    raw = sign(b"x" * 3000)

    signed_content(raw[:at] + noise + raw[at + len(noise) :])
    signed_content(raw[:at])
    signed_content(b"\x30\x80" * at + noise)
