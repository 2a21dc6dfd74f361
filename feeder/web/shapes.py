"""Values as the JSON of the API. Keys are only ever added; their order is that of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from feeder.model import Event, Evidence, Form, SiteInfo, StoredEntry, Tag, TopicListing
from feeder.rendering import entry_view, feed_path, topic_view
from feeder.service.reading import About, Named, Watched, Whole
from feeder.service.trial import Trial
from feeder.storage import Message


def moment(when: datetime | None) -> str | None:
    return None if when is None else f"{when:%Y-%m-%dT%H:%M:%SZ}"


def entry(stored: StoredEntry, site: SiteInfo) -> dict[str, Any]:
    article = stored.entry.article
    return {
        "id": stored.entry.id,
        "key": entry_view(stored.entry.id).partition("/")[2],
        "title": stored.entry.title,
        "summary": " ".join(sentence.text for sentence in stored.entry.summary),
        "link": article.link,
        "page": f"{site.base_url}/{entry_view(stored.entry.id)}",
        "outlet": article.outlet,
        "authors": list(article.byline),
        "language": article.language,
        "published": moment(article.published),
        "updated": moment(stored.changed),
        "tags": [tag(it) for it in stored.entry.tags],
        "events": [event(it) for it in stored.entry.events],
    }


def tag(it: Tag) -> dict[str, Any]:
    return {
        "kind": it.kind.value,
        "id": it.id,
        "label": it.label,
        "score": round(it.score, 3),
        "main": it.main,
        "known": it.known,
        "year": it.year,
        "roles": [role.value for role in it.roles],
        "characters": list(it.characters),
        "candidates": list(it.candidates),
    }


def event(it: Event) -> dict[str, Any]:
    return {"type": it.type.value, "show": it.show, "people": list(it.people)}


def evidence(whole: Whole) -> dict[str, Any]:
    """Why an entry has its tags and events. Offsets count code points of the article's text; `in_sentence` is the place
    of the words in their sentence."""
    found = whole.stored.entry
    return {
        "id": found.id,
        "tags": [
            {"kind": t.kind.value, "id": t.id, "label": t.label, "evidence": proofs(t.evidence)} for t in found.tags
        ],
        "events": [{**event(it), "evidence": proofs(it.evidence)} for it in found.events],
    }


def proofs(found: Sequence[Evidence]) -> list[dict[str, Any]]:
    return [
        {
            "text": it.surface,
            "start": it.start,
            "end": it.end,
            "sentence": it.sentence.text,
            "in_sentence": [it.start - it.sentence.start, it.end - it.sentence.start],
            "why": it.why,
        }
        for it in found
    ]


def topic(listing: TopicListing, site: SiteInfo) -> dict[str, Any]:
    return {
        "kind": listing.topic.kind.value,
        "key": listing.topic.key,
        "slug": listing.slug,
        "label": listing.topic.label,
        "entries": listing.count,
        "updated": moment(listing.updated),
        "page": f"{site.base_url}/{topic_view(listing.topic, listing.slug)}",
        "feeds": {form.value: f"{site.base_url}/{feed_path(listing.topic, listing.slug, form)}" for form in Form},
    }


def about(it: About, site: SiteInfo) -> dict[str, Any]:
    return {
        **topic(it.listing, site),
        "facts": list(it.facts),
        "cast": [{"name": p.name, "character": p.note, "slug": _slug(p.listing)} for p in it.cast],
        "credits": [{"title": p.name, "years": p.note, "slug": _slug(p.listing)} for p in it.credits],
        "related": [
            {
                "kind": c.listing.topic.kind.value,
                "slug": c.listing.slug,
                "label": c.listing.topic.label,
                "shared": c.shared,
            }
            for c in it.companions
        ],
        "mentions": [{"period": bar.label, "entries": bar.entries} for bar in it.bars],
    }


def watched(it: Watched, site: SiteInfo, *, written: Mapping[str, object] | None) -> dict[str, Any]:
    """`written`: the table that means the watch; None for those who may not see where alerts go."""
    return {
        "name": it.watch.name,
        "kind": it.watch.kind.value,
        "aliases": list(it.watch.aliases),
        "endpoints": list(it.watch.endpoints) if written else None,
        "topic": topic(it.listing, site) if it.listing else None,
        "last_named": moment(it.latest.entry.published) if it.latest else None,
        "table": None if written is None else table(written),
    }


def table(written: Mapping[str, object]) -> dict[str, Any]:
    """A table [[watches]], as it may be sent back."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in written.items()}


def trial(found: Trial, site: SiteInfo) -> dict[str, Any]:
    return {
        "days": found.days,
        "entries": found.entries,
        "sent": len(found.sent),
        "held": len(found.held),
        "alerts": [
            {
                "entry": entry(it.stored, site),
                "state": "same story" if not it.told else "held" if it.alert.doubt else "sent",
                "doubt": it.alert.doubt,
                "news": list(it.news),
                "evidence": proofs(it.proofs),
            }
            for it in found.heard
        ],
    }


def message(it: Message) -> dict[str, Any]:
    sent = it.delivery
    return {
        "id": sent.id,
        "watch": sent.watch,
        "endpoint": sent.endpoint,
        "entry": {"id": sent.entry_id, "title": it.title} if sent.entry_id else None,
        "event": sent.event_type,
        "state": sent.state.value,
        "created": moment(it.created),
        "next_attempt": moment(sent.next_at) if sent.state == "pending" else None,
        "attempts": [
            {
                "number": a.number,
                "started": moment(a.started),
                "ended": moment(a.ended),
                "outcome": a.outcome.value if a.outcome else None,
                "status": a.status,
                "error": a.error,
            }
            for a in it.attempts
        ],
    }


def named(found: Sequence[Named]) -> list[dict[str, Any]]:
    return [{**tag(it.tag), "slug": _slug(it.listing)} for it in found]


def _slug(listing: TopicListing | None) -> str | None:
    return listing.slug if listing else None
