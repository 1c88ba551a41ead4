"""L104: the letter is a colour scan, and no seal can be seen on it.

A person looks at the page: a faint seal or one on another page is easily missed.
Silent for black-and-white scans, where a seal cannot be told from print (L105).
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Place, Route
from service.domain.rules import Rulebook
from service.domain.submission import LetterSource, Seal

CODE = "L104"
EXPLANATION = """
报送函是彩色扫描件，但看不到印章时，交工作人员看原件，不直接要求重发。
黑白扫描件看不出印章颜色，不提这一条（见 L105）。
"""
SENTENCES: Sentences = {"default": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    letter = dossier.letter
    if letter is None or not pieces.wants_letter(dossier, rulebook):
        return
    if letter.source is LetterSource.OCR and letter.seal is Seal.ABSENT and letter.sealed_colour:
        yield Seen(Place(attachment=letter.attachment))
