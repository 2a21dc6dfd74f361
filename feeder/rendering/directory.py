"""What the index page lists: topics by kind and name, and an entry's tags with the way to their feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feeder.model import Entry, Tag, TopicKind, TopicListing
from feeder.text import fold

_HEADINGS = {
    TopicKind.WATCH: "Watched names",
    TopicKind.QUERY: "Topics",
    TopicKind.SHOW: "Shows",
    TopicKind.PERSON: "People",
    TopicKind.EVENT: "Events",
}
_ARTICLES = ("the ", "a ", "an ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """All topics of one kind."""

    kind: str  #: also its anchor: "show"
    heading: str
    listings: tuple[TopicListing, ...]  #: by label, at least one


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLink:
    """A tag as it stands below an entry."""

    tag: Tag
    listing: TopicListing | None  #: None where its feed is not published


def sections(topics: Sequence[TopicListing]) -> tuple[Section, ...]:
    """Topics by kind, what the owner set up first; kinds without topics are left out."""
    found = ((kind, heading, [t for t in topics if t.topic.kind is kind]) for kind, heading in _HEADINGS.items())
    return tuple(
        Section(kind=kind.value, heading=heading, listings=tuple(sorted(listings, key=_by_label)))
        for kind, heading, listings in found
        if listings
    )


def everything(topics: Sequence[TopicListing]) -> TopicListing | None:
    """The listing of the feed that holds every entry."""
    return next((t for t in topics if t.topic.kind is TopicKind.ALL), None)


def by_tag(topics: Sequence[TopicListing]) -> Mapping[tuple[str, str], TopicListing]:
    """Listings of shows and people by (kind, tag id)."""
    return {(t.topic.kind.value, t.topic.key): t for t in topics}


def tag_links(entry: Entry, listings: Mapping[tuple[str, str], TopicListing]) -> tuple[TagLink, ...]:
    """The entry's tags, what it is mainly about first."""
    ordered = sorted((*entry.shows, *entry.people), key=lambda tag: not tag.main)
    return tuple(
        # a name that could be several people's leads to none of them
        TagLink(tag=tag, listing=None if tag.candidates else listings.get((tag.kind.value, tag.id)))
        for tag in ordered
    )


def _by_label(listing: TopicListing) -> tuple[str, str]:
    """As libraries sort titles: "The Marvelous Mrs. Maisel" under M."""
    name = fold(listing.topic.label)
    for article in _ARTICLES:
        if name.startswith(article) and len(name) > len(article):
            name = name.removeprefix(article)
            break
    return name, listing.slug
