"""A watch as the table [[watches]] that means it: what forms and programs fill in, and what is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from feeder.config import values
from feeder.config.settings import Settings
from feeder.model import Endpoint, Watch, WatchKind


def watch_table(watch: Watch, settings: Settings) -> dict[str, object]:
    """The table that means `watch` of these settings, without keys that say what goes without saying.

    Its endpoints go by their names, also those of which config.toml has the address: that may be secret.
    """
    return tidy(
        {
            "name": watch.name,
            "kind": None if watch.kind is WatchKind.PERSON else watch.kind.value,
            "query": watch.query,
            "aliases": list(watch.aliases),
            "not": list(watch.unless),
            "main": watch.main,
            "events": [event.value for event in watch.events],
            "min_score": watch.min_score or None,
            "max_age": None if watch.max_age is None else values.written_duration(watch.max_age),
            "endpoint": list(watch.endpoints),
            "when": None if watch.digest is None else values.written_rhythm(watch.digest),
            "quiet": None if watch.quiet is None else values.written_quiet(watch.quiet),
            "mute_until": None if watch.muted_until is None else _shown(watch.muted_until, settings),
        }
    )


def tidy(table: Mapping[str, object]) -> dict[str, object]:
    """Without what says nothing, so that a default is not written down. A moment may come as text (ISO 8601)."""
    kept = {key: value for key, value in table.items() if key == "name" or _says_something(value)}
    if isinstance(until := kept.get("mute_until"), str):
        kept["mute_until"] = _moment(until)
    return kept


def addressed(table: Mapping[str, object], endpoints: Sequence[Endpoint]) -> dict[str, object]:
    """With addresses in place of the names that they go by, and one endpoint without a list around it."""
    named = table.get("endpoint")
    if not isinstance(named, list | tuple):
        named = [] if named is None else [named]
    addresses = {it.name: it.url for it in endpoints if it.name == _name_of(it.url)}
    found = [addresses.get(it, it) if isinstance(it, str) else it for it in named]
    if not found:
        return dict(table)
    return {**table, "endpoint": found[0] if len(found) == 1 else found}


def _says_something(value: object) -> bool:
    return value is not None and value is not False and value not in ("", [], ())


def _name_of(url: str) -> str | None:
    return values.endpoint_name(url) if url.startswith(("http://", "https://")) else None


def _moment(text: str) -> date | datetime | str:
    """The text itself if it is none."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-12-24") else datetime.fromisoformat(text)
    except ValueError:
        return text


def _shown(moment: datetime, settings: Settings) -> date | datetime:
    """By the clocks of the articles' zone; by UTC where those show it twice."""
    local = moment.astimezone(settings.zone).replace(tzinfo=None)
    if local.replace(tzinfo=settings.zone).astimezone(UTC) != moment:
        return moment
    return local.date() if local.time() == time() else local
