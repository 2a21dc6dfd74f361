"""Annotated articles and the truth about them (feeder.evaluation.facts), and a mention finder that knows it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from feeder.catalog import Hit
from feeder.evaluation import Facts, Marking, facts
from feeder.model import Mention, MentionKind
from feeder.tagging.reading import Reading
from training.annotated import load

__all__ = ["Facts", "Marking", "Oracle", "facts", "read"]

_KINDS = {k.value: k for k in MentionKind}


def read(paths: Iterable[Path]) -> Iterator[Facts]:
    for marked in load(paths):
        yield facts(marked)


class Oracle:
    """A mention finder that knows the markings, and errs as told: a share is missed, another gets a wrong kind."""

    def __init__(self, facts: Iterable[Facts], *, missed: float = 0.0, confused: float = 0.0) -> None:
        self._by_text = {f.article.text: f for f in facts}
        self._missed, self._confused = missed, confused

    def read(self, text: str, *, headline_end: int, hits: Sequence[Hit] = ()) -> Reading:  # noqa: ARG002 - the protocol's signature
        known = self._by_text[text]
        chance = random.Random(known.id)
        confusions = {
            "SHOW": ["FILM", "WORK"],
            "PER": ["CHAR"],
            "CHAR": ["PER"],
            "FILM": ["SHOW"],
            "WORK": ["SHOW", "FILM"],
        }
        found = []
        for m in known.markings:
            kind, score = m.type, 0.9 + 0.1 * chance.random()
            if kind not in _KINDS or chance.random() < self._missed:
                continue
            if kind in confusions and chance.random() < self._confused:
                kind, score = chance.choice(confusions[kind]), 0.4 + 0.5 * chance.random()
            found.append(
                Mention(kind=_KINDS[kind], start=m.start, end=m.end, surface=text[m.start : m.end], score=score)
            )
        return Reading(tuple(found))
