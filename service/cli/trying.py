"""`rules trial`: what changed rules would have decided differently, before they take effect."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table as Grid

from service import rulebook
from service.cli import words
from service.cli.context import err, out, print_json, progress, settings, settings_if_any
from service.cli.words import say
from service.rulebook.problems import shorten
from service.trial import UNUSED, Change, Outcome, Result, try_rules

_SHOWN = 200


def try_folder(folder: Path, *, as_json: bool, keep: bool, as_read: bool = False) -> int:
    """Try a rules folder over the archive and print what changes. Raises RulesInvalid, also without an archive."""
    from service.wiring import open_trial

    if settings_if_any() is None:
        rulebook.load(folder)
        err.print(f"{folder}：规则有效。没有配置，不知道存档在哪里：请在有 config.toml 的文件夹里运行，或加 --config")
        settings()  # raises, and names what is missing
    chosen = settings(for_servers=False)
    with open_trial(chosen, folder, keep=keep, as_read=as_read) as (past, readings, rules):
        if not as_read and (lacking := readings.lacking(past)):
            err.print(f"读取材料用的规则有改动（如单位名称），要重新读取 {lacking} 封，可能较久")
        with progress("试看规则", len(past)) as step:
            result = try_rules(past, readings, rules, step)
    if as_json:
        print_json(_json(result))
    else:
        _show(result, folder, {rule.source: f"{rule.source}“{rule.name}”" for rule in rules.rulebook.routing_rules})
    return 0


def _json(result: Result) -> dict[str, Any]:
    return {
        "mails": result.mails,
        "unchanged": result.unchanged,
        "changed": [change_json(change) for change in result.changed],
        "dead_rules": list(result.dead),
        "shadowed": list(result.shadowed),
        "shadowed_by": {line: list(above) for line, above in result.shadowed.items()},
        "moved": [change_json(change) for change in result.moved],
        "other_findings": result.findings,
        "read_anew": result.anew,
        "unread": result.unread,
        "as_read": result.as_read,
    }


def change_json(change: Change) -> dict[str, Any]:
    return {
        "mail": change.sha256,
        "case": change.number,
        "subject": change.subject,
        "before": _outcome(change.before),
        "after": _outcome(change.after),
        "forbidden": change.forbidden,
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


def _show(result: Result, folder: Path, names: Mapping[str, str]) -> None:
    if not result.mails:
        out.print(f"{folder}：规则有效。存档里还没有处理过的邮件，没有可以试看的", markup=False)
        return
    out.print(f"来信 {result.mails} 封：{result.unchanged} 封不变，{len(result.changed)} 封改变；没有写入任何记录")
    if result.findings:
        out.print(f"不变的里面，有 {result.findings} 封的问题、答复或是否逾期有所不同")
    if result.moved:
        out.print(f"不变的里面，有 {len(result.moved)} 封只是决定它的那一行换了行号")
    if result.as_read:
        out.print(f"读取材料用的规则有改动，其中 {result.as_read} 封按原来读到的内容试看")
    if result.anew:
        told = f"，其中 {result.unread} 封没能读出，按不变计" if result.unread else ""
        out.print(f"读取材料用的规则有改动，重新读取 {result.anew} 封{told}")
    if result.changed:
        out.print(grid_of(result.changed, f"改变的 {len(result.changed)} 封"))
    _show_idle(result, names)


def _show_idle(result: Result, names: Mapping[str, str]) -> None:
    """The rules that decide nothing, by line and name."""
    for line, why in result.dead.items():
        if why != UNUSED:
            out.print(f"! {names[line]}：{why}", markup=False)
    for line, above in result.shadowed.items():
        before = "、".join(names.get(one, one) for one in above[:3])
        out.print(f"! {names[line]}：轮不到它，这些来信里总是先由 {before} 决定", markup=False)
    if unused := [names[line] for line, why in result.dead.items() if why == UNUSED]:
        out.print(f"没有一封来信用到的规则：{'、'.join(unused)}", markup=False)


def grid_of(changed: list[Change], title: str) -> Grid:
    """Before, after and the line that decides, change by change."""
    grid = Grid(title=title, show_lines=True)
    for heading in ("报送件", "来信", "现在", "改后", "由哪一行决定"):
        grid.add_column(heading, overflow="fold")
    for change in changed[:_SHOWN]:
        before, after = change.before, change.after
        grid.add_row(
            change.number or "—",
            _plain(shorten(change.subject, 30) or "（无主题）"),
            _said(before),
            _said(after),
            _from_to(before.decided_by or "无", _line_of(change)),
        )
    if len(changed) > _SHOWN:
        grid.caption = f"只列前 {_SHOWN} 封，全部见 --json"
    return grid


def _said(outcome: Outcome) -> str:
    told = f"{say(words.VERDICTS, outcome.verdict)}，{say(words.CHANNELS, outcome.route)}"
    return _plain("\n".join(part for part in (told, outcome.unit) if part))


def _line_of(change: Change) -> str:
    if change.forbidden:
        return f"{change.forbidden}（禁用的发件人）"
    return change.after.decided_by or "无"


def _from_to(before: str, after: str) -> str:
    return before if before == after else f"{before}\n→ {after}"


def _plain(text: str) -> str:
    """What people wrote is no markup."""
    return text.replace("[", "\\[")
