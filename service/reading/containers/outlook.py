"""What Outlook makes of a mail: winmail.dat (TNEF, MS-OXTNEF) and .msg files (MS-OXMSG). Their files are taken out.

Whoever wrote the mail inside is data: it never becomes the sender of the mail that carried it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from service.domain.submission import Problem
from service.reading.charsets import codec_for, decode
from service.reading.containers.members import Budget, Member, Opened, Refused, is_decoration, place_of, refused
from service.reading.limits import CONTAINERS

_TNEF_NOTE = "Outlook专用格式（winmail.dat），本系统无法打开，请以普通附件重新发送"
_MSG_NOTE = "Outlook邮件文件（.msg），本系统无法打开，请以普通附件重新发送"
_KNOWN = frozenset({0x9006, 0x9007, 0x9003, 0x9005})  # version, code page, properties, file: what every one has
_INNER_NOTE = "邮件中所附的Outlook对象，未读取"
_MAIL_INSIDE = "__substg1.0_3701000D"
_MAIL_NAME = "邮件"
_SUBJECT, _BODY, _DISPLAY_NAME = 0x0037, 0x1000, 0x3001

_File = tuple[tuple[str, ...], str, bytes | None]  # folders, name, content or None for what is no file


def open_tnef(content: bytes, budget: Budget) -> Opened:
    """The files of a winmail.dat within the budget. Never raises; without tnefparse, an optional part, it is named."""
    try:
        from tnefparse import TNEF

        found = TNEF(content, do_checksum=False)
        if not any(part.name in _KNOWN for part in found.objects):
            return Opened((), Problem.UNSUPPORTED, _TNEF_NOTE)
        files = list(_of_tnef(found))
    except Exception:  # the parser fails in many ways on what it does not know
        return Opened((), Problem.UNSUPPORTED, _TNEF_NOTE)
    return _members(files, budget)


def _of_tnef(found: Any) -> Iterator[_File]:
    """The files; a mail attached to the mail is a winmail.dat of its own, to be opened in its turn."""
    for attachment in found.attachments:
        folders, name = place_of(_tnef_name(attachment))
        yield folders, name, bytes(attachment.data)


def _tnef_name(attachment: Any) -> str:
    """The long name; the short one is raw bytes in whatever the sender's Windows spoke."""
    from tnefparse import properties

    long = [a.data for a in attachment.mapi_attrs if a.name == properties.MAPI_ATTACH_LONG_FILENAME]
    name = long[0] if long else attachment._name
    text = decode(name, attachment.codepage) if isinstance(name, bytes) else _as_written(str(name), attachment.codepage)
    return text.strip("\0")


def _as_written(text: str, codepage: str | None) -> str:
    """A name that was decoded by a western code page although its bytes are Chinese."""
    if codepage and codec_for(codepage) in {"cp1252", "latin-1"} and not text.isascii():
        try:
            return decode(text.encode(codepage), codepage)
        except UnicodeEncodeError:
            return text
    return text


def open_msg(content: bytes, budget: Budget) -> Opened:
    """The files and the texts of a .msg and of the mails attached to it, within the budget. Never raises."""
    try:
        from oxmsg import Message

        message = Message.load(content)
        texts = [_text_of(message.properties)]
        files = list(_of_msg(message._storage, texts))
    except Exception:  # as above
        return Opened((), Problem.UNSUPPORTED, _MSG_NOTE)
    return _members(files, budget, "\n\n".join(text for text in texts if text))


def _of_msg(storage: Any, texts: list[str], folders: tuple[str, ...] = ()) -> Iterator[_File]:
    """The files of one mail; those of a mail attached to it lie in a folder of its name, its text goes to texts."""
    from oxmsg.attachment import Attachment

    for inner in storage.iter_attachment_storages():
        attachment = Attachment(inner)
        content = attachment.file_bytes
        mail = next((s for s in inner.storages if s.name == _MAIL_INSIDE and _is_mail(s)), None)
        name = attachment.file_name or attachment.properties.str_prop_value(_DISPLAY_NAME) or ""
        if mail is None or len(folders) >= CONTAINERS.mail_depth:
            within, name = place_of(name)
            yield (*folders, *within), name, content
            continue
        _, folder = place_of(name)
        texts.append(_text_of(_properties_inside(mail)))
        yield from _of_msg(mail, texts, (*folders, folder or _MAIL_NAME))


def _is_mail(storage: Any) -> bool:
    """Not so is, for one, a drawing that an editor put into the text."""
    return any(stream.name == "__properties_version1.0" for stream in storage.streams)


def _properties_inside(mail: Any) -> Any:
    """A mail inside another one has a shorter head before its properties (MS-OXMSG section 2.4.1.2)."""
    from oxmsg.properties import Properties

    return Properties(mail, properties_header_offset=24)


def _text_of(properties: Any) -> str:
    try:
        return "\n\n".join(text for pid in (_SUBJECT, _BODY) if (text := properties.str_prop_value(pid)))
    except (UnicodeError, LookupError, AssertionError):
        return ""


def _members(files: list[_File], budget: Budget, text: str = "") -> Opened:
    members: list[Member] = []
    try:
        for folders, name, content in files:
            if is_decoration(folders, name):
                continue
            budget.take_member()
            budget.take(len(content or b""))
            if content is None:
                members.append(Member(folders, name, b"", Problem.UNSUPPORTED, _INNER_NOTE))
            else:
                members.append(Member(folders, name, content))
    except Refused as refusal:
        return replace(refused(members, refusal), text=text)
    return Opened(tuple(members), text=text)
