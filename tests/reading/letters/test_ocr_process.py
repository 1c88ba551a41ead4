"""Recognition in its child process: started late, replaced when it dies or hangs, gone with its parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy
import pytest

from service.reading.letters import OcrProcess, OcrUnavailable

_BLANK = numpy.full((48, 200, 3), 255, numpy.uint8)
_HEAVY = {"numpy", "cv2", "onnxruntime", "PIL", "pypdfium2", "rapidocr", "lxml"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    check = "import sys, service.reading.letters; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout.split()

    assert _HEAVY.isdisjoint(loaded)


def test_no_process_is_started_before_the_first_question() -> None:
    with OcrProcess() as ocr:
        assert ocr.pid is None


def test_a_child_that_was_killed_is_replaced_and_the_question_answered() -> None:
    with OcrProcess() as ocr:
        ocr.read([_BLANK])
        first = ocr.pid
        assert first is not None

        os.kill(first, signal.SIGKILL)

        assert len(ocr.read([_BLANK])) == 1
        assert ocr.pid not in (None, first)


def test_a_child_that_hangs_is_replaced_and_the_question_answered() -> None:
    with OcrProcess(timeout=6) as ocr:
        ocr.read([_BLANK])
        first = ocr.pid
        assert first is not None

        os.kill(first, signal.SIGSTOP)

        assert len(ocr.read([_BLANK])) == 1
        assert ocr.pid not in (None, first)


def test_a_child_is_replaced_after_its_share_of_questions() -> None:
    with OcrProcess(recycle_after=1) as ocr:
        ocr.read([_BLANK])

        assert ocr.pid is None


def test_without_memory_for_the_models_recognition_is_unavailable() -> None:
    with OcrProcess(memory_bytes=120 << 20) as ocr, pytest.raises(OcrUnavailable):
        ocr.read([_BLANK])


def test_the_child_ends_with_its_parent() -> None:
    parent = (
        "import numpy, os, time\n"
        "from service.reading.letters import OcrProcess\n"
        "ocr = OcrProcess()\n"
        "ocr.read([numpy.zeros((48, 200, 3), numpy.uint8)])\n"
        "print(ocr.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        child = int(started.stdout.readline())
        started.kill()

    assert _ends(child)


def _ends(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        status = Path(f"/proc/{pid}/stat")
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False
