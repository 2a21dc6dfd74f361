"""Do two articles tell the same story? What does one tell that was not told before?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from feeder.model import Event, EventType
from feeder.stories.tracing import SKETCH, Trace

#: Apart by no more than this, two articles may tell one story. A reprint may come later than another outlet's article.
WINDOW = timedelta(days=14)
_SAME_NEWS = timedelta(days=3)

#: Shares of common shingles (Jaccard) from which on one text is a reprint of the other. Measured on 300 articles with
#: six edits each (cut, reordered, a new headline, ...): all but 1 in 100 have more, 16 of 44,850 others do.
REPRINT = 0.3
#: Shares of common telling words in headline and lead (of the shorter), by what else the two have in common.
_WITH_EVENT = 0.12  # the same kind of news about the same show
_WITH_SUBJECTS = 0.3  # all main subjects of the one are main subjects of the other, at least two
_WITH_SUBJECT = 0.45  # one main subject
_FEWEST = 12  # words that a lead counts as having at least

#: News that rings again in a story that was told: what outlets call an interview or a recap they tell of any story.
RING_EVENTS = frozenset(
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
    hard = {(kind, show) for kind, show in a.events & b.events if EventType(kind) in RING_EVENTS and show}
    if hard and any(f"show:{show}" in a.named & b.named for _, show in hard):
        return words >= _WITH_EVENT
    if len(shared) > 1 and (a.main <= b.named or b.main <= a.named):
        return words >= _WITH_SUBJECTS
    return words >= _WITH_SUBJECT


def resemblance(a: Trace, b: Trace) -> float:
    """Jaccard index of the shingles, estimated, 0..1."""
    union = sorted({*a.sketch, *b.sketch})[:SKETCH]
    both = set(a.sketch) & set(b.sketch)
    return sum(it in both for it in union) / len(union) if union else 0.0


def overlap(a: Trace, b: Trace) -> float:
    """Overlap coefficient of the telling words of headline and lead, 0..1."""
    return len(a.words & b.words) / max(min(len(a.words), len(b.words)), _FEWEST)


def news(events: Iterable[Event]) -> frozenset[str]:
    """Types of news that ring, as they are remembered with the story."""
    return frozenset(event.type.value for event in events if event.type in RING_EVENTS)
