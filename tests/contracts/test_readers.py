"""Libraries that real readers are made of read back what was written: each value, each entry, each time."""

from __future__ import annotations

import contextlib
import os
import threading
import warnings
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fastfeedparser
import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reader import Reader, make_reader

from feeder.model import EventType, Role, StoredEntry
from feeder.rendering import web_address
from feeder.text import one_line
from tests import builders, feed_values
from tests.feed_values import HOSTILE, SITE

LABELS = (
    "The Marvelous Mrs. Maisel",
    "Milo Ventimiglia",
    "Amy Sherman-Palladino",
    "actor",
    "creator",
    "casting",
    "TVLine",
)


def entries() -> list[StoredEntry]:
    article = builders.an_article(
        title="Milo Ventimiglia & “Maisel” <Season 4> – Zoë’s 🧑🏽‍🚀 &amp; more",
        link="https://tvline.example/maisel?a=1&b=2",
        byline=("Dana Reed", "Renée Fox"),
        outlet="TVLine",
    )
    tags = (
        builders.a_show_tag(),
        builders.a_person_tag(roles=(Role.ACTOR,)),
        builders.a_person_tag("Amy Sherman-Palladino", roles=(Role.CREATOR,)),
    )
    rich = builders.an_entry(article, tags=tags, events=(builders.an_event(EventType.CASTING),))
    plain = builders.an_entry(builders.an_article(language="de"), id="tag:example.org,2026:entry-2")
    return [builders.a_stored_entry(rich, changed=builders.NOON.replace(day=20)), builders.a_stored_entry(plain)]


def authors(stored: StoredEntry) -> list[str]:
    article = stored.entry.article
    names = [name for name in map(one_line, article.byline) if name]
    return names or [one_line(article.outlet or "") or SITE.author]


def link(stored: StoredEntry) -> str:
    """Never the id: readers would offer a `tag:` address to click on."""
    anchor = stored.entry.id.rpartition(":")[2]
    return web_address(stored.entry.article.link) or f"{SITE.base_url}/index.html#{anchor}"


def parse(xml: bytes) -> feedparser.FeedParserDict:
    found = feedparser.parse(xml, response_headers={"content-type": "application/atom+xml; charset=utf-8"})
    assert not found.bozo, found.get("bozo_exception")
    return found


def test_feedparser_reads_every_value() -> None:
    stored = entries()
    found = parse(feed_values.feed(stored))
    assert found.version == "atom10"
    assert found.feed.title == "Gilmore Girls · Screen Notes"
    assert found.feed.updated == "2021-06-20T12:00:00+00:00"
    assert found.feed.language == "en"
    assert found.feed.link == "https://news.example.org/index.html#show-gilmore-girls"
    rich, plain = found.entries
    article = stored[0].entry.article
    assert (rich.title, rich.title_detail.type) == (article.title, "text/plain")
    assert (rich.id, rich.link) == (stored[0].entry.id, article.link)
    assert (rich.published, rich.updated) == ("2021-06-15T12:00:00+00:00", "2021-06-20T12:00:00+00:00")
    assert [author.name for author in rich.authors] == list(article.byline)
    assert tuple(tag.label for tag in rich.tags) == LABELS
    assert {tag.scheme for tag in rich.tags} == {
        f"tag:example.org,2026:{kind}" for kind in ("show", "person", "role", "event", "outlet")
    }
    assert rich.summary == stored[0].entry.summary[0].text
    assert rich.content[0].type == "text/html"
    assert "created Gilmore Girls" in rich.content[0].value
    assert [link.rel for link in rich.links] == ["alternate"]
    assert plain.link == "https://news.example.org/index.html#entry-2"
    assert plain.content[0].language == "de"
    assert [author.name for author in plain.authors] == ["Ada Example"]


def test_fastfeedparser_reads_every_value() -> None:
    stored = entries()
    found = fastfeedparser.parse(feed_values.feed(stored))
    assert found.feed.title == "Gilmore Girls · Screen Notes"
    assert [entry.id for entry in found.entries] == [it.entry.id for it in stored]
    rich, plain = found.entries
    article = stored[0].entry.article
    assert (rich.title, rich.link) == (article.title, article.link)
    assert (rich.published, rich.updated) == ("2021-06-15T12:00:00+00:00", "2021-06-20T12:00:00+00:00")
    assert rich.author == article.byline[0]
    assert [tag["label"] for tag in rich.tags] == list(LABELS)
    assert "created Gilmore Girls" in rich.content[0]["value"]
    assert plain.author == "Ada Example"


class Quiet(SimpleHTTPRequestHandler):
    """Serves the published folder, without a word on the terminal."""

    extensions_map = {".atom": "application/atom+xml; charset=utf-8"}  # noqa: RUF012 - as http.server has it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server has it
        pass


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def subscriber() -> Iterator[Reader]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of reader's own dependencies
        with make_reader(":memory:") as reader:
            yield reader


def test_a_reader_over_http_sees_each_entry_once_and_each_change_once(subscriber: Reader, tmp_path: Path) -> None:
    stored = entries()
    with served(tmp_path) as base:
        file = tmp_path / "feed.atom"
        file.write_bytes(feed_values.feed(stored))
        subscriber.add_feed(f"{base}/feed.atom")

        def update() -> tuple[int, int]:
            result = subscriber.update_feed(f"{base}/feed.atom")
            return (result.new, result.modified) if result else (0, 0)

        assert update() == (2, 0)
        feed = subscriber.get_feed(f"{base}/feed.atom")
        assert (feed.title, feed.version, feed.author) == ("Gilmore Girls · Screen Notes", "atom10", "Ada Example")
        by_id = {entry.id: entry for entry in subscriber.get_entries()}
        rich = by_id[stored[0].entry.id]
        article = stored[0].entry.article
        assert (rich.link, rich.published, rich.updated) == (article.link, article.published, stored[0].changed)
        assert rich.summary == stored[0].entry.summary[0].text
        assert "created Gilmore Girls" in rich.content[0].value
        assert by_id[stored[1].entry.id].link == "https://news.example.org/index.html#entry-2"

        file.write_bytes(feed_values.feed(stored))  # the same articles, built again
        assert update() == (0, 0)

        edited = builders.an_entry(builders.an_article(title="Corrected", language="de"), id=stored[1].entry.id)
        change = builders.a_stored_entry(edited, changed=builders.NOON.replace(day=21))
        file.write_bytes(feed_values.feed([change, stored[0]]))
        later = file.stat().st_mtime + 2  # Last-Modified knows whole seconds only
        os.utime(file, (later, later))
        assert update() == (0, 1)
        assert subscriber.get_entry((f"{base}/feed.atom", stored[1].entry.id)).title == "Corrected"
        assert subscriber.get_entry_counts().total == 2


@settings(max_examples=50, deadline=None)
@given(st.lists(feed_values.stored_entries(), min_size=1, max_size=3).map(feed_values.distinct))
def test_whatever_the_entries_feedparser_reads_them_back(stored: list[StoredEntry]) -> None:
    found = parse(feed_values.feed(stored))
    assert [entry.id for entry in found.entries] == [it.entry.id for it in stored]
    for entry, it in zip(found.entries, stored, strict=True):
        assert entry.published == it.entry.published.isoformat()
        assert entry.updated == it.changed.isoformat()
        assert entry.link == link(it)
        assert len(entry.authors) == len(authors(it))


@settings(max_examples=50, deadline=None)
@given(st.lists(feed_values.stored_entries(), min_size=1, max_size=3).map(feed_values.distinct))
def test_whatever_the_entries_fastfeedparser_reads_them_back(stored: list[StoredEntry]) -> None:
    found = fastfeedparser.parse(feed_values.feed(stored))
    assert [entry.id for entry in found.entries] == [it.entry.id for it in stored]
    for entry, it in zip(found.entries, stored, strict=True):
        assert entry.published == it.entry.published.isoformat()
        assert entry.updated == it.changed.isoformat()
        assert entry.link == link(it)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_reaches_every_reader_as_the_text_it_is(text: str) -> None:
    stored = feed_values.hostile_entry(text)
    xml = feed_values.feed([stored])
    assert parse(xml).entries[0].id == stored.entry.id
    assert fastfeedparser.parse(xml).entries[0].id == stored.entry.id
