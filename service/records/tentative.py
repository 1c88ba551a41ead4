"""Cases as they would stand if the archive had been judged by other rules: kept in memory, never written."""

import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from service.domain.judgement import CaseBeside, CaseSoFar, Judgement
from service.domain.submission import Submission
from service.records import joining
from service.records.joining import Found, Handle
from service.records.snapshots import holding_from, holding_json, so_far
from service.records.standing import IN_CASE, Standing, standing_after
from service.records.store import fingerprint, header_of


@dataclass(frozen=True, slots=True)
class Known:
    """What the records know of a mail and people may refer to: its case's number, our letters about it."""

    number: str | None = None
    letters: tuple[str, ...] = ()  # Message-IDs


@dataclass(slots=True)
class _Case:
    campaign: str
    standing: Standing
    holding: bytes = b""  # as the records keep it, packed: an archive of thousands must fit into memory
    writers: set[str] = field(default_factory=set)


class Tentative:
    """The cases of a walk. Records and finds as `records.store` does, held to it by tests that compare the two."""

    def __init__(self) -> None:
        self._cases: list[_Case] = []
        self._by_letter: dict[str, int] = {}
        self._by_mail: dict[str, int] = {}
        self._by_number: dict[str, int] = {}
        self._by_unit: dict[tuple[str, str], set[int]] = {}
        self._by_sender: dict[str, set[int]] = {}
        self._judged: dict[tuple[str, str], tuple[str, int | None]] = {}
        self._fingerprints: dict[str, str] = {}

    def find_case(self, handle: Handle) -> Found | None:
        """The case a mail joins, None when it begins one."""
        return joining.find(self, handle)

    def beside(self, units: Collection[str], campaign: str, own: int | None) -> tuple[CaseBeside, ...]:
        """The cases of some units, without the one at hand."""
        return joining.beside(self, units, campaign, own)

    def twin_of(self, submission: Submission) -> str | None:
        """SHA-256 of a mail of this walk that is this one come by another way."""
        found = self._judged.get((submission.envelope.message_id or "", fingerprint(submission)))
        return found[0] if found and submission.envelope.message_id else None

    def record_twin(self, submission: Submission) -> None:
        """Its sender wrote in the first one's case; it has no verdict of its own."""
        case_id = self._judged[submission.envelope.message_id or "", fingerprint(submission)][1]
        self._note_sender(submission, case_id)

    def record(self, judgement: Judgement, found: Found | None, campaign: str, known: Known) -> int | None:
        """Take down a verdict; the case it belongs to, by its place in this walk."""
        submission = judgement.dossier.submission
        case_id = self._enter(judgement, found, campaign, known)
        message_id = submission.envelope.message_id
        if message_id:
            self._judged.setdefault((message_id, fingerprint(submission)), (submission.sha256, case_id))
        if case_id is not None:
            if message_id:
                self._by_mail[message_id] = min(case_id, self._by_mail.get(message_id, case_id))
            for letter in known.letters:
                self._by_letter.setdefault(letter, case_id)
            if known.number is not None:
                self._by_number.setdefault(known.number, case_id)
            self._note_sender(submission, case_id)
        return case_id

    def _enter(self, judgement: Judgement, found: Found | None, campaign: str, known: Known) -> int | None:
        if judgement.decision.kind not in IN_CASE:
            return None if found is None else found.id
        values = standing_after(judgement, is_new=found is None)
        if found is None:
            case_id = len(self._cases)
            number = known.number if known.number and known.number not in self._by_number else ""
            first = Standing(case_id, number, None, 0, judgement.dossier.received, on_time=True, complete=False)
            self._cases.append(_Case(campaign, first))
        else:
            case_id = found.id
        case = self._cases[case_id]
        self._forget_unit(case)
        case.holding = zlib.compress(holding_json(judgement.dossier, judgement.decision).encode(), 1)
        case.standing = replace(
            case.standing,
            unit=values.get("unit", case.standing.unit),
            versions=case.standing.versions + 1,
            on_time=values["on_time"],
            complete=values["complete"],
        )
        if case.standing.unit is not None:
            self._by_unit.setdefault((campaign, case.standing.unit), set()).add(case_id)
        return case_id

    def _forget_unit(self, case: _Case) -> None:
        if case.standing.unit is not None:
            self._by_unit.get((case.campaign, case.standing.unit), set()).discard(case.standing.id)

    def _note_sender(self, submission: Submission, case_id: int | None) -> None:
        sender = header_of(submission)["sender"]
        if sender is not None and case_id is not None:
            self._cases[case_id].writers.add(sender)
            self._by_sender.setdefault(sender, set()).add(case_id)

    def campaign_of_thread(self, thread: Sequence[str]) -> str | None:
        return self.campaign_of(thread)

    def cases_of(self, sender: str | None, units: Mapping[str, str | None]) -> Mapping[str, tuple[bool, ...]]:
        """As of the records."""
        return joining.links(self, sender, units)

    # joining.Shelf

    def campaign_of(self, thread: Sequence[str]) -> str | None:
        for message_id in thread:
            for known in (self._by_letter, self._by_mail):
                if (case_id := known.get(message_id)) is not None:
                    return self._cases[case_id].campaign
        return None

    def by_thread(self, thread: Sequence[str], campaign: str) -> Standing | None:
        for known in (self._by_letter, self._by_mail):
            for message_id in thread:
                if (case := self._of(known.get(message_id), campaign)) is not None:
                    return case
        return None

    def by_number(self, number: str, campaign: str) -> Standing | None:
        return self._of(self._by_number.get(number), campaign)

    def by_unit(self, unit: str, campaign: str) -> Standing | None:
        return self._of(max(self._by_unit.get((campaign, unit), ()), default=None), campaign)

    def by_units(self, units: Collection[str], campaign: str) -> Sequence[Standing]:
        return [case for unit in units if (case := self.by_unit(unit, campaign)) is not None]

    def by_sender(self, sender: str, campaign: str) -> Standing | None:
        cases = (c for c in self._by_sender.get(sender, ()) if self._cases[c].campaign == campaign)
        return self._of(max(cases, default=None), campaign)

    def writers(self, case_id: int) -> frozenset[str]:
        return frozenset(self._cases[case_id].writers)

    def so_far(self, case: Standing) -> CaseSoFar:
        holding = holding_from(zlib.decompress(self._cases[case.id].holding).decode())
        return so_far(case, holding, self.writers(case.id))

    def _of(self, case_id: int | None, campaign: str) -> Standing | None:
        if case_id is None or self._cases[case_id].campaign != campaign:
            return None
        return self._cases[case_id].standing
