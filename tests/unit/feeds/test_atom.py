"""Feeds as bytes: valid whatever the text, the same every time, and those that feedgen would write."""

from __future__ import annotations

import dataclasses
import locale
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeder.feeds import CURRENT, feed, serialise
from feeder.feeds.atom import entry_of, feed_of
from feeder.feeds.items import item
from feeder.model import EventType, Form, Role, StoredEntry, Topic, TopicKind
from tests import builders, feed_values
from tests.atom_rules import ATOM, problems
from tests.feed_values import EVERYTHING, HOSTILE, SHOW, SITE

MEDIA = "{http://search.yahoo.com/mrss/}"
DCTERMS = "{http://purl.org/dc/terms/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
RDFS = "{http://www.w3.org/2000/01/rdf-schema#}"
HTML = "<p>Hello &amp; <em>goodbye</em></p>"


def parsed(stored: StoredEntry, html: str = HTML) -> etree._Element:
    listing = feed_values.listing(updated=stored.changed)
    xml = feed(Form.ATOM, listing, [serialise(stored, html=html, site=SITE).atom], site=SITE)
    entry = etree.fromstring(xml).find(f"{ATOM}entry")
    assert entry is not None
    return entry


def an_entry_with(**changes: object) -> StoredEntry:
    return builders.a_stored_entry(builders.an_entry(builders.an_article(**changes)))  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None)
@given(st.lists(feed_values.stored_entries(), max_size=5).map(feed_values.distinct))
def test_spliced_feed_has_the_bytes_feedgen_writes_for_the_whole_feed(entries: list[StoredEntry]) -> None:
    listing = feed_values.listing(updated=max((it.changed for it in entries), default=builders.NOON))
    whole = feed_of(listing, SITE, CURRENT, ())
    for stored in entries:
        whole.add_entry(entry_of(item(stored, html=HTML, site=SITE)), order="append")
    spliced = feed(Form.ATOM, listing, [serialise(it, html=HTML, site=SITE).atom for it in entries], site=SITE)
    assert spliced == whole.atom_str()


@settings(max_examples=25, deadline=None)
@given(st.lists(feed_values.stored_entries(), max_size=4).map(feed_values.distinct))
def test_any_entries_make_a_feed_without_a_fault(entries: list[StoredEntry]) -> None:
    xml = feed_values.feed(entries)
    assert problems(xml, location=feed_values.location(feed_values.listing())) == []
    assert xml.count(b"<entry") == len(entries)


@pytest.mark.parametrize("content", ["full", "summary"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_neither_breaks_the_feed_nor_loses_the_entry(text: str, content: str) -> None:
    xml = feed_values.feed([feed_values.hostile_entry(text)], content=content)
    assert problems(xml, location=feed_values.location(feed_values.listing())) == []
    assert xml.count(b"<entry") == 1
    assert not any(c in xml.decode() for c in "\x00\x07\x1b\u202e\u2066\ufffe")


def test_what_a_subscriber_sees_of_an_entry() -> None:
    article = builders.an_article(
        link="https://tvline.example/maisel?a=1&b=2", byline=("Dana Reed", "Lee Fox"), outlet="TVLine"
    )
    tags = (
        builders.a_show_tag(article=article),
        builders.a_person_tag(article=article, roles=(Role.ACTOR,)),
        builders.a_person_tag("Amy Sherman-Palladino", article=article, roles=(Role.CREATOR, Role.ACTOR)),
    )
    changed = builders.NOON + timedelta(days=2)
    entry = builders.an_entry(article, tags=tags, events=(builders.an_event(EventType.CASTING),))
    found = parsed(builders.a_stored_entry(entry, changed=changed))

    assert found.findtext(f"{ATOM}id") == entry.id
    assert found.findtext(f"{ATOM}title") == article.title
    assert found.findtext(f"{ATOM}published") == "2021-06-15T12:00:00+00:00"
    # the fraction of the second is the entry's own: articles of one day would have equal dates
    assert found.findtext(f"{ATOM}updated") == "2021-06-17T12:00:00.447662+00:00"
    assert [name.text for name in found.iterfind(f"{ATOM}author/{ATOM}name")] == ["Dana Reed", "Lee Fox"]
    assert [dict(link.attrib) for link in found.iterfind(f"{ATOM}link")] == [
        {"rel": "alternate", "type": "text/html", "href": article.link},
        {"rel": "via", "type": "text/html", "href": article.link},
    ]
    assert [child.text or child.get("href") for child in found.iterfind(f"{ATOM}source/*")] == [
        "tag:example.org,2026:outlet:tvline",
        "TVLine",
        "2021-06-15T12:00:00+00:00",
        "https://tvline.example/",
    ]
    assert found.find(f"{MEDIA}content") is None
    assert found.findtext(f"{ATOM}summary") == entry.summary[0].text
    assert found.findtext(f"{ATOM}content") == HTML
    assert [(c.get("scheme"), c.get("term"), c.get("label")) for c in found.iterfind(f"{ATOM}category")] == [
        ("tag:example.org,2026:show", "the-marvelous-mrs-maisel", "The Marvelous Mrs. Maisel"),
        ("tag:example.org,2026:person", "milo-ventimiglia", "Milo Ventimiglia"),
        ("tag:example.org,2026:person", "amy-sherman-palladino", "Amy Sherman-Palladino"),
        ("tag:example.org,2026:role", "actor", "actor"),
        ("tag:example.org,2026:role", "creator", "creator"),
        ("tag:example.org,2026:event", "casting", "casting"),
        ("tag:example.org,2026:outlet", "tvline", "TVLine"),
    ]


def test_the_sentence_that_proves_a_tag_stands_beside_its_category() -> None:
    article = builders.an_article()
    tags = (
        builders.a_show_tag(article=article, score=0.98765),
        builders.a_person_tag(article=article, score=0.9),
        builders.a_person_tag("Owner's Word", evidence=()),
        builders.a_person_tag("Chris Evans", candidates=("chris-evans", "chris-evans-presenter")),
    )
    found = parsed(builders.a_stored_entry(builders.an_entry(article, tags=tags)))
    described = found.find(f"{RDF}Description")
    assert described is not None
    assert described.get(f"{RDF}about") == "tag:example.org,2026:entry-1"
    categories = [f"{c.get('scheme')}:{c.get('term')}" for c in found.iterfind(f"{ATOM}category")]
    claims = [
        (subject.get(f"{DCTERMS}identifier"), subject.get(f"{RDF}value"), subject.get(f"{RDFS}comment"))
        for subject in described.iterfind(f"{DCTERMS}subject")
    ]
    assert described.xpath("string()") == "", "a reader that shows what it does not know shows nothing"
    assert claims == [
        ("tag:example.org,2026:show:the-marvelous-mrs-maisel", "0.99", article.title),
        ("tag:example.org,2026:person:milo-ventimiglia", "0.90", article.title),
        ("tag:example.org,2026:person:owner-s-word", "0.97", None),
    ]
    assert {about for about, _, _ in claims} <= set(categories)


def test_an_entry_shows_its_picture_and_claims_no_more_than_is_known_of_it() -> None:
    found = parsed(an_entry_with(image="https://tvline.example/a b.jpg?w=1&h=2"))
    assert [(it.tag, dict(it.attrib)) for it in found if str(it.tag).startswith(MEDIA)] == [
        (f"{MEDIA}content", {"url": "https://tvline.example/a%20b.jpg?w=1&h=2", "medium": "image"}),
        (f"{MEDIA}thumbnail", {"url": "https://tvline.example/a%20b.jpg?w=1&h=2"}),
    ]
    assert not [link for link in found.iterfind(f"{ATOM}link") if link.get("rel") == "enclosure"]


@pytest.mark.parametrize("image", [None, "javascript:alert(1)", "/a.jpg", "data:image/png;base64,AA=="])
def test_a_picture_without_an_address_to_follow_is_none(image: str | None) -> None:
    assert not [it for it in parsed(an_entry_with(image=image)) if str(it.tag).startswith(MEDIA)]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Law & Order: R&D <3", "Law & Order: R&D <3"),
        ("Q&amp;A with &#x201C;Maisel&#8221; &amp;amp; more", "Q&A with “Maisel” & more"),
        ("<b>Gilmore</b> Girls<br/>return", "Gilmore Girls return"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("1 < 2 > 0 and <unknown>", "1 < 2 > 0 and <unknown>"),
        ("Season 3&4, &copy2026", "Season 3& 4, & copy2026"),
        ("Zo\ufffd", "Zo"),
        ("<br>", "Untitled"),
    ],
)
def test_a_title_is_text_that_no_reader_takes_for_markup(title: str, shown: str) -> None:
    assert parsed(an_entry_with(title=title)).findtext(f"{ATOM}title") == shown


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("Law & Order is R&D <3.", "text", "Law & Order is R&D <3."),
        ("He said <b>no</b> & left.", "html", "He said &lt;b&gt;no&lt;/b&gt; &amp; left."),
        ("It says &amp; here.", "html", "It says &amp;amp; here."),
    ],
)
def test_a_summary_that_looks_like_markup_is_declared_as_the_text_it_is(text: str, kind: str, told: str) -> None:
    found = parsed(an_entry_with(body=text)).find(f"{ATOM}summary")
    assert found is not None
    assert (found.get("type"), found.text) == (kind, told)


def test_a_name_that_could_be_two_people_is_no_category() -> None:
    tags = (
        builders.a_person_tag("Chris Evans", candidates=("chris-evans", "chris-evans-presenter"), roles=(Role.HOST,)),
        builders.a_person_tag("Milo Ventimiglia", roles=(Role.ACTOR,)),
    )
    found = parsed(builders.a_stored_entry(builders.an_entry(builders.an_article(), tags=tags)))
    assert [c.get("label") for c in found.iterfind(f"{ATOM}category")] == ["Milo Ventimiglia", "actor"]


@pytest.mark.parametrize(
    ("byline", "outlet", "expected"),
    [
        (("Dana Reed",), "TVLine", ["Dana Reed"]),
        ((), "TVLine", ["TVLine"]),
        ((), None, ["Ada Example"]),
        (("\u200b", " "), "\u202e", ["Ada Example"]),
    ],
)
def test_every_entry_says_who_wrote_it(byline: tuple[str, ...], outlet: str | None, expected: list[str]) -> None:
    found = parsed(an_entry_with(byline=byline, outlet=outlet))
    assert [name.text for name in found.iterfind(f"{ATOM}author/{ATOM}name")] == expected


@pytest.mark.parametrize(
    "link", [None, "javascript:alert(1)", "data:text/html,x", "/relative", "file:///etc/passwd", "http://"]
)
def test_an_article_without_an_address_to_follow_leads_to_the_page_that_lists_it(link: str | None) -> None:
    found = parsed(an_entry_with(link=link))
    assert [it.get("href") for it in found.iterfind(f"{ATOM}link")] == ["https://news.example.org/index.html#entry-1"]
    assert found.findtext(f"{ATOM}content") == HTML


def test_an_entry_in_another_language_says_so_and_others_do_not() -> None:
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert parsed(an_entry_with(language="de")).get(lang) == "de"
    assert parsed(an_entry_with(language="en")).get(lang) is None


def test_dates_are_in_utc_and_whole_seconds_wherever_they_come_from() -> None:
    berlin = timezone(timedelta(hours=2))
    found = parsed(an_entry_with(published=datetime(2021, 6, 15, 1, 2, 3, 999_999, tzinfo=berlin)))
    assert found.findtext(f"{ATOM}published") == "2021-06-14T23:02:03+00:00"


def test_what_a_reader_shows_of_the_feed() -> None:
    listing = feed_values.listing(updated=datetime(2026, 3, 1, tzinfo=UTC))
    root = etree.fromstring(feed(Form.ATOM, listing, [], site=SITE))
    assert root.findtext(f"{ATOM}title") == "Gilmore Girls · Screen Notes"
    assert root.findtext(f"{ATOM}subtitle") == "Every article that names Gilmore Girls, the newest first."
    assert root.findtext(f"{ATOM}updated") == "2026-03-01T00:00:00+00:00"
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Ada Example"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert {link.get("rel"): (link.get("type"), link.get("href")) for link in root.iterfind(f"{ATOM}link")} == {
        "self": ("application/atom+xml", "https://news.example.org/feeds/show/gilmore-girls.atom"),
        "alternate": ("text/html", "https://news.example.org/shows.html#show-gilmore-girls"),
    }


@pytest.mark.parametrize("kind", TopicKind)
def test_every_kind_of_topic_makes_a_valid_feed_even_without_entries(kind: TopicKind) -> None:
    topic = Topic(kind=kind, key="x", label="A & <B> \x00 ]]>")
    listing = feed_values.listing(topic, slug="x")
    assert problems(feed(Form.ATOM, listing, [], site=SITE), location=feed_values.location(listing)) == []


def test_feeds_of_one_site_have_different_titles_and_ids() -> None:
    topics = [Topic(kind=kind, key="x", label="X") for kind in TopicKind if kind is not TopicKind.SHOW]
    feeds = [
        etree.fromstring(feed(Form.ATOM, feed_values.listing(topic, slug="x"), [], site=SITE))
        for topic in (*topics, SHOW)
    ]
    ids = {feed.findtext(f"{ATOM}id") for feed in feeds}
    assert len(ids) == len(feeds)
    watch, person, everything = (
        next(f.findtext(f"{ATOM}title") for f, t in zip(feeds, topics, strict=False) if t.kind is kind)
        for kind in (TopicKind.WATCH, TopicKind.PERSON, TopicKind.ALL)
    )
    assert len({watch, person, everything}) == 3


def test_entries_stand_in_the_order_given() -> None:
    first, second = (
        builders.a_stored_entry(builders.an_entry(id=f"tag:example.org,2026:entry-{n}")) for n in ("b", "a")
    )
    assert list(feed_values.each(feed_values.feed([first, second]), "id"))[1:] == [first.entry.id, second.entry.id]


def test_the_same_entry_has_the_same_bytes_in_every_feed() -> None:
    one = feed_values.feed([builders.a_stored_entry()], topic=SHOW)
    other = feed_values.feed([builders.a_stored_entry()], topic=EVERYTHING)

    def cut(xml: bytes) -> bytes:
        return xml[xml.index(b"<entry") : xml.rindex(b"</entry>")]

    assert cut(one) == cut(other)


def later() -> None:
    """A run at another time."""


def elsewhere() -> None:
    locale.setlocale(locale.LC_ALL, "C")


@pytest.mark.parametrize("before", [later, elsewhere])
def test_bytes_depend_on_neither_the_clock_nor_the_locale(before: Callable[[], None]) -> None:
    saved = locale.setlocale(locale.LC_ALL)
    first = feed_values.feed([builders.a_stored_entry()])
    try:
        before()
        assert feed_values.feed([builders.a_stored_entry()]) == first
    finally:
        locale.setlocale(locale.LC_ALL, saved)
    this_year = str(datetime.now(UTC).year).encode()
    assert this_year not in first.replace(b"example.org,2026", b"")


def test_making_a_feed_leaves_the_locale_of_other_threads_alone() -> None:
    saved = locale.setlocale(locale.LC_ALL)
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.add(locale.setlocale(locale.LC_ALL))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        for _ in range(20):
            feed_values.feed([builders.a_stored_entry()])
    finally:
        done.set()
        thread.join()
    assert seen == {saved}


def test_an_upgrade_of_feedgen_or_feeder_does_not_change_every_feed() -> None:
    xml = feed_values.feed([])
    assert b"<generator>feeder</generator>" in xml


def test_a_new_base_address_changes_links_but_no_id() -> None:
    moved = dataclasses.replace(SITE, base_url="https://elsewhere.example/feeds")
    old, new = (feed_values.feed([builders.a_stored_entry()], site=site) for site in (SITE, moved))
    assert list(feed_values.each(old, "id")) == list(feed_values.each(new, "id"))
    assert problems(new, location="https://elsewhere.example/feeds/feeds/show/gilmore-girls.atom") == []
    assert b"news.example.org" not in new
