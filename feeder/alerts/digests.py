"""Many alerts told in one message."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from feeder.alerts.messages import MOST
from feeder.model import EndpointKind, SiteInfo

DIGEST = "mention.digest"

#: Alerts that are told in a sentence each; where more wait, only their headlines are.
_IN_FULL = 24
_SENTENCE = 280  # code points
_TITLE = 200


def room(kind: EndpointKind) -> int | None:
    """How many alerts an endpoint of this kind can show in one message; None: as many as `digest` has room for."""
    if kind is EndpointKind.WEBHOOK:
        return None
    from feeder.alerts.channels import STYLES  # brings the template engine along

    return STYLES[kind].alerts


def digest(
    bodies: Sequence[bytes],
    *,
    waiting: int,
    due: datetime,
    site: SiteInfo,
    now: datetime,
    most: int | None = None,
) -> tuple[bytes, int]:
    """The body of one message and how many of `bodies` (each a `payload`) it tells, at least one and at most `most`.

    Under `messages.MOST` bytes; `waiting` is how many there are in all, those in `bodies` included.

        {"type": "mention.digest", "timestamp": ..., "data": {
            "due": ..., "more": how many follow in further messages,
            "alerts": [{"watch", "title", "link", "outlet", "published", "entry": id, "sentence", "events", "also",
                        "feed"}],
            "site": {"title", "url"}}}

    Of more than two dozen alerts `sentence` is null: their headlines tell enough.
    """
    in_full = waiting <= _IN_FULL
    items: list[dict[str, Any]] = []
    size = len(_message([], more=waiting, due=due, site=site, now=now))
    for body in bodies[:most]:
        item = _item(json.loads(body)["data"], in_full=in_full)
        size += len(_json(item)) + 1
        if items and size >= MOST:
            break
        items.append(item)
    return _message(items, more=waiting - len(items), due=due, site=site, now=now), len(items)


def _item(data: dict[str, Any], *, in_full: bool) -> dict[str, Any]:
    entry = data["entry"]
    proof = data["evidence"][0]["sentence"]["text"] if data["evidence"] else ""
    return {
        "watch": data["watch"],
        "title": _cut(entry["title"], _TITLE),
        "link": entry["link"],
        "outlet": entry["outlet"],
        "published": entry["published"],
        "entry": entry["id"],
        "sentence": _cut(" ".join(proof.split()), _SENTENCE) if in_full else None,
        "events": data.get("events", []),
        "also": (data.get("story") or {}).get("also", 0),
        "feed": data["feed"],
    }


def _message(items: list[dict[str, Any]], *, more: int, due: datetime, site: SiteInfo, now: datetime) -> bytes:
    data = {
        "due": _moment(due),
        "more": more,
        "alerts": items,
        "site": {"title": _cut(site.title, _TITLE), "url": site.base_url},
    }
    return _json({"type": DIGEST, "timestamp": _moment(now), "data": data})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
