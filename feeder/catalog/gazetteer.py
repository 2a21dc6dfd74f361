"""Finds a million names in a text: Aho-Corasick over folded names, then the checks that make a match a name.

Aho & Corasick, "Efficient string matching: an aid to bibliographic search", CACM 18(6), 1975.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from feeder.catalog.records import Hit
from feeder.catalog.spelling import fits, may_begin_lower
from feeder.model import MentionKind
from feeder.text import Folded, fold

_KINDS = tuple(MentionKind)
#: Characters that, between digits, make one longer number of two: "24" is not in "4.24" or "24,000".
_NUMBER_GLUE = frozenset(".,:/-$€£%#")


_WORD = re.compile(r"[^\W_]+")


class Name(NamedTuple):
    """One spelling of one thing."""

    kind: MentionKind
    printed: str
    id: str


class Gazetteer:
    """An immutable set of names; the same spelling may stand for several things.

    Names that fold alike share a pattern where they follow one another. About 150 bytes a name: a million names cost
    some 200 MB, and some 10 s once.
    """

    def __init__(self, names: Iterable[Name]) -> None:
        self._printed = _Strings()
        self._ids = _Strings()
        self._kinds = bytearray()
        self._firsts = array("L")  #: of each pattern, its first printed form
        self._named = array("L")  #: of each printed form, its first name
        self._lowers = bytearray()  #: of each pattern, whether one of its names may begin in lower case
        self._automaton = AhoCorasick(
            self._patterns(names),
            matchkind=MatchKind.Standard,
            store_patterns=False,
            implementation=Implementation.ContiguousNFA,
        )
        self._firsts.append(len(self._printed))
        self._named.append(len(self._kinds))

    def _patterns(self, names: Iterable[Name]) -> Iterator[str]:
        last = printed = ""
        for name in names:
            if not (pattern := fold(name.printed)):
                continue
            if pattern != last:
                # A pattern that comes again later is one more pattern: overlapping search reports both.
                self._firsts.append(len(self._printed))
                self._lowers.append(False)
                yield pattern
                last, printed = pattern, ""
            self._lowers[-1] |= may_begin_lower(name.printed)
            if name.printed != printed:
                printed = name.printed
                self._printed.append(printed)
                self._named.append(len(self._kinds))
            self._ids.append(name.id)
            self._kinds.append(_KINDS.index(name.kind))

    def __len__(self) -> int:
        return len(self._kinds)

    def hits(self, text: str) -> tuple[Hit, ...]:
        """Every name in the text that stands as words of its own and in fitting case.

        Where names overlap, the longest wins, then the first. Hits of different kinds share a span where the name
        does. Text order, then order of kinds.
        """
        folded = Folded(text)
        taken = bytearray(len(folded.text))
        spans: dict[tuple[int, int], dict[MentionKind, set[str]]] = {}
        for start, end, found in sorted(self._candidates(text, folded), key=lambda c: (c[0] - c[1], c[0])):
            if (start, end) in spans or taken.find(1, start, end) < 0:
                taken[start:end] = b"\1" * (end - start)
                kinds = spans.setdefault((start, end), {})
                for name in range(self._named[found], self._named[found + 1]):
                    kinds.setdefault(_KINDS[self._kinds[name]], set()).add(self._ids[name])
        return tuple(self._hits(text, folded, spans))

    @staticmethod
    def _hits(text: str, folded: Folded, spans: dict[tuple[int, int], dict[MentionKind, set[str]]]) -> Iterator[Hit]:
        for (a, b), kinds in sorted(spans.items(), key=lambda item: item[0]):
            start, end = folded.span(a, b)
            for kind in sorted(kinds, key=_KINDS.index):
                ids = tuple(sorted(kinds[kind]))
                yield Hit(kind=kind, start=start, end=end, surface=text[start:end], ids=ids)

    def _candidates(self, text: str, folded: Folded) -> Iterator[tuple[int, int, int]]:
        """(start, end, printed form) in the folded text, after every check that looks at one match alone."""
        flat = folded.text
        caseless = _Caseless(text)
        inside = _insides(flat)
        for found, a, b in self._automaton.find_matches_as_indexes(flat, overlapping=True):
            if inside[a] or inside[b] or _inside_number(flat, a, b):
                continue
            start, end = folded.span(a, b)
            # most matches are words of a text that are also a name of one word: told apart before anything else
            if text[start].islower() and not self._lowers[found] and not caseless.at(start):
                continue
            surface = text[start:end]
            if "\n\n" in surface or _hyphenated(text, start, end):
                continue
            bare = caseless.at(start)
            for printed in range(self._firsts[found], self._firsts[found + 1]):
                if fits(self._printed[printed], surface, caseless=bare):
                    yield a, b, printed


class _Strings:
    """A list of strings in one buffer: a tenth of the memory of a list of str."""

    __slots__ = ("_buffer", "_ends")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._ends = array("L", [0])

    def append(self, s: str) -> None:
        self._buffer += s.encode()
        self._ends.append(len(self._buffer))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, n: int) -> str:
        return self._buffer[self._ends[n] : self._ends[n + 1]].decode()


class _Caseless:
    """Which places of a text stand in a line that has letters but no capital."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line = (0, 0)
        self._answer = False

    def at(self, place: int) -> bool:
        # Matches come in text order (of their ends), so nearly every question is about the line of the last one.
        if not self._line[0] <= place < self._line[1]:
            end = self._text.find("\n", place)
            self._line = (self._text.rfind("\n", 0, place) + 1, end if end >= 0 else len(self._text))
            line = self._text[slice(*self._line)]
            self._answer = not any(map(str.isupper, line))
        return self._answer


def _insides(flat: str) -> bytearray:
    """For each place of the text, and its end, whether a word goes on there: no name begins or ends at such a place."""
    marks = bytearray(len(flat) + 1)
    for word in _WORD.finditer(flat):
        start, end = word.span()
        marks[start + 1 : end] = b"\1" * (end - start - 1)
    return marks


def _inside_number(flat: str, a: int, b: int) -> bool:
    """Whether the match is a part of a longer number."""
    before, after = flat[a - 1 : a], flat[b : b + 1]
    if flat[a].isdigit() and before in _NUMBER_GLUE and (before in "$€£#" or flat[a - 2 : a - 1].isdigit()):
        return True
    return flat[b - 1].isdigit() and after in _NUMBER_GLUE and (after == "%" or flat[b + 1 : b + 2].isdigit())


def _hyphenated(text: str, start: int, end: int) -> bool:
    """Whether a hyphen ties the match to a capitalised neighbour: the Palladino of Sherman-Palladino.

    "ex-Friends", "post-This Is Us" and "Lost-like" are no such ties, nor is a dash.
    """
    left = start >= 2 and text[start - 1] in "-‐‑" and _capitalised(text, start - 1)
    right = text[end : end + 1] in ("-", "‐", "‑") and text[end + 1 : end + 2].isupper()
    return left or right


def _capitalised(text: str, end: int) -> bool:
    """Whether the word that ends here begins with a capital."""
    start = end
    while start and text[start - 1].isalnum():
        start -= 1
    return text[start:end][:1].isupper()
