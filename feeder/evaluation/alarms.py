"""Precision and recall of alerts: who would have been told of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from feeder.evaluation.facts import Facts
from feeder.evaluation.scores import Count

#: Names watched where none are given.
MOST = 200


class Alarm(NamedTuple):
    """A mistake: an article and the watched name."""

    article: str
    name: str
    missed: bool  #: else it rang without reason
    held: bool = False  #: it waits for the owner's word: missed, but listed


@dataclass(slots=True)
class AlarmScores:
    """All counts of a run; pairs of article and watched name."""

    names: int = 0
    articles: int = 0
    alerts: Count = field(default_factory=Count)
    held: int = 0  #: of the missed ones, those that wait for the owner's word
    doubts: int = 0  #: held, and rightly so: it is about somebody else
    mistakes: list[Alarm] = field(default_factory=list)

    @property
    def counts(self) -> Mapping[str, Count]:
        """By name, in the order in which they are told."""
        return {"alerts": self.alerts}

    def add(self, facts: Facts, *, watched: Iterable[str], rang: Iterable[str], held: Iterable[str]) -> None:
        """Compare who an article names with the watches that rang for it, and with those that wait in doubt."""
        names, said, waiting = set(watched), set(rang), set(held)
        true = names & set(facts.names("PER"))
        self.articles += 1
        self.alerts.add(true, said)
        self.held += len(waiting & true)
        self.doubts += len(waiting - true)
        self.mistakes += [Alarm(facts.id, name, True, name in waiting) for name in sorted(true - said)]
        self.mistakes += [Alarm(facts.id, name, False) for name in sorted(said - true)]


def people(known: Sequence[Facts], *, most: int = MOST) -> tuple[str, ...]:
    """Everybody whom the articles name by a full name, those in most articles first, at most `most`."""
    counted = Counter(name for facts in known for name in facts.names("PER") if " " in name)
    return tuple(name for name, _ in sorted(counted.items(), key=lambda it: (-it[1], it[0]))[:most])
