"""What a page says about itself: JSON-LD (schema.org), OpenGraph, meta elements, links."""

from __future__ import annotations

import itertools
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin

from lxml.html import HtmlElement

from feeder.extraction.credits import names_in
from feeder.extraction.draft import Draft
from feeder.model import DateSource
from feeder.text import one_line

_ARTICLE = re.compile(r"(?:\w*Article|\w*BlogPosting|Report|Review|CriticReview|Obituary\w*|NewsMedia\w*Article)$")
_LONGEST_JSON = 1_000_000  # characters
_MOST_NODES = 5_000
_FEW = 5  # elements that may hold the author's name
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(https?://\S+)", re.I)

_TITLE = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "headline")
_PUBLISHED = (
    "article:published_time", "datepublished", "article:published", "og:article:published_time", "parsely-pub-date",
    "sailthru.date", "pubdate", "publishdate", "publish-date", "publication_date", "date.published", "dc.date.issued",
    "dcterms.created", "dc.date", "cxenseparse:recs:publishtime", "date", "og:published_time",
)  # fmt: skip
_MODIFIED = ("article:modified_time", "datemodified", "og:updated_time", "article:modified", "last-modified")
_AUTHOR = ("author", "article:author", "parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator")
_OUTLET = ("og:site_name", "application-name", "dc.publisher", "publisher", "article:publisher")
_IMAGE = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")


def metadata(tree: HtmlElement, source: str) -> Draft:
    """The best value of each kind, JSON-LD before OpenGraph before the rest."""
    meta = _meta(tree)
    nodes = list(_nodes(tree))
    article = next((n for n in nodes if _is_article(n)), {})
    ids = {n["@id"]: n for n in nodes if isinstance(n.get("@id"), str) and len(n) > 1}
    outlet = _name(article.get("publisher"), ids) or _first(meta, _OUTLET)
    base = next(iter(_links(tree, article, meta, source)), "")
    image = _address(article.get("image"), ids) or _first(meta, _IMAGE)
    published = [_text(article.get("datePublished")), *(meta[k] for k in _PUBLISHED if k in meta), *_times(tree)]
    return Draft(
        title=_text(article.get("headline")) or _first(meta, _TITLE) or _heading(tree) or _text(article.get("name")),
        dates=tuple((DateSource.METADATA, date) for date in published if date),
        updated=_text(article.get("dateModified")) or _first(meta, _MODIFIED),
        links=tuple(_links(tree, article, meta, source)),
        byline=_authors(article.get("author") or article.get("creator"), ids) or _named(meta) or _marked_authors(tree),
        outlet="" if outlet.startswith(("http:", "https:")) else outlet,
        image=urljoin(base, image) if image else "",
        language=tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang")
        or _text(article.get("inLanguage")) or _first(meta, ("og:locale", "content-language")),
    )  # fmt: skip


def _meta(tree: HtmlElement) -> dict[str, str]:
    """Each meta element's first value, by lower-case name."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        value = one_line(element.get("content") or "")
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (element.get(attribute) or "").strip().lower()
            if name and value:
                found.setdefault(name, value)
    return found


def _nodes(tree: HtmlElement) -> Iterator[Mapping[str, object]]:
    """Every JSON-LD object of the page, outer ones first; broken blocks are passed over."""
    left = _MOST_NODES
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = (script.text or "").strip().removeprefix("<!--").removesuffix("-->")
        text = text.strip().removeprefix("//").strip().removeprefix("<![CDATA[").removesuffix("]]>").strip().rstrip("/")
        if len(text) > _LONGEST_JSON:
            continue
        try:
            queue: deque[object] = deque([json.loads(text, strict=False)])
        except (ValueError, RecursionError):
            continue
        while queue and left:
            left -= 1
            value = queue.popleft()
            if isinstance(value, list):
                queue.extend(value)
            elif isinstance(value, dict):
                yield value
                queue.extend(v for v in value.values() if isinstance(v, (dict, list)))


def _is_article(node: Mapping[str, object]) -> bool:
    types = node.get("@type")
    return any(isinstance(t, str) and _ARTICLE.match(t) for t in (types if isinstance(types, list) else [types])) and (
        "headline" in node or "datePublished" in node
    )


def _text(value: object) -> str:
    if isinstance(value, list):
        value = next(iter(value), None)
    return one_line(_unescaped(value)) if isinstance(value, str) else ""


def _unescaped(value: str) -> str:
    """Publishing systems put HTML references into JSON, where they mean nothing."""
    if "&" not in value:
        return value
    from html import unescape

    return unescape(value)


def _resolved(value: object, ids: Mapping[object, Mapping[str, object]]) -> object:
    if isinstance(value, Mapping) and set(value) <= {"@id", "@type"}:
        return ids.get(value.get("@id"), value)
    return value


def _name(value: object, ids: Mapping[object, Mapping[str, object]]) -> str:
    if isinstance(value, list):
        value = next(iter(value), None)
    value = _resolved(value, ids)
    return _text(value.get("name")) if isinstance(value, Mapping) else _text(value)


def _authors(value: object, ids: Mapping[object, Mapping[str, object]]) -> tuple[str, ...]:
    """People and desks as printed; one string may hold several names."""
    found: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        name = _name(item, ids)
        if name and "://" not in name:
            found.extend(names_in(name) or (name,))
    return tuple(dict.fromkeys(found))


def _named(meta: Mapping[str, str]) -> tuple[str, ...]:
    for key in _AUTHOR:
        value = meta.get(key, "")
        if value and "://" not in value and not value.startswith("@"):
            return names_in(value) or (value,)
    return ()


def _marked_authors(tree: HtmlElement) -> tuple[str, ...]:
    marked = (e for e in tree.iter() if e.get("rel") == "author" or e.get("itemprop") == "author")
    classed = (e for e in tree.iter("a", "p", "div", "span", "address") if "byline" in (e.get("class") or ""))
    for element in itertools.islice(itertools.chain(marked, classed), _FEW):
        names = names_in(one_line(element.text_content())[:200])
        if names:
            return names
    return ()


def _address(value: object, ids: Mapping[object, Mapping[str, object]]) -> str:
    if isinstance(value, list):
        value = next(iter(value), None)
    value = _resolved(value, ids)
    if isinstance(value, Mapping):
        value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return _text(value)


def _links(tree: HtmlElement, article: Mapping[str, object], meta: Mapping[str, str], source: str) -> list[str]:
    """Candidates for the original's address; relative ones are made absolute where the page says against what."""
    saved = _SAVED_FROM.search(source[:4_000])
    bases = [b for b in (saved[1] if saved else "", meta.get("og:url", "")) if b.startswith("http")]
    found = [
        link.get("href", "") for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split()
    ]
    found += [meta.get("og:url", ""), _text(article.get("url")), _address(article.get("mainEntityOfPage"), {})]
    found += [saved[1]] if saved else []
    return [
        urljoin(bases[0], one_line(link)) if bases and link.startswith("/") else one_line(link)
        for link in found
        if link
    ]


def _times(tree: HtmlElement) -> list[str]:
    """time elements that are said to be the date of publication, then the first one of the article."""
    marked = [
        t for t in tree.iter() if t.get("itemprop") == "datePublished" or (t.tag == "time" and "pubdate" in t.attrib)
    ]
    first = [t for around in ("article", "main", "header") for part in tree.iter(around) for t in part.iter("time")][:1]
    return [one_line(t.get("datetime") or t.get("content") or "") for t in [*marked, *first]]


def _heading(tree: HtmlElement) -> str:
    headings = [h for around in ("article", "main", "html") for part in tree.iter(around) for h in part.iter("h1")]
    for heading in headings[:1]:
        text = one_line(heading.text_content())
        if text:
            return text
    return next((one_line(title.text_content()) for title in tree.iter("title")), "")


def _first(meta: Mapping[str, str], keys: tuple[str, ...]) -> str:
    return next((meta[key] for key in keys if key in meta), "")
