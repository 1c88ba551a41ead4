"""A service whose mailbox serves several campaigns: of 2020 and 2021 with forms alike, and one with a form of its own."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from service import rulebook
from service.demo.forms import FormLayout, SheetNames
from service.demo.letters import pages_of
from service.demo.mime import File, Mail, make_mail
from service.demo.paper import pdf_of
from service.demo.pieces import Pieces
from service.demo.submissions import Scribe
from service.demo.world import Sender
from service.digest.facts import DigestFacts
from service.domain.judgement import Decision
from service.records.views import CaseView, Views
from service.reporting import digest_facts
from service.settings import load_settings
from service.wiring import desk_of, open_service
from tests.servers.pair import ServerPair
from tests.stories.conftest import IN_TIME, Station

OF_2020, OF_2021, OF_BOTH = "zhangsan@ste.linghai.example", "wangwu@ste.linghai.example", "zhaoliu@ste.linghai.example"
YEAR_AFTER = datetime(2021, 3, 10, 1, 0, tzinfo=UTC)
_PRIZES = """
[[table]]
number = 1
label = "揭榜表"
title = "揭榜挂帅技术攻关需求一览表"
columns = [
  { key = "seq", label = "序号" },
  { key = "unit", label = "单位名称", required = true },
  { key = "city", label = "所在地市", required = true },
  { key = "riddle", label = "亟待攻克的卡点", required = true },
  { key = "measure", label = "验收指标", required = true },
  { key = "prize", label = "悬赏额度" },
  { key = "term", label = "揭榜期限" },
  { key = "basis", label = "已投入研发情况" },
]
"""


class Office(Station):
    """The station with the campaigns of 2020 and 2021."""

    def __init__(self, servers: ServerPair, folder: Path) -> None:
        super().__init__(servers, folder)
        self.folder = folder
        people(folder / "rules", OF_2020, OF_BOTH)
        next_year(folder / "rules", folder / "rules-2021")
        people(folder / "rules-2021", OF_2021, OF_BOTH)
        self.serves("rules", "rules-2021")

    def serves(self, *folders: str) -> None:
        """The campaigns of the configuration, in this order."""
        config = self.folder / "config.toml"
        servers = config.read_text("utf-8").partition("[[campaign]]")[0]
        sections = "".join(f'[[campaign]]\nrules_dir = "{name}"\n' for name in folders)
        config.write_text(f"{servers}{sections}", "utf-8")
        self.settings = load_settings(config)

    def also_prizes(self) -> None:
        """A third campaign, of 2020 too, with a form that no other resembles."""
        prizes(self.folder / "rules", self.folder / "rules-prizes")
        self.serves("rules", "rules-2021", "rules-prizes")

    def forms_of(self, name: str) -> Pieces:
        """Attachments as a campaign's forms ask for them."""
        forms = rulebook.load(self.folder / name).forms
        return Pieces(Scribe(7, self.world, forms), self.world, forms)

    def letter(self, sender: Sender, title: str = "关于报送有关材料的函", name: str = "报送函.pdf") -> File:
        spec = self.pieces.scribe.letter(sender)
        body = ("根据贵厅有关要求，现将有关材料随函报送，请予支持。", "专此函达。")
        return File(name, pdf_of(pages_of(replace(spec, title=title, body=body))))

    def form(self, sender: Sender, rules: str, name: str = "征集表.xlsx") -> File:
        return replace(self.forms_of(rules).form(sender), name=name)

    def untitled(self, sender: Sender, rules: str, name: str = "征集表.xlsx") -> File:
        """A form without any title, under names of sheets that tell nothing."""
        pieces = self.forms_of(rules)
        layout = FormLayout(sheet_names=SheetNames.DEFAULT, title_rows=False)
        return replace(pieces.workbook(pieces.scribe.tables(sender), layout), name=name)

    def says(self, sender: Sender, *files: File, **changes: object) -> Mail:
        """A mail that names no campaign but by what is given."""
        plain = {"subject": "报送材料", "text": "您好，材料见附件，请查收。"}
        return self.mail(sender, files, **{**plain, **changes})

    def receives(self, *mails: Mail | bytes, at: datetime = IN_TIME) -> None:
        for mail in mails:
            self.arrives(mail if isinstance(mail, bytes) else make_mail(mail), at)
        self.poll()

    def seen(self) -> list[CaseView]:
        with self.cases() as found:
            return found

    def stands(self) -> list[tuple[str, str]]:
        """Number and unit of every case."""
        return [(case.number, case.unit or "") for case in self.seen()]

    def decided(self) -> list[tuple[str, Decision]]:
        """Campaign and decision of every judged mail, in order of arrival."""
        with open_service(self.settings) as service:
            mails = Views(service.parts.records.engine).in_state("judged")
            return [(mail.campaign, mail.decision) for mail in mails if mail.decision]

    def newest(self) -> tuple[str, Decision]:
        return self.decided()[-1]

    def reason(self) -> str:
        """What is told of the newest mail's campaign."""
        return next(step for step in self.newest()[1].why if step.startswith("征集活动"))

    def digest(self, number: int, day: datetime = IN_TIME) -> DigestFacts:
        """The digest of a campaign, of the days up to now."""
        with open_service(self.settings) as service:
            desk = desk_of(service.running[number])
            return digest_facts(desk, None, day.date())

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with open_service(self.settings) as service, service.parts.records.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def letters_of(self, kind: str) -> list[tuple[str, str, bytes]]:
        """Recipients, campaign and bytes of our letters of a kind."""
        rows = self.query(f"SELECT recipients, campaign, content FROM outbox WHERE letter = '{kind}' ORDER BY id")
        return [(str(to), str(campaign), bytes(content)) for to, campaign, content in rows]  # type: ignore[arg-type]


def people(rules: Path, *staff: str) -> None:
    quoted = ", ".join(f'"{address}"' for address in staff)
    change(rules / "campaign.toml", lambda old: re.sub(r"(?m)^(staff|admins) = .*$", rf"\1 = [{quoted}]", old))


def next_year(rules: Path, target: Path) -> None:
    """The same campaign a year later: its forms are alike but for the year in their titles."""
    shutil.copytree(rules, target)
    for name in ("campaign.toml", "forms.toml"):
        change(target / name, lambda old: old.replace("2020", "2021"))
    change(target / "campaign.toml", lambda old: old.replace("《海外", "《2021年海外"))


def prizes(rules: Path, target: Path) -> None:
    shutil.copytree(rules, target)
    titles = 'titles = ["揭榜挂帅技术攻关需求一览表"]'
    words = re.sub(r"titles = [^]]*]", titles, (target / "forms.toml").read_text("utf-8").partition("[[table]]")[0])
    (target / "forms.toml").write_text(words + _PRIZES, "utf-8")
    change(
        target / "campaign.toml",
        lambda old: (
            old.replace("LH2020", "JB2020")
            .replace("2020年海外人才与科技交流合作需求征集", "揭榜挂帅技术攻关需求征集")
            .replace("《海外人才与科技交流合作需求征集表（表1-4）》", "《揭榜挂帅技术攻关需求一览表》")
        ),
    )


def change(file: Path, how: Callable[[str], str]) -> None:
    old = file.read_text("utf-8")
    new = how(old)
    assert new != old
    file.write_text(new, "utf-8")
