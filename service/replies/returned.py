"""The submitter's own files that go back with a correction request: which cells are marked, and under which names."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from service.domain.judgement import Decision, Finding, Judgement, Letter, Severity
from service.domain.marking import CellMark, FileMarks, Pen
from service.typesetting.papers import OutgoingFile
from service.typesetting.text import one_line

Mark = Callable[[FileMarks], bytes | None]
"""A file with its marks; None when it cannot be marked."""

_FILE_BYTES: Final = 5 << 20
_ALL_BYTES: Final = 10 << 20
_OCTETS: Final = "application/octet-stream"
_MEDIA_TYPES: Final = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".docm": "application/vnd.ms-word.document.macroEnabled.12",
}


@dataclass(frozen=True, slots=True)
class Returned:
    """A file that goes back: where it lay in the mail, and the same with its marks."""

    attachment: str
    file: OutgoingFile


def returned_files(judgement: Judgement, mark: Mark, pen: Pen, suffix: str) -> tuple[Returned, ...]:
    """The marked files of a correction request, each named as it came with suffix before its extension, once."""
    made: list[Returned] = []
    left = _ALL_BYTES
    for wanted in wanted_marks(judgement, pen):
        content = mark(wanted)
        if content is None or len(content) > min(_FILE_BYTES, left):
            continue
        left -= len(content)
        name = PurePosixPath(one_line(PurePosixPath(wanted.attachment).name))
        media_type = _MEDIA_TYPES.get(name.suffix.lower(), _OCTETS)
        made.append(
            Returned(
                wanted.attachment,
                OutgoingFile(f"{name.stem.removesuffix(suffix)}{suffix}{name.suffix}", media_type, content),
            )
        )
    return tuple(made)


def wanted_marks(judgement: Judgement, pen: Pen) -> tuple[FileMarks, ...]:
    """The cells that a correction request speaks of, by file."""
    decision, dossier = judgement.decision, judgement.dossier
    if decision.reply is None or decision.reply.letter is not Letter.CORRECTION:
        return ()
    mails = {table.attachment: mail for table, mail in zip(dossier.tables, dossier.table_mails, strict=True)}
    marks: dict[str, list[CellMark]] = {}
    for finding in cell_findings(decision):
        assert finding.place.attachment is not None
        text = f"{one_line(finding.message)} [{finding.code}]"
        mark = CellMark(finding.place.sheet or "", finding.place.cell or "", text)
        marks.setdefault(finding.place.attachment, []).append(mark)
    own = dossier.submission.sha256
    return tuple(FileMarks(mails.get(path, own), path, tuple(found), pen) for path, found in marks.items())


def cell_findings(decision: Decision) -> Iterator[Finding]:
    """What the submitter is asked to correct in a cell of a file."""
    asked = decision.of_severity(Severity.CORRECT)
    return (finding for finding in asked if finding.place.attachment and finding.place.cell)


def are_all_marked(decision: Decision, returned: Sequence[Returned]) -> bool:
    """True when every cell in question is marked in a file that goes back."""
    done = {file.attachment for file in returned}
    return all(finding.place.attachment in done for finding in cell_findings(decision))
