"""How a topic's entries are divided among the documents of its feed (RFC 5005 section 4).

Entries stand in the order of their arrival: when they first came into the topic, or were last changed so that a
reader would notice. The current document holds the last of them, whatever their dates: one that arrives late with an
old date is read like any other. What it has no room for is closed into archives of as many entries, once and for all:
an archive never gains an entry, and loses one only when that is withdrawn, leaves the topic or, having been changed,
arrives again. Every entry is in the current document or in an archive, the latest archived ones in both.
"""

from __future__ import annotations

from collections.abc import Sequence


def to_close(sizes: Sequence[int], *, limit: int, max_bytes: int) -> int:
    """How many of those that wait, first come first, go into an archive now; 0 when all fit the current document.

    `sizes`: bytes of each that waits; enough of them that more than `limit` are seen.
    """
    if _fitting(sizes, limit=limit, max_bytes=max_bytes) == len(sizes):
        return 0
    return max(1, _fitting(sizes, limit=limit, max_bytes=max_bytes))


def to_show(sizes: Sequence[int], *, waiting: int, limit: int, max_bytes: int) -> int:
    """How many of these, last come first, the current document holds: all that wait, and archived ones as they fit."""
    return max(waiting, _fitting(sizes, limit=limit, max_bytes=max_bytes))


def _fitting(sizes: Sequence[int], *, limit: int, max_bytes: int) -> int:
    """At least one: an entry that is larger than a document may be is published all the same."""
    room = max_bytes
    for number, size in enumerate(sizes[:limit]):
        room -= size
        if room < 0 and number:
            return number
    return min(limit, len(sizes))
