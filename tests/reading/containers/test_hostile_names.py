"""Names made to leave their folder or to lie to the eye: shown as plain names, and kept in their place."""

import base64
import io
import zipfile
from collections.abc import Callable
from urllib.parse import quote

import pytest

from service.reading.containers import unpack
from service.reading.mail import parse
from tests.reading.containers.archives import tarred, tnef, zipped_with_raw_name
from tests.reading.containers.msg import outlook_mail
from tests.reading.mail.raw import PDF, WORDS, attachment, mixed, part, text

NAMES = {  # as sent, as shown
    "../../etc/表.pdf": "表.pdf",
    "..\\..\\windows\\表.pdf": "表.pdf",
    "/etc/表.pdf": "表.pdf",
    "C:\\表\\表.pdf": "表.pdf",
    "\\\\server\\share\\表.pdf": "表.pdf",
    "表\0.pdf": "表.pdf",
    "表.pdf\0.exe": "表.pdf.exe",
    "表\r\n\t\x1b[31m.pdf": "表 [31m.pdf",
    "表\u202efdp.exe": "表fdp.exe",
    "\u2067表\u200b\ufeff.pdf": "表.pdf",
    "表\x7f\x85.pdf": "表 .pdf",
}
PLACES = {"..": "", ".": "", "../..": "", "/": "", "\0": "", " ": "", "\u202e": ""}

Carrier = Callable[[str], bytes]


def by_words(name: str) -> bytes:
    coded = base64.b64encode(name.encode())
    return attachment(PDF, disposition=b'attachment; filename="=?utf-8?B?' + coded + b'?="')


def by_percent_signs(name: str) -> bytes:
    return attachment(PDF, disposition=f"attachment; filename*=utf-8''{quote(name, safe='')}".encode())


def by_type(name: str) -> bytes:
    return attachment(PDF, disposition=b"", kind=f"application/pdf; name*=utf-8''{quote(name, safe='')}".encode())


def mail_of(part: bytes) -> bytes:
    return mixed([text("请查收"), part])


CARRIERS: dict[str, Carrier] = {"words": by_words, "percent_signs": by_percent_signs, "type": by_type}


def paths(mail: bytes) -> list[str]:
    return [found.path for found in unpack(parse(mail, WORDS).files, WORDS).files]


@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=CARRIERS.keys())
@pytest.mark.parametrize(("sent", "shown"), NAMES.items(), ids=map(ascii, NAMES))
def test_an_attachment_is_shown_by_its_plain_name(sent: str, shown: str, carrier: Carrier) -> None:
    assert paths(mail_of(carrier(sent))) == [shown]


@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=CARRIERS.keys())
@pytest.mark.parametrize("sent", PLACES, ids=map(ascii, PLACES))
def test_what_is_no_name_at_all_is_replaced_by_one(sent: str, carrier: Carrier) -> None:
    assert paths(mail_of(carrier(sent))) == ["未命名附件1.pdf"]


@pytest.mark.parametrize(
    "sent", ["../../etc/表.pdf", "/etc/表.pdf", "C:\\etc\\表.pdf", "./etc//表.pdf", "etc/\u202e表.pdf"]
)
def test_the_folders_of_an_archive_stay_inside_it(sent: str) -> None:
    tar, packed = tarred({sent.encode(): PDF}), zipped_with_raw_name(sent.encode(), PDF)
    names = [b"attachment; filename=a.tar", b"attachment; filename=a.zip"]

    found = paths(mixed([attachment(c, disposition=n) for c, n in zip((tar, packed), names, strict=True)]))

    assert found == ["a.tar", "a.tar/etc/表.pdf", "a.zip", "a.zip/etc/表.pdf"]


def test_names_in_outlooks_formats_stay_inside_them() -> None:
    dat = attachment(tnef("..\\..\\表.pdf".encode("gbk"), PDF), disposition=b"attachment; filename=winmail.dat")
    msg = attachment(outlook_mail("x", "y", {"../../表\u202e.pdf": PDF}), disposition=b"attachment; filename=x.msg")

    assert paths(mixed([dat, msg])) == ["winmail.dat", "winmail.dat/表.pdf", "x.msg", "x.msg/表.pdf"]


def test_a_file_in_a_mail_in_a_zip_in_a_mail_keeps_its_whole_path() -> None:
    innermost = mail_of(attachment(PDF, disposition='attachment; filename="../报送函.pdf"'.encode()))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("邮件/转发：征集表.eml", innermost)
    outer = mail_of(attachment(packed.getvalue(), disposition='attachment; filename="材料.zip"'.encode()))
    forwarded = part(b'Content-Type: message/rfc822; name="fwd.eml"', body=outer)

    assert paths(mixed([text("转发"), forwarded], boundary=b"out")) == [
        "fwd.eml",
        "fwd.eml/材料.zip",
        "fwd.eml/材料.zip/邮件/转发：征集表.eml",
        "fwd.eml/材料.zip/邮件/转发：征集表.eml/报送函.pdf",
    ]
