"""How much two texts have in common, for telling an edit from another article."""

from __future__ import annotations

import re

from feeder.text import fold

_WORD = re.compile(r"[^\W_]+")
#: Shorter words ("with", "said") are common to all texts and say nothing about these two.
_TELLING = 5
#: Two texts of five words share one by chance: a text counts as having at least so many.
_FEWEST = 8


def shared_words(a: str, b: str) -> float:
    """Overlap coefficient |A∩B| / max(min(|A|, |B|), 8) of the sets of telling words, 0..1.

    Of the shorter text, not of both: an article that grew from two sentences to twenty is still the same article.
    """
    words_a, words_b = _telling_words(a), _telling_words(b)
    return len(words_a & words_b) / max(min(len(words_a), len(words_b)), _FEWEST)


def _telling_words(text: str) -> frozenset[str]:
    words = _WORD.findall(fold(text))
    telling = frozenset(word for word in words if len(word) >= _TELLING)
    return telling or frozenset(words)
