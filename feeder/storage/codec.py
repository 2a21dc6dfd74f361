"""Entries as JSON and back, exactly; moments as whole seconds.

Fields at their default are left out, so a field added later (with a default) reads old rows as they are.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from pydantic import TypeAdapter, ValidationError

from feeder.errors import StateDamaged
from feeder.model import Entry


@cache
def _entry() -> TypeAdapter[Entry]:
    return TypeAdapter(Entry)


def encode_entry(entry: Entry) -> str:
    return _entry().dump_json(entry, exclude_defaults=True).decode()


def decode_entry(data: str) -> Entry:
    """Raises StateDamaged."""
    try:
        return _entry().validate_json(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StateDamaged(f"an entry in the database cannot be read ({place}: {first['msg']})") from error


def encode_moment(moment: datetime) -> int:
    """Seconds since 1970, rounded down."""
    return int(moment.timestamp() // 1)


def decode_moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
