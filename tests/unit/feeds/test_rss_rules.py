"""The rules themselves: each must be able to fail, or a green suite says nothing."""

# ruff: noqa: E501 - one broken feed a line reads better than one in three

from __future__ import annotations

import pytest

from feeder.model import Form
from tests import builders, feed_values
from tests.rss_rules import problems

GOOD = feed_values.feed(
    [
        builders.a_stored_entry(
            builders.an_entry(
                builders.an_article(link="https://example.org/a", image="https://example.org/a.jpg"),
                tags=(builders.a_show_tag(),),
            )
        )
    ],
    form=Form.RSS,
).decode()
HERE = feed_values.location(feed_values.listing(), form=Form.RSS)


def test_the_feed_that_the_others_are_broken_from_is_good() -> None:
    assert problems(GOOD.encode(), location=HERE) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("encoding='UTF-8'", "encoding='Latin-1'", "no XML declaration"),
        ("</rss>", "", "not well-formed"),
        ('version="2.0"', 'version="0.91"', "not an RSS 2.0 document"),
        ("</channel>", "</channel><channel/>", "not an RSS 2.0 document"),
        ("xmlns:dc=", 'xmlns:mine="https://example.org/ns" xmlns:dc=', "validators do not know"),
        ("<title>Gilmore Girls · Screen Notes</title>", "", "no title"),
        ("<language>en</language>", "", "no language"),
        ("<generator>", "<generator>x</generator><generator>", "2 generator"),
        ("shows.html#show-gilmore-girls</link>", "feeds/show/gilmore-girls.rss</link>", "the channel's link is the feed"),
        ("https://news.example.org/shows.html", "/shows.html", "the link is no web address"),
        ('rel="self"', 'rel="related"', "0 links rel=self"),
        ("/feeds/show/gilmore-girls.rss", "/elsewhere.rss", "rel=self is"),
        ('type="application/rss+xml"', 'type="text/xml"', "atom:link"),
        ("<language>", '<fh:archive xmlns:fh="http://purl.org/syndication/history/1.0"/><language>', "an archive has a link"),
        ("Tue, 15 Jun 2021 12:00:00 +0000</lastBuildDate>", "2021-06-15T12:00:00Z</lastBuildDate>", "no RFC 822 date"),
        ("Tue, 15 Jun 2021 12:00:00 +0000</pubDate>", "Mon, 15 Jun 2021 12:00:00 +0000</pubDate>", "no RFC 822 date"),
        ("Tue, 15 Jun 2021 12:00:00 +0000</pubDate>", "Tue, 15 Jun 21 12:00:00 +0000</pubDate>", "no RFC 822 date"),
        ("Tue, 15 Jun 2021 12:00:00 +0000</pubDate>", "Tue, 15 Jun 2021 12:00:00 GMT</pubDate>", "no RFC 822 date"),
        ('isPermaLink="false"', 'isPermaLink="true"', "no guid that says"),
        ("<guid", "<guid>tag:x</guid><guid", "2 guid"),
        ("</item>", "<author>Ada</author></item>", "takes a mail address"),
        ("</item>", "<summary/></item>", "no such element of item: summary"),
        ("<dc:creator>Ada Example</dc:creator>", "", "no dc:creator"),
        ("<dc:creator>Ada Example", "<dc:creator>&#x3C;b>Ada", "an HTML element in plain text"),
        ("<title>Milo", "<title>&#x3C;b>Milo", "an HTML element in plain text"),
        ("<title>Milo", "<title>\ufffdMilo", "a broken character"),
        ("<title>Milo", "<title>R&amp;D Milo", "are not spelled"),
        ("<title>Milo", "<title>Q&amp;3 Milo", "character reference in plain text"),
        ("<description>Milo", "<description>&#x3C;script>Milo", "<script> in HTML"),
        ("<content:encoded>", "<content:encoded>&#x3C;a href='/x'>", "no absolute http(s)"),
        ("<link>https://example.org/a</link>", "<link>/a</link>", "the link is no web address"),
        ('<category domain="tag:example.org,2026:show">', "<category>", "category without a domain"),
        ('<media:thumbnail url="https://example.org/a.jpg"/>', '<media:thumbnail url="a.jpg"/>', "media without a web address"),
    ],
)  # fmt: skip
def test_a_feed_that_breaks_a_rule_is_complained_about(old: str, new: str, complaint: str) -> None:
    assert old in GOOD, "the test no longer breaks anything"
    found = problems(GOOD.replace(old, new, 1).encode(), location=HERE)
    assert any(complaint in it for it in found), found


def test_content_before_the_description_is_complained_about() -> None:
    start, end = GOOD.index("<description>Milo"), GOOD.index("<content:encoded>")
    moved = GOOD[:start] + GOOD[end:].replace("</content:encoded>", f"</content:encoded>{GOOD[start:end]}")
    assert any("before the description" in it for it in problems(moved.encode(), location=HERE))


def test_two_items_with_one_guid_are_complained_about() -> None:
    item = GOOD[GOOD.index("<item>") : GOOD.index("</channel>")]
    found = problems(GOOD.replace("</channel>", f"{item}</channel>").encode(), location=HERE)
    assert found == ["two items have the guid tag:example.org,2026:entry-1"]
