"""config.toml -> typed settings; names the bad key, its line and what was expected."""

from feeder.config.editing import add_watch, remove_watch
from feeder.config.load import defaults, load
from feeder.config.settings import Log, Owner, Schedule, Settings, Timetable, Websub

__all__ = [
    "Log",
    "Owner",
    "Schedule",
    "Settings",
    "Timetable",
    "Websub",
    "add_watch",
    "defaults",
    "load",
    "remove_watch",
]
