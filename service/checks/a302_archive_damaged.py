"""A302: an archive is damaged, or a file of no known purpose that may hold what is missing cannot be read.

Asks for a damaged archive again and names what is missing. A person decides instead when letter and all tables are
there without it, when the archive is of a kind that this installation cannot open, and about every file that is no
archive.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route, Severity
from service.domain.rules import Rulebook
from service.domain.submission import Attachment, Problem, Role

CODE = "A302"
EXPLANATION = """
压缩包损坏、打不开时，请来件单位重发或直接附上文件。
应报材料已经齐全的，或压缩包完好、只是本系统打不开这种格式的，交工作人员处理。
还缺应报材料，而来件中有读不出、又没有别的检查指出的文件时，也交工作人员查看。
"""
SENTENCES: Sentences = {
    "default": (), "missing": (), "partly": (), "partly_missing": (), "unsupported": (), "unread": (),
}  # fmt: skip
_UNREAD = frozenset({Problem.DAMAGED, Problem.UNREADABLE_TEXT, Problem.UNSUPPORTED})
_OWN_ROLES = frozenset({Role.CONTAINER, Role.UNREADABLE, Role.SUPPORTING})  # others have checks of their own


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    missing = pieces.missing(dossier, rulebook)
    whole = pieces.is_whole(dossier, rulebook)
    for attachment in dossier.submission.attachments:
        if attachment.role is Role.CONTAINER and attachment.problem is Problem.DAMAGED:
            variant = "_".join(["partly"] * _was_read(attachment, dossier) + ["missing"] * bool(missing)) or "default"
            yield Seen(pieces.in_file(attachment), variant, missing=missing, soften=Severity.STAFF if whole else None)
        elif attachment.problem is Problem.UNSUPPORTED and _may_be_archive(attachment):
            yield Seen(pieces.in_file(attachment), "unsupported", soften=Severity.REMARK if whole else Severity.STAFF)
        elif _may_hold(attachment, missing):
            yield Seen(pieces.in_file(attachment), "unread", missing=missing, soften=Severity.STAFF)


def _was_read(archive: Attachment, dossier: Dossier) -> bool:
    """Whether some of its files could be had."""
    return any(a.path.startswith(f"{archive.path}/") for a in dossier.submission.attachments)


def _may_be_archive(attachment: Attachment) -> bool:
    both = pieces.could_hold(attachment) == {pieces.LETTER, pieces.FORM}
    return attachment.role is Role.CONTAINER or (attachment.role is Role.UNREADABLE and both)


def _may_hold(attachment: Attachment, missing: tuple[str, ...]) -> bool:
    """Whether a piece that nobody asks for, because it may lie in this file, would otherwise be forgotten."""
    if attachment.problem not in _UNREAD or attachment.role not in _OWN_ROLES:
        return False
    named_elsewhere = pieces.is_picture(attachment) or pieces.is_meant_as_form(attachment)
    return not named_elsewhere and not pieces.could_hold(attachment).isdisjoint(missing)
