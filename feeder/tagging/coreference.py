"""Is it the same person, character or show as before? Mentions of one article become names with all their mentions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from feeder.model import MentionKind
from feeder.tagging.decisions import Decision
from feeder.tagging.document import Document
from feeder.tagging.names import (
    is_short_form,
    person_words,
    same_person,
    title_short_form,
    title_words,
)
from feeder.tagging.reading import Signs
from feeder.tagging.spans import Span


@dataclass(frozen=True, slots=True)
class Name:
    """One person, character or show of the article under all its forms."""

    kind: MentionKind
    label: str  #: the fullest form in the article
    mentions: tuple[Span, ...]  #: in text order, at least one
    lone: bool = False  #: one word only, and no fuller form in the article

    @property
    def first(self) -> int:
        return self.mentions[0].start

    @property
    def signs(self) -> tuple[Signs, ...]:
        """What the model makes of its mentions."""
        return tuple(m.signs for m in self.mentions if m.signs is not None)

    def ids(self, kind: MentionKind) -> tuple[str, ...]:
        """Catalog ids that its mentions brought along: those of the fullest form first."""
        seen: dict[str, None] = {}
        for span in sorted(self.mentions, key=lambda s: -len(s.surface)):
            seen.update(dict.fromkeys(span.catalog.get(kind, ())))
        return tuple(seen)


def people(document: Document, spans: Sequence[Span], kind: MentionKind) -> tuple[Name, ...]:
    """Names of one kind (people or characters) with their short forms, in order of first mention.

    A short form borne by two named people goes to the bearer named last before it, or to the first one after it where
    nobody was named before (headlines).
    """
    full: list[tuple[tuple[str, ...], list[Span]]] = []
    short: list[Span] = []
    by_ids: dict[str, int] = {}
    words = {person_words(s.surface) for s in spans}
    for span in spans:
        parts = person_words(span.surface)
        # a catalog's character has the ids of its shows, which say nothing about who it is
        ids = span.catalog.get(kind, ()) if kind is MentionKind.PERSON else ()
        if len(parts) < 2 or (not ids and any(len(w) > len(parts) and w[-len(parts) :] == parts for w in words)):
            short.append(span)
            continue
        at = next((i for i, (other, _) in enumerate(full) if same_person(parts, other)), None)
        if at is None and len(ids) == 1:
            at = by_ids.get(ids[0])
        if at is None:
            full.append((parts, [span]))
            at = len(full) - 1
        else:
            full[at][1].append(span)
            if len(parts) > len(full[at][0]):
                full[at] = (parts, full[at][1])
        if len(ids) == 1:
            by_ids.setdefault(ids[0], at)
    groups = [list(mentions) for _, mentions in full]
    shared = _shared_surname(document, short, spans)
    lone: dict[tuple[str, ...], list[Span]] = defaultdict(list)
    labels = [_label(mentions) for mentions in groups]
    for span in short:
        parts = person_words(span.surface)
        owners = _bearers(span, parts, full, kind)
        for owner in owners:
            groups[owner].append(span)
        if not owners:
            lone[shared.get(span.start, (parts, ""))[0]].append(span)
    names = [
        Name(kind, label, tuple(sorted(mentions, key=lambda s: s.start)))
        for label, mentions in zip(labels, groups, strict=True)
    ]
    for mentions in lone.values():
        made = next((shared[s.start][1] for s in mentions if s.start in shared), "")
        names.append(Name(kind, made or _label(mentions), tuple(mentions), lone=not made))
    return tuple(sorted(names, key=lambda n: n.first))


def _bearers(
    span: Span, parts: tuple[str, ...], full: Sequence[tuple[tuple[str, ...], list[Span]]], kind: MentionKind
) -> tuple[int, ...]:
    """The numbers of the full names a short form stands for: one, or all of them for 'the Palladinos'."""
    found: list[tuple[str, int]] = []
    ids = span.catalog.get(kind, ()) if kind is MentionKind.PERSON else ()
    for i, (other, mentions) in enumerate(full):
        how = is_short_form(parts, other)
        if how is None and len(ids) == 1 and any(ids == m.catalog.get(kind) for m in mentions):
            how = "surname"
        if how is not None:
            found.append((how, i))
    for wanted in (("surname",), ("first",), ("initials",), ("inner",)):
        matching = [i for how, i in found if how in wanted]
        if matching:
            return (_nearest(span, matching, full),)
    return tuple(i for how, i in found if how == "plural")


def _nearest(span: Span, candidates: Sequence[int], full: Sequence[tuple[tuple[str, ...], list[Span]]]) -> int:
    def distance(i: int) -> tuple[bool, int]:
        before = [m.start for m in full[i][1] if m.start < span.start]
        if before:
            return (False, span.start - max(before))
        return (True, min(m.start for m in full[i][1]))

    return min(candidates, key=distance)


def _shared_surname(
    document: Document, short: Sequence[Span], spans: Sequence[Span]
) -> Mapping[int, tuple[tuple[str, ...], str]]:
    """'Matt and Ross Duffer': the first name before the pair's second full name gets the surname.

    By start of the short span: (words of the made name, the made name).
    """
    made: dict[int, tuple[tuple[str, ...], str]] = {}
    starts = {s.start: s for s in spans}
    full = [person_words(s.surface) for s in spans if len(person_words(s.surface)) > 1]
    for span in short:
        link = re.match(r"(?:\s*,\s*[A-Z]\w+)?,?\s+(?:and|&)\s+", document.text[span.end : span.end + 30])
        partner = starts.get(span.end + link.end()) if link else None
        if partner is None:
            continue
        words = person_words(partner.surface)
        own = person_words(span.surface)
        if len(words) != 2 or len(own) != 1 or any(is_short_form(own, f) for f in full):
            continue
        made[span.start] = ((*own, words[-1]), f"{span.surface} {partner.surface.split()[-1]}")
    return made


def _label(mentions: Sequence[Span]) -> str:
    """The fullest form; the commonest of equals; not shouted where a quiet form exists."""
    counts: dict[str, int] = defaultdict(int)
    for span in mentions:
        counts[span.surface] += 1
    best = max(counts, key=lambda s: (len(person_words(s)), not s.isupper(), counts[s], len(s)))
    return clean_label(best)


def clean_label(surface: str) -> str:
    """One line, no quotes around it, shouted names in ordinary letters ('KIRSTIE ALLEY' -> 'Kirstie Alley')."""
    label = " ".join(surface.split()).strip("\"“”‘’'")
    if label.isupper() and " " in label:
        label = " ".join(w if re.fullmatch(r"(?:[A-Z]\.)+|I{1,3}|IV", w) else w.title() for w in label.split())
    return label


def shows(
    spans: Sequence[Span], *, kind: MentionKind, same: Decision, titled: Callable[[str], tuple[str, ...]]
) -> tuple[Name, ...]:
    """Titles of one kind with their short forms, in order of first mention.

    `titled` gives the catalog ids whose title or alias a surface is; ids shared by two forms join them, two forms
    with ids of their own stay apart ("Law & Order" beside "Law & Order: Organized Crime").
    """
    groups: dict[tuple[str, ...], list[Span]] = {}
    for span in spans:
        groups.setdefault(title_words(span.surface) or (span.surface,), []).append(span)
    keys = sorted(groups, key=lambda k: (-len(k), groups[k][0].start))
    ids = {k: tuple(dict.fromkeys(i for s in groups[k] for i in titled(s.surface))) for k in keys}
    joined: dict[tuple[str, ...], tuple[str, ...]] = {}
    for n, key in enumerate(keys):
        best, best_p = None, 0.5
        for longer in keys[:n]:
            if longer in joined:
                continue
            shared = set(ids[key]) & set(ids[longer])
            if shared and len(ids[longer]) == 1:
                best, best_p = longer, 1.0
                break
            features = same_show_features(groups[key], groups[longer], own=bool(ids[key]), other=bool(ids[longer]))
            if features is None:
                continue
            p = same.probability(features)
            if p > best_p:
                best, best_p = longer, p
        if best is not None:
            joined[key] = best
    names: dict[tuple[str, ...], list[Span]] = {}
    for key in keys:
        names.setdefault(joined.get(key, key), []).extend(groups[key])
    return tuple(
        sorted(
            (Name(kind, _title_label(groups[k]), tuple(sorted(v, key=lambda s: s.start))) for k, v in names.items()),
            key=lambda n: n.first,
        )
    )


def same_show_features(
    short: Sequence[Span], long: Sequence[Span], *, own: bool, other: bool
) -> dict[str, float] | None:
    """What speaks for a short form and a longer title being one show; None where it is no short form."""
    title = max((s.surface for s in long), key=len)
    how = title_short_form(title_words(short[0].surface), title_words(title), title)
    if how is None:
        return None
    few = len(title_words(short[0].surface))
    return {
        f"how:{how}": 1.0,
        "own-id": float(own),
        "own-id-and-other": float(own and other),
        "only-other-id": float(other and not own),
        "one-word": float(few == 1),
        "the": float(short[0].surface.lower().startswith("the ")),
        "long-first": float(long[0].start < short[0].start),
        "short-more-often": float(len(short) > len(long)),
        "share": few / max(1, len(title_words(title))),
    }


def _title_label(mentions: Sequence[Span]) -> str:
    counts: dict[str, int] = defaultdict(int)
    for span in mentions:
        counts[span.surface] += 1
    best = max(counts, key=lambda s: (not s.isupper() or len(s) < 6, counts[s], s.lower().startswith("the "), len(s)))
    return clean_label(best)
