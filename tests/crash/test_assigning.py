"""kill -9 while staff say which campaign a mail is of: it is judged once, and answered once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.demo.forms import FormLayout, SheetNames
from service.demo.letters import pages_of
from service.demo.mime import File, Mail, make_mail
from service.demo.paper import pdf_of
from service.replies.identity import message_id_for
from tests.crash.driver import Forks, Place, counted, place, rules_for_all
from tests.crash.dying import Plan
from tests.crash.keeping import records
from tests.crash.scenarios import BOX, IN_TIME, KEY, UNITS, Delivery, Desk, sha256_of
from tests.stories.campaigns import next_year

STAFF = "zhangsan@ste.linghai.example"
SAMPLE = 9


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = rules_for_all(tmp_path_factory.mktemp("rules") / "own")
    next_year(folder / "rules", folder / "rules-2021")
    return folder


def both(shared: Path) -> str:
    """Lines of the configuration that name both campaigns."""
    return "".join(f'[[campaign]]\nrules_dir = "{shared / name}"\n' for name in ("rules", "rules-2021"))


def nobodys(desk: Desk) -> bytes:
    """A complete mail that does not say which campaign it is of."""
    unit = desk.bureau("云江市")
    spec = replace(desk.pieces.scribe.letter(unit), title="关于报送有关材料的函", body=("现将有关材料随函报送。",))
    layout = FormLayout(sheet_names=SheetNames.DEFAULT, title_rows=False)
    form = replace(desk.pieces.workbook(desk.pieces.scribe.tables(unit), layout), name="征集表.xlsx")
    return desk.mail(unit, UNITS[0], (File("报送函.pdf", pdf_of(pages_of(spec))), form), subject="报送材料")


def order(mail: bytes) -> Delivery:
    digest = message_id_for("digest", "0" * 64, 0, KEY, "dept.example")
    text = f"归入 LH2021 来信{sha256_of(mail)[:8]}"
    reply = Mail(STAFF, "回复", text, IN_TIME + timedelta(hours=3), to=BOX, in_reply_to=digest, references=(digest,))
    return Delivery(make_mail(reply), IN_TIME + timedelta(hours=3))


def begun(here: Place, mail: bytes, forks: Forks, plan: Plan) -> None:
    """The mail waits for staff's word, and the word has come."""
    here.arrives(Delivery(mail, IN_TIME))
    assert forks.run(here, plan=plan).code == 0
    assert here.query("SELECT kind, verdict, case_id FROM mail") == [("inquiry", "staff_review", None)]
    here.arrives(order(mail))


def stands(here: Place) -> tuple[object, ...]:
    state = here.state()
    return state.cases, state.mails, state.letters, state.delivered


def test_whatever_step_the_service_dies_at_the_mail_is_assigned_once(
    shared: Path, tmp_path: Path, forks: Forks, readings: Path
) -> None:
    mail, plan = nobodys(Desk()), Plan(readings=str(readings))
    with place(tmp_path / "clean", shared, more=both(shared)) as here:
        begun(here, mail, forks, plan)
        counting, log = counted(here, plan)
        assert forks.run(here, plan=counting).code == 0
        steps, clean = log.read_text().splitlines(), stands(here)
        assert here.letters_to(UNITS[0]) == ["receipt"]
        assert [number for number, *_ in here.state().cases] == ["LH2021-0001"]

    for at in range(1, len(steps) + 1, SAMPLE):
        with place(tmp_path / str(at), shared, more=both(shared)) as here:
            begun(here, mail, forks, plan)
            assert forks.run(here, plan=replace(counted(here, plan)[0], kill_at=at)).was_killed
            for _ in range(2):
                forks.run(here, plan=plan)
            unknown = here.query("SELECT count(*) FROM outbox WHERE state = 'dot'") != [(0,)]
            assert here.letters_to(UNITS[0]) in ([["receipt"], []] if unknown else [["receipt"]]), steps[at - 1]
            if not unknown:
                assert stands(here)[:2] == clean[:2], steps[at - 1]


def test_after_a_rebuild_what_staff_said_still_holds_row_for_row(
    shared: Path, tmp_path: Path, forks: Forks, readings: Path
) -> None:
    mail, plan = nobodys(Desk()), Plan(readings=str(readings))
    with place(tmp_path / "here", shared, more=both(shared)) as here:
        begun(here, mail, forks, plan)
        desk = Desk()
        here.arrives(Delivery(desk.complete(desk.bureau("望海市"), UNITS[1], subject="2021年材料"), IN_TIME))
        here.arrives(Delivery(desk.complete(desk.bureau("云江市"), UNITS[2]), IN_TIME))
        for command in (("poll",), ("digest", "--send"), ("poll",)):
            assert forks.run(here, *command, plan=plan).code == 0
        before = records(here.data / "records.db")
        assert {row[0] for row in here.query("SELECT campaign FROM mail")} == {"LH2020", "LH2021"}

        ended = forks.run(here, "rebuild", plan=plan)

        assert ended.code == 0, ended.err
        assert records(here.data / "records.db") == before
