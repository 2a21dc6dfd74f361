"""Published files that need not be made while what they show stays the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from feeder.model import TopicListing


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page or list below the published folder."""

    path: str
    shows: str  #: the same as long as the same is shown, templates and site being the same
    make: Callable[[], bytes]


def shown(listings: Iterable[TopicListing], *more: str, counted: bool = True) -> str:
    """What `Sheet.shows` says of rows for these topics in their order, `counted` where it says how many articles each
    has, and of `more` words."""
    found = hashlib.sha256("\0".join(more).encode())
    for it in listings:
        topic = it.topic
        row = f"\0{topic.kind.value}\0{topic.key}\0{topic.label}\0{it.slug}\0{it.count if counted else ''}"
        found.update(row.encode("utf-8", "surrogatepass"))
    return found.hexdigest()
