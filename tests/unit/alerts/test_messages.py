"""A receiver gets one small, complete, unchanging message a mention."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeder.alerts import MENTION_NEW, message_id, payload
from feeder.alerts.messages import MOST
from feeder.model import Alert, Evidence, Role, Sentence, SiteInfo, StoredEntry
from tests.builders import NOON, a_person_tag, a_show_tag, a_stored_entry, an_alert, an_article, an_entry

SITE = SiteInfo(
    title="My shows", base_url="https://news.example.org", author="Me", language="en", authority="example.org,2026"
)
FEED = "https://news.example.org/feeds/person/milo-ventimiglia.atom"


def said(alert: Alert, stored: StoredEntry) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(payload(alert, stored, site=SITE, feed_url=FEED, now=NOON))
    return message


def test_a_message_says_who_where_and_why() -> None:
    article = an_article(link="https://tvline.example/maisel", outlet="TVLine")
    tags = (a_show_tag(article=article), a_person_tag(article=article, characters=("Midge’s “stranger”",)))
    stored = a_stored_entry(an_entry(article, tags=tags), changed=NOON + timedelta(hours=1))
    assert said(an_alert(stored.entry), stored) == {
        "type": "mention.new",
        "timestamp": "2021-06-15T12:00:00Z",
        "data": {
            "watch": "Milo Ventimiglia",
            "entry": {
                "id": "tag:example.org,2026:entry-1",
                "title": "Milo Ventimiglia Joins The Marvelous Mrs. Maisel",
                "summary": "Milo Ventimiglia has joined the fourth season of The Marvelous Mrs. Maisel.",
                "link": "https://tvline.example/maisel",
                "outlet": "TVLine",
                "published": "2021-06-15T12:00:00Z",
                "updated": "2021-06-15T13:00:00Z",
                "shows": [{"id": "the-marvelous-mrs-maisel", "title": "The Marvelous Mrs. Maisel", "main": True}],
                "people": [
                    {
                        "id": "milo-ventimiglia",
                        "name": "Milo Ventimiglia",
                        "main": True,
                        "roles": ["actor"],
                        "characters": ["Midge’s “stranger”"],
                    }
                ],
            },
            "evidence": [
                {
                    "text": "Milo Ventimiglia",
                    "start": 0,
                    "end": 16,
                    "why": "catalog alias; p=0.98",
                    "sentence": {"text": "Milo Ventimiglia Joins The Marvelous Mrs. Maisel", "start": 0, "end": 48},
                }
            ],
            "events": [],
            "doubt": None,
            "story": None,
            "feed": FEED,
            "site": {"title": "My shows", "url": "https://news.example.org"},
            "truncated": False,
        },
    }


def test_the_bytes_are_the_same_every_time_and_readable_as_they_are() -> None:
    stored = a_stored_entry(an_entry(an_article(title="Café “Fin” – 日本")))
    alert = an_alert()
    first = payload(alert, stored, site=SITE, feed_url=FEED, now=NOON)
    assert first == payload(alert, stored, site=SITE, feed_url=FEED, now=NOON)
    assert "Café “Fin” – 日本".replace('"', '\\"').encode() in first
    message = json.loads(first)
    assert first == json.dumps(message, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def test_the_articles_body_is_not_sent() -> None:
    assert b"It reunites him" not in payload(an_alert(), a_stored_entry(), site=SITE, feed_url=FEED, now=NOON)


def a_proof(text: str, word: int, *, at: int) -> Evidence:
    """Evidence of the `word`-th character on, in a sentence of `text` that begins at `at`."""
    sentence = Sentence(start=at, end=at + len(text), text=text)
    return Evidence(start=at + word, end=at + len(text), surface=text[word:], sentence=sentence, why="p=1")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50)


@given(
    unit=TEXTS, times=st.integers(1, 4000), people=st.integers(0, 300), proofs=st.integers(1, 50), at=st.integers(0, 99)
)
@example(unit='"', times=100_000, people=500, proofs=80, at=0)
@example(unit="\x01", times=100_000, people=500, proofs=80, at=0)
@example(unit="𝔐", times=100_000, people=500, proofs=80, at=7)
def test_whatever_the_article_holds_a_message_stays_below_20_kB_and_says_what_it_left_out(
    unit: str, times: int, people: int, proofs: int, at: int
) -> None:
    long = unit * times
    article = replace(an_article(link="https://example.org/" + "a" * min(times, 9000)), title=long, outlet=long)
    tags = tuple(a_person_tag(long, id=f"p{n}", characters=(long,) * 30, roles=tuple(Role)) for n in range(people))
    summary = (Sentence(start=0, end=len(long), text=long),) * 3
    entry = an_entry(article, summary=summary, tags=tags)
    evidence = tuple(a_proof(long, min(n, len(long) - 1), at=at) for n in range(proofs))
    body = payload(
        Alert(watch=long, entry_id=entry.id, evidence=evidence),
        a_stored_entry(entry),
        site=SITE,
        feed_url=FEED,
        now=NOON,
    )
    assert len(body) < MOST
    data = json.loads(body)["data"]
    whole = (
        data["entry"]["title"] == long and len(data["evidence"]) == proofs and len(data["entry"]["people"]) == people
    )
    assert data["truncated"] or whole
    for proof in data["evidence"]:
        sentence = proof["sentence"]
        assert long[sentence["start"] - at : sentence["end"] - at] == sentence["text"]


@given(before=st.integers(0, 5000), after=st.integers(0, 5000))
def test_a_sentence_that_is_cut_still_holds_the_words_that_prove_it(before: int, after: int) -> None:
    name = "Milo Ventimiglia"
    text = "b" * before + name + "a" * after
    sentence = Sentence(start=10, end=10 + len(text), text=text)
    proof = Evidence(start=10 + before, end=10 + before + len(name), surface=name, sentence=sentence, why="p=1")
    [told] = said(Alert(watch=name, entry_id="x", evidence=(proof,)), a_stored_entry())["data"]["evidence"]
    assert name in told["sentence"]["text"]
    offset = told["start"] - told["sentence"]["start"]
    assert told["sentence"]["text"][offset : offset + len(name)] == name


def test_a_long_text_is_cut_at_a_word() -> None:
    article = replace(an_article(), title="word " * 1000)
    title = said(an_alert(), a_stored_entry(an_entry(article)))["data"]["entry"]["title"]
    assert re.fullmatch(r"(word )+word…", title)


def test_a_message_id_is_what_it_was_last_year() -> None:
    """Changing how ids are made would send every stored mention once more after a rebuild."""
    made = message_id(
        entry_id="tag:example.org,2026:entry-1", watch="Milo Ventimiglia", endpoint="desk", event_type=MENTION_NEW
    )
    assert made == "msg_swomwwgslvjurgdyt4xt5w727h"


@given(st.lists(st.text(), min_size=4, max_size=4), st.lists(st.text(), min_size=4, max_size=4))
@example(["a", "b", "c", "d"], ["a", "bc", "", "d"])
def test_two_deliveries_never_share_a_message_id(a: list[str], b: list[str]) -> None:
    def made(parts: list[str]) -> str:
        entry, watch, endpoint, event = parts
        return message_id(entry_id=entry, watch=watch, endpoint=endpoint, event_type=event)

    assert (made(a) == made(b)) == (a == b)
    assert re.fullmatch(r"msg_[a-z2-7]{26}", made(a))


def test_an_address_that_fills_the_message_is_named_as_the_reason() -> None:
    with pytest.raises(ValueError, match="feed's address"):
        payload(an_alert(), a_stored_entry(), site=SITE, feed_url="https://example.org/" + "a" * MOST, now=NOON)
