"""Whole mails as bytes, the way people's mail programs write them; the same description gives the same bytes."""

import base64
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from html import escape
from io import BytesIO

from service.demo.naming import GB2312_B, GB18030_B, GBK_Q, UTF8_B, Naming, Words, encoded, name_parameters
from service.demo.world import COLLECTION_ADDRESS, MAIL_HOST

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "zip": "application/zip",
    "eml": "message/rfc822",
}


class Client(StrEnum):
    """The programs that write most of the mail; each with its headers, boundaries and charset."""

    QQ = "QQMail"
    FOXMAIL = "Foxmail"
    COREMAIL = "Coremail"  # 163, 126 and most universities
    OUTLOOK = "Outlook"
    PLAIN = "plain"


_WORDS: Mapping[Client, Words] = {
    Client.QQ: GB18030_B,
    Client.FOXMAIL: GB2312_B,
    Client.COREMAIL: GBK_Q,
    Client.OUTLOOK: UTF8_B,
    Client.PLAIN: UTF8_B,
}


@dataclass(frozen=True, slots=True)
class File:
    """An attachment. content_id makes it a picture inside the body."""

    name: str
    content: bytes = field(repr=False)
    naming: Naming | None = None  # None: as the client does
    words: Words | None = None
    content_id: str | None = None

    @property
    def media_type(self) -> str:
        """By its name, as mail programs decide it."""
        return _TYPES.get(self.name.rpartition(".")[2].lower(), "application/octet-stream")


@dataclass(frozen=True, slots=True)
class Mail:
    """Everything that makes a mail. Defaults give a plain, correct one."""

    sender: str
    subject: str
    text: str
    date: datetime
    files: tuple[File, ...] = ()
    sender_name: str = ""
    to: str = COLLECTION_ADDRESS
    client: Client = Client.QQ
    words: Words | None = None  # None: as the client does
    signature: str = ""
    html: bool = True
    quoted: str = ""  # the mail this one answers, as its program quotes it
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    reply_to: str | None = None
    headers: tuple[tuple[str, str], ...] = ()  # further fields, ASCII
    message_id: str | None = None
    authentication: str | None = None  # what our own server stamped: "spf=pass smtp.mailfrom=…; dmarc=pass …"
    delay: timedelta = timedelta(seconds=20)  # from being written to our server's Received field

    @property
    def received(self) -> datetime:
        return self.date + self.delay


@dataclass(frozen=True, slots=True)
class Part:
    """One MIME entity: its header fields, without the transfer encoding, and its bytes."""

    headers: tuple[bytes, ...]
    content: bytes = field(repr=False)
    encode: bool = True  # base64


def make_mail(mail: Mail) -> bytes:
    """The bytes of a mail."""
    token = hashlib.sha256(f"{mail.sender}{mail.subject}{mail.date}{mail.text}".encode()).hexdigest()
    body = _body(mail, token)
    if mail.files:
        body = multipart(
            "mixed", [body, *(_file_part(mail, file) for file in _attached(mail))], token[:16], mail.client
        )
    return b"\r\n".join([*_trace(mail, token), *_fields(mail, token), *_rendered_headers(body), b"", _rendered(body)])


def multipart(kind: str, parts: Sequence[Part], token: str, client: Client = Client.PLAIN, more: bytes = b"") -> Part:
    """Parts joined by a boundary of the client's style. more: further parameters of the content type."""
    boundary = _boundary(client, f"{kind}{token}")
    pieces = [b"This is a multi-part message in MIME format.", b""]
    for part in parts:
        pieces += [b"--" + boundary, *_rendered_headers(part), b"", _rendered(part)]
    pieces += [b"--" + boundary + b"--", b""]
    header = b'Content-Type: multipart/%s%s;\r\n\tboundary="%s"' % (kind.encode(), more, boundary)
    return Part((header,), b"\r\n".join(pieces), encode=False)


def text_part(text: str, charset: str = "utf-8", kind: str = "plain") -> Part:
    return Part((f'Content-Type: text/{kind}; charset="{charset}"'.encode(),), text.encode(charset, "replace"))


def gbk_zip(files: Mapping[str, bytes]) -> bytes:
    """A ZIP as Chinese Windows programs write it: names in GBK, without the UTF-8 flag."""
    out = BytesIO()
    stand_ins: dict[bytes, bytes] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for i, (name, content) in enumerate(files.items()):
            raw = name.encode("gbk")
            stand_in = f"#{i:02}#".ljust(len(raw), "~")[: len(raw)]
            stand_ins[stand_in.encode()] = raw
            archive.writestr(zipfile.ZipInfo(stand_in, (2020, 3, 19, 16, 0, 0)), content, zipfile.ZIP_DEFLATED)
    content = out.getvalue()
    for stand_in_bytes, raw in stand_ins.items():
        content = content.replace(stand_in_bytes, raw)
    return content


def plain_zip(files: Mapping[str, bytes]) -> bytes:
    """A ZIP with flagged UTF-8 names."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 3, 19, 16, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _body(mail: Mail, token: str) -> Part:
    charset = "gb18030" if mail.client is Client.FOXMAIL else _words(mail).charset
    shown = "\n\n".join(part for part in (mail.text, mail.signature, mail.quoted) if part)
    if not mail.html:
        return text_part(shown, charset)
    inline = [file for file in mail.files if file.content_id]
    pictures = "".join(f'<p><img src="cid:{file.content_id}"></p>' for file in inline)
    page = f"<html><body><div>{escape(shown).replace(chr(10), '<br>')}</div>{pictures}</body></html>"
    both = multipart(
        "alternative", [text_part(shown, charset), text_part(page, charset, "html")], token[16:32], mail.client
    )
    if not inline:
        return both
    return multipart("related", [both, *(_file_part(mail, file) for file in inline)], token[32:48], mail.client)


def _attached(mail: Mail) -> list[File]:
    return [file for file in mail.files if not (file.content_id and mail.html)]


def _file_part(mail: Mail, file: File) -> Part:
    naming = file.naming or (Naming.RFC2231 if mail.client is Client.PLAIN else Naming.QUOTED_WORD)
    for_type, for_disposition = name_parameters(file.name, naming, file.words or _words(mail))
    headers = [b"Content-Type: " + file.media_type.encode() + for_type]
    kind = b"inline" if file.content_id else b"attachment"
    if naming is not Naming.TYPE_ONLY:
        headers.append(b"Content-Disposition: " + kind + for_disposition)
    if file.content_id:
        headers.append(f"Content-ID: <{file.content_id}>".encode())
    return Part(tuple(headers), file.content, encode=file.media_type != "message/rfc822")


def _words(mail: Mail) -> Words:
    return mail.words or _WORDS[mail.client]


def _trace(mail: Mail, token: str) -> list[bytes]:
    """What our own server wrote on arrival."""
    domain = mail.sender.rpartition("@")[2]
    stamp = format_datetime(mail.received)
    lines = []
    if mail.authentication is not None:
        lines.append(f"Authentication-Results: {MAIL_HOST};\r\n\t{mail.authentication}".encode())
    received = f"Received: from mail.{domain} (unknown [192.0.2.25])\r\n\tby {MAIL_HOST} with ESMTP id {token[:12]}"
    return [*lines, f"{received}\r\n\tfor <{mail.to}>; {stamp}".encode()]


def _fields(mail: Mail, token: str) -> list[bytes]:
    words = _words(mail)
    fields = [
        b"From: " + _from(mail, words),
        b"To: " + mail.to.encode(),
        b"Subject: " + encoded(mail.subject, words),
        f"Date: {format_datetime(mail.date)}".encode(),
        f"Message-ID: {mail.message_id or _message_id(mail, token)}".encode(),
        b"MIME-Version: 1.0",
    ]
    if mail.reply_to:
        fields.append(f"Reply-To: {mail.reply_to}".encode())
    if mail.in_reply_to:
        fields.append(f"In-Reply-To: {mail.in_reply_to}".encode())
    if mail.references:
        fields.append(f"References: {' '.join(mail.references)}".encode())
    fields += [f"{name}: {value}".encode() for name, value in (*_fingerprint(mail, token), *mail.headers)]
    return fields


def _from(mail: Mail, words: Words) -> bytes:
    if not mail.sender_name:
        return mail.sender.encode()
    name = encoded(mail.sender_name, words)
    if mail.client is Client.QQ or words.encoding == "raw":
        name = b'"' + name + b'"'
    return name + b" <" + mail.sender.encode() + b">"


def _message_id(mail: Mail, token: str) -> str:
    local, _, domain = mail.sender.rpartition("@")
    return {
        Client.QQ: f"<tencent_{token[:24].upper()}@{domain}>",
        Client.COREMAIL: f"<{token[:8]}.{token[8:12]}.{token[12:23]}.Coremail.{local}@{domain}>",
        Client.FOXMAIL: f"<{mail.date:%Y%m%d%H%M%S}{token[:8]}@{domain}>",
    }.get(mail.client, f"<{token[:20]}@{domain}>")


def _fingerprint(mail: Mail, token: str) -> tuple[tuple[str, str], ...]:
    attached = "yes" if mail.files else "no"
    return {
        Client.QQ: (("X-QQ-MIME", "TCMime 1.0 by Tencent"), ("X-Mailer", "QQMail 2.x"), ("X-QQ-mid", token[:12])),
        Client.FOXMAIL: (("X-Mailer", "Foxmail 7.2.15.80[cn]"), ("X-Has-Attach", attached), ("X-GUID", token[:32])),
        Client.COREMAIL: (
            ("X-Mailer", "Coremail Webmail Server Version XT5.0.10 build 20190610"),
            ("X-CM-TRANSID", token[:20]),
            ("X-Coremail-Antispam", f"1Uf129KBj{token[:12]}"),
        ),
        Client.OUTLOOK: (("X-Mailer", "Microsoft Outlook 16.0"),),
    }.get(mail.client, ())


def _boundary(client: Client, seed: str) -> bytes:
    code = hashlib.sha256(seed.encode()).hexdigest().upper()
    number = int(code[:8], 16)
    return {
        Client.QQ: f"----=_NextPart_{code[:8]}_{code[8:16]}_{code[16:24]}",
        Client.FOXMAIL: f"----=_001_NextPart{number}_=----",
        Client.COREMAIL: f"----=_Part_{number}_{number % 99991}.1584666000000",
    }.get(client, f"=_{code[:28]}").encode()


def _rendered_headers(part: Part) -> list[bytes]:
    return [*part.headers, b"Content-Transfer-Encoding: base64"] if part.encode else list(part.headers)


def _rendered(part: Part) -> bytes:
    if not part.encode:
        return part.content
    return base64.encodebytes(part.content).replace(b"\n", b"\r\n")
