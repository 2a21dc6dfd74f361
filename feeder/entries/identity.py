"""Is this the article we already have?

An article is recognised by four marks, the strongest first: the owner's id, the digest of its text, the key of its
file, the address of the original. The first two are proof. A file that still lies where it lay is the same article,
edited, unless nothing at all is left of the old one. A name that was used before ("latest.txt") and an address, which
many pages share (an outlet's front page, a live blog), count only with similar text. Two articles with different
owner's ids are never the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from urllib.parse import parse_qsl, urlencode, urlsplit

from feeder.entries.similarity import shared_words
from feeder.model import Article
from feeder.text import fold

#: Of the words of the shorter text, the share found in the longer one: below it an edit left nothing of the article.
HARDLY_ANY = 0.2
#: The same for two texts with one address, or of which one lay where the other lies.
SIMILAR = 0.5

#: Query parameters that say how a reader came to a page, not which page it is.
_TRACKING = frozenset(
    {"fbclid", "gclid", "dclid", "msclkid", "igshid", "mc_cid", "mc_eid", "cmpid", "ref", "ref_src", "spm", "share"}
)


class Recogniser(StrEnum):
    """A mark by which an article is found again; in order of strength."""

    OWNER = "owner"
    DIGEST = "digest"
    KEY = "key"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An entry that bears, or once bore, one of the article's marks."""

    id: str
    by: Recogniser
    article: Article  #: as it was last seen
    here: bool = False  #: the file, as it was before, was this entry's: the article was edited in place


def recognisers(article: Article) -> tuple[tuple[Recogniser, str], ...]:
    """The article's marks, strongest first; each to be remembered with its entry for ever."""
    link = canonical_link(article.link)
    marks = (
        (Recogniser.OWNER, article.owner.id),
        (Recogniser.DIGEST, article.digest),
        (Recogniser.KEY, article.key),
        (Recogniser.LINK, link),
    )
    return tuple((kind, value) for kind, value in marks if value)


def identify(article: Article, known: Iterable[Known]) -> str | None:
    """The id of the entry this article belongs to; None: it is new.

    `known`: every entry that shares a mark with the article, withdrawn ones too. Among equals the one that lies here
    is taken, then the first.
    """
    candidates = sorted(known, key=lambda candidate: not candidate.here)
    for mark in Recogniser:
        for candidate in candidates:
            if candidate.by is mark and _same(article, candidate):
                return candidate.id
    return None


def seeds(article: Article) -> Iterator[str]:
    """What an id may be made of, best first, without end: take the first whose id is not taken.

    A seed never comes from the time or from the order of arrival, so that an emptied store gets its ids back.
    """
    if article.owner.id:
        yield f"owner:{article.owner.id}"
    if link := canonical_link(article.link):
        yield f"link:{link}"
    yield f"digest:{article.digest}"
    for n in count(2):
        yield f"digest:{article.digest}:{n}"


def canonical_link(link: str | None) -> str | None:
    """An address without scheme, "www.", tracking and fragment, for comparing; None: it names no single page."""
    if link is None:
        return None
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").removeprefix("www.")
        port = parts.port
    except ValueError:  # "http://[::1", port 99999: an address nobody can follow identifies nothing
        return None
    query = urlencode(
        sorted(
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if name.lower() not in _TRACKING and not name.lower().startswith("utm_")
        )
    )
    path = parts.path.rstrip("/")
    if not host or not (path or query):
        return None
    return host + (f":{port}" if port not in (None, 80, 443) else "") + path + (f"?{query}" if query else "")


def _same(article: Article, candidate: Known) -> bool:
    before = candidate.article
    if article.owner.id and before.owner.id and article.owner.id != before.owner.id:
        return False
    match candidate.by:
        case Recogniser.OWNER | Recogniser.DIGEST:
            return True
        case Recogniser.KEY:
            if candidate.here:
                return _anything_in_common(article, before)
            return shared_words(article.text, before.text) >= SIMILAR
        case Recogniser.LINK:
            return shared_words(article.text, before.text) >= SIMILAR


def _anything_in_common(article: Article, before: Article) -> bool:
    if fold(article.title) == fold(before.title):
        return True
    link = canonical_link(article.link)
    if link is not None and link == canonical_link(before.link):
        return True
    return shared_words(article.text, before.text) >= HARDLY_ANY
