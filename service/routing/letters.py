"""Which letter of a mail speaks for its sender, and who signed it."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.rules import Campaign, Rulebook
from service.domain.submission import CoverLetter, LetterSource
from service.routing.directory import Directory, Entry, directory_of
from service.routing.names import contract, fold, name_before_about, similarity

_SAME_HAND = 0.6
"""A signer that was read badly still resembles the letterhead this much; another organisation does not."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed: the name as read, its line of the directory, how sure the match is (0..1)."""

    name: str
    entry: Entry | None
    sureness: float
    misread: bool = False  # the line was found by allowing for a misreading


def speaking_letter(letters: Sequence[CoverLetter], rulebook: Rulebook) -> CoverLetter | None:
    """The letter that counts: of a consolidated set, the bureau's own, not one that a unit wrote to its bureau.

    The notice itself, which people like to send back, is no cover letter.
    """
    own = [letter for letter in letters if not is_our_notice(letter, rulebook)]
    return max(own, key=lambda letter: _rank(letter, rulebook), default=None)


def is_our_notice(letter: CoverLetter, rulebook: Rulebook) -> bool:
    """True for a letter that the department wrote: signed by it and addressed to others."""
    signed = letter.signer is not None and _is_department(letter.signer, rulebook.campaign)
    return signed and addressed_to_us(letter, rulebook.campaign) is not True and _named(letter, rulebook) is None


def addressed_to_us(letter: CoverLetter, campaign: Campaign) -> bool | None:
    """Whether the addressee is the department; None when no addressee was read."""
    if letter.addressee is None:
        return None
    read = contract(fold(letter.addressee))
    return any(contract(fold(name)) in read for name in (campaign.department, *campaign.addressees))


def signer_of(letter: CoverLetter, rulebook: Rulebook) -> Signer | None:
    """Who signed a letter; None when no name of an organisation could be read."""
    directory = directory_of(rulebook)
    name = letter.signer
    if name is not None and (not fold(name) or _is_department(name, rulebook.campaign)):
        name = None
    if name is not None:
        if entry := directory.match(name):
            return Signer(name, entry, 1.0)
        if letter.source is LetterSource.OCR and (entry := directory.match_misread(name, rulebook.weights)):
            return Signer(name, entry, 0.9, misread=True)
    return _from_elsewhere(letter, name, rulebook) or (Signer(name, None, 1.0) if name else None)


def _from_elsewhere(letter: CoverLetter, name: str | None, rulebook: Rulebook) -> Signer | None:
    """The signer by the letterhead, the title or other lines, when they do not contradict what was read."""
    directory = directory_of(rulebook)
    candidates = _candidates(letter, rulebook.campaign)
    for text in candidates:
        entry = directory.match(text)
        if entry and (name is None or similarity(fold(name), fold(entry.name)) >= _SAME_HAND) and _fits(name, entry):
            return Signer(text, entry, 0.8)
    if name is None and letter.source is LetterSource.OCR:
        meant = ((text, directory.match_misread(text, rulebook.weights)) for text in candidates)
        if found := next(((text, entry) for text, entry in meant if entry), None):
            return Signer(*found, 0.7, misread=True)
    if name is None:
        suffixes = rulebook.letter.unit_suffixes
        return next((Signer(text, None, 0.8) for text in candidates if fold(text).endswith(suffixes)), None)
    return None


def _fits(name: str | None, entry: Entry) -> bool:
    """An office or institute of a unit is not that unit, however alike the names are."""
    return name is None or fold(entry.name) not in fold(name)


def _named(letter: CoverLetter, rulebook: Rulebook) -> Entry | None:
    directory: Directory = directory_of(rulebook)
    texts = (*_candidates(letter, rulebook.campaign), letter.seal_text)
    return next((entry for text in texts if (entry := directory.match(text))), None)


def _candidates(letter: CoverLetter, campaign: Campaign) -> tuple[str, ...]:
    texts = (name_before_about(letter.title), *letter.signer_candidates)
    addressee = fold(letter.addressee or "")
    return tuple(t for t in texts if t and fold(t) != addressee and not _is_department(t, campaign))


def _is_department(name: str, campaign: Campaign) -> bool:
    return contract(fold(name)) in {contract(fold(n)) for n in (campaign.department, *campaign.addressees)}


def _rank(letter: CoverLetter, rulebook: Rulebook) -> tuple[bool, int]:
    signer = signer_of(letter, rulebook)
    to_others = addressed_to_us(letter, rulebook.campaign) is False
    known, bureau = bool(signer and signer.entry), bool(signer and signer.entry and signer.entry.is_bureau)
    if letter.source is LetterSource.EDITABLE:
        return not to_others, 3 if bureau else 1
    if bureau:
        return not to_others, 6
    # A scan without a readable name beats a document that has one: it may be the same letter, sealed.
    return not to_others, 5 if known else 4 if signer is None else 2
