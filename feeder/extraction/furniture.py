"""What stands around an article on its page: menus, calls to read on, to sign up, to agree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

_NEVER = frozenset(
    (
        *("nav", "aside", "footer", "form", "iframe", "noscript", "svg", "button", "dialog", "template"),
        *("figure", "script", "style", "select", "object", "video", "audio"),
    )
)
_CONTAINERS = frozenset(("div", "section", "ul", "ol", "p", "header"))
# words in the class or id of a container
_MARKS = frozenset(
    (
        *("related", "newsletter", "cookie", "cookies", "consent", "gdpr", "popular", "trending", "recommended"),
        *("recommendations", "promo", "share", "sharing", "social", "sidebar", "breadcrumb", "breadcrumbs", "menu"),
        *("subscribe", "signup", "comments", "advert", "advertisement", "ad", "ads", "readmore", "outbrain", "taboola"),
        *(
            "navigation",
            "masthead",
            "paywall",
            "caption",
            "skip",
            "nav",
            "footer",
            "topbar",
            "banner",
            "popup",
            "modal",
        ),
    )
)
_MAIN_SHARE = 0.6  # of the page's paragraphs; what holds more is the page, whatever its class says
_FEW = 2  # paragraphs

_WHAT = r"(?:\s+(?:stories|story|articles?|content|news|videos?|posts?|coverage|on [\w .]{2,30}))?"
_PARAGRAPH = re.compile(
    "|".join(
        (
            # a label and what it leads to; the label alone
            rf"(?:related|read(?: more| next| also)?|see also|also read|watch|more|must[ -]read|don[’']t miss"
            rf"|recommended|trending|popular|more from [\w .]{{2,40}}|you may also like){_WHAT}\s*(?:[:|»→]|$)",
            r"(?:most )?popular (?:on|stories|now)\b|most (?:popular|read|viewed)\b|trending (?:now|stories|on)\b",
            r"recommended (?:stories|for you)\b|more stories\b|you (?:may|might) also (?:like|enjoy)",
            r"(?:read|find out) (?:more|next|also|the full)\b.{0,60}$|(?:click|tap) here\b|continue reading\b",
            # newsletters
            r"sign(?:ing)? up (?:for|to|now|here|below)\b|subscribe (?:to|now|here|for)\b",
            r"get (?:the|our) .{0,60}newsletter|.{0,80}\bnewsletter.{0,40}(?:inbox|sign|subscri)",
            r".{0,60}\b(?:straight |directly )?to your inbox|by (?:signing up|subscribing|providing your|clicking)\b",
            r"(?:enter )?your e-?mail\b.{0,40}$",
            # consent and law
            r"(?:we|this (?:web)?site|our partners)\b.{0,40}\buses? cookies",
            r".{0,120}\b(?:cookie|privacy) (?:policy|settings|preferences|notice)\b|accept (?:all )?cookies?",
            r"©|copyright\b|all rights reserved|terms (?:of|and) \w+\b.{0,40}$",
            r"if you (?:purchase|buy) .{0,80}(?:link|commission)|.{0,80}\bmay (?:earn|receive) .{0,40}commission",
            # the page's own machinery
            r"(?:story|article) continues\b|advertisement\b|sponsored\b|skip to (?:main )?content|loading\b.{0,20}$",
            r"scroll (?:down )?(?:to|for)\b|leave a (?:reply|comment)|(?:view|show|read) (?:all )?(?:\d+ )?comments",
            r"\d* ?comments?$|follow (?:us|\S+ \S+) on\b|share (?:this|on)\b|log ?in\b.{0,30}$|share$|print$|email$",
            r"(?:photo|image)(?: credit)?\s*(?:by|:)|this video is\b.{0,60}$|(?:play|watch) (?:the )?video\b.{0,60}$",
        )
    ),
    re.I,
)
_LONGEST = 400  # characters; longer paragraphs are prose


def prune(tree: HtmlElement) -> None:
    """Takes out of `tree` the elements that are never the article. Follows no branch that it has cut off."""
    paragraphs = sum(1 for _ in tree.iter("p"))
    most = max(_FEW, _MAIN_SHARE * paragraphs)
    for element in list(_marked(tree)):
        few = element.tag in _NEVER or sum(1 for _ in element.iter("p")) <= most
        if few and element.getparent() is not None:
            element.drop_tree()


def _marked(tree: HtmlElement) -> Iterator[HtmlElement]:
    """The outermost of them."""
    queue = list(tree)
    while queue:
        element = queue.pop()
        tag = element.tag
        if tag in _NEVER or (tag in _CONTAINERS and _MARKS.intersection(_class_words(element))):
            yield element
        else:
            queue.extend(element)


def _class_words(element: HtmlElement) -> list[str]:
    return re.split(r"[^a-z]+", f"{element.get('class', '')} {element.get('id', '')}"[:500].lower())


def is_furniture(paragraph: str) -> bool:
    """Whether a paragraph of the page is none of the article's."""
    return len(paragraph) < _LONGEST and _PARAGRAPH.match(paragraph) is not None
