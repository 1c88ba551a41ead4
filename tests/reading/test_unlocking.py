"""Files under a password: opened where the mail states it, named as locked where it does not."""

import hashlib

import pytest

from service.domain.submission import Problem, Role
from service.reading import sniff
from service.reading.unlocking import unlocked
from tests.reading.containers.archives import zipped
from tests.reading.forms.biff import compound, sheet_stream
from tests.reading.forms.test_old_workbooks import CITY, UNIT, needs
from tests.reading.locked import locked_package, locked_workbook, rc4
from tests.reading.mails import LETTER, a_form, a_mail, read, roles, the

FORM = a_form()
LOCKED = locked_package(FORM, "Kjj@2020")
ROW = needs([1.0, UNIT, CITY, "新材料", "教授", 2.0])


def old_form(password: str) -> bytes:
    return compound("Workbook", locked_workbook(sheet_stream("表1", ROW), password))


@pytest.mark.parametrize("name", ["征集表.xlsx", "材料.zip"])
@pytest.mark.parametrize("said", ["打开密码：Kjj@2020。", "附件密码为Kjj@2020，请查收"])
def test_a_form_opens_with_the_password_that_the_mail_states(name: str, said: str) -> None:
    content = LOCKED if name.endswith("xlsx") else zipped({"征集表.xlsx": LOCKED})

    found = read(a_mail({"函.pdf": LETTER, name: content}, body=f"报送征集表，{said}"))

    assert [t.number for t in found.tables] == [1]
    form = next(a for a in found.attachments if a.role is Role.FORM)
    assert (form.problem, form.sha256) == (None, hashlib.sha256(LOCKED).hexdigest())


@pytest.mark.parametrize("said", ["请查收附件。", "密码：wrong123", "密码另行电话告知"])
def test_without_its_password_a_form_is_named_as_locked(said: str) -> None:
    found = read(a_mail({"函.pdf": LETTER, "征集表.xlsx": LOCKED}, body=said))

    assert the(found, "征集表.xlsx").problem is Problem.ENCRYPTED
    assert roles(found)["征集表.xlsx"] is Role.FORM


def test_an_old_workbook_opens_with_the_password_that_the_mail_states() -> None:
    found = read(a_mail({"函.pdf": LETTER, "征集表.xls": old_form("kjj2020")}, body="密码：kjj2020"))

    assert [(t.number, [r.unit for r in t.rows]) for t in found.tables] == [(1, [UNIT])]


@pytest.mark.parametrize("content", [locked_package(FORM, "VelvetSweatshop"), old_form("VelvetSweatshop")])
def test_the_password_that_excel_gives_by_itself_needs_no_stating(content: bytes) -> None:
    found = read(a_mail({"函.pdf": LETTER, "征集表.xls": content}))

    assert [t.number for t in found.tables] == [1]


def test_what_only_looks_locked_is_left_as_it_is() -> None:
    for content, kind in (
        (LOCKED[:900], sniff.OFFICE_ENCRYPTED),
        (b"%PDF-1.4 /Encrypt", sniff.PDF),
    ):
        assert unlocked(content, kind, ("Kjj@2020",)) is None


def test_a_letter_in_a_locked_pdf_opens_with_the_stated_password() -> None:
    assert unlocked(locked_pdf("kjj2020"), sniff.PDF, ("no", "kjj2020")) is not None
    assert unlocked(locked_pdf("kjj2020"), sniff.PDF, ("no",)) is None


def locked_pdf(password: str) -> bytes:
    """One empty page under 40-bit RC4 (ISO 32000-1, 7.6.3, revision 2)."""
    pad = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
    padded = (password.encode() + pad)[:32]

    def hidden(key: bytes, plain: bytes) -> bytes:
        return bytes(a ^ b for a, b in zip(plain, rc4(key), strict=False))

    owner = hidden(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + b"\xfc\xff\xff\xff" + b"0" * 16).digest()[:5]
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (owner.hex().encode(), hidden(key, pad).hex().encode()),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    identity = b"<" + b"30" * 16 + b">"
    trailer = b"trailer\n<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[%s%s]>>\n" % (identity, identity)
    return out + b"xref\n0 5\n0000000000 65535 f \n" + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(out)
