"""Ids: the one thing a reader knows an entry by."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.feeds import entry_id, topic_id
from feeder.model import Topic, TopicKind

AUTHORITY = "example.org,2026"


def test_ids_of_today_are_those_of_the_first_release() -> None:
    assert entry_id(AUTHORITY, "seed") == "tag:example.org,2026:entry-dgzfqvxbyfimva2m77ellgzdvw"
    topic = Topic(kind=TopicKind.SHOW, key="gilmore-girls", label="Gilmore Girls")
    assert topic_id(AUTHORITY, topic) == "tag:example.org,2026:feed-to3ae24xd47fpgdsobkrbl52on"


@given(st.text())
def test_any_seed_gives_an_id_that_no_reader_or_intermediary_rewrites(seed: str) -> None:
    found = entry_id(AUTHORITY, seed)
    assert re.fullmatch(r"tag:example\.org,2026:entry-[a-z2-7]{26}", found)
    assert found == entry_id(AUTHORITY, seed)


@given(st.text(), st.text())
def test_two_articles_never_share_an_id(one: str, other: str) -> None:
    assert (entry_id(AUTHORITY, one) == entry_id(AUTHORITY, other)) == (one == other)


def test_a_file_name_that_is_not_unicode_still_gives_an_id() -> None:
    assert entry_id(AUTHORITY, "bad\udcff.txt") != entry_id(AUTHORITY, "bad\udcfe.txt")


def test_a_topic_with_a_new_label_keeps_its_feed() -> None:
    old = Topic(kind=TopicKind.SHOW, key="m", label="Mrs. Maisel")
    assert topic_id(AUTHORITY, old) == topic_id(AUTHORITY, Topic(kind=TopicKind.SHOW, key="m", label="Maisel"))


def test_a_show_and_a_person_with_the_same_key_are_two_feeds() -> None:
    show, person = (Topic(kind=kind, key="ellen", label="Ellen") for kind in (TopicKind.SHOW, TopicKind.PERSON))
    assert topic_id(AUTHORITY, show) != topic_id(AUTHORITY, person)


@pytest.mark.parametrize(
    "authority", ["example.org,2026", "me@example.org,2026-01", "a-b.example,2026-01-31", "x,2000"]
)
def test_an_authority_of_rfc_4151_is_taken(authority: str) -> None:
    assert entry_id(authority, "x").startswith(f"tag:{authority}:entry-")


@pytest.mark.parametrize("authority", ["", "example.org", "example.org,26", "exämple.org,2026", "a b,2026", "-x,2026"])
def test_a_broken_authority_is_refused_before_an_id_is_made_that_lasts_for_ever(authority: str) -> None:
    with pytest.raises(ValueError, match="tagging authority"):
        entry_id(authority, "x")
