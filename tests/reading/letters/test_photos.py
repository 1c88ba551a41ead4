"""Photos in the formats that telephones keep: HEIC and AVIF, turned by what the telephone noted."""

from io import BytesIO

import pillow_heif
import pytest
from PIL import Image

from service.demo.scanning import Scan, scanned
from service.domain.submission import Seal
from service.reading.letters import pictures
from tests.reading.letters.conftest import Read
from tests.reading.letters.specimens import BUREAU, DAY, a_page

_SIDEWAYS = 6  # Exif 2.32, 4.6.4: the picture must be turned clockwise to stand upright


def in_format(image: Image.Image, kind: str, orientation: int = 1) -> bytes:
    """A photo as a telephone saves it; orientation as noted in its Exif."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = BytesIO()
    if kind == "heic":
        pillow_heif.from_pillow(image).save(out, quality=80, exif=exif.tobytes())
    else:
        image.save(out, "AVIF", quality=70, speed=10, exif=exif.tobytes())
    return out.getvalue()


@pytest.mark.parametrize("kind", ["heic", "avif"])
def test_a_sideways_photo_of_a_letter_is_read(read_scan: Read, kind: str) -> None:
    photo = scanned(a_page(), Scan(dpi=150)).rotate(90, expand=True)

    letter = read_scan(in_format(photo, kind, _SIDEWAYS)).letter

    assert letter is not None
    assert (letter.signer, letter.date, letter.seal) == (BUREAU, DAY, Seal.PRESENT)


@pytest.mark.parametrize("kind", ["heic", "avif"])
def test_a_turned_photo_is_turned_once(kind: str) -> None:
    image = Image.new("RGB", (400, 200), "white")
    image.paste("red", (0, 0, 200, 200))

    with pictures.opened(in_format(image, kind, _SIDEWAYS)) as frames:
        upright = frames.picture(0, 400)

    assert upright.shape[:2] == (400, 200)
    assert upright[50, 100, 1] < 80 < upright[350, 100, 1]  # red above, white below


@pytest.mark.parametrize("cut", [40, 300, 0.5, 0.9])
def test_a_broken_photo_is_refused_and_breaks_nothing(cut: float) -> None:
    whole = in_format(Image.effect_noise((300, 300), 80).convert("RGB"), "heic")
    broken = whole[: int(cut if cut > 1 else cut * len(whole))]

    with pytest.raises(pictures.PictureRefused), pictures.opened(broken) as frames:
        frames.picture(0, 400)
