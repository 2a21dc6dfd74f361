"""config.toml -> typed settings; names the bad key, its line and what was expected."""

from feeder.config.load import defaults, load
from feeder.config.settings import Schedule, Settings

__all__ = ["Schedule", "Settings", "defaults", "load"]
