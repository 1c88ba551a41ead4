"""L103: the cover letter is an editable document or unsealed text, not a scan of the sealed page.

Asks for a scan or photo. Silent when a file that could not be opened may be the scan.
When a seal can be seen in the document, a person decides.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Place, Route, Severity
from service.domain.rules import Rulebook
from service.domain.submission import LetterSource, Seal

CODE = "L103"
EXPLANATION = """
报送函是 Word 等可编辑文档，或是没有盖章的电子文本时，请来件单位改发盖章扫描件。
文档里看得到印章的，交工作人员判断；另有打不开的文件可能是扫描件的，不提这一条。
"""
SENTENCES: Sentences = {"default": (), "unsealed": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    letter = dossier.letter
    if letter is None or not pieces.wants_letter(dossier, rulebook) or pieces.hiders(dossier, pieces.LETTER):
        return
    place = Place(attachment=letter.attachment)
    if letter.source is LetterSource.EDITABLE:
        yield Seen(place, soften=Severity.STAFF if letter.seal is Seal.PRESENT else None)
    elif letter.source is LetterSource.TEXT_LAYER and letter.seal is Seal.ABSENT:
        yield Seen(place, "unsealed")
