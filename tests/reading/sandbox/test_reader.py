"""The reading child: the same answer as in-process, and what happens when it dies, hangs or swells."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.reading import sandbox
from service.reading.bounds import Bounds
from service.reading.sandbox import Reader, ReaderDied, ReaderTimedOut
from tests.reading.containers.archives import arj
from tests.reading.mails import LETTER, RULEBOOK, a_form, a_mail, read
from tests.reading.sandbox.fragile_reader import ENDLESS

MAIL = a_mail({"函.pdf": LETTER, "表.xlsx": a_form()})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "mail"
    file.write_bytes(MAIL)
    return file


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(RULEBOOK) as made:
        yield made


def test_the_child_reads_as_the_same_code_reads_here(reader: Reader, path: Path) -> None:
    assert reader.read(path) == read(MAIL)


def test_the_child_may_run_the_programs_that_it_needs(reader: Reader, tmp_path: Path) -> None:
    mail = a_mail({"材料.arj": arj({"函.pdf": LETTER, "表.xlsx": a_form()})})
    file = tmp_path / "mail"
    file.write_bytes(mail)

    assert reader.read(file) == read(mail)


def test_one_child_reads_many_mails(reader: Reader, path: Path) -> None:
    reader.read(path)
    first = reader.pid

    reader.read(path)

    assert reader.pid == first is not None


def test_no_child_is_started_before_there_is_a_mail() -> None:
    assert Reader(RULEBOOK).pid is None


def test_a_child_that_died_between_mails_is_replaced_without_a_word(reader: Reader, path: Path) -> None:
    reader.read(path)
    first = reader.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    time.sleep(0.1)

    assert reader.read(path).sha256
    assert reader.pid != first


def test_a_child_finishes_its_mail_when_all_of_a_service_is_told_to_stop(reader: Reader, path: Path) -> None:
    reader.read(path)
    first = reader.pid
    assert first is not None
    os.kill(first, signal.SIGTERM)
    time.sleep(0.1)

    reader.read(path)

    assert reader.pid == first


@pytest.fixture
def endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mail over which the child sleeps."""
    monkeypatch.setattr(sandbox, "_CHILD", "tests.reading.sandbox.fragile_reader")
    file = tmp_path / "endless"
    file.write_bytes(a_mail({f"{ENDLESS}表.xlsx": a_form()}))
    return file


def test_a_child_that_dies_over_a_mail_is_reported_and_the_next_mail_is_read(path: Path, endless: Path) -> None:
    with Reader(RULEBOOK, dataclasses.replace(Bounds(), files_given_up=0)) as reader:
        reader.read(path)
        killer = subprocess.Popen([sys.executable, "-c", f"import os,time;time.sleep(.3);os.kill({reader.pid},9)"])
        with pytest.raises(ReaderDied, match="SIGKILL"):
            reader.read(endless)
        killer.wait()

        assert reader.read(path).sha256


def test_a_mail_that_takes_too_long_is_given_up(endless: Path) -> None:
    bounds = dataclasses.replace(Bounds(), wall_seconds=1.0, files_given_up=0)
    with Reader(RULEBOOK, bounds) as reader:
        with pytest.raises(ReaderTimedOut, match="1 seconds"):
            reader.read(endless)

        assert reader.pid is None


def test_a_mail_that_burns_the_processor_is_given_up(tmp_path: Path) -> None:
    file = tmp_path / "mail"
    file.write_bytes(a_mail({"表.xlsx": a_form()}) + b"\n" * 50_000_000)
    with Reader(RULEBOOK, dataclasses.replace(Bounds(), cpu_seconds=0.02)) as reader, pytest.raises(ReaderTimedOut):
        reader.read(file)


def test_a_mail_over_the_memory_limit_is_reported_and_the_next_is_read(path: Path, tmp_path: Path) -> None:
    big = tmp_path / "big"
    with big.open("wb") as file:
        file.truncate(900 << 20)
    with Reader(RULEBOOK, dataclasses.replace(Bounds(), memory_bytes=700 << 20)) as reader:
        with pytest.raises(ReaderDied):
            reader.read(big)

        assert reader.read(path).sha256


def test_a_child_is_replaced_after_its_share_of_mails(path: Path) -> None:
    with Reader(RULEBOOK, dataclasses.replace(Bounds(), recycle_after=2)) as reader:
        reader.read(path)
        assert reader.pid is not None
        reader.read(path)
        assert reader.pid is None


def test_a_swollen_child_is_replaced(path: Path) -> None:
    with Reader(RULEBOOK, dataclasses.replace(Bounds(), swollen_bytes=1)) as reader:
        assert reader.read(path).sha256
        assert reader.pid is None


def test_other_rules_bring_a_fresh_child(path: Path) -> None:
    other = dataclasses.replace(RULEBOOK, forms=dataclasses.replace(RULEBOOK.forms, tables=()))
    with Reader(RULEBOOK) as reader:
        assert reader.read(path).tables
        reader.use(other)

        assert not reader.read(path).tables


def test_a_path_that_does_not_exist_is_the_callers_fault(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        reader.read(tmp_path / "none")


PARENT = """
import sys, time
from pathlib import Path
from service.reading.sandbox import Reader
from tests.reading.mails import RULEBOOK
reader = Reader(RULEBOOK)
reader.read(Path(sys.argv[1]))
print(reader.pid, flush=True)
time.sleep(60)
"""


def test_the_child_does_not_outlive_its_parent(path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", PARENT, str(path)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()

    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _is_running(child):
        time.sleep(0.05)

    assert not _is_running(child)


def _is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_child_starts_without_the_heavy_libraries() -> None:
    heavy = {
        "numpy",
        "cv2",
        "onnxruntime",
        "rapidocr",
        "PIL",
        "pypdfium2",
        "pydantic",
        "openpyxl",
        "mailparser",
        "email.policy",
    }
    code = "import sys; from service.reading import worker; worker._warm_up(); print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert heavy.isdisjoint(loaded)
