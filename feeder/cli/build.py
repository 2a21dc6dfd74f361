"""feeder build"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from feeder.cli.invocation import Invocation, pass_invocation
from feeder.cli.progress import Bar

if TYPE_CHECKING:
    from feeder.service.build import BuildReport


@click.command()
@pass_invocation
def build(invocation: Invocation) -> None:
    """Read new and changed articles and write the feeds.

    Says what was found, what was set aside and why, and where the feeds are.
    """
    settings = invocation.settings()
    from feeder.service.build import build as run

    with Bar(shown=not invocation.quiet) as bar:
        report = run(settings, progress=bar)
    raise NotImplementedError(report)
