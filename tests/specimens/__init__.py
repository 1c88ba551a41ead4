"""Seeded specimens: whole mails of the invented province over the whole variety, each with its right outcome.

`specimen(seed)` is deterministic: a failing seed is a test case. Seeds count through the situations in turn, so that
any run of `len(SCENARIOS)` neighbouring seeds holds each of them once.
"""

from collections.abc import Sequence

from tests.specimens import habits, scenarios, scenarios_of_files
from tests.specimens.expected import Expected
from tests.specimens.scenarios import Scenario, new_desk
from tests.specimens.threads import Thread, thread

__all__ = ["QUICK", "SCENARIOS", "Expected", "Thread", "specimen", "thread"]

QUICK = ("text_pdf",)  # carriers that need no OCR

SCENARIOS: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        *(scenarios.complete, scenarios.no_letter, scenarios.no_form, scenarios.wrong_route, scenarios.bad_answers),
        *(scenarios.other_name, scenarios.loosely_written),
        *(scenarios.long_letter, scenarios.late, scenarios.nil_return, scenarios.nil_tables, scenarios.form_scan),
        *(scenarios.word_letter, scenarios.no_seal, scenarios.table_absent, scenarios.all_empty),
        *(scenarios.remarked_answers, scenarios.nameless_row, scenarios.other_citys_row, scenarios.unknown_unit),
        *(scenarios.wrong_route_unlisted, scenarios.asked_unit, scenarios.sub_unit, scenarios.borrowed_letter),
        *(scenarios_of_files.empty_file, scenarios_of_files.damaged_form, scenarios_of_files.damaged_archive),
        *(scenarios_of_files.protected_archive, scenarios_of_files.forgotten_files, scenarios_of_files.linked_form),
        *(scenarios_of_files.inquiry, scenarios_of_files.empty_mail, scenarios_of_files.machine_made),
    )
}


def specimen(
    seed: int, scenario: str | None = None, carriers: Sequence[str] = habits.CARRIERS
) -> tuple[bytes, Expected]:
    """A mail and what must come of it as a first mail. By default the seed chooses the situation.

    carriers: how letters may have been made; QUICK keeps to those with a text layer.
    """
    name = scenario or list(SCENARIOS)[seed % len(SCENARIOS)]
    return SCENARIOS[name](new_desk(name, seed, carriers))
