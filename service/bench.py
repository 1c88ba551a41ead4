"""What judging needs, without mailbox or records: for `explain` and every command that works on files.

Kept apart from `service.wiring` so that these commands start without loading a database or an IMAP library.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parseaddr
from functools import cache
from pathlib import Path

from service import deciding, rulebook
from service.archive import Archive
from service.attributing import Attributed, Candidate, NothingKnown, attribute
from service.checks.wording import Wording, load_wording
from service.defaults import rules_folder, templates_folder
from service.desk.amendments import amendment_problems
from service.desk.answer import desk_problems
from service.digest.notice import notice_problems
from service.digest.rendering import digest_problems
from service.domain.judgement import Judgement
from service.domain.mail import Address
from service.domain.marking import FileMarks
from service.domain.rules import Rulebook
from service.domain.submission import Submission
from service.errors import ConfigurationInvalid
from service.reading.sandbox import Reader, ReaderDied
from service.replies.reminder import reminder_problems
from service.replies.rendering import Letters, RenderedLetter
from service.settings import Settings

FINDINGS = "findings.toml"
_NOBODY = Address("征集工作邮箱", "collection@localhost")
Clock = Callable[[], datetime]


def now() -> datetime:
    return datetime.now(UTC)


_FOUND_GOOD: set[str] = set()
"""Versions of templates with which every sample was rendered in this process: trying them again tells nothing new."""


def letters_for(settings: Settings | None) -> Letters:
    """The letters. Raises ConfigurationInvalid naming every template's problem."""
    folder = settings.templates_dir if settings else templates_folder()
    letters = Letters(folder)
    version = letters.templates.version
    if version in _FOUND_GOOD:
        return letters
    tried = (digest_problems, notice_problems, desk_problems, reminder_problems, amendment_problems)
    others = tuple(problem for problems_of in tried for problem in problems_of(letters.templates))
    if problems := (*letters.problems(), *others):
        raise ConfigurationInvalid(str(folder), problems)
    _FOUND_GOOD.add(version)
    return letters


def _templates(settings: Settings | None) -> Path:
    return settings.templates_dir if settings else templates_folder()


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging needs, without mailbox or records: mails from files, each judged as a first mail."""

    rulebook: Rulebook
    wording: Wording
    letters: Letters
    reader: Reader
    scratch: Archive
    own_addresses: frozenset[str]
    trusted: frozenset[str]  # authserv-ids
    others: "tuple[Bench, ...]" = ()  # of the campaigns that share the mailbox

    def judge(self, content: bytes, received: datetime | None) -> Judgement:
        """Read and judge the bytes of one mail. received None: the newest Received field, else Date, else now.

        A mail that ends its reader is set aside, as the live service does it.
        """
        sha256, benches = self.scratch.store(content), (self, *self.others)
        candidates = tuple(Candidate(bench.rulebook, cache(bench._read)) for bench in benches)
        try:
            received = received or _arrival(candidates[0].read(sha256))
            mail = attribute(sha256, received, candidates, NothingKnown())
        except ReaderDied as error:
            return deciding.set_aside(sha256, len(content), received or now(), str(error), self.rulebook)
        assert mail is not None  # a mail that cannot be read raises
        return benches[mail.place]._judge(mail, received)

    def of(self, judgement: Judgement) -> "Bench":
        """The bench of the campaign that a mail was judged under."""
        whose = judgement.dossier.whose
        own = (bench for bench in self.others if whose and bench.rulebook.campaign.number_prefix == whose.campaign)
        return next(own, self)

    def letter(self, judgement: Judgement) -> RenderedLetter | None:
        """The reply as it would leave, without a number; None when nobody is answered."""
        if judgement.decision.reply is None:
            return None
        bench = self.of(judgement)
        returned = bench.letters.returned(judgement, bench.rulebook, bench._mark)
        return bench.letters.render(judgement, bench.rulebook, None, returned)

    def _judge(self, mail: Attributed, received: datetime) -> Judgement:
        return deciding.judge(
            mail.submission,
            received=received,
            earlier=None,
            rulebook=self.rulebook,
            wording=self.wording,
            own_addresses=self.own_addresses,
            trusted=self.trusted,
            whose=mail.whose,
        )

    def _mark(self, wanted: FileMarks) -> bytes | None:
        try:
            return self.reader.marked(self.scratch.path(wanted.mail), wanted)
        except ReaderDied:
            return None

    def _read(self, sha256: str) -> Submission:
        path = self.scratch.path(sha256)
        try:
            return self.reader.read(path)
        except ReaderDied:  # once more, by a fresh reader
            return self.reader.read(path)


def _arrival(submission: Submission | None) -> datetime:
    envelope = submission.envelope if submission else None
    return (envelope and (envelope.received or envelope.date)) or now()


@contextmanager
def open_bench(settings: Settings | None, rules: Path | None) -> Iterator[Bench]:
    """A bench over the given rules, else the configuration's, else the packaged ones; leaves nothing behind."""
    own = own_addresses(settings) if settings else frozenset()
    trusted = trusted_servers(settings) if settings else frozenset()
    if rules is not None or settings is None:
        folders = [(rules or rules_folder(), _templates(settings))]
    else:
        folders = [(own_settings.rules_dir, own_settings.templates_dir) for own_settings in settings.campaigns]
    books = [(rulebook.load(place), papers) for place, papers in folders]
    with tempfile.TemporaryDirectory(prefix="collection-mailbox-") as name, ExitStack() as stack:
        archive = Archive(Path(name))
        benches: list[Bench] = []
        for number, (book, papers) in enumerate(books):
            reader = stack.enter_context(Reader(book, scratch=Path(name) / f"scratch{number}"))
            wording = load_wording(papers / FINDINGS)
            benches.append(Bench(book, wording, Letters(papers), reader, archive, own, trusted))
        yield replace(benches[0], others=tuple(benches[1:]))


def sender_of(settings: Settings) -> Address:
    """The From of our letters: [smtp] from, else the first mailbox's user name."""
    if settings.smtp is not None:
        name, address = parseaddr(settings.smtp.sender)
        return Address(name, address)
    return Address("", settings.mailboxes[0].username) if settings.mailboxes else _NOBODY


def trusted_servers(settings: Settings) -> frozenset[str]:
    """The authserv-ids whose Authentication-Results are believed, lower case."""
    return frozenset(m.authserv_id.strip().lower() for m in settings.mailboxes if m.authserv_id.strip())


def own_addresses(settings: Settings) -> frozenset[str]:
    users = [m.username for m in settings.mailboxes if "@" in m.username]
    return frozenset(a.lower() for a in [*users, sender_of(settings).address])
