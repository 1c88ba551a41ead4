"""What rules/README.md tells admins is what the loader does."""

import re
import tomllib

import pytest

from service import rulebook
from service.cli.main import main
from service.rulebook.directory import CITY_COLUMNS, UNIT_COLUMNS
from tests.rulebook.conftest import UNITS, RulesFolder

README = (rulebook.defaults_folder() / "README.md").read_text("utf-8")
QUOTED = set(re.findall(r"`\[*([^`\]]+)\]*`", re.sub(r"```.*?```", "", README, flags=re.DOTALL)))


def keys_of(value: object) -> set[str]:
    if isinstance(value, list):
        return {key for one in value for key in keys_of(one)}
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in keys_of(one)}
    return set()


@pytest.mark.parametrize("name", ["campaign.toml", "routing.toml", "forms.toml", "letter.toml", "mail.toml"])
def test_every_key_of_the_packaged_files_is_explained(name: str) -> None:
    keys = keys_of(tomllib.loads((rulebook.defaults_folder() / name).read_text("utf-8")))
    told = QUOTED | {part for quoted in QUOTED for part in quoted.split(".")}

    assert keys - told - {"rule"} == set()


def test_every_column_is_explained() -> None:
    assert {*CITY_COLUMNS, *UNIT_COLUMNS} - QUOTED == set()


def test_the_example_unit_can_be_added_as_shown(rules: RulesFolder) -> None:
    row = re.search(r"^\| (岭海大学 \|.*)\|$", README, re.MULTILINE)
    assert row is not None
    cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row[1])]

    unit = rules.write("units.csv", UNITS.split("\n", maxsplit=1)[0] + "\n" + ",".join(cells)).load().units[0]

    assert (unit.name, unit.aliases, unit.addresses) == ("岭海大学", ("岭大", "LHU"), ("kyc@lhu.example",))


def test_the_example_rule_is_a_rule(rules: RulesFolder) -> None:
    ban, rule = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    book = rules.write("routing.toml", ban + rule).load()

    assert book.routing_rules[0].name == "其他市的企业"
    assert book.forbids("x@mail.spam.example") == "routing.toml:2"


def test_every_command_of_the_page_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    for command in set(re.findall(r"`(?:collection-mailbox )?(rules [a-z]+)", README)):
        with pytest.raises(SystemExit):
            main([*command.split(), "--help"])
        assert "Usage" in capsys.readouterr().out
