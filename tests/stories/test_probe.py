"""`doctor --probe`: one letter to ourselves finds out what tells that a letter was taken, and bothers nobody."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from imapclient import IMAPClient

from service import evidence
from service.bench import now
from service.cli.doctor import examine
from service.datafolder import open_records
from service.evidence import Probed
from service.probing import send_probe
from service.replies.smtp import Ambiguous, Refused, Sent
from service.settings import load_settings
from tests.servers.pair import BOX, USERS
from tests.servers.proxy import Cut, FaultProxy, Rewrite
from tests.stories.conftest import Station, over_sqlite
from tests.stories.faults import submitting_through_faults
from tests.stories.test_evidence_of_sending import digest

__all__ = ["over_sqlite"]
OWN = "已处理/本邮箱发出"


def probed(station: Station) -> Probed:
    outcome, found = send_probe(station.settings, 20, now)
    assert isinstance(outcome, Sent)
    assert found is not None
    return found


def probe_in(station: Station) -> bytes:
    (mail,) = station.servers.mails(BOX)
    return mail


@pytest.fixture(autouse=True)
def _does_not_wait_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.probing._PAUSE", 0.1)
    monkeypatch.setattr("service.probing._SETTLE", 0.3)


def test_a_copy_that_comes_back_is_seen_and_relied_upon_from_then_on(station: Station) -> None:
    found = probed(station)

    assert found.copy_seconds is not None and found.copy_seconds < 20
    assert (found.copy_folder, found.sent_folder, found.copies_prove, found.is_junk) == ("INBOX", "", True, False)
    assert abs(found.clock_ahead) < 60
    assert {"IDLE", "MOVE", "UIDPLUS"} <= set(found.offers)

    with open_records(station.settings) as records:
        assert not evidence.copy_to(station.settings, records)
        evidence.note_probe(records, found)
        assert evidence.copy_to(station.settings, records) == BOX


def test_the_service_knows_the_letter_for_its_own_and_nobody_is_bothered_by_it(station: Station) -> None:
    probed(station)
    letter = probe_in(station)

    report = station.poll()

    assert (report.taken, report.sent, station.kinds()) == (1, 0, [])
    assert (station.servers.mails(BOX), station.servers.mails(BOX, OWN)) == ([], [letter])
    facts = digest(station)
    assert (facts.mails, facts.total_cases, facts.alarms) == (0, 0, ())


def test_it_finds_its_letter_although_a_running_service_files_it_at_once(station: Station) -> None:
    done, stopping = threading.Event(), threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            station.poll()
            done.set()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        assert done.wait(30)
        found = probed(station)
    finally:
        stopping.set()
        thread.join()

    assert found.copy_seconds is not None


def test_a_server_that_keeps_what_it_sends_needs_no_copies(station: Station) -> None:
    with kept_by_the_server(station):
        found = probed(station)

    assert (found.sent_folder, found.copy_folder) == ("Sent", "INBOX")


def test_a_copy_under_another_message_id_proves_nothing(station: Station) -> None:
    with FaultProxy(station.servers.imap_port) as line:
        change_mailbox(station, line.port)
        line.on(rb"FETCH .*HEADER\.FIELDS", Rewrite(rb"<probe\.", b"<other."), times=-1)
        found = probed(station)

    assert (found.is_renamed, found.copies_prove) == (True, False)


def test_a_letter_without_an_answer_is_looked_for_all_the_same(station: Station) -> None:
    with submitting_through_faults(station) as line:
        line.on(rb"^\.\r", Cut(0))
        outcome, found = send_probe(station.settings, 20, now)

    assert isinstance(outcome, Ambiguous)
    assert found is not None and found.copies_prove


def test_a_refused_letter_is_not_looked_for(station: Station) -> None:
    with submitting_through_faults(station) as line:
        line.on(rb"^RCPT", Rewrite(rb"\A\d\d\d[^\r\n]*\r\n", b"550 5.7.1 not to yourself\r\n"))
        outcome, found = send_probe(station.settings, 20, now)

    assert isinstance(outcome, Refused) and found is None


def test_doctor_tells_what_the_last_probe_saw(
    station: Station, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLLECTION_MAILBOX_CONFIG", str(station.settings.file))

    assert examine() == 0
    assert "! 送达凭据　尚未检测；请运行 doctor --probe" in capsys.readouterr().out
    assert station.servers.mails(BOX) == []

    assert examine(20) == 0
    assert "✓ 送达凭据　每封信附送本邮箱一份副本" in capsys.readouterr().out
    assert len(station.servers.mails(BOX)) == 1

    assert examine() == 0
    told = capsys.readouterr().out
    assert "（今天）：" in told and "秒后在“INBOX”收到" in told
    assert len(station.servers.mails(BOX)) == 1


@contextmanager
def kept_by_the_server(station: Station) -> Iterator[None]:
    """What comes into our mailbox is put into the folder of sent mail too, as servers do with what they send."""
    stopping = threading.Event()
    with IMAPClient("127.0.0.1", station.servers.imap_port, ssl=False) as client:
        client.login(BOX, USERS[BOX])
        client.create_folder("Sent")

        def keep() -> None:
            while not stopping.wait(0.05):
                if mails := station.servers.mails(BOX):
                    client.append("Sent", mails[-1])
                    return

        thread = threading.Thread(target=keep)
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join()


def change_mailbox(station: Station, port: int) -> None:
    """The mailbox is polled at another port."""
    file = station.settings.file
    assert file is not None
    text = file.read_text(encoding="utf-8").replace(f"port = {station.servers.imap_port}", f"port = {port}")
    file.write_text(text, encoding="utf-8")
    station.settings = load_settings(file)
