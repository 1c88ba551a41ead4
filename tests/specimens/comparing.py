"""Where a judgement and a specimen's right outcome differ, in words."""

from collections import Counter
from collections.abc import Iterator

from service.domain.judgement import Decision, Judgement, Severity
from service.domain.submission import Answer, Row, Table
from tests.specimens.expected import Expected


def disagreements(judgement: Judgement, expected: Expected) -> list[str]:
    """Every difference; empty when the service is right."""
    tables = judgement.dossier.tables
    return [*_conclusion(judgement.decision, expected), *_codes(judgement.decision, expected), *_rows(tables, expected)]


def _conclusion(decision: Decision, expected: Expected) -> Iterator[str]:
    pairs = (
        ("verdict", decision.verdict.value, expected.verdict),
        ("kind", decision.kind.value, expected.kind),
        ("on_time", decision.on_time, expected.on_time),
        ("channel", decision.route.channel.value, expected.channel),
        ("unit", decision.route.unit, expected.unit),
    )
    yield from (f"{name}: {got}, not {right}" for name, got, right in pairs if right is not None and got != right)


def _codes(decision: Decision, expected: Expected) -> Iterator[str]:
    found = {finding.code for finding in decision.findings}
    acted_on = {finding.code for finding in decision.findings if finding.severity is not Severity.REMARK}
    yield from (f"not found: {code}" for code in sorted((expected.codes - acted_on) | (expected.remarks - found)))
    yield from (f"found without reason: {code}" for code in sorted(acted_on - expected.codes - expected.may))


def _rows(tables: tuple[Table, ...], expected: Expected) -> Iterator[str]:
    counts = Counter({table.number: 0 for table in tables})
    rows: dict[tuple[int, int], Row] = {}
    for table in tables:
        for row in table.rows:
            rows[table.number, counts[table.number]] = row
            counts[table.number] += 1
    yield from (f"表{n}: {counts[n]} rows, not {right}" for n, right in expected.rows.items() if counts[n] != right)
    for (number, i, key), right in expected.answers.items():
        got = _as_told(rows[number, i].answer(key)) if (number, i) in rows else None
        if got != right:
            yield f"表{number} row {i} {key}: {got!r}, not {right!r}"


def _as_told(answer: Answer | None) -> str | list[str] | None:
    """As `explain --json` tells an answer."""
    if answer is None:
        return None
    if answer.tick is not None:
        return answer.tick.value
    return list(answer.choices) if answer.choices is not None else answer.text
