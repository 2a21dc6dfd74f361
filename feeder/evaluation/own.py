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
    main_shows: Count = field(default_factory=Count)
    people: Count = field(default_factory=Count)
    main_people: Count = field(default_factory=Count)
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def counts(self) -> Mapping[str, Count]:
        """By name, in the order in which they are told."""
        return {
            "shows": self.shows,
            "main shows": self.main_shows,
            "people": self.people,
            "main people": self.main_people,
        }

    def add(
        self,
        key: str,
        found: Sequence[Tag],
        wanted: Sequence[Tag],
        *,
        listed: Collection[TagKind],
        is_owners: Callable[[Tag], bool],
        mains: Mapping[tuple[TagKind, str], bool],
    ) -> None:
        """Compare tags found without the owner's word with those found with it.

        `listed`: kinds of which front matter names all; every tag counts there. Of the others those count that the
        owner's word brings, and those that it takes away. `mains`: the tags of which the owner says whether the article
        is about them; of main tags only these count.
        """
        self.articles += 1
        for kind, count, main in (
            (TagKind.SHOW, self.shows, self.main_shows),
            (TagKind.PERSON, self.people, self.main_people),
        ):
            said = {t.id: t.label for t in found if t.kind is kind}
            kept = {t.id: t.label for t in wanted if t.kind is kind}
            true = {t.id for t in wanted if t.kind is kind and (kind in listed or is_owners(t))}
            judged = {i for i in said if i in true or i not in kept}
            count.add(true, judged)
            spoken = {i: yes for (of, i), yes in mains.items() if of is kind}
            true_main = {i for i, yes in spoken.items() if yes}
            said_main = {t.id for t in found if t.kind is kind and t.main and t.id in spoken}
            main.add(true_main, said_main)
            self.mistakes += [Mistake(key, kind, kept[i], missed=True) for i in sorted(true - judged)]
            self.mistakes += [Mistake(key, kind, said[i], missed=False) for i in sorted(judged - true)]
            astray = sorted((true_main ^ said_main) & said.keys())  # one that was not found at all is told above
            self.mistakes += [Mistake(key, kind, said[i], missed=i in true_main, main=True) for i in astray]
