"""`rules trial`: what changed rules would have decided differently, before they take effect."""

from pathlib import Path
from typing import Any

from rich.table import Table as Grid

from service import rulebook
from service.cli import words
from service.cli.context import err, out, print_json, progress, settings, settings_if_any
from service.cli.words import say
from service.trial import Change, Outcome, Result, try_rules

_SHOWN = 200


def try_folder(folder: Path, *, as_json: bool) -> int:
    """Try a rules folder over the archive and print what changes. Raises RulesInvalid, also without an archive."""
    from service.wiring import open_trial

    if settings_if_any() is None:
        rulebook.load(folder)
        err.print(f"{folder}：规则有效。没有配置，不知道存档在哪里：请在有 config.toml 的文件夹里运行，或加 --config")
        settings()  # raises, and names what is missing
    chosen = settings(for_servers=False)
    with open_trial(chosen, folder) as (past, readings, rules), progress("试看规则", len(past)) as step:
        result = try_rules(past, readings, rules, step)
    if as_json:
        print_json(_json(result))
    else:
        _show(result, folder)
    return 0


def _json(result: Result) -> dict[str, Any]:
    return {
        "mails": result.mails,
        "unchanged": result.unchanged,
        "changed": [_change(change) for change in result.changed],
        "dead_rules": list(result.dead),
        "shadowed": list(result.shadowed),
        "shadowed_by": {line: list(above) for line, above in result.shadowed.items()},
        "moved": [_change(change) for change in result.moved],
        "other_findings": result.findings,
        "read_anew": result.anew,
        "unread": result.unread,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "mail": change.sha256,
        "case": change.number,
        "subject": change.subject,
        "before": _outcome(change.before),
        "after": _outcome(change.after),
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "verdict": outcome.verdict,
        "route": outcome.route,
        "decided_by": outcome.decided_by,
        "unit": outcome.unit,
        "report_to": outcome.report_to,
        "letter": outcome.letter,
        "on_time": outcome.on_time,
        "codes": list(outcome.codes),
    }


def _show(result: Result, folder: Path) -> None:
    if not result.mails:
        out.print(f"{folder}：规则有效。存档里还没有处理过的邮件，没有可以试看的", markup=False)
        return
    out.print(f"来信 {result.mails} 封：{result.unchanged} 封不变，{len(result.changed)} 封改变；没有写入任何记录")
    if result.findings:
        out.print(f"不变的里面，有 {result.findings} 封的问题、答复或是否逾期有所不同")
    if result.anew:
        told = f"，其中 {result.unread} 封没能读出，按不变计" if result.unread else ""
        out.print(f"读取材料用的规则有改动，重新读取 {result.anew} 封{told}")
    if result.changed:
        out.print(_grid(result.changed))
    for line, why in result.dead.items():
        out.print(f"! {line}：{why}", markup=False)
    for line, above in result.shadowed.items():
        out.print(f"! {line}：总是由前面的 {'、'.join(above)} 先决定，轮不到它", markup=False)


def _grid(changed: list[Change]) -> Grid:
    grid = Grid("报送件", "来信", "现在", "改后", "现在由谁决定", "改后由谁决定", title=f"改变的 {len(changed)} 封")
    for change in changed[:_SHOWN]:
        grid.add_row(
            change.number or "—", _plain(change.subject), *map(_said, (change.before, change.after)),
            *(outcome.decided_by or "无" for outcome in (change.before, change.after)),
        )  # fmt: skip
    if len(changed) > _SHOWN:
        grid.caption = f"只列前 {_SHOWN} 封，全部见 --json"
    return grid


def _said(outcome: Outcome) -> str:
    unit = f"（{outcome.unit}）" if outcome.unit else ""
    return _plain(f"{say(words.VERDICTS, outcome.verdict)}　{say(words.CHANNELS, outcome.route)}{unit}")


def _plain(text: str) -> str:
    """What people wrote is no markup."""
    return text.replace("[", "\\[") or "（无主题）"
