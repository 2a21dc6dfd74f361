"""Faults of feedgen that feeder works around. A failure here is good news: drop the workaround it names."""

from __future__ import annotations

import locale
from datetime import UTC, datetime, timedelta

import pytest
from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree


def an_entry() -> FeedEntry:
    entry = FeedEntry()
    entry.id("tag:example.org,2026:x")
    entry.title("x")
    entry.content("x")
    return entry


def a_feed() -> FeedGenerator:
    feed = FeedGenerator()
    feed.id("tag:example.org,2026:f")
    feed.title("f")
    return feed


def test_links_of_entries_still_lose_their_attributes() -> None:
    """python-feedgen#135; feeder.feeds.atom._EntryParts writes links itself."""
    entry = an_entry()
    entry.link(href="https://example.org/", rel="via", type="text/html", hreflang="en", title="t", length="1")
    link = entry.atom_entry().find("link")
    assert dict(link.attrib) == {"href": "https://example.org/"}


def test_dates_nobody_gave_still_come_from_the_clock() -> None:
    """feeder.feeds.atom gives every date; feeder.feeds.rss takes them out and writes its own."""
    before = datetime.now(UTC) - timedelta(seconds=1)
    assert an_entry().updated() >= before
    assert a_feed().updated() >= before


def test_new_entries_are_still_put_first() -> None:
    """feeder.feeds.atom splices in the caller's order."""
    feed = a_feed()
    for name in "ab":
        feed.add_entry().id(name)
    assert [entry.id() for entry in feed.entry()] == ["b", "a"]


@pytest.mark.parametrize("text", ["\x00", "\x1b", "\ufffe", "\ud800"])
def test_a_forbidden_character_still_stops_the_whole_feed(text: str) -> None:
    """feeder.feeds.items cleans every text."""
    entry = an_entry()
    entry.title(text)
    with pytest.raises(ValueError, match=r"XML compatible|surrogates not allowed"):
        entry.atom_entry()


def test_the_generator_still_carries_a_version() -> None:
    """feeder.feeds.atom names itself, so that an upgrade leaves every byte as it is."""
    assert b'version="' in a_feed().atom_str()


def test_an_entry_still_has_no_language() -> None:
    """feeder.feeds.atom._EntryParts sets it."""
    assert not hasattr(FeedEntry, "language")
    assert not hasattr(FeedEntry, "lang")


def test_rss_dates_still_set_the_locale_of_the_whole_process() -> None:
    """feeder.feeds.rss never lets feedgen write a date: an extension does."""
    calls: list[object] = []
    original = locale.setlocale

    def recording(category: int, value: str | None = None) -> str:
        calls.append(value)
        return original(category, value)

    entry = an_entry()
    entry.published(datetime(2026, 1, 1, tzinfo=UTC))
    saved = original(locale.LC_ALL)
    locale.setlocale = recording  # type: ignore[assignment]
    try:
        entry.rss_entry()
    finally:
        locale.setlocale = original
        original(locale.LC_ALL, saved)
    assert "C" in calls


def test_an_entry_alone_has_the_bytes_it_has_within_a_feed() -> None:
    """What splicing stands on: elements without a namespace of their own, which the feed's xmlns covers."""
    feed, entry = a_feed(), an_entry()
    feed.add_entry(entry, order="append")
    alone = etree.tostring(entry.atom_entry(), encoding="UTF-8", xml_declaration=False)
    assert alone.startswith(b"<entry>")
    assert feed.atom_str().endswith(alone + b"</feed>")


def test_rss_authors_without_a_mail_address_are_still_dropped() -> None:
    """feeder.feeds.rss._ItemParts writes dc:creator."""
    entry = an_entry()
    entry.author({"name": "Ada"})
    assert b"Ada" not in etree.tostring(entry.rss_entry())


def test_an_entrys_source_still_has_neither_id_nor_date() -> None:
    """feeder.feeds.atom._EntryParts writes it."""
    entry = an_entry()
    entry.source(url="https://example.org/", title="t")
    assert [child.tag for child in entry.atom_entry().find("source")] == ["title", "link"]


def test_a_channel_still_bears_the_time_of_day_until_the_attribute_behind_it_is_emptied() -> None:
    """feeder.feeds.rss._Channel does that, and an extension writes the feed's own date."""
    feed = a_feed()
    feed.link(href="https://example.org/")
    feed.description("d")
    assert b"<lastBuildDate>" in feed.rss_str()
    feed._FeedGenerator__rss_lastBuildDate = None
    assert b"<lastBuildDate>" not in feed.rss_str()


def test_an_extensions_elements_alone_have_the_bytes_they_have_within_a_feed() -> None:
    """What splicing them stands on: lxml gives them the prefix that the root declares."""
    namespace = "http://search.yahoo.com/mrss/"
    feed, entry = a_feed(), an_entry()
    feed.load_extension("media", atom=True, rss=False)
    feed.add_entry(entry, order="append")  # loads the extension for the entry
    entry.media.thumbnail(url="https://example.org/a.jpg", group=None)
    root = etree.Element("root", nsmap={"media": namespace})
    root.append(entry.atom_entry())
    alone = etree.tostring(root).partition(b">")[2].removesuffix(b"</root>")
    assert feed.atom_str().endswith(alone + b"</feed>")
