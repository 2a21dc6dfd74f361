"""Text reduced to what a person compares when they compare names."""

from __future__ import annotations

import unicodedata
from array import array

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


def fold(s: str) -> str:
    """`s` caseless, without diacritics, with straight quotes, plain hyphens and single spaces, none at the ends.

    "Zoë  Kravitz’s" and "ZOE KRAVITZ'S" fold to the same. Idempotent.
    """
    return " ".join(s.translate(_TABLE).split())


class Folded:
    """A text folded for searching, with the way back to where it was found.

    >>> f = Folded("The “Café” opens…")
    >>> a = f.text.index("cafe")
    >>> f.span(a, a + 4)
    (5, 9)
    """

    __slots__ = ("_ends", "_starts", "text")

    def __init__(self, original: str) -> None:
        pieces: list[str] = []
        starts, ends = array("L"), array("L")
        space = True  # as if one stood before the text: leading white space is dropped
        for at, c in enumerate(original):
            folded = _TABLE[ord(c)]
            if not folded and ends:
                ends[-1] = at + 1  # a mark belongs to its letter
            for f in folded:
                if f == " " and space:
                    if ends:
                        ends[-1] = at + 1  # all white space is one space
                    continue
                space = f == " "
                pieces.append(f)
                starts.append(at)
                ends.append(at + 1)
        if pieces and space:
            del pieces[-1], starts[-1], ends[-1]
        self.text = "".join(pieces)  #: equals `fold(original)`
        self._starts, self._ends = starts, ends

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `self.text[start:end]` stands in the original, half-open; it must not be empty."""
        if not 0 <= start < end <= len(self._starts):
            raise IndexError(f"no span {start}:{end} in {len(self._starts)} folded characters")
        return self._starts[start], self._ends[end - 1]
