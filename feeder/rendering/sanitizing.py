"""HTML that may leave the house: a short list of harmless elements, absolute http(s) links, nothing else.

Templates escape by themselves; this is the second lock, and it also holds for templates that an owner wrote.
"""

from __future__ import annotations

import nh3

from feeder.rendering.addresses import web_address

_TAGS = {"p", "a", "em", "strong", "ul", "ol", "li", "blockquote", "code", "pre", "br"}  # no img: they track readers


def _attribute(tag: str, name: str, value: str) -> str | None:
    # feeds are read far from here: a relative link would point into the reader's own site
    return web_address(value) if (tag, name) == ("a", "href") else value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes={"a": {"href"}},
    attribute_filter=_attribute,
    url_schemes={"http", "https"},
    link_rel="noopener noreferrer",
)


def sanitize(html: str) -> str:
    """Well-formed HTML of the allowed elements, fit for an Atom content of type="html"."""
    return _CLEANER.clean(html).strip()
