"""What a webhook says. The body is rendered once and kept as bytes: every attempt sends and signs the same."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from feeder.model import Alert, Evidence, SiteInfo, StoredEntry, Tag

MENTION_NEW = "mention.new"
#: The same about nothing: somebody tries an endpoint.
MENTION_TEST = "mention.test"

#: Bytes a body may have (Standard Webhooks 1.0.0 asks for less than 20 kB).
MOST = 20_000


def message_id(*, entry_id: str, watch: str, endpoint: str, event_type: str) -> str:
    """The idempotency key: the same for every attempt, and after the store was lost and rebuilt.

    A hash, so that nobody outside can choose it; without dots, because the signed text is joined with them.
    """
    identity = json.dumps([event_type, entry_id, watch, endpoint]).encode()
    return "msg_" + base64.b32encode(hashlib.sha256(identity).digest()).decode("ascii")[:26].lower()


def story_id(first: str) -> str:
    """Of the story that began with the entry of this id: the same after a rebuild."""
    return "story_" + base64.b32encode(hashlib.sha256(first.encode()).digest()).decode("ascii")[:16].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The story that an alert belongs to."""

    id: str
    also: int = 0  #: other articles of it that name what is watched
    news: tuple[str, ...] = ()  #: types of events for which it rings once more


def payload(
    alert: Alert,
    stored: StoredEntry,
    *,
    site: SiteInfo,
    feed_url: str,
    now: datetime,
    story: Telling | None = None,
    event_type: str = MENTION_NEW,
) -> bytes:
    """The exact bytes to send: UTF-8 JSON with sorted keys, under `MOST` bytes, without the article's body.

    message.schema.json describes them:

        {"type": "mention.new", "timestamp": "2021-06-15T12:00:00Z", "data": {
            "watch": name,
            "entry": {"id", "title", "summary", "link", "outlet", "published", "updated",
                      "shows": [{"id", "title", "main"}], "people": [{"id", "name", "main", "roles", "characters"}]},
            "evidence": [{"text", "start", "end", "why", "sentence": {"text", "start", "end"}}],
            "events": [type, ...], "doubt": why it may be about somebody else, or null,
            "story": {"id", "also": number of other articles of it, "news": [type of event, ...]} or null,
            "feed": address, "site": {"title", "url"}, "truncated": bool}}

    `start` and `end` count code points in the article's text, half-open; a sentence that was cut keeps the words that
    prove it and carries the offsets of what is left. `truncated` says that something was cut or left out.
    """
    for limits in _LIMITS:
        body = _render(
            alert,
            stored,
            site=site,
            feed_url=feed_url,
            now=now,
            story=story,
            event_type=event_type,
            limits=limits,
        )
        if len(body) < MOST:
            return body
    raise ValueError(f"the feed's address and the watch's name alone fill {MOST} bytes")


@dataclass(frozen=True, slots=True)
class _Limits:
    """How much is told."""

    text: int  #: code points of the title, of the summary and of a sentence
    name: int  #: code points of a name
    address: int  #: code points of a link; a longer one is left out, a cut one would lead nowhere
    items: int  #: shows, people, roles, pieces of evidence


# Ordinary news fits the first. The last one fits whatever an article holds: four bytes a code point, twice two escapes.
_LIMITS = (
    _Limits(text=1000, name=200, address=2000, items=24),
    _Limits(text=500, name=100, address=2000, items=8),
    _Limits(text=200, name=60, address=1000, items=3),
    _Limits(text=100, name=40, address=500, items=1),
)
_ELLIPSIS = "…"
_T = TypeVar("_T")


def _render(
    alert: Alert,
    stored: StoredEntry,
    *,
    site: SiteInfo,
    feed_url: str,
    now: datetime,
    story: Telling | None,
    event_type: str,
    limits: _Limits,
) -> bytes:
    entry = stored.entry
    cut = _Cutter(limits)
    summary = cut.text(" ".join(sentence.text for sentence in entry.summary))
    data = {
        "watch": cut.name(alert.watch),
        "entry": {
            "id": entry.id,
            "title": cut.text(entry.title),
            "summary": summary,
            "link": cut.address(entry.article.link),
            "outlet": cut.name(entry.article.outlet) if entry.article.outlet else None,
            "published": _moment(entry.published),
            "updated": _moment(stored.changed),
            "shows": [
                {"id": show.id, "title": cut.name(show.label), "main": show.main} for show in cut.items(entry.shows)
            ],
            "people": [_person(person, cut) for person in cut.items(entry.people)],
        },
        "evidence": [_proof(proof, cut) for proof in cut.items(alert.evidence)],
        "events": list(dict.fromkeys(event.type.value for event in cut.items(alert.events))),
        "doubt": cut.text(alert.doubt) if alert.doubt else None,
        "story": None if story is None else {"id": story.id, "also": story.also, "news": list(story.news)},
        "feed": feed_url,
        "site": {"title": cut.name(site.title), "url": site.base_url},
    }
    message = {"type": event_type, "timestamp": _moment(now), "data": data | {"truncated": cut.happened}}
    return json.dumps(message, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class _Cutter:
    """Keeps text within limits and remembers whether it had to."""

    def __init__(self, limits: _Limits) -> None:
        self.limits = limits
        self.happened = False

    def text(self, text: str) -> str:
        return self._short(text, self.limits.text)

    def name(self, text: str) -> str:
        return self._short(text, self.limits.name)

    def address(self, address: str | None) -> str | None:
        if address is None or len(address) <= self.limits.address:
            return address
        self.happened = True
        return None

    def items(self, items: Sequence[_T]) -> Sequence[_T]:
        self.happened |= len(items) > self.limits.items
        return items[: self.limits.items]

    def around(self, text: str, start: int, end: int) -> tuple[int, int]:
        """A window of text that holds [start, end) as far as possible, in its middle where it must be cut."""
        most = self.limits.text
        if len(text) <= most:
            return 0, len(text)
        self.happened = True
        first = max(0, min((start + end - most) // 2, start, len(text) - most))
        return first, first + most

    def _short(self, text: str, most: int) -> str:
        if len(text) <= most:
            return text
        self.happened = True
        head = text[: most - 1]
        at_word, _, _ = head.rpartition(" ")
        return (at_word or head).rstrip() + _ELLIPSIS


def _person(person: Tag, cut: _Cutter) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": cut.name(person.label),
        "main": person.main,
        "roles": [str(role) for role in person.roles],
        "characters": [cut.name(character) for character in cut.items(person.characters)],
    }


def _proof(proof: Evidence, cut: _Cutter) -> dict[str, Any]:
    sentence = proof.sentence
    first, last = cut.around(sentence.text, proof.start - sentence.start, proof.end - sentence.start)
    return {
        "text": cut.text(proof.surface),
        "start": proof.start,
        "end": proof.end,
        "why": cut.name(proof.why),
        "sentence": {
            "text": sentence.text[first:last],
            "start": sentence.start + first,
            "end": sentence.start + last,
        },
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
