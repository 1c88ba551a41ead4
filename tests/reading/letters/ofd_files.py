"""OFD documents as office programs write them: the marks of a page as text with places, pictures and stamps."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from service.demo.letters import PAGE_MM, Page, SealMark, Text
from service.demo.seals import draw_seal
from service.demo.typefaces import text_width

_XMLNS = 'xmlns:ofd="http://www.ofdspec.org/2016"'
JPEG = bytes([0xFF, 0xD8])
_MM_PER_PT = 25.4 / 72


@dataclass(frozen=True, slots=True)
class Habit:
    """How a program writes. by_character: one object a character, by its matrix; stamps: how seals are kept."""

    by_character: bool = False
    stamps: str = "signed"  # "signed", "unseen" (signed with a picture of a kind of its own), "annotated", "drawn"
    template: bool = False  # the text stands in a template behind the page
    absolute: bool = False  # locations begin with a slash


def ofd_of(pages: Sequence[Page], habit: Habit = Habit()) -> bytes:
    """A document with the text of these pages, and their seals."""
    writer = _Writer(habit)
    for page in pages:
        writer.add(page)
    return writer.packed()


def ofd_of_scans(pictures: Sequence[bytes]) -> bytes:
    """A document whose pages are pictures (JPEG)."""
    writer = _Writer(Habit())
    for picture in pictures:
        writer.pages.append(writer.image(picture, (0.0, 0.0, *PAGE_MM)))
    return writer.packed()


class _Writer:
    def __init__(self, habit: Habit) -> None:
        self._habit = habit
        self._parts: dict[str, bytes] = {}
        self._media: list[str] = []
        self._signatures: list[str] = []
        self.pages: list[str] = []
        self._number = 100

    def add(self, page: Page) -> None:
        number = len(self.pages)
        objects = [piece for mark in page if isinstance(mark, Text) for piece in self._text(mark)]
        for mark in page:
            if isinstance(mark, SealMark):
                objects.append(self._seal(mark, number))
        self.pages.append("".join(objects))

    def image(self, content: bytes, place: tuple[float, float, float, float]) -> str:
        self._number += 1
        name = f"image_{self._number}.{'jpg' if content.startswith(JPEG) else 'png'}"
        self._parts[f"Doc_0/Res/{name}"] = content
        self._media.append(
            f'<ofd:MultiMedia ID="{self._number}" Type="Image"><ofd:MediaFile>{name}</ofd:MediaFile></ofd:MultiMedia>'
        )
        left, top, width, height = place
        return (
            f'<ofd:ImageObject ID="{self._number + 5000}" Boundary="{left} {top} {width} {height}" '
            f'CTM="{width} 0 0 {height} 0 0" ResourceID="{self._number}"/>'
        )

    def _text(self, mark: Text) -> list[str]:
        size = mark.size * _MM_PER_PT
        steps = [round(text_width(letter, mark.size), 3) for letter in mark.text]
        if not self._habit.by_character:
            return [_text_object(mark.x, mark.y, size, mark.text, " ".join(map(str, steps[:-1])))]
        places = [mark.x + sum(steps[:n]) for n in range(len(steps))]
        return [_scaled_object(x, mark.y, size, letter) for x, letter in zip(places, mark.text, strict=True)]

    def _seal(self, mark: SealMark, page: int) -> str:
        side = mark.seal.diameter_mm
        place = (mark.x - side / 2, mark.y - side / 2, side, side)
        picture = BytesIO()
        ink = draw_seal(mark.seal, 8.0, seed=1)
        Image.alpha_composite(Image.new("RGBA", ink.size, "white"), ink).convert("RGB").save(picture, "PNG")
        if self._habit.stamps == "drawn":
            return self.image(picture.getvalue(), place)
        boundary = " ".join(map(str, place))
        if self._habit.stamps == "annotated":
            self._annotation(page, boundary)
            return ""
        number = len(self._signatures)
        folder = f"Doc_0/Signs/Sign_{number}"
        self._signatures.append(f'<ofd:Signature ID="{number}" Type="Seal" BaseLoc="Sign_{number}/Signature.xml"/>')
        self._parts[f"{folder}/Signature.xml"] = (
            f'<ofd:Signature {_XMLNS}><ofd:SignedInfo><ofd:StampAnnot ID="1" PageRef="{page + 1}" '
            f'Boundary="{boundary}"/></ofd:SignedInfo><ofd:SignedValue>SignedValue.dat</ofd:SignedValue></ofd:Signature>'
        ).encode()
        image = picture.getvalue() if self._habit.stamps == "signed" else b"<svg/>"
        self._parts[f"{folder}/SignedValue.dat"] = _signed_value(mark.seal.text, image)
        return ""

    def _annotation(self, page: int, boundary: str) -> None:
        self._parts["Doc_0/Annots/Annotations.xml"] = (
            f'<ofd:Annotations {_XMLNS}><ofd:Page PageID="{page + 1}"><ofd:FileLoc>Page_{page}/Annotation.xml</ofd:FileLoc>'
            f"</ofd:Page></ofd:Annotations>"
        ).encode()
        self._parts[f"Doc_0/Annots/Page_{page}/Annotation.xml"] = (
            f'<ofd:PageAnnot {_XMLNS}><ofd:Annot ID="9" Type="Stamp"><ofd:Appearance Boundary="{boundary}"/></ofd:Annot>'
            f"</ofd:PageAnnot>"
        ).encode()

    def packed(self) -> bytes:
        file, base = BytesIO(), "/Doc_0/" if self._habit.absolute else ""
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
            for name, content in self._main(base).items():
                package.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
            for name, content in self._parts.items():
                package.writestr(name, content)
        return file.getvalue()

    def _main(self, base: str) -> dict[str, str]:
        signs = f"<ofd:Signatures>{base or 'Doc_0/'}Signs/Signatures.xml</ofd:Signatures>" if self._signatures else ""
        annots = (
            "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>" if self._habit.stamps == "annotated" else ""
        )
        numbers = range(len(self.pages))
        listed = "".join(f'<ofd:Page ID="{n + 1}" BaseLoc="{base}Pages/Page_{n}/Content.xml"/>' for n in numbers)
        templates = "".join(f'<ofd:TemplatePage ID="{n + 50}" BaseLoc="Tpls/Tpl_{n}/Content.xml"/>' for n in numbers)
        box = f"<ofd:PageArea><ofd:PhysicalBox>0 0 {PAGE_MM[0]} {PAGE_MM[1]}</ofd:PhysicalBox></ofd:PageArea>"
        parts = {
            "OFD.xml": f'<ofd:OFD {_XMLNS} Version="1.1"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>'
            f"{signs}</ofd:DocBody></ofd:OFD>",
            "Doc_0/Document.xml": f"<ofd:Document {_XMLNS}><ofd:CommonData>{box}"
            f"<ofd:DocumentRes>{base}DocumentRes.xml</ofd:DocumentRes>{templates if self._habit.template else ''}"
            f"</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>{annots}</ofd:Document>",
            "Doc_0/DocumentRes.xml": f'<ofd:Res {_XMLNS} BaseLoc="Res"><ofd:MultiMedias>{"".join(self._media)}'
            f"</ofd:MultiMedias></ofd:Res>",
            "Doc_0/Signs/Signatures.xml": f"<ofd:Signatures {_XMLNS}>{''.join(self._signatures)}</ofd:Signatures>",
        }
        for n, objects in enumerate(self.pages):
            content = (
                f'<ofd:Page {_XMLNS}><ofd:Content><ofd:Layer ID="2">{objects}</ofd:Layer></ofd:Content></ofd:Page>'
            )
            if self._habit.template:
                parts[f"Doc_0/Tpls/Tpl_{n}/Content.xml"] = content
                content = f'<ofd:Page {_XMLNS}><ofd:Template TemplateID="{n + 50}" ZOrder="Background"/></ofd:Page>'
            parts[f"Doc_0/Pages/Page_{n}/Content.xml"] = content
        return parts


def _text_object(x: float, y: float, size: float, text: str, steps: str) -> str:
    return (
        f'<ofd:TextObject ID="7" Boundary="{x:.3f} {y:.3f} 170 {size * 1.2:.3f}" Font="3" Size="{size:.4f}">'
        f'<ofd:TextCode X="0" Y="{0.88 * size:.3f}" DeltaX="{steps}">{text}</ofd:TextCode></ofd:TextObject>'
    )


def _scaled_object(x: float, y: float, size: float, letter: str) -> str:
    return (
        f'<ofd:TextObject ID="7" Boundary="{x:.3f} {y:.3f} {size:.3f} {size * 1.2:.3f}" '
        f'CTM="{size:.4f} 0 0 {size:.4f} 0 0" Font="3" Size="1">'
        f'<ofd:TextCode X="0" Y="0.88">{letter}</ofd:TextCode></ofd:TextObject>'
    )


def _signed_value(name: str, image: bytes) -> bytes:
    """The shape of a signed seal: DER strings one inside another; what it signs does not matter here."""
    text = name.encode()
    header = b"\x30\x0c\x16\x02ES\x02\x01\x04\x16\x03TST"
    return b"\x30\x82\x40\x00" + header + b"\x0c" + bytes([len(text)]) + text + b"\x16\x03png\x04\x82\x30\x00" + image
