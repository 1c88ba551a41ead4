"""Everything in a mail that says for whom it speaks, before any of it is believed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from service.domain.confirmations import Confirmation
from service.domain.judgement import CaseSoFar, Evidence
from service.domain.places import city_of
from service.domain.rules import City, Rulebook
from service.domain.submission import CoverLetter, Row, Submission, Table
from service.routing.directory import Directory, Entry, directory_of
from service.routing.letters import is_our_notice, signer_of
from service.routing.names import contract, differ_tellingly, fold, name_before_about, similarity

LETTER, SEAL, REPORTER, ROWS = "letter_signer", "seal", "form_reporter", "form_rows"
ADDRESS, DOMAIN, CASE = "address", "domain", "case"
CONFIRMED = "confirmed_mailbox"
DISPLAY, SIGNATURE, SUBJECT, OTHER_LETTER, MANY_ROWS = "display_name", "signature_block", "subject", "letter", "rows"
STRONG = frozenset({LETTER, SEAL, REPORTER, ROWS, ADDRESS, CONFIRMED, CASE})
"""Sources that may decide; all others only support (a domain alone never decides)."""

_SAME_NAME = 0.6  # a scan's reading of a name that the form has typed
_SENT_AWAY_BY = 0.8  # the same, before a unit is sent to another door by it
_SEAL_READ = 0.6  # below it a seal's least certain character may be that of another place
_SEAL_SURE = 0.9  # from so much for its least certain character a seal may contradict
_SEAL_APART = 2  # characters by which names must differ to be told apart by a seal
_SEAL_MISREAD = 0.75  # less than a form's 填报单位
_SIGNATURE_LINES = 8
_OFFICE = re.compile(r".{0,6}(?:处|部|科|室|办|院办)$")


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that names a unit: what was seen, the line it means (None: in no directory), its weight."""

    source: str
    value: str
    entry: Entry | None
    weight: float
    misread: bool = False  # the line was found by allowing for a misreading
    typed: bool = True  # not read from a picture
    sure: bool = True  # a seal whose ring was read without doubt; it alone may contradict

    @property
    def is_strong(self) -> bool:
        return self.source in STRONG

    def as_evidence(self) -> Evidence:
        source = {OTHER_LETTER: LETTER, MANY_ROWS: ROWS}.get(self.source, self.source)
        return Evidence(source, self.value, self.entry.name if self.entry else None, round(self.weight, 3))


def gather(
    submission: Submission,
    letter: CoverLetter | None,
    tables: Sequence[Table],
    rulebook: Rulebook,
    earlier: CaseSoFar | None = None,
    confirmed: Sequence[Confirmation] = (),
) -> tuple[Claim, ...]:
    """All claims, the letter's first. letter and tables: those that count, from this mail or an earlier one; confirmed:
    what staff confirmed of the sender's mailbox."""
    claims = [
        *_of_letters(letter, submission.letters, rulebook),
        *_of_form(tables, rulebook),
        *_of_sender(submission, rulebook),
        *_of_confirmed(confirmed, rulebook),
        *_of_case(earlier, rulebook),
    ]
    return tuple(_settle(claims, rulebook))


def _weight(rulebook: Rulebook, source: str) -> float:
    return rulebook.weights.by_source.get(source, 0.0)


def _factor(rulebook: Rulebook, name: str) -> float:
    """A discount of routing.toml [weights]; none where it is not written down."""
    return rulebook.weights.by_source.get(name, 1.0)


def _of_letters(letter: CoverLetter | None, others: Sequence[CoverLetter], rulebook: Rulebook) -> Iterator[Claim]:
    if letter is None:
        return
    weight = _weight(rulebook, LETTER)
    if signer := signer_of(letter, rulebook):
        typed = letter.source.value != "ocr"
        yield Claim(LETTER, signer.name, signer.entry, weight * signer.sureness, signer.misread, typed)
    yield from _of_seal(letter, rulebook)
    for other in others:
        if other != letter and not is_our_notice(other, rulebook):
            signer = signer_of(other, rulebook)
            if signer and signer.entry:
                yield Claim(OTHER_LETTER, signer.name, signer.entry, weight * 0.3, typed=False)


def _of_seal(letter: CoverLetter, rulebook: Rulebook) -> Iterator[Claim]:
    """The unit in a seal's ring. Rings are misread more often than lines: no equality, no name, no claim."""
    directory, text = directory_of(rulebook), letter.seal_text
    if text is None or letter.seal_sure < _SEAL_READ:
        return
    if (entry := directory.match_seal(text, rulebook.weights)) is None:
        return
    exact = directory.match(text) == entry
    weight = _weight(rulebook, SEAL) * (1.0 if exact else _SEAL_MISREAD)
    sure = exact and letter.seal_sure >= _SEAL_SURE
    yield Claim(SEAL, text, entry, weight, misread=not exact, typed=False, sure=sure)


def _of_form(tables: Sequence[Table], rulebook: Rulebook) -> Iterator[Claim]:
    directory = directory_of(rulebook)
    departments = {fold(name) for name in (rulebook.campaign.department, *rulebook.campaign.addressees)}
    reporters = {fold(t.reporter): t.reporter for t in tables if t.reporter and fold(t.reporter) not in departments}
    for folded, name in reporters.items():
        if len(folded) > 1:
            yield Claim(REPORTER, name, directory.match(name), _weight(rulebook, REPORTER))
    names = row_units(tables)
    if len(names) == 1:
        yield Claim(ROWS, names[0], directory.match(names[0]), _weight(rulebook, ROWS))
    elif len(names) > 1 and (city := _common_city(tables, rulebook)):
        # Many units of one city are a consolidated set, but whose is for the letter to say.
        value = f"{city.name}{len(names)}个单位"
        yield Claim(MANY_ROWS, value, directory.match(city.bureau), _weight(rulebook, ROWS) * 0.5)


def row_units(tables: Sequence[Table]) -> tuple[str, ...]:
    """The different units that rows name; a unit's own schools and offices are not counted beside it."""
    names = {fold(row.unit): row.unit for table in tables for row in table.rows if row.unit and fold(row.unit)}
    return tuple(name for f, name in names.items() if not any(f != g and f.startswith(g) for g in names if len(g) > 3))


def _common_city(tables: Sequence[Table], rulebook: Rulebook) -> City | None:
    cities = {city for table in tables for row in table.rows if (city := row_city(row, rulebook))}
    return cities.pop() if len(cities) == 1 else None


def row_city(row: Row, rulebook: Rulebook) -> City | None:
    return city_of(row.city, rulebook)


def _of_sender(submission: Submission, rulebook: Rulebook) -> Iterator[Claim]:
    directory, envelope = directory_of(rulebook), submission.envelope
    sender = envelope.sender
    if sender is not None:
        if entry := directory.at_address(sender.address):
            yield Claim(ADDRESS, sender.address, entry, _weight(rulebook, ADDRESS))
        if sender.domain not in rulebook.mail.free_mail and (found := directory.at_domain(sender.domain)):
            factor = 1.0 if len(found) == 1 else _factor(rulebook, "shared_domain")
            yield Claim(DOMAIN, sender.domain, _head_of(found), _weight(rulebook, DOMAIN) * factor)
        if entry := _unit_or_office(sender.name, directory):
            factor = _factor(rulebook, "free_mail") if sender.domain in rulebook.mail.free_mail else 1.0
            yield Claim(DISPLAY, sender.name, entry, _weight(rulebook, DISPLAY) * factor)
    yield from _signature(submission.text, rulebook)
    if (name := name_before_about(_bare_subject(envelope.subject, rulebook))) and (entry := directory.match(name)):
        yield Claim(SUBJECT, name, entry, _weight(rulebook, DISPLAY) / 2)


def _of_confirmed(confirmed: Sequence[Confirmation], rulebook: Rulebook) -> Iterator[Claim]:
    """A mailbox that speaks for several units says less of each. A unit that these rules do not list is nobody."""
    directory, weight = directory_of(rulebook), _weight(rulebook, CONFIRMED)
    entries = {entry: c for c in confirmed if (entry := directory.match(c.unit)) and entry.name == c.unit}
    factor = 1.0 if len(entries) == 1 else _factor(rulebook, "shared_mailbox")
    for entry, said in entries.items():
        yield Claim(CONFIRMED, said.address, entry, weight * factor)


def _head_of(entries: Sequence[Entry]) -> Entry | None:
    """The one unit of a domain, or the parent of all others that share it."""
    heads = [e for e in entries if all(fold(o.name).startswith(fold(e.name)) for o in entries)]
    return heads[0] if heads else None


def _signature(text: str, rulebook: Rulebook) -> Iterator[Claim]:
    directory, seen = directory_of(rulebook), set()
    lines = [line.strip() for line in text.splitlines() if line.strip()][-_SIGNATURE_LINES:]
    for line in lines:
        if line.endswith((":", "：")):  # a salutation
            continue
        for part in dict.fromkeys((line, *re.split(r"[\s|，,。;；/]+", line))):
            entry = _unit_or_office(part, directory)
            if entry and entry not in seen:
                seen.add(entry)
                yield Claim(SIGNATURE, part, entry, _weight(rulebook, SIGNATURE))


def _unit_or_office(text: str, directory: Directory) -> Entry | None:
    """The unit a person signs for: named itself, or by one of its offices. Short forms are too weak here."""
    folded = fold(text)
    if len(folded) < 4:
        return None
    if entry := directory.match(text):
        return entry
    parent = directory.parent(text)
    return parent if parent and _OFFICE.fullmatch(folded.removeprefix(fold(parent.name))) else None


def _bare_subject(subject: str, rulebook: Rulebook) -> str:
    for prefix in sorted(rulebook.mail.subject_prefixes, key=len, reverse=True):
        subject = re.sub(rf"^\s*{re.escape(prefix)}\s*[:：]?\s*", "", subject, flags=re.IGNORECASE)
    return subject.strip("【】[] ")


def _of_case(earlier: CaseSoFar | None, rulebook: Rulebook) -> Iterator[Claim]:
    # What a case was thought to be before any letter came does not bind: the letter will say.
    if earlier and earlier.letter and earlier.route.unit and not earlier.route.contradiction:
        entry = directory_of(rulebook).match(earlier.route.unit)
        yield Claim(CASE, earlier.number if entry else earlier.route.unit, entry, _weight(rulebook, CASE))


def _settle(claims: list[Claim], rulebook: Rulebook) -> Iterator[Claim]:
    """What was read from a picture corrected by what was typed or sealed, and slips of the pen by whoever agrees."""
    typed = [c for c in claims if c.typed and c.source in (REPORTER, ROWS)]
    supported = {c.entry for c in claims if c.entry and c.source in (ADDRESS, CONFIRMED, DOMAIN)}
    seal = next((c for c in claims if c.source == SEAL), None)
    telling = directory_of(rulebook).telling
    for claim in claims:
        if claim == seal:
            yield replace(claim, sure=claim.sure and not any(_hardly_differs(claim, c) for c in claims))
        elif not claim.typed and claim.source == LETTER:
            yield _as_sealed(_as_typed(claim, typed, telling), seal, telling)
        elif claim in typed and claim.entry is None:
            entry = directory_of(rulebook).match_misread(claim.value, rulebook.weights)
            yield replace(claim, entry=entry, misread=True) if entry in supported else claim
        else:
            yield claim


def _hardly_differs(seal: Claim, other: Claim) -> bool:
    """True for another unit whose name is the seal's but for one character: a slip of reading, not a strange seal."""
    if not other.is_strong or other.entry is None or seal.entry is None or other.entry == seal.entry:
        return False
    return Levenshtein.distance(contract(fold(seal.entry.name)), contract(fold(other.entry.name))) < _SEAL_APART


def _as_sealed(claim: Claim, seal: Claim | None, telling: frozenset[str]) -> Claim:
    """A signature that was misread under the seal is that of the unit in its ring, when the two are alike: more so
    where that unit reports elsewhere, for two universities of like names are no misreading of each other."""
    if claim.entry is not None or seal is None or seal.entry is None:
        return claim
    read, name = fold(claim.value), fold(seal.entry.name)
    alike = _SENT_AWAY_BY if seal.entry.reports_elsewhere else _SAME_NAME
    if similarity(name, read) < alike or differ_tellingly(read, name, telling):
        return claim
    return replace(claim, entry=seal.entry, misread=True)


def is_same_misread(read: str, name: str, telling: frozenset[str]) -> bool:
    """Whether a scan's reading of a name may be a name that was typed; both folded."""
    return similarity(name, read) >= _SAME_NAME and not differ_tellingly(read, name, telling)


def _as_typed(claim: Claim, typed: Sequence[Claim], telling: frozenset[str]) -> Claim:
    read = fold(claim.value)
    for other in typed:
        name = fold(other.value)
        if name == read:
            return replace(claim, entry=other.entry, typed=True)  # read rightly after all
        if claim.entry is None and is_same_misread(read, name, telling):
            return replace(claim, value=other.value, entry=other.entry, typed=True)
    return claim
