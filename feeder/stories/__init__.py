"""Which articles tell the same story, and what is new in a later one. Pure.

`trace` is all that is kept of an entry for it; `same` compares two. A reprint is known by its wording (Broder 1997),
another outlet's article by what it is about, when, and what it says happened.
"""

from feeder.stories.comparing import RING_EVENTS, WINDOW, kinds, news, same
from feeder.stories.tracing import Trace, read, trace, written

__all__ = ["RING_EVENTS", "WINDOW", "Trace", "kinds", "news", "read", "same", "trace", "written"]
