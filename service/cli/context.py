"""What every command shares: the configuration named on the command line, and output."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

if TYPE_CHECKING:
    from service.settings import Settings

CONFIG_VARIABLE = "COLLECTION_MAILBOX_CONFIG"
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
CampaignOption = Annotated[
    str | None, typer.Option("--campaign", metavar="PREFIX", help="哪项征集活动：它的编号字头，如 GD2020")
]


def take_config(arguments: list[str]) -> list[str]:
    """Take `--config FILE` out of the arguments wherever it stands, and keep it for `settings()`."""
    rest: list[str] = []
    todo = iter(arguments)
    for argument in todo:
        if argument == "--":
            return [*rest, argument, *todo]
        if argument == "--config":
            os.environ[CONFIG_VARIABLE] = next(todo, "")
        elif argument.startswith("--config="):
            os.environ[CONFIG_VARIABLE] = argument.removeprefix("--config=")
        else:
            rest.append(argument)
    return rest


def config_file() -> Path:
    return Path(os.environ.get(CONFIG_VARIABLE) or "config.toml")


def settings(*, for_servers: bool = True) -> "Settings":
    """The configuration; raises ConfigurationInvalid when there is none or it has problems."""
    from service.settings import load_settings

    return load_settings(config_file(), for_servers=for_servers)


def settings_if_any() -> "Settings | None":
    """The configuration without its passwords, None when none was named and none is there: for commands on files."""
    if CONFIG_VARIABLE not in os.environ and not config_file().exists():
        return None
    return settings(for_servers=False)


def campaign_settings(campaign: str | None) -> "Settings | None":
    """The configuration as one campaign has it, for commands on its folders; None without a configuration. Raises
    RulesInvalid, and a usage error when several campaigns leave open which is meant."""
    found = settings_if_any()
    if found is None or (campaign is None and not found.others):
        return found
    from service import rulebook

    own = {rulebook.load(one.rules_dir).campaign.number_prefix: one for one in found.campaigns}
    return own[chosen_prefix(campaign, tuple(own))]


def rules_dir(campaign: str | None) -> Path:
    """The rules folder of the configuration, else the packaged one."""
    from service.defaults import rules_folder

    found = campaign_settings(campaign)
    return found.rules_dir if found else rules_folder()


def chosen_prefix(campaign: str | None, prefixes: Sequence[str]) -> str:
    """Which of these campaigns is meant. Raises a usage error."""
    meant = [prefix for prefix in prefixes if campaign is None or prefix.casefold() == campaign.casefold()]
    if len(meant) == 1:
        return meant[0]
    seen = f"没有“{campaign}”这项征集活动" if campaign else "有几项征集活动"
    raise typer.BadParameter(f"{seen}：{'、'.join(prefixes)}；请用 --campaign 写明其中一项")


def print_json(value: Any) -> None:
    """One object per line, UTF-8, whatever the locale of the terminal."""
    line = json.dumps(value, ensure_ascii=False, default=_plain)
    sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


@contextmanager
def progress(title: str, total: int) -> Iterator[Any]:
    """A progress bar on a terminal; a function that counts either way."""
    if total < 2 or not err.is_terminal:
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)
