"""S601: our own mail server found that the mail does not come from the domain in its From (RFC 8601).

Then nobody is written to: the answer would reach whoever the forger named.
"""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Authentication, Dossier, Route
from service.domain.rules import Rulebook

CODE = "S601"
EXPLANATION = """
本单位邮件服务器（配置中的 authserv_id）在收信时写明，来信没有通过发件域名的身份验证（DMARC，或 SPF、DKIM）。
这样的来信可能是冒名的：交工作人员，不向该地址回信。没有配置 authserv_id 或服务器没有结论时，不提这一条。
"""
SENTENCES: Sentences = {"default": ("domain",)}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    sender = dossier.submission.envelope.sender
    if dossier.authentication is Authentication.FAILED:
        yield Seen(values={"domain": sender.domain if sender else ""})
