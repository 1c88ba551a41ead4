"""From the bytes of a mail to a Submission: roles by content, problems named, nothing missed, nothing read twice."""

import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from service.demo.scanning import Scan, as_jpeg, scanned
from service.domain.submission import LetterSource, Problem, Role, Seal
from service.reading.letters import OcrProcess
from service.reading.limits import DOCUMENTS
from tests.reading.containers.archives import encrypted, zipped
from tests.reading.letters.specimens import BUREAU, a_page
from tests.reading.mail.raw import HEAD, attachment, mixed, part, text
from tests.reading.mails import LETTER, BlankOcr, a_form, a_mail, read, roles, the

FORM = a_form()
OLE_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 99


def a_picture(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(out, "PNG")
    return out.getvalue()


def test_a_letter_and_a_form_are_told_apart_by_their_content() -> None:
    found = read(a_mail({"附件1.pdf": LETTER, "附件2.xlsx": FORM}))

    assert roles(found) == {"附件1.pdf": Role.COVER_LETTER, "附件2.xlsx": Role.FORM}
    assert found.letter is not None
    assert (found.letter.signer, found.letter.seal) == (BUREAU, Seal.PRESENT)
    assert [(t.number, t.attachment) for t in found.tables] == [(1, "附件2.xlsx")]
    assert found.text == "您好，现报送征集表，请查收附件。"
    assert found.defects == ()
    assert all(a.why for a in found.attachments)


def test_wrong_names_do_not_mislead() -> None:
    found = read(a_mail({"征集表.xlsx": LETTER, "报送函.pdf": FORM}))

    assert roles(found) == {"征集表.xlsx": Role.COVER_LETTER, "报送函.pdf": Role.FORM}


def test_everything_in_a_zip_in_a_forwarded_mail_is_found() -> None:
    inner = a_mail({"材料.zip": zipped({"函/报送函.pdf": LETTER, "表.xlsx": FORM})}, body="原邮件正文", boundary=b"in")
    raw = mixed([text("转发"), part(b"Content-Type: message/rfc822", body=inner)])

    found = read(raw)

    assert roles(found) == {
        "邮件1.eml": Role.CONTAINER,
        "邮件1.eml/材料.zip": Role.CONTAINER,
        "邮件1.eml/材料.zip/函/报送函.pdf": Role.COVER_LETTER,
        "邮件1.eml/材料.zip/表.xlsx": Role.FORM,
    }
    assert found.text == "转发"
    assert "原邮件正文" in found.quoted
    assert [a.address for a in found.envelope.senders] == ["zs@kyc.example"]


def test_the_same_file_twice_is_read_once() -> None:
    found = read(a_mail({"表.xlsx": FORM, "表(副本).xlsx": FORM, "函.pdf": LETTER}))

    assert roles(found)["表(副本).xlsx"] is Role.SUPPORTING
    assert "表.xlsx" in the(found, "表(副本).xlsx").why
    assert len(found.tables) == 1


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(FORM[:-200], Problem.DAMAGED, id="damaged"),
        pytest.param(OLE_LOCKED, None, id="locked_and_damaged"),
        pytest.param(b"", Problem.EMPTY, id="zero_bytes"),
        pytest.param(b"\x01\x02\x03 noise", Problem.DAMAGED, id="noise"),
    ],
)
def test_a_form_that_cannot_be_read_is_a_form_with_a_problem(content: bytes, problem: Problem | None) -> None:
    form = the(read(a_mail({"征集表.xlsx": content, "报送函.pdf": LETTER})), "征集表.xlsx")

    assert form.role is Role.FORM
    assert form.problem is problem or (problem is None and form.problem is not None)
    assert form.note


def test_a_damaged_extra_spreadsheet_is_a_form_with_a_problem_while_tables_are_missing() -> None:
    found = read(a_mail({"表1.xlsx": FORM, "表2.xlsx": FORM[:-200]}))

    assert (the(found, "表2.xlsx").role, the(found, "表2.xlsx").problem) == (Role.FORM, Problem.DAMAGED)


def test_a_lone_spreadsheet_that_is_not_recognised_is_taken_for_the_form() -> None:
    unknown = a_form_of_unknown_layout()

    alone = read(a_mail({"需求.xlsx": unknown, "函.pdf": LETTER}))
    beside = read(a_mail({"需求.xlsx": unknown, "表.xlsx": FORM}))

    assert the(alone, "需求.xlsx").role is Role.FORM
    assert the(beside, "需求.xlsx").role is Role.SUPPORTING


def a_form_of_unknown_layout() -> bytes:
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    book.create_sheet("需求").append(["甲", "乙"])
    book.save(out)
    return out.getvalue()


def test_an_encrypted_archive_stays_a_container_with_its_problem() -> None:
    found = the(read(a_mail({"材料.zip": encrypted(zipped({"表.xlsx": FORM}))})), "材料.zip")

    assert (found.role, found.problem) == (Role.CONTAINER, Problem.ENCRYPTED)


def test_a_file_of_unknown_kind_is_named_and_harms_nothing() -> None:
    found = the(read(a_mail({"a.xyz": b"\x01\x02\x03", "表.xlsx": FORM})), "a.xyz")

    assert (found.role, found.problem) == (Role.UNREADABLE, Problem.UNKNOWN_KIND)


def test_logos_and_icons_are_decoration_and_cost_no_recognition() -> None:
    html = part(b"Content-Type: text/html", body=b'<img src="cid:l@x">')
    logo = part(b"Content-Type: image/png", b"Content-ID: <l@x>", body=a_picture(450, 400))
    icon = attachment(a_picture(900, 80), disposition=b"attachment; filename=line.png")

    found = read(mixed([html, logo, icon, attachment(LETTER), attachment(FORM)]))

    assert [a.role for a in found.attachments] == [
        Role.DECORATION, Role.DECORATION, Role.COVER_LETTER, Role.FORM,
    ]  # fmt: skip


def test_a_page_sized_picture_is_looked_at_even_when_it_is_inline() -> None:
    html = part(b"Content-Type: text/html", body=b'<img src="cid:l@x">')
    page = part(b"Content-Type: image/png", b"Content-ID: <l@x>", body=a_picture(1240, 1754))
    ocr = BlankOcr()

    read(mixed([html, page]), ocr)

    assert ocr.asked


def test_of_too_many_pictures_those_left_unread_may_be_the_letter_and_go_to_a_person() -> None:
    limit = DOCUMENTS.pages_before_letter
    pictures = {f"现场{n:02}.png": a_picture(1240, 1754 + n) for n in range(limit + 1)}

    found = read(a_mail(pictures), BlankOcr())

    *looked_at, unread = found.attachments
    assert {a.role for a in looked_at} == {Role.SUPPORTING}
    assert (unread.role, unread.problem) == (Role.COVER_LETTER, Problem.UNSUPPORTED)
    assert unread.note == "图片和扫描件过多，未逐一辨认，需人工查看"


def test_pictures_are_not_recognised_without_end_once_a_letter_is_found() -> None:
    pictures = {f"现场{n}.png": a_picture(1240, 1754 + n) for n in range(30)}
    ocr = BlankOcr()

    found = read(a_mail({**pictures, "报送函.pdf": LETTER}), ocr)

    assert found.letter is not None
    assert 0 < ocr.asked < 30


def test_a_scanned_letter_beside_its_form_is_read() -> None:
    scan = as_jpeg(scanned(a_page(), Scan(dpi=150)))
    with OcrProcess() as ocr:
        found = read(a_mail({"IMG_0001.jpg": scan, "表.xlsx": FORM}), ocr)

    assert roles(found)["IMG_0001.jpg"] is Role.COVER_LETTER
    assert found.letter is not None
    assert (found.letter.source, found.letter.signer) == (LetterSource.OCR, BUREAU)


def test_a_pdf_that_cannot_be_opened_is_taken_for_the_letter_when_there_is_no_other() -> None:
    alone = read(a_mail({"扫描件.pdf": LETTER[:300], "表.xlsx": FORM}))
    beside = read(a_mail({"其他.pdf": LETTER[:300], "报送函.pdf": LETTER}))
    named = read(a_mail({"征集表.pdf": LETTER[:300]}))

    assert (the(alone, "扫描件.pdf").role, the(alone, "扫描件.pdf").problem) == (Role.COVER_LETTER, Problem.DAMAGED)
    assert the(beside, "其他.pdf").role is Role.UNREADABLE
    assert the(named, "征集表.pdf").role is Role.FORM_SCAN


def test_a_page_without_any_text_is_the_letter_when_it_is_called_so() -> None:
    found = read(a_mail({"报送函.png": a_picture(1200, 1700), "照片.png": a_picture(1300, 1700)}), BlankOcr())

    assert roles(found) == {"报送函.png": Role.COVER_LETTER, "照片.png": Role.SUPPORTING}
    assert the(found, "报送函.png").problem is Problem.UNREADABLE_TEXT


def test_a_letter_typed_as_text_is_an_editable_letter() -> None:
    words = f"关于报送海外人才与科技交流合作需求的函\n岭海省科学技术厅：\n现将征集表报上，请审阅。\n{BUREAU}\n2020年3月20日\n"

    found = read(a_mail({"报送函.txt": words.encode("gbk"), "表.xlsx": FORM}))

    assert found.letter is not None
    assert found.letter.source is LetterSource.EDITABLE


def test_an_oversized_attachment_is_listed_as_a_link() -> None:
    body = "从QQ邮箱发来的超大附件\n材料.zip (60.57M, 2020年04月27日 19:39 到期)\n进入下载页面：https://mail.qq.com/ftn/download?k=1"

    found = the(read(a_mail({"表.xlsx": FORM}, body=body)), "材料.zip")

    assert found.role is Role.LINK
    assert "60.57M" in found.note


def test_a_file_whose_transfer_was_damaged_but_can_be_read_is_no_problem() -> None:
    raw = a_mail({"表.xlsx": FORM, "函.pdf": LETTER}).replace(b"UEsD", b"UE!sD", 1)

    found = read(raw)

    assert (the(found, "表.xlsx").role, the(found, "表.xlsx").problem) == (Role.FORM, None)
    assert found.defects


def test_hostile_names_stay_data() -> None:
    found = read(a_mail({"../../etc/passwd": FORM, "C:\\x\\..\\表.xlsx": FORM + b"\0", "x\u202efdp.exe": b"MZ\x01"}))

    assert [a.name for a in found.attachments] == ["passwd", "表.xlsx", "xfdp.exe"]


@pytest.mark.parametrize(
    "raw",
    [b"", b"\r\n", b"Subject: x\r\n\r\n", HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n", b"\0" * 99],
    ids=["empty", "blank", "headers_only", "empty_multipart", "nul"],
)
def test_a_mail_of_nothing_is_an_empty_submission(raw: bytes) -> None:
    found = read(raw)

    assert (found.attachments, found.tables, found.letters) == ((), (), ())
    assert found.size == len(raw)


@settings(max_examples=40)
@given(st.data())
def test_no_damage_to_a_whole_mail_defeats_the_reading(data: st.DataObject) -> None:
    raw = bytearray(a_mail({"材料.zip": zipped({"函.pdf": LETTER[:4000], "表.xlsx": FORM})}))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))

    assert read(bytes(raw), BlankOcr()) == read(bytes(raw), BlankOcr())


def test_a_cut_off_mail_still_brings_its_first_files() -> None:
    raw = a_mail({"表.xlsx": FORM, "函.pdf": LETTER}, close=False)

    found = read(raw[: len(raw) - len(LETTER)], BlankOcr())

    assert roles(found)["表.xlsx"] is Role.FORM
    assert found.defects


def test_taking_a_mail_of_300_kb_apart_costs_few_milliseconds() -> None:
    from service.reading.mail import parse
    from tests.reading.mail.raw import WORDS

    raw = a_mail({"表.xlsx": FORM * (220_000 // len(FORM))})
    begun = time.process_time()
    for _ in range(20):
        parse(raw, WORDS)

    assert (time.process_time() - begun) / 20 < 0.006
