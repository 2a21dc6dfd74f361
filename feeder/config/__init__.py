"""config.toml -> typed settings; names the bad key, its line and what was expected."""

from feeder.config.editing import remove_watch, try_watch, write_watch
from feeder.config.load import defaults, load
from feeder.config.settings import Log, Owner, Schedule, Settings, Timetable, Websub
from feeder.config.watch_tables import watch_table

__all__ = [
    "Log",
    "Owner",
    "Schedule",
    "Settings",
    "Timetable",
    "Websub",
    "defaults",
    "load",
    "remove_watch",
    "try_watch",
    "watch_table",
    "write_watch",
]
