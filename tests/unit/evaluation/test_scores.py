"""The figures mean what they say: counted by hand on small articles."""

from __future__ import annotations

import pytest

from feeder.evaluation import Count, Facts, Mistake, OwnScores, Scores, facts, parse
from feeder.model import Event, EventType, Role, Tag, Tagging, TagKind

ARTICLE = """\
id: a-001
headline: [Ghosts|SHOW:Ghosts (2021)] Adds [Ann Lee|PER]
main: Ghosts (2021); Ann Lee
roles: Ann Lee=actor
plays: Ann Lee=Dr. Sam Rey@Ghosts (2021)
events: casting@Ghosts (2021)
---
[Lee|PER:Ann Lee] plays [Sam Rey|CHAR:Dr. Sam Rey]. Before [The Bear|SHOW] she was in the film [Heat|FILM] on [CBS|NET].
"""


@pytest.fixture
def known() -> Facts:
    return facts(parse(ARTICLE))


def show(label: str, *, main: bool = False) -> Tag:
    return Tag(kind=TagKind.SHOW, id=label.lower(), label=label, score=1.0, main=main)


def person(label: str, *, main: bool = False, roles: tuple[Role, ...] = (), characters: tuple[str, ...] = ()) -> Tag:
    return Tag(
        kind=TagKind.PERSON, id=label.lower(), label=label, score=1.0, main=main, roles=roles, characters=characters
    )


def scored(known: Facts, *tags: Tag, events: tuple[Event, ...] = ()) -> Scores:
    scores = Scores()
    scores.add(known, Tagging(tags=tags, events=events))
    return scores


def test_an_article_tagged_as_it_should_be_has_no_mistake(known: Facts):
    scores = scored(
        known,
        show("ghosts", main=True),
        show("Bear"),
        person("Ann Lee", main=True, roles=(Role.ACTOR,), characters=("Dr. Sam",)),
        events=(Event(type=EventType.CASTING, show="ghosts"),),
    )
    assert scores.mistakes == []
    for name, count in scores.counts.items():
        assert (count.precision, count.recall, count.f1) == (1.0, 1.0, 1.0), name
    assert scores.shows.right == 2


def test_what_is_missed_and_what_is_too_much_are_counted_and_listed(known: Facts):
    scores = scored(known, show("The Bear", main=True), show("Heat"), show("CBS"), person("Sam Rey"), person("Bo Ek"))
    assert scores.shows == Count(right=1, wrong=2, missed=1)
    assert scores.main_shows == Count(right=0, wrong=1, missed=1)
    assert scores.people == Count(right=0, wrong=2, missed=1)
    assert scores.actors == Count(right=0, wrong=0, missed=1)
    assert scores.plays == Count(right=0, wrong=0, missed=1)
    assert scores.events == Count(right=0, wrong=0, missed=1)
    assert scores.characters_as_people == 1
    assert scores.works_as_shows == 2
    assert Mistake("a-001", TagKind.SHOW, "Ghosts (2021)", missed=True) in scores.mistakes
    assert Mistake("a-001", TagKind.SHOW, "Heat (no such SHOW)", missed=False) in scores.mistakes
    assert len(scores.mistakes) == 6


def test_a_surname_alone_is_not_the_person_and_one_name_is_not_two_people(known: Facts):
    assert scored(known, person("Lee")).people == Count(right=0, wrong=1, missed=1)
    assert scored(known, person("Ann Lee"), person("Ann  Lee")).people == Count(right=1, wrong=1, missed=0)


def test_precision_and_recall_are_shares_of_what_was_found_and_of_what_is_there():
    count = Count(right=3, wrong=1, missed=2)
    assert (count.precision, count.recall, count.f1) == (0.75, 0.6, pytest.approx(2 / 3))


def test_where_there_is_nothing_to_measure_there_is_no_figure():
    assert (Count().precision, Count().recall, Count().f1) == (None, None, None)
    assert (Count(missed=1).precision, Count(missed=1).recall) == (None, 0.0)


def own(found: list[Tag], wanted: list[Tag], *, listed: tuple[TagKind, ...] = ()) -> OwnScores:
    scores = OwnScores()
    scores.add("a.txt", found, wanted, listed=listed, is_owners=lambda tag: tag.label.endswith("!"), mains={})
    return scores


def test_of_an_article_with_corrections_only_what_they_speak_of_is_counted():
    scores = own([show("A"), show("B"), show("C!")], [show("A"), show("C!"), show("D!"), person("E!")])
    assert scores.shows == Count(right=1, wrong=1, missed=1)
    assert scores.people == Count(right=0, wrong=0, missed=1)
    assert scores.mistakes == [
        Mistake("a.txt", TagKind.SHOW, "D!", missed=True),
        Mistake("a.txt", TagKind.SHOW, "B", missed=False),
        Mistake("a.txt", TagKind.PERSON, "E!", missed=True),
    ]


def test_where_front_matter_lists_all_shows_every_show_counts():
    scores = own([show("A"), show("B")], [show("A"), show("C")], listed=(TagKind.SHOW,))
    assert scores.shows == Count(right=1, wrong=1, missed=1)
    assert own([show("A")], [], listed=(TagKind.SHOW,)).shows == Count(wrong=1)
