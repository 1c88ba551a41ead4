"""The child process that holds the OCR models. Answers questions over its pipe until its parent goes away.

Run by `OcrProcess` as `python -m service.reading.letters.ocr_child PARENT_PID MEMORY_BYTES`. Says {"ready": true}
once its libraries are in place, or {"unavailable": why} and ends.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

from service.reading.letters import ocr_frames

if TYPE_CHECKING:
    from service.reading.letters.model import Picture

_PR_SET_PDEATHSIG = 1  # prctl(2)
_DETECT_SIDE = 1120  # px; lines of 3号 type are found as well as at full size, for a third of the time
_SETTINGS: dict[str, Any] = {
    "Global.log_level": "critical",
    "Global.max_side_len": 4000,
    "Det.limit_type": "max",
    "Det.limit_side_len": _DETECT_SIDE,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


def main() -> int:
    """Serve until the pipe closes. Exit code 0 then, 3 when recognition cannot run here."""
    parent, memory = (int(number) for number in sys.argv[1:3])
    _die_with_parent(parent)
    _limit_memory(memory)
    questions = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not reach the wire
    try:
        models = Models()
    except Exception as error:  # any reason at all means the same: no recognition here
        _say(answers, {"unavailable": f"{type(error).__name__}: {error}"})
        return 3
    _say(answers, {"ready": True})
    while head := questions.read(ocr_frames.LENGTH_BYTES):
        _say(answers, _answer(models, *_pictures(questions, ocr_frames.length_of(head))))
    return 0


class Models:
    """Detector, line classifier and recogniser of PP-OCR; each is loaded when first asked for."""

    def __init__(self) -> None:
        import cv2
        from rapidocr import RapidOCR

        cv2.setNumThreads(1)
        self._engine: Any = RapidOCR(params=_SETTINGS)  # its annotations are narrower than its answers
        self._engine.return_word_box = True  # brings the certainty of every character
        self.questions: dict[str, Callable[[list[Picture]], list[Any]]] = {
            "boxes": self.boxes,
            "lines": self.lines,
            "read": self.read,
            "upside_down": self.upside_down,
        }

    def boxes(self, pictures: "list[Picture]") -> list[Any]:
        found = self._engine(_bgr(pictures[0]), use_det=True, use_cls=False, use_rec=False)
        return [] if found.boxes is None else [[[float(x), float(y)] for x, y in box] for box in found.boxes]

    def lines(self, pictures: "list[Picture]") -> list[Any]:
        import numpy
        from rapidocr.utils.process_img import get_rotate_crop_image

        boxes = self.boxes(pictures)
        strips = [get_rotate_crop_image(pictures[0], numpy.array(box, numpy.float32)) for box in boxes]
        return [[box, *words] for box, words in zip(boxes, self.read(strips), strict=True)]

    def read(self, pictures: "list[Picture]") -> list[Any]:
        if not pictures:
            return []
        found = self._engine.recognize_txt([_bgr(strip) for strip in pictures])
        return [
            [text, [round(sure, 3) for sure in info.confs] if text else []]
            for text, info in zip(found.txts, found.word_results, strict=True)
        ]

    def upside_down(self, pictures: "list[Picture]") -> list[Any]:
        if not pictures:
            return []
        _, found = self._engine.cls_and_rotate([_bgr(strip) for strip in pictures])
        return [float(score) if "180" in label else 1 - float(score) for label, score in found.cls_res]


def _bgr(picture: "Picture") -> "Picture":
    import numpy

    return numpy.ascontiguousarray(picture[:, :, ::-1])


def _answer(models: Models, question: str, pictures: "list[Picture]") -> dict[str, Any]:
    try:
        answer = models.questions[question](pictures)
    except MemoryError as error:
        return {"failed": f"out of memory: {error}"}
    except Exception as error:  # one bad picture must not take the models down
        return {"failed": f"{type(error).__name__}: {error}"}
    return {"answer": answer, "rss": _resident_bytes()}


def _pictures(pipe: BinaryIO, length: int) -> "tuple[str, list[Picture]]":
    import numpy

    head = json.loads(pipe.read(length))
    pictures = []
    for height, width, channels in head["shapes"]:
        raw = pipe.read(height * width * channels)
        pictures.append(numpy.frombuffer(raw, numpy.uint8).reshape(height, width, channels))
    return head["question"], pictures


def _say(pipe: BinaryIO, answer: dict[str, Any]) -> None:
    pipe.write(ocr_frames.reply(answer))
    pipe.flush()


def _resident_bytes() -> int:
    with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - read after every page
        return int(statm.read().split()[1]) * resource.getpagesize()


def _limit_memory(size: int) -> None:
    """Lower the address space to size; a lower limit that is already set stays."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _die_with_parent(parent: int) -> None:
    """Ask Linux to kill us when the thread that started us ends (prctl(2)); elsewhere the closed pipe ends us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(0)  # it ended before we asked


if __name__ == "__main__":
    sys.exit(main())
