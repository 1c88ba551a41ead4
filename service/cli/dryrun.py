"""`poll --dry-run`: what a poll would do, without writing, sending or moving anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.bench import open_bench
from service.cli import words
from service.cli.context import out
from service.cli.words import say
from service.domain.mail import ArrivedMail
from service.mailbox import Mailbox
from service.mailbox.listing import LedgerView
from service.records.engine import open_engine
from service.records.ledger import Ledger
from service.settings import Settings
from service.wiring import mailbox_settings


def dry_run(chosen: Settings) -> int:
    """Print one line for every new mail, each judged as a first mail."""
    total = 0
    with open_bench(chosen, None) as bench, _ledger(chosen) as ledger:
        for section in chosen.mailboxes:
            mailbox = Mailbox(mailbox_settings(chosen, section))
            try:
                for item in mailbox.fetch_new(ledger):
                    if isinstance(item, ArrivedMail):
                        total += 1
                        decision = bench.judge(item.content, item.internal_date).decision
                        reply = say(words.LETTERS, decision.reply.letter) if decision.reply else "不答复"
                        out.print(f"{item.key}　{say(words.VERDICTS, decision.verdict)}　{reply}", markup=False)
            finally:
                mailbox.close()
    out.print(f"新邮件 {total} 封；没有写入、发送或移动任何东西")
    return 0


class _NothingKnown:
    def settled(self, account: str, folder: str, uidvalidity: int, from_uid: int) -> dict[int, None]:  # noqa: ARG002
        return {}


@contextmanager
def _ledger(chosen: Settings) -> Iterator[LedgerView]:
    """The ledger as it is; an empty one where no database was made yet."""
    prefix = "sqlite:///"
    if chosen.database_url.startswith(prefix) and not Path(chosen.database_url.removeprefix(prefix)).exists():
        yield _NothingKnown()
        return
    engine = open_engine(chosen.database_url)
    try:
        yield Ledger(engine)
    finally:
        engine.dispose()
