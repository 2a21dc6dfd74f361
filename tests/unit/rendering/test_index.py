"""The front page: every feed is found there, it needs nothing but itself, and it runs nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence

import pytest
from lxml import etree, html

from feeder.model import StoredEntry, Topic, TopicKind, TopicListing
from feeder.rendering import entry_path
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


def test_every_feed_is_listed_with_its_address_and_count() -> None:
    _, root = page()
    found = {
        (item.xpath("string(p/a)"), item.xpath("string(p/a/@href)"), item.xpath("string(code)"), item.get("id"))
        for item in root.xpath("//ul[@class='feeds']/li")
    }
    base = "https://news.example.org"
    assert found == {
        (it.topic.label, path, f"{base}/{path}", f"{it.topic.kind.value}-{it.slug}")
        for it in TOPICS
        if it.topic is not EVERYTHING
        for path in [f"feeds/{it.topic.kind.value}/{it.slug}.atom"]
    }
    assert root.xpath("string(//li[@id='show-lost']//span[@class='count'])").startswith(
        "12 articles, last changed 15 Jun"
    )
    assert f"{base}/feeds/all.atom" in root.xpath("string(//aside)")
    assert root.xpath("//a[@href='feeds.opml']")


def test_shows_stand_where_a_library_would_put_them() -> None:
    _, root = page()
    assert root.xpath("//section[@id='show']//li/p/a/text()") == ["Lost", "The Marvelous Mrs. Maisel", "You"]


def test_a_reader_finds_the_feeds_by_the_address_of_the_page_alone() -> None:
    _, root = page()
    links = [(link.get("title"), link.get("href")) for link in root.xpath("//head/link[@rel='alternate']")]
    assert links[0] == ("Screen Notes", "https://news.example.org/feeds/all.atom")
    assert ("Lost · Screen Notes", "https://news.example.org/feeds/show/lost.atom") in links
    assert len({title for title, _ in links}) == len(links) == len(TOPICS)
    assert {link.get("type") for link in root.xpath("//head/link[@rel='alternate']")} == {"application/atom+xml"}


def test_a_site_of_thousands_of_feeds_does_not_announce_them_all() -> None:
    many = [listing(Topic(kind=TopicKind.PERSON, key=f"p{n}", label=f"Person {n}"), slug=f"p{n}") for n in range(3_000)]
    _, root = page((*many, listing(EVERYTHING, slug="all")))
    assert len(root.xpath("//head/link[@rel='alternate']")) == 41
    assert len(root.xpath("//ul[@class='feeds']/li")) == 3_000


def test_the_latest_entries_lead_to_the_original_and_to_the_feeds_of_their_tags() -> None:
    article = builders.an_article(link="https://tvline.example/a", outlet="TVLine", byline=("Dana Reed",))
    tags = (builders.a_show_tag(main=False), builders.a_person_tag(), builders.a_person_tag("Nobody Listed"))
    _, root = page(latest=[builders.a_stored_entry(builders.an_entry(article, tags=tags))])
    shown = root.xpath("//article")[0]
    assert shown.xpath("string(h3/a/@href)") == "https://tvline.example/a"
    assert " ".join(shown.xpath("string(p[@class='meta'])").split()) == "15 Jun 2021 · TVLine · Dana Reed"
    assert shown.xpath("string(.//time/@datetime)") == "2021-06-15T12:00:00Z"
    assert shown.xpath(".//ul/li/a/@href") == ["#person-milo-ventimiglia", "#show-the-marvelous-mrs-maisel"]
    assert shown.xpath(".//ul/li/span/text()") == ["Nobody Listed"]


def test_a_name_that_could_be_two_people_leads_to_neither() -> None:
    tags = (builders.a_person_tag(candidates=("milo-ventimiglia", "another-milo")),)
    _, root = page(latest=[builders.a_stored_entry(builders.an_entry(builders.an_article(), tags=tags))])
    assert root.xpath("//article//ul/li/span/text()") == ["Milo Ventimiglia"]


def test_links_within_the_page_lead_somewhere() -> None:
    _, root = page()
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in root.xpath("//a/@href") if href.startswith("#")} <= set(ids)
    assert set(root.xpath("//@aria-labelledby")) <= set(ids)


def test_an_entry_is_found_where_its_feed_says() -> None:
    stored = builders.a_stored_entry()
    _, root = page(latest=[stored])
    assert root.xpath("//article/@id") == [entry_path(stored.entry.id).partition("#")[2]] == ["entry-1"]


def test_the_page_works_in_any_folder_of_any_server() -> None:
    _, root = page()
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
    assert root.xpath("//script | //@style | //img | //iframe | //*[@*[starts-with(name(), 'on')]]") == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    stored = feed_values.hostile_entry(text)
    topics = [listing(Topic(kind=TopicKind.SHOW, key="a-show", label=text), slug="a-show")]
    found, root = page(topics, [stored])
    found.encode()
    assert root.xpath("//script | //img | //body//*[@onerror]") == []
    assert {href.split(":")[0] for href in root.xpath("//a/@href") if ":" in href} <= {"https"}
    assert not any(c in found for c in "\x00\x07\x1b\u202e\u2066\ufffe")


def test_an_article_in_another_language_says_so() -> None:
    _, root = page(latest=[builders.a_stored_entry(builders.an_entry(builders.an_article(language="de")))])
    assert root.xpath("//article/@lang") == ["de"]


def test_the_same_values_make_the_same_page() -> None:
    assert page()[0] == page()[0]
