"""The only place that builds adapters: from settings to the parts that work together."""

import gc
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from pydantic import SecretStr

from service import rulebook
from service.amending.amendments import Amendments
from service.amending.amendments import Desk as RulesDesk
from service.amending.trials import Trials
from service.amending.writing import Journal
from service.archive import Archive
from service.bench import FINDINGS, Clock, letters_for, now, own_addresses, sender_of, trusted_servers
from service.checks.wording import Wording, load_wording
from service.datafolder import open_records, refuse_a_lost_database, signing_key
from service.domain.mail import Address
from service.domain.rules import Rulebook
from service.errors import RulesInvalid
from service.folders import Seen, seen_of
from service.inforce import InForce, all_in_force, in_place_of, kept_rules, scopes_of
from service.keeping import KeptRules
from service.mailbox import Mailbox, MailboxSettings
from service.parts import Campaigns, Parts, Rules, Scope
from service.reading.sandbox import Reader
from service.readings import CachedReading, Marking, reading_version
from service.records.engine import open_engine
from service.records.past import PastMail, past_mails
from service.records.store import Records
from service.records.views import Views
from service.replies.rendering import Letters
from service.replies.smtp import Submitter
from service.replies.smtp_connection import SmtpSettings
from service.sending import Patient
from service.settings import MailboxSection, Settings
from service.trial import Readings, Tried

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """What commands that look at the records need, for one campaign."""

    settings: Settings
    records: Records
    views: Views
    rulebook: Rulebook
    scope: Scope
    letters: Letters
    sender: Address
    key: bytes
    now: Clock


@contextmanager
def open_desks(settings: Settings, clock: Clock = now) -> Iterator[tuple[Desk, ...]]:
    """The records, opened beside a running service, as each campaign looks at them. Raises DatabaseUnusable, as the
    service does."""
    with open_records(settings) as records:
        found = all_in_force(settings)
        scopes = scopes_of([force.book for force in found])
        yield tuple(
            Desk(
                force.settings,
                records,
                Views(records.engine),
                force.book,
                scope,
                letters_for(force.settings),
                sender_of(settings),
                signing_key(settings.data_dir),
                clock,
            )
            for force, scope in zip(found, scopes, strict=True)
        )


@contextmanager
def open_desk(settings: Settings, clock: Clock = now) -> Iterator[Desk]:
    """The first campaign's desk."""
    with open_desks(settings, clock) as desks:
        yield desks[0]


def desk_of(service: "Running") -> Desk:
    """The desk of a campaign of a running service."""
    parts = service.parts
    return Desk(
        service.settings,
        parts.records,
        Views(parts.records.engine),
        parts.rules.rulebook,
        parts.scope,
        parts.letters,
        parts.sender,
        parts.key,
        parts.now,
    )


@dataclass(slots=True)
class Running:
    """One campaign of a service. Its rules may change between two mails, see `service.reloading`: who wants a part
    asks for it anew each time."""

    settings: Settings
    parts: Parts
    reader: Reader
    kept: KeptRules
    amendments: Amendments
    in_force: Path  # where the rules were read at the start
    before: Path | None  # the rules that were in force when the service ran last
    loaded_from: Seen | None  # how the folders looked then; None: a kept copy is in force, for the folder is broken


@dataclass(slots=True)
class Service(Running):
    """A whole service: the mailboxes it polls and its campaigns. It is itself the first of these."""

    mailboxes: tuple[Mailbox, ...]
    others: tuple[Running, ...] = ()

    @property
    def running(self) -> tuple[Running, ...]:
        """Every campaign, the first first."""
        return (self, *self.others)

    @property
    def campaigns(self) -> Campaigns:
        """The parts of every campaign as they are now."""
        return tuple(campaign.parts for campaign in self.running)

    def settle_scopes(self) -> None:
        """After rules were taken up: a number's prefix may be another."""
        scopes = scopes_of([campaign.parts.rules.rulebook for campaign in self.running])
        for campaign, scope in zip(self.running, scopes, strict=True):
            if campaign.parts.scope != scope:
                campaign.parts = replace(campaign.parts, scope=scope)


@contextmanager
def open_service(settings: Settings, clock: Clock = now) -> Iterator[Service]:
    """Everything a poll needs. The caller holds the data folder's lock.

    Raises RulesInvalid when the rules are broken and none were ever in force here.
    """
    for own in settings.campaigns:
        _finish_writing(own)
    seen = [seen_of(own) for own in settings.campaigns]
    found = all_in_force(settings)
    before = [kept_rules(force.settings).last() for force in found]
    papers = [_papers(force.settings) for force in found]
    archive = Archive(settings.data_dir / "archive")
    refuse_a_lost_database(settings, archive)
    records = Records(open_engine(settings.database_url))
    _keep(found)
    agent = Submitter(smtp_settings(settings)) if settings.smtp else None
    common = _Common(settings, archive, records, Patient(agent) if agent else None, clock)
    mailboxes = tuple(Mailbox(mailbox_settings(settings, m)) for m in settings.mailboxes)
    with ExitStack() as stack:
        readers = [stack.enter_context(_reader_of(force)) for force in found]
        amendments = [
            stack.enter_context(closing(_amendments(force.settings, reader)))
            for force, reader in zip(found, readers, strict=True)
        ]
        scopes = scopes_of([force.book for force in found])
        looks = zip(found, scopes, papers, readers, amendments, before, seen, strict=True)
        first, *others = (
            (
                force.settings,
                replace(common.parts(force, scope, paper, reader), amendments=amending),
                reader,
                kept_rules(force.settings),
                amending,
                force.folder,
                last,
                None if force.is_kept else look,
            )
            for force, scope, paper, reader, amending, last, look in looks
        )
        try:
            gc.freeze()  # what the start made stays: no collection need look through it again
            yield Service(*first, mailboxes, tuple(Running(*other) for other in others))
        finally:
            for mailbox in mailboxes:
                mailbox.close()
            if agent is not None:
                agent.close()
            records.engine.dispose()


def _amendments(settings: Settings, reader: Reader) -> Amendments:
    """What takes up changes of a campaign's rules by mail."""
    journal = _journal(settings)
    desk = RulesDesk(settings.rules_dir, journal, settings.rules_by_mail, reader, kept_rules(settings))
    place = settings.data_dir / "trial" / settings.campaign_name
    return Amendments(desk, Trials(settings.file, place) if settings.file else None)


def _journal(settings: Settings) -> Journal:
    return Journal(settings.rules_dir, settings.data_dir, settings.campaign_name)


def _finish_writing(settings: Settings) -> None:
    """A change of the rules that was being written when the service died. Raises RulesInvalid when it cannot be: half
    of it is nothing to judge by."""
    try:
        _journal(settings).finish()
    except OSError as error:
        problem = f"上次用邮件启用的规则没有写完（{error.strerror}）"
        raise RulesInvalid(str(settings.rules_dir), (problem,), "请检查文件夹的写权限后重新启动") from error


def _keep(found: tuple[InForce, ...]) -> None:
    for force in found:
        if force.is_kept:
            log.error("rules broken, the last good ones are in force", kept=force.folder.name)
        else:
            kept_rules(force.settings).keep(force.folder, force.book)


@contextmanager
def open_workshop(settings: Settings, database_url: str, clock: Clock = now) -> Iterator[Campaigns]:
    """The parts that judge and record, over a database of their own: nothing is fetched and nothing sent. The caller
    holds the data folder's lock."""
    found = all_in_force(settings)
    papers = [_papers(force.settings) for force in found]
    scopes = scopes_of([force.book for force in found])
    common = _Common(settings, Archive(settings.data_dir / "archive"), Records(open_engine(database_url)), None, clock)
    try:
        with ExitStack() as stack:
            yield tuple(
                common.parts(force, scope, paper, stack.enter_context(_reader_of(force)))
                for force, scope, paper in zip(found, scopes, papers, strict=True)
            )
    finally:
        common.records.engine.dispose()


_Papers = tuple[Letters, Wording]


def _papers(settings: Settings) -> _Papers:
    """What a campaign writes with."""
    return letters_for(settings), load_wording(settings.templates_dir / FINDINGS)


def _reader_of(force: InForce) -> Reader:
    """A campaign's own reader, which starts its process when it first reads. Its folder is emptied then."""
    scratch = force.settings.data_dir / "scratch"
    return Reader(force.book, scratch=scratch / force.settings.campaign_name)


@dataclass(frozen=True, slots=True)
class _Common:
    """What all campaigns of a service share."""

    settings: Settings
    archive: Archive
    records: Records
    agent: Patient | None
    clock: Clock

    def parts(self, force: InForce, scope: Scope, papers: _Papers, reader: Reader) -> Parts:
        """One campaign's parts."""
        letters, wording = papers
        return Parts(
            archive=self.archive,
            records=self.records,
            read=CachedReading(self.archive, reader, reading_version(force.book)),
            mark=Marking(self.archive, reader),
            rules=Rules(force.book, wording, own_addresses(self.settings), trusted_servers(self.settings)),
            scope=scope,
            letters=letters,
            agent=self.agent,
            sender=sender_of(self.settings),
            drafts=self.settings.drafts,
            amendments=None,
            key=signing_key(self.settings.data_dir),
            now=self.clock,
        )


def reading_by(campaign: Running, book: Rulebook) -> CachedReading:
    """A running campaign's readings under other rules."""
    return CachedReading(campaign.parts.archive, campaign.reader, reading_version(book))


TrialParts = tuple[list[PastMail], Readings, Rules]


@contextmanager
def open_trial(settings: Settings, folder: Path, *, keep: bool = False, as_read: bool = False) -> Iterator[TrialParts]:
    """The past, its readings and other rules. Writes nothing, and works beside a running service. keep: but for
    readings made anew; as_read: see `Readings`.

    Of several campaigns, the rules stand in for those with the same prefix; the others stay as they are. Raises
    RulesInvalid, and DatabaseUnusable as the service does. Without an archive there is no past.
    """
    book = rulebook.load(folder, own_addresses(settings))
    archive = Archive(settings.data_dir / "archive")
    past: list[PastMail] = []
    if next(iter(archive), None) is not None:
        refuse_a_lost_database(settings, archive)
        past = past_mails(settings.database_url)
    with ExitStack() as stack:

        def tried(own: Settings, book: Rulebook) -> Tried:
            wording = load_wording(own.templates_dir / FINDINGS)
            rules = Rules(book, wording, own_addresses(own), trusted_servers(own))
            reader = stack.enter_context(Reader(book))
            return Tried(rules, Readings(archive, reader, reading_version(book), keep, as_read))

        if not settings.others:
            one = tried(settings, book)
        else:
            places = in_place_of(book, folder, all_in_force(settings))
            campaigns = tuple(tried(force.settings, force.book) for force in places)
            one = next(tried for tried in campaigns if tried.rules.rulebook is book)
            one.readings.campaigns = campaigns
        yield past, one.readings, one.rules


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
