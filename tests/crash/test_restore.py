"""The disk is lost and a backup brought back: every mail has its case again, and nobody gets a second letter."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from imapclient import IMAPClient

from service.archive import Archive
from service.backup.manifest import read_manifest
from tests.crash.driver import Forks, Place, counted, place, rules_for_all
from tests.crash.dying import Plan
from tests.crash.keeping import before_and_after, lose_data, records, take_in
from tests.crash.scenarios import BOX, IN_TIME, UNITS, Delivery, Desk
from tests.crash.test_every_step import EVERY

LATER = IN_TIME + timedelta(hours=1)


@pytest.fixture
def plan(readings: Path) -> Plan:
    return Plan(readings=str(readings))


@pytest.fixture
def safe(tmp_path: Path) -> Path:
    return tmp_path / "safe"


def backed_up(where: Place, forks: Forks, plan: Plan, safe: Path) -> None:
    ended = forks.run(where, "backup", str(safe), plan=plan)
    assert ended.code == 0, ended.err


def restored(where: Place, forks: Forks, plan: Plan, safe: Path) -> str:
    ended = forks.run(where, "restore", str(safe), plan=plan)
    assert ended.code == 0, ended.err
    return ended.out


def polled(where: Place, forks: Forks, plan: Plan) -> None:
    ended = forks.run(where, plan=plan)
    assert ended.code == 0, ended.err


@pytest.mark.parametrize(("filing", "answered"), [("move", ["receipt"]), ("flag", []), ("leave", [])])
def test_mails_answered_after_the_backup_are_known_again_and_not_answered_again(
    filing: str, answered: list[str], tmp_path: Path, rules: Path, forks: Forks, plan: Plan, safe: Path
) -> None:
    """What came while nothing ran is answered where an untouched inbox says so, else staff decide."""
    desk = Desk()
    known, later = before_and_after(desk)
    with place(tmp_path / "here", rules, filing=filing) as here:
        here.arrives(*known)
        polled(here, forks, plan)
        backed_up(here, forks, plan, safe)
        here.arrives(*later)
        polled(here, forks, plan)
        before = here.delivered()
        numbers = here.query("SELECT number, unit, state, versions FROM collection_case ORDER BY number")
        lose_data(here)
        here.arrives(Delivery(desk.complete(desk.bureau("南屿市"), UNITS[2]), LATER))

        restored(here, forks, plan, safe)
        for _ in range(3):
            polled(here, forks, plan)

        assert [letter for letter in here.delivered() if letter[0] != UNITS[2]] == before
        assert here.letters_to(UNITS[2]) == answered
        assert here.query("SELECT state, count(*) FROM mail GROUP BY state") == [("judged", 4)]
        assert here.query("SELECT number, unit, state, versions FROM collection_case ORDER BY number")[:2] == numbers
        waiting = here.query("SELECT mail_sha256, letter FROM outbox WHERE state = 'parked' ORDER BY id")
        assert [letter for _, letter in waiting] == ["correction", "receipt", *([] if answered else ["receipt"])]
        digest = forks.run(here, "digest", plan=plan).out
        assert digest.count("数据库曾恢复到较早的备份，这封信可能当时已经发出") == len(waiting)
        assert "还没有查对完" not in digest


def test_a_mail_that_was_taken_in_when_the_backup_was_made_and_answered_since_is_not_answered_again(
    here: Place, forks: Forks, plan: Plan, safe: Path
) -> None:
    desk = Desk()
    here.arrives(Delivery(desk.complete(desk.bureau("云江市"), UNITS[0]), IN_TIME))
    take_in(here, forks, plan)
    backed_up(here, forks, plan, safe)
    polled(here, forks, plan)
    assert here.letters_to(UNITS[0]) == ["receipt"]
    lose_data(here)

    restored(here, forks, plan, safe)
    polled(here, forks, plan)

    assert here.letters_to(UNITS[0]) == ["receipt"]
    assert here.query("SELECT letter, state FROM outbox WHERE letter != 'none'") == [("receipt", "parked")]


def test_a_mail_archived_behind_the_copied_database_is_not_lost_when_staff_deleted_it_since(
    here: Place, forks: Forks, plan: Plan, safe: Path
) -> None:
    """It is in the backup's archive and nowhere else."""
    desk = Desk()
    here.arrives(Delivery(desk.complete(desk.bureau("云江市"), UNITS[0]), IN_TIME))
    polled(here, forks, plan)
    backed_up(here, forks, plan, safe)
    Archive(safe / "archive").store(desk.complete(desk.bureau("望海市"), UNITS[1]))
    lose_data(here)

    restored(here, forks, plan, safe)
    polled(here, forks, plan)

    assert here.query("SELECT number, state FROM collection_case ORDER BY id") == [
        ("LH2020-0001", "accepted"),
        ("LH2020-0002", "accepted"),
    ]
    assert here.letters_to(UNITS[1]) == []


def test_what_lies_in_the_inbox_and_came_before_a_mail_that_is_filed_is_left_to_staff(
    here: Place, forks: Forks, plan: Plan, safe: Path
) -> None:
    """Filing may have failed for it; that it was not answered, nobody can say."""
    desk = Desk()
    polled(here, forks, plan)
    backed_up(here, forks, plan, safe)
    first, second, third = (
        Delivery(desk.complete(desk.bureau(city), unit), IN_TIME + timedelta(hours=n))
        for n, (city, unit) in enumerate(zip(("云江市", "望海市", "南屿市"), UNITS, strict=True))
    )
    here.arrives(second)
    polled(here, forks, plan)
    lose_data(here)
    here.arrives(first, third)

    restored(here, forks, plan, safe)
    polled(here, forks, plan)

    assert [here.letters_to(unit) for unit in UNITS] == [[], ["receipt"], ["receipt"]]
    assert here.query("SELECT state, count(*) FROM outbox WHERE letter != 'none' GROUP BY state") == [
        ("parked", 2),
        ("sent", 1),
    ]


def test_letters_about_an_inbox_that_may_have_been_answered_wait_for_staff_when_told_so(
    here: Place, forks: Forks, plan: Plan, safe: Path
) -> None:
    """The disk died in a poll: letters had left, mails were not filed yet."""
    desk = Desk()
    polled(here, forks, plan)
    backed_up(here, forks, plan, safe)
    lose_data(here)
    here.arrives(Delivery(desk.complete(desk.bureau("云江市"), UNITS[0]), IN_TIME))

    assert forks.run(here, "restore", str(safe), "--hold-inbox", plan=plan).code == 0
    polled(here, forks, plan)
    here.arrives(Delivery(desk.complete(desk.bureau("望海市"), UNITS[1]), IN_TIME))
    polled(here, forks, plan)

    assert [here.letters_to(unit) for unit in UNITS[:2]] == [[], ["receipt"]]
    assert here.query("SELECT state FROM outbox WHERE letter != 'none' ORDER BY id") == [("parked",), ("sent",)]


def test_letters_of_which_the_server_kept_a_copy_are_known_to_have_left(
    here: Place, forks: Forks, plan: Plan, safe: Path
) -> None:
    known, later = before_and_after(Desk())
    here.arrives(*known)
    polled(here, forks, plan)
    backed_up(here, forks, plan, safe)
    here.arrives(*later)
    polled(here, forks, plan)
    with IMAPClient("127.0.0.1", here.servers.imap_port, ssl=False) as account:
        account.login(BOX, "secret")
        account.create_folder("Sent")
        for letter in here.servers.mails(UNITS[1]):
            account.append("Sent", letter)
    lose_data(here)

    restored(here, forks, plan, safe)
    polled(here, forks, plan)

    assert here.letters_to(UNITS[1]) == ["correction", "receipt"]
    assert here.query("SELECT state FROM outbox WHERE letter != 'none'") == [("sent",)] * 3


def test_until_every_mailbox_was_looked_through_nobody_is_answered_and_the_digest_and_reconcile_say_so(
    here: Place, forks: Forks, plan: Plan, safe: Path
) -> None:
    desk = Desk()
    polled(here, forks, plan)
    backed_up(here, forks, plan, safe)
    lose_data(here)
    here.arrives(Delivery(desk.complete(desk.bureau("云江市"), UNITS[0]), IN_TIME))
    restored(here, forks, plan, safe)
    good, here.imap_port = here.imap_port, 1
    here.write_config()

    assert forks.run(here, plan=plan).code == 21

    assert here.letters_to(UNITS[0]) == []
    assert "邮箱还没有查对完" in forks.run(here, "digest", plan=plan).out
    here.imap_port = good
    here.write_config()
    assert "还没有查对邮箱" in forks.run(here, "reconcile", plan=plan).out
    polled(here, forks, plan)
    assert here.letters_to(UNITS[0]) == ["receipt"]
    assert "还没有查对" not in forks.run(here, "reconcile", plan=plan).out


def test_rules_and_templates_come_back_where_they_are_missing_and_nowhere_else(
    tmp_path: Path, forks: Forks, plan: Plan, safe: Path
) -> None:
    own = rules_for_all(tmp_path / "own") if (tmp_path / "own").mkdir() is None else tmp_path
    with place(tmp_path / "here", own) as here:
        polled(here, forks, plan)
        backed_up(here, forks, plan, safe)
        before = {path.name: path.read_bytes() for path in (own / "rules").iterdir()}
        lose_data(here)
        shutil.rmtree(own / "rules")
        (own / "mail_templates" / "README.md").write_text("ours", encoding="utf-8")

        out = restored(here, forks, plan, safe)

        assert str(own / "rules") in out
        assert str(own / "mail_templates") not in out
        assert {path.name: path.read_bytes() for path in (own / "rules").iterdir()} == before
        assert (own / "mail_templates" / "README.md").read_text("utf-8") == "ours"


def test_a_backup_holds_the_key_and_no_password(here: Place, forks: Forks, plan: Plan, safe: Path) -> None:
    polled(here, forks, plan)
    backed_up(here, forks, plan, safe)

    state = safe / read_manifest(safe).state
    assert (state / "signing.key").read_bytes() == (here.data / "signing.key").read_bytes()
    assert (state / "signing.key").stat().st_mode & 0o777 == 0o600
    assert safe.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in state.iterdir()} == {
        "records.db", "signing.key", "config.toml", "rules", "mail_templates", "kept_rules",
    }  # fmt: skip
    assert not [path for path in state.rglob("*") if path.is_file() and path.read_bytes().strip() == b"secret"]


# what is refused


def without_manifest(safe: Path) -> None:
    (safe / "manifest.json").unlink()


def with_a_damaged_database(safe: Path) -> None:
    file = safe / read_manifest(safe).state / "records.db"
    content = bytearray(file.read_bytes())
    content[5000:5100] = b"\xa5" * 100
    file.write_bytes(content)


def with_a_changed_key(safe: Path) -> None:
    (safe / read_manifest(safe).state / "signing.key").write_bytes(b"x" * 32)


def with_a_damaged_mail(safe: Path) -> None:
    archive = Archive(safe / "archive")
    sha256 = next(iter(archive))
    archive.path(sha256).write_bytes(b"damaged")


def without_a_mail(safe: Path) -> None:
    archive = Archive(safe / "archive")
    archive.path(next(iter(archive))).unlink()


@pytest.mark.parametrize(
    "spoil",
    [without_manifest, with_a_damaged_database, with_a_changed_key, with_a_damaged_mail, without_a_mail],
    ids=lambda f: f.__name__,
)
def test_a_backup_that_is_not_whole_is_told_and_nothing_is_written(
    spoil: Callable[[Path], None], here: Place, forks: Forks, plan: Plan, safe: Path
) -> None:
    here.arrives(*before_and_after(Desk())[0])
    polled(here, forks, plan)
    backed_up(here, forks, plan, safe)
    spoil(safe)
    lose_data(here)

    ended = forks.run(here, "restore", str(safe), plan=plan)

    assert (ended.code, "Traceback" in ended.err) == (23, False)
    assert str(safe) in ended.err
    assert [path.name for path in here.data.rglob("*")] in ([], ["lock"])


@pytest.mark.parametrize("spoil", [with_a_damaged_mail, without_a_mail], ids=lambda f: f.__name__)
def test_what_is_whole_of_a_backup_is_brought_back_when_told_so(
    spoil: Callable[[Path], None], here: Place, forks: Forks, plan: Plan, safe: Path
) -> None:
    here.arrives(*before_and_after(Desk())[0])
    polled(here, forks, plan)
    backed_up(here, forks, plan, safe)
    (sha256,) = Archive(safe / "archive")
    spoil(safe)
    lose_data(here)

    ended = forks.run(here, "restore", str(safe), "--without-damaged", plan=plan)

    assert (ended.code, sha256 in ended.err) == (0, True)
    assert here.query("SELECT state FROM mail") == [("judged",)]
    polled(here, forks, plan)  # it lies in its folder, and is archived again
    assert list(Archive(here.data / "archive")) == [sha256]
    assert here.letters_to(UNITS[0]) == ["receipt"]


def test_nothing_is_brought_back_over_a_database_or_mails(here: Place, forks: Forks, plan: Plan, safe: Path) -> None:
    here.arrives(*before_and_after(Desk())[0])
    polled(here, forks, plan)
    backed_up(here, forks, plan, safe)
    before = records(here.data / "records.db")

    over_all = forks.run(here, "restore", str(safe), plan=plan)
    after = records(here.data / "records.db")
    (here.data / "records.db").unlink()
    over_mails = forks.run(here, "restore", str(safe), plan=plan)

    assert (over_all.code, over_mails.code) == (23, 23)
    assert "已经有一个数据库" in over_all.err
    assert "存档里已有邮件" in over_mails.err
    assert after == before


def test_a_database_that_knows_of_no_mail_is_nothing_to_lose(here: Place, forks: Forks, plan: Plan, safe: Path) -> None:
    """Whoever looks what happened by `cases` or `doctor` makes one."""
    here.arrives(*before_and_after(Desk())[0])
    polled(here, forks, plan)
    backed_up(here, forks, plan, safe)
    lose_data(here)
    assert forks.run(here, "cases", plan=plan).code == 0

    restored(here, forks, plan, safe)

    assert here.query("SELECT number FROM collection_case") == [("LH2020-0001",)]
    assert (here.data / "signing.key").read_bytes() == bytes(range(32))


def test_a_restore_cannot_run_beside_the_service(here: Place, forks: Forks, plan: Plan, safe: Path) -> None:
    from service.locking import only_one

    polled(here, forks, plan)
    backed_up(here, forks, plan, safe)
    with only_one(here.data):
        assert forks.run(here, "restore", str(safe), plan=plan).code == 24
        assert forks.run(here, "rebuild", plan=plan).code == 24
        assert forks.run(here, "backup", str(safe), plan=plan).code == 0


# kill -9


@pytest.mark.parametrize("part", range(3))
def test_whatever_step_a_restore_dies_at_the_service_waits_and_the_same_command_ends_it(
    part: int, tmp_path: Path, rules: Path, forks: Forks, plan: Plan, safe: Path
) -> None:
    known, later = before_and_after(Desk())
    found, at, count = [], 0, 1
    while at < count:
        at = at + 1 if at else part + 1
        with place(tmp_path / str(at), rules) as here:
            here.arrives(*known)
            polled(here, forks, plan)
            backed_up(here, forks, plan, tmp_path / f"safe-{at}")
            here.arrives(*later)
            polled(here, forks, plan)
            before = here.delivered()
            lose_data(here)
            counting, log = counted(here, plan)
            counting = replace(counting, data=str(here.folder))
            if count == 1:
                restored(here, forks, counting, tmp_path / f"safe-{at}")
                count = len(log.read_text().splitlines())
                lose_data(here)
            ended = forks.run(here, "restore", str(tmp_path / f"safe-{at}"), plan=replace(counting, kill_at=at))
            if not ended.was_killed:
                found.append(f"step {at}: was not killed: {ended.code} {ended.err}")
            if (here.data / "restoring").exists() and forks.run(here, plan=plan).code != 23:
                found.append(f"step {at}: the service started")
            if (here.data / "restoring").exists() or not (here.data / "records.db").exists():  # else it was done
                restored(here, forks, plan, tmp_path / f"safe-{at}")
            for _ in range(2):
                polled(here, forks, plan)
            if here.delivered() != before:
                found.append(f"step {at}: {here.delivered()} instead of {before}")
            if here.query("SELECT state, count(*) FROM mail GROUP BY state") != [("judged", 3)]:
                found.append(f"step {at}: {here.query('SELECT state FROM mail')}")
            if here.integrity() != [("ok",)] or (here.data / "restoring").exists():
                found.append(f"step {at}: not whole")
        at += (3 if EVERY else max(1, count // 6) * 3) - 1

    assert not found, "\n".join(found)


def test_whatever_step_the_first_poll_dies_at_after_a_restore_nobody_gets_a_second_letter(
    tmp_path: Path, rules: Path, forks: Forks, plan: Plan
) -> None:
    """The look through the mailboxes is begun again, and ends."""
    known, later = before_and_after(Desk())
    found, at, count = [], 0, 1
    while at < count:
        at += 1
        with place(tmp_path / str(at), rules) as here:
            safe = tmp_path / f"safe-{at}"
            here.arrives(*known)
            polled(here, forks, plan)
            backed_up(here, forks, plan, safe)
            here.arrives(*later)
            polled(here, forks, plan)
            before = here.delivered()
            lose_data(here)
            restored(here, forks, plan, safe)
            counting, log = counted(here, plan)
            ended = forks.run(here, plan=replace(counting, kill_at=at if count > 1 else 0))
            if count == 1:
                count = len(log.read_text().splitlines())
                assert ended.code == 0, ended.err
            elif not ended.was_killed:
                found.append(f"step {at}: was not killed: {ended.code} {ended.err}")
            for _ in range(2):
                polled(here, forks, plan)
            if here.delivered() != before:
                found.append(f"step {at}: {here.delivered()} instead of {before}")
            states = here.query("SELECT letter, state FROM outbox WHERE letter != 'none' ORDER BY id")
            if states != [("receipt", "sent"), ("correction", "parked"), ("receipt", "parked")]:
                found.append(f"step {at}: {states}")
        at += 0 if EVERY else count // 9

    assert not found, "\n".join(found)


def test_whatever_step_a_backup_dies_at_there_is_a_backup_and_the_next_run_ends_well(
    tmp_path: Path, rules: Path, forks: Forks, plan: Plan, safe: Path
) -> None:
    """Either the one before or the new one, whole."""
    known, later = before_and_after(Desk())
    with place(tmp_path / "here", rules) as here, place(tmp_path / "elsewhere", rules) as elsewhere:
        here.arrives(*known)
        polled(here, forks, plan)
        backed_up(here, forks, plan, safe)
        first = tmp_path / "first"
        shutil.copytree(safe, first)
        here.arrives(*later)
        polled(here, forks, plan)
        counting, log = counted(here, plan)
        counting = replace(counting, data=str(tmp_path))
        backed_up(here, forks, counting, safe)
        count = len(log.read_text().splitlines())

        found = []
        for at in range(1, count + 1, 1 if EVERY else max(1, count // 10)):
            shutil.rmtree(safe)
            shutil.copytree(first, safe)
            ended = forks.run(here, "backup", str(safe), plan=replace(counting, kill_at=at))
            if not ended.was_killed:
                found.append(f"step {at}: was not killed: {ended.code} {ended.err}")
            lose_data(elsewhere)
            restored(elsewhere, forks, plan, safe)
            mails = elsewhere.query("SELECT count(*) FROM mail")
            if mails not in ([(1,)], [(3,)]):
                found.append(f"step {at}: {mails}")
            backed_up(here, forks, plan, safe)
            lose_data(elsewhere)
            restored(elsewhere, forks, plan, safe)
            if elsewhere.query("SELECT count(*) FROM mail") != [(3,)]:
                found.append(f"step {at}: the next run brought nothing new")
            if list(safe.glob(".draft-*")) or len(list(safe.glob("state-*"))) != 1:
                found.append(f"step {at}: something was left: {list(safe.iterdir())}")
        assert not found, "\n".join(found)
        assert here.delivered() == [(UNITS[0], "receipt", here.delivered()[0][2]), *here.delivered()[1:]]
        assert here.letters_to(UNITS[1]) == ["correction", "receipt"]


# what makes no backup


def test_a_second_backup_copies_only_what_is_new(here: Place, forks: Forks, plan: Plan, safe: Path) -> None:
    known, later = before_and_after(Desk())
    here.arrives(*known)
    polled(here, forks, plan)
    backed_up(here, forks, plan, safe)
    (old,) = Archive(safe / "archive")
    before = Archive(safe / "archive").path(old).stat()
    here.arrives(*later)
    polled(here, forks, plan)

    ended = forks.run(here, "backup", str(safe), plan=plan)

    assert "邮件 3 封（新增 2）" in ended.out
    assert Archive(safe / "archive").path(old).stat().st_mtime_ns == before.st_mtime_ns
    assert read_manifest(safe).counts == {"mails": 3, "readings": 3, "cases": 2, "letters": 3}


def test_a_full_disk_is_told_and_the_backup_before_stays(here: Place, forks: Forks, plan: Plan, safe: Path) -> None:
    polled(here, forks, plan)
    backed_up(here, forks, plan, safe)
    before = read_manifest(safe)
    here.arrives(*before_and_after(Desk())[0])
    polled(here, forks, plan)

    for room in (8192, 200_000):  # the database does not fit; the archive does not
        ended = forks.run(here, "backup", str(safe), plan=replace(plan, file_bytes=room))

        assert (ended.code, "磁盘空间" in ended.err, "Traceback" in ended.err) == (23, True, False), ended.err
        assert read_manifest(safe) == before
        assert not list(safe.glob(".draft-*"))


def test_a_folder_among_the_data_is_refused(here: Place, forks: Forks, plan: Plan) -> None:
    polled(here, forks, plan)

    for folder in (here.data / "safe", here.data, here.folder):
        ended = forks.run(here, "backup", str(folder), plan=plan)
        assert (ended.code, str(folder) in ended.err) == (2, True)

    assert not (here.data / "safe").exists()


def test_a_mail_damaged_in_the_archive_is_told_and_its_good_copy_kept(
    here: Place, forks: Forks, plan: Plan, safe: Path
) -> None:
    known, later = before_and_after(Desk())
    here.arrives(*known)
    polled(here, forks, plan)
    backed_up(here, forks, plan, safe)
    (old,) = Archive(safe / "archive")
    here.arrives(*later)
    polled(here, forks, plan)
    archive = Archive(here.data / "archive")
    for sha256 in archive:
        archive.path(sha256).write_bytes(b"damaged")

    ended = forks.run(here, "backup", str(safe), plan=plan)

    assert ended.code == 23
    assert ended.err.count("已损坏") == 2  # the two that no copy of better days is there of
    assert list(Archive(safe / "archive")) == [old]
    assert list(Archive(safe / "archive").damaged()) == []


def test_the_records_tell_when_the_last_backup_was_made_even_after_a_restore(
    here: Place, forks: Forks, plan: Plan, safe: Path
) -> None:
    polled(here, forks, plan)
    assert here.query("SELECT value FROM note WHERE name = 'last_backup'") == []
    backed_up(here, forks, plan, safe)
    told = [(f"{read_manifest(safe).made} {safe}",)]
    assert here.query("SELECT value FROM note WHERE name = 'last_backup'") == told
    lose_data(here)

    restored(here, forks, plan, safe)

    assert here.query("SELECT value FROM note WHERE name = 'last_backup'") == told
