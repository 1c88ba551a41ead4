"""Mails as they were read, kept beside the archive; and files marked where mails are read."""

from dataclasses import dataclass

import structlog

from service.archive import Archive
from service.domain.marking import FileMarks
from service.domain.rules import Rulebook
from service.domain.submission import Submission
from service.reading import READER_VERSION
from service.reading.codec import submission_from_json
from service.reading.sandbox import Reader, ReaderDied

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CachedReading:
    """Readings kept beside the archive: a document is read once per version of reader and reading rules."""

    archive: Archive
    reader: Reader
    version: str

    def __call__(self, sha256: str) -> Submission:
        kept = self.archive.get_reading(sha256, self.version)
        if kept is not None:
            return submission_from_json(kept)
        submission, content = self.reader.read_json(self.archive.path(sha256))
        try:
            self.archive.put_reading(sha256, self.version, content)
        except OSError as error:  # only read once more then
            log.warning("reading not kept", mail=sha256[:12], error=str(error))
        return submission


@dataclass(frozen=True, slots=True)
class Marking:
    """Files that go back with marks, made where the mail is read."""

    archive: Archive
    reader: Reader

    def __call__(self, wanted: FileMarks) -> bytes | None:
        try:
            return self.reader.marked(self.archive.path(wanted.mail), wanted)
        except (ReaderDied, OSError) as error:  # the letter says it all without them
            log.warning("file not marked", mail=wanted.mail[:12], error=str(error))
            return None


def reading_version(book: Rulebook) -> str:
    return f"{READER_VERSION}-{book.reading_version}"
