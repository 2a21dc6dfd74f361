"""What the options before the command say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from pathlib import Path

    from feeder.config import Settings


class Invocation(NamedTuple):  # a dataclass, like pathlib, would cost every `feeder --help` 4 ms
    config: str | None  #: as given; None: config.toml here
    quiet: bool  #: say only what is wrong

    @property
    def config_path(self) -> Path:
        from pathlib import Path

        return Path(self.config or "config.toml")

    def settings(self) -> Settings:
        """The settings; raises ConfigError, also when there is no config file."""
        from feeder import config

        return config.load(self.config_path)

    def settings_or_defaults(self) -> Settings:
        """The same for commands that work anywhere: the defaults where no file was asked for and none is here."""
        import os
        from dataclasses import replace
        from pathlib import Path

        from feeder import config

        if self.config is None and not self.config_path.exists():
            # a folder that happens to be called "catalog" here is no part of an installation
            return replace(config.defaults(Path()), catalog_folder=Path(os.devnull))
        return config.load(self.config_path)

    def say(self, text: str = "") -> None:
        """Print for people; what a command is asked for (JSON, findings) is printed whether quiet or not."""
        if not self.quiet:
            click.echo(text)


pass_invocation = click.make_pass_decorator(Invocation)
