"""Text reduced to what a person compares when they compare names."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right

# read alike, but without a decomposition in Unicode
_ALIKE = (
    dict.fromkeys("‘’‚‛′‵´`ʹʻʼʽˈ＇", "'")
    | dict.fromkeys("“”„‟″«»〝〞＂", '"')
    | dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
    | dict.fromkeys("\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f", "")
    | {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "⁄": "/"}
)

# one character of Arabic or Japanese may decompose to eighteen; such words are not names, and text must not grow so
_LONGEST = 4


def _fold_character(c: str) -> str:
    """The fixed point of folding one character: folding the result again changes nothing."""
    if c.isspace():
        return " "
    if c in _ALIKE:
        return _ALIKE[c]
    if unicodedata.combining(c):
        return ""
    parts = unicodedata.normalize("NFKD", c.casefold())
    if len(parts) > _LONGEST:
        parts = unicodedata.normalize("NFD", c.casefold())
    return c if parts == c else "".join(map(_fold_character, parts))


class _Table(dict[int, str]):
    """A translation table that fills itself; at most one item for each character of Unicode."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


_TABLE = _Table()


# Words of ASCII with single spaces between them fold letter by letter; the grave accent alone reads as another one.
_PLAIN = re.compile(r"[!-_a-~]+(?: [!-_a-~]+)*")


def fold(s: str) -> str:
    """`s` caseless, without diacritics, with straight quotes, plain hyphens and single spaces, none at the ends.

    "Zoë  Kravitz’s" and "ZOE KRAVITZ'S" fold to the same. Idempotent.
    """
    if s.isascii() and "`" not in s:
        return " ".join(s.lower().split())
    return " ".join(s.translate(_TABLE).split())


class Folded:
    """A text folded for searching, with the way back to where it was found.

    >>> f = Folded("The “Café” opens…")
    >>> a = f.text.index("cafe")
    >>> f.span(a, a + 4)
    (5, 9)
    """

    # The way back is kept for pieces, not for characters: most of a text is plain: a step here is one there.
    __slots__ = ("_ends", "_folds", "_plain", "_starts", "text")

    def __init__(self, original: str) -> None:
        pieces: list[str] = []
        #: where each piece begins in the folded text and in the original, and whether it goes on letter by letter
        self._folds, self._starts, self._plain = array("L"), array("L"), bytearray()
        #: folded character -> where it ends in the original, if not with its own letter: marks and spaces belong to it
        self._ends: dict[int, int] = {}
        length = done = 0
        space = True  # as if one stood before the text: leading white space is dropped
        for run in _PLAIN.finditer(original):
            length, space = self._odd(original, done, run.start(), pieces, length, space)
            self._piece(length, run.start(), plain=True)
            pieces.append(run[0].lower())
            done = run.end()
            length += done - run.start()
            space = False
        length, space = self._odd(original, done, len(original), pieces, length, space)
        if length and space:
            pieces[-1] = pieces[-1][:-1]
            length -= 1
        self.text = "".join(pieces)  #: equals `fold(original)`

    def _odd(
        self, original: str, start: int, end: int, pieces: list[str], length: int, space: bool
    ) -> tuple[int, bool]:
        """Fold what is not plain, a character at a time; how long the folded text is now, and if it ends in a space."""
        for at in range(start, end):
            folded = _TABLE[ord(original[at])]
            if not folded and length:
                self._ends[length - 1] = at + 1  # a mark belongs to its letter
            for f in folded:
                if f == " " and space:
                    if length:
                        self._ends[length - 1] = at + 1  # all white space is one space
                    continue
                space = f == " "
                self._piece(length, at, plain=False)
                pieces.append(f)
                length += 1
        return length, space

    def _piece(self, folded: int, start: int, *, plain: bool) -> None:
        self._folds.append(folded)
        self._starts.append(start)
        self._plain.append(plain)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `self.text[start:end]` stands in the original, half-open; it must not be empty."""
        if not 0 <= start < end <= len(self.text):
            raise IndexError(f"no span {start}:{end} in {len(self.text)} folded characters")
        return self._place(start), self._ends.get(end - 1) or self._place(end - 1) + 1

    def _place(self, folded: int) -> int:
        """Where the letter stands in the original that this folded character comes from."""
        piece = bisect_right(self._folds, folded) - 1
        return self._starts[piece] + (folded - self._folds[piece]) * self._plain[piece]
