"""RSS as bytes: valid whatever the text, by the profile, and those that feedgen would write."""

from __future__ import annotations

import locale
import threading
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeder.feeds import CURRENT, feed, serialise
from feeder.feeds.items import item
from feeder.feeds.rss import channel_of, item_of, spelled
from feeder.model import EventType, Form, Role, StoredEntry
from tests import builders, feed_values
from tests.feed_values import HOSTILE, SITE
from tests.rss_rules import ATOM, CONTENT, DC, MEDIA, problems

HTML = "<p>Hello &amp; <em>goodbye</em></p>"
HERE = feed_values.location(feed_values.listing(), form=Form.RSS)


def rss(entries: list[StoredEntry], *, content: str = "full") -> bytes:
    return feed_values.feed(entries, form=Form.RSS, content=content)


@settings(max_examples=25, deadline=None)
@given(st.lists(feed_values.stored_entries(), max_size=5).map(feed_values.distinct))
def test_spliced_feed_has_the_bytes_feedgen_writes_for_the_whole_feed(entries: list[StoredEntry]) -> None:
    """But for the spelling of two characters, which the profile wants otherwise."""
    listing = feed_values.listing(updated=max((it.changed for it in entries), default=builders.NOON))
    whole = channel_of(listing, SITE, CURRENT)
    for stored in entries:
        whole.add_entry(item_of(item(stored, html=HTML, site=SITE)), order="append")
    spliced = feed(Form.RSS, listing, [serialise(it, html=HTML, site=SITE).rss for it in entries], site=SITE)
    assert spliced == spelled(whole.rss_str())
    assert etree.tostring(etree.fromstring(spliced)) == etree.tostring(etree.fromstring(whole.rss_str()))


@settings(max_examples=25, deadline=None)
@given(st.lists(feed_values.stored_entries(), max_size=4).map(feed_values.distinct))
def test_any_entries_make_a_feed_without_a_fault(entries: list[StoredEntry]) -> None:
    xml = rss(entries)
    assert problems(xml, location=HERE) == []
    assert xml.count(b"<item>") == len(entries)


@pytest.mark.parametrize("content", ["full", "summary"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_neither_breaks_the_feed_nor_loses_the_entry(text: str, content: str) -> None:
    xml = rss([feed_values.hostile_entry(text)], content=content)
    assert problems(xml, location=HERE) == []
    assert xml.count(b"<item>") == 1


def test_what_a_subscriber_sees_of_an_entry() -> None:
    article = builders.an_article(
        body="Law & Order is <3.",
        link="https://tvline.example/maisel?a=1&b=2",
        byline=("Dana Reed", "Lee Fox"),
        outlet="TVLine",
        image="https://tvline.example/a.jpg",
        language="de",
    )
    tags = (
        builders.a_show_tag(article=article),
        builders.a_person_tag(article=article, roles=(Role.ACTOR,)),
    )
    entry = builders.an_entry(article, tags=tags, events=(builders.an_event(EventType.CASTING),))
    found = etree.fromstring(rss([builders.a_stored_entry(entry, changed=builders.NOON + timedelta(days=2))])).find(
        "channel/item"
    )
    assert found is not None
    assert (found.findtext("guid"), found.find("guid").get("isPermaLink")) == (entry.id, "false")
    assert (found.findtext("title"), found.findtext("link")) == (article.title, article.link)
    assert found.findtext("pubDate") == "Tue, 15 Jun 2021 12:00:00 +0000"
    assert found.findtext(f"{ATOM}updated") == "2021-06-17T12:00:00.447662+00:00"
    assert [it.text for it in found.iterfind(f"{DC}creator")] == ["Dana Reed", "Lee Fox"]
    assert (found.findtext(f"{DC}publisher"), found.findtext(f"{DC}language")) == ("TVLine", "de")
    assert found.findtext("description") == "Law &amp; Order is &lt;3."
    assert found.findtext(f"{CONTENT}encoded").startswith("<p>Law &amp; Order is &lt;3.</p>")
    assert [(it.get("domain"), it.text) for it in found.iterfind("category")] == [
        ("tag:example.org,2026:show", "The Marvelous Mrs. Maisel"),
        ("tag:example.org,2026:person", "Milo Ventimiglia"),
        ("tag:example.org,2026:role", "actor"),
        ("tag:example.org,2026:event", "casting"),
        ("tag:example.org,2026:outlet", "TVLine"),
    ]
    assert [dict(it.attrib) for it in found.iterfind(f"{ATOM}link")] == [
        {"rel": "via", "type": "text/html", "href": article.link}
    ]
    assert found.find(f"{MEDIA}content").get("url") == "https://tvline.example/a.jpg"
    assert found.find("enclosure") is None


def test_what_a_reader_shows_of_the_feed() -> None:
    channel = etree.fromstring(rss([])).find("channel")
    assert channel is not None
    assert channel.findtext("title") == "Gilmore Girls · Screen Notes"
    assert channel.findtext("link") == "https://news.example.org/shows.html#show-gilmore-girls"
    assert channel.findtext("description") == "Every article that names Gilmore Girls, the newest first."
    assert channel.findtext("lastBuildDate") == "Tue, 15 Jun 2021 12:00:00 +0000"
    assert channel.findtext("generator") == "feeder"


def test_an_article_of_nothing_but_a_headline_still_has_a_description() -> None:
    bare = builders.an_entry(builders.an_article(body="x"), summary=(), tags=())
    xml = feed(
        Form.RSS,
        feed_values.listing(),
        [serialise(builders.a_stored_entry(bare), html="", site=SITE).rss],
        site=SITE,
    )
    assert problems(xml, location=HERE) == []
    assert etree.fromstring(xml).findtext("channel/item/description") == f"<p>{bare.title}</p>"


def test_making_a_feed_leaves_the_locale_of_the_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """feedgen sets it for each date, and other threads see that."""

    def refuse(category: int, value: object = None) -> str:
        raise AssertionError("somebody asked for or set the locale")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert problems(rss([builders.a_stored_entry()]), location=HERE) == []


def test_feeds_made_by_several_threads_at_once_are_the_same() -> None:
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(rss([feed_values.hostile_entry(HOSTILE[0])]))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
