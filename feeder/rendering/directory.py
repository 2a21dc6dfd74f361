"""What the pages list: topics by kind and name, and an entry's tags with the way to their feeds.

The front page shows the busiest topics of each kind, the page of the kind all of them. Where these are too many for
one page they stand on pages by the first letter of their slugs, and the page of the kind leads to those: a topic's
place must not move when others come and go, as it would on pages by number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest

from feeder.model import Entry, Tag, Topic, TopicKind, TopicListing
from feeder.rendering.addresses import KIND_PAGES, letter_path, topic_anchor
from feeder.text import fold

ONE_PAGE = 500  #: topics that a page of a kind lists before letters divide them
_BUSIEST = 12  # topics of a kind on the front page, and on the page of a kind that is divided
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
    """Topics of one kind."""

    kind: str  #: also its anchor: "show"
    heading: str
    path: str  #: the page of the kind, below the published folder
    count: int  #: topics of the kind in all, at least one
    listings: tuple[TopicListing, ...]  #: by label; those to show: all, or the busiest

    @property
    def opml(self) -> str:
        """Where the list of all feeds of the kind is."""
        return opml_path(TopicKind(self.kind))

    @property
    def whole(self) -> bool:
        return len(self.listings) == self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A page of a kind that is divided."""

    letter: str  #: "m"; "0" to "9" for names that begin with a digit
    path: str
    listings: tuple[TopicListing, ...]  #: by label, at least one


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLink:
    """A tag as it stands below an entry."""

    tag: Tag
    address: str | None  #: of its topic, below the published folder; None where its feed is not published


class Directory:
    """All topics that are published."""

    def __init__(self, topics: Sequence[TopicListing]) -> None:
        self.everything = next((t for t in topics if t.topic.kind is TopicKind.ALL), None)
        ordered = sorted(topics, key=_by_label)
        self._kinds = {kind: found for kind in _HEADINGS if (found := [t for t in ordered if t.topic.kind is kind])}
        self._by_tag = {
            (t.topic.kind.value, t.topic.key): t
            for kind in (TopicKind.SHOW, TopicKind.PERSON)
            for t in self._kinds.get(kind, ())
        }

    @property
    def kinds(self) -> tuple[TopicKind, ...]:
        """Those with topics, what the owner set up first."""
        return tuple(self._kinds)

    @cached_property
    def busiest(self) -> tuple[Section, ...]:
        """Each kind with the topics that have most articles."""
        return tuple(self._section(kind, _BUSIEST) for kind in self._kinds)

    def section(self, kind: TopicKind) -> Section:
        """The kind with all its topics, or with the busiest where letters divide it."""
        return self._section(kind, _BUSIEST if self._divided(kind) else None)

    def letters(self, kind: TopicKind) -> tuple[Letter, ...]:
        """The pages of a kind that is divided; none for one that is not."""
        if not self._divided(kind):
            return ()
        found: dict[str, list[TopicListing]] = {}
        for listing in self._kinds[kind]:
            found.setdefault(_letter(listing.slug), []).append(listing)
        return tuple(
            Letter(letter=letter, path=letter_path(kind, letter), listings=tuple(listings))
            for letter, listings in sorted(found.items())
        )

    def address(self, topic: Topic, slug: str) -> str:
        """Where a page speaks of the topic, with its fragment."""
        divided = self._divided(topic.kind)
        page = letter_path(topic.kind, _letter(slug)) if divided else KIND_PAGES[topic.kind]
        return f"{page}#{topic_anchor(topic, slug)}"

    def tag_links(self, entry: Entry) -> tuple[TagLink, ...]:
        """The entry's tags, what it is mainly about first."""
        ordered = sorted((*entry.shows, *entry.people), key=lambda tag: not tag.main)
        return tuple(TagLink(tag=tag, address=self._tag_address(tag)) for tag in ordered)

    def _tag_address(self, tag: Tag) -> str | None:
        listing = self._by_tag.get((tag.kind.value, tag.id))
        if listing is None or tag.candidates:  # a name that could be several people's leads to none of them
            return None
        return self.address(listing.topic, listing.slug)

    def _divided(self, kind: TopicKind) -> bool:
        return len(self._kinds.get(kind, ())) > ONE_PAGE

    def _section(self, kind: TopicKind, limit: int | None) -> Section:
        found = self._kinds[kind]
        shown = set(found if limit is None else nsmallest(limit, found, key=lambda t: (-t.count, t.slug)))
        return Section(
            kind=kind.value,
            heading=_HEADINGS[kind],
            path=KIND_PAGES[kind],
            count=len(found),
            listings=tuple(listing for listing in found if listing in shown),
        )


def opml_path(kind: TopicKind) -> str:
    """The list of the feeds of a kind, beside its page: "shows.opml"."""
    return f"{KIND_PAGES[kind].removesuffix('.html')}.opml"


def _letter(slug: str) -> str:
    """Of "the-office" the o, as libraries do it."""
    for article in _ARTICLES:
        if slug.startswith(start := article.replace(" ", "-")) and len(slug) > len(start):
            return slug[len(start)]
    return slug[0]


def _by_label(listing: TopicListing) -> tuple[str, str]:
    """As libraries sort titles: "The Marvelous Mrs. Maisel" under M."""
    name = fold(listing.topic.label)
    for article in _ARTICLES:
        if name.startswith(article) and len(name) > len(article):
            name = name.removeprefix(article)
            break
    return name, listing.slug
