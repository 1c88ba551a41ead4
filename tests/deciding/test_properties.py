"""What must hold for any mail: it is judged, at most one person is written to, and a whole set is left in peace."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from service.checks import pieces
from service.domain.judgement import Judgement, Severity, Verdict
from service.domain.mail import Address, Envelope
from service.domain.submission import Attachment, Problem, Role, Submission, Table, Tick
from tests.builders import (
    BUREAU,
    OWN,
    UNIVERSITY,
    a_case,
    a_letter,
    a_row,
    a_rulebook,
    a_submission,
    a_table,
    an_attachment,
    an_envelope,
    answers_for,
    four_tables,
    judged,
    of_unit,
)

files = st.builds(
    an_attachment,
    st.sampled_from(["a.pdf", "b.xlsx", "c.zip", "d.docx", "e.jpg", "f", "g.rar", "h.ofd"]),
    st.sampled_from(list(Role)),
    st.none() | st.sampled_from(list(Problem)),
    st.sampled_from(["application/pdf", "image/png", "application/zip", "application/octet-stream", ""]),
)
addresses = st.builds(
    Address,
    st.sampled_from(["", BUREAU]),
    st.sampled_from(
        [
            "a@qq.com",
            "x@lhut.example",
            "no-reply@x.example",
            "zypt@ste.linghai.example",
            "zhangsan@ste.linghai.example",
            "b@",
            "",
        ]
    ),
)
envelopes = st.builds(
    Envelope,
    st.none(),
    st.lists(addresses, max_size=2).map(tuple),
    st.lists(addresses, max_size=2).map(tuple),
    subject=st.sampled_from(["", "报送征集表", "自动回复：x", "回复：补正", "Undeliverable"]),
    signals=st.lists(
        st.tuples(
            st.sampled_from(["auto-submitted", "list-id", "precedence", "return-path"]),
            st.sampled_from(["no", "auto-replied", "bulk", "<>"]),
        ),
        max_size=2,
    ).map(tuple),
)
ticks = st.sampled_from(list(Tick))
rows = st.builds(
    lambda unit, city, tick, post: a_row(
        unit, city, cells={"post": post}, answers=answers_for(3, {"nyx.plan_nyx": tick})
    ),
    st.sampled_from([None, "", "无", UNIVERSITY, "云江某某有限公司"]),
    st.sampled_from([None, "", "云江市", "岭州"]),
    ticks,
    st.sampled_from(["", "无", "工程师"]),
)
tables = st.builds(
    lambda n, r, nil: a_table(n, r, nil=nil), st.integers(1, 4), st.lists(rows, max_size=3), st.booleans()
)
letters = st.builds(
    a_letter,
    st.none() | st.sampled_from([BUREAU, UNIVERSITY, "某某有限公司", "岭州大学"]),
    text=st.sampled_from(["", "我市无需求", "请查收"]),
)
texts = st.sampled_from(["", "见附件", "请问怎么填？", "我单位无需求", "补充报送", "作废", "岭海理工大学"])
mails = st.builds(
    Submission,
    st.just("3" * 64),
    st.just(1000),
    envelopes,
    texts,
    texts,
    st.lists(files, max_size=3).map(tuple),
    st.lists(letters, max_size=2).map(tuple),
    st.lists(tables, max_size=4).map(tuple),
)


def hold(judgement: Judgement) -> None:
    decision = judgement.decision
    if decision.verdict is Verdict.NOT_A_SUBMISSION or decision.kind.is_machine_made:
        assert decision.reply is None and not decision.findings
    if decision.reply is not None:
        (to,) = decision.reply.to
        assert to.address.lower() not in OWN | set(a_rulebook().campaign.staff)
        assert "@" in to.address and not to.address.startswith("no-reply")
    asks = {f.code for f in decision.of_severity(Severity.CORRECT)}
    assert (decision.verdict is Verdict.NEEDS_CORRECTION) <= bool(asks)
    if decision.verdict is Verdict.WRONG_ROUTE:
        assert asks == {"R401"}
    assert decision.verdict is not Verdict.ACCEPTED or not pieces.missing(judgement.dossier, a_rulebook())
    assert not ({"F201", "F202"} & asks and judgement.dossier.tables)
    assert not ("L101" in asks and judgement.dossier.letter)
    assert all(f.message and f.code in a_rulebook().checks for f in decision.findings)
    assert decision.why[-1].startswith(("结论：", "不回信："))


@given(mails)
@settings(max_examples=300)
def test_any_mail_is_judged_by_the_rules_of_conduct(mail: Submission) -> None:
    hold(judged(mail))


@given(mails, mails)
@settings(max_examples=150)
def test_any_follow_up_is_judged_by_the_rules_of_conduct(first: Submission, second: Submission) -> None:
    opened = judged(first)

    judgement = judged(replace(second, sha256="4" * 64), earlier=a_case(opened))

    hold(judgement)
    held = {t.number for t in opened.dossier.tables if t.rows}
    assert held <= {t.number for t in judgement.dossier.tables if t.rows} or judgement.dossier.earlier is None


@given(st.lists(files, max_size=3), st.sampled_from([a_submission(), of_unit(UNIVERSITY)]))
@settings(max_examples=200)
def test_whoever_sent_a_whole_set_is_never_asked_for_more(more: list[Attachment], whole: Submission) -> None:
    judgement = judged(replace(whole, attachments=(*whole.attachments, *more)))

    assert not judgement.decision.of_severity(Severity.CORRECT)
    assert judgement.decision.verdict in (Verdict.ACCEPTED, Verdict.STAFF_REVIEW)


@given(st.lists(tables, min_size=1, max_size=3))
@settings(max_examples=100)
def test_what_was_filled_in_is_never_lost_to_a_later_mail(later: list[Table]) -> None:
    judgement = judged(
        a_submission(letters=(), tables=tuple(later), sha256="4" * 64, envelope=an_envelope()), earlier=a_case(judged())
    )

    assert {t.number for t in judgement.dossier.tables if t.rows} == {t.number for t in four_tables()}
