"""What readers are given: the same entry says the same in all forms, and what a form leaves out is left out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feeder.errors import NotAFeed
from feeder.feeds import Chapter
from feeder.model import Form
from feeder.readers import read
from tests import builders
from tests.feed_values import HOSTILE, SITE, feed, hostile_entry


@pytest.mark.parametrize("form", Form)
def test_feeders_own_feeds_say_the_same_in_every_form(form: Form) -> None:
    article = builders.an_article(link="https://example.org/x", byline=("Ada", "Ben"))
    tags = (builders.a_show_tag(article=article), builders.a_person_tag(article=article))
    stored = builders.a_stored_entry(builders.an_entry(article, tags=tags))
    found = read(feed([stored], form=form, chapter=Chapter(previous=3)))
    assert found.form is form
    assert found.address == f"{SITE.base_url}/feeds/show/gilmore-girls.{form}"
    assert found.previous == f"{SITE.base_url}/feeds/show/gilmore-girls/3.{form}"
    (entry,) = found.entries
    assert (entry.id, entry.title) == (stored.entry.id, stored.entry.title)
    assert (entry.link, entry.authors) == ("https://example.org/x", ("Ada", "Ben"))
    assert set(entry.tags) >= {"The Marvelous Mrs. Maisel", "Milo Ventimiglia"}
    assert entry.published == stored.entry.published
    assert entry.updated is not None
    assert entry.updated.replace(microsecond=0) == stored.changed
    assert "Amy Sherman-Palladino" in entry.content


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_read_alike_in_every_form(text: str) -> None:
    found = [read(feed([hostile_entry(text)], form=form)).entries[0] for form in Form]
    assert len({(entry.id, entry.title, entry.link, entry.content) for entry in found}) == 1


def test_what_is_missing_is_empty_and_no_error() -> None:
    atom = read(b"<feed xmlns='http://www.w3.org/2005/Atom'><entry/></feed>")
    rss = read(b"<rss><channel><item><guid>https://example.org/1</guid></item></channel></rss>")
    json = read(b'\xef\xbb\xbf {"version": "https://jsonfeed.org/version/1", "items": [{"id": 7}]}')
    assert [it.entries[0].id for it in (atom, rss, json)] == ["", "https://example.org/1", "7"]
    assert rss.entries[0].link == "https://example.org/1", "a guid is an address unless it says that it is none"


def test_dates_have_a_zone_whatever_the_feed_says() -> None:
    found = read(b"<rss><channel><item><pubDate>Tue, 15 Jun 2021 12:00:00 -0000</pubDate></item></channel></rss>")
    assert found.entries[0].published == datetime(2021, 6, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize("data", [b"", b"hello", b"<html/>", b"{", b'{"version": "2"}', b"\xff\xfe\x00", b"<rss/>"])
def test_what_is_no_feed_is_told_apart(data: bytes) -> None:
    with pytest.raises(NotAFeed):
        read(data)
