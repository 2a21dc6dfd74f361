"""Libraries that real readers are made of read back what was written: each value, each entry, each time, each form."""

from __future__ import annotations

import contextlib
import html
import os
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fastfeedparser
import feedparser
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from reader import Reader, make_reader

from feeder.feeds.plain import plain
from feeder.model import EventType, Form, Role, StoredEntry
from feeder.rendering import web_address
from feeder.text import clean
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
MEDIA_TYPES = {
    Form.ATOM: "application/atom+xml; charset=utf-8",
    Form.RSS: "application/rss+xml; charset=utf-8",
    Form.JSON: "application/feed+json; charset=utf-8",
}


def entries() -> list[StoredEntry]:
    article = builders.an_article(
        title="Milo Ventimiglia & “Maisel” <Season 4> – Zoë’s 🧑🏽‍🚀 more",
        link="https://tvline.example/maisel?a=1&b=2",
        byline=("Dana Reed", "Renée Fox"),
        outlet="TVLine",
        image="https://tvline.example/maisel.jpg?w=1&h=2",
    )
    tags = (
        builders.a_show_tag(article=builders.an_article()),
        builders.a_person_tag(roles=(Role.ACTOR,)),
        builders.a_person_tag("Amy Sherman-Palladino", roles=(Role.CREATOR,)),
    )
    rich = builders.an_entry(article, tags=tags, events=(builders.an_event(EventType.CASTING),))
    plain = builders.an_entry(builders.an_article(language="de"), id="tag:example.org,2026:entry-2")
    return [builders.a_stored_entry(rich, changed=builders.NOON.replace(day=20)), builders.a_stored_entry(plain)]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a subscriber sees of an entry; None where a library does not tell."""

    id: str
    title: str
    link: str
    published: datetime
    updated: datetime  #: to the second
    first_author: str | None
    authors: tuple[str, ...] | None
    tags: tuple[str, ...] | None  #: labels, each once
    summary: str  #: as text
    content: str  #: HTML


def written(stored: StoredEntry) -> Seen:
    """What the entry says, told without the code that writes feeds; titles and names are tested elsewhere."""
    entry, article = stored.entry, stored.entry.article
    names = tuple(filter(None, map(plain, article.byline)))
    names = names or (plain(article.outlet or "") or SITE.author,)
    labels = [plain(tag.label) or tag.id for tag in entry.tags]
    labels += [role.value for tag in entry.tags for role in tag.roles]
    labels += [event.type.value for event in entry.events]
    labels += [label for label in (plain(article.outlet or ""), *map(plain, article.owner.tags)) if label]
    anchor = entry.id.rpartition(":")[2]
    return Seen(
        id=entry.id,
        title=plain(entry.title) or "Untitled",
        # never the id: readers would offer a `tag:` address to click on
        link=web_address(article.link) or f"{SITE.base_url}/index.html#{anchor}",
        published=entry.published,
        updated=stored.changed,
        first_author=names[0],
        authors=names,
        tags=tuple(dict.fromkeys(labels)),
        summary=spaced(clean(" ".join(sentence.text for sentence in entry.summary)).replace("\ufffd", "")),
        content=feed_values.shared_renderer().entry_html(stored, content="full").replace("\ufffd", "").strip(),
    )


def spaced(text: str) -> str:
    return " ".join(text.split())


def moment(text: str) -> datetime:
    found = datetime.fromisoformat(text) if text[0].isdigit() else parsedate_to_datetime(text)
    return found.astimezone(UTC).replace(microsecond=0)


def by_feedparser(data: bytes, form: Form) -> list[Seen]:
    found = feedparser.parse(
        data,
        response_headers={"content-type": MEDIA_TYPES[form]},
        sanitize_html=False,  # what it would drop is looked at elsewhere; here each character counts
        resolve_relative_uris=False,
    )
    assert not found.bozo, found.get("bozo_exception")
    return [
        Seen(
            id=it.id,
            title=it.title,
            link=it.link,
            published=moment(it.published),
            updated=moment(it.updated),
            first_author=it.authors[0].name,
            authors=tuple(author.name for author in it.authors),
            tags=tuple(dict.fromkeys(tag.label or tag.term for tag in it.get("tags", ()))),
            summary=summary_text(it),
            content=content_of(it),
        )
        for it in found.entries
    ]


def content_of(entry: feedparser.FeedParserDict) -> str:
    """An RSS item without a summary has its content as the description."""
    return str(entry.content[0].value if "content" in entry else entry.summary)


def summary_text(entry: feedparser.FeedParserDict) -> str:
    """Without one, feedparser offers the content as the summary."""
    text = entry.get("summary", "")
    if text == content_of(entry):
        return ""
    return spaced(text if entry.summary_detail.type == "text/plain" else html.unescape(text))


def by_fastfeedparser(data: bytes, form: Form) -> list[Seen]:
    return [
        Seen(
            id=it.id,
            title=it.title,
            link=it.link,
            published=moment(it.published),
            updated=moment(it.updated),
            first_author=it.author,
            authors=None,
            tags=tuple(dict.fromkeys(tag["label"] or tag["term"] for tag in it.get("tags") or ())),
            summary="",  # it does not tell text from HTML
            content=it.content[0]["value"] if it.get("content") else it.description,  # as content_of
        )
        for it in fastfeedparser.parse(data).entries
    ]


class Quiet(SimpleHTTPRequestHandler):
    """Serves the published folder, without a word on the terminal."""

    extensions_map = {f".{form.value}": media_type for form, media_type in MEDIA_TYPES.items()}  # noqa: RUF012 - as http.server has it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server has it
        pass


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def subscriber() -> Iterator[Reader]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of reader's own dependencies
        with make_reader(":memory:") as reader:
            yield reader


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("public")
    with served(folder) as base:
        yield folder, base


def by_reader(subscriber: Reader, site: tuple[Path, str], data: bytes, form: Form) -> list[Seen]:
    """lemon24/reader over HTTP."""
    folder, base = site
    (folder / f"feed.{form.value}").write_bytes(data)
    url = f"{base}/feed.{form.value}"
    subscriber.add_feed(url)
    try:
        subscriber.update_feed(url)
        return [
            Seen(
                id=it.id,
                title=it.title or "",
                link=it.link or "",
                published=moment(it.published.isoformat() if it.published else ""),
                updated=moment(it.updated.isoformat() if it.updated else ""),
                first_author=None,
                authors=None,
                tags=None,
                summary="",  # it does not tell text from HTML
                content=it.content[0].value if it.content else it.summary or "",  # as content_of
            )
            for it in subscriber.get_entries(feed=url)
        ]
    finally:
        subscriber.delete_feed(url)


def only_told(seen: Sequence[Seen], expected: Sequence[Seen]) -> list[Seen]:
    """`expected` in the order of `seen`, without what a library does not tell."""
    by_id = {it.id: it for it in expected}
    assert sorted(it.id for it in seen) == sorted(by_id)
    return [replace(by_id[it.id], **untold(it), link=spelled(it, by_id[it.id].link)) for it in seen]


def untold(seen: Seen) -> dict[str, Any]:
    return {name: value for name, value in vars(seen).items() if value is None or (name == "summary" and not value)}


def spelled(seen: Seen, link: str) -> str:
    """feedparser decodes what could be a reference in the link of an RSS item, and drops the semicolon of others."""
    lenient = re.sub(r"&(\w+);", r"&\1", link.replace("&amp;", "&"))
    return lenient if seen.link == lenient else link


PARSERS: dict[str, Callable[[bytes, Form], list[Seen]]] = {
    "feedparser": by_feedparser,
    "fastfeedparser": by_fastfeedparser,
}
#: feedparser knows no JSON Feed
PAIRS = [(name, form) for name in PARSERS for form in Form if (name, form) != ("feedparser", Form.JSON)]


@pytest.mark.parametrize(("name", "form"), PAIRS)
def test_every_value_is_read_back(name: str, form: Form) -> None:
    stored = entries()
    seen = PARSERS[name](feed_values.feed(stored, form=form), form)
    assert seen == only_told(seen, [written(it) for it in stored])
    assert [it.id for it in seen] == [it.entry.id for it in stored]
    assert seen[0].tags == LABELS
    assert seen[1].link == "https://news.example.org/index.html#entry-2"


@pytest.mark.parametrize(("name", "form"), PAIRS)
@settings(max_examples=20, deadline=None)
@given(stored=st.lists(feed_values.stored_entries(), min_size=1, max_size=3).map(feed_values.distinct))
def test_whatever_the_entries_every_value_is_read_back(name: str, form: Form, stored: list[StoredEntry]) -> None:
    expected = [written(it) for it in stored]
    assume(not any(seems_encoded_twice(text) for it in expected for text in texts(it)))
    seen = PARSERS[name](feed_values.feed(stored, form=form), form)
    assert seen == only_told(seen, expected)


def texts(seen: Seen) -> Iterator[str]:
    yield from (seen.title, seen.summary, seen.content, *(seen.authors or ()), *(seen.tags or ()))


def seems_encoded_twice(text: str) -> bool:
    """feedparser and those built on it repair such texts: "Ã©" becomes "é"."""
    try:
        return text.encode("latin-1").decode("utf-8") != text
    except UnicodeError:
        return False


@pytest.mark.parametrize("form", Form)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stored=st.lists(feed_values.stored_entries(), min_size=1, max_size=3).map(feed_values.distinct))
def test_whatever_the_entries_a_reader_over_http_reads_them_back(
    subscriber: Reader, site: tuple[Path, str], form: Form, stored: list[StoredEntry]
) -> None:
    expected = [written(it) for it in stored]
    assume(not any(seems_encoded_twice(text) for it in expected for text in texts(it)))
    seen = by_reader(subscriber, site, feed_values.feed(stored, form=form), form)
    assert seen == only_told(seen, expected)


@pytest.mark.parametrize("form", Form)
def test_an_article_without_a_summary_is_read_back_by_every_reader(
    subscriber: Reader, site: tuple[Path, str], form: Form
) -> None:
    stored = [builders.a_stored_entry(builders.an_entry(builders.an_article(), summary=()))]
    data, expected = feed_values.feed(stored, form=form), [written(it) for it in stored]
    seen = by_reader(subscriber, site, data, form)
    assert seen == only_told(seen, expected)
    for parse in (parse for name, parse in PARSERS.items() if (name, form) in PAIRS):
        seen = parse(data, form)
        assert seen == only_told(seen, expected)


@pytest.mark.parametrize(("name", "form"), PAIRS)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_reaches_every_reader_as_the_text_it_is(text: str, name: str, form: Form) -> None:
    stored = [feed_values.hostile_entry(text)]
    seen = PARSERS[name](feed_values.feed(stored, form=form), form)
    assert seen == only_told(seen, [written(it) for it in stored])


def test_feedparser_reads_what_the_feed_is_and_the_rest_of_an_entry() -> None:
    for form, version in ((Form.ATOM, "atom10"), (Form.RSS, "rss20")):
        found = feedparser.parse(
            feed_values.feed(entries(), form=form), response_headers={"content-type": MEDIA_TYPES[form]}
        )
        assert (found.version, found.feed.title) == (version, "Gilmore Girls · Screen Notes")
        assert found.feed.link == "https://news.example.org/shows.html#show-gilmore-girls"
        assert (moment(found.feed.updated), found.feed.language) == (builders.NOON.replace(day=20), "en")
        rich = found.entries[0]
        assert {tag.scheme for tag in rich.tags} == {
            f"tag:example.org,2026:{kind}" for kind in ("show", "person", "role", "event", "outlet")
        }
        assert [(it.rel, it.href) for it in rich.links] == [
            ("alternate", "https://tvline.example/maisel?a=1&b=2"),
            ("via", "https://tvline.example/maisel?a=1&b=2"),
        ]
        assert rich.media_thumbnail == [{"url": "https://tvline.example/maisel.jpg?w=1&h=2"}]
        assert not rich.enclosures
    atom = feedparser.parse(feed_values.feed(entries()), response_headers={"content-type": MEDIA_TYPES[Form.ATOM]})
    assert atom.entries[1].content[0].language == "de"
    source = atom.entries[0].source
    assert (source.title, source.link) == ("TVLine", "https://tvline.example/")
    assert "source" not in atom.entries[1]


def update(subscriber: Reader, url: str) -> tuple[int, int]:
    """How many entries are new to the subscriber, and how many have changed."""
    result = subscriber.update_feed(url)
    return (result.new, result.modified) if result else (0, 0)


@pytest.mark.parametrize("form", Form)
def test_a_reader_over_http_sees_each_entry_once_and_each_change_once(
    subscriber: Reader, site: tuple[Path, str], form: Form
) -> None:
    folder, base = site
    stored = entries()
    file, url = folder / f"news.{form.value}", f"{base}/news.{form.value}"
    file.write_bytes(feed_values.feed(stored, form=form))
    subscriber.add_feed(url)
    assert update(subscriber, url) == (2, 0)
    feed = subscriber.get_feed(url)
    assert (feed.title, feed.link) == (
        "Gilmore Girls · Screen Notes",
        "https://news.example.org/shows.html#show-gilmore-girls",
    )

    file.write_bytes(feed_values.feed(stored, form=form))  # the same articles, built again
    assert update(subscriber, url) == (0, 0)

    edited = builders.an_entry(builders.an_article(title="Corrected", language="de"), id=stored[1].entry.id)
    change = builders.a_stored_entry(edited, changed=builders.NOON.replace(day=21))
    file.write_bytes(feed_values.feed([change, stored[0]], form=form))
    later = file.stat().st_mtime + 2  # Last-Modified knows whole seconds only
    os.utime(file, (later, later))
    assert update(subscriber, url) == (0, 1)
    assert subscriber.get_entry((url, stored[1].entry.id)).title == "Corrected"
    assert subscriber.get_entry_counts(feed=url).total == 2


@pytest.mark.parametrize("before", Form)
@pytest.mark.parametrize("after", Form)
def test_a_subscriber_who_changes_the_form_sees_nothing_twice(
    subscriber: Reader, site: tuple[Path, str], before: Form, after: Form
) -> None:
    """The ids are the same: a reader that is given another address for a feed knows its entries."""
    folder, base = site
    old, new = f"{base}/old.{before.value}", f"{base}/new.{after.value}"
    (folder / f"old.{before.value}").write_bytes(feed_values.feed(entries(), form=before))
    (folder / f"new.{after.value}").write_bytes(feed_values.feed(entries(), form=after))
    subscriber.add_feed(old)
    try:
        assert update(subscriber, old) == (2, 0)
        for entry in list(subscriber.get_entries(feed=old)):
            subscriber.mark_entry_as_read(entry)
        subscriber.change_feed_url(old, new)
        old = new
        assert update(subscriber, new)[0] == 0
        assert subscriber.get_entry_counts(feed=new).total == 2
        assert subscriber.get_entry_counts(feed=new).read == 2
    finally:
        subscriber.delete_feed(old)
