"""Names as they are compared, and slips of the pen in them."""

from __future__ import annotations

import re
from functools import lru_cache

from feeder.text import fold

_BETWEEN_WORDS = re.compile(r"[\W_]+")
#: Letters that a name must have, in all, for one slip in it to be told from another name; twice as many for two.
_LONG = 7


@lru_cache(maxsize=50_000)  # of one article the same names are asked for by every watch
def spelt(name: str) -> str:
    """What of a name is compared: no case, accents or punctuation; "Conan O’Brien" and "conan obrien" are one."""
    return _BETWEEN_WORDS.sub(" ", fold(name).replace("'", "")).strip()


def is_slip(written: str, meant: str) -> bool:
    """Whether a name (both `spelt`) may be the other with a slip: a letter too many, missing, wrong, or two swapped.

    Only of names of two words and more, with as many words and the same first letter in each; two slips only in long
    ones. That it looks like a slip proves nothing: "Michelle" and "Michele Williams" are two people.
    """
    words, others = written.split(), meant.split()
    if written == meant or len(words) < 2 or len(words) != len(others):
        return False
    if any(a[0] != b[0] for a, b in zip(words, others, strict=True)):
        return False
    letters = min(sum(map(len, words)), sum(map(len, others)))
    return _distance(written, meant, most=min(2, letters // _LONG)) is not None


def _distance(a: str, b: str, *, most: int) -> int | None:
    """Optimal string alignment distance (Damerau 1964, adjacent swaps count once), None beyond `most`."""
    if abs(len(a) - len(b)) > most:
        return None
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        row = [i]
        for j, y in enumerate(b, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
        before, last = last, row
    return last[-1] if last[-1] <= most else None
