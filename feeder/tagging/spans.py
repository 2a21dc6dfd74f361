"""Which words name something? The model's mentions and the catalog's hits become one row of spans without overlaps.

Longest match wins; a known name that is no show ("Real Housewives of Atlanta" around "Atlanta") takes its words away
from everything inside it. What a span is stays open here: it carries the model's kind and all kinds the catalog knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from feeder.catalog import Hit
from feeder.model import MentionKind
from feeder.tagging.document import Document
from feeder.tagging.reading import Reading, Signs

_TRAILING = re.compile(r"(?:['’]|[,;:.\s]+)$")
_SEASON = re.compile(r"[\s,:]+(?:Season|Series|Seasons)\s+(?:\d+|One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten)$")
_SEASON_WORD = re.compile(r"[\s,:]+(?:Season|Series|Seasons)$")
_NUMBER = re.compile(r"\s(?:\d|One\b|Two\b|Three\b|Four\b|Five\b|Six\b|Seven\b|Eight\b|Nine\b|Ten\b)")
_ENDS_WITH_DOT = re.compile(r"\b(?:[A-Z]|Jr|Sr|Inc|Co|St|Mrs|Mr|Dr)\.$")


@dataclass(frozen=True, slots=True)
class Span:
    """Words that name something."""

    start: int
    end: int
    surface: str
    kind: MentionKind
    score: float  #: the model's probability of `kind`; 0 where only the catalog knows the name
    catalog: Mapping[MentionKind, tuple[str, ...]] = field(default_factory=dict)  #: ids by kind
    signs: Signs | None = field(default=None, compare=False, repr=False)  #: what the model makes of it; None: not read

    @property
    def by_model(self) -> bool:
        return self.score > 0


def merge(document: Document, reading: Reading, hits: Sequence[Hit]) -> tuple[Span, ...]:
    """Spans in text order, none overlapping another, boilerplate left out."""
    text = document.text
    known: dict[tuple[int, int], dict[MentionKind, tuple[str, ...]]] = {}
    for hit in hits:
        kinds = known.setdefault((hit.start, hit.end), {})
        kinds[hit.kind] = (*kinds.get(hit.kind, ()), *hit.ids)
    candidates: list[Span] = []
    for mention in reading.mentions:
        start, end = _trimmed(text, mention.start, mention.end)
        if start >= end:
            continue
        wider = _known_around(known, start, end, mention.kind)
        if wider is not None:
            start, end = wider
        candidates.append(
            Span(
                start,
                end,
                text[start:end],
                mention.kind,
                max(mention.score, 1e-3),
                known.get((start, end), {}),
                reading.signs(start, end),
            )
        )
    taken = sorted((s.start, s.end) for s in candidates)
    for (start, end), kinds in known.items():
        if not any(a < end and start < b for a, b in taken):
            candidates.append(
                Span(start, end, text[start:end], _first_kind(kinds), 0.0, kinds, reading.signs(start, end))
            )
    # longest first, then the surer one; then whatever does not overlap
    candidates.sort(key=lambda s: (-(s.end - s.start), -s.score, s.start))
    chosen: list[Span] = []
    for span in candidates:
        if all(span.end <= c.start or c.end <= span.start for c in chosen):
            chosen.append(span)
    chosen.sort(key=lambda s: s.start)
    return tuple(s for s in chosen if not document.is_boilerplate(s.start, s.end))


def _known_around(
    known: Mapping[tuple[int, int], Mapping[MentionKind, tuple[str, ...]]], start: int, end: int, kind: MentionKind
) -> tuple[int, int] | None:
    """The catalog's wider span of the same kind around a mention that caught only a part of the name."""
    best = None
    for (a, b), kinds in known.items():
        if (
            a <= start
            and end <= b
            and (b - a) > (end - start)
            and kind in kinds
            and (best is None or b - a > best[1] - best[0])
        ):
            best = (a, b)
    return best


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without spaces, stray quotes, closing stops and 'Season 4'."""
    while True:
        surface = text[start:end]
        if surface[:1].isspace() or surface[:1] in "'\"“‘(":
            start += 1
            continue
        season = _SEASON.search(surface) or (_NUMBER.match(text[end:]) and _SEASON_WORD.search(surface))
        if season:
            end = start + season.start()
            continue
        if surface.endswith(("”", '"', ")")) and not ("(" in surface and surface.endswith(")")):
            end -= 1
            continue
        tail = _TRAILING.search(surface)
        initials = surface.count(".") > 1  # "S.W.A.T."
        if tail and not (tail[0] == "." and (initials or _ENDS_WITH_DOT.search(surface))):
            end = start + tail.start()
            continue
        return start, end


def _first_kind(kinds: Mapping[MentionKind, tuple[str, ...]]) -> MentionKind:
    for kind in (MentionKind.PERSON, MentionKind.SHOW, MentionKind.CHARACTER):
        if kind in kinds:
            return kind
    return next(iter(kinds))
