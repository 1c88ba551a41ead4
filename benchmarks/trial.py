"""What `rules trial` costs: a generated archive of read mails, tried under the same rules and under changed ones.

    python -m benchmarks.trial [--mails N] [--rows N] [--profile]

A dozen mails are read once; their readings are varied by name, address and time into N. A third comes from bureaus
and known units, again and again into the same cases; the rest from units in no directory, two mails each.
"""

import argparse
import cProfile
import hashlib
import json
import pstats
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, insert

from benchmarks.ingest import _form, _Peak
from service.demo.mime import File, Mail, make_mail
from service.demo.pieces import Pieces
from service.demo.submissions import Scribe, official_forms
from service.demo.world import Sender, lay_over, the_world
from service.domain.judgement import Judgement
from service.pipeline import conclude
from service.reading.codec import submission_from_json
from service.reading.sandbox import Reader
from service.records.engine import open_engine
from service.records.snapshots import decision_json
from service.records.standing import IN_CASE
from service.records.tables import Case, Event
from service.records.tables import Mail as MailRow
from service.records.tentative import Known, Tentative
from service.settings import load_settings
from service.trial import try_rules
from service.wiring import open_trial

ROOT = Path(__file__).parents[1]
START = datetime(2020, 3, 16, 0, 0, tzinfo=UTC)
BOX = "collection@dept.example"
Judged = tuple[Judgement, int | None, datetime]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=10)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="trial-") as place:
        folder = Path(place)
        _configure(folder)
        began = time.monotonic()
        size = _fill(folder, arguments.mails, arguments.rows)
        took = time.monotonic() - began
        print(f"{arguments.mails} mails, {size / arguments.mails / 1000:.1f} KB a reading, made in {took:.0f} s")
        if arguments.profile:
            _profile(folder)
        _try(folder, folder / "rules", "the same rules")
        changed = folder / "changed"
        shutil.copytree(folder / "rules", changed)
        units = changed / "units.csv"
        units.write_text(units.read_text("utf-8").replace(",direct,", ",ask,"), "utf-8")
        _try(folder, changed, "direct units asked about")


def _configure(folder: Path) -> None:
    shutil.copytree(ROOT / "rules", folder / "rules")
    lay_over(folder / "rules")
    shutil.copytree(ROOT / "mail_templates", folder / "mail_templates")
    login = f'host = "127.0.0.1"\nsecurity = "plain"\nusername = "{BOX}"\npassword_file = "secret"\n'
    (folder / "config.toml").write_text(f'[[mailbox]]\nname = "c"\n{login}port = 1\n', "utf-8")


def _samples(rows: int) -> Iterator[tuple[Sender, bytes]]:
    """Complete mails and mails that lack a piece, of known and of unknown units."""
    world, forms = the_world(), official_forms()
    pieces = Pieces(Scribe(1, world, forms), world, forms)
    unlisted = Sender("云江丙丁精密机械有限公司", "云江市", "via_city", (), (), "")
    known = [*world.bureaus[:4], *world.units_by_route("direct")[:3], *world.units_by_route("via_city")[:1]]
    for n, sender in enumerate([*known, unlisted, unlisted]):
        files: tuple[File, ...] = (_form(sender, pieces, rows),)
        if n % 3:
            files = (pieces.letter_pdf(sender), *files)
        mail = Mail(
            f"u{n}@freemail.example", f"{sender.name}报送", "现报送有关材料，请查收。" * 10, START, files, sender.name
        )
        yield sender, make_mail(mail)


def _fill(folder: Path, mails: int, rows: int) -> int:
    settings = load_settings(folder / "config.toml", for_servers=False)
    with open_trial(settings, folder / "rules") as (_, readings, rules):
        version, book = readings.version, rules.rulebook
        with Reader(book) as reader:
            read = list(_read(reader, folder, rows))
        engine = open_engine(settings.database_url)
        walk, size = Tentative(), 0
        judged: list[Judged] = []
        for n in range(mails):
            sha256, content = _vary(*read[n % 8 if n % 3 == 0 else 8 + n % 2], n)
            at = START + timedelta(minutes=n)
            _keep(settings.data_dir / "archive", sha256, version, content)
            size += len(content)
            found, judgement = conclude(submission_from_json(content), at, walk, rules)
            judged.append((judgement, walk.record(judgement, found, book.campaign.number_prefix, Known()), at))
        _write(engine, judged, book.campaign.number_prefix)
        engine.dispose()
    return size


def _read(reader: Reader, folder: Path, rows: int) -> Iterator[tuple[Sender, bytes]]:
    for sender, content in _samples(rows):
        file = folder / "sample.eml"
        file.write_bytes(content)
        yield sender, reader.read_json(file)[1]


def _vary(sender: Sender, content: bytes, n: int) -> tuple[str, bytes]:
    """Another mail of the same kind. A unit in no directory gets a name of its own, for two mails."""
    old = submission_from_json(content)
    sha256 = hashlib.sha256(f"mail {n}".encode()).hexdigest()
    text = content.decode().replace(old.sha256, sha256).replace("u8@freemail", f"c{n // 6}@freemail")
    if old.envelope.message_id:
        text = text.replace(old.envelope.message_id, f"<m{n}@freemail.example>")
    if "丙丁" in sender.name:
        text = text.replace("丙丁", f"第{n // 6}号").replace("u9@freemail", f"c{n // 6}@freemail")
    return sha256, text.encode()


def _keep(archive: Path, sha256: str, version: str, reading: bytes) -> None:
    for kind, name, content in (("mails", f"{sha256}.eml", b""), ("readings", f"{sha256}.{version}.json", reading)):
        file = archive / kind / sha256[:2] / sha256[2:4] / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _write(engine: Engine, judged: list[Judged], prefix: str) -> None:
    cases: dict[int, dict[str, object]] = {}
    mails, events = [], []
    for judgement, case, at in judged:
        decision, sha256 = judgement.decision, judgement.dossier.submission.sha256
        if case is not None and decision.kind in IN_CASE:
            cases.setdefault(case, _case(case, prefix, judgement, at))
        mails.append(_mail(judgement, case, at))
        events.append({"at": at, "mail_sha256": sha256, "what": "judged", "detail": ""})
    with engine.begin() as connection:
        for table, rows in ((Case, [*cases.values()]), (MailRow, mails), (Event, events)):
            connection.execute(insert(table.__table__), rows)  # type: ignore[attr-defined]


def _case(case: int, prefix: str, judgement: Judgement, at: datetime) -> dict[str, object]:
    return {
        "id": case + 1,
        "number": f"{prefix}-{case + 1:04d}",
        "campaign": prefix,
        "channel": "unknown",
        "state": judgement.decision.verdict.value,
        "on_time": True,
        "complete": False,
        "first_received": at,
        "updated": at,
        "versions": 1,
    }


def _mail(judgement: Judgement, case: int | None, at: datetime) -> dict[str, object]:
    return {
        "sha256": judgement.dossier.submission.sha256,
        "size": 0,
        "received": at,
        "state": "judged",
        "attempts": 1,
        "problem": "",
        "subject": "报送",
        "verdict": judgement.decision.verdict.value,
        "case_id": None if case is None else case + 1,
        "rules_version": "",
        "decision": decision_json(judgement.decision),
        "judged_at": at,
    }


def _try(folder: Path, rules: Path, name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    command = [sys.executable, "-m", "service", "--config", str(folder / "config.toml"), "rules", "trial", str(rules)]
    with subprocess.Popen([*command, "--json"], cwd=ROOT, stdout=subprocess.PIPE) as process:
        peak = _Peak(process.pid)
        result = json.loads(process.communicate()[0])
        peak.stop()
    took, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name}: {took:.1f} s, {used:.1f} CPU-s, peak {peak.megabytes:.0f} MB")
    print(f"  {result['mails']} mails, {len(result['changed'])} changed, {result['read_anew']} read anew")


def _profile(folder: Path) -> None:
    settings = load_settings(folder / "config.toml", for_servers=False)
    profiler = cProfile.Profile()
    with open_trial(settings, folder / "rules") as (past, readings, rules), profiler:
        try_rules(past, readings, rules)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
