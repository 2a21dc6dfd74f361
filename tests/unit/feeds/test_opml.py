"""The list of feeds that a reader imports."""

from __future__ import annotations

import dataclasses
import random
from datetime import timedelta

import pytest
from lxml import etree

from feeder.feeds import opml, opml_files
from feeder.model import Topic, TopicKind
from tests import builders
from tests.feed_values import EVERYTHING, SITE, listing

LISTINGS = [
    listing(Topic(kind=TopicKind.PERSON, key="milo-ventimiglia", label="Milo Ventimiglia"), slug="milo-ventimiglia"),
    listing(Topic(kind=TopicKind.SHOW, key="you", label="You & <Me> \x00"), slug="you"),
    listing(Topic(kind=TopicKind.SHOW, key="dark", label="Dark"), slug="dark", updated=builders.NOON + timedelta(1)),
    listing(EVERYTHING, slug="all"),
]


def test_every_feed_is_listed_under_its_kind_with_absolute_addresses() -> None:
    root = etree.fromstring(opml(LISTINGS, site=SITE))
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    body = root.find("body")
    assert body is not None
    assert [(o.get("text"), o.get("xmlUrl")) for o in body.iterfind("outline")] == [
        ("Screen Notes", "https://news.example.org/feeds/all.atom"),
        ("Shows", None),
        ("People", None),
    ]
    assert [(o.get("text"), o.get("xmlUrl"), o.get("htmlUrl")) for o in body.iterfind("outline/outline")] == [
        (
            "Dark · Screen Notes",
            "https://news.example.org/feeds/show/dark.atom",
            "https://news.example.org/shows.html#show-dark",
        ),
        (
            "You & ‹Me› · Screen Notes",
            "https://news.example.org/feeds/show/you.atom",
            "https://news.example.org/shows.html#show-you",
        ),
        (
            "Milo Ventimiglia · Screen Notes",
            "https://news.example.org/feeds/person/milo-ventimiglia.atom",
            "https://news.example.org/people.html#person-milo-ventimiglia",
        ),
    ]
    assert {o.get("type") for o in root.iter("outline") if o.get("xmlUrl")} == {"rss"}
    assert all(o.get("text") for o in root.iter("outline"))


def test_new_articles_in_known_feeds_do_not_change_the_list() -> None:
    later = [dataclasses.replace(it, updated=it.updated + timedelta(1), count=it.count + 1) for it in LISTINGS]
    assert opml(later, site=SITE) == opml(LISTINGS, site=SITE)


def test_the_order_in_which_the_store_lists_topics_does_not_matter() -> None:
    shuffled = random.Random(7).sample(LISTINGS, len(LISTINGS))
    assert opml(shuffled, site=SITE) == opml(LISTINGS, site=SITE)


def test_a_list_of_nothing_is_still_valid() -> None:
    root = etree.fromstring(opml([], site=SITE))
    assert [o.get("text") for o in root.iter("outline")] == ["Screen Notes"]


def test_a_list_of_chosen_feeds_says_what_it_is_of() -> None:
    watched = [listing(Topic(kind=TopicKind.WATCH, key="Milo", label="Milo"), slug="milo")]
    root = etree.fromstring(opml(watched, site=SITE, title="Screen Notes: watched names"))
    assert root.findtext("head/title") == "Screen Notes: watched names"
    assert [o.get("xmlUrl") for o in root.iter("outline") if o.get("xmlUrl")] == [
        "https://news.example.org/feeds/watch/milo.atom"
    ]


@pytest.mark.parametrize(
    ("label", "shown"), [("A&E: Q & A", "A & E: Q & A"), ("<b>You</b>", "You"), ("1 < 2", "1 ‹ 2")]
)
def test_its_words_mean_the_same_to_readers_that_take_them_for_html(label: str, shown: str) -> None:
    root = etree.fromstring(opml([listing(Topic(kind=TopicKind.SHOW, key="x", label=label), slug="x")], site=SITE))
    assert root.xpath("string(//outline[@xmlUrl]/@text)") == f"{shown} · Screen Notes"


def test_there_is_a_list_of_all_feeds_and_one_of_each_kind() -> None:
    files = {it.path: it.make() for it in opml_files(LISTINGS, site=SITE)}
    assert list(files) == ["feeds.opml", "shows.opml", "people.opml"]
    assert files["feeds.opml"] == opml(LISTINGS, site=SITE)
    shows = etree.fromstring(files["shows.opml"])
    assert shows.findtext("head/title") == "Screen Notes: Shows"
    assert [o.get("xmlUrl") for o in shows.iter("outline") if o.get("xmlUrl")] == [
        "https://news.example.org/feeds/show/dark.atom",
        "https://news.example.org/feeds/show/you.atom",
    ]
