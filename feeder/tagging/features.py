"""What the mention model is shown of a text; training and reader share it, so that they cannot drift apart.

The encoder is uncased and sees neither capitals nor line breaks. Both come back as the *shape* of each word piece: the
case of the whole word it belongs to, and whether that word begins a line. What the catalog knows comes as *flags*: the
kinds under which it has the name. Pure Python on purpose: no arrays, no tokenizer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feeder.catalog import Hit
from feeder.model import MentionKind

#: Order of the kinds in the model's output layer; the shipped weights depend on it.
KINDS = tuple(MentionKind(k) for k in ("SHOW", "FILM", "WORK", "PER", "CHAR", "NET", "OUT", "ORG", "LOC"))

#: BIO labels (Ramshaw and Marcus, 1995): 0 is outside, then B and I of each kind.
LABELS = ("O", *(f"{prefix}-{kind}" for kind in KINDS for prefix in "BI"))

#: Flags of a piece: for each kind, "a name the catalog has begins here" and "it goes on here".
FLAGS = 2 * len(KINDS)

#: Number of different shapes: eight cases, each at the start of a line or not.
SHAPES = 16

#: Word pieces a window holds at most, headline and the two marker pieces not counted.
WINDOW = 224

#: Word pieces of the headline that are put before every later window, so that it is read in context.
HEADLINE = 32

_LINE_START = 8
_PLACE = {kind: i for i, kind in enumerate(KINDS)}

Offset = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a text that is analysed at once: `context` pieces first, then the pieces `start` to `end`."""

    context: int  #: that many pieces from the text's beginning go first; what is found in them does not count
    start: int
    end: int

    @property
    def pieces(self) -> tuple[int, ...]:
        """The pieces' numbers, in the order in which the model sees them."""
        return (*range(self.context), *range(self.start, self.end))


def case_of(word: str) -> int:
    """0 nothing, 1 lower, 2 Capitalised (or one capital), 3 UPPER, 4 miXed, 5 digits, 6 no letter or digit."""
    if not word:
        return 0
    if word.isdigit():
        return 5
    if not any(c.isalnum() for c in word):
        return 6
    if word.islower():
        return 1
    if word.isupper():
        return 3 if len(word) > 1 else 2
    if word[0].isupper() and word[1:].islower():
        return 2
    return 4


def words(text: str, offsets: Sequence[Offset]) -> list[tuple[int, int]]:
    """Groups of pieces that are one word: half-open ranges of piece numbers, gapless, in order.

    A word is a run of letters and digits; every other piece stands alone. Combining marks and the like, which the
    tokenizer drops, part a word where they leave a gap between two pieces.
    """
    groups: list[tuple[int, int]] = []
    first = 0
    for i in range(1, len(offsets) + 1):
        if i < len(offsets):
            before, here = offsets[i - 1], offsets[i]
            joined = (
                before[1] >= here[0]
                and text[before[1] - 1 : before[1]].isalnum()
                and text[here[0] : here[0] + 1].isalnum()
            )
            if joined:
                continue
        groups.append((first, i))
        first = i
    return groups if offsets else []


def shapes(text: str, offsets: Sequence[Offset]) -> list[int]:
    """The shape of each piece, 0..SHAPES-1."""
    out: list[int] = []
    before = 0
    for first, last in words(text, offsets):
        start, end = offsets[first][0], offsets[last - 1][1]
        shape = case_of(text[start:end])
        if start == 0 or "\n" in text[before:start]:
            shape += _LINE_START
        out.extend([shape] * (last - first))
        before = end
    return out


def flags(offsets: Sequence[Offset], hits: Sequence[Hit]) -> list[tuple[int, ...]]:
    """The flags of each piece that the catalog raises, 0..FLAGS-1; `hits` in text order."""
    out: list[tuple[int, ...]] = [()] * len(offsets)
    starts = [start for start, _ in offsets]
    for hit in hits:
        flag = 2 * _PLACE[hit.kind]
        for i in range(bisect_left(starts, hit.start), bisect_left(starts, hit.end)):
            raised = flag if starts[i] == hit.start else flag + 1
            if raised not in out[i]:
                out[i] = (*out[i], raised)
    return out


def segments(offsets: Sequence[Offset], headline_end: int) -> list[int]:
    """1 for each piece inside the headline, where capitals mean nothing, else 0."""
    return [1 if start < headline_end else 0 for start, _ in offsets]


def windows(
    text: str, offsets: Sequence[Offset], headline_end: int, *, limit: int = WINDOW, headline: int = HEADLINE
) -> Iterator[Window]:
    """Cut a text into windows of at most `limit` pieces (and up to `headline` pieces of context before them).

    Cuts fall between lines where a line ends in the window's second half, else between words, and inside a word only
    where one word alone is longer than half a window. Every piece is in exactly one window beyond its context.
    """
    size = len(offsets)
    context = min(headline, sum(1 for start, _ in offsets if start < headline_end))
    start = 0
    while start < size:
        end = min(size, start + limit)
        if end < size:
            end = _cut(text, offsets, start, end)
        yield Window(context if start >= context else 0, start, end)
        start = end


def _cut(text: str, offsets: Sequence[Offset], start: int, end: int) -> int:
    lowest = start + (end - start) // 2
    for cut in range(end, lowest, -1):
        if "\n" in text[offsets[cut - 1][1] : offsets[cut][0]]:
            return cut
    for cut in range(end, lowest, -1):
        if offsets[cut - 1][1] < offsets[cut][0]:
            return cut
    return end
