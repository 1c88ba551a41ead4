"""Opens containers: archives, packed files, Outlook's formats and nested mails, at any depth within the limits.

`unpack` keeps the mail's order, gives every file its unique path, and never raises. Office files are zip inside but
no containers. Kinds that this installation cannot open are named as such, so that nobody is told "missing".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from service.domain.rules import MailWords
from service.domain.submission import Problem
from service.reading import sniff
from service.reading.containers.members import Budget
from service.reading.containers.opening import OPENERS, Packed, open_volumes
from service.reading.containers.volumes import brought_together
from service.reading.found import Found, Paths, extension_of, safe_name
from service.reading.limits import CONTAINERS
from service.reading.mail import ParsedMail, parse
from service.reading.mail.oldcodes import from_old_code
from service.reading.mail.signed import signed_content
from service.reading.watch import GIVEN_UP, Unwatched, Watch

__all__ = ["DETACHED_SIGNATURES", "Unpacked", "unpack"]

_OLD_CODES = frozenset({sniff.BINHEX, sniff.YENC, sniff.APPLE_SINGLE})
_OLD_CODE = "附件用旧式编码（BinHex、yEnc、AppleSingle）发送，内容不完整，无法打开，请以普通附件重新发送"
_ENCRYPTED = "数字签名或加密邮件（p7m），本系统无法打开，请以普通附件重新发送"
_PGP = "加密邮件（PGP），本系统无法打开，请以普通附件重新发送"
DETACHED_SIGNATURES = frozenset(
    {
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
        "application/pgp-encrypted",  # only says that the next part is
    }
)
_MAIL_TYPES = frozenset({sniff.MAIL, "message/global"})


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Every file of a mail at any depth, containers before their members; the mails inside; defects."""

    files: tuple[Found, ...]
    texts: tuple[str, ...] = ()
    mails: tuple[tuple[str, ParsedMail], ...] = ()  # path of each nested mail and what it holds
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Task:
    found: Found
    folder: str  # path of the container it lies in, "" at the top
    position: int
    archives: int = 0  # archives above it
    mails: int = 0  # mails above it


def _tasks(files: Sequence[Found], folder: str = "", archives: int = 0, mails: int = 0) -> list[_Task]:
    return [_Task(found, folder, n, archives, mails) for n, found in enumerate(brought_together(files), 1)]


class _Unpacker:
    def __init__(self, words: MailWords, passwords: Sequence[str], watch: Watch) -> None:
        self.watch = watch
        self.words = words
        self.passwords = passwords
        self.budget = Budget()
        self.paths = Paths()
        self.files: list[Found] = []
        self.texts: list[str] = []
        self.mails: list[tuple[str, ParsedMail]] = []
        self.defects: list[str] = []

    def run(self, files: Iterable[Found]) -> Unpacked:
        stack = _tasks([*files])[::-1]
        while stack:
            stack += reversed(self.visit(stack.pop()))
        return Unpacked(tuple(self.files), tuple(self.texts), tuple(self.mails), tuple(self.defects))

    def visit(self, task: _Task) -> list[_Task]:
        """Notes a file under its path, and returns what lies inside it."""
        kind = _kind(task.found)
        found = self.placed(task, kind)
        if found.problem is not None or found.is_container:
            self.files.append(found)
            return []
        if kind == sniff.PGP:
            self.files.append(replace(found, is_container=True, problem=Problem.UNSUPPORTED, note=_PGP))
            return []
        if kind in _OLD_CODES:
            return self.open_old_code(task, found)
        if kind == sniff.SIGNED:
            return self.open_signed(task, found)
        if kind == sniff.MAIL:
            return self.open_mail(task, found)
        if kind in OPENERS or found.volumes is not None:
            return self.open_archive(task, found, kind)
        self.files.append(found)
        return []

    def placed(self, task: _Task, kind: str) -> Found:
        name = task.found.name or _stable_name(task.position, kind, task.found.declared)
        inside = "/".join(step for step in (task.folder, task.found.path, name) if step)
        return replace(task.found, name=name, path=self.paths.unique(inside), media_type=kind)

    def open_archive(self, task: _Task, found: Found, kind: str) -> list[_Task]:
        if task.archives >= CONTAINERS.depth:
            note = f"压缩包嵌套超过{CONTAINERS.depth}层，未展开"
            self.files.append(replace(found, is_container=True, problem=Problem.REFUSED, note=note))
            return []
        sha256 = found.sha256
        if self.watch.gives_up(sha256):
            self.files.append(replace(found, is_container=True, problem=Problem.UNSUPPORTED, note=GIVEN_UP))
            return []
        with self.watch.over(sha256):
            packed = Packed(found.content, found.name, kind, self.budget, self.passwords)
            opened = open_volumes(found.volumes, packed) if found.volumes else OPENERS[kind](packed)
        self.files.append(replace(found, is_container=True, problem=opened.problem, note=opened.note))
        if opened.text:
            self.texts.append(opened.text)
        inner = [
            Found("/".join(m.folders), m.name, m.content, problem=m.problem, note=m.note, size=m.size)
            for m in opened.members
        ]
        return _tasks(inner, found.path, task.archives + 1, task.mails)

    def open_old_code(self, task: _Task, found: Found) -> list[_Task]:
        whole = from_old_code(found.content) if task.archives < CONTAINERS.depth else None
        if whole is None:
            self.files.append(replace(found, is_container=True, problem=Problem.UNSUPPORTED, note=_OLD_CODE))
            return []
        self.files.append(replace(found, is_container=True))
        return [_Task(Found("", whole.name, whole.content), found.path, 1, task.archives + 1, task.mails)]

    def open_signed(self, task: _Task, found: Found) -> list[_Task]:
        """What was signed: the rest of a mail, or a file that bears its own name with .p7m behind it."""
        content = signed_content(found.content) if task.archives < CONTAINERS.depth else None
        if not content:
            self.files.append(replace(found, is_container=True, problem=Problem.UNSUPPORTED, note=_ENCRYPTED))
            return []
        self.files.append(replace(found, is_container=True))
        if sniff.media_type(content) in {sniff.TEXT, sniff.MAIL}:
            inner = Found("", "", content, sniff.MAIL)
        else:
            inner = Found("", found.name.removesuffix(".p7m"), content)
        return [_Task(inner, found.path, 1, task.archives + 1, task.mails)]

    def open_mail(self, task: _Task, found: Found) -> list[_Task]:
        if task.mails >= CONTAINERS.mail_depth:
            note = f"邮件嵌套超过{CONTAINERS.mail_depth}层，未展开"
            self.files.append(replace(found, is_container=True, problem=Problem.REFUSED, note=note))
            return []
        if len(self.mails) >= CONTAINERS.mails:
            note = f"邮件内含邮件超过{CONTAINERS.mails}封，其余未展开"
            self.files.append(replace(found, is_container=True, problem=Problem.REFUSED, note=note))
            return []
        mail = parse(found.content, self.words)
        self.files.append(replace(found, is_container=True))
        self.texts.append("\n\n".join(t for t in (mail.envelope.subject, mail.text, mail.quoted) if t))
        self.mails.append((found.path, mail))
        self.defects += [f"{found.path}: {d}" for d in mail.defects]
        return _tasks(mail.files, found.path, task.archives, task.mails + 1)


def unpack(
    files: Iterable[Found], words: MailWords, passwords: Sequence[str] = (), watch: Watch | None = None
) -> Unpacked:
    """All files of a mail with their paths. Never raises. passwords: as the mail states them."""
    return _Unpacker(words, passwords, watch or Unwatched()).run(files)


def _kind(found: Found) -> str:
    """The container's kind by content; a part that its sender labels as a mail is one although it looks like text."""
    if found.declared in _MAIL_TYPES and found.content:
        return sniff.MAIL
    if found.declared in DETACHED_SIGNATURES:
        return sniff.UNKNOWN
    return sniff.media_type(found.content, found.name)


def _stable_name(position: int, kind: str, declared: str) -> str:
    """A name for what has none: the same for the same mail, with the extension of what it is."""
    if kind == sniff.MAIL:
        return f"邮件{position}.eml"
    known = sniff.EXTENSIONS.get(kind) or sniff.EXTENSIONS.get(declared)
    extension = known or extension_of(safe_name(declared.replace("/", "."))) or "bin"
    return f"未命名附件{position}.{extension}"
