"""Files under a password: opened where the mail states it, named as locked where it does not."""

import hashlib

import pytest

from service.domain.submission import Problem, Role
from service.reading import sniff
from service.reading.unlocking import unlocked
from tests.reading.containers.archives import zipped
from tests.reading.forms.biff import compound, sheet_stream
from tests.reading.forms.test_old_workbooks import CITY, UNIT, needs
from tests.reading.letters.test_files import encrypted_pdf
from tests.reading.locked import locked_package, locked_workbook
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


def test_a_password_may_stand_in_the_name_of_the_file() -> None:
    found = read(a_mail({"函.pdf": LETTER, "征集表（密码Kjj@2020）.xlsx": LOCKED}))

    assert [t.number for t in found.tables] == [1]


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
    assert unlocked(encrypted_pdf(b"kjj2020"), sniff.PDF, ("no", "kjj2020")) is not None
    assert unlocked(encrypted_pdf(b"kjj2020"), sniff.PDF, ("no",)) is None
