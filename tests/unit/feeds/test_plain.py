"""Titles and names: whatever an article brings along, a reader sees words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.feeds.plain import mistakable, plain
from tests.feed_rules import words
from tests.feed_values import HOSTILE

_PARTS = st.sampled_from(
    ["&", "amp", ";", "#", "x26", "65", "<", ">", "/", "b", "script", " ", "3", "R&D", "\x00", "&lt;"]
)


@given(st.one_of(st.text(), st.sampled_from(HOSTILE), st.lists(_PARTS).map("".join)))
def test_no_reader_can_take_it_for_markup(text: str) -> None:
    found = plain(text)
    assert [it for it in words(found) if it != "empty"] == []
    assert not mistakable(found)
    assert plain(found) == found


@pytest.mark.parametrize(
    "text",
    ["Law & Order", "R&D at A&E", "I <3 TV", "1 < 2 > 0", "Zoë – „Dark“ 🧑🏽‍🚀", "Who’s who? 50% & more;", "a<b"],
)
def test_words_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("text", ["&" + "amp;" * 50_000, "<b " * 20_000 + ">" * 20_000, "&" * 100_000, "<" * 100_000])
def test_a_text_made_to_keep_it_busy_does_not(text: str) -> None:
    start = time.process_time()
    plain(text)
    assert time.process_time() - start < 2
