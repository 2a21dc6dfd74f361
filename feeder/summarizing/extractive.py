"""An extractive summary: sentences picked for where they stand and what they say, each unlike the others.

A sentence's worth is its position (news is written from the top down) and the cosine of its TF-IDF vector with that of
the whole text (sentences as documents); the picks are made one after another by maximal marginal relevance (Carbonell
and Goldstein, SIGIR 1998). Nothing is written anew, so that every word of a summary can be shown in the article.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from feeder.model import Article, Sentence

_CONSIDERED = 40  # sentences from the top; what stands below them is not the news
_POSITION = 0.55  # weight of position against content
_NOVELTY = 0.35  # weight of being unlike what was picked
_SHORT, _LONG = 6, 60  # words; outside of them a sentence is a fragment or a list
_BRIEF_TEXT = 3  # an article of so few sentences is its own summary
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_STOP = frozenset(
    """
    a about after all also an and any are as at be because been before being but by can could did do does for
    from had has have he her his how i if in into is it its just like more most no not now of on one only or
    other our out over said says she so some than that the their them then there these they this to up us was we
    were what when where which while who why will with would you your it's i'm
    """.split()  # noqa: SIM905 - a list of words is read more easily than a list of strings
)
# whom or what such a sentence is about stands in the one before it
_UNRESOLVED = re.compile(
    r"[\"'“‘]?(?:he|she|it|they|this|that|these|those|his|her|its|their|him|them|both|neither|but|and|so|yet|or|"
    r"however|meanwhile|also|then|there|such|another|others|the (?:latter|former|two|pair))\b",
    re.I,
)
_TO_THE_READER = re.compile(
    r"(?:watch|read|check out|click|see|scroll|listen|stay tuned|sound off|let us know|tell us|hit the comments|"
    r"sign up|subscribe|follow|share|are you|do you|will you|what do you)\b|.*\b(?:the comments|below|above)[.!?]*$",
    re.I,
)


def summarize(article: Article, sentences: Sequence[Sentence], *, limit: int = 3) -> tuple[Sentence, ...]:
    """At most `limit` of the article's `sentences`, in text order; fewer where the article is short.

    Never the headline; a question, an appeal to the reader or a sentence that begins with a pronoun only where there is
    nothing better. Empty only where the article has no sentence below its headline.
    """
    body = [s for s in sentences if s.start >= article.body_start and _WORD.search(s.text)]
    if limit < 1 or not body:
        return ()
    wanted = min(limit, max(1, math.ceil(len(body) / 2)) if len(body) > _BRIEF_TEXT else len(body))
    if article.body_start == 0 and len(body) > wanted + 1 and _is_headline(body[0], article.title):
        # the made headline says it already
        body = body[1:]
    pool = body[:_CONSIDERED]
    good = [i for i, s in enumerate(pool) if _is_good(s.text, opens=i == 0)]
    spare = [i for i in range(len(pool)) if i not in set(good)]
    picked = _pick(pool, good, wanted)
    if len(picked) < min(wanted, 2):
        picked += spare[: min(wanted, 2) - len(picked)]
    return tuple(pool[i] for i in sorted(picked))


def _is_headline(sentence: Sentence, title: str) -> bool:
    return sentence.text.rstrip(".") == title.rstrip(".")


def _is_good(text: str, *, opens: bool) -> bool:
    words = len(_WORD.findall(text))
    if text.endswith(("?", ":", "?”", '?"')) or _TO_THE_READER.match(text) or not _SHORT <= words <= _LONG:
        return False
    # half of a quotation: it opens here and closes elsewhere, or the other way round
    if text.count("“") != text.count("”") or text.count('"') % 2:
        return False
    return opens or not _UNRESOLVED.match(text)


def _pick(pool: Sequence[Sentence], good: Sequence[int], wanted: int) -> list[int]:
    vectors = _vectors([s.text for s in pool])
    centre: dict[str, float] = {}
    for vector in vectors:
        for word, weight in vector.items():
            centre[word] = centre.get(word, 0.0) + weight
    worth = {
        i: _POSITION / math.sqrt(1 + i) + (1 - _POSITION) * _cosine(vectors[i], centre) for i in good if vectors[i]
    }
    picked: list[int] = []
    alike = dict.fromkeys(worth, 0.0)
    while worth and len(picked) < wanted:
        best = max(worth, key=lambda i: (worth[i] - _NOVELTY * alike[i], -i))
        del worth[best]
        picked.append(best)
        for i in worth:
            alike[i] = max(alike[i], _cosine(vectors[i], vectors[best]))
    return picked


def _vectors(texts: Sequence[str]) -> list[dict[str, float]]:
    counts = [Counter(w for w in map(str.casefold, _WORD.findall(text)) if w not in _STOP) for text in texts]
    spread = Counter(word for count in counts for word in count)
    rarity = {word: math.log(1 + len(texts) / n) for word, n in spread.items()}
    return [{word: (1 + math.log(n)) * rarity[word] for word, n in count.items()} for count in counts]


def _cosine(a: dict[str, float], b: dict[str, float]) -> float:
    norm = math.sqrt(sum(v * v for v in a.values()) * sum(v * v for v in b.values()))
    return sum(v * b.get(word, 0.0) for word, v in a.items()) / norm if norm else 0.0
