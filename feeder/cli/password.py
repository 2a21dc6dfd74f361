"""feeder password"""

from __future__ import annotations

import click

_SHORTEST = 12


@click.command()
@click.password_option(prompt="Password", help="Asked for when it is not given; the shell would remember it.")
def password(password: str) -> None:
    """Print what [owner] password in config.toml is to hold: a hash, from which nobody learns the password."""
    if len(password) < _SHORTEST:
        raise click.UsageError(
            f"a password of {_SHORTEST} characters or more is not guessed; a sentence is easy to keep"
        )
    from feeder.service.ownership import hash_password

    click.echo(hash_password(password))
