"""Addresses that people subscribe to, and those of others that a page may point to."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.model import Form, Topic, TopicKind
from feeder.rendering import archive_path, feed_path, page_path, web_address


@pytest.mark.parametrize(
    ("kind", "path", "page"),
    [
        (TopicKind.ALL, "feeds/all", "index.html"),
        (TopicKind.SHOW, "feeds/show/lost", "shows.html#show-lost"),
        (TopicKind.PERSON, "feeds/person/lost", "people.html#person-lost"),
        (TopicKind.EVENT, "feeds/event/lost", "events.html#event-lost"),
        (TopicKind.WATCH, "feeds/watch/lost", "watched.html#watch-lost"),
        (TopicKind.QUERY, "feeds/topic/lost", "topics.html#topic-lost"),
    ],
)
def test_subscriptions_of_today_work_tomorrow(kind: TopicKind, path: str, page: str) -> None:
    topic = Topic(kind=kind, key="k", label="L")
    assert feed_path(topic, "lost") == f"{path}.atom"
    assert [feed_path(topic, "lost", form) for form in Form] == [f"{path}.atom", f"{path}.rss", f"{path}.json"]
    assert archive_path(topic, "lost", 12, Form.RSS) == f"{path}/12.rss"
    assert page_path(topic, "lost") == page


def test_archives_are_counted_from_one() -> None:
    with pytest.raises(ValueError, match="from 1"):
        archive_path(Topic(kind=TopicKind.ALL, key="", label="L"), "all", 0)


@pytest.mark.parametrize("slug", ["", "..", "a/b", "A", "é", "-a", "a.b", "a" * 101])
def test_a_slug_that_could_lead_elsewhere_is_refused(slug: str) -> None:
    with pytest.raises(ValueError, match="not a slug"):
        feed_path(Topic(kind=TopicKind.SHOW, key="k", label="L"), slug)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://example.org/a?b=1&c=%20#d", "https://example.org/a?b=1&c=%20#d"),
        ("HTTPS://Example.org", "https://example.org"),
        ("https://example.org/a b\"<>'", "https://example.org/a%20b%22%3C%3E'"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://bücher.example/straße?q=ä", "https://xn--bcher-kva.example/stra%C3%9Fe?q=%C3%A4"),
        ("https://example.org:8443/x[1]", "https://example.org:8443/x%5B1%5D"),
        ("http://[2001:db8::1]:80/", "http://[2001:db8::1]:80/"),
        ("https://user:secret@example.org/", "https://example.org/"),
        ("  https://example.org/\n", "https://example.org/"),
        (None, None),
        ("", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.org/x", None),
        ("/x", None),
        ("https://", None),
        ("https://exa mple.org/", None),
        ("https://example.org:port/", None),
        ("https://[::1/", None),
        ("https://example.org/\ud800", None),
        ("mailto:a@example.org", None),
    ],
)
def test_only_addresses_a_browser_can_follow_safely_are_linked(address: str | None, expected: str | None) -> None:
    assert web_address(address) == expected


@given(st.text() | st.text().map("https://example.org/{}".format) | st.from_regex(r"https?://\S+"))
def test_whatever_comes_in_what_goes_out_is_a_plain_web_address(address: str) -> None:
    found = web_address(address)
    if found is not None:
        assert re.fullmatch(r"https?://[A-Za-z0-9._:\[\]-]+[!$&'()*+,/:;=?@~%._#A-Za-z0-9-]*", found)
        assert web_address(found) == found
