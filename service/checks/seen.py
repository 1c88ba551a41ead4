"""What a check reports, before it is put into words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from service.domain.judgement import Dossier, Place, Route, Severity
from service.domain.rules import Rulebook

Sentences = Mapping[str, tuple[str, ...]]
"""The sentences that a check uses: variant -> the placeholders it fills."""

_ANYWHERE = Place()


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing observed. variant picks the sentence; values fill it; missing lists pieces it should name."""

    place: Place = _ANYWHERE
    variant: str = "default"
    values: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()  # "letter", "form"
    soften: Severity | None = None  # in place of asking for correction, when the check is not sure


class Check(Protocol):
    """A module of this package: one code, one question."""

    CODE: str
    EXPLANATION: str  # Chinese, for staff: when it speaks, when it is silent
    SENTENCES: Sentences

    def check(self, dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
        """Everything this check sees in a dossier."""
        ...
