"""What is left of a name that the owner rejects, and which words are the one that the owner accepts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from feeder.model import MentionKind, Tag
from feeder.tagging.coreference import Name
from feeder.tagging.linking import Link
from feeder.tagging.spans import Span
from feeder.tagging.survey import Survey
from feeder.text import Folded, fold

#: How the evidence of a tag begins that the owner wants.
OWNER = "the owner's word"


def is_owners(tag: Tag) -> bool:
    """Whether the tag is there because its owner says so; one without any evidence can have no other reason."""
    return not tag.evidence or tag.evidence[0].why.startswith(OWNER)


def left(name: Name, link: Link, word: str) -> Name | None:
    """The name without what the owner rejects: itself where the word is not about it, None where nothing is left.

    The mentions written so go. Shorter forms stay only beside a fuller one: "Bear" rejected leaves "The Bear" and
    takes a show called "Bear" alone; "Joel Smith" rejected takes every "Smith" with it. An id takes all.
    """
    if word == link.id:
        return None
    rejected = fold(word)
    stay = tuple(m for m in name.mentions if fold(m.surface) != rejected)
    if len(stay) == len(name.mentions) and rejected not in (fold(link.label), fold(name.label)):
        return name
    words = len(rejected.split())
    if any(len(fold(m.surface).split()) > words for m in stay):
        return replace(name, mentions=stay)
    return None


def without(name: Name, taken: frozenset[int]) -> Name | None:
    """The name without its mentions at these starts; None where they were all it had."""
    stay = tuple(m for m in name.mentions if m.start not in taken)
    return replace(name, mentions=stay) if stay or not name.mentions else None


def candidate(names: Sequence[Name], link: Link, word: str, kind: MentionKind) -> Name | None:
    """The name of the article that the owner means by the word, whatever was decided about it."""
    wanted = {fold(word), fold(link.label)}
    by_form = (n for n in names if wanted & {fold(n.label), *(fold(m.surface) for m in n.mentions)})
    return next(by_form, next((n for n in names if link.id in n.ids(kind)), None))


def written(found: Survey, word: str, kind: MentionKind, *, strictly: bool) -> Name | None:
    """Where the word stands in the text, as whole words and outside of longer names and of what is not the story.

    `strictly`: only with the same capitals, or shouted: "Bear" is not "bear".
    """
    document, folded = found.document, Folded(found.document.text)
    hits = []
    for match in re.finditer(rf"(?<!\w){re.escape(fold(word))}(?!\w)", folded.text):
        start, end = folded.span(*match.span())
        surface = document.text[start:end]
        inside = any(s.start <= start and end <= s.end and s.end - s.start > end - start for s in found.spans)
        if not inside and not document.is_boilerplate(start, end) and (not strictly or _same_case(surface, word)):
            hits.append(Span(start, end, surface, kind, 0.0))
    return Name(kind, " ".join(word.split()), tuple(hits)) if hits else None


def _same_case(surface: str, word: str) -> bool:
    return surface.isupper() or [c.isupper() for c in surface if c.isalpha()] == [
        c.isupper() for c in word if c.isalpha()
    ]
