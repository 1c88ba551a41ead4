"""L105: the letter is a black-and-white scan, so its seal cannot be verified.

Noted only: such scans are common and good enough.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Place, Route
from service.domain.rules import Rulebook
from service.domain.submission import LetterSource, Seal

CODE = "L105"
EXPLANATION = """
报送函是黑白扫描件、印章无法核对时，只作记录，照常受理。
"""
SENTENCES: Sentences = {"default": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    letter = dossier.letter
    if letter is None or not pieces.wants_letter(dossier, rulebook) or letter.sealed_colour:
        return
    if letter.source is LetterSource.OCR and letter.seal is not Seal.PRESENT:
        yield Seen(Place(attachment=letter.attachment))
