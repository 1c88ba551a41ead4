"""The pictures of docs/letters: `python -m tests.screens.pictures docs/letters` makes them anew.

Small on purpose: 64 colours, as wide as a telephone or a desk shows them.
"""

import io
import sys
from pathlib import Path

from PIL import Image

from tests.screens.browser import Browser
from tests.screens.situations import every_letter

_PHONE, _DESK = 390, 720
_DARK = ("receipt", "correction-one", "digest")
_ON_DESK = ("receipt", "correction", "digest", "rules-trial")
_ALIKE = "rules-answer-"
"""One look with some twenty texts: one of them is enough."""


def take(folder: Path) -> None:
    """Write NAME.png of every letter on a telephone, NAME-dark.png and NAME-desk.png of some; older ones go."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with Browser() as browser:
        for name, letter in every_letter().items():
            if name.startswith(_ALIKE) and name != f"{_ALIKE}enabled":
                continue
            looks = [("", _PHONE, False)]
            looks += [("-dark", _PHONE, True)] * (name in _DARK) + [("-desk", _DESK, False)] * (name in _ON_DESK)
            for suffix, width, dark in looks:
                browser.show(letter.html, width, dark, height=200)
                _save(browser.picture(), folder / f"{name}{suffix}.png")


def _save(picture: bytes, path: Path) -> None:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
