"""How well and how fast cover letters are read, by kind of letter and of damage.

`python -m benchmarks.letters [--held-out] [--letters N] [--record FILE] [CLASS...]`

Every letter is drawn from a seed by `tests.specimens.letters` (invented units, 测试样章), so what it says is known.
Without --held-out the seeds are those that reading may be improved by. For each field: how many were right, how many
were left open, how many were wrong. Staff ask about an open one, a wrong one may reach a submitter. With --record a
run that was ended goes on where it stopped.
"""

import argparse
import json
import re
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

from service.domain.submission import CoverLetter, Seal
from service.reading.letters import OcrProcess, read_document
from service.routing.letters import signer_of
from tests.reading.letters.rules import RULEBOOK
from tests.specimens.letters.classes import BARE, CLASSES, COPIED, SEALED
from tests.specimens.letters.faces import all_faces
from tests.specimens.letters.making import DEVELOPMENT, HELD_OUT, Letter, a_letter

_FIELDS = ("number", "title", "addressee", "date", "signer", "seal")
_RIGHT, _OPEN, _WRONG = "right", "open", "wrong"
_SEAL = {SEALED: Seal.PRESENT, BARE: Seal.ABSENT, COPIED: Seal.CANNOT_TELL}


@dataclass(frozen=True)
class Result:
    """What became of one letter: a mark for each field, and what it cost."""

    kind: str
    seed: int
    marks: dict[str, str]
    seen: dict[str, str]  # of fields that are not right
    seal: str  # what was said of it
    pages: int
    cpu: float
    parent_mb: int
    child_mb: int


def measured(letter: Letter, kind: str, seed: int, ocr: OcrProcess) -> Result:
    """One letter read and compared."""
    before = _cpu_seconds(ocr)
    reading = read_document(letter.content, letter.name, letter.name, "", RULEBOOK, ocr)
    cpu = _cpu_seconds(ocr) - before
    marks = dict(_marks(letter, reading.letter))
    return Result(
        kind=kind,
        seed=seed,
        marks=marks,
        seen={field: _seen(reading.letter, field) for field, mark in marks.items() if mark != _RIGHT},
        seal=reading.letter.seal.value if reading.letter else reading.looks_like.value,
        pages=letter.pages,
        cpu=round(cpu, 2),
        parent_mb=_resident("self", "VmRSS"),
        child_mb=_resident(str(ocr.pid), "VmHWM") if ocr.pid else 0,
    )


def _marks(letter: Letter, read: CoverLetter | None) -> Iterator[tuple[str, str]]:
    if read is None:
        yield from ((field, _OPEN) for field in _FIELDS)
        return
    yield "number", _mark(read.document_number, letter.number)
    yield "title", _mark(read.title, letter.title)
    yield "addressee", _mark(read.addressee, letter.addressee)
    yield "date", _mark(read.date, letter.day)
    yield "signer", _signed(letter, read)
    yield "seal", _RIGHT if read.seal is _SEAL[letter.seal] else _OPEN if read.seal is Seal.CANNOT_TELL else _WRONG


def _mark(seen: object, said: object) -> str:
    if isinstance(seen, str) and isinstance(said, str):
        seen, said = (re.sub(r"[\s（）()]", "", text) for text in (seen, said))
    return _RIGHT if seen == said else _OPEN if seen is None else _WRONG


def _signed(letter: Letter, read: CoverLetter) -> str:
    """By the unit of the directory that routing takes the signer for; an unlisted one by its name."""
    signer = signer_of(read, RULEBOOK)
    if signer is None or (read.signer is None and signer.entry is None):
        return _OPEN
    if letter.organ.listed:
        return _mark(signer.entry.name if signer.entry else signer.name, letter.organ.name)
    return _WRONG if signer.entry else _mark(signer.name, letter.organ.name)


def _seen(letter: CoverLetter | None, field: str) -> str:
    name = {"number": "document_number"}.get(field, field)
    return str(getattr(letter, name)) if letter else "no letter"


def _cpu_seconds(ocr: OcrProcess) -> float:
    """Of this process, of the OCR processes that ended and of the one that runs."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    so_far = time.process_time() + ended.ru_utime + ended.ru_stime
    if ocr.pid is None:
        return so_far
    fields = Path(f"/proc/{ocr.pid}/stat").read_text().rpartition(")")[2].split()
    return so_far + (int(fields[11]) + int(fields[12])) / 100


def _resident(process: str, field: str) -> int:
    found = re.search(rf"{field}:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) // 1024 if found else 0


def main() -> None:
    """Measure, then print the table and what the bars are."""
    options = argparse.ArgumentParser()
    options.add_argument("--held-out", action="store_true")
    options.add_argument("--letters", type=int, default=2, help="of each class")
    options.add_argument("--first", type=int, default=0, help="seeds to leave out")
    options.add_argument("--record", type=Path)
    options.add_argument("classes", nargs="*")
    asked = options.parse_args()
    first = (HELD_OUT if asked.held_out else DEVELOPMENT) + asked.first
    print("typefaces: " + ", ".join(face.name for face in all_faces()))
    results = _recorded(asked.record)
    done = {(result.kind, result.seed) for result in results}
    wanted = [(kind, seed) for seed in range(first, first + asked.letters) for kind in asked.classes or CLASSES]
    with OcrProcess() as ocr, ProcessPoolExecutor(1, get_context("spawn")) as draughtsman:  # its memory is its own
        for kind, seed in wanted:
            if (kind, seed) not in done:
                letter = draughtsman.submit(a_letter, kind, seed).result()
                results.append(measured(letter, kind, seed, ocr))
                _record(asked.record, results[-1])
    _tell(results)


def _recorded(file: Path | None) -> list[Result]:
    if file is None or not file.exists():
        return []
    return [Result(**json.loads(line)) for line in file.read_text("utf-8").splitlines()]


def _record(file: Path | None, result: Result) -> None:
    for field, seen in result.seen.items():
        print(f"    {result.kind} {result.seed}: {field} {result.marks[field]}: {seen}", flush=True)
    if file is not None:
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(result), ensure_ascii=False) + "\n")


def _tell(results: Sequence[Result]) -> None:
    print(
        "right/open/wrong\n" + f"{'':30}{'letters':>8}" + "".join(f"{field:>11}" for field in _FIELDS) + "  CPU s/page"
    )
    for kind in dict.fromkeys(result.kind for result in results):
        _row(kind, [result for result in results if result.kind == kind])
    _row("all", results)
    for bar in _bars(results):
        print(bar)


def _row(name: str, results: Sequence[Result]) -> None:
    cells = []
    for field in _FIELDS:
        counts = Counter(result.marks[field] for result in results)
        cells.append(f"{counts[_RIGHT]}/{counts[_OPEN]}/{counts[_WRONG]}")
    cpu = sum(result.cpu for result in results) / sum(result.pages for result in results)
    print(f"{name:30}{len(results):>8}" + "".join(f"{cell:>11}" for cell in cells) + f"  {cpu:.2f}")


def _bars(results: Sequence[Result]) -> Iterator[str]:
    """What is promised, and what was measured."""
    for field, least in (("number", 0.97), ("title", 0.97), ("date", 0.97), ("signer", 0.99)):
        yield _share(
            f"{field} right", results, lambda one, field=field: one.marks[field] == _RIGHT, f"at least {least}"
        )
    for field in ("signer", "date"):
        yield _share(f"{field} wrong", results, lambda one, field=field: one.marks[field] == _WRONG, "at most 0.005")
    by_seal = {
        seal: [one for one in results if CLASSES[one.kind].seal == seal and not CLASSES[one.kind].faint]
        for seal in _SEAL
    }
    yield _share("red seals found", by_seal[SEALED], lambda one: one.seal == Seal.PRESENT.value, "at least 0.99")
    yield _share("seals seen where none is", by_seal[BARE], lambda one: one.seal == Seal.PRESENT.value, "at most 0.01")
    yield _share(
        "copies: cannot tell", by_seal[COPIED], lambda one: one.seal == Seal.CANNOT_TELL.value, "at least 0.99"
    )
    clean = [one.cpu for one in results if CLASSES[one.kind].clean and one.pages == 1]
    if clean:
        yield f"CPU seconds of a clean page: mean {sum(clean) / len(clean):.2f}, most {max(clean):.2f} (at most 2.5)"
    memory = [one.parent_mb for one in results]
    yield "reader, MB after each fifth: " + ", ".join(str(memory[len(memory) * part // 5 - 1]) for part in range(1, 6))
    yield f"OCR process: at most {max(one.child_mb for one in results)} MB (under 1200)"


def _share(name: str, results: Sequence[Result], counts: Callable[[Result], bool], bar: str) -> str:
    number = sum(map(counts, results))
    return f"{name}: {number}/{len(results)} = {number / max(1, len(results)):.4f} ({bar})"


if __name__ == "__main__":
    main()
