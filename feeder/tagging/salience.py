"""How central is a show or a person to the article: would a subscriber of it want this one?"""

# ruff: noqa: E501 - patterns and word lists are tables: one row each reads best
from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feeder.tagging.coreference import Name
from feeder.tagging.document import Document, within
from feeder.tagging.reading import pooled


@dataclass(frozen=True, slots=True)
class Peers:
    """All names of one kind in an article, and what is the same for each of them."""

    names: tuple[Name, ...]
    weights: tuple[int, ...]  #: how often each is the matter
    front: frozenset[int]  #: where mentions of which something is told start, outside the headline
    subjects: frozenset[int]  #: where mentions that are the subject of news start, there too
    headlined: int  #: how many of them are first named in the headline
    first: int  #: where the first of them is named in the body; -1 where none is
    central: tuple[float | None, ...]  #: what the model makes of each; None where it did not read
    told: tuple[float, ...]  #: log-odds of the likeliest event of each

    @classmethod
    def of(cls, document: Document, names: Sequence[Name]) -> Peers:
        body = [m for name in names for m in name.mentions if not document.in_headline(m.start)]
        front = frozenset(m.start for m in body if _in_front(document, m.start, m.end))
        return cls(
            names=tuple(names),
            weights=tuple(sum(document.in_headline(m.start) or m.start in front for m in n.mentions) for n in names),
            front=front,
            subjects=frozenset(m.start for m in body if _is_news(document, m.start, m.end)),
            headlined=sum(document.in_headline(n.first) for n in names),
            first=min((m.start for m in body), default=-1),
            central=tuple(pooled(s.central for s in n.signs) if n.signs else None for n in names),
            told=tuple(map(_told, names)),
        )


def features(
    document: Document,
    name: Name,
    peers: Peers,
    *,
    known: bool,
    maker: bool = False,
    cast: int = 0,
    mates: Sequence[Name] = (),
) -> dict[str, float]:
    """Where and how often the article names it, beside its `peers`, itself among them.

    `maker`: a person who makes shows and does not act here. They are named often and are seldom the news. `cast`: for
    a person who plays a part here, how many do. `mates`: those of the peers that stand in a list with it.
    """
    text = document.text
    starts = [m.start for m in name.mentions]
    body = [s for s in starts if not document.in_headline(s)]
    lead = document.lead
    first_sentence = document.sentence(lead[0])
    at = next(i for i, n in enumerate(peers.names) if n is name)
    counts = sorted(peers.weights, reverse=True)
    own, most, total = peers.weights[at], max(1, counts[0]), max(1, sum(counts))
    headline = [m for m in name.mentions if document.in_headline(m.start)]
    length = max(1, len(text) - document.headline_end)
    row = {
        "headline": float(bool(headline)),
        "headline-opens": float(bool(headline) and headline[0].start < max(25, document.headline_end * 0.3)),
        "headline-alone": float(bool(headline) and peers.headlined == 1),
        "headline-crowded": float(bool(headline) and peers.headlined > 2),
        "no-peer-in-headline": float(not peers.headlined and document.headline_end > 0),
        "no-headline": float(document.headline_end == 0),
        "lead": float(any(within(s, lead) for s in body)),
        "opening-sentence": float(any(first_sentence.start <= s < first_sentence.end for s in body)),
        "first-of-its-kind": float(bool(body) and min(body) == peers.first),
        "once": float(own <= 1),
        "thrice": float(own >= 3),  # counted no further: few articles to learn from name a show more often
        "share": own / total,
        "most-often": float(own == counts[0]),
        "most-often-by-far": float(own == counts[0] and (len(counts) == 1 or counts[0] >= 2 * counts[1])),
        "only-one": float(len(peers.names) == 1),
        "many-peers": math.log(len(peers.names)),
        "first-in-body": (min(body) - document.headline_end) / length if body else 0.0,
        "spread": len({document.index(s) for s in body}) / max(1, len(document.sentences)),
        "opens-sentence": float(
            min(
                3,
                sum(
                    s == document.sentence(s).start or text[document.sentence(s).start : s].strip("\"'“”‘’—– ") == ""
                    for s in body
                ),
            )
        ),
        "known": float(known),
        "short-text": float(length < 500),
    }
    behind = not headline and not any(within(s, lead) for s in body)
    row["late"] = float(behind and row["first-in-body"] > _LATE)
    row["late-once"] = float(row["late"] and own <= 1)
    row["cast"] = float(cast > 0)
    row["cast-behind"] = float(cast > 0 and behind)
    row["cast-list"] = float(cast >= _CAST_LIST and behind and own <= 1)
    row["of-top"] = own / most
    row["seldom"] = float(own * 2.5 <= counts[0])
    adjective = {m.start for m in name.mentions if _NOUN.match(text[m.end : m.end + 15])}
    subject = [s for s in body if s in peers.subjects and s not in adjective]
    row["subject"] = float(bool(subject))
    row["lead-subject"] = float(any(within(s, lead) for s in subject))
    row["first-subject"] = float(bool(subject) and min(subject) == min(peers.subjects))
    row["modifier"] = len(adjective) / len(starts)
    past = {s for s in starts if _PAST.search(text[document.sentence(s).start : s])}
    row["aside"] = float(adjective | past == set(starts))
    front = [s for s in body if s in peers.front]
    row["front"] = len(front) / len(starts)
    row["background"] = float(not front and not headline)
    row["front-lead"] = float(any(within(s, lead) for s in front))
    row["front-first"] = float(bool(front) and front[0] == min(peers.front))
    if not front:  # it only says who speaks or where somebody comes from, wherever it stands
        row |= dict.fromkeys(("lead", "opening-sentence", "first-of-its-kind"), 0.0)
    row["speaks"] = sum(bool(_SPEECH.search(text[max(0, m.start - 15) : m.end + 15])) for m in name.mentions) / len(
        starts
    )
    row["maker"] = float(maker)
    row["maker-headline"] = float(maker and bool(headline))
    row["maker-behind"] = float(maker and not headline and not row["front-lead"])
    row |= _read(name, at, peers, mates)
    for side, cue in _CUES.items():
        if any(_matches(text, m.start, m.end, side, cue) for m in name.mentions):
            row[f"cue:{side}"] = 1.0
    for side, cue in _CUES.items():
        if headline and any(_matches(text, m.start, m.end, side, cue) for m in headline):
            row[f"headline:{side}"] = 1.0
    if headline and row["most-often"]:
        row["headline-and-most-often"] = 1.0
    return row


#: What an article is about is named in the first part of it, as a share of its length.
_LATE = 0.35

#: So many people with their parts are a list of the cast.
_CAST_LIST = 4

#: An article that tells something of so many shows is a round-up: each of them has its news in it.
_ROUND_UP = 4


def is_round_up(shows: Iterable[Name]) -> bool:
    return sum(_told(name) > 0 for name in shows) >= _ROUND_UP


def _told(name: Name) -> float:
    """Log-odds of the likeliest event of it."""
    return max((max(s.events) for s in name.signs), default=-8.0)


def _read(name: Name, at: int, peers: Peers, mates: Sequence[Name]) -> dict[str, float]:
    """What the model makes of its mentions, and of those of its peers, among whom it is number `at`, and mates."""
    if not name.signs:
        return {"unread": 1.0}
    own = peers.central[at] or 0.0
    others = [c for i, c in enumerate(peers.central) if i != at and c is not None]
    beside = [c for n, c in zip(peers.names, peers.central, strict=True) if c is not None and n in mates]
    return {
        "read": max(-8.0, min(8.0, own)),
        "read-best": max(-8.0, min(8.0, max(s.central for s in name.signs))),
        "read-first": max(-8.0, min(8.0, name.signs[0].central)),
        "read-ahead": max(-6.0, min(6.0, own - max(others))) if others else 0.0,
        "read-highest": float(bool(others) and own >= max(others)),
        "read-event": max(-8.0, peers.told[at]),
        "read-told-of-many": float(sum(t > 0 for t in peers.told) >= _ROUND_UP and peers.told[at] > 0),
        "read-mates": max(-8.0, min(8.0, sum(beside) / len(beside))) if beside else 0.0,
        "read-alone": float(not beside),
    }


#: Those who talk about the news are seldom the news.
_SPEECH = re.compile(
    r"\b(?:says?|said|told|tells|added|adds|explained|revealed|recalled|wrote|according to)\b", re.IGNORECASE
)
#: A title that only says which star, reunion or fame is meant.
_NOUN = re.compile(
    r"^\s(?:reunion|alums?|stars?|fame|actors?|actress|veterans?|co-stars?|creators?|universe|franchise|fans?)\b"
)
_TELLS = re.compile(
    r"^(?:,[^,]{1,30},)?\s+(?:also |then |previously |recently )?(?:says?|said|told|tells|adds?|added|explain|reveal|recall|wr[io]te|wants?|wanted|hope|plan|co-|creat|developed|thinks?|believes?)",
    re.IGNORECASE,
)
#: Where somebody comes from, not what happens now.
_PAST = re.compile(
    r"\b(?:previously|formerly|former|earlier|once|used to|known (?:for|from|as)|credits|worked (?:with|on|together)|seen (?:in|on))\b",
    re.IGNORECASE,
)
_CUES = {
    "alum-after": re.compile(r"^['’”\"]*s?\s*(?:alum|star|actor|actress|veteran|fame|creator|co-star|favorite)\b", re.IGNORECASE),
    "known-for-before": re.compile(r"(?:known for|best known|credits include|appeared (?:in|on)|seen (?:in|on)|starred (?:in|on)|roles? (?:in|on)|including|like|unlike|after|behind|from)\s+[\"“‘']?(?:the\s+)?$", re.IGNORECASE),
    "list-before": re.compile(r"(?:,|\band|&|;)\s+[\"“‘']?$"),
    "brackets-around": re.compile(r"\(\s*[\"“‘']?$"),
    "season-after": re.compile(r"^['’”\"]*s?,?\s*(?:season|series|finale|premiere|revival|reboot|spinoff|cast|episode)", re.IGNORECASE),
    "news-verb-after": re.compile(r"^['’”\"]*,?\s*(?:has|is|was|will|had|to|gets?|returns?|ends?|joins?|dies|died|says?|said|reveals?|talks?|opens?|exits?|leaves?)\b", re.IGNORECASE),
}  # fmt: skip


def _is_subject(document: Document, start: int) -> bool:
    """Whether the name stands where a sentence has its subject: at its beginning, or after a short phrase and a comma."""
    before = document.text[document.sentence(start).start : start].strip("\"'“”‘’—– ")
    return not before or (before.endswith(",") and len(before) < 40)


def _is_news(document: Document, start: int, end: int) -> bool:
    """A subject of which something is told; not one who says or once made something."""
    return _is_subject(document, start) and not _TELLS.match(document.text[end : end + 40])


def _in_front(document: Document, start: int, end: int) -> bool:
    """Whether something is told of the name here: it neither speaks, makes, tells of former days nor serves as adjective."""
    text = document.text
    return not (
        _NOUN.match(text[end : end + 15])
        or _TELLS.match(text[end : end + 40])
        or _PAST.search(text[document.sentence(start).start : start])
    )


def _matches(text: str, start: int, end: int, side: str, cue: re.Pattern[str]) -> bool:
    if side.endswith(("before", "around")):
        return bool(cue.search(text[max(0, start - 40) : start]))
    return bool(cue.search(text[end : end + 30]))
