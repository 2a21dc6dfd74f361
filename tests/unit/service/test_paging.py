"""Nothing is lost between the documents of a feed, and none of them is larger than a reader takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from feeder.service.paging import to_close, to_show

sizes = st.lists(st.integers(1, 100), max_size=60)
limits = st.integers(1, 12)
budgets = st.integers(50, 400)


@given(sizes, limits, budgets)
def test_every_entry_is_in_one_archive_or_waits_and_what_waits_fits(arrived: list[int], limit: int, room: int) -> None:
    waiting, archives = list(arrived), []
    while number := to_close(waiting[: limit + 1], limit=limit, max_bytes=room):
        archives.append(waiting[:number])
        del waiting[:number]
    assert [size for archive in archives for size in archive] + waiting == arrived
    for document in (*archives, waiting):
        assert len(document) <= limit
        assert sum(document) <= room or len(document) == 1
    assert waiting or not arrived, "the current document is never empty where there are entries"


@given(sizes, limits, budgets)
def test_the_current_document_is_filled_up_with_what_is_archived(arrived: list[int], limit: int, room: int) -> None:
    waiting = list(arrived)
    while number := to_close(waiting[: limit + 1], limit=limit, max_bytes=room):
        del waiting[:number]
    latest = arrived[::-1][:limit]
    shown = to_show(latest, waiting=len(waiting), limit=limit, max_bytes=room)
    assert len(waiting) <= shown <= limit
    assert sum(latest[:shown]) <= room or shown == 1
    assert shown == len(latest) or sum(latest[: shown + 1]) > room


@given(st.lists(st.integers(1, 100), min_size=1, max_size=200), limits, budgets)
def test_archives_are_the_same_whether_entries_come_one_by_one_or_the_last_come_together(
    arrived: list[int], limit: int, room: int
) -> None:
    """What is closed once stays closed: a later arrival only ever adds archives."""
    closed: list[int] = []
    waiting: list[int] = []
    for size in arrived:
        waiting.append(size)
        while number := to_close(waiting[: limit + 1], limit=limit, max_bytes=room):
            closed += waiting[:number]
            del waiting[:number]
    assert closed + waiting == arrived
    assert len(waiting) <= limit
