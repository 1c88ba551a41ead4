"""The specimens themselves are sound: what the other tests measure against must be beyond doubt."""

import zipfile
from dataclasses import replace
from email import message_from_bytes
from email.message import Message
from io import BytesIO

import openpyxl
import pypdfium2
import pytest

from service.demo.forms import FormLayout, TableSpec, form_xlsx
from service.demo.letters import Layout, all_text, pages_of
from service.demo.mails import the_day
from service.demo.mime import gbk_zip
from service.demo.paper import pdf_of
from service.demo.submissions import Scribe, official_forms
from service.demo.world import the_world
from tests.specimens import QUICK, SCENARIOS, specimen, thread

_CORRECT = {"accepted": False, "needs_correction": True, "wrong_route": True}
_ALL = range(len(SCENARIOS))


def parts(raw: bytes) -> list[Message]:
    return list(message_from_bytes(raw).walk())


def scribe() -> Scribe:
    return Scribe(7, the_world(), official_forms())


@pytest.mark.parametrize("seed", [3, 40, 77])
def test_the_same_seed_makes_the_same_mail(seed: int) -> None:
    assert specimen(seed) == specimen(seed)


@pytest.mark.parametrize("seed", _ALL, ids=list(SCENARIOS))
def test_every_mail_is_well_formed(seed: int) -> None:
    raw, _ = specimen(seed, carriers=QUICK)

    assert [part.defects for part in parts(raw) if part.defects] == []
    assert all(line.endswith(b"\r") for line in raw.split(b"\n")[:-1])


@pytest.mark.parametrize("seed", _ALL, ids=list(SCENARIOS))
def test_nobody_real_writes_or_is_written_to(seed: int) -> None:
    raw, _ = specimen(seed, carriers=QUICK)
    message = message_from_bytes(raw)

    for name in ("From", "To", "Reply-To"):
        assert all(".example" in str(value) for value in message.get_all(name, []))


@pytest.mark.parametrize("seed", _ALL, ids=list(SCENARIOS))
def test_an_outcome_and_its_codes_agree(seed: int) -> None:
    _, expected = specimen(seed, carriers=QUICK)

    asks = _CORRECT.get(expected.verdict)
    assert asks is None or asks == bool(expected.codes)
    assert not expected.codes & expected.remarks


def test_neighbouring_seeds_go_through_every_situation() -> None:
    seen = {specimen(seed, carriers=QUICK)[1].scenario for seed in range(100, 100 + len(SCENARIOS))}

    assert seen == set(SCENARIOS)


@pytest.mark.parametrize("layout", list(Layout))
def test_a_letters_text_layer_reads_back_exactly(layout: Layout) -> None:
    world = the_world()
    pages = pages_of(replace(scribe().letter(world.bureaus[2], pages=2), layout=layout))

    document = pypdfium2.PdfDocument(pdf_of(pages))
    read = "".join(page.get_textpage().get_text_range() for page in document)

    assert [run for run in all_text(pages) if run.strip("　") not in read] == []


def test_a_form_opens_and_holds_every_row() -> None:
    forms, tables = official_forms(), scribe().tables(the_world().bureaus[4])

    book = openpyxl.load_workbook(BytesIO(form_xlsx(forms, tables, FormLayout(one_sheet=True))))

    written = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert [row.unit for table in tables for row in table.rows if row.unit not in written] == []
    assert [form.title for form in forms.tables if form.title not in written] == []


def test_a_table_that_the_form_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="表9"):
        form_xlsx(official_forms(), [TableSpec(9)])


def test_names_in_a_gbk_archive_are_gbk_without_a_flag() -> None:
    archive = zipfile.ZipFile(BytesIO(gbk_zip({"报送材料/报送函.pdf": b"letter", "报送材料/表1-4.xlsx": b"form"})))

    assert [name.encode("cp437").decode("gbk") for name in archive.namelist()] == [
        "报送材料/报送函.pdf",
        "报送材料/表1-4.xlsx",
    ]
    assert archive.testzip() is None
    assert not any(member.flag_bits & 0x800 for member in archive.infolist())


def test_a_reply_threads_and_quotes_our_letter() -> None:
    ours = b"From: c@ste.linghai.example\r\nSubject: =?utf-8?B?6KGl5q2j6YCa55+l?= [LH2020-0007]\r\nMessage-ID: <x.1@ste.example>\r\n\r\nhello\r\n"

    reply = message_from_bytes(thread(5, QUICK).answer(ours))

    assert reply["In-Reply-To"] == "<x.1@ste.example>"
    assert reply["From"] == message_from_bytes(thread(5, QUICK).first)["From"].rpartition("<")[2].rstrip(">")


def test_the_day_is_in_order_and_answers_come_after_what_they_answer() -> None:
    day = the_day(2020)
    at = {mail.key: mail.received for mail in day}

    assert [mail.received for mail in day] == sorted(at.values())
    assert len(at) == len(day) >= 16
    assert all(at[mail.answers] < mail.received for mail in day if mail.answers)
    assert all(message_from_bytes(mail.content())["From"] for mail in day)
