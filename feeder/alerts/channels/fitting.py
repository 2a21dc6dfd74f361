"""A message of the outbox in plain words, and the same in fewer, until it fits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from feeder.rendering import Heard, Told
from feeder.text import one_line, sentences

_MENTIONS = ("mention.new", "mention.test")
_DIGEST = "mention.digest"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class _Room:
    """How much is told of an alert, in code points; what has no room at all is left out."""

    sentence: int
    summary: int
    title: int
    link: int  #: a longer address is left out: a cut one would lead nowhere


_ROOMS = (
    _Room(sentence=1000, summary=1000, title=300, link=2000),
    _Room(sentence=500, summary=300, title=200, link=1000),
    _Room(sentence=280, summary=0, title=120, link=500),
    _Room(sentence=140, summary=0, title=120, link=300),
    _Room(sentence=0, summary=0, title=100, link=150),
)
#: Of a subject, which is one line.
_LINE = _Room(sentence=0, summary=0, title=120, link=0)
_NAME = 100


def tellings(body: bytes) -> Iterator[Told]:
    """What a message's body (see `alerts.messages`, `digests`, `notices`) says, the fullest version first.

    The last ones leave alerts out from the end and count them in `more`; the very last one tells a single alert.
    """
    data = json.loads(body)
    told = None
    for room in _ROOMS:
        told = _told(data, room)
        yield told
    while told is not None and len(told.alerts) > 1:
        left_out = max(1, len(told.alerts) // 4)
        told = Told(
            type=told.type,
            alerts=told.alerts[:-left_out],
            more=told.more + left_out,
            site=told.site,
            address=told.address,
        )
        yield told


def headline(body: bytes) -> Told:
    """The same for one line."""
    return _told(json.loads(body), _LINE)


def cut(text: str, most: int) -> str:
    """At the end of a sentence where there is one in the second half of what fits, else at a word, with an ellipsis."""
    if len(text) <= most:
        return text
    if most < 2:
        return ""
    end = 0
    for sentence in sentences(text[: most + 1]):
        if sentence.end <= most and sentence.text[-1:] in '.!?…"”’)':
            end = sentence.end
    if end >= most // 2:
        return text[:end]
    head = text[: most - 1]
    at_word, _, _ = head.rpartition(" ")
    return (at_word or head).rstrip() + _ELLIPSIS


def around(text: str, start: int, end: int, most: int) -> str:
    """`text` cut to `most` with text[start:end] in it as far as that is possible."""
    if len(text) <= most or end <= most // 2:
        return cut(text, most)
    if most < 4:
        return ""
    room = most - 2
    first = max(0, min((start + end - room) // 2, start, len(text) - room))
    head = _ELLIPSIS if first else ""
    tail = _ELLIPSIS if first + room < len(text) else ""
    return f"{head}{text[first : first + room].strip()}{tail}"


def _told(message: Mapping[str, Any], room: _Room) -> Told:
    kind, data = str(message["type"]), message["data"]
    site = data.get("site") or {}
    title, address = _line(site.get("title"), _NAME), _line(site.get("url"), 2000)
    if kind in _MENTIONS:
        alerts: tuple[Heard, ...] = (_mention(data, room),)
        return Told(type=kind, alerts=alerts, site=title, address=address, test=kind == "mention.test")
    if kind == _DIGEST:
        alerts = tuple(_item(item, room) for item in data["alerts"])
        return Told(type=kind, alerts=alerts, more=int(data["more"]), site=title, address=address)
    return Told(type=kind, text=_line(data.get("text"), room.summary or 300), site=title, address=address)


def _mention(data: Mapping[str, Any], room: _Room) -> Heard:
    entry = data["entry"]
    return Heard(
        watch=_line(data["watch"], _NAME),
        title=_line(entry["title"], room.title),
        link=_link(entry["link"], room.link),
        outlet=_line(entry.get("outlet"), _NAME),
        day=_day(entry["published"]),
        sentence=_proof(data["evidence"], entry["title"], room.sentence),
        summary=_line(entry["summary"], room.summary),
        events=tuple(_line(event, _NAME) for event in data.get("events") or ()),
        doubt=_line(data.get("doubt"), 200),
        also=int((data.get("story") or {}).get("also", 0)),
        feed=_link(data["feed"], 2000),
    )


def _item(item: Mapping[str, Any], room: _Room) -> Heard:
    return Heard(
        watch=_line(item["watch"], _NAME),
        title=_line(item["title"], room.title),
        link=_link(item["link"], room.link),
        outlet=_line(item.get("outlet"), _NAME),
        day=_day(item["published"]),
        sentence=_line(item.get("sentence"), room.sentence),
        summary="",
        events=tuple(_line(event, _NAME) for event in item.get("events") or ()),
        doubt="",
        also=int(item.get("also") or 0),
        feed=_link(item["feed"], 2000),
    )


def _proof(evidence: Sequence[Mapping[str, Any]], title: str, most: int) -> str:
    """The first sentence that proves it beside the headline, which is told anyway."""
    proof = next((it for it in evidence if one_line(it["sentence"]["text"]) != one_line(title)), None)
    if proof is None:
        return ""
    sentence = proof["sentence"]
    text = str(sentence["text"])
    start, end = (max(0, min(int(proof[key]) - int(sentence["start"]), len(text))) for key in ("start", "end"))
    before, inside = one_line(text[:start]), one_line(text[start:end])
    return around(one_line(text), len(before), len(before) + 1 + len(inside), most)


def _line(text: object, most: int) -> str:
    return cut(one_line(str(text)), most) if text else ""


def _link(address: object, most: int) -> str:
    text = str(address or "")
    return text if text.startswith(("http://", "https://")) and len(text) <= most and text.isprintable() else ""


def _day(moment: object) -> str:
    when = datetime.fromisoformat(str(moment).replace("Z", "+00:00")).astimezone(UTC)
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"
