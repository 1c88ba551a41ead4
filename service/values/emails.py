"""E-mail addresses as people write them: full-width signs, several in a cell, names and labels around them."""

import re

from service.values.kinds import NOT_OF_KIND, UNKNOWN, Emails, Reading, sure, unsure
from service.values.writing import LONGEST, half_width

_ATOM = r"[A-Za-z0-9!#$%&*+=?^_{|}~-]"
_ADDRESS = re.compile(
    rf"(?<![A-Za-z0-9_.@])({_ATOM}+(?:\.{_ATOM}+)*)@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.)+[A-Za-z]{{2,24}})"
    r"(?![A-Za-z0-9@_-]|\.[A-Za-z0-9])"
)
_LABEL = re.compile(r"mailto:|(?:e-?mail|电子邮[箱件]|邮箱)(?:地址)?[:]", re.IGNORECASE)
_LONGEST_LOCAL = 64


def read_emails(text: str, vague: frozenset[str] = frozenset()) -> Reading:
    """The addresses in a text; not of its kind when one of them cannot be an address."""
    if len(text) > LONGEST * 2:
        return UNKNOWN
    folded = _LABEL.sub(" ", half_width(text).translate({0xFF61: ".", 0xFF20: "@", 0xFF0E: "."}))
    folded = re.sub(r"(?<=[A-Za-z0-9])[。](?=[A-Za-z])", ".", folded)
    folded = re.sub(r" *@ *", "@", folded)
    folded = re.sub(r"(?<=@)([\w-]+(?:\.[\w-]+)*) ?\. ?(?=[A-Za-z])", r"\1.", folded)
    found = _addresses(folded)
    if not found and folded.count("@") == 1:  # a narrow cell has broken its one address into lines
        joined = Emails(tuple(map(_tidy, _addresses("".join(folded.split())))))
        return unsure(joined) if joined.addresses else NOT_OF_KIND
    if folded.count("@") != len(found):
        return NOT_OF_KIND
    if not found:
        return UNKNOWN if any(word in folded.lower() for word in vague) else NOT_OF_KIND
    addresses = Emails(tuple(dict.fromkeys(map(_tidy, found))))
    # Letters before an address may be the half of it that a space has cut off.
    return unsure(addresses) if re.search(r"[A-Za-z0-9]", _ADDRESS.sub(" ", folded)) else sure(addresses)


def _addresses(text: str) -> list[re.Match[str]]:
    return [found for found in _ADDRESS.finditer(text) if len(found[1]) <= _LONGEST_LOCAL]


def _tidy(found: re.Match[str]) -> str:
    return f"{found[1]}@{found[2].lower()}"
