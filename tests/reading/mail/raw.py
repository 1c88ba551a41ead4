"""Mails written out byte by byte, because the interesting ones no library would build."""

import base64
from collections.abc import Iterable

from service.domain.rules import MailWords

WORDS = MailWords(
    free_mail=frozenset({"qq.example"}),
    subject_prefixes=(r"^(?:re|fw|回复|转发)[:：]",),
    submitting_words=("征集表",),
    auto_reply_subjects=("自动回复",),
    auto_reply_phrases=(),
    bounce_local_parts=("postmaster",),
    bounce_subjects=("系统退信",),
    bounce_phrases=(),
    receipt_subjects=("已读:",),
    link_patterns=(r"https?://mail\.qq\.com/(?:cgi-bin/ftnExs_download|ftn/download)\?", r"https?://pan\.baidu\.com/"),
    link_marks=("从QQ邮箱发来的超大附件", "进入下载页面"),
)
PDF = b"%PDF-1.4\n" + b"1 0 obj\n" * 40
HEAD = b"From: <zs@kyc.example>\r\nSubject: x\r\nMIME-Version: 1.0\r\n"


def mail(*fields: bytes, body: bytes = b"") -> bytes:
    """A mail of these header lines and this body."""
    return b"\r\n".join([*fields, b"", body])


def part(*fields: bytes, body: bytes) -> bytes:
    return b"\r\n".join([*fields, b"", body])


def attachment(
    content: bytes, *, disposition: bytes = b"attachment", kind: bytes = b"application/octet-stream"
) -> bytes:
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n").rstrip()
    fields = [b"Content-Type: " + kind, b"Content-Transfer-Encoding: base64"]
    if disposition:
        fields.append(b"Content-Disposition: " + disposition)
    return part(*fields, body=encoded)


def mixed(parts: Iterable[bytes], *, boundary: bytes = b"=_b1", close: bool = True, head: bytes = HEAD) -> bytes:
    """A multipart/mixed mail."""
    body = b"".join(b"--" + boundary + b"\r\n" + p + b"\r\n" for p in parts)
    end = b"--" + boundary + b"--\r\n" if close else b""
    return head + b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n' + body + end


def text(content: str, charset: str = "utf-8", label: str | None = None) -> bytes:
    kind = f"text/plain; charset={label or charset}".encode()
    return part(b"Content-Type: " + kind, b"Content-Transfer-Encoding: 8bit", body=content.encode(charset))
