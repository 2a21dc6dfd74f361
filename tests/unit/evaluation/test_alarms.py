"""Whoever measures alerts is told the truth about them."""

from __future__ import annotations

from feeder.evaluation import AlarmScores, Facts, articles, facts, people

TEXT = """\
id: one
headline: [Milo Ventimiglia|PER] Joins [This Is Us|SHOW]
---
[Ventimiglia|PER:Milo Ventimiglia] and [Mandy Moore|PER] star.
===
id: two
headline: [Mandy Moore|PER] Sings
---
[Zendaya|PER] listens, and so does [Chris Evans|PER].
"""


def known() -> list[Facts]:
    return list(map(facts, articles("a.ann", TEXT)))


def test_whoever_is_named_in_full_is_watched_the_most_frequent_first() -> None:
    assert people(known()) == ("Mandy Moore", "Chris Evans", "Milo Ventimiglia")
    assert people(known(), most=1) == ("Mandy Moore",)


def test_hits_false_alarms_misses_and_doubts_are_counted_once_each() -> None:
    watched = ("Mandy Moore", "Chris Evans", "Milo Ventimiglia", "Tom Hanks")
    one, two = known()
    scores = AlarmScores(names=len(watched))
    scores.add(one, watched=watched, rang=["Milo Ventimiglia", "Tom Hanks"], held=[])
    scores.add(two, watched=watched, rang=["Mandy Moore"], held=["Chris Evans", "Tom Hanks"])
    assert (scores.alerts.right, scores.alerts.wrong, scores.alerts.missed) == (2, 1, 2)
    assert (scores.articles, scores.held, scores.doubts) == (2, 1, 1)
    assert [(it.article, it.name, it.missed, it.held) for it in scores.mistakes] == [
        ("one", "Mandy Moore", True, False),
        ("one", "Tom Hanks", False, False),
        ("two", "Chris Evans", True, True),
    ]
