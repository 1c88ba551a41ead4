"""What Outlook makes of a mail: winmail.dat (TNEF, MS-OXTNEF) and .msg files (MS-OXMSG). Their files are taken out.

Whoever wrote the mail inside is data: it never becomes the sender of the mail that carried it.
"""

from collections.abc import Iterator
from typing import Any

from service.domain.submission import Problem
from service.reading.containers.members import Budget, Member, Opened, Refused, decode_name, is_decoration, place_of

_TNEF_NOTE = "Outlook专用格式（winmail.dat），本系统无法打开，请以普通附件重新发送"
_MSG_NOTE = "Outlook邮件文件（.msg），本系统无法打开，请以普通附件重新发送"
_KNOWN = frozenset({0x9006, 0x9007, 0x9003, 0x9005})  # version, code page, properties, file: what every one has
_INNER_NOTE = "邮件中所附的Outlook邮件，未读取"


def open_tnef(content: bytes, budget: Budget) -> Opened:
    """The files of a winmail.dat within the budget. Never raises; without tnefparse, an optional part, it is named."""
    try:
        from tnefparse import TNEF

        found = TNEF(content, do_checksum=False)
        if not any(part.name in _KNOWN for part in found.objects):
            return Opened((), Problem.UNSUPPORTED, _TNEF_NOTE)
        parts = list(_of_tnef(found))
    except Exception:  # the parser fails in many ways on what it does not know
        return Opened((), Problem.UNSUPPORTED, _TNEF_NOTE)
    return _members(parts, budget)


def _of_tnef(found: Any, depth: int = 0) -> Iterator[tuple[str, bytes | None]]:
    for attachment in found.attachments:
        inner = getattr(attachment, "embed", None)
        if inner is not None and depth < 2:
            yield from _of_tnef(inner, depth + 1)
        else:
            yield _tnef_name(attachment), bytes(attachment.data)


def _tnef_name(attachment: Any) -> str:
    """The long name; the short one is raw bytes in whatever the sender's Windows spoke."""
    from tnefparse import properties

    long = [a.data for a in attachment.mapi_attrs if a.name == properties.MAPI_ATTACH_LONG_FILENAME]
    name = long[0] if long else attachment._name
    text = decode_name(name) if isinstance(name, bytes) else _as_written(str(name), attachment.codepage)
    return text.strip("\0")


def _as_written(text: str, codepage: str | None) -> str:
    """A name that was decoded by a western code page although its bytes are Chinese."""
    if codepage and codepage.lower() in ("cp1252", "iso-8859-1", "latin-1") and not text.isascii():
        try:
            return decode_name(text.encode(codepage))
        except UnicodeEncodeError:
            return text
    return text


def open_msg(content: bytes, budget: Budget) -> Opened:
    """The files and the text of a .msg within the budget. Never raises."""
    try:
        from oxmsg import Message

        message = Message.load(content)
        parts = [(a.file_name or "", a.file_bytes) for a in message.attachments]
        text = _text_of(message)
    except Exception:  # as above
        return Opened((), Problem.UNSUPPORTED, _MSG_NOTE)
    return _members(parts, budget, text)


def _text_of(message: Any) -> str:
    try:
        return "\n\n".join(part for part in (message.subject, message.body) if part)
    except (UnicodeError, LookupError, KeyError, AssertionError):
        return ""


def _members(parts: list[tuple[str, bytes | None]], budget: Budget, text: str = "") -> Opened:
    members: list[Member] = []
    try:
        for path, content in parts:
            folders, name = place_of(path)
            if is_decoration(folders, name):
                continue
            budget.take_member()
            budget.take(len(content or b""))
            if content is None:
                members.append(Member(folders, name, b"", Problem.UNSUPPORTED, _INNER_NOTE))
            else:
                members.append(Member(folders, name, content))
    except Refused as refusal:
        return Opened(tuple(members), Problem.REFUSED, str(refusal), text)
    return Opened(tuple(members), text=text)
