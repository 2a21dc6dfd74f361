"""A server knows its subscribers without asking the database at each request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feeder.errors import SubscriberError
from feeder.service import privacy
from feeder.service.privacy import Roster
from feeder.storage import Store, open_store
from tests.builders import NOON
from tests.fakes.newsroom import Newsroom


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


@pytest.fixture
def store(room: Newsroom) -> Iterator[Store]:
    store = open_store(room.state, write=True)
    yield store
    store.close()


def token_of(store: Store, room: Newsroom, name: str = "Ada") -> str:
    return privacy.invite(store, room.settings, name, now=NOON).feed.split("/")[4]


def test_a_token_is_known_within_seconds_and_forgotten_within_seconds(room: Newsroom, store: Store) -> None:
    clock = [0.0]
    roster = Roster(store, now=lambda: NOON, monotonic=lambda: clock[0])
    token = token_of(store, room)
    assert roster.at_hand(token) is None, "nothing is known yet"
    assert roster.recognises(token)
    assert roster.at_hand(token) is True
    assert roster.at_hand("guess") is False
    assert not roster.recognises("guess")
    privacy.revoke(store, "Ada")
    clock[0] += privacy.STALE + 0.1
    assert roster.at_hand(token) is None
    assert not roster.recognises(token)


def test_it_is_noted_when_a_token_is_used_but_not_each_time(room: Newsroom, store: Store) -> None:
    clock, now = [0.0], [NOON]
    roster = Roster(store, now=lambda: now[0], monotonic=lambda: clock[0])
    token = token_of(store, room)
    for minutes, used in ((0, 0), (30, 0), (59, 0), (60, 60), (61, 60)):
        now[0] = NOON + timedelta(minutes=minutes)
        clock[0] += privacy.STALE + 0.1
        assert roster.recognises(token)
        (found,) = store.audience.subscribers()
        assert found.used == NOON + timedelta(minutes=used)


def test_names_are_told_apart_and_mistakes_said(room: Newsroom, store: Store) -> None:
    assert token_of(store, room, " Ada  L ") != token_of(store, room, "Ben")
    with pytest.raises(SubscriberError, match="already"):
        privacy.invite(store, room.settings, "Ada L", now=NOON)
    with pytest.raises(SubscriberError, match="there are: Ada L, Ben"):
        privacy.revoke(store, "Cleo")
    for name in ("", " ", "x" * 101, "a\x1bb"):
        with pytest.raises(SubscriberError):
            privacy.invite(store, room.settings, name, now=NOON)


def test_tokens_cannot_be_guessed_or_seen(room: Newsroom, store: Store) -> None:
    invitation = privacy.invite(store, room.settings, "Ada", now=NOON)
    assert len(invitation.feed.split("/")[4]) == 32
    assert "/s/" not in repr(invitation)
    assert invitation.list.endswith("/feeds.opml")


@pytest.mark.parametrize("token", ["", "\ud800", "x" * 10_000, "é"])
def test_any_token_is_looked_at(store: Store, token: str) -> None:
    assert not Roster(store).recognises(token)
