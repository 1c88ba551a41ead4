"""What a poll costs: `poll --once` over a generated mailbox on Dovecot, against the floor, run in turn.

    python -m benchmarks.ingest [--mails N] [--rounds N] [--rows N]

Prints CPU seconds per 1,000 mails (user and system, with all children) and the peak memory of the largest single
process of each, and their ratio pair by pair: machines are noisy, ratios are not. No page needs recognition (for
that see `benchmarks.letters`); start-up is included. Needs root, Dovecot and Postfix.
"""

import argparse
import io
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import psutil

from service.demo.forms import TableSpec
from service.demo.mime import Client, File, Mail, make_mail
from service.demo.pieces import FORM_NAME, Pieces
from service.demo.submissions import Scribe, official_forms
from service.demo.world import Sender, lay_over, the_world
from tests.servers.certificates import make_certificates
from tests.servers.pair import BOX, UNIT, USERS
from tests.servers.real import RealServers

ROOT = Path(__file__).parents[1]
START = datetime(2020, 3, 20, 0, 0, tzinfo=UTC)
_WEIGHT = 140_000  # bytes
_PRESENTATION = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
    'PartName="/ppt/presentation.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml'
    '.presentation.main+xml"/></Types>'
)


@dataclass(frozen=True, slots=True)
class Cost:
    """One run: CPU seconds of the whole tree, and the peak of its largest process in MB."""

    cpu: float
    peak: float


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="ingest-") as folder:
        work = Path(folder)
        work.chmod(0o755)
        certificates = make_certificates(work)
        with RealServers(certificates) as servers:
            size = _fill(servers, arguments.mails, arguments.rows)
            each = size / arguments.mails / 1000
            print(f"{arguments.mails} mails, {each:.0f} KB each, {arguments.rows} rows per table")
            runs = [(_floor(servers), _poll(servers, work / str(n), arguments.mails)) for n in range(arguments.rounds)]
    _report(runs, arguments.mails)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=30)
    return parser.parse_args()


def _fill(servers: RealServers, count: int, rows: int) -> int:
    """Each unit's one mail: a letter that carries its text, a form of many rows, and a presentation."""
    world, forms = the_world(), official_forms()
    pieces = Pieces(Scribe(1, world, forms), world, forms)
    size = 0
    for n, sender in enumerate(_units(count)):
        content = make_mail(_mail(sender, pieces, rows, n))
        size += len(content)
        servers.deliver(BOX, content, START + timedelta(minutes=n))
    return size


def _units(count: int) -> Iterator[Sender]:
    """As many units as mails: on the day of a deadline most mails begin a case."""
    city = the_world().seat_city
    return (Sender(f"岭海省第{n:04d}研究院", city, "direct", (f"u{n}.example",), (), "") for n in range(count))


def _mail(sender: Sender, pieces: Pieces, rows: int, n: int) -> Mail:
    files = (pieces.letter_pdf(sender), _form(sender, pieces, rows), _introduction(n))
    text = "现报送有关材料，请查收。" * 10
    date = START + timedelta(minutes=n)
    return Mail(UNIT, f"{sender.name}报送征集表", text, date, files, sender.name, BOX, client=list(Client)[n % 4])


def _introduction(n: int) -> File:
    """What makes the mail as heavy as real ones are, and is archived but not read."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as package:
        package.writestr("[Content_Types].xml", _PRESENTATION)
        package.writestr("ppt/presentation.xml", "<p:presentation/>")
        package.writestr("ppt/media/image1.bin", random.Random(n).randbytes(_WEIGHT))
    return File("单位简介.pptx", content.getvalue())


def _form(sender: Sender, pieces: Pieces, rows: int) -> File:
    tables = []
    for table in pieces.scribe.tables(sender):
        found = list(table.rows)
        while len(found) < rows:
            found += pieces.scribe.table(table.number, sender).rows
        tables.append(TableSpec(table.number, tuple(found[:rows])))
    return File(FORM_NAME, pieces.workbook(tables).content)


def _floor(servers: RealServers) -> Cost:
    return _cost([sys.executable, "-m", "benchmarks.floor", str(servers.imap_port), BOX, USERS[BOX]])


def _poll(servers: RealServers, folder: Path, mails: int) -> Cost:
    folder.mkdir()
    shutil.copytree(ROOT / "rules", folder / "rules")
    lay_over(folder / "rules")
    with (folder / "rules" / "units.csv").open("a", encoding="utf-8") as directory:
        for unit in _units(mails):
            directory.write(f"{unit.name},,省属,科研院所,{unit.city},{unit.domains[0]},,direct,\n")
    shutil.copytree(ROOT / "mail_templates", folder / "mail_templates")
    (folder / "secret").write_text(USERS[BOX])
    (folder / "secret").chmod(0o600)
    login = f'host = "127.0.0.1"\nsecurity = "plain"\nusername = "{BOX}"\npassword_file = "secret"\n'
    (folder / "config.toml").write_text(
        f'[[mailbox]]\nname = "c"\nport = {servers.imap_port}\nfiling = "leave"\n{login}'
        f'[smtp]\nport = {servers.smtp_port}\n{login}from = "征集工作邮箱 <{BOX}>"\n'
        "letters_per_address_and_day = 100000\n"
    )
    return _cost([sys.executable, "-m", "service", "--config", str(folder / "config.toml"), "poll", "--once"])


def _cost(command: list[str]) -> Cost:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        peak = _Peak(process.pid)
        out, err = process.communicate()
        peak.stop()
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}: {err.decode()[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"  {command[2]}: {out.decode().strip().splitlines()[-1]}")
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak.megabytes)


class _Peak(threading.Thread):
    """The highest resident memory of the process itself, looked at ten times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self._over = threading.Event()
        self.megabytes = 0.0
        self.start()

    def run(self) -> None:
        while not self._over.wait(0.1):
            for rss in self._sizes():
                self.megabytes = max(self.megabytes, rss / 1e6)

    def _sizes(self) -> Iterator[int]:
        try:
            yield from (p.memory_info().rss for p in (self._process, *self._process.children(recursive=True)))
        except psutil.Error:
            return

    def stop(self) -> None:
        self._over.set()
        self.join()


def _report(runs: list[tuple[Cost, Cost]], mails: int) -> None:
    per = 1000 / mails
    floor, poll = ([r[i] for r in runs] for i in (0, 1))
    for name, costs in (("floor", floor), ("poll --once", poll)):
        cpu = median(c.cpu for c in costs) * per
        print(f"{name:12} {cpu:7.2f} CPU-s per 1,000   peak {max(c.peak for c in costs):5.0f} MB")
    ratios = [p.cpu / f.cpu for f, p in runs]
    print(f"ratio        {median(ratios):7.2f} (min {min(ratios):.2f}, max {max(ratios):.2f})")


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"took {time.monotonic() - began:.0f} s")
