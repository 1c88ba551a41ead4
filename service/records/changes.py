"""Changes of the rules that came by mail, and how far each of them came: notes, carried by every backup and rebuild."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine, delete, insert, select

from service.records.ledger import tell
from service.records.tables import Note

_note = Note.__table__  # type: ignore[attr-defined]

_PREFIX = "rules_change:"
CHANGED = "rules_changed"
"""The event of a change that took effect or was taken back; the digest tells it."""


class State(StrEnum):
    """asked -> offered -> enabling -> enabled -> undoing -> undone; over: answered, and nothing comes of it."""

    ASKED = "asked"  # to be tried
    OFFERED = "offered"  # tried and told; waits for its token
    ENABLING = "enabling"  # its files are being written
    ENABLED = "enabled"
    UNDOING = "undoing"  # the files before it are being written
    UNDONE = "undone"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Step:
    """Who let a change take effect or took it back, by which mail, and when (ISO 8601)."""

    by: str
    mail: str  # SHA-256
    at: str


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One change. Its files are not kept: they are made again of the archived mail."""

    mail: str  # SHA-256 of the mail that brought it
    by: str  # an admin's address as registered
    at: str  # ISO 8601
    campaign: str  # prefix of its numbers
    state: State = State.ASKED
    trial: int = 0  # how many were told
    tries: int = 0  # since the last that was told
    base: str = ""  # version of the rules that it was compared with
    version: str = ""  # of the rules as it makes them
    earlier: tuple[tuple[str, str], ...] = ()  # base and version of trials that count no more
    told: tuple[str, ...] = ()  # which lines of which file it changes (Chinese)
    turn: int = 0  # the how-manieth that took effect
    enabled: Step | None = None
    undone: Step | None = None

    @property
    def trials(self) -> tuple[tuple[str, str], ...]:
        """Base and version of every trial that was told."""
        return (*self.earlier, *(((self.base, self.version),) if self.base else ()))

    def asked_again(self) -> "RuleChange":
        """To be tried once more: what was told of it counts no more."""
        return replace(self, state=State.ASKED, tries=0, base="", version="", earlier=self.trials)


class RuleChanges:
    """The changes of one campaign's rules. Every method is one durable step."""

    def __init__(self, engine: Engine, owns: Callable[[str], bool]) -> None:
        """owns: whether a campaign's changes belong here."""
        self._engine = engine
        self._owns = owns

    def all(self) -> Sequence[RuleChange]:
        """In the order in which they came."""
        query = select(_note.c.value).where(_note.c.name.startswith(_PREFIX, autoescape=True))
        with self._engine.connect().execution_options(reading=True) as connection:
            found = [_read(value) for value in connection.execute(query).scalars()]
        return sorted(
            (change for change in found if self._owns(change.campaign)), key=lambda change: (change.at, change.mail)
        )

    def of(self, mail: str) -> RuleChange | None:
        """The change that a mail brought."""
        query = select(_note.c.value).where(_note.c.name == _PREFIX + mail)
        with self._engine.connect().execution_options(reading=True) as connection:
            value = connection.execute(query).scalar()
        return None if value is None else _read(value)

    def ask(self, change: RuleChange) -> None:
        """Write a new change down. Safe to call again: what became of it meanwhile stays."""
        if self.of(change.mail) is None:
            self.put(change)

    def put(self, change: RuleChange, now: datetime | None = None, event: str = "") -> None:
        """Write down how far a change came. event: what the digest and `why` tell of it, in the same step."""
        name = _PREFIX + change.mail
        with self._engine.begin() as connection:
            connection.execute(delete(_note).where(_note.c.name == name))
            connection.execute(insert(_note).values(name=name, value=_written(change)))
            if event and now is not None:
                step = change.undone or change.enabled
                tell(connection, now, CHANGED, event, sha256=step.mail if step else change.mail)


def _written(change: RuleChange) -> str:
    return json.dumps(asdict(change), ensure_ascii=False, sort_keys=True)


def _read(text: str) -> RuleChange:
    values = json.loads(text)
    return RuleChange(
        **{
            **values,
            "state": State(values["state"]),
            "earlier": tuple((base, version) for base, version in values["earlier"]),
            "told": tuple(values["told"]),
            **{name: Step(**values[name]) for name in ("enabled", "undone") if values[name]},
        }
    )
