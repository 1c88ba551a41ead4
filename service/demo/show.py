"""The demo: a day's mails of an invented province through a real IMAP and a real SMTP server on loopback.

Everything runs in this process but for the reading child; when `show` returns nothing is left running, and the
output folder holds what came of the day.
"""

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.table import Table

from service.defaults import rules_folder, templates_folder
from service.demo.exhibition import Line, exhibit
from service.demo.mails import DayMail, the_day
from service.demo.servers import MailServers
from service.demo.world import COLLECTION_ADDRESS, lay_over, the_world
from service.domain.judgement import Verdict
from service.locking import only_one
from service.logs import configure_logs
from service.polling import Poller
from service.settings import Settings, load_settings
from service.wiring import Service, desk_of, open_service

_ANSWERED_AFTER = timedelta(seconds=20)
_PASSWORD = "demo"
_PLAIN_WIDTH = 132  # where there is no terminal to ask
_WORDS = {
    Verdict.ACCEPTED: "[green]齐备[/]",
    Verdict.NEEDS_CORRECTION: "[yellow]需补正[/]",
    Verdict.WRONG_ROUTE: "[magenta]应转报[/]",
    Verdict.STAFF_REVIEW: "[cyan]转人工[/]",
    Verdict.NOT_A_SUBMISSION: "[dim]非报送[/]",
}
_LETTERS = {"receipt": "回执", "correction": "补正通知", "redirect": "转报通知", "handover": "已转人工"}


class _Clock:
    """The day in the story; the mails are of 2020."""

    def __init__(self) -> None:
        self.moment = datetime.now().astimezone()

    def __call__(self) -> datetime:
        return self.moment


def show(folder: Path, seed: int) -> int:
    """Play the day, show it as it happens, and leave what came of it in folder (made anew)."""
    configure_logs(readable=True, quiet=True)
    began, clock = monotonic(), _Clock()
    console = Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=_PLAIN_WIDTH)
    console.print(f"正在准备{the_world().province}一天的来信……")
    day = the_day(seed)
    users = dict.fromkeys([COLLECTION_ADDRESS, *the_world().staff, *(m.sender.lower() for m in day)], _PASSWORD)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="collection-mailbox-demo-")))
        servers = stack.enter_context(MailServers(users))
        settings = _settings(work, servers)
        stack.enter_context(only_one(settings.data_dir))
        service = stack.enter_context(open_service(settings, clock))
        lines = _play(day, service, servers, clock, console)
        _show_replies(lines, console)
        for file in exhibit(folder, lines, desk_of(service), day[0].received):
            console.print(f"  {file}")
    console.print(f"共 {len(lines)} 封来信，用时 {monotonic() - began:.0f} 秒。请先打开 {folder / 'index.html'}")
    return 0


def _settings(work: Path, servers: MailServers) -> Settings:
    shutil.copytree(rules_folder(), work / "rules")
    lay_over(work / "rules")
    shutil.copytree(templates_folder(), work / "mail_templates")
    (work / "secret").write_text(_PASSWORD)
    (work / "secret").chmod(0o600)
    server = f'host = "127.0.0.1"\nsecurity = "plain"\nusername = "{COLLECTION_ADDRESS}"\npassword_file = "secret"\n'
    config = (
        f'[[mailbox]]\nname = "collection"\nport = {servers.imap_port}\n{server}\n'
        f'[smtp]\nport = {servers.smtp_port}\n{server}from = "征集工作邮箱 <{COLLECTION_ADDRESS}>"\n'
    )
    (work / "config.toml").write_text(config, encoding="utf-8")
    return load_settings(work / "config.toml")


def _play(day: list[DayMail], service: Service, servers: MailServers, clock: _Clock, console: Console) -> list[Line]:
    lines: list[Line] = []
    seen: set[str] = set()
    poller = Poller(service)
    with Live(_grid(lines), console=console, refresh_per_second=4, vertical_overflow="visible") as live:
        for mail in day:
            clock.moment = mail.received + _ANSWERED_AFTER
            content = mail.content(_letter_to(mail, lines))
            before = len(servers.mails(mail.sender))
            servers.deliver(COLLECTION_ADDRESS, content, mail.received)
            poller.poll()
            lines.append(_line(mail, content, service, servers.mails(mail.sender)[before:], seen))
            live.update(_grid(lines))
    return lines


def _letter_to(mail: DayMail, lines: list[Line]) -> bytes | None:
    return next((line.reply for line in lines if line.mail.key == mail.answers), None)


def _line(mail: DayMail, content: bytes, service: Service, replies: list[bytes], seen: set[str]) -> Line:
    """A mail that came before shows no verdict of its own."""
    sha256 = hashlib.sha256(content).hexdigest()
    again = sha256 in seen
    seen.add(sha256)
    view = None if again else desk_of(service).views.mail(sha256)
    return Line(mail, content, view, replies[-1] if replies else None)


def _grid(lines: list[Line]) -> Table:
    grid = Table(title="岭海省征集工作邮箱（演示）", expand=True)
    for name, how in (
        ("到达", {}),
        ("来信", {"ratio": 3}),
        ("单位", {"ratio": 3}),
        ("结论", {}),
        ("问题", {}),
        ("答复", {}),
    ):
        grid.add_column(name, **how)  # type: ignore[arg-type]
    for line in lines:
        grid.add_row(*_cells(line))
    return grid


def _cells(line: Line) -> Iterator[str]:
    decision = line.view.decision if line.view else None
    yield f"{line.mail.received:%H:%M}"
    yield line.mail.description
    yield (decision.route.unit or "—") if decision else "—"
    if decision is None:
        yield "[red]已隔离[/]" if line.view else "[dim]重复来信[/]"
    else:
        yield _WORDS[decision.verdict]
    yield " ".join(dict.fromkeys(f.code for f in decision.findings)) if decision else ""
    yield _LETTERS[line.letter] if line.letter else "[dim]不答复[/]"


def _show_replies(lines: list[Line], console: Console) -> None:
    arrived = Table(title="报送单位信箱里收到的答复", expand=True)
    for name in ("信箱", "主题"):
        arrived.add_column(name)
    for line in lines:
        if line.reply is not None:
            arrived.add_row(line.mail.sender, str(_parsed(line.reply)["Subject"]))
    console.print(arrived)
    shown = next((line for line in lines if line.mail.key == "bad_answers"), None)
    if shown is not None and shown.reply is not None:
        body = _parsed(shown.reply).get_body(("plain",))
        console.print(Panel(body.get_content().strip() if body else "", title="其中一封", width=100))


def _parsed(content: bytes):  # type: ignore[no-untyped-def]
    return message_from_bytes(content, policy=policy.default)
