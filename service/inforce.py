"""Which rules a campaign goes by: its folder as it is, else the last good ones that were in force."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
        raise rulebook.together(broken)
    if problems := rulebook.problems_together([(force.settings.rules_dir, force.book) for force in found]):
        raise RulesInvalid("、".join(str(force.settings.rules_dir) for force in found), problems, "请改正后再启动")
    return tuple(found)


def in_place_of(book: Rulebook, folder: Path, found: Sequence[InForce]) -> tuple[InForce, ...]:
    """The campaigns with other rules in the place of those with the same prefix. Raises RulesInvalid without such."""
    own = book.campaign.number_prefix
    prefixes = [force.book.campaign.number_prefix for force in found]
    if own not in prefixes:
        seen = f"campaign.toml，number_prefix：没有编号字头为“{own}”的征集活动；现有 {'、'.join(prefixes)}"
        raise RulesInvalid(str(folder), (seen,), "请改正，或先在配置里加一节 [[campaign]]")
    return tuple(
        replace(force, folder=folder, book=book) if force.book.campaign.number_prefix == own else force
        for force in found
    )


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
