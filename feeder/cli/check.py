"""feeder check"""

from __future__ import annotations

import click

from feeder.cli.invocation import Invocation, pass_invocation

_CONFIG = 78  # EX_CONFIG of sysexits.h


@click.command()
@pass_invocation
def check(invocation: Invocation) -> None:
    """Try out settings, folders, templates, catalog and model; say what is wrong where."""
    settings = invocation.settings()
    from feeder.service import check as service

    invocation.say(f"{click.style('ok', fg='green')}     settings: {click.format_filename(settings.path)}")
    wrong = 0
    for finding in service.check(settings):
        if finding.fine:
            invocation.say(f"{click.style('ok', fg='green')}     {finding.what}: {finding.detail}")
        else:
            wrong += 1
            click.echo(f"{click.style('wrong', fg='red')}  {finding.what}: {finding.detail}")
    if wrong:
        raise click.exceptions.Exit(_CONFIG)
    invocation.say("\nNext: `feeder build`, or `feeder serve` to keep the feeds fresh.")
