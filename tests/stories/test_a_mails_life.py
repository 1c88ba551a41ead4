"""From a unit's mailbox to the department's and back, over real servers."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.cli.main import run
from service.demo.forms import FormLayout
from service.demo.machines import vacation
from service.demo.mime import Mail, make_mail
from service.reporting import digest_facts
from service.wiring import desk_of, open_service
from tests.servers.pair import BOX, UNIT
from tests.stories.conftest import IN_TIME, Station, answering


def test_a_complete_mail_is_answered_once_with_a_receipt(station: Station) -> None:
    station.arrives(make_mail(station.complete(station.bureau("云江市"))))

    station.poll()
    again = station.poll()

    assert station.kinds() == ["receipt"]
    assert (again.taken, again.judged, again.sent) == (0, 0, 0)
    assert station.numbers() == [("LH2020-0001", "accepted")]


def test_staff_are_shown_a_cases_rows_with_what_their_cells_mean(
    station: Station, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    station.arrives(make_mail(station.complete(station.bureau("云江市"))))
    station.poll()
    capsys.readouterr()

    assert run(["--config", str(tmp_path / "config.toml"), "show", "LH2020-0001", "--json"]) == 0

    table = json.loads(capsys.readouterr().out)["tables"][0]
    row = table["rows"][0]
    assert (table["table"], row["values"]["city"]["text"]) == (1, "云江市")
    assert str(row["values"]["number"]["lower"]) in row["cells"]["number"]


def test_a_letter_of_ours_threads_under_the_mail_it_answers_and_says_it_is_automatic(station: Station) -> None:
    mail = station.complete(station.bureau("云江市"), message_id="<one@city.example>")
    station.arrives(make_mail(mail))
    station.poll()

    (letter,) = station.letters()

    assert letter["In-Reply-To"] == "<one@city.example>"
    assert letter["Auto-Submitted"] == "auto-replied"
    assert "LH2020-0001" in letter["Subject"]


def test_a_reply_with_only_the_missing_piece_completes_the_case(station: Station) -> None:
    bureau = station.bureau("云江市")
    station.arrives(make_mail(station.mail(bureau, (station.pieces.form(bureau),))))
    station.poll()
    assert station.kinds() == ["correction"]

    missing = station.mail(
        bureau, (station.pieces.letter_pdf(bureau),), text="补上报送函。", date=IN_TIME + timedelta(hours=2)
    )
    station.arrives(answering(station.raw_letters()[0], missing))
    station.poll()

    assert station.kinds() == ["correction", "receipt"]
    assert station.numbers() == [("LH2020-0001", "accepted")]


def test_form_and_letter_in_two_mails_of_a_minute_are_answered_by_one_letter(station: Station) -> None:
    bureau = station.bureau("云江市")
    station.arrives(make_mail(station.mail(bureau, (station.pieces.form(bureau),))))
    letter = station.mail(bureau, (station.pieces.letter_pdf(bureau),), subject="报送函", text="漏了报送函，补上。")
    station.arrives(make_mail(letter))

    station.poll()

    assert station.kinds() == ["receipt"]
    assert station.numbers() == [("LH2020-0001", "accepted")]


def test_a_new_mail_of_the_same_unit_joins_its_case_without_any_thread(station: Station) -> None:
    bureau = station.bureau("望海市")
    station.arrives(make_mail(station.mail(bureau, (station.pieces.letter_pdf(bureau),))))
    station.poll()
    form = station.mail(bureau, (station.pieces.form(bureau),), subject="补报征集表", date=IN_TIME + timedelta(days=1))
    station.arrives(make_mail(form))
    station.poll()

    assert station.kinds() == ["correction", "receipt"]
    assert station.numbers() == [("LH2020-0001", "accepted")]


def test_what_must_go_through_the_city_is_sent_there(station: Station) -> None:
    unit = station.world.units_by_route("via_city")[0]
    station.arrives(make_mail(station.complete(unit)))

    station.poll()

    assert station.kinds() == ["redirect"]
    body = station.letters()[0].get_body(("plain",))
    assert body is not None and station.world.bureau_of(unit.city).name in body.get_content()


def test_h9_an_automatic_reply_to_our_receipt_ends_the_conversation(station: Station) -> None:
    station.arrives(make_mail(station.complete(station.bureau("云江市"))))
    station.poll()

    station.arrives(vacation(UNIT, IN_TIME + timedelta(hours=1)))
    station.poll()

    assert station.kinds() == ["receipt"]


def test_the_same_mail_delivered_twice_gets_one_letter(station: Station) -> None:
    mail = make_mail(station.complete(station.bureau("云江市")))
    station.arrives(mail)
    station.arrives(b"Received: from relay.city.example; Fri, 20 Mar 2020 09:05:00 +0800\r\n" + mail)

    station.poll()

    assert station.kinds() == ["receipt"]
    assert len(station.numbers()) == 1


def test_a_mail_that_a_person_has_read_is_processed_all_the_same(station: Station) -> None:
    station.arrives(make_mail(station.complete(station.bureau("云江市"))))
    (uid,) = station.servers.flags(BOX)
    station.servers.set_flags(BOX, uid, ["\\Seen"])

    station.poll()

    assert station.kinds() == ["receipt"]


def test_a_rebuilt_mailbox_leads_to_no_new_records_and_no_new_letters(station: Station) -> None:
    config = station.settings.file
    assert config is not None
    station.settings = replace(
        station.settings, mailboxes=tuple(m.model_copy(update={"filing": "leave"}) for m in station.settings.mailboxes)
    )
    station.arrives(make_mail(station.complete(station.bureau("云江市"))))
    station.poll()

    station.servers.renumber(BOX)
    station.poll()

    assert station.kinds() == ["receipt"]
    assert len(station.numbers()) == 1


def test_a_judged_mail_is_filed_under_its_verdict(station: Station) -> None:
    station.arrives(make_mail(station.complete(station.bureau("云江市"))))

    station.poll()

    assert station.servers.mails(BOX) == []
    assert len(station.servers.mails(BOX, "已处理/齐备")) == 1


def test_mails_of_a_full_day_are_each_answered_once(station: Station) -> None:
    cities = ["云江市", "望海市", "金渡市", "竹川市", "桂湾市"]
    for city in cities:
        station.arrives(make_mail(station.complete(station.bureau(city))))

    station.poll()
    station.poll()

    assert station.kinds() == ["receipt"] * len(cities)
    assert [number for number, _ in station.numbers()] == [f"LH2020-{n:04d}" for n in range(1, 6)]


def test_a_mail_that_is_no_mail_stops_nobody(station: Station) -> None:
    station.arrives(b"\x00\xff\xfe" * 500)
    station.arrives(make_mail(station.complete(station.bureau("云江市"))))

    station.poll()

    assert station.kinds() == ["receipt"]


def test_everything_wrong_is_named_in_one_letter(station: Station) -> None:
    bureau = station.bureau("云江市")
    tables = station.pieces.scribe.tables(bureau)
    broken = station.pieces.workbook([replace(t, rows=(replace(t.rows[0], unit=""), *t.rows[1:])) for t in tables[:2]])
    station.arrives(make_mail(station.mail(bureau, (broken,))))

    station.poll()

    (letter,) = station.letters()
    body = letter.get_body(("plain",))
    text = body.get_content() if body else ""
    assert station.kinds() == ["correction"]
    assert "L101" in text and text.count("F220") == 2


def test_a_unit_that_writes_in_several_layouts_is_read_the_same(station: Station) -> None:
    bureau = station.bureau("云江市")
    one_sheet = station.pieces.form(bureau, FormLayout(one_sheet=True))
    station.arrives(make_mail(station.mail(bureau, (station.pieces.letter_pdf(bureau), one_sheet))))

    station.poll()

    assert station.kinds() == ["receipt"]


def test_an_inquiry_waits_for_a_person_and_gets_no_automatic_letter(station: Station) -> None:
    mail = Mail(sender=UNIT, to=BOX, subject="咨询", text="请问截止时间可以延长吗？", date=IN_TIME)
    station.arrives(make_mail(mail))

    station.poll()

    assert station.kinds() == []


def test_a_question_in_reply_to_our_letter_is_in_the_digest_though_its_case_is_complete(station: Station) -> None:
    bureau = station.bureau("望海市")
    station.arrives(make_mail(station.complete(bureau)))
    station.poll()
    question = Mail(sender=UNIT, to=BOX, subject="", text="请问表3还可以修改吗？", date=IN_TIME)
    station.arrives(answering(station.raw_letters()[-1], question))

    station.poll()

    with open_service(station.settings) as service:
        facts = digest_facts(desk_of(service), None)
    assert station.kinds() == ["receipt"]
    assert [(m.who, m.why) for m in facts.needs_person] == [
        (bureau.name, "来信是询问或请求，没有附报送材料（LH2020-0001）")
    ]
