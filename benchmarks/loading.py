"""What loading a rules folder costs, against reading the same files with the standard library alone.

`python -m benchmarks.loading [DIR]`: a daemon loads once per saved change, a command once per run.
"""

import csv
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from time import process_time

from service import rulebook

_TIMES = 20


def _floor(folder: Path) -> None:
    for file in folder.glob("*.toml"):
        tomllib.loads(file.read_text("utf-8"))
    for file in folder.glob("*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as stream:
            list(csv.DictReader(stream))


def _milliseconds(work: Callable[[], object]) -> float:
    work()
    begun = process_time()
    for _ in range(_TIMES):
        work()
    return (process_time() - begun) / _TIMES * 1000


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else rulebook.defaults_folder()
    floor = _milliseconds(lambda: _floor(folder))
    own = _milliseconds(lambda: rulebook.load(folder))
    print(f"files alone {floor:.1f} ms, loaded and checked {own:.1f} ms, ratio {own / floor:.1f}")


if __name__ == "__main__":
    main()
