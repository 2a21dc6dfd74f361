"""Which watches ring for a new or edited entry, and what comes of it: a message, a place in a digest, or nothing, where
the owner has been told the story already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeder import alerts, stories, topics
from feeder.model import (
    Alert,
    Delivery,
    DeliveryState,
    Entry,
    Held,
    SiteInfo,
    StoredEntry,
    Tag,
    TagKind,
    Topic,
    TopicKind,
    Watch,
)
from feeder.storage import DigestItem, Sketch, Store

#: Entries that rang for a watch at about the time of another one, of which those that came last are compared with it.
_COMPARED = 100
#: Remembered with a story: that the owner was told of it at all, or asked whether it is about the right one.
_TOLD, _ASKED = "told", "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A watch that an entry rings for."""

    alert: Alert
    watch: Watch
    stored: StoredEntry


def rings(watches: Sequence[Watch], stored: StoredEntry, *, before: Entry | None, now: datetime) -> Iterator[Ring]:
    """One for each watch that this version of the entry names and the version `before` did not.

    A watch added later is thus silent about what it finds in old entries, and an edit rings only for a name it brings,
    or for one that is certain now.
    """
    for watch in watches:
        if alerts.is_too_old(watch, stored.entry.published, now):
            continue
        alert = alerts.judge(watch, stored.entry)
        if alert is None:
            continue
        earlier = None if before is None else alerts.judge(watch, before)
        if earlier is None or (earlier.doubt and not alert.doubt):
            yield Ring(alert=alert, watch=watch, stored=stored)


def post(found: Sequence[Ring], *, store: Store, site: SiteInfo, now: datetime) -> int:
    """Put what is to be told of one entry into the outbox or the digests; how many messages came of it.

    Inside of a transaction that has put the entry. Of a story that the owner was told, an article is only counted
    unless it has news of another kind.
    """
    if not found:
        return 0
    story = _join(found, store=store)
    posted = 0
    for ring in found:
        news, told = verdict(ring.alert, ring.stored.entry, store.alerting.told(story, ring.watch.name))
        store.alerting.tell(story, ring.watch.name, told)
        if news is not None:
            posted += sum(_put(ring, story, news, store=store, site=site, now=now))
    return posted


def feed_of(alert: Alert, entry: Entry) -> Topic:
    """The feed of the person or show that rang; else that of the watch's own."""
    certain = [tag for tag in alert.tags if not tag.candidates and tag in entry.tags]
    if not alert.doubt and len(certain) == 1:
        return _topic(certain[0])
    return Topic(kind=TopicKind.WATCH, key=alert.watch, label=alert.watch)


def _topic(tag: Tag) -> Topic:
    kind = TopicKind.SHOW if tag.kind is TagKind.SHOW else TopicKind.PERSON
    return Topic(kind=kind, key=tag.id, label=tag.label)


def _join(found: Sequence[Ring], *, store: Store) -> str:
    """The story of the entry, which remembers it from now on."""
    entry = found[0].stored.entry
    desk = store.alerting
    names = [ring.watch.name for ring in found]
    mine = stories.trace(entry)
    story = desk.story_of(entry.id)
    if story is None:
        known = desk.sketches(names, since=_earlier(mine.published), until=_later(mine.published), limit=_COMPARED)
        like = (it.story for it in known if it.entry_id != entry.id and stories.same(mine, stories.read(it.trace)))
        story = next(like, None) or alerts.story_id(entry.id)
    sketch = Sketch(entry_id=entry.id, story=story, trace=stories.written(mine))
    desk.put_in_story(sketch, watches=names, published=entry.published)
    return story


def _earlier(moment: datetime) -> datetime:
    return moment - min(stories.WINDOW, moment - datetime.min.replace(tzinfo=moment.tzinfo) - timedelta(days=1))


def _later(moment: datetime) -> datetime:
    return moment + min(stories.WINDOW, datetime.max.replace(tzinfo=moment.tzinfo) - moment - timedelta(days=1))


def verdict(alert: Alert, entry: Entry, told: frozenset[str]) -> tuple[frozenset[str] | None, frozenset[str]]:
    """What is new in this article of a story of which `told` is remembered, and what is to be remembered besides.

    New is nothing in particular (the empty set) in the first one that is told. None: be silent.
    """
    if alert.doubt:
        return (None if told else frozenset()), frozenset() if told else frozenset((_ASKED,))
    kinds = stories.kinds(alert.events)
    if _TOLD not in told:
        return frozenset(), kinds | {_TOLD}
    before = told - {_TOLD, _ASKED}
    if not before:  # a story first told without any news that has a name is not told again when it is given one
        return None, kinds
    return stories.news(alert.events, told=before, headline=entry.article.body_start) or None, kinds


def _put(
    ring: Ring, story: str, news: frozenset[str], *, store: Store, site: SiteInfo, now: datetime
) -> Iterator[bool]:
    """For each endpoint of the watch: whether there was something to put."""
    from feeder.rendering import feed_path  # brings the template engine along

    watch, entry = ring.watch, ring.stored.entry
    topic = feed_of(ring.alert, entry)
    try:
        place = store.topics.slug(topic)
    except KeyError:
        topic, place = topics.ALL, store.topics.slug(topics.ALL)
    also = [it for it in store.alerting.in_story(story, watch.name) if it != entry.id]
    body = alerts.payload(
        ring.alert,
        ring.stored,
        site=site,
        feed_url=f"{site.base_url}/{feed_path(topic, place)}",
        now=now,
        story=alerts.Telling(id=story, also=len(also), news=tuple(sorted(news))),
    )
    held = Held.DOUBT if ring.alert.doubt else Held.MUTED if alerts.is_muted(watch, now) else None
    for endpoint in watch.endpoints:
        delivery = Delivery(
            id=alerts.message_id(entry_id=entry.id, watch=watch.name, endpoint=endpoint, event_type=alerts.MENTION_NEW),
            endpoint=endpoint,
            watch=watch.name,
            entry_id=entry.id,
            event_type=alerts.MENTION_NEW,
            body=body,
            state=DeliveryState.PENDING if held is None else DeliveryState.HELD,
            attempts=0,
            next_at=alerts.audible(watch.quiet, now),
            held_for=held,
        )
        if watch.digest is None or held is not None:
            yield store.outbox.add(delivery, now=now) or (held is None and store.alerting.resolve(delivery))
        else:
            yield store.alerting.add_to_digest(
                DigestItem(
                    id=delivery.id,
                    entry_id=entry.id,
                    watch=watch.name,
                    endpoint=endpoint,
                    body=body,
                    due=alerts.next_digest(watch.digest, after=now),
                )
            )
