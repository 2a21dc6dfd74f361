"""What became of the address of a feed that is not there any more."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feeder.model import Form, TopicKind
from feeder.storage import Store

_FEED = re.compile(
    rf"feeds/(?P<kind>{'|'.join(TopicKind)})/(?P<slug>[a-z0-9-]{{1,100}})(?:/(?P<number>[1-9][0-9]{{0,8}}))?"
    rf"[.](?P<form>{'|'.join(Form)})"
)


@dataclass(frozen=True, slots=True)
class Moved:
    """The feed has another address now."""

    path: str  #: below the published folder


@dataclass(frozen=True, slots=True)
class Gone:
    """The topic is published no longer."""


def whereabouts(store: Store, path: str) -> Moved | Gone | None:
    """Of a path below the published folder where there is no file; None: there never was a feed.

    An archive leads to the one of the same number, or to the feed itself where the new feed has fewer.
    """
    found = _FEED.fullmatch(path)
    if found is None:
        return None
    former = store.topics.former(TopicKind(found["kind"]), found["slug"])
    if former is None:
        return None
    if former.slug is None:
        return Gone()
    from feeder.rendering import archive_path, feed_path  # brings the template engine along

    form, number = Form(found["form"]), int(found["number"] or 0)
    last = store.topics.last_archive(former.topic)
    if number and last is not None and number <= last[0]:
        return Moved(archive_path(former.topic, former.slug, number, form))
    return Moved(feed_path(former.topic, former.slug, form))
