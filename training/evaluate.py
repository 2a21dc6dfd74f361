"""Measure a model folder on the held-out fifth of training/data; print Markdown for the model card.

usage: python -m training.evaluate FOLDER

A mention counts as right when start, end and kind agree. Texts are as they stand in training/data: with swapped names.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from feeder import catalog
from feeder.model import Mention
from feeder.tagging.features import KINDS
from feeder.tagging.mentions import MentionModel
from training.annotated import DATA, Flat, flatten, load

_KIND = {"AWARD": "ORG", "EVENT": "ORG"}
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Outcome:
    """An article, what it should give, what the model gave. Spans are (start, end, kind)."""

    article: Flat
    gold: frozenset[tuple[int, int, str]]
    found: tuple[Mention, ...]


def outcomes(model: MentionModel) -> Iterable[Outcome]:
    known = catalog.load()
    for marked in load(sorted(DATA.glob("*.ann"))):
        if marked.held_out:
            flat = flatten(marked)
            gold = frozenset((start, end, _KIND.get(kind, kind)) for start, end, kind, _ in flat.spans)
            reading = model.read(flat.text, headline_end=flat.headline_end, hits=known.hits(flat.text))
            yield Outcome(flat, gold, reading.mentions)


def table(results: list[Outcome]) -> str:
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for r in results:
        found = {(m.start, m.end, str(m.kind)) for m in r.found}
        right.update(kind for _, _, kind in found & r.gold)
        wrong.update(kind for _, _, kind in found - r.gold)
        missed.update(kind for _, _, kind in r.gold - found)
    rows = ["| kind | mentions | P | R | F1 |", "|---|---|---|---|---|"]
    for kind in [*(str(k) for k in KINDS), "all"]:
        tp, fp, fn = (c.total() if kind == "all" else c[kind] for c in (right, wrong, missed))
        p, r = tp / max(1, tp + fp), tp / max(1, tp + fn)
        rows.append(f"| {kind} | {tp + fn} | {p:.3f} | {r:.3f} | {2 * p * r / max(1e-9, p + r):.3f} |")
    return "\n".join(rows)


def confusion(results: list[Outcome]) -> str:
    """Rows: what stands in the text; columns: what the model said of the mention that overlaps it most."""
    counts = Counter[tuple[str, str]]()
    for r in results:
        taken: set[Mention] = set()
        for start, end, kind in r.gold:
            over = [m for m in r.found if m.start < end and start < m.end]
            best = max(over, key=lambda m: min(end, m.end) - max(start, m.start), default=None)
            counts[kind, str(best.kind) if best else NOTHING] += 1
            taken.update(over)
        counts.update((NOTHING, str(m.kind)) for m in r.found if m not in taken)
    kinds = [*(str(k) for k in KINDS), NOTHING]
    rows = ["| is \\ called | " + " | ".join(kinds) + " |", "|---" * (len(kinds) + 1) + "|"]
    rows += [f"| {a} | " + " | ".join(str(counts[a, b] or "") for b in kinds) + " |" for a in kinds]
    return "\n".join(rows)


def calibration(results: list[Outcome]) -> str:
    """How often mentions of a score are right: for what a score may be taken."""
    right, all_ = Counter[int](), Counter[int]()
    for r in results:
        for m in r.found:
            band = min(9, int(m.score * 10))
            all_[band] += 1
            right[band] += (m.start, m.end, str(m.kind)) in r.gold
    rows = ["| score | mentions | right |", "|---|---|---|"]
    rows += [f"| {b / 10:.1f}-{(b + 1) / 10:.1f} | {all_[b]} | {right[b] / all_[b]:.2f} |" for b in sorted(all_)]
    return "\n".join(rows)


def worst(results: list[Outcome], count: int) -> str:
    """The surest mistakes: wrong mentions by score."""
    mistakes = [(m.score, m, r) for r in results for m in r.found if (m.start, m.end, str(m.kind)) not in r.gold]
    rows = []
    for score, m, r in sorted(mistakes, key=lambda x: -x[0])[:count]:
        around = r.article.text[max(0, m.start - 45) : m.end + 45].replace("\n", " / ")
        truth = [f"{r.article.text[s:e]} {k}" for s, e, k in sorted(r.gold) if s < m.end and m.start < e]
        rows.append(
            f"- {score:.2f} called {m.kind}: **{m.surface}** ({'; '.join(truth) or 'no mention'}) in: …{around}…"
        )
    return "\n".join(rows)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--worst", type=int, default=10)
    given = options.parse_args()
    model = MentionModel.load(given.folder)
    began = time.monotonic()
    results = list(outcomes(model))
    per = 1000 * (time.monotonic() - began) / len(results)
    print(f"{len(results)} articles, {per:.0f} ms an article\n")
    for part in (table(results), confusion(results), calibration(results), worst(results, given.worst)):
        print(part + "\n")


if __name__ == "__main__":
    main()
