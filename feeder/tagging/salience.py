"""How central is a show or a person to the article: would a subscriber of it want this one?"""

# ruff: noqa: E501 - patterns and word lists are tables: one row each reads best
from __future__ import annotations

import math
import re
from collections.abc import Sequence

from feeder.tagging.coreference import Name
from feeder.tagging.document import Document, within
from feeder.tagging.reading import pooled


def features(
    document: Document, name: Name, peers: Sequence[Name], *, known: bool, maker: bool = False
) -> dict[str, float]:
    """Where and how often the article names it, beside its `peers` (all names of the same kind, itself among them).

    `maker`: a person who makes shows and does not act here. They are named often and are seldom the news.
    """
    text = document.text
    starts = [m.start for m in name.mentions]
    body = [s for s in starts if not document.in_headline(s)]
    lead = document.lead
    first_sentence = document.sentence(lead[0])
    counts = sorted((_weight(document, p) for p in peers), reverse=True)
    own, most, total = _weight(document, name), max(1, counts[0]), max(1, sum(counts))
    headline = [m for m in name.mentions if document.in_headline(m.start)]
    peers_in_headline = sum(1 for p in peers if document.in_headline(p.first))
    length = max(1, len(text) - document.headline_end)
    row = {
        "headline": float(bool(headline)),
        "headline-opens": float(bool(headline) and headline[0].start < max(25, document.headline_end * 0.3)),
        "headline-alone": float(bool(headline) and peers_in_headline == 1),
        "headline-crowded": float(bool(headline) and peers_in_headline > 2),
        "no-peer-in-headline": float(not peers_in_headline and document.headline_end > 0),
        "no-headline": float(document.headline_end == 0),
        "lead": float(any(within(s, lead) for s in body)),
        "opening-sentence": float(any(first_sentence.start <= s < first_sentence.end for s in body)),
        "first-of-its-kind": float(
            bool(body)
            and min(body)
            == min((m.start for p in peers for m in p.mentions if not document.in_headline(m.start)), default=-1)
        ),
        "once": float(own <= 1),
        "thrice": float(own >= 3),  # counted no further: few articles to learn from name a show more often
        "share": own / total,
        "most-often": float(own == counts[0]),
        "most-often-by-far": float(own == counts[0] and (len(counts) == 1 or counts[0] >= 2 * counts[1])),
        "only-one": float(len(peers) == 1),
        "many-peers": math.log(len(peers)),
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
    row["of-top"] = own / most
    row["seldom"] = float(own * 2.5 <= counts[0])
    adjective = {m.start for m in name.mentions if _NOUN.match(text[m.end : m.end + 15])}
    subject = [
        m.start
        for m in name.mentions
        if not document.in_headline(m.start) and m.start not in adjective and _is_news(document, m.start, m.end)
    ]
    row["subject"] = float(bool(subject))
    row["lead-subject"] = float(any(within(s, lead) for s in subject))
    row["first-subject"] = float(bool(subject) and min(subject) == _first_subject(document, peers))
    row["modifier"] = len(adjective) / len(starts)
    past = {s for s in starts if _PAST.search(text[document.sentence(s).start : s])}
    row["aside"] = float(adjective | past == set(starts))
    in_body = (m for m in name.mentions if not document.in_headline(m.start))
    front = [m.start for m in in_body if _in_front(document, m.start, m.end)]
    row["front"] = len(front) / len(starts)
    row["background"] = float(not front and not headline)
    row["front-lead"] = float(any(within(s, lead) for s in front))
    row["front-first"] = float(bool(front) and front[0] == _first_in_front(document, peers))
    if not front:  # it only says who speaks or where somebody comes from, wherever it stands
        row |= dict.fromkeys(("lead", "opening-sentence", "first-of-its-kind"), 0.0)
    row["speaks"] = sum(bool(_SPEECH.search(text[max(0, m.start - 15) : m.end + 15])) for m in name.mentions) / len(
        starts
    )
    row["maker"] = float(maker)
    row["maker-headline"] = float(maker and bool(headline))
    row |= _read(name, peers)
    if not document.headline_end:  # without a headline the body alone has to tell
        row |= {f"bare:{k}": row[k] for k in _BODY}
    for side, cue in _CUES.items():
        if any(_matches(text, m.start, m.end, side, cue) for m in name.mentions):
            row[f"cue:{side}"] = 1.0
    for side, cue in _CUES.items():
        if headline and any(_matches(text, m.start, m.end, side, cue) for m in headline):
            row[f"headline:{side}"] = 1.0
    if headline and row["most-often"]:
        row["headline-and-most-often"] = 1.0
    return row


#: An article that tells something of so many shows is a round-up: each of them has its news in it.
_ROUND_UP = 4


def _read(name: Name, peers: Sequence[Name]) -> dict[str, float]:
    """What the model makes of its mentions, and of those of its peers."""
    if not name.signs:
        return {"unread": 1.0}
    own = pooled(s.central for s in name.signs)
    told = [max((max(s.events) for s in p.signs), default=-8.0) for p in peers]
    others = [pooled(s.central for s in p.signs) for p in peers if p is not name and p.signs]
    return {
        "read": max(-8.0, min(8.0, own)),
        "read-best": max(-8.0, min(8.0, max(s.central for s in name.signs))),
        "read-first": max(-8.0, min(8.0, name.signs[0].central)),
        "read-ahead": max(-6.0, min(6.0, own - max(others))) if others else 0.0,
        "read-highest": float(bool(others) and own >= max(others)),
        "read-event": max(-8.0, max(max(s.events) for s in name.signs)),
        "read-told-of-many": float(
            sum(t > 0 for t in told) >= _ROUND_UP and max(max(s.events) for s in name.signs) > 0
        ),
    }


_BODY = (
    "lead",
    "opening-sentence",
    "first-of-its-kind",
    "thrice",
    "share",
    "most-often",
    "most-often-by-far",
    "of-top",
    "only-one",
    "seldom",
    "subject",
    "lead-subject",
    "modifier",
    "maker",
    "aside",
    "first-subject",
    "front",
    "background",
    "front-lead",
    "front-first",
)
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


def _weight(document: Document, name: Name) -> int:
    """How often the name is the matter: in the headline or in front."""
    return sum(document.in_headline(m.start) or _in_front(document, m.start, m.end) for m in name.mentions)


def _first_in_front(document: Document, peers: Sequence[Name]) -> int:
    """Where the first of the peers in front is named in the body."""
    found = (m for p in peers for m in p.mentions if not document.in_headline(m.start))
    return min((m.start for m in found if _in_front(document, m.start, m.end)), default=-1)


def _first_subject(document: Document, peers: Sequence[Name]) -> int:
    return min((m.start for p in peers for m in p.mentions if _is_news(document, m.start, m.end)), default=-1)


def _matches(text: str, start: int, end: int, side: str, cue: re.Pattern[str]) -> bool:
    if side.endswith(("before", "around")):
        return bool(cue.search(text[max(0, start - 40) : start]))
    return bool(cue.search(text[end : end + 30]))
