"""feeder init"""

from __future__ import annotations

import click

from feeder.cli.invocation import Invocation, pass_invocation


@click.command()
@click.argument("folder", type=click.Path(file_okay=False), default=".")
@pass_invocation
def init(invocation: Invocation, folder: str) -> None:
    """Write a commented config.toml and create the folders it names.

    FOLDER is this one if not given. Nothing that is there is overwritten.
    """
    from pathlib import Path

    from feeder.service import clock, installation

    target = Path(folder)
    done = installation.create(target, now=clock.now())
    for path in done.created:
        invocation.say(f"created {click.format_filename(path)}{'/' if path.is_dir() else ''}")
    change = "" if target.resolve() == Path().resolve() else f"cd {click.format_filename(folder)}, "
    source = click.format_filename(done.settings.source_folder)
    invocation.say(f"\nNext: {change}drop articles (.txt, .md, .html) into {source} and run `feeder build`.")
