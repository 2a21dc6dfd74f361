"""What people type into a search box, understood; what they choose beside it, checked. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from feeder.model import Sentence, TopicKind
from feeder.text import Folded, fold

_PART = re.compile(r'(-?)(?:["“”„]([^"“”„]*)(?:["“”„]|$)|(\S+))')
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the text of an entry must have, and what not."""

    phrases: tuple[str, ...] = ()  #: words, and what stands in quotation marks
    beginnings: tuple[str, ...] = ()  #: of words: what ends in an asterisk
    without: tuple[str, ...] = ()  #: what has a minus sign before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A search as it is asked. Everything empty: all entries."""

    text: str = ""
    kind: TopicKind | None = None  #: only entries that are in a feed of this kind
    show: str = ""  #: slug of its topic, or its name
    person: str = ""
    event: str = ""
    outlet: str = ""
    since: date | None = None
    until: date | None = None  #: this day included


def words(text: str) -> Words:
    """ "milo -"this is us" renew*" : milo and a word that begins so, without the phrase. Any text is understood."""
    phrases, beginnings, without = [], [], []
    for minus, phrase, word in _PART.findall(text):
        found = phrase or word
        if not _WORD.search(found):
            continue
        if minus:
            without.append(found)
        elif not phrase and word.endswith("*"):
            beginnings.append(word.rstrip("*"))
        else:
            phrases.append(found)
    return Words(phrases=tuple(phrases), beginnings=tuple(beginnings), without=tuple(without))


def midnight(day: date | None, *, after: bool = False) -> datetime | None:
    """The first moment of the day, or the first one after it; None where there is no such day or moment."""
    if day is None:
        return None
    try:
        return datetime.combine(day + timedelta(days=after), time(), UTC)
    except OverflowError:
        return None


def places(asked: Words, text: str) -> tuple[tuple[int, int], ...]:
    """Where the text has what was asked for, as (start, end); in order, none within another."""
    folded = Folded(text)
    found: list[tuple[int, int]] = []
    for phrase in asked.phrases:
        found += _spans(folded, rf"(?<!\w){_loose(phrase)}(?!\w)")
    for beginning in asked.beginnings:
        found += _spans(folded, rf"(?<!\w){_loose(beginning)}\w*")
    found.sort(key=lambda span: (span[0], -span[1]))
    kept: list[tuple[int, int]] = []
    for start, end in found:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)


def telling(asked: Words, sentences: Sequence[Sentence]) -> Sentence | None:
    """The sentence with most of what was asked for, the first of several; None where none has any."""
    best = max(sentences, key=lambda it: len(places(asked, it.text)), default=None)
    return best if best is not None and places(asked, best.text) else None


def _spans(folded: Folded, pattern: str) -> list[tuple[int, int]]:
    return [folded.span(m.start(), m.end()) for m in re.finditer(pattern, folded.text) if m.end() > m.start()]


def _loose(phrase: str) -> str:
    """Words in a row, whatever stands between them."""
    return r"\W+".join(map(re.escape, re.findall(r"\w+", fold(phrase)))) or r"(?!)"
