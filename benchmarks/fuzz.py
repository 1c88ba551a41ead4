"""Broken mails through the real reader and the judge, as `explain` runs them: nothing may reach the parent.

    python -m benchmarks.fuzz [--cases N] [--seconds S] [--seed S] [--first N] [--keep DIR]

Reports by signature, with the number of a case that shows it: a reading process that died, a reading that took
longer than its limits, an answer that is no valid one, an error of the judge. Ends with 1 when there was any. Files
that ended the reading process and were left alone, so that their mail was read, are counted and named too.
The same seed and number are the same mail: the report ends with how to run one case again.
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
from service.reading.watch import GIVEN_UP

_BOUNDS = Bounds(cpu_seconds=60.0, wall_seconds=120.0, recycle_after=1 << 30)
_SLOW = 5.0  # seconds


@dataclass(slots=True)
class Tally:
    """What was seen; failures by signature, each with the numbers of its first cases."""

    cases: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    failures: dict[str, list[int]] = field(default_factory=dict)
    deaths: list[int] = field(default_factory=list)  # of the reading process, the mail being read all the same
    given_up: list[int] = field(default_factory=list)  # mails with a file left alone
    slow: dict[int, float] = field(default_factory=dict)
    slowest: tuple[float, int] = (0.0, 0)
    seconds: float = 0.0

    def fail(self, signature: str, number: int) -> None:
        self.failures.setdefault(signature, []).append(number)


def main() -> int:
    arguments = _arguments()
    seed = arguments.seed
    print(f"seed {seed}, cases {arguments.first} to {arguments.first + arguments.cases - 1}", flush=True)
    cases = range(arguments.first, arguments.first + arguments.cases)
    tally = run(seed, cases, arguments.keep, arguments.seconds)
    print(
        f"{tally.cases} mails in {tally.seconds:.0f} s, the slowest {tally.slowest[0]:.1f} s (case {tally.slowest[1]})"
    )
    print(", ".join(f"{n} {verdict}" for verdict, n in tally.verdicts.most_common()))
    print(f"the reading process was replaced over {len(tally.deaths)} mails {tally.deaths[:20]}")
    print(f"a file was left alone in {len(tally.given_up)} mails {tally.given_up[:20]}")
    for number, seconds in sorted(tally.slow.items(), key=lambda item: -item[1])[:10]:
        print(f"slow: case {number} took {seconds:.1f} s")
    for signature, numbers in tally.failures.items():
        print(f"FAILED {len(numbers)} times, as in case {numbers[0]}: {signature}")
    print(f"one case again: python -m benchmarks.fuzz --seed {seed} --first CASE --cases 1 --keep DIR")
    return 1 if tally.failures else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="after which no further case is begun")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--keep", type=Path, help="folder for the mails that failed")
    return parser.parse_args()


def run(seed: int, numbers: range, keep: Path | None = None, seconds: float = float("inf")) -> Tally:
    """Read and judge these cases, one after the other."""
    tally, begun = Tally(), time.monotonic()
    with _bench() as bench, Reader(bench.rulebook, _BOUNDS) as reader:
        for number in numbers:
            if time.monotonic() - begun > seconds:
                break
            raw = broken_mail(seed, number)
            child = reader.pid
            signature = _one(raw, number, bench, reader, tally)
            if child is not None and reader.pid not in {child, None}:
                tally.deaths.append(number)
            if signature:
                tally.fail(signature, number)
            if keep is not None and (signature or number in {*tally.deaths[-1:], *tally.given_up[-1:]}):
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{seed}-{number}.eml").write_bytes(raw)
    tally.seconds = time.monotonic() - begun
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
        verdict = _judged(raw, number, bench, reader, tally)
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
    seconds = time.monotonic() - begun
    tally.slowest = max(tally.slowest, (seconds, number))
    if seconds > _SLOW:
        tally.slow[number] = seconds
    return ""


def _judged(raw: bytes, number: int, bench: Bench, reader: Reader, tally: Tally) -> str:
    path = bench.scratch.path(bench.scratch.store(raw))
    submission = reader.read(path)
    path.unlink()
    if any(a.note == GIVEN_UP for a in submission.attachments):
        tally.given_up.append(number)
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
