"""What a subscriber reads below the headline."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.model import Article, DateSource
from feeder.summarizing import summarize
from feeder.text import sentences

NEWS = (
    "Netflix has renewed the drama Harbor Lights for a fourth season, the service said on Monday. "
    "“We have so much more to tell. "
    "There is no end in sight,” creator Ann Roe said.\n\n"
    "She wrote the first three seasons alone. "
    "Will the lighthouse survive? "
    "John Doe plays the keeper of the lighthouse, and Mary Major plays his sister. "
    "The fourth season of Harbor Lights will be filmed in Ireland next spring with ten episodes. "
    "Tell us what you think in the comments. "
    "The drama was watched by nine million households in its first week. "
    "Tickets cost ten dollars."
)


def article(body: str, title: str = "") -> Article:
    head = f"{title}\n\n" if title else ""
    moment = datetime(2021, 6, 30, tzinfo=UTC)
    return Article(
        key="a.txt", title=title or "Made", text=head + body, body_start=len(head), published=moment,
        published_from=DateSource.METADATA,
    )  # fmt: skip


def summary(a: Article, limit: int = 3) -> list[str]:
    return [s.text for s in summarize(a, sentences(a.text, body_start=a.body_start), limit=limit)]


def test_a_summary_is_three_sentences_of_the_article_in_its_order() -> None:
    a = article(NEWS, "Harbor Lights Renewed")
    found = summarize(a, sentences(a.text, body_start=a.body_start))
    assert len(found) == 3
    assert list(found) == sorted(found, key=lambda s: s.start)
    for s in found:
        assert a.text[s.start : s.end] == s.text
    assert found[0].text.startswith("Netflix has renewed")


def test_a_summary_holds_no_question_no_appeal_no_half_quotation_and_no_dangling_pronoun() -> None:
    told = " ".join(summary(article(NEWS), limit=5))
    for bad in ("Will the lighthouse", "Tell us", "so much more", "no end in sight", "She wrote"):
        assert bad not in told


def test_the_headline_is_not_said_again_in_the_summary() -> None:
    assert "Harbor Lights Renewed" not in summary(article(NEWS, "Harbor Lights Renewed"))
    made = article(NEWS)
    title = sentences(NEWS)[0].text.rstrip(".")
    made = Article(
        key="a", title=title, text=NEWS, body_start=0, published=made.published, published_from=DateSource.FILE_TIME
    )
    assert not summary(made)[0].startswith("Netflix has renewed")


def test_the_same_news_told_twice_is_summarized_once() -> None:
    told = "Netflix has renewed the drama Harbor Lights for a fourth season on Monday. "
    others = "John Doe plays the keeper of an old lighthouse. Filming in Ireland begins next spring with ten hours. "
    assert len(set(summary(article(told + told + others + told)))) == 3


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Short.", ["Short."]),
        ("Lost is back. It returns on ABC.", ["Lost is back.", "It returns on ABC."]),
        ("Will it end?", ["Will it end?"]),
        ("* * *", []),
    ],
)
def test_a_short_article_has_a_short_summary(body: str, expected: list[str]) -> None:
    assert summary(article(body)) == expected


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("Ab c.?!\n“” ")), st.integers(0, 5))
def test_every_sentence_of_a_summary_is_a_sentence_of_the_body(body: str, limit: int) -> None:
    a = article(body, "A title")
    all_of_it = sentences(a.text, body_start=a.body_start)
    found = summarize(a, all_of_it, limit=limit)
    assert len(found) <= limit
    assert set(found) <= set(all_of_it)
    assert all(s.start >= a.body_start for s in found)
    assert list(found) == sorted(set(found), key=lambda s: s.start)


def test_a_very_long_article_is_summarized_at_once() -> None:
    a = article(NEWS * 2000)
    parts = sentences(a.text)
    started = time.process_time()
    assert len(summarize(a, parts)) == 3
    assert time.process_time() - started < 1
