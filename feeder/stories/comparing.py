"""Do two articles tell the same story? What does one tell that was not told before?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from feeder.model import Event, EventType
from feeder.stories.tracing import SKETCH, Trace

#: Apart by no more than this, two articles may tell one story. A reprint may come later than another outlet's article.
WINDOW = timedelta(days=14)
_SAME_NEWS = timedelta(days=3)

#: Shares of common shingles (Jaccard) from which on one text is a reprint of the other. Measured on 300 articles with
#: six edits each (cut, reordered, a new headline, ...): all but 1 in 100 have more, 16 of 44,850 others do.
REPRINT = 0.3
#: Shares of common telling words in headline and lead (of the shorter), by what else the two have in common. Of 420
#: pairs of 636 articles that share a main subject these join 14 that are three days apart at most; 13 tell one story,
#: and one that does was not joined.
_WITH_EVENT = 0.12  # the same kind of news about the same show
_WITH_SUBJECTS = 0.3  # all main subjects of the one are main subjects of the other, at least two
_WITH_SUBJECT = 0.45  # one main subject
_FEWEST = 12  # words that a lead counts as having at least

#: News by which two articles are known to tell the same; what outlets call an interview or a recap they tell of any.
_HARD = frozenset(
    {
        EventType.CASTING,
        EventType.DEPARTURE,
        EventType.RENEWAL,
        EventType.CANCELLATION,
        EventType.PREMIERE,
        EventType.SPINOFF,
        EventType.REUNION,
        EventType.AWARD,
        EventType.NOMINATION,
        EventType.DEATH,
        EventType.LEGAL,
    }
)
#: News that rings again in a story that was told. When something begins, and who meets whom again, any article says.
RING_EVENTS = _HARD - {EventType.PREMIERE, EventType.REUNION}
#: Where an article says what is new, in code points of its text: headline and lead. Further down it tells what was.
_PROMINENT = 600
#: Two of them about one show on one day may well be two stories: each is about somebody.
_OF_PEOPLE = frozenset(
    {
        EventType.CASTING,
        EventType.DEPARTURE,
        EventType.AWARD,
        EventType.NOMINATION,
        EventType.DEATH,
        EventType.LEGAL,
    }
)


def same(a: Trace, b: Trace) -> bool:
    """Symmetric, but not transitive: an article joins a story of which one article is like it."""
    apart = abs(a.published - b.published)
    if apart > WINDOW:
        return False
    if resemblance(a, b) >= REPRINT:
        return True
    shared = a.main & b.main
    if apart > _SAME_NEWS or not shared:
        return False
    words = overlap(a, b)
    if _same_event(a, b):
        return words >= _WITH_EVENT
    if len(shared) > 1 and (a.main <= b.named or b.main <= a.named):
        return words >= _WITH_SUBJECTS
    return words >= _WITH_SUBJECT


def _same_event(a: Trace, b: Trace) -> bool:
    """The same news about the same show; where it is news about somebody, also somebody who is the subject of both."""
    people_a, people_b = (frozenset(it for it in x.main if it.startswith("person:")) for x in (a, b))
    others = bool(people_a and people_b) and people_a.isdisjoint(people_b)
    return any(
        show
        and f"show:{show}" in a.named & b.named
        and EventType(kind) in _HARD
        and not (others and EventType(kind) in _OF_PEOPLE)
        for kind, show in a.events & b.events
    )


def resemblance(a: Trace, b: Trace) -> float:
    """Jaccard index of the shingles, estimated, 0..1."""
    one, other = set(a.sketch), set(b.sketch)
    both, union = one & other, one | other
    if not both:
        return 0.0
    smallest = sorted(union)[:SKETCH]
    return len(both.intersection(smallest)) / len(smallest)


def overlap(a: Trace, b: Trace) -> float:
    """Overlap coefficient of the telling words of headline and lead, 0..1."""
    return len(a.words & b.words) / max(min(len(a.words), len(b.words)), _FEWEST)


def kinds(events: Iterable[Event]) -> frozenset[str]:
    """Types of news that ring and that the article begins with, as they are remembered with its story."""
    return frozenset(event.type.value for event in _ringing(events, before=_PROMINENT))


def news(events: Iterable[Event], *, told: frozenset[str], headline: int) -> frozenset[str]:
    """Those that were not told, in a story of which `told` were: what an article adds to it.

    An article that tells the old news again adds what its headline says; `headline` is where that ends.
    """
    events = tuple(events)
    fresh = kinds(events) - told
    if kinds(events) & told:
        fresh &= {event.type.value for event in _ringing(events, before=headline)}
    return fresh


def _ringing(events: Iterable[Event], *, before: int) -> Iterator[Event]:
    """Of which something is said in that part of the text; news without a proof is believed to be there."""
    for event in events:
        if event.type in RING_EVENTS and (not event.evidence or min(it.start for it in event.evidence) < before):
            yield event
