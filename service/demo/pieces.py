"""The files a unit attaches: its letter in one shape or another, its form, the printed form."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.demo.forms import FormLayout, RowSpec, TableSpec, form_xlsx
from service.demo.letters import Layout, pages_of
from service.demo.mime import File
from service.demo.paper import pdf_of
from service.demo.printed import printed_tables
from service.demo.scanning import Scan, as_jpeg, as_pdf, scanned
from service.demo.submissions import Scribe
from service.demo.wordfiles import letter_docx
from service.demo.world import Sender, World
from service.domain.rules import Forms

FORM_NAME = "海外人才与科技交流合作需求征集表（表1-4）.xlsx"
_USUAL_FORM = FormLayout()
_USUAL_SCAN = Scan()


@dataclass(frozen=True, slots=True)
class Pieces:
    """Makes attachments; what stands in them comes from the scribe."""

    scribe: Scribe
    world: World
    forms: Forms
    seed: int = 0  # of the devices: paper grain, the angle of a photo

    def bureau(self, city: str) -> Sender:
        return self.world.bureau_of(f"{city}市")

    def letter_pdf(self, sender: Sender, *, nil: bool = False, name: str = "报送函.pdf") -> File:
        """A letter that carries its text, the seal as a picture."""
        return File(name, pdf_of(pages_of(self.scribe.letter(sender, nil=nil))))

    def letter_scan(self, sender: Sender, scan: Scan = _USUAL_SCAN, name: str = "报送函扫描件.pdf") -> File:
        """A PDF of pictures."""
        pages = [scanned(page, scan, self.seed) for page in pages_of(self.scribe.letter(sender))]
        return File(name, as_pdf(pages, scan.dpi))

    def letter_photo(self, sender: Sender, scan: Scan, name: str = "IMG_20200324_0931.jpg", turned: int = 1) -> File:
        """One JPEG; turned is its EXIF orientation."""
        spec = replace(self.scribe.letter(sender), layout=Layout.LETTER)
        return File(name, as_jpeg(scanned(pages_of(spec)[0], scan, self.seed), orientation=turned))

    def letter_word(self, sender: Sender, name: str = "报送函.docx") -> File:
        return File(name, letter_docx(self.scribe.letter(sender)))

    def form(self, sender: Sender, layout: FormLayout = _USUAL_FORM) -> File:
        """表1-4 filled in."""
        return self.workbook(self.scribe.tables(sender), layout)

    def workbook(self, tables: Sequence[TableSpec], layout: FormLayout = _USUAL_FORM) -> File:
        return File(FORM_NAME, form_xlsx(self.forms, tables, layout))

    def printed_form(self, sender: Sender, name: str = "征集表（盖章扫描件）.pdf") -> File:
        """The form on paper, scanned."""
        pages = printed_tables(self.forms, self.scribe.tables(sender), sender.name)
        return File(name, as_pdf([scanned(page, _USUAL_SCAN, self.seed) for page in pages]))

    def answers_only(self, sender: Sender, number: int, answers: dict[str, str]) -> TableSpec:
        """A table of one row with these answers."""
        return TableSpec(number, (RowSpec(sender.name, sender.city, answers=answers),))
