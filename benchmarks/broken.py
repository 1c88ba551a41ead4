"""Mails that are nearly right: sound ones of every kind of file we read, broken by bytes or by their structure.

Three of four files are broken inside, after unpacking (`structures`); one of three mails has sound files and is broken
itself.

The same seed and number give the same mail.
"""

import io
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

from PIL import Image

from benchmarks import structures
from service.demo.forms import FormLayout
from service.demo.letters import pages_of
from service.demo.mime import Client, File, Mail, gbk_zip, make_mail
from service.demo.pieces import Pieces
from service.demo.submissions import Scribe, official_forms
from service.demo.wordfiles import form_docx
from service.demo.world import Sender, the_world
from tests.reading.containers.archives import arj, cabinet, lzh, rar4, rar5, tnef
from tests.reading.containers.msg import outlook_mail
from tests.reading.forms.biff import OldSheet, old_workbook
from tests.reading.forms.test_text_files import page
from tests.reading.forms.xlsb import binary_workbook
from tests.reading.letters.ofd_files import ofd_of
from tests.reading.letters.old_word import a_doc
from tests.reading.letters.specimens import a_letter
from tests.reading.mail.test_signed import signed

SENT = datetime(2020, 3, 20, 1, 0, tzinfo=UTC)
_LONGEST = 50 << 20  # bytes: longer mails are not fetched
_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_SCRAPS = (
    b"\0", b"\r\n", b"\n\n", b"\xff\xfe", b"PK\x03\x04", b"PK\x01\x02", b"<!DOCTYPE a [", b"&#x0;", b"--", b'"', b";",
    b"=?gb2312?B?", b"?=", b"*0*=", b"(" * 300, b"<" * 300, b"<td colspan=99999 rowspan=99999>",
    b"<table><tr><td>" * 40, b'r="1048576"', b't="s"', b"<v>1e309</v>", b"\x09\x08\x10\0", b"endobj",
    b"/Kids[1 0 R]", b"/Length 0", b">>stream\n", b"Content-Type: multipart/mixed; boundary=x\r\n",
    b"Content-Transfer-Encoding: base64\r\n", "是□否☑".encode(),
)  # fmt: skip
# Of kinds for which another process is started, or whose pages are recognised: seconds, not hundredths.
_SHARES = {"doc": 0.03, "png": 0.3, "tif": 0.3, "jpg": 0.1, "lzh": 0.2, "arj": 0.2, "xlsb": 0.5}


@dataclass(frozen=True, slots=True)
class Specimens:
    """What is broken: one unit's letter and form in every kind of file."""

    sender: Sender
    letter: bytes
    files: Mapping[str, bytes]


@cache
def specimens() -> Specimens:
    world, forms = the_world(), official_forms()
    scribe = Scribe(7, world, forms)
    pieces = Pieces(scribe, world, forms)
    sender = world.units_by_route("direct")[0]
    letter, form = pieces.letter_pdf(sender).content, pieces.form(sender).content
    table = [[c.label for c in forms.tables[0].columns], ["1", sender.name, sender.city, "新材料", "教授", "2"]]
    lines = "\n".join(",".join(row) for row in table).encode("gb18030")
    cells = {(r, c): text for r, row in enumerate(table, 1) for c, text in enumerate(row, 1)}
    both = {"报送函.pdf": letter, "征集表.xlsx": form}
    files = {
        "征集表.xlsx": form,
        "表1-4.xlsx": pieces.workbook(scribe.tables(sender), FormLayout()).content,
        "征集表.docx": form_docx(forms, scribe.tables(sender)),
        "报送函.docx": pieces.letter_word(sender).content,
        "报送函.pdf": letter,
        "征集表.et": old_workbook(OldSheet("表1", cells)),
        "征集表.xlsb": binary_workbook({"表1": cells}),
        "报送函.pdf.p7m": signed(letter),
        "征集表.xls": page(*table, charset="gbk"),
        "征集表.csv": lines,
        "材料.zip": gbk_zip(both),
        "材料.tar.gz": _tar(both),
        "材料.rar": rar5(both),
        "旧.rar": rar4(both),
        "材料.cab": cabinet({"征集表.csv": lines}),
        "材料.lzh": lzh(both),
        "材料.arj": arj(both),
        "征集表.doc": a_doc("\x07".join(table[0])),
        "函.ofd": ofd_of(pages_of(a_letter())),
        "扫描.png": _page("PNG", compress_level=0),
        "扫描.tif": _page("TIFF"),
        "扫描.jpg": _page("JPEG", comment=b"x" * 4096),
        "winmail.dat": tnef("征集表.xlsx".encode("gbk"), form),
        "转发.msg": outlook_mail("报送", "请查收", {"征集表.csv": lines}),
        "原邮件.eml": make_mail(_mail(sender, (File("征集表.xlsx", form),), Client.FOXMAIL)),
    }
    return Specimens(sender, letter, files)


def _tar(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _page(kind: str, **how: Any) -> bytes:
    """A picture of an empty page, not packed: small files are taken for decoration, and recognition is slow."""
    out = io.BytesIO()
    Image.new("L", (330, 330), "white").save(out, kind, **how)
    return out.getvalue()


def _mail(sender: Sender, files: tuple[File, ...], client: Client) -> Mail:
    return Mail(
        sender=sender.address,
        subject=f"{sender.name}报送海外人才与科技交流合作需求征集表",
        text="您好，现报送征集表，请查收。\n解压密码：2020kjc",
        date=SENT,
        files=files,
        sender_name=sender.name,
        client=client,
        quoted="> 请尽快报送",
    )


def broken_mail(seed: int, number: int) -> bytes:
    """One mail, broken in one to a few places."""
    rng = Random(f"{seed}:{number}")
    sound = specimens()
    (name,) = rng.choices(list(sound.files), [_SHARES.get(name.rpartition(".")[2], 1.0) for name in sound.files])
    content = sound.files[name]
    whole = rng.random() < 0.35
    if not whole:
        content = _broken_file(content, rng)
    files = (File("报送函.pdf", sound.letter), File(name, content)) if rng.random() < 0.4 else (File(name, content),)
    mail = make_mail(_mail(sound.sender, files, rng.choice(list(Client))))
    return (_broken_structure(mail, rng) if whole else mail)[:_LONGEST]


def _broken_file(content: bytes, rng: Random) -> bytes:
    inside = structures.broken(content, rng, _broken_bytes) if rng.random() < 0.75 else None
    return _broken_bytes(content, rng) if inside is None else inside


def _broken_structure(mail: bytes, rng: Random) -> bytes:
    """Header lines moved, doubled, dropped, folded or mislabelled; then perhaps bytes too."""
    lines = mail.split(b"\r\n")
    heads = [n for n, line in enumerate(lines) if b":" in line[:40] or line.startswith(b"--")]
    for _ in range(rng.randint(1, 5)):
        at = min(rng.choice(heads), len(lines) - 1)
        match rng.randrange(7):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[rng.choice(heads) % len(lines)])
            case 2:
                lines[at] = _broken_bytes(lines[at], rng) if lines[at] else b" "
            case 3:
                lines.insert(
                    at, rng.choice((b"", b" x", b"\tname*0*=gb2312''%B1", b"--", b"Content-Type: message/rfc822"))
                )
            case 4:
                lines[at] = lines[at].replace(b"base64", rng.choice((b"quoted-printable", b"8bit", b"x-uuencode", b"")))
            case 5:
                lines[at] = lines[at].replace(b"mixed", rng.choice((b"alternative", b"digest", b"related", b"signed")))
            case 6:
                lines[at] *= rng.choice((2, 200, 5000))
    end = rng.choice((b"\r\n", b"\r\n", b"\n", b"\r"))
    broken = end.join(lines)
    return _broken_bytes(broken, rng) if rng.random() < 0.4 else broken


def _broken_bytes(content: bytes, rng: Random) -> bytes:
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5, 30))):
        if not data:
            break
        rng.choice(_BREAKS)(data, rng.randrange(len(data)), rng)
    return bytes(data)


def _flip(data: bytearray, at: int, rng: Random) -> None:
    data[at] ^= 1 << rng.randrange(8)


def _replace(data: bytearray, at: int, rng: Random) -> None:
    data[at] = rng.randrange(256)


def _cut(data: bytearray, at: int, rng: Random) -> None:
    del data[at : at + rng.choice((1, 2, 16, 400, 1 << 30))]


def _double(data: bytearray, at: int, rng: Random) -> None:
    data[at:at] = data[at : at + rng.choice((1, 8, 300, 5000))] * rng.choice((1, 1, 3))


def _number(data: bytearray, at: int, rng: Random) -> None:
    size = rng.choice((1, 2, 4, 8))
    value = rng.choice(_NUMBERS) & ((1 << 8 * size) - 1)
    data[at : at + size] = value.to_bytes(size, rng.choice(("little", "big")))


def _scrap(data: bytearray, at: int, rng: Random) -> None:
    data[at:at] = rng.choice(_SCRAPS)


def _move(data: bytearray, at: int, rng: Random) -> None:
    size, to = rng.choice((4, 64, 1000)), rng.randrange(len(data))
    data[at : at + size] = data[to : to + size]


_BREAKS: tuple[Callable[[bytearray, int, Random], None], ...] = (_flip, _replace, _cut, _double, _number, _scrap, _move)
