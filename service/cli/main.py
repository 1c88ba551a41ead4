"""Entry: one try around everything turns failures into a sentence and an exit code (README, "Exit codes")."""

import os
import sys
from typing import Annotated

import typer

from service import __version__
from service.cli import files, judging, keeping, reporting, running
from service.cli.context import err, out, take_config
from service.errors import ServiceError

app = typer.Typer(
    name="collection-mailbox",
    help="征集工作邮箱：收取、核对、答复报送邮件。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _top(version: Annotated[bool, typer.Option("--version", help="版本号")] = False) -> None:
    if version:
        out.print(f"collection-mailbox {__version__}")
        raise typer.Exit


for part in (running, judging, reporting, files, keeping):
    part.register(app)


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit with its code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run one command; returns its exit code. A person's mistake never shows a traceback."""
    try:
        code = app(take_config(arguments), standalone_mode=False)
    except ServiceError as error:
        err.print(str(error), markup=False)
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Exception as error:
        if hasattr(error, "format_message"):  # a usage error of the command line
            err.print(error.format_message(), markup=False)
            return int(getattr(error, "exit_code", 2))
        raise
    return code if isinstance(code, int) else 0
