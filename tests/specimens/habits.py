"""The habits of offices, drawn from a seed: mail programs, name encodings, scanners, form layouts, packing.

Every habit here is harmless: it must change neither verdict nor rows.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from service.demo.answering import STYLES
from service.demo.forms import FormLayout, SheetNames, TableSpec, form_xlsx
from service.demo.letters import Layout, LetterSpec, pages_of
from service.demo.mime import Client, File, Mail, gbk_zip, make_mail, plain_zip
from service.demo.naming import HEADER_WORDS, Naming
from service.demo.paper import pdf_of
from service.demo.scanning import Scan, Tone, as_jpeg, as_pdf, as_png, as_tiff, scanned
from service.demo.wordfiles import form_docx
from service.demo.world import FREE_MAIL, Sender
from service.domain.rules import Forms

CARRIERS = ("text_pdf", "scan_pdf", "jpg", "png", "turned", "exif", "skewed", "noisy", "photo", "grey", "fax", "tiff")
COLOURLESS = frozenset({"grey", "fax"})  # the seal cannot be verified
_FORM_NAMES = (
    "征集表.xlsx",
    "海外人才与科技交流合作需求征集表（表1-4）.xlsx",
    "附件：表1-4.xlsx",
    "{unit}需求汇总.xlsx",
    "新建工作表.xlsx",
)
_LETTER_NAMES = ("报送函", "{unit}报送函扫描件", "扫描全能王 2020-03-18 10.21", "doc00123420200318", "函")
_LOGO = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763c0f01f00040e"
    "01fe9a4b3a4f0000000049454e44ae426082"
)


def letter_file(rng: Random, spec: LetterSpec, carrier: str) -> list[File]:
    """The letter as that carrier makes it: one file, or a picture a page."""
    stem = rng.choice(_LETTER_NAMES).format(unit=spec.unit)
    pages = pages_of(spec)
    if carrier == "text_pdf":
        return [File(f"{stem}.pdf", pdf_of(pages))]
    scan, quality = _scan(rng, carrier), rng.randint(60, 90)
    pictures = [scanned(page, scan, rng.randrange(2**31)) for page in pages]
    if carrier == "tiff":
        return [File(f"{stem}.tif", as_tiff(pictures, scan.dpi))]
    if carrier in ("scan_pdf", "skewed", "grey", "fax"):
        return [File(f"{stem}.pdf", as_pdf(pictures, scan.dpi, rotate=rng.choice((0, 0, 0, 180))))]
    if carrier == "png":
        return [File(f"{stem}-{i}.png", as_png(picture)) for i, picture in enumerate(pictures, 1)]
    orientation = rng.choice((3, 6, 8)) if carrier == "exif" else 1
    return [File(f"{stem}-{i}.jpg", as_jpeg(picture, quality, orientation)) for i, picture in enumerate(pictures, 1)]


def layout(rng: Random, reporter: str) -> FormLayout:
    """A random but readable way of filling in the form."""

    def some(share: float) -> bool:
        return rng.random() < share

    names = rng.choice(list(SheetNames))
    merge = some(0.3)
    return FormLayout(
        tick=STYLES[rng.choice(sorted(STYLES))],
        one_sheet=some(0.3),
        sheet_names=names,
        title_rows=names in (SheetNames.DEFAULT, SheetNames.OWN) or some(0.8),
        reporter=reporter if some(0.6) else None,
        note_row=some(0.3),
        blank_rows=rng.choice((0, 0, 0, 1, 3)),
        two_row_header=some(0.25),
        example_row=some(0.25),
        total_row=some(0.25),
        ditto=not merge and some(0.25),
        merge_units=merge,
        extra_column=some(0.15),
        reordered=some(0.15),
        only_required=some(0.15),
        full_width=some(0.15),
        hidden_sheet=some(0.15),
        text_on_own_line=some(0.6),
    )


def form_files(rng: Random, forms: Forms, tables: Sequence[TableSpec], sender: Sender) -> list[File]:
    """The tables in one workbook, in one workbook a table, or in a Word file."""
    name = rng.choice(_FORM_NAMES).format(unit=sender.name)
    look = layout(rng, sender.name)
    way = rng.random()
    if way < 0.12:
        return [
            File(f"表{table.number}.xlsx", form_xlsx(forms, [table], replace(look, title_rows=True)))
            for table in tables
        ]
    if way < 0.2:
        return [File(name.replace(".xlsx", ".docx"), form_docx(forms, tables, look.tick))]
    return [File(name, form_xlsx(forms, tables, look))]


def packed(rng: Random, files: list[File], mail: Mail) -> tuple[File, ...]:
    """The files as they are, in an archive, or in a mail that is attached."""
    way = rng.random()
    if not files or way < 0.75:
        return tuple(files)
    by_name = {file.name: file.content for file in files}
    if way < 0.87:
        return (File("报送材料.zip", gbk_zip(by_name)),)
    if way < 0.93:
        return (File("报送材料.zip", plain_zip(by_name)),)
    inner = make_mail(replace(mail, files=tuple(files), date=mail.date - timedelta(hours=2)))
    return (File("原邮件.eml", inner),)


def dressed(rng: Random, mail: Mail, sender: Sender) -> Mail:
    """The mail as some program writes it: its charset, its attachment names, a logo, a display name."""
    client = rng.choice(list(Client))
    words = rng.choice((None, None, *HEADER_WORDS))
    namings = [None, None, None, *(n for n in Naming if n is not Naming.NONE or len(mail.files) < 3)]
    files = tuple(replace(file, naming=rng.choice(namings)) for file in mail.files)
    if rng.random() < 0.15:
        files += (File("logo.png", _LOGO, content_id="logo001@sample"),)
    return replace(
        mail,
        client=client,
        words=words,
        files=files,
        html=rng.random() < 0.8,
        sender_name=rng.choice(("", sender.name, "张三", "科技合作处")),
    )


def address_of(rng: Random, sender: Sender) -> str:
    """One of the sender's mailboxes, or some free mail."""
    known = [*sender.addresses, *(f"kjc@{domain}" for domain in sender.domains)]
    return rng.choice([*known, *known, f"office{rng.randint(100, 999)}@{FREE_MAIL}"])


def suits(spec: LetterSpec, carrier: str) -> LetterSpec:
    """Pictures of single pages: the compact layout, so that a letter is one page."""
    return spec if carrier in ("text_pdf", "scan_pdf", "tiff") else replace(spec, layout=Layout.LETTER)


def _scan(rng: Random, carrier: str) -> Scan:
    usual = Scan(dpi=rng.choice((150, 200, 200, 300)))
    return {
        "turned": replace(usual, quarter_turns=rng.choice((1, 2, 3))),
        "skewed": replace(usual, skew=rng.uniform(-3, 3)),
        "noisy": replace(usual, noise=rng.uniform(4, 10)),
        "photo": Scan(dpi=180, photo=rng.uniform(0.6, 1.2), noise=2),
        "grey": replace(usual, tone=Tone.GREY),
        "fax": Scan(dpi=200, tone=Tone.FAX),
        "tiff": Scan(dpi=200),
    }.get(carrier, usual)
