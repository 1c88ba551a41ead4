"""L106: the letter is signed by a known unit, and the form or the sender's registered address names another.

A person decides whose submission it is; nobody is written to about its content before that.
"""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Place, Route
from service.domain.rules import Rulebook

CODE = "L106"
EXPLANATION = """
报送函的落款是目录里的一个单位，而表格、登记邮箱或以前的来件是另一个单位时，交工作人员认定。
市局汇总本市单位、高校附带下属单位，都不算矛盾。
"""
SENTENCES: Sentences = {"default": ("signer", "other")}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    if route.unlike_sender is not None:
        place = Place(attachment=dossier.letter.attachment if dossier.letter else None)
        yield Seen(place, values={"signer": route.unit or "", "other": route.unlike_sender})
