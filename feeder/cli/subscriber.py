"""feeder subscriber"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from feeder.cli.invocation import Invocation, pass_invocation

if TYPE_CHECKING:
    from feeder.config import Settings
    from feeder.storage import Store


@click.group()
def subscriber() -> None:
    """Who may read private feeds; each has an address of their own. Works beside a running `feeder serve`."""


@subscriber.command()
@click.argument("name")
@pass_invocation
def add(invocation: Invocation, name: str) -> None:
    """Let somebody read private feeds, and print the addresses that are theirs alone.

    They are shown this once: only a hash of what is secret in them is kept.
    """
    from feeder.service import clock, privacy

    settings = invocation.settings()
    with _open(settings) as store:
        invitation = privacy.invite(store, settings, name, now=clock.now())
    click.echo(f"everything  {invitation.feed}")
    click.echo(f"all feeds   {invitation.list}")
    if not settings.private:
        click.echo("No feed is private yet: set [server] private in config.toml.", err=True)


@subscriber.command("list")
@pass_invocation
def list_(invocation: Invocation) -> None:
    """Show who may read private feeds, since when, and when they last did."""
    from feeder.service import privacy

    with _open(invocation.settings()) as store:
        found = privacy.subscribers(store)
    if not found:
        invocation.say("Nobody yet; `feeder subscriber add NAME` lets somebody in.")
        return
    width = max(len(it.name) for it in found)
    for it in found:
        used = "never used" if it.used is None else f"last used {it.used:%Y-%m-%d %H}:00"
        click.echo(f"{it.name.ljust(width)}  since {it.created:%Y-%m-%d}  {used}")


@subscriber.command()
@click.argument("name")
@pass_invocation
def revoke(invocation: Invocation, name: str) -> None:
    """Have somebody's addresses lead nowhere, within seconds."""
    from feeder.service import privacy

    with _open(invocation.settings()) as store:
        privacy.revoke(store, name)
    invocation.say(f"{name} can read private feeds no more.")


@contextmanager
def _open(settings: Settings) -> Iterator[Store]:
    from feeder.storage import open_store

    store = open_store(settings.state_folder, write=True, beside=True)
    try:
        yield store
    finally:
        store.close()
