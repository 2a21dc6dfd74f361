"""The program around the commands: options, logging, and errors as one line each instead of a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

import click

from feeder import __version__
from feeder.cli.alerts import alerts
from feeder.cli.backup import backup, restore
from feeder.cli.build import build
from feeder.cli.catalog import catalog
from feeder.cli.check import check
from feeder.cli.eval import evaluate
from feeder.cli.explain import explain
from feeder.cli.hook import hook
from feeder.cli.init import init
from feeder.cli.invocation import Invocation
from feeder.cli.password import password
from feeder.cli.schedule import schedule
from feeder.cli.serve import serve
from feeder.cli.simulate import simulate
from feeder.cli.subscriber import subscriber
from feeder.cli.tag import tag
from feeder.cli.watch import watch
from feeder.errors import FeederError

_UNEXPECTED = 70  # EX_SOFTWARE of sysexits.h
_INTERRUPTED = 130  # 128 + SIGINT, as a shell says it


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    type=click.Path(),
    envvar="FEEDER_CONFIG",
    show_envvar=True,
    metavar="FILE",
    help="The settings; config.toml in this folder if not given.",
)
@click.option("--quiet", "-q", is_flag=True, help="Say only what is wrong.")
@click.version_option(__version__, message="feeder %(version)s")
@click.pass_context
def program(context: click.Context, config: str | None, quiet: bool) -> None:
    """Drop articles in a folder; subscribe to your shows and actors; be told when a watched name is in the news.

    Start with `feeder init` in an empty folder, drop articles into seeds/, then `feeder build`.
    """
    from feeder.cli import logs

    logs.to_terminal(quiet=quiet)
    context.obj = Invocation(config=config, quiet=quiet)


for command in (
    init,
    build,
    serve,
    schedule,
    tag,
    explain,
    evaluate,
    catalog,
    watch,
    alerts,
    check,
    simulate,
    hook,
    password,
    subscriber,
    backup,
    restore,
):
    program.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status follows sysexits.h, see feeder.errors."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name the terminal cannot show must not end a build
    try:
        return program.main(arguments, prog_name="feeder", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return _INTERRUPTED
    except FeederError as error:
        for line in str(error).splitlines():
            click.echo(f"feeder: {line}", err=True)
        return error.exit_code
    except Exception as error:
        if os.environ.get("FEEDER_DEBUG"):
            raise
        what = " ".join(f"{type(error).__name__}: {error}".split())
        click.echo(f"feeder: unexpected error: {what} (FEEDER_DEBUG=1 shows where it comes from)", err=True)
        return _UNEXPECTED
