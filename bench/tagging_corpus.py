"""How well are annotated articles tagged? Precision, recall and F1 of the whole tagger with the shipped model.

usage: python -m bench.tagging_corpus FILE.ann ... [--oracle] [--held-out] [--list]

Figures are micro-averaged over (article, tag) pairs, each counted once. A show is found when its label is the canonical
title or a form in which the article names it; a person when the label is the canonical name or a form of two words or
more in the article. `--oracle` takes the mentions from the annotation: what is lost then is lost after the model.
The peer in the same run is the plain catalog match: every catalog hit is a tag.
"""

from __future__ import annotations

import argparse
import re
import time
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from feeder import catalog
from feeder.catalog import Catalog
from feeder.model import MentionKind, Role, Tag, TagKind
from feeder.tagging import MentionModel, Tagger
from training.facts import Facts, Oracle, read


def plain(name: str) -> str:
    """A name as it is compared: no accents, case, punctuation, leading article or bracket at its end."""
    name = unicodedata.normalize("NFKD", name).replace("’", "'").replace("‘", "'")
    name = "".join(c for c in name if not unicodedata.combining(c)).casefold()
    name = re.sub(r"[^\w\s]", "", re.sub(r"\s*\([^)]*\)\s*$", "", name).replace("&", " and "))
    return re.sub(r"^(the|a|an)\s+(?=\w)", "", " ".join(name.split()))


@dataclass
class Count:
    """Pairs found rightly, wrongly and missed."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def add(self, truth: Iterable[object], said: Iterable[object]) -> None:
        true, found = set(truth), set(said)
        self.tp += len(true & found)
        self.fp += len(found - true)
        self.fn += len(true - found)

    def line(self, label: str) -> str:
        p = self.tp / max(1, self.tp + self.fp)
        r = self.tp / max(1, self.tp + self.fn)
        f1 = 2 * self.tp / max(1, 2 * self.tp + self.fp + self.fn)
        return f"{label:<14} P {p:.3f}  R {r:.3f}  F1 {f1:.3f}   (tp {self.tp} fp {self.fp} fn {self.fn})"


class Scores:
    """All counts of a run."""

    def __init__(self) -> None:
        self.counts = {
            k: Count() for k in ("shows", "shows main", "people", "people main", "actors", "plays", "events")
        }
        self.leaks = self.traps = 0
        self.errors: list[str] = []

    def add(self, facts: Facts, tags: Sequence[Tag], happened: Iterable[tuple[str, str]]) -> None:
        shows = _pair(facts, [t for t in tags if t.kind is TagKind.SHOW], "SHOW")
        people = _pair(facts, [t for t in tags if t.kind is TagKind.PERSON], "PER")
        true_shows, true_people = set(facts.names("SHOW")), set(facts.names("PER"))
        count = self.counts
        count["shows"].add(true_shows, shows)
        count["people"].add(true_people, people)
        count["shows main"].add(true_shows & facts.main, (n for n, t in shows.items() if t.main))
        count["people main"].add(true_people & facts.main, (n for n, t in people.items() if t.main))
        count["actors"].add(
            (n for n in true_people if "actor" in facts.roles.get(n, ())),
            (n for n, t in people.items() if Role.ACTOR in t.roles),
        )
        count["plays"].add(
            {(p, (plain(c) or "-").split()[0]) for p, c in facts.plays},
            {(n, (plain(c) or "-").split()[0]) for n, t in people.items() for c in t.characters},
        )
        titles = {t.id: n for n, t in shows.items()}
        count["events"].add(
            ((k, s) for k, s in facts.events if k != "other"), ((k, titles.get(s, s)) for k, s in happened)
        )
        characters = {plain(f) for n, forms in facts.names("CHAR").items() for f in (n, *forms)}
        films = {plain(f) for n, forms in facts.names("FILM", "WORK", "NET", "OUT").items() for f in (n, *forms)}
        self.leaks += sum(plain(n) in characters for n in set(people) - true_people)
        self.traps += sum(plain(n) in films for n in set(shows) - true_shows)
        for kind, true, said in (("show", true_shows, set(shows)), ("person", true_people, set(people))):
            self.errors += [f"{facts.id}: missed {kind}: {n}" for n in sorted(true - said)]
            self.errors += [f"{facts.id}: wrong {kind}: {n}" for n in sorted(said - true)]

    def __str__(self) -> str:
        lines = [c.line(k) for k, c in self.counts.items()]
        return "\n".join([*lines, f"characters as people {self.leaks}; films, works and outlets as shows {self.traps}"])


def _pair(facts: Facts, tags: Sequence[Tag], kind: str) -> dict[str, Tag]:
    """Tags by the canonical name they were matched with, or by their own label where with none (or one taken)."""
    forms = {
        name: {plain(f) for f in (name, *surfaces) if kind == "SHOW" or f == name or " " in plain(f)}
        for name, surfaces in facts.names(kind).items()
    }
    paired: dict[str, Tag] = {}
    for tag in tags:
        label = plain(tag.label)
        name = next((n for n in forms if plain(n) == label and n not in paired), None)
        name = name or next((n for n, f in forms.items() if label in f and n not in paired), None)
        paired[name or f"{tag.label} (no such {kind})"] = tag
    return paired


def catalog_alone(facts: Facts, known: Catalog) -> list[Tag]:
    """The peer: every show and person of the catalog whose name stands in the text."""
    tags: dict[str, Tag] = {}
    for hit in known.hits(facts.article.text):
        show = known.show(hit.ids[0]) if hit.kind is MentionKind.SHOW else None
        person = known.person(hit.ids[0]) if hit.kind is MentionKind.PERSON else None
        label = show.title if show else person.name if person else None
        if label is not None:
            kind = TagKind.SHOW if show else TagKind.PERSON
            tags[f"{kind}{hit.ids[0]}"] = Tag(kind=kind, id=hit.ids[0], label=label, score=1.0, main=True)
    return list(tags.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--oracle", action="store_true", help="mentions from the annotation")
    parser.add_argument("--held-out", action="store_true", help="only the fifth that nothing was fitted on")
    parser.add_argument("--list", action="store_true", help="every missed and every wrong tag")
    given = parser.parse_args()
    articles = [f for f in read(given.files) if f.held_out or not given.held_out]
    known = catalog.load()
    tagger = Tagger(catalog=known, mentions=Oracle(articles) if given.oracle else MentionModel.load())
    tagger.tag(articles[0].article)  # what is loaded once is not counted
    scores, peer = Scores(), Scores()
    spent = 0.0
    for facts in articles:
        began = time.process_time()
        tagging = tagger.tag(facts.article)
        spent += time.process_time() - began
        scores.add(facts, tagging.tags, ((e.type.value, e.show or "") for e in tagging.events))
        peer.add(facts, catalog_alone(facts, known), ())
    print(f"{len(articles)} articles, {1000 * spent / len(articles):.1f} ms of processor time each\n{scores}")
    print("\nplain catalog match\n" + "\n".join(peer.counts[k].line(k) for k in ("shows", "people")))
    if given.list:
        print("\n".join(scores.errors))


if __name__ == "__main__":
    main()
