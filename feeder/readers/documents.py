"""A feed document as a reader gets it: bytes of Atom, RSS or JSON Feed to what readers tell entries apart by.

Written from the formats, not from what feeder writes: it reads feeds of any origin, whatever they leave out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

from feeder.errors import NotAFeed
from feeder.model import Form

_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_pis=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An entry as a document shows it; "" and () where it says nothing."""

    id: str = ""  #: atom:id, guid, id; as it stands there, without white space around it
    link: str = ""  #: what a reader opens
    title: str = ""
    content: str = ""  #: the fullest text there is, as it stands there
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    published: datetime | None = None  #: aware
    updated: datetime | None = None  #: aware


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of a feed."""

    form: Form
    id: str = ""  #: of the feed, where the form has one
    address: str = ""  #: its own
    previous: str = ""  #: address of the document with earlier entries
    entries: tuple[Shown, ...] = ()  #: in document order


def read(data: bytes) -> Document:
    """Raises NotAFeed."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _json(data)
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        raise NotAFeed(f"neither XML nor JSON: {error.msg}") from error
    if root.tag == f"{_ATOM}feed":
        return _atom(root)
    if root.tag == "rss" and root.find("channel") is not None:
        return _rss(root.find("channel"))
    raise NotAFeed(f"neither Atom nor RSS nor JSON Feed: its root is {root.tag}")


# -- Atom -------------------------------------------------------------------------------------------------------------


def _atom(root: Any) -> Document:
    links = list(root.iterchildren(f"{_ATOM}link"))
    return Document(
        form=Form.ATOM,
        id=_text(root, f"{_ATOM}id"),
        address=_related(links, "self"),
        previous=_related(links, "prev-archive"),
        entries=tuple(map(_atom_entry, root.iterchildren(f"{_ATOM}entry"))),
    )


def _atom_entry(entry: Any) -> Shown:
    return Shown(
        id=_text(entry, f"{_ATOM}id"),
        link=_related(entry.iterchildren(f"{_ATOM}link"), "alternate"),
        title=_text(entry, f"{_ATOM}title"),
        content=_markup(entry.find(f"{_ATOM}content")) or _markup(entry.find(f"{_ATOM}summary")),
        authors=tuple(_text(it, f"{_ATOM}name") for it in entry.iterchildren(f"{_ATOM}author")),
        tags=tuple(it.get("label") or it.get("term", "") for it in entry.iterchildren(f"{_ATOM}category")),
        published=_rfc3339(_text(entry, f"{_ATOM}published")),
        updated=_rfc3339(_text(entry, f"{_ATOM}updated")),
    )


def _related(links: Iterable[Any], relation: str) -> str:
    return next((it.get("href", "").strip() for it in links if it.get("rel", "alternate") == relation), "")


# -- RSS --------------------------------------------------------------------------------------------------------------


def _rss(channel: Any) -> Document:
    links = list(channel.iterchildren(f"{_ATOM}link"))
    return Document(
        form=Form.RSS,
        address=_related(links, "self"),
        previous=_related(links, "prev-archive"),
        entries=tuple(map(_rss_item, channel.iterchildren("item"))),
    )


def _rss_item(item: Any) -> Shown:
    guid = item.find("guid")
    link = _text(item, "link")
    if not link and guid is not None and guid.get("isPermaLink", "true") == "true":
        link = (guid.text or "").strip()
    return Shown(
        id=_text(item, "guid"),
        link=link,
        title=_text(item, "title"),
        content=_text(item, _CONTENT) or _text(item, "description"),
        authors=tuple((it.text or "").strip() for it in item.iterchildren(_CREATOR, "author")),
        tags=tuple((it.text or "").strip() for it in item.iterchildren("category")),
        published=_rfc822(_text(item, "pubDate")),
        updated=_rfc3339(_text(item, f"{_ATOM}updated")),
    )


# -- JSON Feed --------------------------------------------------------------------------------------------------------


def _json(data: bytes) -> Document:
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except ValueError as error:
        raise NotAFeed(f"broken JSON: {error}") from error
    if not str(_get(found, "version")).startswith("https://jsonfeed.org/version/"):
        raise NotAFeed("JSON, but no JSON Feed: it has no version")
    return Document(
        form=Form.JSON,
        address=_get(found, "feed_url"),
        previous=_get(found, "next_url"),
        entries=tuple(_json_item(it) for it in found.get("items") or () if isinstance(it, dict)),
    )


def _json_item(item: Mapping[str, Any]) -> Shown:
    return Shown(
        id=_get(item, "id"),
        link=_get(item, "url") or _get(item, "external_url"),
        title=_get(item, "title"),
        content=_get(item, "content_html") or _get(item, "content_text") or _get(item, "summary"),
        authors=tuple(_get(it, "name") for it in item.get("authors") or () if isinstance(it, dict)),
        tags=tuple(map(str, item.get("tags") or ())),
        published=_rfc3339(_get(item, "date_published")),
        updated=_rfc3339(_get(item, "date_modified")),
    )


def _get(found: Mapping[str, Any], name: str) -> str:
    """JSON Feed 1.1: a number for an id is to be taken for its digits."""
    value = found.get(name)
    return "" if value is None else str(value).strip()


# -- values -----------------------------------------------------------------------------------------------------------


def _text(parent: Any, name: str) -> str:
    element = parent.find(name)
    return "" if element is None else "".join(element.itertext()).strip()


def _markup(element: Any) -> str:
    """Of a text construct of any type."""
    if element is None:
        return ""
    return (element.text or "").strip() + "".join(_serialised(element))


def _serialised(element: Any) -> Iterator[str]:
    for child in element:
        yield etree.tostring(child, encoding="unicode")


def _rfc3339(text: str) -> datetime | None:
    try:
        return _aware(datetime.fromisoformat(text))
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | None:
    try:
        return _aware(parsedate_to_datetime(text))
    except ValueError:
        return None


def _aware(found: datetime) -> datetime:
    return found if found.tzinfo else found.replace(tzinfo=UTC)
