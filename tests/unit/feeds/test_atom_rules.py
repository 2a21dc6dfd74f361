"""The validator itself: each rule must be able to fail, or a green suite says nothing."""

# ruff: noqa: E501 - one broken feed a line reads better than one in three

from __future__ import annotations

import pytest

from tests import builders, feed_values
from tests.atom_rules import problems

ENTRY = builders.a_stored_entry(
    builders.an_entry(
        builders.an_article(link="https://example.org/a"),
        tags=(builders.a_show_tag(),),
        id="tag:example.org,2026:entry-1",
    )
)
AT = "http://purl.org/atompub/tombstones/1.0"
FH = "http://purl.org/syndication/history/1.0"
GOOD = feed_values.feed([ENTRY]).decode()
HERE = feed_values.location(feed_values.listing())


def test_the_feed_that_the_others_are_broken_from_is_good() -> None:
    assert problems(GOOD.encode(), location=HERE) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("encoding='UTF-8'", "encoding='Latin-1'", "no XML declaration"),
        ("</feed>", "", "not well-formed"),
        ('xmlns="http://www.w3.org/2005/Atom"', 'xmlns="urn:other:x"', "not an Atom feed"),
        (' xml:lang="en"', "", "no xml:lang"),
        ("<feed ", '<feed xml:base="https://example.org/" ', "xml:base"),
        ("<subtitle>", "<subtitle/><subtitle>", "2 subtitle"),
        ("<generator>feeder</generator>", "<generator/>", "empty generator"),
        ("<generator>", "<generator>x</generator><generator>", "2 generator"),
        ("<subtitle>", "<modified/><subtitle>", "no such element of feed: modified"),
        ("<subtitle>", '<x xmlns=""/><subtitle>', "without namespace"),
        ('rel="self"', 'rel="related"', "0 links rel=self"),
        ("/feeds/show/gilmore-girls.atom", "/elsewhere.atom", "rel=self is"),
        ('rel="alternate" type="text/html"/><link', 'rel="related" type="text/html"/><link', "no link rel=alternate to"),
        ("<id>tag:example.org,2026:entry-1</id>", "", "0 id"),
        ("<id>tag:example.org,2026:entry-1</id>", "<id>entry-1</id>", "no absolute ASCII IRI"),
        ("tag:example.org,2026:entry-1", "tag:example.org,2026:entré", "no absolute ASCII IRI"),
        ("tag:example.org,2026:entry-1", "tag:example.org:entry-1", "no tag URI"),
        ("tag:example.org,2026:entry-1", "urn:x", "no URN"),
        ("tag:example.org,2026:entry-1", "HTTP://example.org/", "not normalised"),
        ("</entry>", "<title>again</title></entry>", "2 title"),
        ("</entry>", "<published>2021-06-15T12:00:00Z</published></entry>", "2 published"),
        ("</entry>", "<content>x</content></entry>", "2 content"),
        ("</entry>", "<summary>x</summary></entry>", "2 summary"),
        ("</entry>", '<link href="https://example.org/b" type="text/html"/></entry>', "same type and hreflang"),
        ("</entry>", "<pubDate/></entry>", "no such element of entry: pubDate"),
        ("2021-06-15T12:00:00+00:00</published>", "2021-06-15t12:00:00z</published>", "no RFC 3339 date"),
        ("2021-06-15T12:00:00+00:00</published>", "2021-02-30T12:00:00Z</published>", "no RFC 3339 date"),
        ("2021-06-15T12:00:00+00:00</published>", "Tue, 15 Jun 2021</published>", "no RFC 3339 date"),
        ("2021-06-15T12:00:00.447662+00:00</updated>", "2099-06-15T12:00:00Z</updated>", "updated is before"),
        ('<content type="html">', '<content type="CDATA">', "content type='CDATA'"),
        ('<content type="html">', '<content type="xhtml">', "as xhtml"),
        ('<content type="html">', '<content type="multipart/mixed">', "composite"),
        ('<content type="html">', '<content type="html"><b/>', "with child elements"),
        ('<content type="html">', '<content type="html">&lt;script&gt;x&lt;/script&gt;', "<script> in HTML"),
        ('<content type="html">', '<content type="html">&lt;p onclick="x"&gt;', "attribute onclick"),
        ('<content type="html">', '<content type="html">&lt;a href="/x"&gt;', "no absolute http(s)"),
        ('<content type="html">', '<content type="html">&lt;a href="javascript:x"&gt;', "no absolute http(s)"),
        ('<content type="html">', '<content src="https://example.org/x">', "is not empty"),
        ('<summary type="text">', '<summary type="markdown">', "summary type='markdown'"),
        ('<summary type="text">', '<summary type="text"><b/>', "with child elements"),
        ("<name>Ada Example</name></author><content", "<name> </name></author><content", "without a name"),
        ("<name>Ada Example</name></author><content", "<uri>x</uri></author><content", "0 name"),
        (' scheme="tag:example.org,2026:show"', ' scheme="show"', "category scheme"),
        ('<category term="', '<category x="', "category without a term"),
        ('href="https://example.org/a"', 'href="/a"', "no absolute http(s) address"),
        ('href="https://example.org/a"', 'href="https://example.org/a b"', "no absolute http(s) address"),
        ('href="https://example.org/a"', 'title="a"', "link without href"),
        ('<link rel="alternate" type="text/html" href="https://example.org/a"/>', '<link rel="made-up" href="https://example.org/a"/>', "link rel='made-up'"),
        ('<link rel="alternate" type="text/html" href', '<link rel="alternate" type="html" href', "link type='html'"),
        ('<link rel="alternate" type="text/html" href', '<link length="big" href', "link length='big'"),
        ("<title>Milo", "<title>&amp;#65; Milo", "character reference in plain text"),
        ("<title>Milo", "<title>Season 3&amp;4 Milo", "character reference in plain text"),
        ("<title>Milo", "<title>&lt;b>Milo", "an HTML element in plain text"),
        ("<title>Milo", "<title>\x9f Milo", "a broken character"),
        ("<title>Milo", "<title>\ufffd Milo", "a broken character"),
        ("<title>Milo", "<title>\u202e Milo", "a character that is not for texts"),
        ('<content type="html">', '<content type="html">\ufffd', "a broken character"),
        ("<name>Ada Example</name></author><content", "<name>A&amp;#0;</name></author><content", "author: what could be"),
        ('label="The', 'label="&lt;i>The', "category: an HTML element"),
        ("</entry>", "<source><id>tag:example.org,2026:x</id></source></entry>", "source: 0 title"),
        ("</entry>", '<link rel="prev-archive" href="https://example.org/1"/></entry>', "history in an entry"),
        ("xmlns:rdfs=", 'xmlns:mine="https://example.org/ns" xmlns:rdfs=', "validators do not know"),
        ("xmlns:rdfs=", 'xmlns:dublin="http://purl.org/dc/elements/1.1/" xmlns:rdfs=', "the prefix dublin"),
        ("xmlns:rdfs=", f'xmlns:at="{AT}" xmlns:rdfs=', "declares tombstones"),
        ("<subtitle>", f'<d:deleted-entry xmlns:d="{AT}" ref="entry-1" when="2021-06-15T12:00:00Z"/><subtitle>', "no absolute ASCII IRI"),
        ("<subtitle>", f'<d:deleted-entry xmlns:d="{AT}" ref="tag:example.org,2026:x" when="yesterday"/><subtitle>', "deleted-entry when="),
        ("<subtitle>", 2 * f'<d:deleted-entry xmlns:d="{AT}" ref="tag:example.org,2026:x" when="2021-06-15T12:00:00Z"/>' + "<subtitle>", "the same ref and when"),
        ("<subtitle>", '<link rel="next-archive" href="https://example.org/1"/><subtitle>', "with links of an archive"),
        ("<subtitle>", 2 * '<link rel="prev-archive" href="https://example.org/1"/>' + "<subtitle>", "2 links rel=prev-archive"),
        ("<subtitle>", '<link rel="prev-archive" href="https://news.example.org/feeds/show/gilmore-girls.atom"/><subtitle>', "leads to the document itself"),
        ("<subtitle>", f'<fh:archive xmlns:fh="{FH}"/><subtitle>', "without a link to the current document"),
        ("<subtitle>", f'<fh:archive xmlns:fh="{FH}"/><link rel="current" href="https://example.org/c"/><subtitle>', "without neighbours"),
        ("<subtitle>", f'<fh:complete xmlns:fh="{FH}"/><subtitle>', "forbids archives"),
        ("</entry></feed>", "</entry><rights>x</rights></feed>", "metadata after the entries"),
    ],
)  # fmt: skip
def test_a_feed_that_breaks_a_rule_is_complained_about(old: str, new: str, complaint: str) -> None:
    assert old in GOOD, "the test no longer breaks anything"
    broken = GOOD.replace(old, new)
    assert any(complaint in problem for problem in problems(broken.encode(), location=HERE))


def test_two_entries_with_one_id_are_complained_about() -> None:
    entry = GOOD[GOOD.index("<entry") : GOOD.index("</feed>")]
    doubled = GOOD.replace("</feed>", f"{entry}</feed>")
    assert problems(doubled.encode(), location=HERE) == [
        "two entries have the id tag:example.org,2026:entry-1",
        "two entries have the same updated",
    ]


def test_a_feed_and_entries_without_authors_are_complained_about() -> None:
    assert "no author, neither of the feed nor of every entry" in problems(
        GOOD.replace("<author><name>Ada Example</name></author>", "").encode(), location=HERE
    )
