"""The pages: every feed is found on them, they need nothing but themselves, and they run nothing."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from feeder.feeds import opml_files
from feeder.model import Form, StoredEntry, Topic, TopicKind, TopicListing
from feeder.rendering import directory, entry_path, feed_path, page_path
from tests import builders, feed_values
from tests.feed_values import EVERYTHING, HOSTILE, SITE, listing

MAISEL = Topic(kind=TopicKind.SHOW, key="the-marvelous-mrs-maisel", label="The Marvelous Mrs. Maisel")
TOPICS = (
    listing(MAISEL, slug="the-marvelous-mrs-maisel"),
    listing(Topic(kind=TopicKind.SHOW, key="lost", label="Lost"), slug="lost", count=12),
    listing(Topic(kind=TopicKind.SHOW, key="you", label="You"), slug="you"),
    listing(Topic(kind=TopicKind.PERSON, key="milo-ventimiglia", label="Milo Ventimiglia"), slug="milo-ventimiglia"),
    listing(Topic(kind=TopicKind.EVENT, key="casting", label="Casting"), slug="casting"),
    listing(EVERYTHING, slug="all", count=13),
)


def page(
    topics: Sequence[TopicListing] = TOPICS, latest: Sequence[StoredEntry] = (builders.a_stored_entry(),)
) -> tuple[str, etree._Element]:
    text = feed_values.shared_renderer().index_page(site=SITE, topics=topics, latest=latest)
    return text, html.document_fromstring(text)


def kind_pages(topics: Sequence[TopicListing] = TOPICS) -> dict[str, etree._Element]:
    found = feed_values.shared_renderer().kind_pages(site=SITE, topics=topics)
    return {it.path: html.document_fromstring(it.make().decode()) for it in found}


def some(count: int, *, kind: TopicKind = TopicKind.PERSON) -> list[TopicListing]:
    """Topics with different numbers of articles and names of all letters."""
    labels = [f"{chr(ord('A') + n % 26)}x Person {n}" for n in range(count)]
    return [
        listing(Topic(kind=kind, key=f"k{n}", label=label), slug=label.lower().replace(" ", "-"), count=1 + n % 97)
        for n, label in enumerate(labels)
    ]


def rows(root: etree._Element) -> list[etree._Element]:
    return list(root.xpath("//ul[@class='feeds']/li"))


def test_every_feed_is_listed_on_the_page_of_its_kind_with_its_address_and_count() -> None:
    pages = kind_pages()
    assert list(pages) == ["shows.html", "people.html", "events.html"]
    found = {
        (path, row.xpath("string(p/a)"), row.xpath("string(p/a/@href)"), row.xpath("string(code)"), row.get("id"))
        for path, root in pages.items()
        for row in rows(root)
    }
    assert found == {
        (
            page_path(it.topic, it.slug).partition("#")[0],
            it.topic.label,
            feed_path(it.topic, it.slug),
            f"https://news.example.org/{feed_path(it.topic, it.slug)}",
            page_path(it.topic, it.slug).partition("#")[2],
        )
        for it in TOPICS
        if it.topic is not EVERYTHING
    }
    assert pages["shows.html"].xpath("string(//li[@id='show-lost']//span[@class='count'])") == "12 articles"


def test_a_feed_can_be_had_in_each_form() -> None:
    row = kind_pages()["shows.html"].xpath("//li[@id='show-lost']")[0]
    assert row.xpath(".//a/@href") == ["feeds/show/lost.atom", "feeds/show/lost.rss", "feeds/show/lost.json"]
    _, root = page()
    everything = root.xpath("//aside//div//a/@href")
    assert everything == ["feeds/all.atom", "feeds/all.rss", "feeds/all.json"]


def test_the_front_page_has_the_feed_of_everything_and_all_feeds_at_once() -> None:
    _, root = page()
    assert "https://news.example.org/feeds/all.atom" in root.xpath("string(//aside)")
    assert root.xpath("//a[@href='feeds.opml']")


def test_the_front_page_shows_the_busiest_topics_and_the_way_to_the_others() -> None:
    people = some(40)
    _, root = page((*people, *TOPICS))
    shown = root.xpath("//section[@id='person']//li/p/a/text()")
    busiest = sorted((*people, TOPICS[3]), key=lambda it: (-it.count, it.slug))[:12]
    assert shown == sorted(it.topic.label for it in busiest)
    assert root.xpath("//section[@id='person']//a[@href='people.html']/text()") == ["All 41 people"]
    assert root.xpath("//section[@id='show']//a[@href='shows.html']") == []
    assert root.xpath("//header//a[@href='people.html']//text()") == ["People ", "41"]


def test_shows_stand_where_a_library_would_put_them() -> None:
    listed = kind_pages()["shows.html"].xpath("//ul[@class='feeds']/li/p/a/text()")
    assert listed == ["Lost", "The Marvelous Mrs. Maisel", "You"]


def test_twenty_thousand_topics_do_not_make_pages_of_megabytes() -> None:
    """A page of a letter has a twentieth of them or so: four hundred kilobytes at most."""
    assert len(page(some(20_000))[0]) < 60_000
    renderer = feed_values.shared_renderer()
    small, large = (
        next(it for it in renderer.kind_pages(site=SITE, topics=some(count)) if it.path == "people/m.html")
        .make()
        .decode()
        for count in (1_300, 1_950)
    )
    assert (small.count("<li id="), large.count("<li id=")) == (50, 75)
    assert (len(large) - len(small)) / 25 < 500


def test_a_kind_of_very_many_topics_is_divided_by_letter_and_every_topic_is_found() -> None:
    people = [
        *some(600),
        listing(Topic(kind=TopicKind.PERSON, key="the-rock", label="The Rock"), slug="the-rock"),
        listing(Topic(kind=TopicKind.PERSON, key="50-cent", label="50 Cent"), slug="50-cent"),
    ]
    pages = kind_pages(people)
    first, letters = pages.pop("people.html"), pages
    assert len(rows(first)) == 12
    assert list(first.xpath("//nav[@class='letters']//a/@href")) == list(letters)
    assert list(letters)[:2] == ["people/5.html", "people/a.html"]
    listed = {row.get("id"): path for path, root in letters.items() for row in rows(root)}
    assert len(listed) == len(people)
    assert (listed["person-the-rock"], listed["person-50-cent"]) == ("people/r.html", "people/5.html")
    assert letters["people/r.html"].xpath("//nav[@class='letters']//a[@aria-current]/text()") == ["R"]


@pytest.mark.parametrize("count", [30, 600])
def test_a_topic_stays_on_its_page_when_others_come(count: int) -> None:
    def places(topics: Sequence[TopicListing]) -> dict[str, str]:
        return {row.get("id"): path for path, root in kind_pages(topics).items() for row in rows(root)}

    before, after = places(some(count)), places(some(count + 100))
    assert {anchor: after[anchor] for anchor in before} == before


def test_a_reader_finds_the_feeds_in_every_form_by_the_address_of_a_page_alone() -> None:
    _, front = page()
    for root in (front, kind_pages()["shows.html"]):
        links = root.xpath("//head/link[@rel='alternate']")
        found = {(link.get("type"), link.get("href")) for link in links}
        assert {
            ("application/atom+xml", "https://news.example.org/feeds/show/lost.atom"),
            ("application/rss+xml", "https://news.example.org/feeds/show/lost.rss"),
            ("application/feed+json", "https://news.example.org/feeds/show/lost.json"),
        } <= found
        titles = [link.get("title") for link in links]
        assert "Lost · Screen Notes" in titles
        assert len(set(titles)) == len(titles)
    first = front.xpath("//head/link[@rel='alternate']")[0]
    assert (first.get("title"), first.get("href")) == ("Screen Notes", "https://news.example.org/feeds/all.atom")
    assert len(front.xpath("//head/link[@rel='alternate']")) == len(TOPICS) * len(Form)


def test_a_site_of_thousands_of_feeds_does_not_announce_them_all() -> None:
    pages = kind_pages(some(499))
    assert len(rows(pages["people.html"])) == 499
    assert len(pages["people.html"].xpath("//head/link[@rel='alternate']")) == 40 * len(Form)


def test_the_latest_entries_lead_to_the_original_and_to_the_feeds_of_their_tags() -> None:
    article = builders.an_article(link="https://tvline.example/a", outlet="TVLine", byline=("Dana Reed",))
    tags = (builders.a_show_tag(main=False), builders.a_person_tag(), builders.a_person_tag("Nobody Listed"))
    _, root = page(latest=[builders.a_stored_entry(builders.an_entry(article, tags=tags))])
    shown = root.xpath("//article")[0]
    assert shown.xpath("string(h3/a/@href)") == "https://tvline.example/a"
    assert " ".join(shown.xpath("string(p[@class='meta'])").split()) == "15 Jun 2021 · TVLine · Dana Reed"
    assert shown.xpath("string(.//time/@datetime)") == "2021-06-15T12:00:00Z"
    assert shown.xpath(".//ul/li/a/@href") == [
        "people.html#person-milo-ventimiglia",
        "shows.html#show-the-marvelous-mrs-maisel",
    ]
    assert shown.xpath(".//ul/li/span/text()") == ["Nobody Listed"]


def test_an_outlet_that_signs_its_articles_itself_is_named_once() -> None:
    article = builders.an_article(outlet="TVLine", byline=("TVLine",))
    _, root = page(latest=[builders.a_stored_entry(builders.an_entry(article))])
    assert " ".join(root.xpath("string(//article/p[@class='meta'])").split()) == "15 Jun 2021 · TVLine"


def test_a_name_that_could_be_two_people_leads_to_neither() -> None:
    tags = (builders.a_person_tag(candidates=("milo-ventimiglia", "another-milo")),)
    _, root = page(latest=[builders.a_stored_entry(builders.an_entry(builders.an_article(), tags=tags))])
    assert root.xpath("//article//ul/li/span/text()") == ["Milo Ventimiglia"]


@pytest.mark.parametrize("many", [(), tuple(some(600))], ids=["a few", "very many"])
def test_links_between_and_within_the_pages_lead_somewhere(many: tuple[TopicListing, ...]) -> None:
    topics = (*TOPICS, *many)
    _, front = page(topics)
    pages = {"index.html": front, **kind_pages(topics)}
    published = {feed_path(it.topic, it.slug, form) for it in topics for form in Form}
    published |= {it.path for it in opml_files(topics, site=SITE)}
    for path, root in pages.items():
        ids = root.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert set(root.xpath("//@aria-labelledby")) <= set(ids)
        for href in root.xpath("//body//a/@href"):
            target, _, fragment = href.partition("#")
            place = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
            assert place in pages or place in published, (path, href)
            if fragment:
                assert fragment in pages[place].xpath("//@id"), (path, href)


def test_what_feeds_call_their_page_is_there() -> None:
    pages = kind_pages()
    for it in TOPICS[:-1]:
        path, _, anchor = page_path(it.topic, it.slug).partition("#")
        assert anchor in pages[path].xpath("//@id")


def test_an_entry_is_found_where_its_feed_says() -> None:
    stored = builders.a_stored_entry()
    _, root = page(latest=[stored])
    assert root.xpath("//article/@id") == [entry_path(stored.entry.id).partition("#")[2]] == ["entry-1"]


def test_the_page_works_in_any_folder_of_any_server() -> None:
    _, front = page()
    for root in (front, *kind_pages().values()):
        hrefs = root.xpath("//body//a/@href")
        assert hrefs
        assert not [h for h in hrefs if h.startswith("/") or SITE.base_url in h]


def test_when_nothing_is_there_yet_the_page_says_what_to_do() -> None:
    text, root = page(topics=(), latest=())
    assert "Nothing here yet" in text
    assert "feeder build" in root.xpath("string(//main)")
    assert root.xpath("//article | //ul[@class='feeds'] | //head/link[@rel='alternate']") == []
    assert {href[1:] for href in root.xpath("//a/@href") if href.startswith("#")} <= set(root.xpath("//@id"))


def test_its_policy_allows_its_own_style_and_nothing_else() -> None:
    text, root = page()
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    policy = root.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    for it in (root, *kind_pages().values()):
        assert it.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)") == policy
        assert it.xpath("//script | //@style | //img | //iframe | //*[@*[starts-with(name(), 'on')]]") == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    stored = feed_values.hostile_entry(text)
    topics = [listing(Topic(kind=TopicKind.SHOW, key="a-show", label=text), slug="a-show")]
    found, root = page(topics, [stored])
    found.encode()
    assert root.xpath("//script | //img | //body//*[@onerror]") == []
    assert {href.split(":")[0] for href in root.xpath("//a/@href") if ":" in href} <= {"https"}
    assert not any(c in found for c in "\x00\x07\x1b\u202e\u2066\ufffe")
    for it in kind_pages(topics).values():
        assert it.xpath("//script | //img | //body//*[@onerror]") == []


def test_an_article_in_another_language_says_so() -> None:
    _, root = page(latest=[builders.a_stored_entry(builders.an_entry(builders.an_article(language="de")))])
    assert root.xpath("//article/@lang") == ["de"]


def test_the_same_values_make_the_same_pages() -> None:
    renderer = feed_values.shared_renderer()
    assert page()[0] == page()[0]
    first, second = (
        [(it.path, it.shows, it.make()) for it in renderer.kind_pages(site=SITE, topics=topics)]
        for topics in (TOPICS, TOPICS[::-1])
    )
    assert first == second


_names = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=3)
_few = st.lists(
    st.builds(
        TopicListing,
        topic=st.builds(Topic, kind=st.sampled_from((TopicKind.SHOW, TopicKind.PERSON)), key=_names, label=_names),
        slug=st.from_regex("[a-c][a-c0-1]{0,2}", fullmatch=True),
        count=st.integers(1, 3),
        updated=st.sampled_from([it.updated for it in TOPICS]),
    ),
    max_size=5,
    unique_by=lambda it: (it.topic.kind, it.slug),
)


@given(before=_few, after=_few)
@settings(deadline=None, max_examples=25)
def test_a_page_that_says_it_shows_the_same_is_the_same_to_the_byte(
    before: list[TopicListing], after: list[TopicListing]
) -> None:
    """Divided pages too: two topics are too many for one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(directory, "ONE_PAGE", 2)
        renderer = feed_values.shared_renderer()
        known: dict[tuple[str, str], bytes] = {}
        for topics in (before, after):
            for it in (*renderer.kind_pages(site=SITE, topics=topics), *opml_files(topics, site=SITE)):
                made = it.make()
                assert known.setdefault((it.path, it.shows), made) == made, it.path


def test_an_article_more_changes_the_pages_that_count_it_alone() -> None:
    topics = some(1_300)
    more = [replace(topics[12], count=topics[12].count + 1), *topics[:12], *topics[13:]]

    def shows(found: Sequence[TopicListing]) -> dict[str, str]:
        return {it.path: it.shows for it in feed_values.shared_renderer().kind_pages(site=SITE, topics=found)}

    first, second = shows(topics), shows(more)
    assert {path for path in first if first[path] != second[path]} <= {"people.html", "people/m.html"}
    assert first["people/m.html"] != second["people/m.html"]
