"""Reprints and other outlets' articles join a story; what merely has the same names does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.model import Entry, Event, EventType, Evidence, Sentence
from feeder.stories import Trace, kinds, news, read, same, trace, written
from feeder.stories.comparing import resemblance
from tests.builders import NOON, a_person_tag, a_show_tag, an_article, an_entry

BODY = (
    "The streaming service has cast Milo Ventimiglia in the fourth season of The Marvelous Mrs. Maisel, which begins "
    "filming in New York this month. His part is kept secret; a photograph of him in a phone booth with Rachel "
    "Brosnahan was seen on Monday.\n\nIt is the second time that he works for Amy Sherman-Palladino, who gave him the "
    "part of Jess Mariano in Gilmore Girls twenty years ago. The season is to be told in eight chapters next winter."
)
OTHERS = (
    "Rachel Brosnahan and Milo Ventimiglia were seen filming in a phone booth on a street of New York: he has joined "
    "the cast of The Marvelous Mrs. Maisel for season four, the streaming service confirms. Nobody says whom he plays."
)
CASTING = Event(type=EventType.CASTING, show="the-marvelous-mrs-maisel")


def told(
    body: str = BODY, *, title: str = "Milo Ventimiglia Joins Maisel", days: float = 0, events=(CASTING,)
) -> Trace:
    article = an_article(title=title, body=body, published=NOON + timedelta(days=days))
    tags = (a_show_tag(), a_person_tag(), a_person_tag("Rachel Brosnahan", main=False))
    return trace(an_entry(article, tags=tags, events=events))


@pytest.mark.parametrize(
    "reprint",
    [
        BODY.replace("secret", "under wraps"),
        f"LOS ANGELES. {BODY} More to come.",
        BODY.split("\n\n", maxsplit=1)[0],
        "\n\n".join(reversed(BODY.split("\n\n"))),
        BODY.upper(),
    ],
    ids=["a word", "more around it", "the first half", "turned round", "capitals"],
)
def test_a_reprint_is_the_same_story_a_week_later(reprint: str) -> None:
    assert same(told(), told(reprint, title="A headline that has nothing to do with the other", days=7, events=()))


def test_another_outlets_article_of_the_day_is_the_same_story() -> None:
    assert same(told(), told(OTHERS, title="‘Maisel’ Adds ‘This Is Us’ Alum", days=1))
    assert resemblance(told(), told(OTHERS)) < 0.2, "though not by its wording"


def test_the_same_news_a_month_later_is_another_story() -> None:
    assert not same(told(), told(OTHERS, days=30))


def test_another_story_about_the_same_person_and_show_is_not_the_same() -> None:
    other = told(
        "On Tuesday the costume museum shows what Milo Ventimiglia and the others wore in The Marvelous Mrs. Maisel. "
        "Tickets cost twelve dollars; children pay nothing, and there is a workshop about hats.",
        title="Hats of Maisel",
        events=(),
    )
    assert not same(told(), other)


def test_two_deaths_of_one_show_are_two_stories() -> None:
    def death(name: str, body: str) -> Trace:
        event = Event(type=EventType.DEATH, show="cheers")
        tags = (a_show_tag("Cheers"), a_person_tag(name))
        return trace(an_entry(an_article(title=f"{name} Dies", body=body), tags=tags, events=(event,)))

    wendt = death(
        "George Wendt", "George Wendt, who sat at the bar of Cheers, died at home, his family said. He was 76."
    )
    alley = death("Kirstie Alley", "Kirstie Alley, who ran the bar of Cheers, died after an illness, her family said.")
    assert not same(wendt, alley)


def an_event_at(kind: EventType, start: int) -> Event:
    sentence = Sentence(start=start, end=start + 1, text="x")
    proof = Evidence(start=start, end=start + 1, surface="x", sentence=sentence, why="fake")
    return Event(type=kind, evidence=(proof,))


def test_news_that_has_a_name_and_stands_at_the_beginning_is_remembered() -> None:
    everywhere = (EventType.CASTING, EventType.INTERVIEW, EventType.RECAP, EventType.PREMIERE, EventType.RENEWAL)
    assert kinds(Event(type=kind) for kind in everywhere) == {"casting", "renewal"}
    assert kinds([an_event_at(EventType.CASTING, 2000)]) == frozenset()


def test_what_is_new_in_a_story_rings_and_what_is_said_besides_does_not() -> None:
    told = frozenset({"casting"})
    renewed = an_event_at(EventType.RENEWAL, 100)
    assert news([renewed], told=told, headline=50) == {"renewal"}
    assert news([an_event_at(EventType.CASTING, 0), renewed], told=told, headline=50) == frozenset()
    headlined = an_event_at(EventType.RENEWAL, 10)
    assert news([an_event_at(EventType.CASTING, 60), headlined], told=told, headline=50) == {"renewal"}
    assert news([an_event_at(EventType.CASTING, 0)], told=told, headline=50) == frozenset()


words = st.lists(st.sampled_from(BODY.split()), min_size=1, max_size=80).map(" ".join)


@given(words, words)
def test_comparing_has_no_direction_and_everything_is_like_itself(a: str, b: str) -> None:
    one, other = told(a), told(b, days=2)
    assert same(one, other) == same(other, one)
    assert resemblance(one, one) == 1.0
    assert 0 <= resemblance(one, other) == resemblance(other, one) <= 1


@given(words)
def test_what_is_kept_of_an_entry_is_all_that_is_compared(text: str) -> None:
    assert read(written(told(text))) == told(text)


def test_an_entry_without_names_or_words_has_a_trace() -> None:
    entry: Entry = an_entry(an_article(title="…", body="—"), tags=())
    assert same(trace(entry), trace(entry))
