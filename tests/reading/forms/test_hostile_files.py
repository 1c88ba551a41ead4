"""Files that are broken, locked or made to do harm: a problem comes back, quickly, never an exception."""

import time
import zipfile
from io import BytesIO

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.submission import Problem
from service.reading.forms.limits import MAX_PARTS
from tests.reading.forms.example_forms import TABLE_1
from tests.reading.forms.filled import as_bytes, header, read, sheets
from tests.reading.forms.packages import MAIN, document, package, relations, rows, workbook_parts

NEED = ["1", "云江大学", "云江市", "新材料", "教授", "2"]
GOOD = rows([c.label for c in TABLE_1.columns][:6], NEED)


def cpu_seconds(content: bytes, name: str = "征集表.xlsx") -> float:
    start = time.process_time()
    read(content, name)
    return time.process_time() - start


def test_a_cell_in_the_last_corner_of_the_sheet_costs_nothing() -> None:
    far = GOOD.replace("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    content = package(workbook_parts(far))

    assert cpu_seconds(content) < 0.5
    assert read(content).tables[0].rows[0].unit == "云江大学"


def test_millions_of_empty_formatted_cells_are_left_early_and_the_rows_are_kept() -> None:
    empty = '<c s="1"/>' * 3_000_000
    sheet = GOOD.replace("</sheetData>", f'<row r="99">{empty}</row></sheetData>')
    content = package(workbook_parts(sheet))

    assert cpu_seconds(content) < 8
    assert read(content).tables[0].rows[0].unit == "云江大学"


def test_a_part_that_inflates_beyond_the_limit_is_refused() -> None:
    content = package(workbook_parts(f"<sheetData><row><c><v>{' ' * (60 * 2**20)}</v></c></row></sheetData>"))

    assert len(content) < 200_000
    reading = read(content)
    assert (reading.problem, reading.tables) == (Problem.REFUSED, ()) and reading.note


def test_tens_of_thousands_of_merges_are_no_burden() -> None:
    merges = "".join(f'<mergeCell ref="A{n}:XFD{n}"/>' for n in range(100, 58_000))
    content = package(workbook_parts(f"{GOOD}<mergeCells>{merges}</mergeCells>"))

    assert cpu_seconds(content) < 4
    assert read(content).tables[0].rows


def test_a_merge_over_the_whole_sheet_is_clipped() -> None:
    content = package(workbook_parts(f'{GOOD}<mergeCells><mergeCell ref="A3:XFD1048576"/></mergeCells>'))

    assert read(content).tables[0].rows[0].unit == "云江大学"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("declaration", [BOMB, OUTSIDE], ids=["bomb", "outside"])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"])
@pytest.mark.parametrize("padding", ["", " " * 5000], ids=["at_the_start", "further_down"])
def test_entities_are_refused_in_every_part(declaration: str, part: str, padding: str) -> None:
    parts = workbook_parts(GOOD, more={"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"/>'})
    parts[part] = padding + declaration + str(parts[part])

    reading = read(package(parts))

    assert reading.problem in {Problem.REFUSED, Problem.DAMAGED} and reading.tables == ()


def test_entities_in_a_drawing_are_not_read() -> None:
    parts = workbook_parts(GOOD)
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = relations(("r9", "vmlDrawing", "../drawings/v.vml"))
    parts["xl/drawings/v.vml"] = OUTSIDE + "<xml>&a;</xml>"

    assert "localhost" not in read(package(parts)).text


def test_g10_what_another_program_would_carry_out_or_fetch_is_only_text() -> None:
    call = "<c><f>cmd|'/C calc'!A0</f><v>3</v></c><c><f>[1]Sheet1!A1</f><v>云江大学</v></c>"
    heads = rows([c.label for c in TABLE_1.columns][:3]).removesuffix("</sheetData>")
    parts = workbook_parts(f"{heads}<row>{call}</row></sheetData>")
    parts["xl/externalLinks/externalLink1.xml"] = f'<externalLink xmlns="{MAIN}"><externalBook/></externalLink>'
    parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = relations(
        ("r1", "externalLinkPath", "file:///etc/hostname")
    )
    parts["xl/embeddings/oleObject1.bin"] = ole("Package")

    (table,) = read(package(parts)).tables
    assert [(row.unit, "calc" in str(row)) for row in table.rows] == [("云江大学", False)]


def test_too_many_parts_are_refused() -> None:
    parts = workbook_parts(GOOD) | {f"xl/media/{n}.png": "" for n in range(MAX_PARTS)}

    assert read(package(parts)).problem is Problem.REFUSED


@pytest.mark.parametrize("keep", [10, 200, 1000, -200, -30])
def test_a_file_cut_short_is_damaged_and_still_the_form(keep: int) -> None:
    reading = read(as_bytes(sheets(表1=[header(TABLE_1)]))[:keep])

    assert (reading.problem, reading.is_form) == (Problem.DAMAGED, True)
    assert "损坏" in reading.note


def test_a_flipped_byte_in_a_sheet_is_damage() -> None:
    content = bytearray(package(workbook_parts(GOOD * 40)))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    content[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0xFF

    assert read(bytes(content)).problem is Problem.DAMAGED


def test_a_zip_without_a_workbook_is_damaged() -> None:
    assert read(package({"readme.txt": "hello"})).problem is Problem.DAMAGED


def test_an_empty_file_is_damaged() -> None:
    assert read(b"").problem is Problem.DAMAGED


def ole(*streams: str) -> bytes:
    """The smallest OLE2 file with these streams (MS-CFB): header, one FAT sector, one directory sector."""
    free, end, fat, nowhere = b"\xff" * 4, b"\xfe\xff\xff\xff", b"\xfd\xff\xff\xff", b"\xff" * 4
    head = bytearray(512)
    head[:8] = olefile.MAGIC
    head[24:34] = b"\x3e\0\x03\0\xfe\xff\x09\0\x06\0"
    head[44:52] = b"\x01\0\0\0\x01\0\0\0"
    head[56:76] = b"\x00\x10\0\0" + end + b"\0" * 4 + end + b"\0" * 4
    head[76:] = b"\0" * 4 + free * 108
    entries = [("Root Entry", 5, 1), *((name, 2, None) for name in streams)]
    directory = b""
    for index, (name, kind, child) in enumerate(entries):
        raw = name.encode("utf-16-le")
        entry = raw.ljust(64, b"\0") + (len(raw) + 2).to_bytes(2, "little") + bytes([kind, 1]) + nowhere
        sibling = (index + 1).to_bytes(4, "little") if kind == 2 and index + 1 < len(entries) else nowhere
        down = child.to_bytes(4, "little") if child and streams else nowhere
        directory += entry + sibling + down + b"\0" * 36 + end + b"\0" * 8
    return bytes(head) + (fat + end + free * 126) + directory.ljust(512, b"\0")


def test_an_encrypted_workbook_is_named_as_such() -> None:
    reading = read(ole("EncryptionInfo", "EncryptedPackage"))

    assert (reading.problem, reading.is_form) == (Problem.ENCRYPTED, True) and "密码" in reading.note


def test_old_word_files_are_named_by_their_kind() -> None:
    reading = read(ole("WordDocument"), "征集表.wps")

    assert reading.problem is Problem.UNSUPPORTED and "Word" in reading.note


def test_an_old_workbook_without_content_is_damaged() -> None:
    assert read(ole("Workbook"), "征集表.et").problem is Problem.DAMAGED


def test_an_encrypted_zip_is_named_as_such() -> None:
    content = bytearray(package(workbook_parts(GOOD)))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(magic)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(magic, place + 4)

    assert read(bytes(content)).problem is Problem.ENCRYPTED


def test_deeply_nested_elements_are_a_problem_not_a_crash() -> None:
    deep = "<w:sdt><w:sdtContent>" * 5000 + "</w:sdtContent></w:sdt>" * 5000

    assert read(document(deep), "表.docx").problem is Problem.DAMAGED


@settings(max_examples=120)
@given(st.data())
def test_no_damage_whatever_raises(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    read(bytes(content))


@settings(max_examples=80)
@given(st.binary(max_size=300), st.sampled_from(["a.xlsx", "a.csv", "a.docx", "a.xls", "a"]))
def test_no_bytes_whatever_raise(content: bytes, name: str) -> None:
    read(content, name)


SAMPLES = [
    as_bytes(sheets(表1=[header(TABLE_1), list(NEED)])),
    package(workbook_parts(GOOD)),
    document("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>序号</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"),
    "<html><table><tr><td>序号<td>单位名称</table>".encode(),
    "序号,单位名称\n1,云江大学\n".encode("gb18030"),
    ole("Workbook"),
]
