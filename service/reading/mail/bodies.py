"""Which leaves of a mail are its text, which are files, and what the text says."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.reading.charsets import clean_text, decode
from service.reading.limits import MAIL
from service.reading.mail import html, parameters
from service.reading.mail.quoting import unflow
from service.reading.mail.splitter import Part
from service.reading.mail.transfer import Decoded, undo

_MAGIC = (
    b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0", b"\xff\xd8\xff", b"\x89PNG", b"Rar!", b"7z\xbc\xaf", b"II*\0",
    b"MM\0*",
)  # fmt: skip
_CID_BRACKETS = re.compile(rb"[<>\s]")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part with its transfer encoding undone."""

    part: Part
    position: int  # 1-based, of all leaves
    disposition: parameters.Value
    decoded: Decoded

    @property
    def content(self) -> bytes:
        return self.decoded.content

    @property
    def content_id(self) -> str:
        raw = self.part.header.get(b"content-id") or b""
        return _CID_BRACKETS.sub(b"", raw).decode("ascii", "replace")

    @property
    def is_body(self) -> bool:
        """Text that a mail program would show as the mail itself, not as a file."""
        if self.part.media_type not in {"text/plain", "text/html"} or self.disposition.token == "attachment":
            return False
        names = (self.disposition.get("filename"), self.part.content_type.get("name"))
        return not any(names) and not self.content.startswith(_MAGIC) and not self.part.too_deep

    def text(self) -> str:
        """The body text as a person sees it."""
        if self.part.media_type == "text/html":
            return clean_text(html.to_text(self.markup()))
        label = self.part.content_type.get("charset")
        text = clean_text(decode(self.content[: 4 * MAIL.text_chars], label))
        if (self.part.content_type.get("format") or "").lower() == "flowed":
            delete_space = (self.part.content_type.get("delsp") or "").lower() == "yes"
            return unflow(text, delete_space=delete_space)
        return text

    def markup(self) -> str:
        """The source of an HTML body."""
        label = self.part.content_type.get("charset") or html.declared_charset(self.content)
        return decode(self.content[: 4 * MAIL.text_chars], label)


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a mail, and what its HTML points to."""

    text: str
    targets: tuple[str, ...]  # of links
    pictures: frozenset[str]  # Content-IDs shown inside


def leaf_of(part: Part, position: int) -> Leaf:
    disposition = parameters.parse(part.header.get(b"content-disposition"))
    encoding = part.header.text(b"content-transfer-encoding")
    return Leaf(part, position, disposition, Decoded(part.body) if part.too_deep else undo(part.body, encoding))


def body_of(leaves: Iterable[Leaf]) -> Body:
    """Texts in document order; of alternatives the plain one, unless it says next to nothing."""
    bodies = list(_within_room(leaf for leaf in leaves if leaf.is_body))
    markups = [leaf.markup() for leaf in bodies if leaf.part.media_type == "text/html"]
    text = "\n\n".join(t for t in _chosen(bodies) if t.strip())[: MAIL.text_chars]
    return Body(
        text,
        tuple(target for markup in markups for target in html.links(markup)[:500]),
        frozenset(cid for markup in markups for cid in html.content_ids(markup)),
    )


def _within_room(bodies: Iterable[Leaf]) -> Iterator[Leaf]:
    """As many as can hold what is kept: hundreds of long ones would cost minutes."""
    room = 4 * MAIL.text_chars
    for leaf in bodies:
        if room > 0:
            yield leaf
        room -= len(leaf.content)


def _chosen(bodies: list[Leaf]) -> Iterator[str]:
    texts = [(leaf, leaf.text()) for leaf in bodies]
    groups = _by_alternative(texts)
    for leaf, text in texts:
        members = groups.get(_alternative(leaf), [])
        if not members or _is_preferred(leaf, members):
            yield text


def _alternative(leaf: Leaf) -> int | None:
    """The identity of the innermost multipart/alternative around a leaf."""
    return next((identity for subtype, identity in reversed(leaf.part.above) if subtype == "alternative"), None)


def _by_alternative(texts: list[tuple[Leaf, str]]) -> dict[int | None, list[tuple[Leaf, str]]]:
    groups: dict[int | None, list[tuple[Leaf, str]]] = {}
    for leaf, text in texts:
        if (group := _alternative(leaf)) is not None:
            groups.setdefault(group, []).append((leaf, text))
    return groups


def _is_preferred(leaf: Leaf, members: list[tuple[Leaf, str]]) -> bool:
    """Plain text wins over HTML when it carries at least a fifth of what the HTML shows."""
    plain = sum(len(t.strip()) for m, t in members if m.part.media_type == "text/plain")
    marked = sum(len(t.strip()) for m, t in members if m.part.media_type == "text/html")
    wanted = "text/plain" if plain and plain * 5 >= marked else "text/html"
    return leaf.part.media_type == wanted
