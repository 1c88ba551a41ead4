"""The one address parser (RFC 5322 section 3.4): iterative, linear, never raises.

`mailboxes` reads a field as the standard means it. `every_mailbox` returns each address that any reading of the
field could mean, so that a forger who plays parsers against each other is seen as ambiguous.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from service.domain.mail import Address
from service.reading.charsets import one_line
from service.reading.limits import MAIL
from service.reading.mail.header import unfold
from service.reading.mail.words import decode_words

_SPEC = re.compile(r"[^\s<>()\[\],;:\"\\@]{1,64}@[^\s<>(),;:\"\\@]{1,255}")
_LABEL = r"[A-Za-z0-9\u0080-\uffff-]{1,63}"
_COMPLETE = re.compile(rf"[^\s<>()\[\],;:\"\\@]{{1,64}}@{_LABEL}(?:\.{_LABEL}){{1,8}}")  # 科研处@某某大学 is a name
_DOUBTFUL = re.compile(  # a@b@c is b's or c's; a quoted local part before another address is a name to some
    rf"[^\s<>()\[\],;:\"\\@]{{1,64}}@{_LABEL}(?:\.{_LABEL}){{0,8}}@{_LABEL}(?:\.{_LABEL}){{1,8}}"
    rf'|"[^"\\]{{1,64}}"@{_LABEL}(?:\.{_LABEL}){{1,8}}'
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|<[^<>]*>?|[(),;:]|[^"<(),;:)]+', re.DOTALL)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ROUTE = re.compile(r"^\s*@[^:]*:")


@dataclass(slots=True)
class _Mailbox:
    words: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    angles: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)

    def addresses(self) -> Iterator[Address]:
        """The address in angle brackets, else the bare one; several only when the field is malformed."""
        specs = [s for s in (self.angles or self.bare) if "@" in s]
        words = [w for w in self.words if w.strip() not in self.bare] if self.angles else self.comments
        name = one_line(" ".join(decode_words(w.strip()) for w in words or self.comments)).strip("'\" ")
        return (Address(name, spec) for spec in specs)


def mailboxes(values: Iterable[bytes]) -> tuple[Address, ...]:
    """Every mailbox of the fields as RFC 5322 reads them; groups are opened, repeated addresses kept once."""
    found = (a for value in values for box in _boxes(unfold(value)) for a in box.addresses())
    return _distinct(found)


def every_mailbox(values: Iterable[bytes]) -> tuple[Address, ...]:
    """Every mailbox that any parser could see: those of `mailboxes` first, then what stands elsewhere in the field."""
    texts = [unfold(value) for value in values]
    meant = (a for text in texts for box in _boxes(text) for a in box.addresses())
    hidden = (
        Address("", _normal(s)) for text in texts for s in _COMPLETE.findall(decode_words(_QUOTED.sub(" ", text)))
    )
    doubtful = (Address("", _normal(s)) for text in texts for s in _DOUBTFUL.findall(text))
    return _distinct((*meant, *hidden, *doubtful))


def _distinct(addresses: Iterable[Address]) -> tuple[Address, ...]:
    kept: dict[str, Address] = {}
    for address in addresses:
        kept.setdefault(address.address.lower(), address)
        if len(kept) >= MAIL.addresses:
            break
    return tuple(kept.values())


def _boxes(text: str) -> Iterator[_Mailbox]:
    """Cuts a field at its commas; a group's name before its colon is no mailbox."""
    box, depth, comment = _Mailbox(), 0, ""
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token == "(" or (depth and token != ")"):
            depth += token == "("
            comment += token if depth > 1 or token != "(" else ""
        elif token == ")" and depth:
            depth -= 1
            comment += ")" if depth else ""
            if not depth:
                box.comments.append(comment)
                comment = ""
        elif token in {",", ";"}:
            yield box
            box = _Mailbox()
        elif token == ":" and not box.angles:
            box = _Mailbox()
        else:
            _take(box, token)
    yield box


def _take(box: _Mailbox, token: str) -> None:
    if token[0] == "<":
        inside = _ROUTE.sub("", token.strip("<>")).strip()
        box.angles += [_normal(inside)] if " " not in inside or inside[0] == '"' else map(_normal, _specs(inside))
    elif token[0] == '"':
        box.words.append(_ESCAPED.sub(r"\1", token.strip('"')))
    else:
        if token[0] == "@" and box.words:  # a quoted local part
            box.bare.append(_normal(f'"{box.words.pop()}"{token.split(maxsplit=1)[0]}'))
        box.bare += [_normal(s) for s in _specs(token)]
        box.words.append(token)


def _specs(text: str) -> list[str]:
    return _SPEC.findall(text)


def _normal(spec: str) -> str:
    """An addr-spec without invisible characters, its domain in lower case."""
    local, at, domain = one_line(spec).strip("'").rpartition("@")
    return f"{local}{at}{domain.lower().rstrip('.')}"
