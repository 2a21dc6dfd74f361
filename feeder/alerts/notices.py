"""What the owner is told about alerts that do not arrive."""

from __future__ import annotations

import json
from datetime import datetime

from feeder.model import SiteInfo

FAILING = "endpoint.failing"
RECOVERED = "endpoint.recovered"
CLOSED = "endpoint.closed"


def notice(
    event_type: str,
    *,
    endpoint: str,
    since: datetime,
    waiting: int,
    error: str,
    site: SiteInfo,
    now: datetime,
) -> bytes:
    """The body of a message about an endpoint, for another one.

    {"type": "endpoint.failing" | "endpoint.closed" | "endpoint.recovered", "timestamp": ...,
     "data": {"endpoint": its name, "since": ..., "waiting": messages, "error": of the last attempt,
              "text": all of it in words, "site": {"title", "url"}}}
    """
    many = f"{waiting} message{'' if waiting == 1 else 's'}"
    begun = f"{since:%Y-%m-%d %H:%M} UTC"
    text = {
        FAILING: f"Alerts for the endpoint {endpoint} have not arrived since {begun} ({error}). {many} waiting.",
        CLOSED: f"The endpoint {endpoint} is closed since {begun} ({error}). {many} held until it is opened again: "
        f"`feeder alerts release {endpoint}`.",
        RECOVERED: f"Alerts for the endpoint {endpoint} arrive again; they did not since {begun}.",
    }[event_type]
    data = {
        "endpoint": endpoint,
        "since": _moment(since),
        "waiting": waiting,
        "error": error[:500],
        "text": text[:1500],
        "site": {"title": site.title[:200], "url": site.base_url},
    }
    message = {"type": event_type, "timestamp": _moment(now), "data": data}
    return json.dumps(message, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
