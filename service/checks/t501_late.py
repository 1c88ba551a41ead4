"""T501: the case came after the deadline.

Noted only: lateness never changes the verdict. A case is on time when its first mail was.
"""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route
from service.domain.rules import Rulebook

CODE = "T501"
EXPLANATION = """
首次来件晚于截止时间时，只作记录，照常受理并标注逾期。
按时来件、之后补正的，不算逾期。
"""
SENTENCES: Sentences = {"default": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    if not is_on_time(dossier, rulebook):
        yield Seen()


def is_on_time(dossier: Dossier, rulebook: Rulebook) -> bool:
    """True when the case's first mail arrived by the deadline."""
    return dossier.first_received <= rulebook.campaign.deadline
