"""Commands that run the service: run, poll, doctor, demo."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.context import err, out, progress, settings
from service.locking import only_one

if TYPE_CHECKING:
    from service.polling import Poller, Report


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("run", help="持续运行：轮询收信、答复、每日简报")(run_daemon)
    app.command("poll", help="收信一轮后退出")(poll)
    app.command("doctor", help="逐项体检并给出下一步")(doctor)
    app.command("demo", help="在本机演示一天的来信")(demo)


def run_daemon() -> int:
    from service.daemon import run, until_told_to_stop
    from service.logs import configure_logs
    from service.records.engine import refuse_damage
    from service.wiring import open_service

    configure_logs(sys.stderr.isatty())
    chosen = settings()
    with only_one(chosen.data_dir), open_service(chosen) as service, until_told_to_stop() as stopping:
        refuse_damage(service.parts.records.engine)
        run(service, stopping)
    return 0


def poll(
    once: Annotated[bool, typer.Option("--once", help="只收一轮（默认）")] = True,  # noqa: ARG001
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看有哪些新邮件、会怎样处理，不写不发不移")] = False,
) -> int:
    from service.daemon import until_told_to_stop
    from service.logs import configure_logs
    from service.polling import Poller
    from service.wiring import open_service

    configure_logs(sys.stderr.isatty(), quiet=err.is_terminal)
    chosen = settings()
    if dry_run:
        return _dry_run()
    with only_one(chosen.data_dir), open_service(chosen) as service, until_told_to_stop() as stopping:
        report = _with_progress(Poller(service, stopping))
    return _end(report)


def _with_progress(poller: "Poller") -> "Report":
    from contextlib import ExitStack

    with ExitStack() as stack:

        def backlog(total: int) -> Callable[[], None]:
            return stack.enter_context(progress("处理来信", total))  # type: ignore[no-any-return]

        return poller.poll(backlog)


def _end(report: "Report") -> int:
    out.print(
        f"收到 {report.taken}，处理 {report.judged}，发出 {report.sent}，归档 {report.filed}，失败 {report.failed}"
    )
    for error in report.away:
        err.print(str(error), markup=False)
    return report.away[0].exit_code if report.away else 0


def _dry_run() -> int:
    from service.cli.dryrun import dry_run

    return dry_run(settings())


def doctor(
    probe: Annotated[
        bool, typer.Option("--probe", help="给本邮箱发一封检测信，查明发信中断时凭什么得知信已送达")
    ] = False,
    wait: Annotated[int, typer.Option("--wait", min=5, max=3600, help="检测信最多等多少秒")] = 120,
) -> int:
    from service.cli.doctor import examine

    return examine(wait if probe else None)


def demo(
    folder: Annotated[Path, typer.Option("--out", help="输出文件夹")] = Path("demo-out"),
    seed: Annotated[int, typer.Option("--seed", help="样例的随机种子")] = 2020,
) -> int:
    from service.demo.show import show

    return show(folder, seed)
