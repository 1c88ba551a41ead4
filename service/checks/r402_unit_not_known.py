"""R402: it is not known who reports, or through which channel.

A person decides. Silent while the pieces that would tell are still to be asked for: first the letter, then the
question whose it is. A nil return in a mail's own words brings no such piece: a domain and a signature that agree
are enough for it.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.r404_sub_unit import parent_of
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Channel, Dossier, Route
from service.domain.nil import NilStatement
from service.domain.rules import Rulebook

CODE = "R402"
EXPLANATION = """
认不出是哪个单位，或定不了报送渠道时，交工作人员认定。
如果是因为报送函、表格还没收到才认不出，先请来件单位补材料，不提这一条。
正文写明零报送的，邮箱域名和签名一致就算认得出。
"""
_WEAK = frozenset({"domain", "display_name", "signature_block", "subject"})
SENTENCES: Sentences = {"default": ("unit",), "ask": ("unit",), "nameless": (), "weak": ("unit",)}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    if route.contradiction or parent_of(route, rulebook):
        return
    missing = pieces.missing(dossier, rulebook)
    unit = {"unit": route.unit or ""}
    if route.channel is Channel.UNKNOWN and route.unit is not None:
        yield Seen(variant="ask" if route.known else "default", values=unit)
    elif not missing and route.unit is None:
        yield Seen(variant="nameless")
    elif not missing and not _is_named(route) and dossier.nil_source != NilStatement.MAIL:
        yield Seen(variant="weak", values=unit)


def _is_named(route: Route) -> bool:
    """True when more than a domain with a signature says who it is, or no evidence is kept (a case of long ago)."""
    return not route.evidence or any(e.source not in _WEAK for e in route.evidence)
