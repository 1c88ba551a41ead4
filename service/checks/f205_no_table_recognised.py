"""F205: a form was opened, but none of the tables was recognised in it, or some of it was not.

A person looks at the file: it may be an older form, or one rebuilt by hand.
Silent about files without any table when another file holds one, and for a nil return.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Place, Route
from service.domain.rules import Rulebook
from service.domain.submission import Problem, Role

CODE = "F205"
EXPLANATION = """
表格文件能打开，但认不出表1至表4中的任何一张时，交工作人员看。
别的文件里认出了表格的，或已说明零报送的，不提这一条。
认出了表格，但后面另有像是征集表的内容没有读出的，也交工作人员看。
"""
SENTENCES: Sentences = {"default": (), "partly": ("where",)}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    for table, mail in zip(dossier.tables, dossier.table_mails, strict=True):
        if mail == dossier.submission.sha256:
            for where in table.unread:
                yield Seen(Place(table.attachment, sheet=where), "partly", {"where": where})
    if dossier.tables or not pieces.wants_form(dossier, rulebook):
        return
    for attachment in dossier.submission.of_role(Role.FORM):
        if attachment.problem in (None, Problem.MACROS, Problem.UNKNOWN_KIND):
            yield Seen(pieces.in_file(attachment))
