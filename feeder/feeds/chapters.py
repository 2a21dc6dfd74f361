"""The documents one feed consists of (RFC 5005, section 4): the current one, and archives that never change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from feeder.model import Form, SiteInfo, TopicListing
from feeder.rendering.addresses import archive_path, feed_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Which document of the feed this is, and its neighbours.

    Archives are counted from 1, the oldest. An archive's bytes change with `next`: give it one only if that archive
    existed when this one was first written, or accept that it is written once more. The first names the second all
    the same, whose place is known long before it is filled: an archive without neighbours counts as incomplete.
    """

    number: int | None = None  #: None: the current document, which subscribers ask for
    previous: int | None = None  #: the archive with the entries before these; None: there are none
    next: int | None = None  #: of an archive: the one with the entries after these

    def __post_init__(self) -> None:
        if self.number is None and self.next is not None:
            raise ValueError("nothing comes after the current document")
        if self.number == 1:
            object.__setattr__(self, "next", 2)


CURRENT = Chapter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """An entry that was withdrawn (RFC 6721)."""

    entry_id: str
    withdrawn: datetime


def self_address(form: Form, listing: TopicListing, chapter: Chapter, site: SiteInfo) -> str:
    """The absolute address of this very document."""
    return _address(form, listing, chapter.number, site)


def neighbours(form: Form, listing: TopicListing, chapter: Chapter, site: SiteInfo) -> Iterator[tuple[str, str]]:
    """(relation, absolute address) of the other documents, as RFC 5005 names them."""
    if chapter.number is not None:
        yield "current", _address(form, listing, None, site)
    if chapter.previous is not None:
        yield "prev-archive", _address(form, listing, chapter.previous, site)
    if chapter.next is not None:
        yield "next-archive", _address(form, listing, chapter.next, site)


def hubs(chapter: Chapter, site: SiteInfo) -> tuple[str, ...]:
    """Addresses of the hubs that tell when this document changes: archives do not."""
    return site.hubs if chapter.number is None else ()


def _address(form: Form, listing: TopicListing, number: int | None, site: SiteInfo) -> str:
    topic, slug = listing.topic, listing.slug
    path = feed_path(topic, slug, form) if number is None else archive_path(topic, slug, number, form)
    return f"{site.base_url}/{path}"
