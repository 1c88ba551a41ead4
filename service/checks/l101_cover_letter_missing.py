"""L101: there is no cover letter.

Asks for the scan when no file of the case is a cover letter.
Silent when a file that may be the letter could not be opened or read (other checks name that file), and for
those who write in the mail itself that there is no need.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route
from service.domain.rules import Rulebook

CODE = "L101"
EXPLANATION = """
没有收到报送函扫描件时，请来件单位补发。
如果有打不开、读不出的文件可能就是报送函，不提这一条，由别的检查指出那个文件。
正文写明零报送的，不要求报送函。
"""
SENTENCES: Sentences = {"default": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    if not pieces.wants_letter(dossier, rulebook) or dossier.letter is not None:
        return
    if not pieces.hiders(dossier, pieces.LETTER):
        yield Seen()
