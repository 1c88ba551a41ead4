"""From the bytes of one mail to its envelope, its text and its files. Knows MIME, knows nothing of forms or letters.

`parse` never raises: whatever is wrong stands in `defects`, or in the problem of one file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from service.domain.mail import Envelope
from service.domain.rules import MailWords
from service.domain.submission import Problem, Report
from service.reading.found import Found
from service.reading.mail.bodies import Body, Leaf, body_of, leaf_of
from service.reading.mail.envelope import envelope_of
from service.reading.mail.links import Link, oversized_links
from service.reading.mail.names import name_beside, name_of
from service.reading.mail.quoting import split_quoted
from service.reading.mail.reports import report_of
from service.reading.mail.second_opinion import more_files
from service.reading.mail.signed import signed_content
from service.reading.mail.splitter import UNCLOSED, Split, split
from service.reading.mail.transfer import Decoded
from service.reading.mail.uuencode import cut_out

__all__ = ["ParsedMail", "parse"]

SIGNED_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNATURES = 3  # inside each other
_FORWARD = re.compile(r"^\s*(?:fwd?|转发|轉寄|转寄|转)\s*[:：]", re.IGNORECASE)
_REPORTS = frozenset({"message/delivery-status", "text/rfc822-headers", "message/disposition-notification"})

_NOT_WHOLE = {  # RFC 2046 section 5.2
    "message/partial": "发件程序把一封邮件拆成了多封发送，这是其中一段，本系统不能拼合",
    "message/external-body": "邮件只写明了文件的存放位置，文件没有随邮件送达",
}


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """One mail taken apart; files have no path yet (their name, or "" when they have none)."""

    envelope: Envelope
    text: str
    quoted: str
    files: tuple[Found, ...]
    links: tuple[Link, ...]
    defects: tuple[str, ...]
    report: Report


def parse(raw: bytes, words: MailWords) -> ParsedMail:
    """Takes one mail apart. Deterministic."""
    tree = _unwrapped(split(raw))
    leaves = [leaf_of(part, n) for n, part in enumerate(tree.parts, 1)]
    leaves, uufiles = _without_uufiles(leaves)
    body = body_of(leaves)
    files = [*_files(leaves, body), *uufiles, *_left_out(tree), *_broken_off(tree, leaves, raw)]
    if tree.structure_is_broken:
        files += more_files(raw, {f.sha256 for f in files})
    envelope = envelope_of(tree.header)
    text, quoted = split_quoted(body.text)
    links = _links(envelope, body, text, words)
    defects = (*tree.defects, *_damages(leaves), *([] if raw.strip() else ["empty mail"]))
    return ParsedMail(envelope, text, quoted, tuple(files), links, tuple(dict.fromkeys(defects)), report_of(leaves))


def _unwrapped(tree: Split) -> Split:
    """A mail that is one opaque signature is what was signed, under its own header."""
    for _ in range(_SIGNATURES):
        if len(tree.parts) != 1 or tree.parts[0].media_type not in SIGNED_TYPES:
            break
        content = signed_content(leaf_of(tree.parts[0], 1).content)
        if not content:
            break
        tree = replace(split(content), header=tree.header)
    return tree


def _files(leaves: list[Leaf], body: Body) -> Iterator[Found]:
    for leaf in leaves:
        if leaf.is_body:
            continue
        media_type = leaf.part.media_type
        if media_type in _REPORTS and leaf.disposition.token != "attachment":
            continue  # the protocol of other machines, nothing a person attached
        shown = bool(leaf.content_id) and leaf.content_id in body.pictures
        inline = shown or (leaf.disposition.token == "inline" and media_type.startswith("image/"))
        name = name_of(leaf.disposition, leaf.part.content_type) or name_beside(leaf.part.header) or ""
        found = Found("", name, leaf.content, media_type, inline=inline)
        yield _with_doubts(found, leaf)


def _with_doubts(found: Found, leaf: Leaf) -> Found:
    if leaf.part.too_deep:
        return replace(found, problem=Problem.REFUSED, note="邮件结构嵌套过深，未再展开")
    if note := _NOT_WHOLE.get(leaf.part.media_type):
        return replace(found, problem=Problem.UNSUPPORTED, note=note)
    return replace(found, damage=leaf.decoded.damage)


def _broken_off(tree: Split, leaves: list[Leaf], raw: bytes) -> Iterator[Found]:
    """What never arrived of a mail that ends inside a file: its sender did attach it."""
    if UNCLOSED not in tree.defects or not leaves or leaves[-1].is_body:
        return
    if leaves[-1].decoded.damage or not raw.endswith((b"\n", b"\r")):
        note = "邮件在传输中断开，其后的内容没有收到"
        yield Found("", "（邮件未传完，其余部分没有收到）", b"", problem=Problem.EMPTY, note=note, size=0)


def _left_out(tree: Split) -> Iterator[Found]:
    if tree.is_cut_short:
        note = "邮件内的部分过多，其余部分未读取"
        yield Found("", "（其余部分）", b"", problem=Problem.REFUSED, note=note, size=0)


def _without_uufiles(leaves: list[Leaf]) -> tuple[list[Leaf], list[Found]]:
    """Bodies without the files uuencoded in them, and these files."""
    kept: list[Leaf] = []
    files: list[Found] = []
    for leaf in leaves:
        rest, inside = cut_out(leaf.content) if leaf.is_body else (leaf.content, ())
        kept.append(replace(leaf, decoded=Decoded(rest, leaf.decoded.damage)) if inside else leaf)
        files += [Found("", f.name, f.decoded.content, "", damage=f.decoded.damage) for f in inside]
    return kept, files


def _damages(leaves: list[Leaf]) -> Iterator[str]:
    for leaf in leaves:
        if leaf.decoded.damage and not leaf.part.too_deep:
            yield f"part {leaf.position}: {leaf.decoded.damage}"


def _links(envelope: Envelope, body: Body, text: str, words: MailWords) -> tuple[Link, ...]:
    """Oversized attachments of this mail; those in quoted text count only when the mail was forwarded to us."""
    if _FORWARD.match(envelope.subject):
        return oversized_links(body.text, body.targets, words)
    own_targets = body.targets if text == body.text.strip() else [t for t in body.targets if t in text]
    return oversized_links(text, own_targets, words)
