"""What of an entry is compared with others."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from feeder.model import Entry, Tag
from feeder.text import fold

#: Words a shingle.
_SHINGLE = 3
#: Shingles kept of each text, those with the smallest hashes: the share two texts have of the smallest of both is that
#: of all their shingles (bottom-k sketch, Broder 1997), give or take 0.04.
SKETCH = 128
#: Words of the body that a lead has, about: what happened stands there.
_LEAD = 90
#: Shorter words are common to all texts.
_TELLING = 4
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """An entry as stories see it."""

    published: datetime
    main: frozenset[str]  #: ids of shows and people it is about, as "show:..." and "person:..."
    named: frozenset[str]  #: of all that it certainly names
    events: frozenset[tuple[str, str]]  #: (type, id of the show or "")
    words: frozenset[int]  #: hashes of the telling words of headline and lead, without the names
    sketch: tuple[int, ...]  #: the smallest hashes of its shingles, in order


def trace(entry: Entry) -> Trace:
    certain = [tag for tag in entry.tags if not tag.candidates]
    words = _WORD.findall(fold(entry.article.text))
    return Trace(
        published=entry.published,
        main=frozenset(_id(tag) for tag in certain if tag.main),
        named=frozenset(map(_id, certain)),
        events=frozenset((event.type.value, event.show or "") for event in entry.events),
        words=frozenset(map(_hash, _telling(entry, certain))),
        sketch=_sketch(words),
    )


def written(it: Trace) -> str:
    """As JSON, for the store."""
    return json.dumps(
        {
            "published": int(it.published.timestamp()),
            "main": sorted(it.main),
            "named": sorted(it.named),
            "events": sorted(it.events),
            "words": sorted(it.words),
            "sketch": it.sketch,
        },
        separators=(",", ":"),
    )


@lru_cache(maxsize=2000)  # in a flood each entry is compared with the same ones before it
def read(text: str) -> Trace:
    """What `written` wrote."""
    found = json.loads(text)
    return Trace(
        published=datetime.fromtimestamp(found["published"], UTC),
        main=frozenset(found["main"]),
        named=frozenset(found["named"]),
        events=frozenset((kind, show) for kind, show in found["events"]),
        words=frozenset(found["words"]),
        sketch=tuple(found["sketch"]),
    )


def _id(tag: Tag) -> str:
    return f"{tag.kind.value}:{tag.id}"


def _telling(entry: Entry, tags: Iterable[Tag]) -> frozenset[str]:
    article = entry.article
    lead = " ".join(article.body.split()[:_LEAD])
    names = {word for tag in tags for proof in tag.evidence for word in _WORD.findall(fold(proof.surface))}
    names |= {word for tag in tags for word in _WORD.findall(fold(tag.label))}
    found = _WORD.findall(fold(f"{article.title} {lead}"))
    return frozenset(_stem(word) for word in found if len(word) >= _TELLING and word not in names) - _COMMON


def _stem(word: str) -> str:
    """Enough that "renews", "renewed" and "renewing" are one word."""
    for end in ("ing", "ed", "es", "s"):
        if word.endswith(end) and len(word) - len(end) >= _TELLING:
            return word[: -len(end)].rstrip("e")
    return word.rstrip("e")


_COMMON_WORDS = """
    about after also been before being could drama during episode episodes every first from have into just like network
    news over said says season series show shows some star starring stars television than that their them then there
    they this time were what when where which while will with would year years
"""
#: Of news about television: they tell no story from another.
_COMMON = frozenset(map(_stem, _COMMON_WORDS.split()))


def _sketch(words: list[str]) -> tuple[int, ...]:
    shingles = {" ".join(words[at : at + _SHINGLE]) for at in range(max(1, len(words) - _SHINGLE + 1))}
    return tuple(sorted(set(map(_hash, shingles)))[:SKETCH])


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest())
