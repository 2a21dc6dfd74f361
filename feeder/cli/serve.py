"""feeder serve"""

from __future__ import annotations

import click

from feeder.cli.invocation import Invocation, pass_invocation


@click.command()
@pass_invocation
def serve(invocation: Invocation) -> None:
    """Keep the feeds fresh and serve them over HTTP, until stopped."""
    raise NotImplementedError(invocation)
