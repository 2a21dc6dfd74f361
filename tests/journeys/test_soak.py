"""The short form of bench/soak.py and bench/freshness.py; the long one is `python -m bench.soak 30`."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.freshness import freshness
from bench.soak import soak

PROGRAM = (sys.executable, "-m", "tests.fakes.served")


def test_while_articles_come_and_go_readers_get_whole_feeds_and_nothing_twice(tmp_path: Path) -> None:
    figures = soak(tmp_path, seconds=8, pace=0.1, program=PROGRAM, settle="0.1s")
    assert figures.wrong == []
    assert figures.written > 5
    assert figures.polls > 20
    assert figures.shown > 5


def test_an_article_is_in_its_feed_without_waiting_for_the_schedule(tmp_path: Path) -> None:
    taken = freshness(tmp_path, 3, program=PROGRAM, settle=0.1)
    assert all(0.1 <= seconds < 100 for seconds in taken), "by the schedule a look comes only every ten minutes"
