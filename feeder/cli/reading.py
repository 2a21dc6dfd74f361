"""What `tag` and `explain` have in common: articles as they are read, and a word about each that is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from feeder.cli.invocation import Invocation

if TYPE_CHECKING:
    from feeder.service.analyse import Analysed

_NOTHING_READ = 65  # EX_DATAERR of sysexits.h


def analysed(invocation: Invocation, paths: Sequence[str]) -> Iterator[Analysed]:
    """Each article; what is set aside is named on stderr. Ends the program where not one was read."""
    from pathlib import Path

    from feeder.service import analyse, clock, tagger
    from feeder.sources import Refused

    settings = invocation.settings_or_defaults()
    opened = tagger.open_tagger(settings)
    read = 0
    for found in analyse.analyse([Path(path) for path in paths], settings=settings, tagger=opened, now=clock.wall()):
        if isinstance(found, Refused):
            click.echo(f"feeder: {found.key}: set aside: {found.reason}: {found.detail}".rstrip(": "), err=True)
        else:
            read += 1
            yield found
    if not read:
        click.echo("feeder: no article was read", err=True)
        raise click.exceptions.Exit(_NOTHING_READ)
