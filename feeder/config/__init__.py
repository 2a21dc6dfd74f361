"""config.toml -> typed settings; names the bad key, its line and what was expected."""

from feeder.config.load import load
from feeder.config.settings import Schedule, Settings

__all__ = ["Schedule", "Settings", "load"]
