"""Precision and recall on what the owner has said: corrections and front matter as a test set."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from feeder.evaluation.scores import Count, Mistake
from feeder.model import Tag, TagKind


@dataclass(slots=True)
class OwnScores:
    """All counts of a run over the owner's articles. Only what the owner spoke about is counted."""

    articles: int = 0
    shows: Count = field(default_factory=Count)
    people: Count = field(default_factory=Count)
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def counts(self) -> Mapping[str, Count]:
        """By name, in the order in which they are told."""
        return {"shows": self.shows, "people": self.people}

    def add(
        self,
        key: str,
        found: Sequence[Tag],
        wanted: Sequence[Tag],
        *,
        listed: Collection[TagKind],
        is_owners: Callable[[Tag], bool],
    ) -> None:
        """Compare tags found without the owner's word with those found with it.

        `listed`: kinds of which front matter names all; every tag counts there. Of the others those count that the
        owner's word brings, and those that it takes away.
        """
        self.articles += 1
        for kind, count in ((TagKind.SHOW, self.shows), (TagKind.PERSON, self.people)):
            said = {t.id: t.label for t in found if t.kind is kind}
            kept = {t.id: t.label for t in wanted if t.kind is kind}
            true = {t.id for t in wanted if t.kind is kind and (kind in listed or is_owners(t))}
            judged = {i for i in said if i in true or i not in kept}
            count.add(true, judged)
            self.mistakes += [Mistake(key, kind, kept[i], missed=True) for i in sorted(true - judged)]
            self.mistakes += [Mistake(key, kind, said[i], missed=False) for i in sorted(judged - true)]
