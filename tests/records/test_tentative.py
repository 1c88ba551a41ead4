"""Cases walked through in memory are those that the records would hold: whoever writes what, in whatever order."""

import random
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from service import rulebook
from service.domain.judgement import Judgement
from service.domain.mail import Envelope
from service.domain.outgoing import OutgoingLetter
from service.domain.submission import Submission
from service.parts import Rules
from service.pipeline import conclude
from service.records.engine import open_engine
from service.records.joining import Found
from service.records.store import Records
from service.records.tentative import Known, Tentative
from tests.builders import IN_TIME, OWN, ROOT, a_letter, a_submission, an_address, the_wording
from tests.records.conftest import arrives

SENDERS = ("kjj@yunjiang.example", "a@freemail.example", "b@freemail.example", "c@firm.example", "d@firm.example")
SIGNERS = ("云江市科学技术局", "望海市科技创新局", "岭海理工大学", "云江丙丁精密机械有限公司", None)
RULES = Rules(rulebook.load(ROOT / "service" / "demo" / "rules"), the_wording(), OWN, frozenset())


@dataclass
class Both:
    """The records, and a walk that meets the same mails."""

    records: Records
    walk: Tentative

    def take(self, mail: Submission, n: int) -> tuple[Judgement | None, str]:
        """Judge a mail in both; the judgement, and our letter's Message-ID."""
        at, letter = IN_TIME + timedelta(minutes=n), f"<letter-{n}@dept.example>"
        arrives(self.records, mail, uid=n, at=at)
        twin = self.records.twin_of(mail)
        assert self.walk.twin_of(mail) == twin
        if twin:
            self.records.record_twin(mail, twin, at)
            self.walk.record_twin(mail)
            return None, letter
        found, judgement = conclude(mail, at, self.records, RULES)
        again, same = conclude(mail, at, self.walk, RULES)
        assert same.decision == judgement.decision
        assert _without_id(again) == _without_id(found)
        written = OutgoingLetter("receipt", (), letter, "", b"")
        done = self.records.record(judgement, found, "LH2020", "r", lambda _: written, at)
        assert done is not None
        self.walk.record(same, again, "LH2020", Known(done.number, (letter,)))
        return judgement, letter


def _without_id(found: Found | None) -> object:
    return found and (found.case, found.by_thread)


def a_mail(rng: random.Random, n: int, seen: list[str]) -> Submission:
    """One of few senders, for one of few units, answering something or nothing, complete or not."""
    signer = rng.choice(SIGNERS)
    subject = rng.choice(("报送征集表", f"回复：LH2020-{rng.randint(1, 4):04d} 回执"))
    envelope = Envelope(
        message_id=f"<m{rng.choice((n, n, n, max(1, n - 1)))}@x.example>",
        senders=(an_address(rng.choice(SENDERS)),),
        subject=subject,
        in_reply_to=(rng.choice(seen),) if seen and rng.random() < 0.4 else (),
        references=tuple(rng.sample(seen, min(2, len(seen)))) if rng.random() < 0.3 else (),
    )
    changes: dict[str, object] = {"sha256": f"{n:064x}", "envelope": envelope}
    changes["letters"] = (a_letter(signer),) if signer else ()
    if rng.random() < 0.4:
        changes["tables"] = ()
    if rng.random() < 0.2:
        changes |= {"letters": (), "tables": (), "attachments": (), "text": rng.choice(("请问何时截止？", "见附件。"))}
    return a_submission(**changes)


@pytest.mark.parametrize("seed", range(12))
def test_a_walk_finds_and_judges_what_the_records_do(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    both = Both(Records(open_engine(f"sqlite:///{tmp_path}/records.db")), Tentative())
    seen: list[str] = []
    joined = 0

    for n in range(1, 16):
        mail = a_mail(rng, n, seen)
        judgement, letter = both.take(mail, n)
        seen += [letter, mail.envelope.message_id or ""]
        joined += bool(judgement and judgement.dossier.earlier)

    both.records.engine.dispose()
    assert joined
