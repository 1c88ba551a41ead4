"""S602: the unit is one of the directory, the mailbox that speaks for it is not registered there.

Noted once a case: free mail is common in official business, so this alone is no reason for doubt.
"""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route
from service.domain.rules import Rulebook

CODE = "S602"
EXPLANATION = """
报送单位是目录中已有的，但发件邮箱和域名都没有登记在该单位名下。每个报送件的每个邮箱只记一次，照常受理。
该单位登记有完整邮箱的，回执同时抄送它。简报列出这些邮箱，工作人员回复“确认 编号”即记住，以后不再提示，“撤销”即取消；
也可把邮箱写进 units.csv 或 cities.csv 的 addresses 列。
"""
SENTENCES: Sentences = {"default": ("address", "unit")}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    sender = dossier.submission.envelope.sender
    if sender is None or not route.known or not route.unit:
        return
    if route.sender_is_registered or route.sender_is_confirmed:
        return
    address = sender.address.lower()
    if dossier.earlier is None or address not in dossier.earlier.addresses:
        yield Seen(values={"address": sender.address, "unit": route.unit})
