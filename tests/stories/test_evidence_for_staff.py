"""What staff are shown of a letter without opening the mail: fields with their places, and pieces of its page."""

import json
from pathlib import Path

import pytest

from service.cli.main import run
from service.demo.mime import make_mail
from tests.stories.conftest import Station


def shown(station: Station, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    capsys.readouterr()
    config = str(station.settings.data_dir.parent / "config.toml")
    assert run(["--config", config, "show", "LH2020-0001", *options]) == 0
    return capsys.readouterr().out


def test_show_tells_where_on_the_page_a_field_was_read_and_cuts_the_pieces(
    station: Station, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bureau = station.bureau("云江市")
    station.arrives(make_mail(station.complete(bureau)))
    station.poll()

    text = shown(station, capsys, "--crops", str(tmp_path / "crops"))
    story = json.loads(shown(station, capsys, "--json"))

    assert f"报送函落款：{bureau.name}（第1页右" in text
    assert "检测到疑似公章" in text
    assert "不代表真伪已核验" in text
    signer = story["cover_letter"]["fields"]["signer"]
    assert (signer["value"], signer["page"], len(signer["box"])) == (bureau.name, 1, 4)
    assert sorted(file.name for file in (tmp_path / "crops").iterdir()) == [
        "LH2020-0001-疑似公章.jpg",
        "LH2020-0001-署名.jpg",
    ]


def test_a_case_without_a_letter_has_nothing_to_cut(
    station: Station, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bureau = station.bureau("云江市")
    station.arrives(make_mail(station.mail(bureau, (station.pieces.form(bureau),))))
    station.poll()

    assert "没有可以裁出的" in shown(station, capsys, "--crops", str(tmp_path / "crops"))
    assert not (tmp_path / "crops").exists()
