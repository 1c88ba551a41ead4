"""What a bounce reports on: the Message-IDs of the mails it sends back, and what became of them (RFC 3464, 3462).

Systems that write no such report put the header of the mail into their text, or attach the mail itself.
"""

import re
from collections.abc import Iterable, Iterator

from service.domain.submission import Report
from service.reading.mail.bodies import Leaf

_LOOKED_AT = 64 << 10  # bytes of a part: headers stand at its beginning
_KEPT = 20
_MESSAGE_ID = re.compile(rb"message-id\s*:\s*(<[!-;=?-~]{1,250}>)", re.IGNORECASE)
_ACTION = re.compile(rb"^action\s*:\s*([a-z]{1,20})", re.IGNORECASE | re.MULTILINE)
_REASON = re.compile(rb"^diagnostic-code\s*:\s*(?:[a-z0-9-]+\s*;)?\s*([^\r\n]{1,200})", re.IGNORECASE | re.MULTILINE)


def report_of(leaves: Iterable[Leaf]) -> Report:
    """Every Message-ID that stands in the parts of a mail, with the report's own words beside it."""
    ids: list[str] = []
    actions: list[str] = []
    reasons: list[str] = []
    for leaf in leaves:
        content = leaf.content[:_LOOKED_AT]
        if leaf.part.media_type == "message/delivery-status":
            actions += [found.decode("ascii").lower() for found in _ACTION.findall(content)]
            reasons += [found.decode("utf-8", "replace").strip() for found in _REASON.findall(content)]
        if leaf.part.media_type.startswith(("message/", "text/")):
            ids += _ids(content)
    return Report(
        tuple(dict.fromkeys(ids))[:_KEPT], tuple(dict.fromkeys(actions))[:_KEPT], reasons[0] if reasons else ""
    )


def _ids(content: bytes) -> Iterator[str]:
    for found in _MESSAGE_ID.findall(content):
        yield found.decode("ascii")
