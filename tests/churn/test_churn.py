"""Fifty things happen to 500 articles; nobody who follows the feeds sees one twice, or misses one.

The long form, with other numbers: `python -m tests.churn --articles 5000 --seed 7 --events 500`.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from feeder.model import Form
from feeder.readers import READERS
from tests.churn.audience import Audience
from tests.churn.desk import DAY_ONE, script
from tests.churn.newsrooms import FEEDS, FeederDesk, NaiveDesk

ARTICLES = 500
STEP = timedelta(hours=7)
NOBODY = {reader.name: 0 for reader in READERS}


@pytest.mark.timeout(600)
def test_nobody_sees_an_article_twice_or_misses_one_whatever_happens(tmp_path: Path) -> None:
    room = FeederDesk(tmp_path, ARTICLES)
    audience = Audience(FEEDS)
    audience.visit(room.publish(), DAY_ONE)
    arrived: dict[str, set[int]] = {feed: set() for feed in FEEDS}
    happened = 0
    for event in script(ARTICLES):
        happened += 1
        room.desk.now += STEP
        event.happen(room.desk)
        published = room.publish(event)
        noticed = audience.visit(published, DAY_ONE + happened * STEP)
        assert noticed.told == [], event.what
        assert sum(noticed.hidden.values()) == 0, event.what
        arrived[FEEDS[0]] |= {*event.arrives}
        if event.quiet:
            assert set().union(*noticed.changed.values()) <= {*event.edits}, event.what
        followed = audience.first[FEEDS[0]] | arrived[FEEDS[0]]
        assert followed.intersection(event.edits) <= noticed.changed["FreshRSS"], event.what
    assert happened == 50
    assert (room.kills, room.refusals) == (3, 1)
    assert audience.losses(arrived) == {}


def test_the_same_script_over_feedgen_used_naively_fails(tmp_path: Path) -> None:
    room = NaiveDesk(tmp_path, ARTICLES)
    audience = Audience(FEEDS[:1], (Form.ATOM,))
    audience.visit(room.publish(), DAY_ONE)
    repeats: Counter[str] = Counter()
    for number, event in enumerate(script(ARTICLES), 1):
        room.desk.now += STEP
        event.happen(room.desk)
        repeats += audience.visit(room.publish(event), DAY_ONE + number * STEP).repeats
    assert set(repeats) == set(NOBODY)
    assert min(repeats.values()) >= 50, repeats  # 58 each on the day this was written, 59 in Thunderbird
