"""What every form says of an entry: the same id, dates, authors, categories and proofs in all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import urljoin

from feeder.feeds.identity import tag_uri
from feeder.feeds.plain import plain, without_gaps
from feeder.model import Entry, SiteInfo, StoredEntry
from feeder.rendering.addresses import entry_path, web_address
from feeder.text import clean, slug


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What an entry is filed under; `scheme` and `term` say which one it is, `label` is for people."""

    scheme: str  #: tag: URI: "tag:example.org,2026:show"
    term: str  #: "gilmore-girls"
    label: str  #: "Gilmore Girls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That an entry speaks of a show or person, how sure feeder is, and the sentence that says so."""

    about: str  #: tag: URI, scheme and term of its category: "tag:example.org,2026:show:gilmore-girls"
    score: str  #: probability with two digits: more would differ from machine to machine
    sentence: str  #: one line; "" for the owner's word, which needs no proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The outlet an article came from."""

    id: str  #: tag: URI, scheme and term of the outlet's category
    title: str
    address: str  #: of the site on which the original stands: "https://tvline.example/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry as it leaves the house: text is cleaned, addresses are absolute, dates are UTC."""

    id: str
    title: str  #: plain text, one line, never empty
    address: str  #: where a reader's "open" leads: the original, else the page that lists the entry
    original: str | None  #: where the article was first published, if it says so
    source: Source | None  #: the outlet, where it is known by name and address
    authors: tuple[str, ...]  #: at least one
    published: datetime  #: whole seconds
    updated: datetime  #: the second of the change and a fraction that is the entry's own: see `moment_of`
    summary: str  #: plain text, may be empty
    html: str  #: the body: sanitised, never empty
    language: str | None  #: BCP 47, None where it is the feed's
    outlet: str | None
    image: str | None  #: absolute http(s) address of the lead image
    categories: tuple[Category, ...]
    claims: tuple[Claim, ...]  #: one for each show and person that is certain, in the order of the entry's tags


def item(stored: StoredEntry, *, html: str, site: SiteInfo) -> Item:
    """`html` is the body as `Renderer.entry_html` makes it: sanitised, and of characters that XML allows."""
    entry, article = stored.entry, stored.entry.article
    original = web_address(article.link)
    title = plain(entry.title) or "Untitled"
    outlet = plain(article.outlet or "") or None
    return Item(
        id=entry.id,
        title=title,
        # Where there is no original, readers made with feedparser would offer the id as a link, which leads nowhere.
        address=original or f"{site.base_url}/{entry_path(entry.id)}",
        original=original,
        source=_source(outlet, original, site.authority),
        authors=_authors(entry, site),
        published=_whole(entry.published),
        updated=moment_of(entry.id, stored.changed),
        summary=without_gaps(clean(" ".join(sentence.text for sentence in entry.summary))).strip(),
        # JSON Feed demands content, and validators warn of an empty one
        html=without_gaps(html).strip() or f"<p>{escape(title)}</p>",
        language=article.language if article.language != site.language else None,
        outlet=outlet,
        image=web_address(article.image),
        categories=tuple(dict.fromkeys(_categories(entry, site.authority))),
        claims=tuple(_claims(entry, site.authority)),
    )


def _source(outlet: str | None, original: str | None, authority: str) -> Source | None:
    # without an address, readers made with feedparser would offer the id as one
    if outlet is None or original is None:
        return None
    return Source(id=tag_uri(authority, f"outlet:{slug(outlet)}"), title=outlet, address=urljoin(original, "/"))


def _authors(entry: Entry, site: SiteInfo) -> tuple[str, ...]:
    names = tuple(filter(None, map(plain, entry.article.byline)))
    return names or (plain(entry.article.outlet or "") or plain(site.author),)


def _categories(entry: Entry, authority: str) -> Iterator[Category]:
    """In an order that depends on nothing but the entry.

    A name that could be several people's is none: a category says which one it is.
    """
    tags = [tag for tag in (*entry.shows, *entry.people) if not tag.candidates]
    found = [(tag.kind.value, tag.id, tag.label) for tag in tags]
    found += [("role", role.value, role.value) for tag in tags for role in tag.roles]
    found += [("event", event.type.value, event.type.value) for event in entry.events]
    if outlet := plain(entry.article.outlet or ""):
        found.append(("outlet", slug(outlet), outlet))
    found += [("keyword", slug(word), word) for word in map(plain, entry.article.owner.tags) if word]
    for kind, term, label in found:
        # a label that was nothing but markup: the term is all there is to show
        yield Category(scheme=tag_uri(authority, kind), term=term, label=plain(label) or term)


def _claims(entry: Entry, authority: str) -> Iterator[Claim]:
    for tag in (*entry.shows, *entry.people):
        if not tag.candidates:
            yield Claim(
                about=tag_uri(authority, f"{tag.kind.value}:{tag.id}"),
                score=f"{tag.score:.2f}",
                sentence=sentence_of(tag.evidence[0].sentence.text) if tag.evidence else "",
            )


def sentence_of(text: str) -> str:
    """A sentence of an article on one line."""
    return " ".join(without_gaps(clean(text)).split())


def _whole(when: datetime) -> datetime:
    """UTC, whole seconds."""
    return when.astimezone(UTC).replace(microsecond=0)


def moment_of(entry_id: str, changed: datetime) -> datetime:
    """The second in which the entry changed, with microseconds that follow from its id.

    Articles that tell only a day all change at its midnight. RFC 4287 wants dates that tell entries apart, validators
    warn of equal ones, and some readers sort by them: a fraction of a second keeps the date true and the order fixed.
    """
    digest = hashlib.sha256(entry_id.encode("utf-8", "surrogatepass")).digest()
    return _whole(changed) + timedelta(microseconds=int.from_bytes(digest[:8], "big") % 999_999 + 1)
