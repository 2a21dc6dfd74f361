"""The quick way to a feed gives the bytes of the slow one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.feeds import CURRENT, Chapter, Tombstone, serialising, splicing
from feeder.feeds.plain import plain
from feeder.model import Form, Topic, TopicKind, TopicListing
from tests import feed_values

labels = st.one_of(st.sampled_from(feed_values.HOSTILE), st.text(min_size=1, max_size=30))
numbers = st.integers(1, 10**6)
chapters = st.one_of(
    st.just(CURRENT),
    st.builds(lambda n: Chapter(previous=n), numbers),
    st.builds(lambda n: Chapter(number=n, previous=n - 1 or None), numbers),
    st.builds(lambda n: Chapter(number=n, previous=n - 1 or None, next=n + 1), numbers),
)
moments = st.builds(
    lambda seconds, fraction: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=fraction),
    st.integers(0, 10**9),
    st.sampled_from([0, 1, 123_456, 999_999]),
)
topics = st.builds(Topic, kind=st.sampled_from(TopicKind), key=st.text(min_size=1), label=labels, origin=st.just(""))


@pytest.mark.parametrize("form", Form)
@given(
    topic=topics,
    slug=st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True),
    updated=moments,
    chapter=chapters,
    title=labels.filter(plain),  # as a config has it: a name on one line
)
def test_a_head_that_is_filled_in_is_the_one_feedgen_writes(
    form: Form, topic: Topic, slug: str, updated: datetime, chapter: Chapter, title: str
) -> None:
    listing = TopicListing(topic=topic, slug=slug, count=3, updated=updated)
    site = replace(feed_values.SITE, title=title)
    for entries in ((), (b"<first/>",), (b"<first/>", b"<second/>")):
        quick = splicing.feed(form, listing, entries, site=site, chapter=chapter)
        assert quick == serialising.feed(form, listing, entries, site=site, chapter=chapter)


@pytest.mark.parametrize("form", Form)
def test_two_sites_and_two_topics_are_never_mixed_up(form: Form) -> None:
    listing = feed_values.listing()
    other = replace(listing, topic=replace(listing.topic, key="other", label="Other"), slug="other")
    away = replace(feed_values.SITE, base_url="https://elsewhere.example/x")
    made = [
        splicing.feed(form, it, (), site=site) for it in (listing, other, listing) for site in (feed_values.SITE, away)
    ]
    wanted = [
        serialising.feed(form, it, (), site=site)
        for it in (listing, other, listing)
        for site in (feed_values.SITE, away)
    ]
    assert made == wanted


def test_withdrawn_entries_are_told_of() -> None:
    site = feed_values.SITE
    stone = Tombstone(entry_id="tag:example.org,2026:entry-x", withdrawn=datetime(2026, 1, 1, tzinfo=UTC))
    for form in Form:
        assert splicing.feed(form, feed_values.listing(), (), site=site, tombstones=(stone,)) == serialising.feed(
            form, feed_values.listing(), (), site=site, tombstones=(stone,)
        )
