"""Two campaigns at once in one mailbox: whose mail it is, and that nothing of the one reaches the other."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.demo.mime import Mail, make_mail
from service.domain.judgement import Verdict
from tests.servers.pair import BOX, ServerPair
from tests.stories.campaigns import OF_2020, OF_2021, OF_BOTH, YEAR_AFTER, Office, change
from tests.stories.conftest import IN_TIME, answering


@pytest.fixture
def office(servers: ServerPair, tmp_path: Path) -> Office:
    return Office(servers, tmp_path)


def from_staff(text: str, sender: str) -> Mail:
    return Mail(sender=sender, to=BOX, subject="回复", text=text, date=IN_TIME + timedelta(hours=3), files=())


# -- each sign alone -------------------------------------------------------------------------------------


def test_a_form_is_known_by_its_title_and_numbered_by_its_campaign(office: Office) -> None:
    bureaus = office.bureau("云江市"), office.bureau("望海市")
    for bureau, rules in zip(bureaus, ("rules-2021", "rules"), strict=True):
        office.receives(office.says(bureau, office.letter(bureau), office.form(bureau, rules)))

    assert office.stands() == [("LH2021-0001", bureaus[0].name), ("LH2020-0001", bureaus[1].name)]
    assert "2020年" in office.reason() and "征集表题为" in office.reason()
    assert office.kinds() == ["receipt", "receipt"]
    assert ["LH2021-0001" in str(letter["Subject"]) for letter in office.letters()] == [True, False]


def test_a_letter_is_known_by_its_title(office: Office) -> None:
    bureau = office.bureau("云江市")
    title = "关于报送2021年海外人才与科技交流合作需求的函"

    office.receives(office.says(bureau, office.letter(bureau, title), office.untitled(bureau, "rules-2021")))

    assert office.stands() == [("LH2021-0001", bureau.name)]
    assert "报送函写有" in office.reason()


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "云江市2021年度征集材料"},
        {"subject": "报送2021年海外人才与科技交流合作需求征集的材料"},
        {"text": "现报送2021年海外人才与科技交流合作需求征集的材料，请查收。"},
    ],
    ids=["year", "title", "text"],
)
def test_a_mail_is_known_by_what_it_says(office: Office, changes: dict[str, str]) -> None:
    bureau = office.bureau("云江市")

    office.receives(office.says(bureau, office.letter(bureau), office.untitled(bureau, "rules-2021"), **changes))

    assert office.stands() == [("LH2021-0001", bureau.name)]
    assert "写有“" in office.reason()


def test_a_file_name_says_whose_it_is(office: Office) -> None:
    bureau = office.bureau("云江市")
    form = office.untitled(bureau, "rules-2021", "2021年征集表.xlsx")

    office.receives(office.says(bureau, office.letter(bureau), form))

    assert office.stands() == [("LH2021-0001", bureau.name)]


def test_a_word_of_the_rules_says_whose_it_is(office: Office) -> None:
    bureau = office.bureau("云江市")
    campaign = office.folder / "rules-2021" / "campaign.toml"
    change(campaign, lambda old: old.replace("[pieces]", 'subject_words = ["二期"]\n[pieces]'))

    office.receives(office.says(bureau, office.letter(bureau), office.untitled(bureau, "rules"), subject="二期材料"))

    assert office.stands() == [("LH2021-0001", bureau.name)]


def test_a_form_of_its_own_is_known_without_any_title(office: Office) -> None:
    office.also_prizes()
    bureau = office.bureau("云江市")

    office.receives(office.says(bureau, office.letter(bureau), office.untitled(bureau, "rules-prizes")))

    assert office.stands() == [("JB2020-0001", bureau.name)]
    assert "栏目是本活动的" in office.reason()
    assert office.kinds() == ["receipt"]


def test_who_has_a_case_in_one_campaign_alone_goes_on_with_it(office: Office) -> None:
    bureau = office.bureau("云江市")
    office.receives(office.says(bureau, office.form(bureau, "rules-2021")))
    assert office.kinds() == ["correction"]

    office.receives(office.says(bureau, office.letter(bureau), subject="材料", text="补充，请查收附件。"))

    assert office.stands() == [("LH2021-0001", bureau.name)]
    assert office.kinds() == ["correction", "receipt"]
    assert "只在本活动中有报送件" in office.reason()


def test_what_says_nothing_belongs_to_the_campaign_that_is_still_open(office: Office) -> None:
    bureau = office.bureau("云江市")

    office.receives(office.says(bureau, office.letter(bureau), office.untitled(bureau, "rules")), at=YEAR_AFTER)

    assert office.stands() == [("LH2021-0001", bureau.name)]
    assert "只有本活动还在征集" in office.reason()


def test_a_reply_months_later_with_nothing_but_a_word_finds_its_case(office: Office) -> None:
    bureau = office.bureau("云江市")
    office.receives(office.says(bureau, office.form(bureau, "rules")))
    (correction,) = office.raw_letters()
    reply = office.says(bureau, office.letter(bureau), subject="回复", text="补充")

    office.receives(answering(correction, reply), at=YEAR_AFTER)

    assert office.stands() == [("LH2020-0001", bureau.name)]
    assert office.kinds() == ["correction", "receipt"]
    assert "回复了本活动的往来邮件" in office.reason()


def test_a_case_number_in_the_subject_is_enough(office: Office) -> None:
    bureau = office.bureau("云江市")
    office.receives(office.says(bureau, office.form(bureau, "rules")))

    office.receives(office.says(bureau, office.letter(bureau), subject="补充 LH2020-0001"), at=YEAR_AFTER)

    assert office.stands() == [("LH2020-0001", bureau.name)]
    assert "编号" in office.reason()


# -- contradictions, and nothing to go by ----------------------------------------------------------------


def awaits(office: Office) -> str:
    """Why the newest mail waits for staff to say whose it is."""
    _, decision = office.newest()
    assert decision.awaits_campaign
    assert decision.verdict is Verdict.STAFF_REVIEW
    assert decision.reply is None
    ((code, message),) = [(finding.code, finding.message) for finding in decision.findings]
    assert code == "C701"
    return message


def test_a_reply_to_one_campaign_with_the_others_form_is_left_to_staff(office: Office) -> None:
    bureau = office.bureau("云江市")
    office.receives(office.says(bureau, office.form(bureau, "rules")))
    (correction,) = office.raw_letters()

    reply = office.says(bureau, office.letter(bureau), office.form(bureau, "rules-2021"))
    office.receives(answering(correction, reply))

    assert "回复的往来邮件指向“2020年" in awaits(office)
    assert office.stands() == [("LH2020-0001", bureau.name)]
    assert [case.versions for case in office.seen()] == [1]
    assert office.kinds() == ["correction"]


def test_both_forms_in_one_mail_are_left_to_staff(office: Office) -> None:
    bureau = office.bureau("云江市")
    forms = office.form(bureau, "rules", "甲.xlsx"), office.form(bureau, "rules-2021", "乙.xlsx")

    office.receives(office.says(bureau, office.letter(bureau), *forms))

    assert "2020年" in awaits(office) and "2021年" in awaits(office)
    assert office.stands() == []
    assert office.kinds() == []


def test_a_form_of_its_own_beside_another_is_not_overlooked(office: Office) -> None:
    office.also_prizes()
    bureau = office.bureau("云江市")
    forms = office.form(bureau, "rules", "甲.xlsx"), office.untitled(bureau, "rules-prizes", "乙.xlsx")

    office.receives(office.says(bureau, office.letter(bureau), *forms))

    assert "揭榜挂帅" in awaits(office)


def test_last_years_form_is_not_taken_for_last_years_campaign(office: Office) -> None:
    bureau = office.bureau("云江市")

    office.receives(office.says(bureau, office.letter(bureau), office.form(bureau, "rules")), at=YEAR_AFTER)

    assert "已经截止" in awaits(office)
    assert office.kinds() == []


def test_a_subject_of_one_campaign_over_the_form_of_another_is_left_to_staff(office: Office) -> None:
    bureau = office.bureau("云江市")

    office.receives(office.says(bureau, office.letter(bureau), office.form(bureau, "rules"), subject="2021年征集材料"))

    assert "主题或附件名指向“2021年" in awaits(office)


def test_what_says_nothing_while_two_campaigns_are_open_is_left_to_staff(office: Office) -> None:
    bureau = office.bureau("云江市")

    office.receives(office.says(bureau, office.letter(bureau), office.untitled(bureau, "rules")))

    assert "没有可以区分" in awaits(office)
    assert office.stands() == []


def test_rules_may_leave_it_to_nobody(office: Office) -> None:
    bureau = office.bureau("云江市")
    for name in ("rules", "rules-2021"):
        change(
            office.folder / name / "checks.toml",
            lambda old: f'C701 = "remark"\n{old}'.replace(
                '[C701]\nmeaning = "一个邮箱办几项征集活动时，不能确定属于哪一项"\nseverity = "staff"\n', ""
            ),
        )

    office.receives(office.says(bureau, office.letter(bureau), office.untitled(bureau, "rules")))

    assert office.stands() == [("LH2020-0001", bureau.name)]
    assert office.kinds() == ["receipt"]


# -- what staff say --------------------------------------------------------------------------------------


def digest_sent(office: Office, number: int) -> bytes:
    from service.reporting import digest_for, queue_digest
    from service.wiring import desk_of, open_service

    with open_service(office.settings) as service:
        desk = desk_of(service.running[number])
        queue_digest(desk, digest_for(desk, None, IN_TIME.date()), None)
    return next(content for _, campaign, content in office.letters_of("digest") if campaign == desk.scope.prefix)


def ordered(office: Office, *orders: str) -> list[str]:
    """The answers that staff got, as text."""
    from email import message_from_bytes, policy

    told = []
    for _, _, content in office.letters_of("answer"):
        body = message_from_bytes(content, policy=policy.default).get_body(("plain",))
        told.append(str(body.get_content()))
    return told


@pytest.mark.parametrize("to", ["LH2020", "LH2021"])
def test_staff_say_whose_it_is_and_it_goes_its_way(office: Office, to: str) -> None:
    bureau = office.bureau("云江市")
    office.receives(office.says(bureau, office.letter(bureau), office.untitled(bureau, "rules")))
    (matter,) = office.digest(0).needs_person
    order = next(line for line in matter.why.split("“") if line.startswith(f"归入 {to} ")).partition("”")[0]

    office.receives(answering(digest_sent(office, 0), from_staff(order, OF_2020)))
    office.poll()

    assert office.stands() == [(f"{to}-0001", bureau.name)]
    assert office.kinds() == ["receipt"]
    assert "已受理" in ordered(office)[0]
    assert office.digest(0).needs_person == ()
    assert office.query("SELECT what FROM event WHERE what IN ('judged', 'assigned') AND detail != '' ORDER BY id")


def test_the_same_word_twice_leads_to_one_letter(office: Office) -> None:
    bureau = office.bureau("云江市")
    office.receives(office.says(bureau, office.letter(bureau), office.untitled(bureau, "rules")))
    sha = str(office.query("SELECT sha256 FROM mail")[0][0])[:8]
    digest = digest_sent(office, 0)

    office.receives(answering(digest, from_staff(f"归入 LH2021 来信{sha}", OF_2020)))
    for text in (f"归入 LH2021 来信{sha}\n谢谢", f"归入 LH2020 来信{sha}"):
        office.receives(answering(digest, from_staff(text, OF_BOTH)))

    assert office.stands() == [("LH2021-0001", bureau.name)]
    assert office.kinds() == ["receipt"]
    assert "没有等待归入" in ordered(office)[-1]


def test_staff_of_one_campaign_cannot_act_in_the_other(office: Office) -> None:
    bureau = office.bureau("云江市")
    office.receives(office.says(bureau, office.form(bureau, "rules")))
    digest = digest_sent(office, 1)

    office.receives(answering(digest, from_staff("受理 LH2020-0001", OF_2021)))
    assert "不在它的工作人员名单中" in ordered(office)[-1]
    assert office.kinds() == ["correction"]

    office.receives(answering(digest, from_staff("受理 LH2020-0001", OF_BOTH)))
    assert "已受理" in ordered(office)[-1]
    assert office.kinds() == ["correction", "receipt"]


# -- what is each campaign's own -------------------------------------------------------------------------


def test_each_digest_tells_of_its_own_campaign(office: Office) -> None:
    first, second = office.bureau("云江市"), office.bureau("望海市")
    office.settings = replace(office.settings, drafts=frozenset({"correction"}))
    office.receives(
        office.says(first, office.form(first, "rules")), office.says(second, office.form(second, "rules-2021"))
    )

    mine, theirs = office.digest(0), office.digest(1)

    assert (mine.total_cases, theirs.total_cases) == (1, 1)
    assert (mine.mails, theirs.mails) == (1, 1)
    assert "2020年" in mine.campaign and "2021年" in theirs.campaign
    named = [
        [m.what for m in facts.parked if "补正通知】" in m.what and "待审" not in m.what] for facts in (mine, theirs)
    ]
    assert [len(own) for own in named] == [1, 1]
    assert "LH2020-0001" in named[0][0] and "LH2021-0001" in named[1][0]
    shown = [(to, campaign) for to, campaign, _ in office.letters_of("draft")]
    assert shown == [(f"{OF_2020}\n{OF_BOTH}", "LH2020"), (f"{OF_2021}\n{OF_BOTH}", "LH2021")]


def test_a_unit_reports_to_both_and_each_asks_for_its_own(office: Office) -> None:
    bureau = office.bureau("云江市")
    office.receives(
        office.says(bureau, office.letter(bureau), office.form(bureau, "rules")),
        office.says(bureau, office.form(bureau, "rules-2021")),
    )

    assert office.stands() == [("LH2020-0001", bureau.name), ("LH2021-0001", bureau.name)]
    assert office.kinds() == ["receipt", "correction"]


def test_the_same_bytes_twice_are_one_mail(office: Office) -> None:
    bureau = office.bureau("云江市")
    mail = make_mail(office.says(bureau, office.letter(bureau), office.form(bureau, "rules-2021")))

    office.receives(mail, mail, b"Received: from relay.example; Fri, 20 Mar 2020 09:05:00 +0800\r\n" + mail)

    assert office.stands() == [("LH2021-0001", bureau.name)]
    assert office.query("SELECT campaign FROM mail") == [("LH2021",), ("LH2021",)]
    assert office.kinds() == ["receipt"]
