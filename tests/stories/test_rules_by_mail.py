"""An admin changes the rules by mail: tried first, in force only by a token, and taken back; nobody else can."""

import errno
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from threading import Event
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from service import rulebook
from service.amending import amendments, writing
from service.amending.trials import Trials, Tried
from service.cli.main import run
from service.demo.mime import File, Mail, make_mail
from service.demo.servers import MailServers
from service.exchanging import export_tables
from service.polling import Poller, Report
from service.records.views import CaseView
from service.reporting import digest_facts
from service.settings import load_settings
from service.wiring import Service, desk_of, open_service
from service.workbook.rules_words import COLUMNS, WORKBOOK
from tests.servers.pair import BOX, UNIT, USERS
from tests.stories.conftest import IN_TIME, Station, answering

WANG, LI = "wangwu@ste.linghai.example", "lisi@ste.linghai.example"
SERVER = "mx.dept.example"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class AtOnce(Trials):
    """The same command in this process: a test need not wait for the start of another."""

    def start(self, key: str, lay_out: Callable[[Path], None], _done: Callable[[], None] | None = None) -> None:
        rules = self._place / "rules"
        shutil.rmtree(rules, ignore_errors=True)
        rules.mkdir(parents=True)
        lay_out(rules)
        out = io.TextIOWrapper(io.BytesIO(), "utf-8")
        with redirect_stdout(out):
            assert run(["--config", str(self._config), "rules", "trial", str(rules), "--json", "--as-read"]) == 0
        self._tried = key, Tried(json.loads(out.buffer.getvalue()))  # type: ignore[attr-defined]

    @property
    def running(self) -> str | None:
        return self._tried[0] if getattr(self, "_tried", None) else None

    def result(self) -> Tried | None:
        (_, tried), self._tried = self._tried, None  # type: ignore[has-type]
        return tried  # type: ignore[no-any-return]


class Office(Station):
    """A department with two admins whose mail server vouches for its senders, and its service running."""

    def __init__(self, servers: MailServers, folder: Path) -> None:
        super().__init__(servers, folder)
        campaign = self.settings.rules_dir / "campaign.toml"
        written = campaign.read_text("utf-8")
        written = re.sub(r"(?m)^admins = .*$", f'admins = ["{WANG}", "{LI}"]', written)
        campaign.write_text(re.sub(r"(?m)^staff = .*$", 'staff = ["zhangsan@ste.linghai.example"]', written), "utf-8")
        self._stack = ExitStack()
        self.configure(f'authserv_id = "{SERVER}"')

    def configure(self, mailbox: str = "", service: str = "rules_by_mail = true") -> None:
        file = self.settings.file
        assert file is not None
        text = re.sub(r"(?s)^\[service\].*?(?=\[\[)", "", file.read_text("utf-8"))
        text = text.replace('name = "collection"\n', f'name = "collection"\n{mailbox}\n', 1)
        file.write_text(f"[service]\n{service}\n{text}", "utf-8")
        self.settings = load_settings(file)
        self.restart()

    def restart(self, trials: type[Trials] = AtOnce, soon: Callable[[], None] | None = None) -> None:
        """End the service, and start it anew."""
        self.close()
        self.service: Service = self._stack.enter_context(open_service(self.settings))
        assert self.settings.file is not None
        self.trials = trials(self.settings.file, self.settings.data_dir / "trial")
        self.service.amendments._trials = self.trials
        self._poller = Poller(self.service, rules_settle=0, soon=soon)

    def close(self) -> None:
        self._stack.close()

    def poll(self) -> Report:
        return self._poller.poll()

    @contextmanager
    def cases(self) -> Iterator[list[CaseView]]:
        yield desk_of(self.service).views.cases()

    @property
    def units(self) -> str:
        return (self.settings.rules_dir / "units.csv").read_text("utf-8")

    def version(self) -> str:
        return rulebook.load(self.settings.rules_dir).version

    def workbook(self, *edits: tuple[str, str, str]) -> File:
        """The exported workbook with cells changed: (sheet, cell, text)."""
        place = self.settings.data_dir.parent / "规则.xlsx"
        export_tables(self.settings.rules_dir, place, COLUMNS, WORKBOOK)
        book = load_workbook(place)
        for sheet, cell, text in edits:
            book[sheet][cell] = text
        book.save(place)
        return File("规则.xlsx", place.read_bytes(), XLSX)

    def cell(self, unit: str, column: str) -> str:
        """Where a unit's value stands on the sheet units."""
        rows = [line.split(",") for line in self.units.splitlines()]
        row = next(number for number, cells in enumerate(rows, 1) if cells[0] == unit)
        return f"{chr(65 + rows[0].index(column))}{row}"

    def to_admins(self, admin: str = WANG, kind: str = "") -> list[EmailMessage]:
        """What an admin received, in order."""
        found = [message_from_bytes(raw, policy=policy.default) for raw in self.servers.mails(admin)]
        return [m for m in found if str(m["Message-ID"]).startswith(f"<{kind}")]

    def says(self, text: str, *files: File, sender: str = WANG, **changes: object) -> Mail:
        plain = Mail(
            sender=sender, to=BOX, subject="修改规则", text=text, date=IN_TIME + timedelta(hours=3), files=files
        )
        return replace(plain, **changes)  # type: ignore[arg-type]

    def sends(self, mail: Mail | bytes, vouched: str | None = "pass") -> None:
        """The mail arrives and is judged. vouched: what our server found out; None: it says nothing."""
        content = mail if isinstance(mail, bytes) else make_mail(mail)
        self.arrives(stamped(content, vouched))
        assert self.poll().failed == 0

    def offered(self, admin: str = WANG) -> EmailMessage:
        return self.to_admins(admin, "rules_trial")[-1]

    def answers(self, admin: str = WANG) -> list[str]:
        return [str(m["Subject"]).removeprefix("【规则修改】") for m in self.to_admins(admin, "rules_answer")]


def stamped(content: bytes, vouched: str | None) -> bytes:
    if vouched is None:
        return content
    return f"Authentication-Results: {SERVER}; dmarc={vouched} header.from=ste.linghai.example\r\n".encode() + content


def token_of(letter: EmailMessage) -> str:
    found = re.search(r"口令：(\S+)", text_of(letter))
    assert found is not None
    return found[1]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with MailServers({**USERS, WANG: "w", LI: "l"}) as servers:
        office = Office(servers, tmp_path)
        yield office
        office.close()


def direct_unit(office: Office) -> str:
    return next(line.split(",")[0] for line in office.units.splitlines() if ",direct," in line)


def test_a_workbook_is_tried_told_and_takes_effect_by_its_token(office: Office) -> None:
    unit, before = direct_unit(office), office.version()
    office.sends(office.says("请看附件。", office.workbook(("units", office.cell(unit, "route"), "ask"))))

    letter = office.offered()
    assert office.version() == before
    assert unit in text_of(letter) and "direct → ask" in text_of(letter)
    assert len(office.to_admins(LI, "rules_trial")) == 1  # the other admin sees it too

    office.sends(answering(letter.as_bytes(), office.says(f"启用 {token_of(letter)}")))

    assert office.answers() == ["规则已启用"]
    assert office.answers(LI) == ["规则已启用"]
    assert office.version() != before
    assert f"{unit}," in office.units
    assert rulebook.load(office.settings.rules_dir).unit(unit).route.value == "ask"  # type: ignore[union-attr]


@pytest.fixture
def unit(office: Office) -> str:
    return direct_unit(office)


@pytest.fixture
def asked(office: Office, unit: str) -> File:
    """A workbook in which one unit is to be asked about."""
    return office.workbook(("units", office.cell(unit, "route"), "ask"))


def route_of(office: Office, unit: str) -> str:
    found = rulebook.load(office.settings.rules_dir).unit(unit)
    assert found is not None
    return found.route.value


def enable(office: Office, letter: EmailMessage, sender: str = WANG, text: str = "", **changes: str) -> None:
    mail = office.says(text or f"启用 {token_of(letter)}", sender=sender, **changes)
    office.sends(answering(letter.as_bytes(), mail))


def undo(office: Office, sender: str = WANG) -> None:
    letter = office.to_admins(sender)[-1]
    office.sends(answering(letter.as_bytes(), office.says("回退", sender=sender)))


def test_what_a_trial_tells_is_what_the_rules_do(office: Office, unit: str, asked: File) -> None:
    sender = next(u for u in office.world.units_by_route("direct") if u.name == unit)
    office.arrives(make_mail(office.complete(sender)))
    office.poll()
    ((number, _),) = office.numbers()

    office.sends(office.says("", asked))

    told = text_of(office.offered())
    assert "共2封：1封不变，1封改变" in told
    assert number in told and "→ 转人工" in told and "units.csv:" in told


def test_a_unit_that_is_new_costs_no_second_reading_of_old_mail(office: Office, unit: str) -> None:
    sender = next(u for u in office.world.units_by_route("direct") if u.name == unit)
    office.arrives(make_mail(office.complete(sender)))
    office.poll()
    end = len(office.units.splitlines()) + 1

    office.sends(
        office.says("", office.workbook(("units", f"A{end}", "岭海新设研究院"), ("units", f"H{end}", "direct")))
    )

    told = text_of(office.offered())
    assert "岭海新设研究院" in told and "新增" in told
    assert "2封按原来读到的内容试看" in told


@pytest.mark.parametrize("name", ["通讯录.xlsx", "units (1).xlsx", "abc.XLSX"])
def test_a_workbook_is_known_by_what_it_holds(office: Office, asked: File, name: str) -> None:
    office.sends(office.says("", replace(asked, name=name)))

    assert office.to_admins(kind="rules_trial")


def test_a_workbook_in_an_archive_beside_a_picture_is_taken(office: Office, asked: File) -> None:
    zipped = BytesIO()
    with ZipFile(zipped, "w") as archive:
        archive.writestr("新/规则.xlsx", asked.content)

    office.sends(office.says("", File("规则.zip", zipped.getvalue(), "application/zip")))

    assert office.to_admins(kind="rules_trial")


def test_plain_files_are_taken_by_their_names(office: Office, unit: str) -> None:
    units = office.units.replace(",direct,", ",ask,", 1).encode("gbk")
    checks = (office.settings.rules_dir / "checks.toml").read_bytes()
    checks = checks.replace(b"[L101]\n", b"[L101]\nenabled = false\n", 1)
    office.sends(office.says("", File("units.csv", units, "text/csv"), File("checks (1).toml", checks, "text/plain")))

    letter = office.offered()
    assert "units.csv、checks.toml" in str(letter["Subject"])
    enable(office, letter)

    assert route_of(office, unit) == "ask"
    assert not rulebook.load(office.settings.rules_dir).checks["L101"].enabled


@pytest.mark.parametrize("old", [f'"{LI}"]', 'number_prefix = "'])
def test_who_may_change_the_rules_is_not_for_a_mail_to_say(office: Office, old: str) -> None:
    campaign = (office.settings.rules_dir / "campaign.toml").read_text("utf-8")
    new = f'"{LI}", "evil@freemail.example"]' if old.startswith(f'"{LI}') else 'number_prefix = "X'
    office.sends(office.says("", File("campaign.toml", campaign.replace(old, new, 1).encode(), "text/plain")))

    assert office.answers() == ["寄来的规则有1处问题，没有试看"]
    assert "不能用邮件修改" in text_of(office.to_admins()[-1])


def test_what_is_wrong_is_told_by_sheet_and_cell_and_nothing_is_staged(office: Office, unit: str) -> None:
    cell, before = office.cell(unit, "route"), office.version()
    office.sends(office.says("", office.workbook(("units", cell, "dirct"))))

    assert office.answers() == ["寄来的规则有1处问题，没有试看"]
    assert f"工作表 units 单元格 {cell}（route）：不认识“dirct”；是否想写“direct”？" in text_of(office.to_admins()[-1])
    assert not office.to_admins(kind="rules_trial")
    assert office.version() == before


def test_a_formula_is_no_text(office: Office, unit: str) -> None:
    cell = office.cell(unit, "note")
    office.sends(office.says("", office.workbook(("units", cell, "=1+1"))))

    assert f"工作表 units：单元格 {cell}：是公式；请改成文字" in text_of(office.to_admins()[-1])


def test_a_column_that_an_old_workbook_lacks_is_not_lost(office: Office, asked: File) -> None:
    book = load_workbook(BytesIO(asked.content))
    page = book["cities"]
    at = next(c.column for c in page[1] if c.value == "domains")
    page.delete_cols(at)
    out = BytesIO()
    book.save(out)

    office.sends(office.says("", replace(asked, content=out.getvalue())))

    assert "没有 domains 列" in text_of(office.to_admins()[-1])


def test_files_that_are_no_rules_are_answered_and_are_no_submission(office: Office) -> None:
    book, out = Workbook(), BytesIO()
    book.active.append(["姓名", "电话"])  # type: ignore[union-attr]
    book.save(out)

    office.sends(office.says("见附件", File("通讯录.xlsx", out.getvalue(), XLSX)))

    assert office.answers() == ["附件里没有认出规则表"]
    assert office.numbers() == []


def test_the_same_rules_once_more_are_nothing_to_enable(office: Office) -> None:
    office.sends(office.says("", office.workbook()))

    assert office.answers() == ["寄来的规则与现在的相同"]


def test_an_admins_own_submission_stays_one(office: Office, unit: str) -> None:
    sender = next(u for u in office.world.units_by_route("direct") if u.name == unit)
    office.sends(replace(office.complete(sender), sender=WANG))

    assert len(office.numbers()) == 1


def test_an_admin_without_a_workbook_is_sent_one_that_may_come_back(office: Office, unit: str) -> None:
    office.sends(office.says("您好：\n导出\n王五"))
    letter = office.to_admins()[-1]
    (attached,) = letter.iter_attachments()
    book = load_workbook(BytesIO(attached.get_content()))
    book["units"][office.cell(unit, "route")] = "ask"
    out = BytesIO()
    book.save(out)

    office.sends(answering(letter.as_bytes(), office.says("改好了", File("规则.xlsx", out.getvalue(), XLSX))))

    assert "direct → ask" in text_of(office.offered())


# who is believed


def test_a_forged_sender_changes_nothing_and_admins_hear_of_it_once_a_day(office: Office, asked: File) -> None:
    for number in range(2):
        office.sends(office.says("", asked, subject=f"修改{number}", message_id=f"<n{number}@x.example>"), "fail")

    assert office.answers() == ["一封要改规则的来信可能是冒名的，没有理会"]
    assert office.answers(LI) == office.answers()
    assert office.numbers() == []
    assert office.to_admins()[0]["In-Reply-To"] is None


def test_who_is_not_proved_proves_himself_by_answering_what_admins_alone_were_sent(
    office: Office, unit: str, asked: File
) -> None:
    office.sends(office.says("", asked), None)
    assert office.answers() == ["一封要改规则的来信未能证实，没有理会"]
    notice = office.to_admins()[0]

    office.sends(answering(notice.as_bytes(), office.says("", asked)), None)
    letter = office.offered()
    office.sends(make_mail(office.says(f"启用 {token_of(letter)}")), None)  # the token alone proves nothing
    assert route_of(office, unit) == "direct"
    office.sends(answering(letter.as_bytes(), office.says(f"启用 {token_of(letter)}")), None)

    assert route_of(office, unit) == "ask"


def test_a_forgers_answer_to_a_letter_of_ours_counts_for_nothing(office: Office, unit: str, asked: File) -> None:
    office.sends(office.says("", asked))
    letter = office.offered()

    office.sends(answering(letter.as_bytes(), office.says(f"启用 {token_of(letter)}")), "fail")

    assert route_of(office, unit) == "direct"


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": "zhangsan@ste.linghai.example"},  # staff, no admin
        {"sender": UNIT, "sender_name": WANG},
        {"sender": "wangwu@ste.linghai.example.evil.example"},
    ],
)
def test_nobody_else_is_an_admin(office: Office, unit: str, asked: File, changes: dict[str, str]) -> None:
    office.sends(office.says("", asked))
    letter = office.offered()
    told = len(office.to_admins())

    office.sends(answering(letter.as_bytes(), office.says(f"启用 {token_of(letter)}", **changes)))
    office.sends(make_mail(office.says("", asked, message_id="<second@x.example>", **changes)))

    assert route_of(office, unit) == "direct"
    assert len(office.to_admins()) == told


def test_answers_go_to_the_registered_address_whatever_reply_to_says(office: Office, asked: File) -> None:
    content = make_mail(office.says("", asked))
    office.sends(f"Reply-To: {UNIT}\r\n".encode() + content)

    assert office.offered()
    assert office.letters() == []


def test_a_machine_in_an_admins_name_is_not_heeded(office: Office, unit: str, asked: File) -> None:
    office.sends(b"Auto-Submitted: auto-generated\r\n" + make_mail(office.says("", asked)))
    assert not office.to_admins(kind="rules_trial")
    office.sends(office.says("", asked, message_id="<by.hand@x.example>"))
    letter = office.offered()

    office.sends(
        b"Auto-Submitted: auto-replied\r\n" + answering(letter.as_bytes(), office.says(f"启用 {token_of(letter)}"))
    )

    assert route_of(office, unit) == "direct"


def test_what_is_switched_off_is_said_and_does_nothing(office: Office, asked: File) -> None:
    office.configure(service="rules_by_mail = false")

    office.sends(office.says("", asked))

    assert office.answers() == ["没有开通用邮件改规则"]


# the token


def test_a_quoted_order_is_none_and_our_letters_hold_none(office: Office, unit: str, asked: File) -> None:
    office.sends(office.says("", asked))
    letter = office.offered()

    enable(office, letter, text="先不要，我再看看。")
    office.sends(office.says("转一下\n\n" + text_of(letter), message_id="<unquoted@x.example>"))

    assert route_of(office, unit) == "direct"
    assert office.answers() == []


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("启用 7K2M-9DQX-04TN-HW3P", "口令不对，没有启用"),
        ("启用", "没有写明口令，没有启用"),
        ("启用 这次的改动", "没有写明口令，没有启用"),
        ("回退", "没有可以回退的改动"),
    ],
)
def test_what_is_not_the_token_is_said_and_changes_nothing(
    office: Office, unit: str, asked: File, text: str, answer: str
) -> None:
    office.sends(office.says("", asked))

    enable(office, office.offered(), text=text)

    assert office.answers() == [answer]
    assert route_of(office, unit) == "direct"


def test_a_token_is_good_once_and_the_first_admin_wins(office: Office, unit: str, asked: File) -> None:
    office.sends(office.says("", asked))
    mine, others = office.offered(), office.offered(LI)

    enable(office, others, sender=LI)
    enable(office, mine)

    assert office.answers(LI) == ["规则已启用"]
    assert office.answers() == ["规则已启用", "口令已经用过"]
    assert LI in text_of(office.to_admins()[-1])
    assert route_of(office, unit) == "ask"


def test_rules_that_changed_meanwhile_are_tried_anew(office: Office, unit: str, asked: File) -> None:
    office.sends(office.says("", asked))
    old = office.offered()
    units = office.settings.rules_dir / "units.csv"
    units.write_text(office.units + "新单位,,省属,高校,岭州市,,,direct,\n", "utf-8")

    enable(office, old)

    assert office.answers() == ["规则其间另有改动，没有启用"]
    assert route_of(office, unit) == "direct"
    new = office.offered()
    assert token_of(new) != token_of(old) and "先前的口令作废" in text_of(new)
    assert "新单位" in text_of(new)  # the workbook does not know of it: that is seen before it is lost
    enable(office, old, message_id="<once.more@x.example>")
    assert office.answers()[-1] == "口令已作废，没有启用"
    enable(office, new)
    assert route_of(office, unit) == "ask"


def test_guessing_ends(office: Office, unit: str, asked: File) -> None:
    office.sends(office.says("", asked))
    letter = office.offered()
    for number in range(10):
        guess = office.says(f"启用 7K2M-9DQX-04TN-HW{number:02}", message_id=f"<guess{number}@x.example>")
        office.arrives(stamped(answering(letter.as_bytes(), guess), "pass"))
    office.poll()

    enable(office, letter)

    assert office.answers()[-1] == "口令错误次数过多，暂不受理"
    assert office.answers(LI) == ["口令错误次数过多，暂不受理"]
    assert route_of(office, unit) == "direct"


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_folder_that_cannot_be_written_is_said_and_the_token_stays_good(
    office: Office, unit: str, asked: File, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuses(_target: Path, _content: bytes) -> Path:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(amendments, "is_writable", lambda _: False)
    monkeypatch.setattr(writing, "_draft", refuses)
    office.sends(office.says("", asked))
    letter = office.offered()
    assert "没有权限写入规则文件夹" in text_of(letter)
    enable(office, letter)
    assert office.answers() == ["规则文件夹写不进去，没有改动"]
    assert route_of(office, unit) == "direct"

    monkeypatch.undo()
    enable(office, letter, message_id="<again@x.example>")

    assert office.answers()[-1] == "规则已启用"
    assert route_of(office, unit) == "ask"


def test_a_disk_that_is_full_is_no_fault_of_the_order(
    office: Office, unit: str, asked: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(_target: Path, _content: bytes) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    office.sends(office.says("", asked))
    letter = office.offered()
    monkeypatch.setattr(writing, "_draft", refuses)
    office.arrives(stamped(answering(letter.as_bytes(), office.says(f"启用 {token_of(letter)}")), "pass"))
    for _ in range(3):
        office.poll()
    assert office.answers() == []
    assert route_of(office, unit) == "direct"

    monkeypatch.undo()
    office.poll()

    assert office.answers() == ["规则已启用"]
    assert route_of(office, unit) == "ask"


# taking it back


def test_the_last_change_is_taken_back_byte_for_byte_and_then_the_one_before(office: Office, unit: str) -> None:
    first = office.units
    office.sends(office.says("", office.workbook(("units", office.cell(unit, "route"), "ask"))))
    enable(office, office.offered())
    second = office.units
    office.sends(
        office.says("", office.workbook(("units", office.cell(unit, "note"), "备注")), message_id="<2@x.example>")
    )
    enable(office, office.offered())
    assert office.units != second

    undo(office)
    assert office.units == second
    undo(office, LI)
    assert office.units == first
    undo(office)

    assert office.answers()[-3:] == ["规则已回退", "规则已回退", "没有可以回退的改动"]


def test_what_somebody_changed_since_is_not_taken_back(office: Office, unit: str, asked: File) -> None:
    office.sends(office.says("", asked))
    enable(office, office.offered())
    units = office.settings.rules_dir / "units.csv"
    units.write_text(office.units + "新单位,,省属,高校,岭州市,,,direct,\n", "utf-8")
    before = office.units

    undo(office)

    assert office.answers()[-1] == "没有回退"
    assert office.units == before


# around it


def test_staff_read_of_it_in_the_digest(office: Office, asked: File) -> None:
    office.sends(office.says("", asked))
    enable(office, office.offered())

    (told,) = digest_facts(desk_of(office.service), None).rules_changes
    assert WANG in told and "units.csv：第" in told


def test_a_folder_that_is_broken_just_now_is_said(office: Office, asked: File) -> None:
    (office.settings.rules_dir / "routing.toml").write_text("[[rule", "utf-8")

    office.sends(office.says("", asked))

    assert "规则文件夹本身有问题，没有试看" in office.answers()
    assert "routing.toml" in text_of(office.to_admins(kind="rules_answer")[-1])


def test_a_change_that_we_cannot_cope_with_is_answered_and_keeps_nobody_waiting(
    office: Office, unit: str, asked: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amendments, "propose", lambda *_: 1 / 0)
    office.sends(office.says("", asked))
    sender = next(u for u in office.world.units_by_route("direct") if u.name == unit)
    office.sends(office.complete(sender), vouched=None)

    assert office.answers() == ["试看没有完成"]
    assert office.kinds() == ["receipt"]


def test_a_long_trial_comes_with_a_workbook(office: Office) -> None:
    rows = office.units.splitlines()
    added = "".join(f"岭海新设研究院{n:03},,省属,科研院所,岭州市,,,direct,=1+{n}\n" for n in range(60))
    file = File("units.csv", ("\n".join(rows) + "\n" + added).encode(), "text/csv")

    office.sends(office.says("", file))

    letter = office.offered()
    (attached,) = letter.iter_attachments()
    assert "另有20处，见附件" in text_of(letter)
    book = load_workbook(BytesIO(attached.get_content()))
    assert book["规则的改动"].max_row == 61


def test_no_mail_waits_for_a_trial(office: Office, unit: str, asked: File) -> None:
    sender = next(u for u in office.world.units_by_route("direct") if u.name == unit)
    over = Event()
    office.restart(Trials, over.set)
    office.sends(office.says("", asked))
    assert not office.to_admins()

    office.sends(office.complete(sender), vouched=None)
    assert office.kinds() == ["receipt"]
    assert over.wait(60)
    office.poll()

    assert office.offered()


def test_a_trial_that_dies_with_the_service_is_made_again(office: Office, asked: File) -> None:
    office.restart(Trials, lambda: None)
    office.sends(office.says("", asked))
    assert not office.to_admins()

    office.restart(Trials)
    office.poll()
    office.poll()

    assert len(office.to_admins(kind="rules_trial")) == 1
