"""How well and how fast cover letters are read, by kind of damage.

`python -m benchmarks.letters [--seeds N] [CLASS...]`

Every letter is drawn (invented units, 测试样章), so what it says is known. A field that was read wrong is counted apart
from one that was left open: staff ask about an open one, a wrong one may reach a submitter.
"""

import argparse
import dataclasses
import datetime
import re
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

from service.demo.letters import DateStyle, Layout, LetterSpec, Page, pages_of, sealed
from service.demo.paper import pdf_of
from service.demo.scanning import Scan, Tone, as_jpeg, as_pdf, as_png, as_tiff, scanned
from service.domain.submission import CoverLetter, Seal
from service.reading.letters import DocumentReading, OcrProcess, read_document
from tests.reading.letters.rules import RULEBOOK

_FIELDS = ("number", "title", "addressee", "date", "signer", "seal")
_BODY = (
    "根据贵厅《关于征集海外人才与科技交流合作需求的函》要求，我单位认真组织开展了需求征集工作，"
    "共收到15家单位的需求28项。现将汇总后的《海外人才与科技交流合作需求征集表（表1-4）》随函报送，请审阅。",
    "专此函报。",
)


@dataclass(frozen=True)
class Specimen:
    """A file, what its letter says, and what its seal must be called."""

    content: bytes
    spec: LetterSpec
    seal: Seal


def letters(seed: int) -> LetterSpec:
    """Letters of three kinds of units in three layouts, with dates and styles of their own."""
    units = (
        "云江市科学技术局",
        "岭海医科大学附属第一医院",
        "南屿市科技创新委员会",
        "岭海省能源集团有限公司",
        "望海海洋大学",
    )
    prefixes = ("云科函", "岭医附一函", None, "能源函字", "望海大函")
    kind = seed % len(units)
    unit = units[kind]
    titles = ("关于报送海外人才与科技交流合作需求的函", f"{unit}关于报送2020年海外人才与科技交流合作需求情况的函")
    prefix, layout = prefixes[kind], list(Layout)[seed % 3]
    return LetterSpec(
        unit=unit,
        title=titles[seed % 2],
        date=datetime.date(2020, 2 + seed % 2, 3 + (seed * 7) % 26),
        addressee=("岭海省科学技术厅", "省科技厅")[seed % 2],
        body=_BODY,
        number=f"{prefix}〔2020〕{7 + 13 * seed}号" if prefix and layout is not Layout.PLAIN else None,
        layout=layout,
        seal=sealed(unit, strength=0.85, tilt=seed % 7 - 3.0, wear=0.1 + 0.1 * (seed % 3)),
        date_style=list(DateStyle)[seed % 2],
        attachment_note="海外人才与科技交流合作需求征集表（表1-4）",
        contact="联系人：张三，电话：020-00001234",
    )


def _sealed_with(spec: LetterSpec, **look: object) -> LetterSpec:
    assert spec.seal is not None
    return dataclasses.replace(spec, seal=dataclasses.replace(spec.seal, **look))  # type: ignore[arg-type]


def _first(spec: LetterSpec) -> Page:
    return pages_of(spec)[0]


def _scan(quality: int = 82, orientation: int = 1, **look: object) -> Callable[[LetterSpec, int], bytes]:
    scan = Scan(**look)  # type: ignore[arg-type]

    def make(spec: LetterSpec, seed: int) -> bytes:
        return as_jpeg(scanned(_first(spec), scan, seed), quality, orientation)

    return make


def _tinted(colour: tuple[int, int, int]) -> Callable[[LetterSpec, int], bytes]:
    def make(spec: LetterSpec, seed: int) -> bytes:
        page = scanned(_first(spec), Scan(), seed)
        return as_jpeg(ImageChops.multiply(page, Image.new("RGB", page.size, colour)))

    return make


def _long(spec: LetterSpec) -> LetterSpec:
    return dataclasses.replace(spec, body=(*_BODY[:1] * 7, _BODY[1]))


def _pages(spec: LetterSpec, seed: int) -> list[Image.Image]:
    return [scanned(page, Scan(), seed) for page in pages_of(_long(spec))]


_Change = Callable[[LetterSpec], LetterSpec]
_Make = Callable[[LetterSpec, int], bytes]
_SEALED, _BARE, _UNTOLD = Seal.PRESENT, Seal.ABSENT, Seal.CANNOT_TELL


def _same(spec: LetterSpec) -> LetterSpec:
    return spec


def _ink(**look: object) -> _Change:
    return lambda spec: _sealed_with(spec, **look)


def _without_seal(spec: LetterSpec) -> LetterSpec:
    return dataclasses.replace(spec, seal=None)


CLASSES: dict[str, tuple[_Change, _Make, Seal]] = {
    "scan 200 dpi": (_same, _scan(), _SEALED),
    "scan 100 dpi": (_same, _scan(dpi=100), _SEALED),
    "scan 300 dpi": (_same, _scan(dpi=300), _SEALED),
    "JPEG quality 20": (_same, _scan(20, dpi=150), _SEALED),
    "noise": (_same, _scan(noise=22.0), _SEALED),
    "blurred": (_same, _scan(dpi=150, blur=1.6), _SEALED),
    "skewed 3 degrees": (_same, _scan(skew=3.0, dpi=150), _SEALED),
    "on its side": (_same, _scan(quarter_turns=1, dpi=150), _SEALED),
    "on its other side": (_same, _scan(quarter_turns=3, dpi=150), _SEALED),
    "upside down": (_same, _scan(quarter_turns=2, dpi=150, skew=1.0), _SEALED),
    "photo, EXIF turn": (_same, _scan(orientation=6, photo=1.0), _SEALED),
    "careless photo": (_same, _scan(photo=2.0, blur=0.8, quality=60), _SEALED),
    "photo, noise, dark": (_same, _scan(photo=1.5, noise=12.0, quality=50), _SEALED),
    "grey": (_same, _scan(tone=Tone.GREY), _UNTOLD),
    "fax": (_same, lambda spec, seed: as_tiff([scanned(_first(spec), Scan(tone=Tone.FAX), seed)]), _UNTOLD),
    "faint seal": (_ink(strength=0.3, wear=0.4), _scan(), _SEALED),
    "very faint seal": (_ink(strength=0.2, wear=0.2), _scan(50), _SEALED),
    "heavy seal": (_ink(strength=1.0, wear=0.0, colour=(170, 10, 25)), _scan(), _SEALED),
    "orange seal": (_ink(colour=(228, 92, 40)), _scan(), _SEALED),
    "magenta seal": (_ink(colour=(205, 30, 110)), _scan(), _SEALED),
    "seal off to the side": (_ink(shift_mm=(-38.0, 3.0)), _scan(), _SEALED),
    "small seal": (_ink(diameter_mm=36.0), _scan(dpi=150), _SEALED),
    "yellow paper": (_same, _tinted((250, 238, 200)), _SEALED),
    "blue cast": (_same, _tinted((215, 225, 250)), _SEALED),
    "no seal, yellow paper": (_without_seal, _tinted((250, 238, 200)), _BARE),
    "born digital": (_same, lambda spec, seed: pdf_of(pages_of(spec)), _SEALED),
    "born digital, no seal": (_without_seal, lambda spec, seed: pdf_of(pages_of(spec)), _BARE),
    "PDF scan, turned by key": (
        _same, lambda spec, seed: as_pdf([scanned(_first(spec), Scan(quarter_turns=3), seed)], rotate=90), _SEALED
    ),
    "two pages, TIFF": (_same, lambda spec, seed: as_tiff(_pages(spec, seed)), _SEALED),
    "two pages, PDF": (_same, lambda spec, seed: as_pdf(_pages(spec, seed)), _SEALED),
    "PNG screenshot": (_same, lambda spec, seed: as_png(scanned(_first(spec), Scan(dpi=110), seed)), _SEALED),
}  # fmt: skip


def marks(specimen: Specimen, reading: DocumentReading) -> Iterator[tuple[str, str]]:
    """Field and "right", "open" or "wrong"."""
    letter, spec = reading.letter, specimen.spec
    if letter is None:
        yield from ((field, "open") for field in _FIELDS)
        return
    yield "number", _mark(letter.document_number, spec.number)
    yield "title", _mark(letter.title, spec.title)
    yield "addressee", _mark(letter.addressee, spec.addressee)
    yield "date", _mark(letter.date, spec.date)
    yield "signer", _mark(letter.signer, spec.unit)
    yield "seal", "right" if letter.seal is specimen.seal else "open" if letter.seal is Seal.CANNOT_TELL else "wrong"


def _mark(seen: object, said: object) -> str:
    if isinstance(seen, str) and isinstance(said, str):
        seen, said = (re.sub(r"[\s（）()]", "", text) for text in (seen, said))
    return "right" if seen == said else "open" if seen is None else "wrong"


def _cpu_seconds(ocr: OcrProcess) -> float:
    own = time.process_time()
    if ocr.pid is None:
        return own
    fields = Path(f"/proc/{ocr.pid}/stat").read_text().rpartition(")")[2].split()
    return own + (int(fields[11]) + int(fields[12])) / 100


def _row(name: str, seeds: Iterable[int], ocr: OcrProcess) -> tuple[dict[str, Counter[str]], float, int, list[str]]:
    change, make, seal = CLASSES[name]
    counts = {field: Counter[str]() for field in _FIELDS}
    cpu, pages, wrong = 0.0, 0, []
    for seed in seeds:
        spec = change(letters(seed))
        specimen = Specimen(make(spec, seed), spec, seal)
        start = _cpu_seconds(ocr)
        reading = read_document(specimen.content, name, name, "", RULEBOOK, ocr)
        cpu += _cpu_seconds(ocr) - start
        pages += max(1, reading.pages)
        for field, mark in marks(specimen, reading):
            counts[field][mark] += 1
            if mark != "right":
                wrong.append(f"    {name} {seed}: {field} {mark}: {_seen(reading.letter, field)!r} {reading.why}")
    return counts, cpu / pages, pages, wrong


def _seen(letter: CoverLetter | None, field: str) -> object:
    name = {"number": "document_number"}.get(field, field)
    return getattr(letter, name) if letter else None


def main() -> None:
    """Print a line for each kind of damage: right (+wrong) of all, for each field."""
    options = argparse.ArgumentParser()
    options.add_argument("--seeds", type=int, default=2)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("classes", nargs="*")
    asked = options.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    print(f"{'':26}" + "".join(f"{field:>11}" for field in _FIELDS) + "  CPU s/page")
    total = {field: Counter[str]() for field in _FIELDS}
    with OcrProcess() as ocr:
        for name in asked.classes or CLASSES:
            counts, cpu, _, wrong = _row(name, seeds, ocr)
            print(f"{name:26}" + "".join(f"{_told(counts[field]):>11}" for field in _FIELDS) + f"  {cpu:.2f}")
            print("\n".join(wrong), flush=True) if wrong else None
            for field in _FIELDS:
                total[field] += counts[field]
    print(f"{'all':26}" + "".join(f"{_told(total[field]):>11}" for field in _FIELDS))
    own, child = (resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"peak memory: reader {own} MB, OCR process {child} MB")


def _told(counts: Counter[str]) -> str:
    all_of_them = counts.total()
    return f"{counts['right']}/{all_of_them}" + (f" -{counts['wrong']}" if counts["wrong"] else "")


if __name__ == "__main__":
    main()
