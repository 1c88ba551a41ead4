"""Which rules a campaign goes by: its folder as it is, else the last good ones that were in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service import rulebook
from service.bench import own_addresses
from service.domain.rules import Rulebook
from service.errors import RulesInvalid
from service.keeping import KeptRules
from service.parts import Scope
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules of one campaign: its configuration, where they lie, and what they say."""

    settings: Settings
    folder: Path
    book: Rulebook

    @property
    def is_kept(self) -> bool:
        """Whether the folder is broken, and its last good rules stand in for it."""
        return self.folder != self.settings.rules_dir


def all_in_force(settings: Settings) -> tuple[InForce, ...]:
    """The rules of every campaign of the configuration, the first first.

    Raises RulesInvalid with the problems of all: of folders that are broken and of which nothing good was kept, else of
    campaigns that cannot share a mailbox.
    """
    found: list[InForce] = []
    broken: list[RulesInvalid] = []
    for own in settings.campaigns:
        try:
            found.append(InForce(own, *rules_in_force(own)))
        except RulesInvalid as error:
            broken.append(error)
    if broken:
        raise together(broken)
    if problems := rulebook.problems_together([(force.settings.rules_dir, force.book) for force in found]):
        raise RulesInvalid("、".join(str(force.settings.rules_dir) for force in found), problems, "请改正后再启动")
    return tuple(found)


def together(broken: Sequence[RulesInvalid]) -> RulesInvalid:
    """The problems of several folders as one error."""
    if len(broken) == 1:
        return broken[0]
    problems = tuple(f"{Path(error.where).name}/{problem}" for error in broken for problem in error.problems)
    return RulesInvalid("、".join(error.where for error in broken), problems)


def rules_in_force(settings: Settings) -> tuple[Path, Rulebook]:
    """The rules folder as it is, else the last good rules that were in force here, and where they lie.

    Raises RulesInvalid when the folder is broken and nothing good was kept.
    """
    own = own_addresses(settings)
    try:
        return settings.rules_dir, rulebook.load(settings.rules_dir, own)
    except RulesInvalid as error:
        last = kept_rules(settings).last()
        if last is None:
            raise
        try:
            return last, rulebook.load(last, own)
        except RulesInvalid:
            raise error from None


def kept_rules(settings: Settings) -> KeptRules:
    return KeptRules(settings.data_dir / "kept_rules", settings.campaign_name)


def scopes_of(books: Sequence[Rulebook]) -> list[Scope]:
    """What is whose, of campaigns in their order."""
    prefixes = [book.campaign.number_prefix for book in books]
    return [Scope(own, frozenset(prefixes) - {own}, place == 0) for place, own in enumerate(prefixes)]
