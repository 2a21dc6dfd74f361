"""The form about a watch: what it holds as a table [[watches]], and the other way round. What makes sense is not
decided here: `config.write_watch` says so of each key, for the form, the command and the API alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

from feeder.config import Settings
from feeder.model import EventType, WatchKind
from feeder.service import trial
from feeder.web.asked import Form, Senseless

#: Key of the table -> the field that is to be looked at when something is wrong with it.
FIELDS: Mapping[str, str] = {
    "name": "name",
    "kind": "kind-person",
    "query": "query",
    "aliases": "aliases",
    "not": "not",
    "main": "main-any",
    "events": "events-casting",
    "min_score": "min_score",
    "max_age": "max_age",
    "endpoint": "address",
    "when": "when-at-once",
    "quiet": "quiet_from",
    "mute_until": "mute_day",
}
#: What people call those keys.
LABELS: Mapping[str, str] = {
    "name": "Name",
    "kind": "What it is",
    "query": "Query",
    "aliases": "Also written",
    "not": "Not this one",
    "main": "How it is named",
    "events": "Only with news of",
    "min_score": "How certain",
    "max_age": "How old an article may be",
    "endpoint": "Who is told",
    "when": "When",
    "quiet": "Quiet hours",
    "mute_until": "Silent until",
}
KINDS: Sequence[tuple[WatchKind, str, str]] = (
    (WatchKind.PERSON, "A person", "by name, known to the catalog or not"),
    (WatchKind.SHOW, "A show", "by its title"),
    (WatchKind.EVENT, "News of a kind", "whoever it is about"),
    (WatchKind.QUERY, "A search", "whatever a query finds"),
)
#: How far a watch that is tried may look back: days, and words for them.
SPANS = ((trial.DAYS, f"in the last {trial.DAYS} days"), (365, "in the last year"), (3650, "in the last ten years"))
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: Most characters of a text and of a list; a name may have 200, and config says so itself.
_TEXT, _LIST = 2_000, 8_000


def table(form: Form) -> dict[str, object]:
    """What was filled in, as it stands there: what cannot be a number stays text. Raises Senseless."""
    kind = form.text("kind", longest=_TEXT)
    return {
        "name": form.text("name", longest=_TEXT),
        "kind": kind if kind != WatchKind.PERSON else "",
        "query": form.text("query", longest=_TEXT),
        "aliases": form.lines("aliases", longest=_LIST),
        "not": form.lines("not", longest=_LIST),
        "main": bool(form.text("main")),
        "events": form.all("events"),
        "min_score": _number(form.text("min_score")),
        "max_age": form.text("max_age", longest=_TEXT),
        "endpoint": [*form.all("endpoint"), *form.lines("address", longest=_LIST)],
        "when": _when(form),
        "quiet": _quiet(form),
        "mute_until": "T".join(filter(None, (form.text("mute_day"), form.text("mute_time")))),
    }


def days(form: Form) -> int:
    """How far to look back: one of `SPANS`. Raises Senseless."""
    told = form.text("days") or str(trial.DAYS)
    found = next((days for days, _ in SPANS if str(days) == told), None)
    if found is None:
        raise Senseless(f"days: expected one of {', '.join(str(days) for days, _ in SPANS)}")
    return found


def filled(table: Mapping[str, Any], settings: Settings) -> Form:
    """The form that says the same as a table of `config.watch_table`."""
    when, quiet, until = table.get("when", ""), table.get("quiet", ""), table.get("mute_until")
    rhythm, _, rest = when.partition(" at ")
    at, _, zone = rest.partition(" ")
    quiet_from, _, rest = quiet.partition(" to ")
    quiet_to, _, quiet_zone = rest.partition(" ")
    home = settings.zone.key
    return Form(
        {
            "name": [table.get("name", "")],
            "kind": [table.get("kind", WatchKind.PERSON.value)],
            "query": [table.get("query", "")],
            "aliases": ["\n".join(table.get("aliases", ()))],
            "not": ["\n".join(table.get("not", ()))],
            "main": ["yes"] if table.get("main") else [],
            "events": table.get("events", []),
            "min_score": [f"{table['min_score']:g}"] if "min_score" in table else [],
            "max_age": [table.get("max_age", "")],
            "endpoint": table.get("endpoint", []),
            "rhythm": [rhythm.split()[0].lower() if rhythm else ""],
            "weekday": [rhythm.split()[-1].capitalize() if rhythm.startswith("weekly") else WEEKDAYS[0]],
            "at": [at or "08:00"],
            "zone": [zone or home],
            "quiet_from": [quiet_from],
            "quiet_to": [quiet_to],
            "quiet_zone": [quiet_zone or home],
            "mute_day": [f"{until:%Y-%m-%d}" if isinstance(until, date) else ""],
            "mute_time": [f"{until:%H:%M}" if isinstance(until, datetime) else ""],
        }
    )


def zones() -> Sequence[str]:
    """Time zones to choose from: those named after places, and UTC."""
    return ("UTC", *sorted(it for it in available_timezones() if "/" in it and not it.startswith(("Etc/", "SystemV/"))))


def values() -> dict[str, Any]:
    """What the form offers, whatever is filled in."""
    return {
        "kinds": KINDS,
        "events": tuple(EventType),
        "weekdays": WEEKDAYS,
        "spans": SPANS,
        "zones": zones(),
        "labels": LABELS,
        "places": FIELDS,
    }


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _when(form: Form) -> str:
    rhythm = form.text("rhythm")
    day = f" on {form.text('weekday').lower()}" if rhythm == "weekly" else ""
    return f"{rhythm}{day} at {form.text('at')} {form.text('zone')}".strip() if rhythm else ""


def _quiet(form: Form) -> str:
    start, end = form.text("quiet_from"), form.text("quiet_to")
    return f"{start} to {end} {form.text('quiet_zone')}" if start or end else ""
