"""feeder backup, feeder restore"""

from __future__ import annotations

import click

from feeder.cli.invocation import Invocation, pass_invocation


@click.command()
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--with-secrets", is_flag=True, help="With the keys of webhooks: keep such a backup as you keep those.")
@pass_invocation
def backup(invocation: Invocation, file: str, with_secrets: bool) -> None:
    """Put database, config.toml, catalog, corrections and templates into one FILE.

    Works beside a running `feeder serve`. Articles and what is published are not in it.
    """
    settings = invocation.settings()
    from pathlib import Path

    from feeder.service import clock
    from feeder.service.backup import back_up

    made = back_up(settings, Path(file), now=clock.now(), secrets=with_secrets)
    secrets = "" if made.secrets else "; secrets are not in it (--with-secrets)"
    invocation.say(f"{click.format_filename(made.path)}: {made.files} files, {made.size / 1e6:.1f} MB{secrets}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace what is newer or another's, too; it is kept under another name.")
@pass_invocation
def restore(invocation: Invocation, file: str, force: bool) -> None:
    """Put a backup back: here, or where --config says.

    Everything in it is checked first. Refuses while feeder works here, and over what is newer than the backup or
    belongs to another installation.
    """
    from pathlib import Path

    from feeder.service.restoring import restore as put_back

    done = put_back(Path(file), invocation.config_path, force=force)
    for path in done.written:
        invocation.say(f"restored {click.format_filename(path)}")
    for path in done.aside:
        invocation.say(f"kept     {click.format_filename(path)}")
    if done.lacking:
        invocation.say("\nWhat config.toml still lacks:")
        for line in done.lacking.splitlines():
            invocation.say(f"  {line}")
    invocation.say("\nNext: `feeder check`, then `feeder build`: all feeds are written anew.")
