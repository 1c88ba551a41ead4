"""Text that no file can hold: lone surrogates and NUL in headers go through database, workbook and digest."""

import re
from pathlib import Path

import openpyxl

from tests.crash.driver import Forks, Place
from tests.crash.dying import Plan
from tests.crash.scenarios import IN_TIME, UNITS, Delivery, Desk

ODD = (
    b"=?utf-8?B?7aCA?=",  # a surrogate
    b"=?utf-16-be?B?2AA=?=",
    b"=?utf-8?B?5oqlAOmAgQ==?=",  # NUL
    b"a\x00b",
    b"=?utf-8?Q?=1B[2J=EF=BF=BF=E2=80=AE?=",
    b"\xff\xfe\xd8\x00\x80",
)


def test_d9_text_that_no_file_can_hold_stops_neither_verdict_nor_papers(
    here: Place, forks: Forks, readings: Path
) -> None:
    desk, plan = Desk(), Plan(readings=str(readings))
    for number, (bureau, odd) in enumerate(zip(desk.world.bureaus, ODD, strict=False)):
        mail = with_odd_headers(desk.complete(bureau, UNITS[number % 3]), odd, UNITS[number % 3])
        here.arrives(Delivery(mail, IN_TIME))

    assert forks.run(here, plan=plan).code == 0

    assert here.query("SELECT state, verdict, count(*) FROM mail GROUP BY 1, 2") == [("judged", "accepted", len(ODD))]
    assert [here.letters_to(unit) for unit in UNITS] == [["receipt"] * 2] * 3
    whys = [("why", str(row[0])) for row in here.query("SELECT coalesce(message_id, sha256) FROM mail")]
    book = here.folder / "workbook.xlsx"
    for command in (("cases", "--json"), ("digest",), ("show", "LH2020-0001"), ("workbook", str(book)), *whys):
        ended = forks.run(here, *command, plan=plan)
        assert (ended.code, ended.err) == (0, ""), command
    assert len(openpyxl.load_workbook(book).worksheets) > 4


def with_odd_headers(mail: bytes, odd: bytes, sender: str) -> bytes:
    """In subject, sender's name, Message-ID and thread."""
    head, body = mail.split(b"\r\n\r\n", 1)
    fields = re.split(rb"\r\n(?![ \t])", head)
    kept = [field for field in fields if not field.lower().startswith((b"subject:", b"from:", b"message-id:"))]
    ours = [
        b"Subject: " + odd + "报送".encode(),
        b"From: " + odd + b" <" + sender.encode() + b">",
        b"Message-ID: <" + odd + b"@unit.example>",
        b"References: " + odd,
    ]
    return b"\r\n".join([*ours, *kept]) + b"\r\n\r\n" + body
