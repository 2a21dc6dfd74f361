"""Which feeds an entry is in."""

from __future__ import annotations

from feeder import topics
from feeder.model import EventType, TopicKind
from tests.builders import a_person_tag, a_show_tag, an_article, an_entry, an_event


def named(entry_topics: tuple[topics.Topic, ...]) -> list[tuple[TopicKind, str, str]]:
    return [(topic.kind, topic.key, topic.label) for topic in entry_topics]


def test_an_entry_is_in_the_feed_of_everything_of_its_shows_people_and_events() -> None:
    entry = an_entry(
        an_article(),
        tags=(a_show_tag("Gilmore Girls"), a_show_tag("This Is Us", main=False), a_person_tag("Lauren Graham")),
        events=(
            an_event(EventType.CASTING),
            an_event(EventType.CASTING, show="gilmore-girls"),
            an_event(EventType.AWARD),
        ),
    )
    assert named(topics.of(entry)) == [
        (TopicKind.ALL, "", "All articles"),
        (TopicKind.SHOW, "gilmore-girls", "Gilmore Girls"),
        (TopicKind.SHOW, "this-is-us", "This Is Us"),
        (TopicKind.PERSON, "lauren-graham", "Lauren Graham"),
        (TopicKind.EVENT, "casting", "Casting"),
        (TopicKind.EVENT, "award", "Award"),
    ]


def test_a_name_that_could_be_two_people_is_in_the_feed_of_neither() -> None:
    entry = an_entry(an_article(), tags=(a_person_tag("Chris Evans", candidates=("chris-evans", "chris-evans-2")),))
    assert topics.of(entry) == (topics.ALL,)


def test_a_show_and_a_person_of_one_name_are_two_topics() -> None:
    entry = an_entry(an_article(), tags=(a_show_tag("Roseanne"), a_person_tag("Roseanne")))
    assert named(topics.of(entry))[1:] == [
        (TopicKind.SHOW, "roseanne", "Roseanne"),
        (TopicKind.PERSON, "roseanne", "Roseanne"),
    ]
