"""What the mention model says about a text: the spans it names, and what it makes of each place it read."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from feeder.model import EventType, Mention, Role

#: Orders of the model's answers; the shipped weights depend on them.
ROLES = tuple(r for r in Role if r is not Role.OTHER)
EVENTS = tuple(t for t in EventType if t is not EventType.OTHER)

#: Answers a place: is it central, which roles, which events of it. The whole stretch answers besides which events the
#: article tells at all.
ANSWERS = 1 + len(ROLES) + 2 * len(EVENTS)
OF_IT, AT_ALL = slice(1 + len(ROLES), 1 + len(ROLES) + len(EVENTS)), slice(1 + len(ROLES) + len(EVENTS), ANSWERS)

#: Few pairs are an actor and the part.
PLAYS_BIAS = -2.0

#: Numbers that a place has as an actor, and as many as a part; their product tells who plays whom.
PARTS = 32


@dataclass(frozen=True, slots=True)
class Signs:
    """What the model makes of one mention. All but `kinds` are log-odds, more than zero for yes."""

    kinds: tuple[float, ...]  #: probability of each of features.KINDS, the mean over the mention's words
    central: float
    roles: tuple[float, ...]  #: of ROLES
    events: tuple[float, ...]  #: of EVENTS, told of the show named here
    plays: tuple[float, ...]  #: as an actor, then as a part: PARTS numbers each


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of the text that was read at once. Words are in text order; one row of each table a word."""

    starts: Sequence[int]
    end: int  #: where the last word ends
    kinds: Sequence[Sequence[float]]  #: probabilities of features.KINDS
    answers: Sequence[Sequence[float]]  #: ANSWERS log-odds
    plays: Sequence[Sequence[float]]  #: twice PARTS numbers
    whole: Sequence[float] = ()  #: ANSWERS log-odds for the stretch as such: what happened, to no show and at all


@dataclass(frozen=True, slots=True)
class Reading:
    """The mentions, in text order, not overlapping; and the words they were found in."""

    mentions: tuple[Mention, ...]
    stretches: tuple[Words, ...] = field(default=(), repr=False)

    def signs(self, start: int, end: int) -> Signs | None:
        """Of the words from `start` to `end`; None where the model did not read them."""
        stretch = next((s for s in reversed(self.stretches) if s.starts and s.starts[0] <= start), None)
        if stretch is None or start >= stretch.end:
            return None
        first = bisect_right(stretch.starts, start) - 1
        last = max(first + 1, bisect_right(stretch.starts, end - 1))
        rows, answers = stretch.kinds[first:last], stretch.answers[first]
        return Signs(
            kinds=tuple(sum(column) / len(rows) for column in zip(*rows, strict=True)),
            central=float(answers[0]),
            roles=tuple(map(float, answers[1 : 1 + len(ROLES)])),
            events=tuple(map(float, answers[OF_IT])),
            plays=tuple(map(float, stretch.plays[first])),
        )

    @property
    def untied(self) -> tuple[float, ...]:
        """Log-odds of each of EVENTS that the article tells of it and of no show: the highest of its stretches."""
        return self._highest(OF_IT)

    @property
    def told(self) -> tuple[float, ...]:
        """Log-odds of each of EVENTS that the article tells of it at all, of a show or none."""
        return self._highest(AT_ALL)

    def _highest(self, which: slice) -> tuple[float, ...]:
        rows = [s.whole[which] for s in self.stretches if len(s.whole)]
        return tuple(float(max(column)) for column in zip(*rows, strict=True))


def pooled(log_odds: Iterable[float]) -> float:
    """Log-odds of a name from those of its mentions: one that says it is enough, and each one adds (log-sum-exp)."""
    found = tuple(log_odds)
    top = max(found)
    return top + math.log(sum(math.exp(value - top) for value in found))


def log_odds(probability: float) -> float:
    """Between -6 and 6."""
    p = min(max(probability, 0.0025), 0.9975)
    return math.log(p / (1 - p))


def plays(actor: Signs, part: Signs) -> float:
    """Log-odds that the person named in one place plays the character named in the other."""
    return sum(a * b for a, b in zip(actor.plays[:PARTS], part.plays[PARTS:], strict=True)) + PLAYS_BIAS
