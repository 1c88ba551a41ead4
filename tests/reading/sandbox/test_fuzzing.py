"""The fuzz run that is kept in `benchmarks`: a few cases of it with every test run."""

from benchmarks.broken import broken_mail
from benchmarks.fuzz import run


def test_broken_mails_get_an_answer_and_harm_nobody() -> None:
    tally = run(seed=20, numbers=range(30))

    assert (tally.cases, tally.failures) == (30, {})


def test_the_same_seed_and_number_are_the_same_mail() -> None:
    assert broken_mail(3, 5) == broken_mail(3, 5) != broken_mail(3, 6)
