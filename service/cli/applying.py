"""`rules apply`: the recorded cases decided again by the rules in force. It proposes; staff release the letters."""

from contextlib import nullcontext
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import typer

from service import rulebook
from service.applying import Plan, carry_out, plan
from service.bench import own_addresses
from service.cli.context import err, out, print_json, progress, settings
from service.cli.trying import change_json, grid_of
from service.locking import only_one

_SHOWN = 50


def apply_rules(since: str, *, dry_run: bool, as_json: bool) -> int:
    """Decide anew and print what changed. Raises RulesInvalid: by a broken folder nothing is decided."""
    from service.records.past import case_mails
    from service.wiring import open_trial, open_workshop

    chosen = settings(for_servers=False)
    zone = ZoneInfo(rulebook.load(chosen.rules_dir, own_addresses(chosen)).campaign.timezone)
    lock = nullcontext() if dry_run else only_one(chosen.data_dir)
    with lock, open_trial(chosen, chosen.rules_dir, keep=not dry_run) as (past, readings, rules):
        tried = readings.tried(rules)
        cases = case_mails(chosen.database_url) if past else {}
        with progress("重新认定", len(past)) as step:
            found = plan(past, cases, tried, _moment(since, zone), step)
        if found.changed and not dry_run:
            with open_workshop(chosen, chosen.database_url) as campaigns, progress("记录", len(past)) as step:
                carry_out(found, past, tried, campaigns, step)
    if as_json:
        print_json(_json(found, dry_run=dry_run))
    else:
        _show(found, dry_run=dry_run)
    return 0


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), zone)
    except ValueError:
        raise typer.BadParameter(f"--since：{text} 不是日期，例如 2020-03-20") from None


def _json(found: Plan, *, dry_run: bool) -> dict[str, Any]:
    return {
        "cases": found.cases,
        "unchanged": found.unchanged,
        "changed": [change_json(change) for change in found.changed],
        "left": [{"case": left.number, "why": left.why} for left in found.left],
        "letters": found.letters,
        "dry_run": dry_run,
    }


def _show(found: Plan, *, dry_run: bool) -> None:
    done = "只是看，没有写入任何记录" if dry_run else "已记入台账"
    out.print(f"报送件 {found.cases} 个：{found.unchanged} 个不变，{len(found.changed)} 个改变；{done}")
    if found.changed:
        out.print(grid_of(found.changed, f"改变的 {len(found.changed)} 个"))
    if found.letters:
        out.print(f"草拟的信 {found.letters} 封：服务下一轮收信时送工作人员审阅，回复“放行”才发出，“不发”即作罢")
    if found.left:
        err.print(f"未作改动、请工作人员处理的 {len(found.left)} 个：")
    for left in found.left[:_SHOWN]:
        err.print(f"  {left.number}　{left.why}", markup=False)
    if len(found.left) > _SHOWN:
        err.print(f"  另有 {len(found.left) - _SHOWN} 个，全部见 --json")
