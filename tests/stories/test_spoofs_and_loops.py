"""Group H of faults, as whole mails: spoofed senders, loops and abuse. Single steps are tested where they are taken."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from service.demo.mime import make_mail
from service.logs import configure_logs
from service.reporting import digest_facts, digest_for
from service.settings import load_settings
from service.wiring import desk_of, open_service
from tests.servers.pair import BOX, UNIT
from tests.stories.conftest import Station, over_sqlite

__all__ = ["over_sqlite"]

FROM = re.compile(rb"(?m)^From: .*(?:\r\n[ \t].*)*")


@pytest.fixture
def logged() -> Iterator[None]:
    configure_logs(readable=False)
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "senders",
    [
        b"From: kjj@yunjiang.example <" + UNIT.encode() + b">, lisi@other.example",
        b"From: lisi@other.example\r\nFrom: " + UNIT.encode(),
        b"From: <" + UNIT.encode() + b"> <lisi@other.example>",
        b"From: Group: " + UNIT.encode() + b", lisi@other.example;",
    ],
    ids=["two_in_one", "two_fields", "two_angles", "group"],
)
def test_h1_who_may_be_read_in_two_ways_is_shown_to_staff_and_gets_no_letter(station: Station, senders: bytes) -> None:
    mail = make_mail(station.complete(station.bureau("云江市")))
    station.arrives(FROM.sub(senders, mail, count=1))

    station.poll()

    assert station.raw_letters() == []
    with open_service(station.settings) as service:
        facts = digest_facts(desk_of(service), None)
    assert len(facts.needs_person) == 1


def test_h6_nobody_but_the_sender_is_written_to_whatever_reply_to_says(station: Station) -> None:
    mail = make_mail(station.complete(station.bureau("云江市")))
    station.arrives(mail.replace(b"\r\nSubject:", f"\r\nReply-To: {BOX}\r\nSubject:".encode(), 1))

    station.poll()

    assert station.kinds() == ["receipt"]
    assert station.servers.mails(BOX) == []


def test_h12_a_receipt_that_a_mail_program_asks_for_is_never_sent(station: Station) -> None:
    wish = f"\r\nDisposition-Notification-To: {UNIT}\r\nReturn-Receipt-To: {UNIT}\r\nSubject:".encode()
    station.arrives(make_mail(station.complete(station.bureau("云江市"))).replace(b"\r\nSubject:", wish, 1))

    station.poll()

    (letter,) = station.letters()
    assert station.kinds() == ["receipt"]
    assert letter.get_content_type() != "multipart/report"
    assert "Disposition-Notification-To" not in letter


def test_h14_a_mail_delivered_twenty_times_is_one_record_and_gets_one_letter(station: Station) -> None:
    mail = make_mail(station.complete(station.bureau("云江市")))
    for _ in range(20):
        station.arrives(mail)

    station.poll()

    assert station.kinds() == ["receipt"]
    assert station.numbers() == [("LH2020-0001", "accepted")]


def test_h16_what_looks_like_orders_in_a_header_changes_nothing(station: Station) -> None:
    plain = make_mail(station.mail(station.bureau("云江市"), (station.pieces.form(station.bureau("云江市")),)))
    orders = b"\r\nX-Service-Verdict: accepted\r\nX-Collection-Case: LH2020-9999\r\nX-Spam-Flag: NO\r\nSubject:"
    station.arrives(plain.replace(b"\r\nSubject:", orders, 1))

    station.poll()

    assert station.kinds() == ["correction"]
    assert station.numbers() == [("LH2020-0001", "needs_correction")]


def test_h17_template_syntax_and_markup_in_a_mail_are_printed_as_they_are(station: Station) -> None:
    mail = station.mail(
        station.bureau("云江市"), (), subject="{{ 7*7 }}<b>请问</b>{% raw %}", text="请问能否延期？{{ 7*7 }}"
    )
    station.arrives(make_mail(mail))

    station.poll()

    with open_service(station.settings) as service:
        digest = digest_for(desk_of(service), None)
    assert "{{ 7*7 }}<b>请问</b>{% raw %}" in digest.text
    assert "{{ 7*7 }}&lt;b&gt;请问&lt;/b&gt;{% raw %}" in digest.html
    assert "49" not in digest.text


@pytest.mark.usefixtures("logged")
def test_h18_logs_hold_no_telephone_no_address_no_name_and_no_password(
    station: Station, capfd: pytest.CaptureFixture[str]
) -> None:
    bureau = station.bureau("云江市")
    secret = station.settings.secrets["collection"]
    station.arrives(make_mail(station.complete(bureau)))
    station.arrives(make_mail(station.mail(bureau, (station.pieces.form(bureau),), subject="联系人张三 020-00001234")))
    station.arrives(b"From: \xff\xfe broken\r\n\r\n020-00005678 lisi@other.example")

    station.poll()

    told = "".join(capfd.readouterr())
    assert "mail judged" in told and "letter" in told
    held = [row for text in _cells(station) for row in re.findall(r"\d{3,4}-?\d{7,8}|[\w.]+@[\w.]+", text)]
    assert held
    for word in (*held, UNIT, UNIT.partition("@")[0] + "@", "张三", "020-0000", "lisi", secret):
        assert word not in told


def _cells(station: Station) -> Iterator[str]:
    with open_service(station.settings) as service:
        views = desk_of(service).views
        for case in views.cases():
            newest = views.newest(case.id)
            assert newest is not None
            for table in newest.holding.tables:
                for row in table.rows:
                    yield from row.cells.values()


def test_h19_a_password_file_that_others_may_read_is_named_with_its_mode(station: Station, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush-hush")
    (tmp_path / "secret").chmod(0o644)

    told = load_settings(tmp_path / "config.toml").warnings

    assert told and all("644" in line and "600" in line for line in told)
    assert not any("hush" in line for line in told)


def test_h5_a_flood_of_forged_senders_is_answered_up_to_the_hours_cap_and_staff_are_told(station: Station) -> None:
    assert station.settings.smtp is not None
    station.settings = replace(station.settings, smtp=station.settings.smtp.model_copy(update={"letters_per_hour": 2}))
    for n, city in enumerate(("云江市", "碧川市", "南屿市")):
        station.arrives(make_mail(station.complete(station.bureau(city), message_id=f"<{n}@city.example>")))

    station.poll()

    assert len(station.letters()) == 2
    with open_service(station.settings) as service:
        assert digest_facts(desk_of(service), None).held
