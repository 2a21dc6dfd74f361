"""JSON Feed as bytes: valid whatever the text, and with everything that feeder knows of an entry."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeder.model import Event, EventType, Form, OwnerWord, Role, StoredEntry
from tests import builders, feed_values
from tests.feed_values import HOSTILE
from tests.json_rules import problems

HERE = feed_values.location(feed_values.listing(), form=Form.JSON)


def made(entries: list[StoredEntry], *, content: str = "full") -> bytes:
    return feed_values.feed(entries, form=Form.JSON, content=content)


def only(stored: StoredEntry) -> dict[str, Any]:
    (item,) = json.loads(made([stored]))["items"]
    assert isinstance(item, dict)
    return item


@settings(max_examples=25, deadline=None)
@given(st.lists(feed_values.stored_entries(), max_size=4).map(feed_values.distinct))
def test_any_entries_make_a_feed_without_a_fault(entries: list[StoredEntry]) -> None:
    data = made(entries)
    assert problems(data, location=HERE) == []
    assert [item["id"] for item in json.loads(data)["items"]] == [it.entry.id for it in entries]


@pytest.mark.parametrize("content", ["full", "summary"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_neither_breaks_the_feed_nor_loses_the_entry(text: str, content: str) -> None:
    data = made([feed_values.hostile_entry(text)], content=content)
    assert problems(data, location=HERE) == []
    assert len(json.loads(data)["items"]) == 1


def test_what_a_subscriber_sees_of_an_entry() -> None:
    article = builders.an_article(
        body="Law & Order is <3.",
        link="https://tvline.example/maisel?a=1&b=2",
        byline=("Dana Reed", "Lee Fox"),
        outlet="TVLine",
        image="https://tvline.example/a.jpg",
        language="de",
    )
    tags = (builders.a_show_tag(article=article), builders.a_person_tag(article=article, roles=(Role.ACTOR,)))
    entry = builders.an_entry(article, tags=tags, events=(builders.an_event(EventType.CASTING),))
    found = only(builders.a_stored_entry(entry, changed=builders.NOON + timedelta(days=2)))
    assert found.pop("content_html").startswith("<p>Law &amp; Order is &lt;3.</p>")
    found.pop("_feeder")
    assert found == {
        "id": entry.id,
        "url": "https://tvline.example/maisel?a=1&b=2",
        "external_url": "https://tvline.example/maisel?a=1&b=2",
        "title": article.title,
        "summary": "Law & Order is <3.",
        "image": "https://tvline.example/a.jpg",
        "date_published": "2021-06-15T12:00:00+00:00",
        "date_modified": "2021-06-17T12:00:00.447662+00:00",
        "authors": [{"name": "Dana Reed"}, {"name": "Lee Fox"}],
        "tags": ["The Marvelous Mrs. Maisel", "Milo Ventimiglia", "actor", "casting", "TVLine"],
        "language": "de",
    }


def test_a_program_finds_every_tag_with_its_score_and_the_sentence_that_proves_it() -> None:
    article = builders.an_article(outlet="TVLine", owner=OwnerWord(tags=("Awards &amp; Prizes",)))
    proof = (builders.some_evidence(article, "Milo Ventimiglia"),)
    tags = (
        builders.a_show_tag(article=article, score=0.98765, year=2017),
        builders.a_person_tag(article=article, roles=(Role.ACTOR,), characters=("Lenny",), main=False),
        builders.a_person_tag("Chris Evans", candidates=("chris-evans", "chris-evans-presenter"), roles=()),
    )
    event = Event(type=EventType.CASTING, show=tags[0].id, people=(tags[1].id,), evidence=proof)
    found = only(builders.a_stored_entry(builders.an_entry(article, tags=tags, events=(event,))))["_feeder"]
    assert found["outlet"] == "TVLine"
    assert found["keywords"] == ["Awards & Prizes"]
    show, actor, unclear = found["tags"]
    assert show == {
        "kind": "show",
        "id": "the-marvelous-mrs-maisel",
        "label": "The Marvelous Mrs. Maisel",
        "score": 0.99,
        "main": True,
        "year": 2017,
        "evidence": {"sentence": article.title, "words": "The Marvelous Mrs. Maisel"},
    }
    assert (actor["main"], actor["roles"], actor["characters"]) == (False, ["actor"], ["Lenny"])
    assert unclear["candidates"] == ["chris-evans", "chris-evans-presenter"]
    assert found["events"] == [
        {
            "type": "casting",
            "show": "the-marvelous-mrs-maisel",
            "people": ["milo-ventimiglia"],
            "evidence": actor["evidence"],
        }
    ]


def test_a_feed_says_where_its_extension_is_explained() -> None:
    feed = json.loads(made([]))
    assert feed["_feeder"]["about"] == "https://news.example.org/index.html#formats"
    page = feed_values.shared_renderer().index_page(site=feed_values.SITE, topics=(), latest=())
    assert 'id="formats"' in page
    assert "_feeder" in page


def test_the_same_values_make_the_same_bytes() -> None:
    assert made([feed_values.hostile_entry("x")]) == made([feed_values.hostile_entry("x")])
