"""The only place that builds adapters: from settings to the parts that work together."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import SecretStr

from service import rulebook
from service.archive import Archive
from service.backup import Manifest, marker
from service.bench import FINDINGS, Clock, letters_for, now, own_addresses, sender_of, trusted_servers
from service.checks.wording import load_wording
from service.domain.mail import Address
from service.domain.marking import FileMarks
from service.domain.rules import Rulebook
from service.domain.submission import Submission
from service.errors import DatabaseUnusable, RulesInvalid
from service.folders import Seen, seen_of
from service.keeping import KeptRules
from service.mailbox import Mailbox, MailboxSettings
from service.parts import Parts, Rules
from service.reading import READER_VERSION
from service.reading.codec import submission_from_json
from service.reading.sandbox import Reader, ReaderDied
from service.records.engine import open_engine
from service.records.files import database_file
from service.records.past import PastMail, past_mails
from service.records.store import LAST_BACKUP, Records
from service.records.views import Views
from service.replies.rendering import Letters
from service.replies.smtp import Submitter
from service.replies.smtp_connection import SmtpSettings
from service.sending import Patient
from service.settings import MailboxSection, Settings
from service.trial import Readings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """What commands that look at the records need."""

    settings: Settings
    records: Records
    views: Views
    rulebook: Rulebook
    letters: Letters
    sender: Address
    key: bytes
    now: Clock


@contextmanager
def open_desk(settings: Settings, clock: Clock = now) -> Iterator[Desk]:
    """The records, opened beside a running service. Raises DatabaseUnusable, as the service does."""
    refuse_a_lost_database(settings, Archive(settings.data_dir / "archive"))
    records = Records(open_engine(settings.database_url))
    try:
        yield Desk(
            settings,
            records,
            Views(records.engine),
            rules_in_force(settings)[1],
            letters_for(settings),
            sender_of(settings),
            signing_key(settings.data_dir),
            clock,
        )
    finally:
        records.engine.dispose()


def desk_of(service: "Service") -> Desk:
    """A running service's own desk."""
    parts = service.parts
    return Desk(
        service.settings,
        parts.records,
        Views(parts.records.engine),
        parts.rules.rulebook,
        parts.letters,
        parts.sender,
        parts.key,
        parts.now,
    )


@dataclass(slots=True)
class Service:
    """A whole service: its parts and the mailboxes it polls. Its rules may change between two mails, see
    `service.reloading`: who wants a part asks for it anew each time."""

    settings: Settings
    parts: Parts
    mailboxes: tuple[Mailbox, ...]
    reader: Reader
    kept: KeptRules
    in_force: Path  # where the rules were read at the start
    before: Path | None  # the rules that were in force when the service ran last
    loaded_from: Seen | None  # how the folders looked then; None: a kept copy is in force, for the folder is broken


@contextmanager
def open_service(settings: Settings, clock: Clock = now) -> Iterator[Service]:
    """Everything a poll needs. The caller holds the data folder's lock.

    Raises RulesInvalid when the rules are broken and none were ever in force here.
    """
    seen, kept = seen_of(settings), _kept_rules(settings)
    in_force, book = rules_in_force(settings)
    before = kept.last()
    letters = letters_for(settings)
    wording = load_wording(settings.templates_dir / FINDINGS)
    archive = Archive(settings.data_dir / "archive")
    refuse_a_lost_database(settings, archive)
    records = Records(open_engine(settings.database_url))
    if in_force == settings.rules_dir:
        kept.keep(in_force, book)
    else:
        log.error("rules broken, the last good ones are in force", kept=in_force.name)
    agent = Submitter(smtp_settings(settings)) if settings.smtp else None
    mailboxes = tuple(Mailbox(mailbox_settings(settings, m)) for m in settings.mailboxes)
    with Reader(book, scratch=settings.data_dir / "scratch") as reader:
        rules = Rules(book, wording, own_addresses(settings), trusted_servers(settings))
        parts = _parts(settings, records, reader, rules, letters, Patient(agent) if agent else None, clock)
        try:
            loaded_from = seen if in_force == settings.rules_dir else None
            yield Service(settings, parts, mailboxes, reader, kept, in_force, before, loaded_from)
        finally:
            for mailbox in mailboxes:
                mailbox.close()
            if agent is not None:
                agent.close()
            records.engine.dispose()


@contextmanager
def open_workshop(settings: Settings, database_url: str, clock: Clock = now) -> Iterator[Parts]:
    """The parts that judge and record, over a database of their own: nothing is fetched and nothing sent. The caller
    holds the data folder's lock."""
    book, letters = rules_in_force(settings)[1], letters_for(settings)
    wording = load_wording(settings.templates_dir / FINDINGS)
    rules = Rules(book, wording, own_addresses(settings), trusted_servers(settings))
    records = Records(open_engine(database_url))
    try:
        with Reader(book, scratch=settings.data_dir / "scratch") as reader:
            yield _parts(settings, records, reader, rules, letters, None, clock)
    finally:
        records.engine.dispose()


def _parts(
    settings: Settings,
    records: Records,
    reader: Reader,
    rules: Rules,
    letters: Letters,
    agent: Patient | None,
    clock: Clock,
) -> Parts:
    archive = Archive(settings.data_dir / "archive")
    return Parts(
        archive=archive,
        records=records,
        read=CachedReading(archive, reader, _reading_version(rules.rulebook)),
        mark=Marking(archive, reader),
        rules=rules,
        letters=letters,
        agent=agent,
        sender=sender_of(settings),
        drafts=settings.drafts,
        key=signing_key(settings.data_dir),
        now=clock,
    )


def note_backup(settings: Settings, manifest: Manifest, folder: Path) -> None:
    """Keep in the records that a backup was made, for `doctor`."""
    engine = open_engine(settings.database_url)
    try:
        Records(engine).set_note(LAST_BACKUP, f"{manifest.made} {folder}")
    finally:
        engine.dispose()


def rules_in_force(settings: Settings) -> tuple[Path, Rulebook]:
    """The rules folder as it is, else the last good rules that were in force here, and where they lie.

    Raises RulesInvalid when the folder is broken and nothing good was kept.
    """
    own = own_addresses(settings)
    try:
        return settings.rules_dir, rulebook.load(settings.rules_dir, own)
    except RulesInvalid as error:
        last = _kept_rules(settings).last()
        if last is None:
            raise
        try:
            return last, rulebook.load(last, own)
        except RulesInvalid:
            raise error from None


def reading_by(service: Service, book: Rulebook) -> "CachedReading":
    """A running service's readings under other rules."""
    return CachedReading(service.parts.archive, service.reader, _reading_version(book))


def _kept_rules(settings: Settings) -> KeptRules:
    return KeptRules(settings.data_dir / "kept_rules")


TrialParts = tuple[list[PastMail], Readings, Rules]


@contextmanager
def open_trial(settings: Settings, folder: Path, *, keep: bool = False) -> Iterator[TrialParts]:
    """The past, its readings and other rules. Writes nothing, and works beside a running service. keep: but for
    readings made anew.

    Raises RulesInvalid, and DatabaseUnusable as the service does. Without an archive there is no past.
    """
    own = own_addresses(settings)
    rules = Rules(
        rulebook.load(folder, own), load_wording(settings.templates_dir / FINDINGS), own, trusted_servers(settings)
    )
    archive = Archive(settings.data_dir / "archive")
    past: list[PastMail] = []
    if next(iter(archive), None) is not None:
        refuse_a_lost_database(settings, archive)
        past = past_mails(settings.database_url)
    with Reader(rules.rulebook) as reader:
        yield past, Readings(archive, reader, _reading_version(rules.rulebook), keep), rules


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


def _reading_version(book: Rulebook) -> str:
    return f"{READER_VERSION}-{book.reading_version}"


def mailbox_settings(settings: Settings, section: MailboxSection) -> MailboxSettings:
    return MailboxSettings(
        name=section.name,
        host=section.host,
        port=section.port,
        security=section.security,
        username=section.username,
        password=SecretStr(settings.secrets.get(section.name, "")),
        ca_file=settings.path(section.ca_file),
        folder=section.folder,
        filing=section.filing,
        max_bytes=settings.max_mail_bytes,
        timeout_seconds=section.timeout_seconds,
        own_addresses=own_addresses(settings),
    )


def smtp_settings(settings: Settings) -> SmtpSettings:
    section = settings.smtp
    assert section is not None
    return SmtpSettings(
        host=section.host,
        port=section.port,
        security=section.security,
        username=section.username,
        password=SecretStr(settings.secrets.get("smtp", "")),
        ca_file=settings.path(section.ca_file),
        timeout_seconds=section.timeout_seconds,
    )


def signing_key(data_dir: Path) -> bytes:
    """The key that signs our Message-IDs: made once, kept with the data, readable by the service only."""
    file = data_dir / "signing.key"
    data_dir.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        _make_key(file)
    return file.read_bytes()


def _make_key(file: Path) -> None:
    """Whole or not at all: written beside, then linked into place; of two makers the first wins."""
    descriptor, beside = tempfile.mkstemp(dir=file.parent, prefix=".signing-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(32))
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileExistsError):
            os.link(beside, file)
    finally:
        Path(beside).unlink()


def refuse_a_lost_database(settings: Settings, archive: Archive) -> None:
    """An archive without its database would answer every submitter again: a person has to say what happened.

    An empty file beside an empty archive is what a first start leaves that died while it made the database.
    """
    refuse_a_half_restore(settings)
    file = database_file(settings.database_url)
    if file is None:
        return
    if next(iter(archive), None) is None:
        if file.exists() and not file.stat().st_size:
            file.unlink()
    elif not file.exists() or not file.stat().st_size:
        raise DatabaseUnusable(
            f"数据库 {file}",
            "文件不见了或是空的，而存档里有邮件；重新开始会再次答复所有人",
            "请先用备份恢复数据库文件；没有备份时可用 rebuild 由存档重建",
        )


def refuse_a_half_restore(settings: Settings) -> None:
    """What a restore brought back in part is nothing to work with."""
    if (state := marker.begun(settings.data_dir)) is not None:
        raise DatabaseUnusable(
            f"数据目录 {settings.data_dir}", f"从备份 {state} 的恢复没有完成", "请再次运行同样的 restore 命令"
        )
