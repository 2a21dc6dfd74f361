"""config.toml -> typed settings; names the bad key, its line and what was expected."""

from feeder.config.load import defaults, load
from feeder.config.settings import Log, Schedule, Settings, Timetable

__all__ = ["Log", "Schedule", "Settings", "Timetable", "defaults", "load"]
