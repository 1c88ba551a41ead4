"""Run by `cage.tried` as `python -m service.reading.cage.trying FOLDER`: shuts itself in, prints which parts hold."""

import sys
from dataclasses import asdict
from pathlib import Path

from service.reading import cage

if __name__ == "__main__":
    held = asdict(cage.shut(Path(sys.argv[1])))
    sys.stdout.write(" ".join(part for part, holds in held.items() if holds))
