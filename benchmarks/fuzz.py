"""Broken mails through the real reader and the judge, as `explain` runs them: nothing may reach the parent.

    python -m benchmarks.fuzz [--cases N] [--seed S] [--first N] [--keep DIR]

Reports by signature, with the number of a case that shows it: a reading process that died, a reading that took
longer than its limits, an answer that is no valid one, an error of the judge. Ends with 1 when there was any.
The same seed and number are the same mail, so one case is run again with --first N --cases 1.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from benchmarks.broken import SENT, broken_mail
from service import deciding
from service.bench import Bench, open_bench
from service.defaults import rules_folder
from service.demo.world import lay_over
from service.explaining import explanation
from service.reading.bounds import Bounds
from service.reading.codec import submission_from_json, submission_to_json
from service.reading.sandbox import Reader, ReaderDied, ReaderTimedOut

_BOUNDS = Bounds(cpu_seconds=60.0, wall_seconds=120.0)
_SLOW = 5.0  # seconds


@dataclass(slots=True)
class Tally:
    """What was seen; failures by signature, each with the numbers of its first cases."""

    cases: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    failures: dict[str, list[int]] = field(default_factory=dict)
    slow: dict[int, float] = field(default_factory=dict)

    def fail(self, signature: str, number: int) -> None:
        self.failures.setdefault(signature, []).append(number)


def main() -> int:
    arguments = _arguments()
    tally = run(arguments.seed, range(arguments.first, arguments.first + arguments.cases), arguments.keep)
    print(f"{tally.cases} mails: " + ", ".join(f"{n} {verdict}" for verdict, n in tally.verdicts.most_common()))
    for number, seconds in sorted(tally.slow.items(), key=lambda item: -item[1])[:10]:
        print(f"slow: case {number} took {seconds:.1f} s")
    for signature, numbers in tally.failures.items():
        print(f"FAILED {len(numbers)} times, as in case {numbers[0]}: {signature}")
    return 1 if tally.failures else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--keep", type=Path, help="folder for the mails that failed")
    return parser.parse_args()


def run(seed: int, numbers: range, keep: Path | None = None) -> Tally:
    """Read and judge these cases, one after the other."""
    tally = Tally()
    with _bench() as bench, Reader(bench.rulebook, _BOUNDS) as reader:
        for number in numbers:
            raw = broken_mail(seed, number)
            signature = _one(raw, number, bench, reader, tally)
            if signature:
                tally.fail(signature, number)
                if keep is not None:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{seed}-{number}.eml").write_bytes(raw)
    return tally


@contextmanager
def _bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        rules = Path(folder) / "rules"
        shutil.copytree(rules_folder(), rules)
        lay_over(rules)
        with open_bench(None, rules) as bench:
            yield bench


def _one(raw: bytes, number: int, bench: Bench, reader: Reader, tally: Tally) -> str:
    """The signature of what went wrong; "" for a mail that got its answer."""
    tally.cases += 1
    begun = time.monotonic()
    try:
        verdict = _judged(raw, bench, reader)
    except ReaderTimedOut as error:
        return f"hang: {error}"
    except ReaderDied as error:
        return f"reader died: {error}"
    except AssertionError as error:
        return f"invalid answer: {error}"
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"error of ours: {type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
    tally.verdicts[verdict] += 1
    if (seconds := time.monotonic() - begun) > _SLOW:
        tally.slow[number] = seconds
    return ""


def _judged(raw: bytes, bench: Bench, reader: Reader) -> str:
    path = bench.scratch.path(bench.scratch.store(raw))
    submission = reader.read(path)
    path.unlink()
    judgement = deciding.judge(
        submission, received=SENT, earlier=None, rulebook=bench.rulebook, wording=bench.wording,
        own_addresses=bench.own_addresses,
    )  # fmt: skip
    letter = bench.letters.render(judgement, bench.rulebook, None) if judgement.decision.reply else None
    answer = explanation("case", judgement, letter, bench.rulebook)
    paths = [a.path for a in submission.attachments]
    for promise, kept in (
        ("another mail was answered", submission.sha256 == sha256(raw).hexdigest()),
        ("two attachments of one path", len(paths) == len(set(paths))),
        ("cannot be kept", submission_from_json(submission_to_json(submission)) == submission),
        ("no JSON", bool(json.dumps(answer, ensure_ascii=False).encode())),
    ):
        if not kept:
            raise AssertionError(promise)
    return judgement.decision.verdict.value


if __name__ == "__main__":
    sys.exit(main())
