"""How well are annotated articles tagged? Precision, recall and F1 of the whole tagger with the shipped model.

usage: python -m bench.tagging_corpus FILE.ann ... [--oracle] [--held-out] [--list]

What counts as found is said in feeder/evaluation/scores.py; `feeder eval FILE.ann` prints the same figures for an
installation, with its catalog. `--oracle` takes the mentions from the annotation: what is lost then is lost after the
model.
The peer in the same run is the plain catalog match: every catalog hit is a tag.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from feeder import catalog
from feeder.catalog import Catalog
from feeder.evaluation import Facts, Scores
from feeder.model import MentionKind, Tag, Tagging, TagKind
from feeder.tagging import MentionModel, Tagger
from training.facts import Oracle, read


def told(scores: Scores, names: Sequence[str] = ()) -> str:
    """A line for each count, or for those of these names."""
    lines = []
    for name, count in scores.counts.items():
        if not names or name in names:
            p, r, f1 = (share or 0.0 for share in (count.precision, count.recall, count.f1))
            pairs = f"(tp {count.right} fp {count.wrong} fn {count.missed})"
            lines.append(f"{name:<14} P {p:.3f}  R {r:.3f}  F1 {f1:.3f}   {pairs}")
    return "\n".join(lines)


def catalog_alone(facts: Facts, known: Catalog) -> Tagging:
    """The peer: every show and person of the catalog whose name stands in the text."""
    tags: dict[str, Tag] = {}
    for hit in known.hits(facts.article.text):
        show = known.show(hit.ids[0]) if hit.kind is MentionKind.SHOW else None
        person = known.person(hit.ids[0]) if hit.kind is MentionKind.PERSON else None
        label = show.title if show else person.name if person else None
        if label is not None:
            kind = TagKind.SHOW if show else TagKind.PERSON
            tags[f"{kind}{hit.ids[0]}"] = Tag(kind=kind, id=hit.ids[0], label=label, score=1.0, main=True)
    return Tagging(tags=tuple(tags.values()))


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
        scores.add(facts, tagging)
        peer.add(facts, catalog_alone(facts, known))
    print(f"{len(articles)} articles, {1000 * spent / len(articles):.1f} ms of processor time each\n{told(scores)}")
    print(f"characters as people {scores.characters_as_people}; works and outlets as shows {scores.works_as_shows}")
    print("\nplain catalog match\n" + told(peer, ("shows", "people")))
    if given.list:
        for m in scores.mistakes:
            print(f"{m.article}: {'missed' if m.missed else 'wrong'} {m.kind}: {m.name}")


if __name__ == "__main__":
    main()
