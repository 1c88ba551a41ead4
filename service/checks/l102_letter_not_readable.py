"""L102: a cover letter is there, but its text cannot be made out.

A person looks at it. Speaks of scans without readable text, and of pictures and PDF files that may be the letter
but cannot be read here. Nobody is asked to scan again before a person has seen the page.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Place, Route
from service.domain.rules import Rulebook
from service.domain.submission import Problem, Role

CODE = "L102"
EXPLANATION = """
收到了报送函（或很可能是报送函的图片、PDF），但读不出文字时，交工作人员看。
看过以前不要求来件单位重新扫描。
"""
_UNREAD = frozenset({Problem.UNREADABLE_TEXT, Problem.UNSUPPORTED, Problem.DAMAGED})
SENTENCES: Sentences = {"default": (), "perhaps": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    if not pieces.wants_letter(dossier, rulebook):
        return
    letter, own = dossier.letter, {a.path: a for a in dossier.submission.attachments}
    if letter is not None and pieces.has_scan(dossier):
        unread = [own[p] for p in letter.attachments if p in own and own[p].problem is Problem.UNREADABLE_TEXT]
        if unread or not letter.text.strip():
            yield Seen(Place(attachment=letter.attachment))
        return
    for attachment in pieces.hiders(dossier, pieces.LETTER):
        if pieces.is_picture(attachment) and attachment.problem in _UNREAD:
            variant = "default" if attachment.role is Role.COVER_LETTER else "perhaps"
            yield Seen(pieces.in_file(attachment), variant)
