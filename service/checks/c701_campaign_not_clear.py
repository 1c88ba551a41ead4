"""C701: the mailbox serves several campaigns, and nobody but a person can tell whose this mail is."""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route
from service.domain.rules import Rulebook

CODE = "C701"
EXPLANATION = """
一个邮箱办几项征集活动时，依次看：回复的是哪一封信、主题里的编号、征集表、报送函、主题和附件名、来件人以往的报送件、截止时间。
这些依据互相矛盾，或者都没有写明时，交工作人员归入其中一项，归入之前不立报送件，不回信。
"""
SENTENCES: Sentences = {"default": ("reason", "campaign")}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    if dossier.whose is not None and dossier.whose.doubt:
        yield Seen(values={"reason": dossier.whose.doubt, "campaign": dossier.whose.title})
