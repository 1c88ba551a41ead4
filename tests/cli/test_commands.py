"""The command line as people and scripts meet it: stable JSON, sentences instead of tracebacks, exit codes."""

import dataclasses
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from service.archive import Archive
from service.bench import open_bench
from service.cli.main import run
from service.demo.mime import Mail, make_mail
from service.demo.pieces import Pieces
from service.demo.submissions import Scribe, official_forms
from service.demo.world import lay_over, the_world
from service.domain.rules import Column, ColumnKind
from service.domain.submission import Row, Table
from service.explaining import explanation, values
from service.reading.sandbox import Reader, ReaderDied

ROOT = Path(__file__).parents[2]
KEYS = {
    "file", "mail", "kind", "attachments", "cover_letter", "tables", "route", "findings", "verdict", "on_time", "reply",
}  # fmt: skip


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    import shutil

    folder = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", folder)
    lay_over(folder)
    return folder


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    world, forms = the_world(), official_forms()
    pieces = Pieces(Scribe(3, world, forms), world, forms)
    bureau = world.bureau_of("云江市")
    content = make_mail(
        Mail("kyc@freemail.example", "报送", "请查收", datetime(2020, 3, 20, tzinfo=UTC),
             (pieces.letter_pdf(bureau), pieces.form(bureau)))
    )  # fmt: skip
    file = tmp_path / "报送 1.eml"
    file.write_bytes(content)
    return file


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration lies about."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLLECTION_MAILBOX_CONFIG", raising=False)


def explained(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> list[dict[str, object]]:
    assert run(["explain", "--json", *arguments]) == 0
    return [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]


def test_explain_prints_one_object_a_file_in_the_order_given(
    mail: Path, rules: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    empty = tmp_path / "empty.eml"
    empty.write_bytes(b"")

    first, second = explained(capfdbinary, "--rules", str(rules), str(mail), str(empty))

    assert (first["file"], second["file"]) == (str(mail), str(empty))
    assert first.keys() >= KEYS and second.keys() >= KEYS
    assert (first["verdict"], second["verdict"]) == ("accepted", "not_a_submission")
    assert second["reply"] is None


class DyingReader(Reader):
    """A reader that every mail ends."""

    def read(self, path: Path) -> NoReturn:  # noqa: ARG002
        raise ReaderDied("no answer within 60 seconds")


def test_a_mail_that_ends_its_reader_is_explained_as_set_aside(rules: Path) -> None:
    with open_bench(None, rules) as bench, DyingReader(bench.rulebook) as reader:
        judgement = dataclasses.replace(bench, reader=reader).judge(b"From: a@freemail.example\n\nx", None)
        told = explanation("hostile.eml", judgement, None, bench.rulebook)

    assert told.keys() >= KEYS
    assert (told["verdict"], told["reply"], told["defects"]) == ("staff_review", None, ["no answer within 60 seconds"])


def test_explain_puts_what_cells_mean_beside_what_was_written(
    mail: Path, rules: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (told,) = explained(capfdbinary, "--rules", str(rules), str(mail))
    row = told["tables"][0]["rows"][0]  # type: ignore[index]
    values = row["values"]

    assert row["cells"].keys() >= values.keys() - {"unit"}
    assert values["city"] == {"kind": "city", "standing": "sure", "text": "云江市"}
    assert values["number"]["lower"] == values["number"]["upper"] == int(row["cells"]["number"].rstrip("人"))
    assert values["phone"]["numbers"] == [row["cells"]["phone"]]
    assert values["email"] == {
        "kind": "email", "standing": "sure", "text": "lxr@unit.example", "addresses": ["lxr@unit.example"]
    }  # fmt: skip


def test_every_kind_of_value_is_told_in_plain_json(rules: Path) -> None:
    cells = {
        "number": "2-3人", "pay": "0.5万美元/月", "mode": "全职或兼职", "phone": "张某", "when": "2020年3月", "agreed": "是",
    }  # fmt: skip
    with open_bench(None, rules) as bench:
        forms = bench.rulebook.forms
        more = (Column("when", "时间", kind=ColumnKind.DATE), Column("agreed", "同意", kind=ColumnKind.YES_NO))
        one = dataclasses.replace(forms.tables[0], columns=(*forms.tables[0].columns, *more))
        book = dataclasses.replace(bench.rulebook, forms=dataclasses.replace(forms, tables=(one, *forms.tables[1:])))
    row = Row(3, "岭海大学（盖章）", "云江", cells)

    found = values(row, Table(1, "表.xlsx", "表1", (row,)), book)

    assert json.loads(json.dumps(found)) == found
    assert {key: (value["kind"], value["standing"], value["text"]) for key, value in found.items()} == {
        "city": ("city", "sure", "云江市"),
        "number": ("count", "sure", "2-3"),
        "pay": ("money", "sure", "0.5万USD/月"),
        "mode": ("choice", "unsure", "全职、兼职"),
        "phone": ("phone", "not_of_kind", None),
        "when": ("date", "sure", "2020-03"),
        "agreed": ("yes_no", "sure", "是"),
        "unit": ("unit", "sure", "岭海大学"),
    }


def test_explain_tells_the_route_with_the_line_that_decides(
    mail: Path, rules: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (told,) = explained(capfdbinary, "--rules", str(rules), str(mail))
    route = told["route"]
    assert isinstance(route, dict)

    assert (route["channel"], route["unit"], route["city"]) == ("city_bureau", "云江市科学技术局", "云江市")
    assert route["decided_by"].startswith("cities.csv:")


def test_the_time_of_arrival_decides_whether_it_is_late(
    mail: Path, rules: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (late,) = explained(capfdbinary, "--rules", str(rules), "--received", "2020-03-26T00:00:00+08:00", str(mail))
    (just,) = explained(capfdbinary, "--rules", str(rules), "--received", "2020-03-25T23:59:59+08:00", str(mail))

    assert (late["on_time"], just["on_time"]) == (False, True)
    assert late["verdict"] == just["verdict"] == "accepted"


def test_explain_writes_nothing(mail: Path, rules: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))

    assert run(["explain", "--rules", str(rules), str(mail)]) == 0

    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["explain"], 2, "FILE", id="no_file_named"),
        pytest.param(["explain", "nothing.eml"], 2, "nothing.eml", id="file_not_there"),
        pytest.param(["frobnicate"], 2, "frobnicate", id="no_such_command"),
        pytest.param(["cases"], 24, "config.toml", id="no_configuration"),
        pytest.param(["--config", "other.toml", "poll", "--once"], 24, "other.toml", id="config_before_the_command"),
        pytest.param(["poll", "--once", "--config=other.toml"], 24, "other.toml", id="config_after_the_command"),
        pytest.param(["rules", "check", "nowhere"], 20, "nowhere", id="no_rules_there"),
    ],
)
def test_a_mistake_gives_a_sentence_and_its_exit_code(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == code

    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err


def test_every_problem_of_a_configuration_is_named_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.toml").write_text(
        '[service]\npol_seconds = 60\n[[mailbox]]\nname = "a"\nhost = "imap.example"\nport = 99999\nsecurity = "plain"\n'
        'pasword_file = "x"\n[smtp]\nhost = "smtp.example"\n',
        encoding="utf-8",
    )

    assert run(["cases"]) == 24

    said = capsys.readouterr().err
    for part in ("pol_seconds", "poll_seconds", "99999", "password_file", "第1个 port", "[smtp] port", "[smtp] from"):
        assert part in said


@pytest.mark.parametrize("section", ["[smtp]", "[mailbox]", "[[mailbox]]"])
def test_a_password_is_never_shown(section: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.toml").write_text(f'{section}\nhost = "h"\nport = 25\nfrom = "a@b"\npassword = "geheim"\n')

    assert run(["cases"]) == 24

    assert "geheim" not in capsys.readouterr().err


def test_plain_text_is_refused_but_to_this_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.toml").write_text(
        '[smtp]\nhost = "smtp.example"\nport = 25\nfrom = "a@b"\nsecurity = "plain"\n'
    )

    assert run(["cases"]) == 24

    assert "plain" in capsys.readouterr().err


def test_what_init_writes_is_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "new")]) == 0
    assert run(["rules", "check", str(tmp_path / "new" / "rules")]) == 0
    capsys.readouterr()
    assert run(["--config", str(tmp_path / "new" / "config.toml"), "cases", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []  # a list, even of none

    assert run(["init", str(tmp_path / "new")]) == 2
    assert "没有改动" in capsys.readouterr().err


def test_rules_and_records_are_open_to_people_who_may_not_see_the_passwords(
    mail: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "new")]) == 0
    config = ["--config", str(tmp_path / "new" / "config.toml")]

    for words in (["rules", "check"], ["explain", str(mail)], ["templates", "preview"], ["cases"], ["digest"]):
        assert run([*words, *config]) == 0
    assert run(["reconcile", *config]) == 24
    assert "secrets/imap" in capsys.readouterr().err


@pytest.mark.parametrize("left", [pytest.param(None, id="gone"), pytest.param(b"", id="emptied")])
def test_no_command_makes_a_new_database_beside_an_archive_that_had_one(
    left: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "new")]) == 0
    data = tmp_path / "new" / "data"
    Archive(data / "archive").store(b"Subject: answered long ago\r\n\r\n")
    if left is not None:
        (data / "records.db").write_bytes(left)

    (tmp_path / "new" / "config.toml").write_text("[service]\n")  # no server to ask

    for command in ("cases", "doctor"):
        assert run([command, "--config", str(tmp_path / "new" / "config.toml")]) == 23
        said = capsys.readouterr()
        assert "备份" in said.out + said.err
    assert [file.read_bytes() for file in data.glob("records.db")] == ([] if left is None else [left])


def test_the_checks_explain_themselves_to_staff(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["checks"]) == 0

    said = capsys.readouterr().out
    assert "L101" in said and "T501" in said and "请来件单位" in said


def test_rules_explain_names_the_line(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(["rules", "explain", "someone@freemail.example", "--unit", "云江市科学技术局", "--rules", str(rules)]) == 0
    )

    assert "cities.csv:" in capsys.readouterr().out


def test_every_letter_can_be_previewed(tmp_path: Path) -> None:
    assert run(["templates", "preview", "--out", str(tmp_path / "letters")]) == 0

    names = {file.name for file in (tmp_path / "letters").iterdir()}
    assert {"digest.html"} <= names and any(n.endswith(".eml") for n in names)


def test_blank_forms_are_workbooks(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    assert run(["blank-forms", str(tmp_path / "blank")]) == 0

    (file,) = (tmp_path / "blank").iterdir()
    assert len(load_workbook(file).sheetnames) >= 4


def test_an_unreachable_mailbox_ends_with_its_code_and_loses_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pw").write_text("x")
    (tmp_path / "config.toml").write_text(
        f'[service]\nrules_dir = "{ROOT}/rules"\ntemplates_dir = "{ROOT}/mail_templates"\n'
        '[[mailbox]]\nname = "c"\nhost = "127.0.0.1"\nport = 1\nsecurity = "plain"\nusername = "u"\npassword_file = "pw"\n'
    )

    assert run(["poll", "--once"]) == 21

    assert "127.0.0.1:1" in capsys.readouterr().err


def test_python_m_service_is_the_same_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "service", "--version"], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert done.stdout.startswith("collection-mailbox ")


def test_a_folder_that_the_service_would_refuse_is_refused_by_the_check(
    rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text(
        '[[mailbox]]\nname = "c"\nhost = "imap.example"\nport = 993\nusername = "kjj@yunjiang.example"\n', "utf-8"
    )

    assert run(["rules", "check", str(rules)]) == 20
    assert "“kjj@yunjiang.example”是本系统的邮箱" in capsys.readouterr().err
