"""From label probabilities of words to spans that name something."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from feeder.model import MentionKind
from feeder.tagging.features import KINDS

#: Row layout: O, then B and I of each kind (features.LABELS).
Row = Sequence[float]

_QUOTES = "\"'\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a`\u00b4*_"
_EDGE = _QUOTES + " \t\n\r\u00a0,;:"
_POSSESSIVE = ("'s", "\u2019s", "'S", "\u2019S")
_SMALLEST = 1e-12


@dataclass(frozen=True, slots=True)
class Span:
    """Words `first` to `last` (half-open) name something of this kind.

    `score` is the mean of the words' probabilities of it, 0..1.
    """

    kind: MentionKind
    first: int
    last: int
    score: float


def best_labels(rows: Sequence[Row]) -> list[int]:
    """The likeliest label sequence in which an I follows only a B or an I of its kind (Viterbi, 1967)."""
    if not rows:
        return []
    labels = 1 + 2 * len(KINDS)
    blocked = -math.inf
    scores = [math.log(max(p, _SMALLEST)) if i == 0 or i % 2 else blocked for i, p in enumerate(rows[0])]
    back: list[list[int]] = []
    for row in rows[1:]:
        best = max(range(labels), key=scores.__getitem__)
        came, new = [best] * labels, [0.0] * labels
        for i in range(labels):
            if i and i % 2 == 0:
                came[i] = i if scores[i] > scores[i - 1] else i - 1
            new[i] = scores[came[i]] + math.log(max(row[i], _SMALLEST))
        back.append(came)
        scores = new
    label = max(range(labels), key=scores.__getitem__)
    path = [label]
    for came in reversed(back):
        label = came[label]
        path.append(label)
    return path[::-1]


def spans(rows: Sequence[Row]) -> list[Span]:
    """The spans of the likeliest label sequence; one row a word."""
    found: list[Span] = []
    path = best_labels(rows)
    first = 0
    while first < len(path):
        label = path[first]
        last = first + 1
        if label:
            begin = label if label % 2 else label - 1
            while last < len(path) and path[last] == begin + 1:
                last += 1
            score = sum(rows[i][begin] + rows[i][begin + 1] for i in range(first, last)) / (last - first)
            found.append(Span(KINDS[(begin - 1) // 2], first, last, min(1.0, score)))
        first = last
    return found


def trim(text: str, start: int, end: int, kind: MentionKind) -> tuple[int, int]:
    """The span without quotation marks, commas and spaces at its edges and, for people and characters, without `'s`.

    Titles keep theirs: "Grey's" is how a show is called. Where nothing remains, start == end.
    """
    while start < end and text[start] in _EDGE:
        start += 1
    while start < end and text[end - 1] in _EDGE:
        end -= 1
    if kind in {MentionKind.PERSON, MentionKind.CHARACTER} and text[start:end].endswith(_POSSESSIVE):
        end -= 2
    return start, end
