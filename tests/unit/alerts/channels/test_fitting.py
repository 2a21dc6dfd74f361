"""Over-long text is cut by us, at the end of a sentence, and nothing that was to be told is dropped without a word."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.alerts import MENTION_TEST, Telling, digest, notice, payload, story_id
from feeder.alerts.channels import STYLES, fitting, write
from feeder.alerts.notices import FAILING
from feeder.model import EndpointKind, SiteInfo
from feeder.rendering import Phrasebook
from tests.builders import NOON, a_person_tag, a_stored_entry, an_alert, an_article, an_entry

SITE = SiteInfo(
    title="My feeds", base_url="https://example.org", author="Me", language="en", authority="example.org,2026"
)
FEED = "https://example.org/feeds/person/milo-ventimiglia.atom"
STYLED = pytest.mark.parametrize("kind", list(STYLES))
HOSTILE = "<!channel> @everyone *_~`|>#[]()\\&\"' 😀é" * 200


def a_body(*, title: str = "Milo Ventimiglia Joins", text: str = "", link: str | None = None, type_: str = "") -> bytes:
    body = f"{text} Milo Ventimiglia has joined the fourth season. {text}"
    article = an_article(title=title, body=body, link=link)
    entry = an_entry(article, tags=(a_person_tag(article=article),))
    stored = a_stored_entry(entry)
    return payload(
        an_alert(entry),
        stored,
        site=SITE,
        feed_url=FEED,
        now=NOON,
        story=Telling(id=story_id(entry.id), also=3),
        event_type=type_ or "mention.new",
    )


def written(kind: EndpointKind, body: bytes) -> tuple[str, str]:
    style = STYLES[kind]
    words = write(body, style, Phrasebook(kind, style.markings))
    assert style.measure(words.body) <= style.room
    return words.subject, words.body


@STYLED
def test_a_message_says_who_what_where_and_that_others_have_it_too(kind: EndpointKind) -> None:
    subject, body = written(kind, a_body(link="https://news.example.org/milo"))
    assert "Milo Ventimiglia" in subject
    for piece in ("Milo Ventimiglia", "Joins", "https://news.example.org/milo", "15 Jun 2021", "also in 3 more"):
        assert piece in body
    assert "has joined the fourth season" in body


@STYLED
def test_a_test_says_that_nothing_has_happened(kind: EndpointKind) -> None:
    subject, body = written(kind, a_body(type_=MENTION_TEST))
    assert subject.startswith("Test: ")
    assert "nothing has happened" in body


@STYLED
def test_a_notice_about_an_endpoint_is_told_in_its_own_words(kind: EndpointKind) -> None:
    body = notice(FAILING, endpoint="desk", since=NOON, waiting=4, error="answered 500", site=SITE, now=NOON)
    subject, text = written(kind, body)
    assert "have not arrived since 2021" in text.replace("\u200b", "").replace("\\", "")
    assert subject


@STYLED
def test_whatever_an_article_holds_it_fits(kind: EndpointKind) -> None:
    subject, body = written(kind, a_body(title=HOSTILE, text=HOSTILE, link=f"https://example.org/{'x' * 1900}"))
    assert "Milo Ventimiglia" in body
    assert len(subject) < 2000


@STYLED
def test_a_digest_that_was_made_for_a_channel_is_told_whole(kind: EndpointKind) -> None:
    """Each alert has its line: what does not fit goes into the next message, not into the bin."""
    style = STYLES[kind]
    bodies = [
        a_body(title=f"Story number {n} " + "of many words " * 12, link=f"https://example.org/{n}") for n in range(60)
    ]
    body, told = digest(bodies, waiting=60, due=NOON, site=SITE, now=NOON, most=style.alerts)
    assert 1 <= told <= style.alerts
    _, text = written(kind, body)
    assert all(f"Story number {n} " in text for n in range(told))
    assert f"{60 - told} more" in text


def test_a_digest_of_hostile_titles_counts_what_it_leaves_out() -> None:
    bodies = [a_body(title=f"{n} {'*[](' * 90}") for n in range(6)]
    body, told = digest(bodies, waiting=6, due=NOON, site=SITE, now=NOON, most=6)
    assert told == 6
    _, text = written(EndpointKind.DISCORD, body)
    shown = text.count("**Milo Ventimiglia**")
    assert shown == 6 or f"and {6 - shown} more" in text


def test_a_text_is_cut_at_the_end_of_a_sentence() -> None:
    text = "The first sentence is here. The second one is longer than it. And the third is cut off in its middle."
    assert fitting.cut(text, 80) == "The first sentence is here. The second one is longer than it."
    assert fitting.cut(text, len(text)) == text
    assert fitting.cut("one very long sentence that has no end at all", 20) == "one very long…"


@given(st.text(), st.integers(0, 200))
def test_a_cut_text_keeps_its_bounds(text: str, most: int) -> None:
    assert len(fitting.cut(text, most)) <= max(most, 0)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(30, 200))
def test_the_words_that_prove_it_survive_the_cut(before: int, after: int, most: int) -> None:
    text = "x " * before + "Milo Ventimiglia" + " y" * after
    start = 2 * before
    kept = fitting.around(text, start, start + 16, most)
    assert len(kept) <= most
    assert "Milo Ventimiglia" in kept


def test_a_headline_is_not_told_twice() -> None:
    body = json.loads(a_body(title="Milo Ventimiglia Joins"))
    assert body["data"]["evidence"][0]["sentence"]["text"] == "Milo Ventimiglia Joins"
    (told, *_) = fitting.tellings(json.dumps(body).encode())
    assert told.alerts[0].sentence != told.alerts[0].title
