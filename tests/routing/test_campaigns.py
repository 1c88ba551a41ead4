"""Whose mail it is: what each sign says, what two of them say, and that mails of others have no say in it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.attributing import Candidate, attribute
from service.domain.campaigns import Links, Sign, Whose
from service.domain.mail import Envelope
from service.domain.rules import Rulebook
from service.domain.submission import Submission
from service.parts import Rules
from service.pipeline import conclude
from service.records.tentative import Known, Tentative
from service.routing.campaigns import Names, names_of, needs_all, whose
from tests.builders import (
    IN_TIME,
    OWN,
    a_letter,
    a_rulebook,
    a_submission,
    a_table,
    an_address,
    the_wording,
    without_pieces,
)

YEAR = timedelta(days=365)
NOTHING = Links()


def of_year(book: Rulebook, year: int) -> Rulebook:
    """The rules of the same campaign in another year."""
    campaign, after = book.campaign, year - 2020
    tables = tuple(replace(t, title=t.title.replace("2020", str(year))) for t in book.forms.tables)
    return replace(
        book,
        campaign=replace(
            campaign,
            title=campaign.title.replace("2020", str(year)),
            number_prefix=f"LH{year}",
            deadline=campaign.deadline + after * YEAR,
        ),
        forms=replace(book.forms, tables=tables),
    )


BOOKS = (a_rulebook(), of_year(a_rulebook(), 2021))
NAMES: Names = names_of(BOOKS)
HEADED = {year: (f"附件1 {year}年海外人才需求情况表",) for year in (2020, 2021)}


def said(mail: Submission, links: Links = NOTHING, at: datetime = IN_TIME) -> Whose:
    return whose(NAMES, {book.campaign.number_prefix: mail for book in BOOKS}, links, at)


def a_mail(
    subject: str = "报送材料", heading: tuple[str, ...] = (), title: str = "关于报送材料的函", **more: object
) -> Submission:
    envelope = Envelope("<m@x.example>", (an_address(),), subject=subject)
    letter = replace(a_letter("云江市科学技术局"), title=title, text="")
    tables = (a_table(1, path="征集表.xlsx", heading=heading),)
    return a_submission(envelope=envelope, letters=(letter,), tables=tables, text="请查收", attachments=(), **more)


@pytest.mark.parametrize(
    ("mail", "sign"),
    [
        (a_mail(heading=HEADED[2021]), Sign.FORM),
        (a_mail(title="关于报送2021年海外人才需求的函"), Sign.LETTER),
        (a_mail("2021年度材料"), Sign.WORDS),
    ],
)
def test_a_sign_of_the_mails_own_decides(mail: Submission, sign: Sign) -> None:
    found = said(mail)

    assert (found.campaign, found.sign, found.doubt) == ("LH2021", sign, "")


def test_a_shorter_title_inside_a_longer_one_says_nothing() -> None:
    assert set(NAMES.titled("2021年海外人才需求情况表")) == {"LH2021"}
    assert set(NAMES.titled("海外人才需求情况表")) == set()


@pytest.mark.parametrize("text", ["2021年3月10日", "粤科函〔2021〕12号", "20210310报送", "2020-2021"])
def test_a_date_or_a_letters_number_is_no_year_of_a_campaign(text: str) -> None:
    assert NAMES.said(text) == {}


def test_thread_and_number_are_stronger_than_what_the_subject_says() -> None:
    found = said(a_mail("2021年度材料"), Links(thread="LH2020"))

    assert (found.campaign, found.sign, found.doubt) == ("LH2020", Sign.THREAD, "")


@pytest.mark.parametrize(
    ("mail", "links", "likely"),
    [
        (a_mail(heading=HEADED[2021]), Links(thread="LH2020"), "LH2020"),
        (a_mail(heading=HEADED[2020]), Links(numbers=frozenset({"LH2021"})), "LH2021"),
        (a_mail(), Links(thread="LH2020", numbers=frozenset({"LH2021"})), "LH2020"),
        (a_mail(heading=HEADED[2020], title="关于报送2021年需求的函"), Links(), "LH2020"),
        (a_mail(heading=HEADED[2020] + HEADED[2021]), Links(), "LH2020"),
        (a_mail("2021年材料", heading=HEADED[2020]), Links(), "LH2020"),
        (a_mail("2020年、2021年材料"), Links(), "LH2020"),
        (a_mail(), Links(), "LH2020"),
    ],
)
def test_what_contradicts_itself_or_says_nothing_is_doubtful(mail: Submission, links: Links, likely: str) -> None:
    found = said(mail, links)

    assert found.doubt
    assert found.campaign == likely


def test_a_campaign_that_is_over_is_not_meant_by_a_title_alone_while_another_runs() -> None:
    late = IN_TIME + YEAR

    assert said(a_mail(heading=HEADED[2020]), at=late).doubt
    assert not said(a_mail("补报2020年材料", heading=HEADED[2020]), at=late).doubt
    assert not said(a_mail(heading=HEADED[2020]), at=late + YEAR).doubt  # none runs


def test_an_earlier_case_says_nothing_of_new_pieces_once_it_is_complete() -> None:
    both, one = frozenset({"LH2020", "LH2021"}), frozenset({"LH2020"})

    assert said(a_mail(), Links(open=one, known=one)).sign is Sign.SENDER
    assert not said(a_mail(), Links(open=one, known=one)).doubt
    assert not said(a_mail(), Links(open=one, known=both)).doubt
    assert said(a_mail(), Links(known=one)).doubt
    assert said(a_mail(), Links(known=both)).doubt
    assert not said(without_pieces("谢谢"), Links(known=one)).doubt


def test_columns_tell_only_where_every_campaign_read_the_mail() -> None:
    known = tuple((f"k{n}", f"列{n}", "A") for n in range(8))
    mine = a_submission(tables=(a_table(1, path="表.xlsx", columns=known),), letters=())
    theirs = a_submission(tables=(a_table(1, path="表.xlsx", columns=known[:3]),), letters=())

    both = whose(NAMES, {"LH2020": theirs, "LH2021": mine}, Links(), IN_TIME)

    assert (both.campaign, both.sign) == ("LH2021", Sign.FORM)
    assert needs_all(NAMES, theirs)
    assert whose(NAMES, {"LH2020": theirs}, Links(), IN_TIME).doubt


# -- in what order mails come ----------------------------------------------------------------------------

RULES = tuple(Rules(book, the_wording(), OWN, frozenset()) for book in BOOKS)
UNITS = ("望海市科技创新局", "岭海理工大学", "云江丙丁精密机械有限公司", "鹤溪市科学技术局")


def a_strangers(number: int, year: int) -> Submission:
    """A mail of another unit, whose campaign is clear."""
    envelope = Envelope(f"<s{number}@x.example>", (an_address(f"s{number}@freemail.example"),), subject=f"{year}年材料")
    return a_submission(
        sha256=f"{number:064x}", envelope=envelope, letters=(a_letter(UNITS[number]),), text=f"{number}"
    )


def a_probe(answers: str = "") -> Submission:
    envelope = Envelope(
        "<p@x.example>",
        (an_address("kjj@yunjiang.example"),),
        subject="补充",
        in_reply_to=(answers,) if answers else (),
    )
    letters = (replace(a_letter("云江市科学技术局"), title=None, text=""),)
    return a_submission(sha256="f" * 64, envelope=envelope, letters=letters, tables=(), attachments=(), text="补充")


def own_case(year: int) -> Submission:
    envelope = Envelope("<own@x.example>", (an_address("kjj@yunjiang.example"),), subject=f"{year}年材料")
    return a_submission(sha256="e" * 64, envelope=envelope, letters=(), text="见附件")


def taken(walk: Tentative, mail: Submission, at: datetime) -> Whose | None:
    """A mail on its way through a walk; its campaign."""
    found = attribute(mail.sha256, at, [Candidate(rules.rulebook, lambda _: mail) for rules in RULES], walk)
    assert found is not None
    join, judgement = conclude(mail, at, walk, RULES[found.place], whose=found.whose)
    walk.record(judgement, join, RULES[found.place].rulebook.campaign.number_prefix, Known())
    return found.whose


@given(
    order=st.permutations(range(5)),
    years=st.lists(st.sampled_from([2020, 2021]), min_size=4, max_size=4),
    own=st.sampled_from([2020, 2021]),
    answers=st.sampled_from(["", "<own@x.example>"]),
)
def test_whose_mail_it_is_does_not_depend_on_the_order_of_others(
    order: list[int], years: list[int], own: int, answers: str
) -> None:
    mails = [*(a_strangers(n, year) for n, year in enumerate(years)), own_case(own)]

    def probed(places: list[int]) -> Whose | None:
        walk = Tentative()
        for minutes, place in enumerate(places):
            taken(walk, mails[place], IN_TIME + timedelta(minutes=minutes))
        return taken(walk, a_probe(answers), IN_TIME + timedelta(hours=1))

    found = probed(order)

    assert found == probed(list(range(5)))
    assert found is not None
    assert (found.campaign, found.sign) == (f"LH{own}", Sign.THREAD if answers else Sign.SENDER)


def test_titles_of_three_years_are_told_apart() -> None:
    names = names_of((*BOOKS, of_year(a_rulebook(), 2022)))

    for book in names.books:
        assert set(names.titled(book.campaign.title)) == {book.campaign.number_prefix}
