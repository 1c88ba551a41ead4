"""What our own mail server found out about a sender's domain, from the header it stamped (RFC 8601).

Only the topmost Authentication-Results field with a trusted authserv-id counts: what stands below may come from the
sender (section 5). Without one, or without a trusted server, nothing is known.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from service.domain.judgement import Authentication
from service.domain.mail import Envelope

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\\.|[^"\\]', re.DOTALL)
_RESULT: Final = re.compile(r"\s*([A-Za-z0-9-]+)\s*(?:/\s*\d+\s*)?=\s*([A-Za-z0-9-]+)", re.ASCII)
_PROPERTY: Final = re.compile(
    r'([A-Za-z0-9-]+\.[A-Za-z0-9_.-]+)\s*=\s*("(?:[^"\\]|\\.)*"(?:@[^\s;]+)?|[^\s;]+)', re.ASCII
)
_LABELS: Final = 2  # of a domain that vouches for those below it


@dataclass(frozen=True, slots=True)
class Result:
    """One method's result: spf, dkim, dmarc, in lower case; domain is the one it speaks of, "" when it is not told."""

    method: str
    outcome: str
    domain: str


def authenticated(envelope: Envelope, trusted: frozenset[str]) -> Authentication:
    """Whether the domain in From was proved or disproved. trusted: authserv-ids of our own servers, lower case.

    DMARC decides where the server evaluated it; else a passed DKIM signature or SPF check of the same domain proves
    it, and a failed one, with none passed, disproves it. Some servers write one field for each method: one further
    down that says fail counts too, one that says pass does not, for it may be the forger's.
    """
    first, *others = _fields(envelope, trusted) or [()]
    domain = envelope.sender.domain if envelope.sender else ""
    said = _said(first, domain)
    disproved = any(_said(field, domain) is Authentication.FAILED for field in others)
    return Authentication.FAILED if disproved else said


def results_of(envelope: Envelope, trusted: frozenset[str]) -> tuple[Result, ...]:
    """The results in the topmost field of a trusted server; none when there is no such field."""
    return next(iter(_fields(envelope, trusted)), ())


def _fields(envelope: Envelope, trusted: frozenset[str]) -> list[tuple[Result, ...]]:
    """The results in each field of a trusted server, topmost first."""
    found = []
    for value in envelope.authentication_results:
        head, *statements = _statements(value)
        server = head.split()[0].strip('"').lower() if head.split() else ""
        if server in trusted:
            found.append(tuple(result for statement in statements for result in _read(statement)))
    return found


def _said(results: tuple[Result, ...], domain: str) -> Authentication:
    dmarc = [result for result in results if result.method == "dmarc" and result.outcome in {"pass", "fail"}]
    # A pass of another From than the one we read is none of ours (RFC 8601, 2.7.8).
    if any(r.outcome == "fail" or (r.domain and domain and not _is_aligned(r.domain, domain)) for r in dmarc):
        return Authentication.FAILED
    if dmarc:
        return Authentication.PASSED
    own = [r for r in results if r.method in {"spf", "dkim"} and domain and _is_aligned(r.domain, domain)]
    if any(result.outcome == "pass" for result in own):
        return Authentication.PASSED
    failed = any(result.outcome in {"fail", "hardfail"} for result in own)
    return Authentication.FAILED if failed else Authentication.UNKNOWN


def _statements(value: str) -> list[str]:
    """The parts between semicolons, comments left out; neither is looked for in quoted strings."""
    parts, depth = [""], 0
    for found in _TOKEN.finditer(value):
        token = found[0]
        if token == "(":
            depth += 1
        elif token == ")" and depth:
            depth -= 1
        elif not depth and token == ";":
            parts.append("")
        elif not depth:
            parts[-1] += token
    return parts


def _read(statement: str) -> Iterator[Result]:
    found = _RESULT.match(statement)
    if found is None:
        return
    method, outcome = found[1].lower(), found[2].lower()
    properties = {name.lower(): value.strip('"').lower() for name, value in _PROPERTY.findall(statement)}
    keys = {
        "spf": ("smtp.mailfrom", "smtp.mail", "smtp.helo"),
        "dkim": ("header.d", "header.i"),
        "dmarc": ("header.from",),
    }
    written = next((properties[key] for key in keys.get(method, ()) if key in properties), "")
    yield Result(method, outcome, written.rpartition("@")[2].rstrip("."))


def _is_aligned(one: str, other: str) -> bool:
    """The same domain, or one below the other (RFC 7489, 3.1, relaxed)."""
    a, b = sorted((one, other), key=len)
    return bool(a) and (a == b or (b.endswith(f".{a}") and a.count(".") >= _LABELS - 1))
