"""feeder hook"""

from __future__ import annotations

import click

from feeder.cli.invocation import Invocation, pass_invocation


@click.group()
def hook() -> None:
    """Try out where alerts go; what receivers need to know."""


@hook.command("test")
@click.argument("endpoint")
@pass_invocation
def try_out(invocation: Invocation, endpoint: str) -> None:
    """Send a sample to ENDPOINT and show the answer.

    The sample is of type mention.test and says that nothing has happened. It goes out once, past the outbox.
    """
    settings = invocation.settings()
    from feeder.errors import DeliveryError
    from feeder.service import clock, hooks

    try:
        answered = hooks.try_out(settings, endpoint, now=clock.now())
    except DeliveryError as error:
        status = f" (status {error.status})" if error.status and str(error.status) not in str(error) else ""
        click.echo(f"{click.style('failed', fg='red')}  {endpoint}: {error}{status}")
        if error.ambiguous:
            click.echo("        It may have arrived all the same.")
        raise click.exceptions.Exit(1) from None
    receipt = answered.receipt
    status = f"status {receipt.status}" if receipt.status else "no status"
    click.echo(f"{click.style('ok', fg='green')}  {endpoint} ({answered.endpoint.shown}): {status}")
    if receipt.said:
        click.echo(f"    it says: {receipt.said}")
    invocation.say(f"    message: {answered.message}")


@hook.command()
@click.argument("endpoint")
@pass_invocation
def key(invocation: Invocation, endpoint: str) -> None:
    """Print the public keys that ENDPOINT's ed25519 signatures are verified with, the newest first."""
    settings = invocation.settings()
    from feeder.service import hooks

    for found in hooks.public_keys(settings, endpoint):
        click.echo(found)


@hook.command()
def schema() -> None:
    """Print the JSON Schema of every message."""
    from feeder.service import hooks

    click.echo(hooks.schema(), nl=False)
