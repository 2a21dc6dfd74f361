"""How sure is it that a name is a show, or a person? The model's opinion, the catalog's and the words around it."""

# ruff: noqa: E501 - patterns and word lists are tables: one row each reads best
from __future__ import annotations

import re
from collections.abc import Sequence

from feeder.model import MentionKind
from feeder.tagging.context import Token
from feeder.tagging.coreference import Name
from feeder.tagging.document import Document
from feeder.tagging.features import KINDS
from feeder.tagging.names import person_words, title_words
from feeder.tagging.reading import log_odds
from feeder.tagging.spans import Span

_QUOTES_BEFORE = re.compile(r"[\"“‘'«*_]$")
_QUOTES_AFTER = re.compile(r"^[,.]?[\"”’'»*_]")
_SHOW_AFTER = re.compile(
    r"^['’”\"]*s?,?\s*(?:\(?(?:season|series|s\d|finale|premiere|episode|reboot|revival|spin-?off|cast|creator|showrunner|star|alum"
    r"|fans?|viewers|pilot|recap|sitcom|drama|comedy|renewed|cancell?ed|returns|airs|premieres|debuts|reunion|spoilers?))",
    re.IGNORECASE,
)
_SHOW_BEFORE = re.compile(
    r"\b(?:season(?:s)? of|seasons? \w+ of|episodes? of|star of|stars of|cast of|creator of|creators of|series|sitcom|drama|comedy|show|soap"
    r"|renew(?:s|ed|ing)?|cancel(?:s|led|ed|ling)?|finale of|run on|role (?:on|in)|hit|seen on|appeared on|starred on|revival of|reboot of|spin-?off)\s*,?\s*[\"“‘']?(?:the\s+)?$",
    re.IGNORECASE,
)
_FILM_NEAR = re.compile(
    r"\b(?:film|films|movie|movies|feature|box office|theaters|theatres|cinema|big screen|blockbuster|directed by|biopic|sequel to)\b",
    re.IGNORECASE,
)
_WORK_NEAR = re.compile(
    r"\b(?:novel|book|memoir|album|single|song|track|play|musical|broadway|podcast|game|magazine|comic|bestseller)\b",
    re.IGNORECASE,
)
_AS_BEFORE = re.compile(
    r"\b(?:as|plays?|played|playing|portrays?|portraying|voices|voicing|role of|part of|named|called)\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"^[,\s]*(?:said|says|told|tells|tweeted|wrote|added|adds|explained|recalls?|will (?:star|play|direct)|stars?|plays?|played|directed|created|joins?)\b"
)
_PLAYS_WORDS = frozenset({"as", "plays", "played", "playing", "portrays", "portraying", "voices", "voicing", "play"})
_TITLE = re.compile(
    r"\b(?:Dr|Det|Detective|Agent|Officer|Captain|Sgt|Lieutenant|Nurse|Lord|Lady|King|Queen|Prince|Princess|Doctor|Father|Sister|Uncle|Aunt)\.?\s+$"
)
_BEFORE_PERSON = re.compile(
    r"\b(?:actor|actress|star|director|creator|writer|producer|host|comedian|singer|showrunner|president|by|with|starring|opposite)\s+$",
    re.IGNORECASE,
)


def show_features(document: Document, name: Name) -> dict[str, float]:
    """Mentions of the name as another kind (a film, a book, a character) speak against a show."""
    text = document.text
    mentions = name.mentions
    for_it = [m.score for m in mentions if m.kind is MentionKind.SHOW and m.by_model]
    against = [m.score for m in mentions if m.kind is not MentionKind.SHOW and m.by_model]
    silent = sum(not m.by_model for m in mentions)
    n = len(mentions)
    catalog = {k for m in mentions for k in m.catalog}
    parts = title_words(name.label)
    row = {
        "model-best": max(for_it, default=0.0),
        "model-mean": sum(for_it) / n,
        "model-sure": float(max(for_it, default=0.0) > 0.9),
        "model-unsure": float(0 < max(for_it, default=0.0) < 0.6),
        "model-against": sum(against) / n,
        "model-silent": float(not for_it and not against),
        "silent-share": silent / n,
        "catalog": float(MentionKind.SHOW in catalog),
        "catalog-also-film": float(
            MentionKind.SHOW in catalog and bool(catalog & {MentionKind.FILM, MentionKind.WORK})
        ),
        "catalog-not-show": float(bool(catalog) and MentionKind.SHOW not in catalog),
        "one-word": float(len(parts) == 1),
        "many-words": float(len(parts) >= 3),
        "often": float(n > 1),
        "very-often": float(n > 3),
        "in-headline": float(document.in_headline(name.first)),
        "only-headline": float(all(document.in_headline(m.start) for m in mentions)),
        "lower-case-too": float(len(parts) == 1 and bool(re.search(rf"\b{re.escape(name.label.lower())}\b", text))),
        "shouted": float(name.label.isupper() and len(name.label) > 1),
        "lower-case": float(name.label.islower()),
        "opens-sentence": float(all(_opens_sentence(document, m) for m in mentions)),
    }
    row["quotes"] = float(
        any(
            _QUOTES_BEFORE.search(text[max(0, m.start - 2) : m.start]) and _QUOTES_AFTER.search(text[m.end : m.end + 3])
            for m in mentions
        )
    )
    row["show-after"] = float(any(_SHOW_AFTER.search(text[m.end : m.end + 25]) for m in mentions))
    row["show-before"] = float(any(_SHOW_BEFORE.search(text[max(0, m.start - 40) : m.start]) for m in mentions))
    row["film-near"] = float(any(_FILM_NEAR.search(text[max(0, m.start - 45) : m.end + 35]) for m in mentions))
    row["work-near"] = float(any(_WORK_NEAR.search(text[max(0, m.start - 45) : m.end + 35]) for m in mentions))
    row["silent-context"] = row["model-silent"] * (row["show-after"] or row["show-before"] or row["quotes"])
    row["silent-one-word"] = row["model-silent"] * row["one-word"]
    row["unsure-catalog"] = row["model-unsure"] * row["catalog"]
    return row | _read(name)


def person_features(
    document: Document, name: Name, characters: Sequence[Name], tokens: Sequence[Sequence[Token]]
) -> dict[str, float]:
    """`characters` are those of the article, `tokens` its masked sentences."""
    text = document.text
    mentions = name.mentions
    for_it = [m.score for m in mentions if m.kind is MentionKind.PERSON and m.by_model]
    n = len(mentions)
    catalog = {k for m in mentions for k in m.catalog}
    own = person_words(name.label)
    same_character = sum(len(c.mentions) for c in characters if person_words(c.label) == own)
    return {
        "model-best": max(for_it, default=0.0),
        "model-mean": sum(for_it) / n,
        "model-sure": float(max(for_it, default=0.0) > 0.9),
        "model-unsure": float(0 < max(for_it, default=0.0) < 0.6),
        "model-silent": float(not for_it),
        "catalog": float(MentionKind.PERSON in catalog),
        "catalog-character": float(MentionKind.CHARACTER in catalog),
        "catalog-other": float(bool(catalog) and not catalog & {MentionKind.PERSON, MentionKind.CHARACTER}),
        "silent-catalog": float(not for_it and MentionKind.PERSON in catalog),
        "lone": float(name.lone),
        "lone-catalog": float(name.lone and MentionKind.PERSON in catalog),
        "lone-often": float(name.lone and n > 2),
        "lone-sure": float(name.lone and min(for_it, default=0.0) > 0.9),
        "often": float(n > 1),
        "only-headline": float(all(document.in_headline(m.start) for m in mentions)),
        "character-mass": same_character / (n + same_character),
        "played": float(any(_played(tokens[document.index(m.start)], m.start) for m in mentions)),
        "as-before": float(any(_AS_BEFORE.search(text[max(0, m.start - 30) : m.start]) for m in mentions)),
        "said-after": float(any(_SAID.search(text[m.end : m.end + 20]) for m in mentions)),
        "title-before": float(any(_TITLE.search(text[max(0, m.start - 12) : m.start]) for m in mentions)),
        "role-before": float(any(_BEFORE_PERSON.search(text[max(0, m.start - 14) : m.start]) for m in mentions)),
        "the-before": float(any(text[max(0, m.start - 4) : m.start].lower() == "the " for m in mentions)),
        "brackets": float(any(text[max(0, m.start - 1) : m.start] == "(" for m in mentions)),
        "long": float(len(own) > 3),
        **_read(name),
    }


_GROUPS = {
    "show": {MentionKind.SHOW},
    "work": {MentionKind.FILM, MentionKind.WORK},
    "person": {MentionKind.PERSON},
    "character": {MentionKind.CHARACTER},
    "other": {MentionKind.NETWORK, MentionKind.OUTLET, MentionKind.ORGANISATION, MentionKind.PLACE},
}


def _read(name: Name) -> dict[str, float]:
    """How likely the model finds each group of kinds, over all mentions and at the best one, whatever it decided for."""
    row: dict[str, float] = {}
    signs = name.signs
    if not signs:
        return {"unread": 1.0}
    for group, kinds in _GROUPS.items():
        each = [sum(p for p, kind in zip(s.kinds, KINDS, strict=True) if kind in kinds) for s in signs]
        row[f"read-{group}"] = log_odds(sum(each) / len(each))
        row[f"read-{group}-best"] = log_odds(max(each))
    return row


def _played(tokens: Sequence[Token], position: int) -> bool:
    """Somebody is said to play this name: 'PER as X', 'PER plays the lawyer X', 'X (PER)'."""
    at = next((i for i, t in enumerate(tokens) if t.start == position), None)
    if at is None:
        return False
    following = [t.word for t in tokens[at + 1 : at + 4]]
    if following[:2] == ["(", "PER"] or following == ["(", "played", "by"]:
        return True
    before = [t.word for t in tokens[max(0, at - 7) : at]]
    for word in reversed(before):
        if word in _PLAYS_WORDS:
            return "PER" in before[: before.index(word)]
        if word in {"PER", ".", ";"}:
            return False
    return False


def _opens_sentence(document: Document, span: Span) -> bool:
    return document.sentence(span.start).start >= span.start - 2
