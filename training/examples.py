"""Articles to arrays: what the network reads, and the labels and answers it should give."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import torch
from tokenizers import Tokenizer
from torch import Tensor

from feeder.catalog import Catalog
from feeder.tagging.features import FLAGS, LABELS, flags, segments, shapes, windows
from feeder.tagging.reading import EVENTS, ROLES
from training.annotated import Flat, Marked, flatten, listed
from training.augment import TOLD

_LABEL = {label: i for i, label in enumerate(LABELS)}
_KIND = {"AWARD": "ORG", "EVENT": "ORG"}
_EVENT = {kind.value: i for i, kind in enumerate(EVENTS)}
_ROLE = {role.value: i for i, role in enumerate(ROLES)}
IGNORED = -100

Entity = tuple[str, str]  #: type and name


@dataclass(frozen=True, slots=True)
class Window:
    """What is read at once."""

    ids: list[int]
    shapes: list[int]
    segments: list[int]
    flags: list[tuple[int, ...]]
    labels: list[int]  #: IGNORED for the headline repeated as context
    places: list[tuple[int, Entity]]  #: piece with which a mention begins; not those of the context


@dataclass(frozen=True, slots=True)
class Truth:
    """What an article says of the names in it, by their names as it was written."""

    main: frozenset[str]
    disputed: frozenset[str]  #: what one of two readers took for main: not asked about
    roles: dict[str, frozenset[int]]
    events: dict[str, frozenset[int]]  #: by show, "" for none
    plays: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, article: Marked) -> Truth:
        header = dict(article.header)
        shows = {s.name for line in article.lines for s in line if s.type == "SHOW"}
        roles: dict[str, frozenset[int]] = {}
        for item in listed(header.get("roles", "")):
            who, _, what = item.rpartition("=")
            roles[who.strip()] = frozenset(_ROLE[r.strip()] for r in what.split(",") if r.strip() in _ROLE)
        events: dict[str, set[int]] = {}
        for item in listed(header.get("events", "")):
            kind, _, show = (part.strip() for part in item.partition("@"))
            if kind in _EVENT:
                events.setdefault(show if show in shows else "", set()).add(_EVENT[kind])
        plays = set()
        for item in listed(header.get("plays", "")):
            who, _, what = item.partition("=")
            plays.add((who.strip(), what.rpartition("@")[0].strip() if "@" in what else what.strip()))
        return cls(
            frozenset(listed(header.get("main", ""))),
            frozenset(listed(header.get("main-too", ""))),
            roles,
            {show: frozenset(kinds) for show, kinds in events.items()},
            frozenset(plays),
        )


@dataclass(frozen=True, slots=True)
class Example:
    """An article as the network is shown it, and what is true of it."""

    windows: list[Window]
    truth: Truth


def example(
    variant: Marked, truth: Truth, tok: Tokenizer, known: Catalog, *, hide: float = 0.0, rng: random.Random
) -> Example:
    """`hide`: that share of the names the catalog has is not flagged, as if it did not have them."""
    article = flatten(variant)
    encoded = tok.encode(article.text, add_special_tokens=False)
    offsets = encoded.offsets
    shape, segment = shapes(article.text, offsets), segments(offsets, article.headline_end)
    hidden: dict[str, bool] = {}
    hits = [h for h in known.hits(article.text) if not hidden.setdefault(h.surface, rng.random() < hide)]
    flag = flags(offsets, hits)
    labels, begins = _labels(article, offsets)
    out = [
        Window(
            [encoded.ids[i] for i in w.pieces],
            [shape[i] for i in w.pieces],
            [segment[i] for i in w.pieces],
            [flag[i] for i in w.pieces],
            [IGNORED] * w.context + labels[w.start : w.end],
            [(i - w.start + w.context, begins[i]) for i in range(w.start, w.end) if i in begins],
        )
        for w in windows(article.text, offsets, article.headline_end)
    ]
    return Example(out, truth)


def _labels(article: Flat, offsets: Sequence[tuple[int, int]]) -> tuple[list[int], dict[int, Entity]]:
    """A label for each piece, and the pieces with which mentions of shows, people and characters begin."""
    out, begins = [0] * len(offsets), {}
    spans = iter(article.spans)
    span = next(spans, None)
    begun = False
    for i, (start, end) in enumerate(offsets):
        while span is not None and start >= span[1]:
            span, begun = next(spans, None), False
        if span is not None and start >= span[0] and end <= span[1]:
            kind = _KIND.get(span[2], span[2])
            out[i] = _LABEL[("I-" if begun else "B-") + kind]
            if not begun and kind in {"SHOW", "PER", "CHAR"}:
                begins[i] = (kind, span[3])
            begun = True
    return out, begins


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of whole articles. `place_*`: mentions, by window, piece and entity; entities count over the batch."""

    ids: Tensor
    shapes: Tensor
    segments: Tensor
    flags: Tensor
    mask: Tensor
    labels: Tensor
    articles: Tensor  #: of each window
    place_window: Tensor
    place_piece: Tensor
    place_entity: Tensor
    central: Tensor  #: 1, 0 or -1 (unknown), by entity
    roles: Tensor  #: [entity, ROLES]; a row of -1 where nothing is known
    events: Tensor  #: [entity, EVENTS]; a row of -1 for people
    untied: Tensor  #: [article, EVENTS]: events of no show
    told: Tensor  #: [article, EVENTS]: events of any show or none
    pair_person: Tensor  #: places of a person and a character in one window
    pair_character: Tensor
    pair: Tensor  #: number of the (person, character) that stand in both
    plays: Tensor  #: 1 or 0, by such number


@dataclass(slots=True)
class _Gathered:
    places: list[tuple[int, int, int]] = field(default_factory=list)
    entities: dict[tuple[int, Entity], int] = field(default_factory=dict)
    pairs: list[tuple[int, int, int]] = field(default_factory=list)
    pair_numbers: dict[tuple[int, str, str], int] = field(default_factory=dict)


def collate(rows: Sequence[Example], tok: Tokenizer) -> Batch:
    cls, sep, pad = (tok.token_to_id(t) for t in ("[CLS]", "[SEP]", "[PAD]"))
    all_windows = [(n, w) for n, row in enumerate(rows) for w in row.windows]
    size = max(len(w.ids) for _, w in all_windows) + 2

    def padded(values: Iterable[list[int]], fill: int) -> Tensor:
        return torch.tensor([v + [fill] * (size - len(v)) for v in values])

    raised = torch.zeros(len(all_windows), size, FLAGS)
    found = _Gathered()
    for number, (n, w) in enumerate(all_windows):
        for i, here in enumerate(w.flags, start=1):
            if here:
                raised[number, i, list(here)] = 1.0
        here_places = []
        for piece, (kind, name) in w.places:
            entity = found.entities.setdefault((n, (kind, name)), len(found.entities))
            here_places.append((len(found.places), kind, name))
            found.places.append((number, piece + 1, entity))
        people = [(p, name) for p, kind, name in here_places if kind == "PER" and name]
        characters = [(p, name) for p, kind, name in here_places if kind == "CHAR" and name]
        for (p, person), (c, character) in product(people, characters):
            pair = found.pair_numbers.setdefault((n, person, character), len(found.pair_numbers))
            found.pairs.append((p, c, pair))
    central, roles, events = [], [], []
    told = [{i for e in row.truth.events.values() for i in e} for row in rows]
    for n, (kind, name) in found.entities:
        truth = rows[n].truth
        inserted = name.startswith(TOLD)
        unasked = kind == "CHAR" or inserted or name in truth.disputed
        central.append(-1.0 if unasked else float(name in truth.main and name != ""))
        known = kind == "PER" and name in truth.roles
        roles.append([float(i in truth.roles[name]) if known else -1.0 for i in range(len(ROLES))])
        happened = truth.events.get(name, frozenset()) if name else frozenset[int]()
        if inserted:
            kind_told = name.removeprefix(TOLD).partition("#")[0]
            happened = frozenset({_EVENT[kind_told]} if kind_told else ())
            told[n] |= happened
        events.append([float(i in happened) if kind == "SHOW" else -1.0 for i in range(len(EVENTS))])
    untied = [[float(i in row.truth.events.get("", ())) for i in range(len(EVENTS))] for row in rows]
    plays = [float((person, character) in rows[n].truth.plays) for n, person, character in found.pair_numbers]
    window, piece, entity = zip(*found.places, strict=True) if found.places else ((), (), ())
    person, character, pair = zip(*found.pairs, strict=True) if found.pairs else ((), (), ())
    return Batch(
        ids=padded(([cls, *w.ids, sep] for _, w in all_windows), pad),
        shapes=padded(([0, *w.shapes, 0] for _, w in all_windows), 0),
        segments=padded(([0, *w.segments, 0] for _, w in all_windows), 0),
        flags=raised,
        mask=padded(([1] * (len(w.ids) + 2) for _, w in all_windows), 0),
        labels=padded(([IGNORED, *w.labels, IGNORED] for _, w in all_windows), IGNORED),
        articles=torch.tensor([n for n, _ in all_windows]),
        place_window=torch.tensor(window, dtype=torch.long),
        place_piece=torch.tensor(piece, dtype=torch.long),
        place_entity=torch.tensor(entity, dtype=torch.long),
        central=torch.tensor(central),
        roles=torch.tensor(roles).reshape(-1, len(ROLES)),
        events=torch.tensor(events).reshape(-1, len(EVENTS)),
        untied=torch.tensor(untied),
        told=torch.tensor([[float(i in t) for i in range(len(EVENTS))] for t in told]),
        pair_person=torch.tensor(person, dtype=torch.long),
        pair_character=torch.tensor(character, dtype=torch.long),
        pair=torch.tensor(pair, dtype=torch.long),
        plays=torch.tensor(plays),
    )


def without_case(row: Example, rng: random.Random, *, share: float) -> Example:
    """With probability `share`, the example with its shapes hidden: text that has lost its capitals is read as well."""
    if rng.random() >= share:
        return row
    return Example([replace(w, shapes=[0] * len(w.ids)) for w in row.windows], row.truth)


def batches(rows: Sequence[Example], size: int, rng: random.Random) -> list[list[Example]]:
    """Batches of about `size` windows, of articles of like length (less padding), in random order; each once."""
    ordered = sorted(rows, key=lambda r: max(len(w.ids) for w in r.windows) + 40 * rng.random())
    out: list[list[Example]] = [[]]
    count = 0
    for row in ordered:
        if out[-1] and count + len(row.windows) > size:
            out.append([])
            count = 0
        out[-1].append(row)
        count += len(row.windows)
    rng.shuffle(out)
    return out
