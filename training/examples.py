"""Articles to arrays: what the network reads, and the labels it should give."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from feeder.tagging.features import LABELS, segments, shapes, windows
from training.annotated import Flat

_LABEL = {label: i for i, label in enumerate(LABELS)}
_KIND = {"AWARD": "ORG", "EVENT": "ORG"}
IGNORED = -100


@dataclass(frozen=True, slots=True)
class Example:
    ids: list[int]
    shapes: list[int]
    segments: list[int]
    labels: list[int]  #: IGNORED for the headline repeated as context


def examples(article: Flat, tok: Tokenizer) -> Iterator[Example]:
    encoded = tok.encode(article.text, add_special_tokens=False)
    offsets = encoded.offsets
    shape, segment = shapes(article.text, offsets), segments(offsets, article.headline_end)
    labels = _labels(article, offsets)
    for w in windows(article.text, offsets, article.headline_end):
        yield Example(
            [encoded.ids[i] for i in w.pieces],
            [shape[i] for i in w.pieces],
            [segment[i] for i in w.pieces],
            [IGNORED] * w.context + labels[w.start : w.end],
        )


def _labels(article: Flat, offsets: Sequence[tuple[int, int]]) -> list[int]:
    out = [0] * len(offsets)
    spans = iter(article.spans)
    span = next(spans, None)
    begun = False
    for i, (start, end) in enumerate(offsets):
        while span is not None and start >= span[1]:
            span, begun = next(spans, None), False
        if span is not None and start >= span[0] and end <= span[1]:
            kind = _KIND.get(span[2], span[2])
            out[i] = _LABEL[("I-" if begun else "B-") + kind]
            begun = True
    return out


@dataclass(frozen=True, slots=True)
class Batch:
    ids: Tensor
    shapes: Tensor
    segments: Tensor
    mask: Tensor
    labels: Tensor


def collate(rows: Sequence[Example], tok: Tokenizer) -> Batch:
    cls, sep, pad = (tok.token_to_id(t) for t in ("[CLS]", "[SEP]", "[PAD]"))
    size = max(len(r.ids) for r in rows) + 2

    def padded(values: Iterable[list[int]], fill: int) -> Tensor:
        return torch.tensor([v + [fill] * (size - len(v)) for v in values])

    return Batch(
        ids=padded(([cls, *r.ids, sep] for r in rows), pad),
        shapes=padded(([0, *r.shapes, 0] for r in rows), 0),
        segments=padded(([0, *r.segments, 0] for r in rows), 0),
        mask=padded(([1] * (len(r.ids) + 2) for r in rows), 0),
        labels=padded(([IGNORED, *r.labels, IGNORED] for r in rows), IGNORED),
    )


def without_case(row: Example, rng: random.Random, *, share: float) -> Example:
    """With probability `share`, the example with its shapes hidden: text that has lost its capitals is read as well."""
    return Example(row.ids, [0] * len(row.ids), row.segments, row.labels) if rng.random() < share else row


def batches(rows: Sequence[Example], size: int, rng: random.Random) -> list[list[Example]]:
    """Batches of examples of like length (less padding), in random order; every example once."""
    ordered = sorted(rows, key=lambda r: len(r.ids) + 40 * rng.random())
    out = [ordered[i : i + size] for i in range(0, len(ordered), size)]
    rng.shuffle(out)
    return out
