"""Where log lines go, and what they look like: one line a record, whatever is in it."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # brings pydantic along, which a command that reads no settings does without
    from feeder.config import Log

_FIELD = re.compile(r"(?:(\w+)=)?%(?:[-+ #0]*[\d.]*)[srdfgx]")
_QUIET = ("apscheduler",)  # it warns of each tick that a long run swallows, which is as it should be


def to_terminal(*, quiet: bool) -> None:
    """For commands: only what is wrong, to stderr."""
    _to_stderr(logging.Formatter("feeder: %(message)s"), "error" if quiet else "warning")


def to_operator(log: Log, *, quiet: bool = False) -> None:
    """For a service: each run and each delivery, as the settings say. May be called again when they change."""
    _to_stderr(JsonLines() if log.format == "json" else TextLines(), "error" if quiet else log.level)


class TextLines(logging.Formatter):
    """ "2026-05-01T12:00:00Z INFO build: read=2 ..."; line ends in a message are escaped: nobody forges lines."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage().replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        line = f"{_moment(record)} {record.levelname} {message}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonLines(logging.Formatter):
    """An object a line: time, level, logger, message, and by name each value that the message has as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        told = {"time": _moment(record), "level": record.levelname.lower(), "logger": record.name}
        fields = dict(_fields(record))
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps({**fields, **told, "message": record.getMessage()}, ensure_ascii=False, default=str)


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    """From the template and its values, so that a value with blanks in it stays whole."""
    if isinstance(record.msg, str) and isinstance(record.args, tuple):
        names = _FIELD.findall(record.msg)
        if len(names) == len(record.args):
            yield from ((name, value) for name, value in zip(names, record.args, strict=True) if name)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _to_stderr(formatter: logging.Formatter, level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    debugging = bool(os.environ.get("FEEDER_DEBUG"))
    logging.getLogger("feeder").setLevel(logging.DEBUG if debugging else level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
