"""kill -9 at every step of the real service: nothing is lost, nobody gets a second letter, and nobody is forgotten.

A run is killed at its first, second, … step, each in a fresh world, and run again. Then all must be as after a run
that nobody killed, but for one thing that SMTP does not allow (RFC 1047): a letter that died between its final dot
and the recorded answer is there at most once, is known to be of unknown fate, and is settled later.

In the usual suite one scenario is taken at every step that something changed before, and the others are sampled.
CRASH_TESTS=full takes every step of all.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from service.sending import SETTLE
from tests.crash.driver import Ended, Forks, Place, State, counted, place, run
from tests.crash.dying import Plan
from tests.crash.scenarios import SCENARIOS, Desk, Scenario

EVERY = os.environ.get("CRASH_TESTS") == "full"
SAMPLE = 10
CLOSELY = "correction_and_follow_up"
_HARMLESS = re.compile(
    r"connect|sent |send (\S+ (CAPABILITY|LOGIN|LOGOUT|ID|EXAMINE|SELECT|UID FETCH|LIST)|ehlo|AUTH|mail|rcpt|data|From|quit)"
)
_SETTLED = SETTLE.total_seconds() + 60

Run = Callable[..., Ended]


def parts(name: str) -> int:
    """In how many tests the steps of a scenario are taken, so that they can run side by side."""
    return 4 if name == CLOSELY or EVERY else 1


def chosen(name: str, steps: Sequence[str]) -> Sequence[int]:
    """The steps to die at, from 1."""
    if EVERY:
        return range(1, len(steps) + 1)
    telling = [at for at in range(1, len(steps) + 1) if at == 1 or not _HARMLESS.match(steps[at - 2])]
    return telling if name == CLOSELY else telling[len(name) % SAMPLE :: SAMPLE]  # not the same steps in all


@dataclass(frozen=True)
class World:
    """A scenario, and what a run leads to that nobody killed."""

    scenario: Scenario
    clean: State
    steps: tuple[str, ...]
    plan: Plan


@pytest.fixture(scope="session")
def world_of(
    forks: Forks, tmp_path_factory: pytest.TempPathFactory, rules: Path, readings: Path
) -> Callable[[str], World]:
    """The world of a scenario; each is made once."""

    @cache
    def made(name: str) -> World:
        return undisturbed(SCENARIOS[name](Desk()), forks.run, tmp_path_factory.mktemp("world") / name, rules, readings)

    return made


def undisturbed(scenario: Scenario, run: Run, folder: Path, rules: Path, readings: Path) -> World:
    plan = Plan(readings=str(readings))
    with place(folder, rules, boxes=scenario.boxes) as where:
        where.arrives(*scenario.deliveries)
        counting, log = counted(where, plan)
        first = run(where, plan=counting)
        assert first.code == 0, first.err
        steps = tuple(log.read_text().splitlines())
        clean = where.state()
        assert run(where, plan=plan).code == 0
        assert where.state() == clean
    return World(scenario, clean, steps, plan)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_what_it_says(name: str, world_of: Callable[[str], World]) -> None:
    world = world_of(name)

    assert sorted((to, kind) for to, kind, _ in world.clean.delivered) == sorted(world.scenario.letters)
    assert +world.clean.letter_states == +Counter(sent=len(world.scenario.letters), superseded=world.scenario.overtaken)
    assert len(world.clean.archive) == len({d.content for d in world.scenario.deliveries if d.content})


@pytest.mark.parametrize(("name", "part"), [(name, part) for name in SCENARIOS for part in range(parts(name))])
def test_whatever_step_the_service_dies_at_every_mail_is_judged_once_and_answered_once(
    name: str, part: int, world_of: Callable[[str], World], forks: Forks, tmp_path: Path, rules: Path
) -> None:
    world = world_of(name)

    found = []
    for at in chosen(name, world.steps)[part :: parts(name)]:
        with place(tmp_path / str(at), rules, boxes=world.scenario.boxes) as where:
            found += [f"step {at} ({world.steps[at - 1]}): {p}" for p in problems(where, world, at, forks.run)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("part", range(3))
def test_the_command_as_people_start_it_dies_no_worse(
    part: int, world_of: Callable[[str], World], tmp_path: Path, rules: Path
) -> None:
    """Whole processes, their own reading children: nothing is shared with the process before."""
    world = replace(world_of("a_mornings_mail"), plan=Plan())
    at = 1 + (1 + part) * len(world.steps) // 4

    with place(tmp_path / str(at), rules, boxes=world.scenario.boxes) as where:
        assert list(problems(where, world, at, run)) == []


def problems(where: Place, world: World, at: int, run: Run) -> Iterator[str]:
    """Kill at a step, run again, and tell what differs from a run that nobody killed."""
    where.arrives(*world.scenario.deliveries)
    counting, log = counted(where, world.plan)
    killed = run(where, plan=replace(counting, kill_at=at))
    if not killed.was_killed:
        yield f"was not killed: {killed.code} {killed.err}"
    reached = log.read_text().splitlines()
    if [_kind(s) for s in reached] != [_kind(s) for s in world.steps[:at]]:
        yield f"came another way: {reached[-3:]}"
    again = run(where, plan=world.plan)
    if again.code:
        yield f"does not run again: {again.code} {again.err}"
    after = where.state()
    yield from differences(after, world.clean)
    yield from _is_at_rest(where, world, run)
    yield from _settling(where, world, after, run)
    if where.integrity() != [("ok",)]:
        yield "the database is damaged"


def differences(after: State, clean: State) -> Iterator[str]:
    for part in ("cases", "mails", "boxes", "archive"):
        if getattr(after, part) != getattr(clean, part):
            yield f"{part} differ: {getattr(after, part)} instead of {getattr(clean, part)}"
    if [letter[:3] for letter in after.letters] != [letter[:3] for letter in clean.letters]:
        yield f"letters differ: {after.letters} instead of {clean.letters}"
    states = after.letter_states
    if not states.keys() <= {"sent", "dot", "superseded"} or states["dot"] > 1:
        yield f"states of letters: {states}"
    missing, more = Counter(clean.delivered), Counter(after.delivered)
    if more - missing:
        yield f"delivered more than once: {more - missing}"
    if (missing - more).total() > states["dot"]:
        yield f"never delivered: {missing - more}"


def _is_at_rest(where: Place, world: World, run: Run) -> Iterator[str]:
    before = where.state()
    run(where, plan=world.plan)
    if where.state() != before:
        yield f"a further run changes something: {before} to {where.state()}"


def _settling(where: Place, world: World, before: State, run: Run) -> Iterator[str]:
    """After the settle time a receipt is repeated once, every other letter is left to staff."""
    doubtful = [letter for letter in before.letters if letter[3] == "dot"]
    if not doubtful:
        return
    run(where, plan=replace(world.plan, later=_SETTLED))
    after = where.state()
    more = Counter(after.delivered) - Counter(before.delivered)
    expected = {"receipt": ("sent", 1)}.get(str(doubtful[0][1]), ("parked", 0))
    if (after.letter_states[expected[0]] - before.letter_states[expected[0]], more.total()) != (1, expected[1]):
        yield f"a doubtful {doubtful[0][1]} was settled wrongly: {after.letter_states}, {more}"
    run(where, plan=replace(world.plan, later=_SETTLED * 10))
    if where.state() != after:
        yield f"settled twice: {where.state().letter_states}"


def _kind(step: str) -> str:
    """A step without the tag that changes with each connection."""
    return step.split(maxsplit=1)[0] if step.startswith(("send", "sent")) else step
