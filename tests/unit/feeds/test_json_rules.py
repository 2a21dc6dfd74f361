"""The rules themselves: each must be able to fail, or a green suite says nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from feeder.model import Form
from tests import builders, feed_values
from tests.json_rules import problems

GOOD = json.loads(feed_values.feed([builders.a_stored_entry()], form=Form.JSON))
HERE = feed_values.location(feed_values.listing(), form=Form.JSON)


def test_the_feed_that_the_others_are_broken_from_is_good() -> None:
    assert problems(json.dumps(GOOD).encode(), location=HERE) == []


@pytest.mark.parametrize(
    ("breaking", "complaint"),
    [
        (lambda f: f.update(version="1.1"), "not a JSON Feed 1.1"),
        (lambda f: f.pop("title"), "empty"),
        (lambda f: f.pop("items"), "no list of items"),
        (lambda f: f.update(home_page_url="/"), "home_page_url"),
        (lambda f: f.update(feed_url="https://example.org/"), "the feed is at"),
        (lambda f: f.update(next_url=HERE), "next_url"),
        (lambda f: f.update(description=None), "description is null"),
        (lambda f: f.update(subtitle="x"), "no such name: subtitle"),
        (lambda f: f.update({"_my.x": {}}), "the extension"),
        (lambda f: f.update(authors=[]), "no authors"),
        (lambda f: f.update(author={"name": "x"}), "version 1.1 has made authors"),
        (lambda f: f["items"].append(copy.deepcopy(f["items"][0])), "two items have the same id"),
        (lambda f: f["items"][0].update(id=7), "no id"),
        (lambda f: f["items"][0].pop("content_html"), "no content"),
        (lambda f: f["items"][0].update(content_html="<script>1</script>"), "<script> in HTML"),
        (lambda f: f["items"][0].update(content_html="\ufffd"), "a broken character"),
        (lambda f: f["items"][0].update(title="<b>x</b>"), "an HTML element"),
        (lambda f: f["items"][0].update(title=" "), "empty"),
        (lambda f: f["items"][0].update(summary="\x00"), "not for texts"),
        (lambda f: f["items"][0].update(url="a"), "url is no web address"),
        (lambda f: f["items"][0].update(image="javascript:1"), "image is no web address"),
        (lambda f: f["items"][0].update(date_published="2021-06-15"), "no RFC 3339 date"),
        (lambda f: f["items"][0].pop("date_modified"), "no RFC 3339 date"),
        (lambda f: f["items"][0].update(tags=["x", "x"]), "tags"),
        (lambda f: f["items"][0].update(tags=[""]), "tags"),
        (lambda f: f["items"][0].update(content="x"), "no such name: content"),
    ],
)
def test_a_feed_that_breaks_a_rule_is_complained_about(
    breaking: Callable[[dict[str, Any]], object], complaint: str
) -> None:
    broken = copy.deepcopy(GOOD)
    breaking(broken)
    found = problems(json.dumps(broken).encode(), location=HERE)
    assert any(complaint in it for it in found), found


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b'{"a": NaN}', b'{"a": 1, "a": 2}'])
def test_what_is_no_json_feed_at_all_is_complained_about(data: bytes) -> None:
    assert len(problems(data, location=None)) == 1
