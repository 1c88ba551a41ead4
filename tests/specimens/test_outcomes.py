"""The service judges every kind of specimen as the notice and the finding codes want it."""

import shutil
from collections.abc import Iterator

import pytest

from service.bench import Bench, open_bench
from service.defaults import rules_folder
from service.demo.mails import DayMail, the_day
from service.demo.world import lay_over
from service.domain.judgement import Severity
from tests.specimens import QUICK, SCENARIOS, specimen
from tests.specimens.comparing import disagreements

_DAY = [mail for mail in the_day(2020) if mail.answers is None]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The service under the rules of the invented province."""
    rules = tmp_path_factory.mktemp("province") / "rules"
    shutil.copytree(rules_folder(), rules)
    lay_over(rules)
    with open_bench(None, rules) as opened:
        yield opened


@pytest.mark.parametrize("seed", range(len(SCENARIOS)), ids=list(SCENARIOS))
def test_a_specimen_is_judged_rightly(seed: int, bench: Bench) -> None:
    raw, expected = specimen(seed, carriers=QUICK)

    assert disagreements(bench.judge(raw, None), expected) == []


@pytest.mark.parametrize("carrier", ["scan_pdf", "turned", "exif", "skewed", "photo", "noisy"])
def test_a_letter_is_read_however_it_was_taken(carrier: str, bench: Bench) -> None:
    raw, expected = specimen(11, "complete", carriers=[carrier])

    assert disagreements(bench.judge(raw, None), expected) == []


@pytest.mark.parametrize("mail", _DAY, ids=[mail.key for mail in _DAY])
def test_the_demos_mails_get_what_the_demo_says(mail: DayMail, bench: Bench) -> None:
    decision = bench.judge(mail.content(), mail.received).decision

    found = {finding.code for finding in decision.findings}
    acted_on = {finding.code for finding in decision.findings if finding.severity is not Severity.REMARK}
    assert decision.verdict == mail.verdict
    assert mail.codes <= found
    assert acted_on <= mail.codes | mail.may
