"""The archive: what is found under a hash is whole, whatever happened to the writer."""

import errno
import hashlib
import multiprocessing
import os
import resource
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.archive import Archive

MAIL = b"Subject: \xb9\xd8\xd3\xda\r\n\r\nbody\r\n"
SHA = hashlib.sha256(MAIL).hexdigest()
STEPS = ["drafting", "written", "synced", "named", "kept"]


def test_bytes_are_kept_under_their_sha256(tmp_path: Path) -> None:
    archive = Archive(tmp_path)

    assert archive.store(MAIL) == SHA
    assert archive.read(SHA) == MAIL
    with archive.open(SHA) as file:
        assert file.read() == MAIL
    assert archive.path(SHA).relative_to(tmp_path) == Path("mails", SHA[:2], SHA[2:4], f"{SHA}.eml")


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=2000))
def test_any_bytes_come_back_as_they_were(tmp_path: Path, content: bytes) -> None:
    archive = Archive(tmp_path)

    assert archive.read(archive.store(content)) == content


def test_storing_twice_changes_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.store(MAIL)
    before = archive.path(SHA).stat()

    archive.store(MAIL)

    assert archive.path(SHA).stat().st_mtime_ns == before.st_mtime_ns
    assert list(archive) == [SHA]


def test_every_hash_is_listed_in_order(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    hashes = {archive.store(b"%d" % number) for number in range(30)}

    assert list(archive) == sorted(hashes)
    assert all(archive.has(sha256) for sha256 in hashes)


def test_what_is_not_kept_is_not_found(tmp_path: Path) -> None:
    archive = Archive(tmp_path)

    assert not archive.has(SHA)
    with pytest.raises(FileNotFoundError):
        archive.read(SHA)


@pytest.mark.parametrize("wrong", ["", "../../etc/passwd", SHA.upper(), SHA[:-1], SHA + "0", SHA + "\n"])
def test_only_a_hash_names_a_file(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ValueError):
        Archive(tmp_path).path(wrong)


def test_a_reading_lies_beside_its_mail_by_version_of_the_reader(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.store(MAIL)

    archive.put_reading(SHA, "1-abc", b'{"old": 1}')
    archive.put_reading(SHA, "1-abc", b'{"new": 1}')
    archive.put_reading(SHA, "2-abc", b"{}")

    assert archive.get_reading(SHA, "1-abc") == b'{"new": 1}'
    assert archive.get_reading(SHA, "2-abc") == b"{}"
    assert archive.get_reading(SHA, "3") is None
    assert list(archive) == [SHA]


@pytest.mark.parametrize("version", ["", "../x", "a/b", ".hidden"])
def test_a_version_cannot_lead_out_of_the_archive(tmp_path: Path, version: str) -> None:
    with pytest.raises(ValueError):
        Archive(tmp_path).put_reading(SHA, version, b"{}")


def test_damage_is_found(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.store(MAIL)
    good = archive.store(b"good")
    archive.path(SHA).write_bytes(MAIL[:-1])

    assert list(archive.damaged()) == [SHA]
    assert archive.has(good)


@pytest.mark.parametrize("step", STEPS)
def test_a_writer_killed_at_any_step_leaves_the_mail_whole_or_absent(tmp_path: Path, step: str) -> None:
    def die(at: str) -> None:
        if at == step:
            os.kill(os.getpid(), signal.SIGKILL)

    child = multiprocessing.get_context("fork").Process(target=lambda: Archive(tmp_path, die).store(MAIL))
    child.start()
    child.join(30)

    assert child.exitcode == -signal.SIGKILL
    after = Archive(tmp_path)
    assert list(after) in ([], [SHA])
    assert list(after.damaged()) == []
    assert after.store(MAIL) == SHA
    assert after.read(SHA) == MAIL
    after.sweep()
    assert list((tmp_path / "incoming").iterdir()) == []


def test_every_step_is_passed_in_order(tmp_path: Path) -> None:
    steps: list[str] = []

    Archive(tmp_path, steps.append).store(MAIL)

    assert steps == STEPS


def test_bytes_are_on_disk_before_they_have_their_name_and_the_name_before_we_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    archive = Archive(tmp_path, events.append)

    def fsync(descriptor: int) -> None:
        events.append(f"sync {Path('/proc/self/fd', str(descriptor)).readlink().parent.name}")

    monkeypatch.setattr(os, "fsync", fsync)
    archive.store(MAIL)

    assert events.index("written") < events.index("sync incoming") < events.index("synced") < events.index("named")
    assert events[-2:] == [f"sync {SHA[:2]}", "kept"]
    assert events.count("sync mails") == 1  # the folder of the first level, made for this mail


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(at: str) -> None:
        if at == "written":
            raise OSError(errno.ENOSPC, "no space left on device")

    with pytest.raises(OSError, match="no space"):
        Archive(tmp_path, fail).store(MAIL)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_full_disk_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    def store_with_little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            Archive(tmp_path).store(b"x" * 5000)
        except OSError as error:
            os._exit(7 if error.errno == errno.EFBIG else 8)

    child = multiprocessing.get_context("fork").Process(target=store_with_little_room)
    child.start()
    child.join(30)

    assert child.exitcode == 7
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_two_processes_may_store_the_same_mail_at_once(tmp_path: Path) -> None:
    def store_many() -> None:
        archive = Archive(tmp_path)
        for number in range(50):
            archive.store(b"%d" % number)

    children = [multiprocessing.get_context("fork").Process(target=store_many) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)

    assert [child.exitcode for child in children] == [0, 0]
    archive = Archive(tmp_path)
    assert len(list(archive)) == 50
    assert list(archive.damaged()) == []
    assert list((tmp_path / "incoming").iterdir()) == []
