"""What a document is, from its sheets: a letter, a form, or something else; and the letter that it holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.rules import Rulebook
from service.domain.submission import CoverLetter, LetterSource, Problem, Seal
from service.reading.letters import fields, places
from service.reading.letters.fields import Fields
from service.reading.letters.form_page import is_form
from service.reading.letters.model import Box, DocumentReading, LooksLike, SealMark, Sheet
from service.reading.letters.names import Directory
from service.reading.letters.text import bare, chinese, clean

_SPEAKS = (
    "随函",
    "特此函报",
    "特此报送",
    "函报",
    "现将",
    "现报送",
    "报送贵厅",
    "请审阅",
    "请查收",
    "请予",
    "收悉",
    "复函如下",
)
_HARDLY = 4  # lines
_OTHER_PAPERS = re.compile(
    "营业执照|事业单位法人证书|组织机构代码证|居民身份证|个人简历|授权委托书|承诺书"
)  # as a first line
_ENOUGH = 4  # points from which a document is a letter
_STAR = 0.5
_LETTER_TEXT = 8  # Chinese characters: fewer on a page is no text


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement on sheets: what they look like, the letter or the part of one, and why (Chinese)."""

    looks_like: LooksLike
    part: CoverLetter | None
    why: str
    points: int = 0
    is_unclear: bool = False  # a letter by its shape alone

    @property
    def is_complete(self) -> bool:
        """A letter with signer and date: what follows it can only be an annex."""
        letter = self.part if self.looks_like is LooksLike.LETTER else None
        return letter is not None and letter.signer is not None and letter.date is not None


_FORM = Judged(LooksLike.FORM, None, "页面上是征集表的表题和表头")


def judge(path: str, sheets: Sequence[Sheet], rulebook: Rulebook) -> Judged:
    """The document that these sheets are, in page order. Pages of the form, and other papers in front of the letter,
    are left out of it."""
    forms = [is_form(sheet, rulebook) for sheet in sheets]
    own = [sheet for sheet, form in zip(sheets, forms, strict=True) if not form]
    if not own:
        return _FORM
    whole = _judged(path, own, sum(forms), rulebook)
    if whole.part is not None and (whole.part.title or whole.part.addressee):
        return whole
    starts = [place for place, sheet in enumerate(own) if place and fields.is_greeted(sheet, rulebook)]
    later = (_judged(path, own[place:], sum(forms), rulebook) for place in starts)
    return next((judged for judged in later if judged.looks_like is LooksLike.LETTER), whole)


def _judged(path: str, own: Sequence[Sheet], forms: int, rulebook: Rulebook) -> Judged:
    """What sheets are that are no pages of the form, which has so many beside them."""
    directory = Directory.of(rulebook)
    read = fields.read_fields(own, rulebook, directory)
    part = _letter(path, own, read)
    points, reasons = _points(part, read, rulebook)
    if (other := _other_paper(part, read, rulebook, directory)) is not None:
        return Judged(LooksLike.OTHER, None, other)
    why = "、".join(reasons)
    if points >= _ENOUGH:
        return Judged(LooksLike.LETTER, part, f"有{why}" + (f"；还有{forms}页征集表" if forms else ""), points)
    if forms:
        return _FORM
    signed = part.signer is not None and part.date is not None  # the end of a letter whose other pages come apart
    if not signed and _has_the_shape(own, part, directory):
        return Judged(LooksLike.LETTER, part, "版式像报送函，但文字辨认不清", is_unclear=True)
    if not chinese(part.text):
        return Judged(LooksLike.OTHER, part, "页面上没有可辨认的文字")
    return Judged(LooksLike.OTHER, part, f"不像报送函（只有{why}）" if why else "不像报送函")


def _other_paper(part: CoverLetter, read: Fields, rulebook: Rulebook, directory: Directory) -> str | None:
    """Why it is another kind of paper however much it looks like a letter (Chinese); None when it may be one."""
    paper = _OTHER_PAPERS.match(bare("".join(part.text.split("\n")[:2])))
    if paper is not None and not read.refers:
        return f"是{paper[0]}，不是报送函"
    if _is_the_notice(read, part, rulebook, directory):
        return "是征集通知本身，不是报送函"
    if (part.addressee or "").startswith("各"):
        return f"主送“{part.addressee}”，是下发的通知，不是报送函"
    return None


def _has_the_shape(sheets: Sequence[Sheet], part: CoverLetter, directory: Directory) -> bool:
    """A scan that shows a seal or a letterhead but hardly any line that can be read."""
    lines = [line for sheet in sheets for line in sheet.lines]
    hardly_read = any(sheet.blurred for sheet in sheets) or len(lines) <= _HARDLY
    headed = bool(lines) and directory.names_unit(lines[0].text)
    return sheets[0].source is LetterSource.OCR and hardly_read and (part.seal is Seal.PRESENT or headed)


def _points(part: CoverLetter, read: Fields, rulebook: Rulebook) -> tuple[int, list[str]]:
    """How much speaks for a letter, and what."""
    expected = fields.is_expected(part.addressee or "", rulebook)
    body = list(fields.speaks_of(part.text, _SPEAKS))
    marks = [
        (3 if read.titled else 1, "标题", read.refers),
        (3 if expected else 1, "主送机关", part.addressee is not None),
        (1, "发文字号", part.document_number is not None),
        (1, "署名", part.signer is not None),
        (1, "成文日期", part.date is not None),
        (1, "疑似公章", part.seal is Seal.PRESENT),
        (1, f"“{body[0]}”等用语" if body else "", bool(body)),
    ]
    return sum(points for points, _, there in marks if there), [name for _, name, there in marks if there]


def _is_the_notice(read: Fields, part: CoverLetter, rulebook: Rulebook, directory: Directory) -> bool:
    """The department's own notice, sent back: it asks for the needs and is signed or headed by the department."""
    if directory.is_department(part.addressee or "") or part.signer is not None:
        return False
    head = "".join(part.text.split("\n")[:3])
    issued = any(bare(name) in bare(head) for name in (rulebook.campaign.department,))
    return issued and "征集" in (read.title or "") and not re.search("报送|反馈|报告|复函", read.title or "")


def _letter(path: str, sheets: Sequence[Sheet], read: Fields) -> CoverLetter:
    mark = _seal(sheets, read)
    return CoverLetter(
        attachments=(path,),
        source=sheets[0].source,
        pages=len(sheets),
        text=text_of(sheets),
        signer=read.signer,
        title=read.title,
        document_number=read.number,
        date=read.day,
        addressee=read.addressee,
        seal=_sealed(sheets, mark, read),
        seal_text=mark.text if mark else None,
        seal_sure=_seal_sure(sheets, mark),
        sealed_colour=any(sheet.colour for sheet in sheets),
        confidence=read.sureness,
        signer_candidates=read.candidates,
        fields=places.fields_read(path, sheets, read, mark),
    )


def text_of(sheets: Sequence[Sheet]) -> str:
    """All lines, cleaned, one a line."""
    return "\n".join(clean(line.text) for sheet in sheets for line in sheet.lines)


def _seal(sheets: Sequence[Sheet], read: Fields) -> SealMark | None:
    """The mark that most likely is the letter's seal: over the signature, else with a star, else any."""
    marks = [mark for sheet in sheets for mark in sheet.seals]
    return max(marks, key=lambda mark: (_over(mark, read), mark.star, mark.coverage), default=None)


def _seal_sure(sheets: Sequence[Sheet], mark: SealMark | None) -> float:
    """How sure the seal's writing is: beside a seal of another text it is not clear which is the signer's."""
    texts = {other.text for sheet in sheets for other in sheet.seals if other.text}
    return mark.text_sure if mark is not None and len(texts) == 1 else 0.0 if texts else 1.0


def _sealed(sheets: Sequence[Sheet], mark: SealMark | None, read: Fields) -> Seal:
    if mark is not None and any(sheet.colour for sheet in sheets):
        return Seal.PRESENT if mark.star > _STAR or _over(mark, read) or mark.text else Seal.CANNOT_TELL
    if sheets[0].source is LetterSource.EDITABLE:
        return Seal.ABSENT
    unsure = any(sheet.perhaps_sealed for sheet in sheets) or not all(sheet.colour for sheet in sheets)
    return Seal.CANNOT_TELL if unsure else Seal.ABSENT


def _over(mark: SealMark, read: Fields) -> bool:
    boxes: list[Box] = [line.box for line in read.signed_at if line.box is not None]
    return any(mark.touches(box) for box in boxes)


def reading(path: str, pages: int, sheets: Sequence[Sheet], rulebook: Rulebook) -> DocumentReading:
    """The whole answer on a document whose pages were read."""
    text = text_of(sheets)
    if chinese(text) < _LETTER_TEXT and any(sheet.blurred for sheet in sheets):
        return refused(path, pages, Problem.UNREADABLE_TEXT, "页面文字辨认不清，请重新扫描后发送")
    judged = judge(path, sheets, rulebook)
    letter = judged.part if judged.looks_like is LooksLike.LETTER else None
    unclear = letter is not None and (judged.is_unclear or _unclear(letter, sheets))
    return DocumentReading(
        looks_like=judged.looks_like,
        letter=letter,
        pages=pages,
        text=text,
        problem=Problem.UNREADABLE_TEXT if unclear else None,
        note="函件文字辨认不清" if unclear else "",
        why=judged.why,
        path=path,
        part=judged.part,
        points=judged.points,
    )


def _unclear(letter: CoverLetter, sheets: Sequence[Sheet]) -> bool:
    nothing = letter.signer is None and letter.title is None and letter.date is None
    return nothing or (any(sheet.blurred for sheet in sheets) and letter.signer is None)


def refused(path: str, pages: int, problem: Problem, note: str) -> DocumentReading:
    """The answer on a document that could not be read; note tells the submitter what to do."""
    return DocumentReading(LooksLike.UNREADABLE, None, pages, "", problem, note, note, path)
