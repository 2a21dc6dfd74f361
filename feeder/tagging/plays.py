"""Who plays whom? Every person and character near each other in a sentence is a pair to be judged."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feeder.tagging import reading
from feeder.tagging.coreference import Name
from feeder.tagging.decisions import Decision
from feeder.tagging.document import Document
from feeder.tagging.names import is_short_form, person_words
from feeder.tagging.reading import pooled
from feeder.tagging.spans import Span

_REACH = 160  # characters between the two names; farther apart they are not each other's
_CLOSE = 0.25  # a second player of a character (a recast part) must be nearly as sure as the first
_CUE = {
    "plays": r"\bplay(?:s|ed|ing)?\b(?! (?:opposite|against|by))",
    "played-by": r"\b(?:played|portrayed|voiced|essayed|embodied|performed) (?:\w+ )?by\b",
    "portrays": r"\b(?:portray|voic|essay|embod|narrat|inhabit|impersonat)\w*\b",
    "as": r"\bas\b",
    "role": r"\b(?:role|part|turn|performance|character)s?\b",
    "stars": r"\b(?:star|co-star|feature|appear|return|join|cast|reprise|recur|lead|led|guest)\w*\b",
    "is": r"\b(?:is|was|are|were|will be|'s|’s)\b",
    "whose": r"\bwhose\b",
    "who": r"\bwho\b",
    "with": r"\b(?:with|opposite|alongside|against|by)\b",
    "kin": r"\b(?:wife|husband|son|daughter|mother|father|brother|sister|boss|friend|partner|lover|\w+friend)\b",
    "comma": r",",
    "semicolon": r";",
    "and": r"\band\b|&",
    "says": r"\b(?:said|says|told|tells|tweeted|wrote)\b",
}
_CUES = {name: re.compile(pattern) for name, pattern in _CUE.items()}


# "plays Midge's ex-husband": it is not Midge who is played
_SOMEBODY_OF = re.compile(
    r"['’]s?\s(?:[\w-]+\s){0,2}(?:\w+-)?(?:wife|husband|son|daughter|mother|father|parents?|brother|sister|boss|manager|friend"
    r"|assistant|partner|lover|boyfriend|girlfriend|fianc[eé]e?|uncle|aunt|cousin|rival)s?\b"
)


@dataclass(frozen=True, slots=True)
class Play:
    """A person plays a character; `person` and `character` number the names given to `find`."""

    person: int
    character: int
    start: int
    end: int
    score: float
    why: tuple[str, ...]


def find(
    document: Document,
    people: Sequence[Name],
    characters: Sequence[Name],
    *,
    decision: Decision,
    cast: Mapping[int, Sequence[str]],
    spans: Sequence[Span],
) -> tuple[Play, ...]:
    """Pairs judged more likely than not, the surest first; a mention of a character goes to one actor only.

    `cast` holds, for people the catalog knows, the characters it knows them to play.
    """
    judged: dict[tuple[int, int], Play] = {}
    for pair in candidates(document, people, characters, cast=cast, spans=spans):
        p = decision.probability(pair.features)
        key = (pair.person, pair.character)
        if p > 0.5 and (key not in judged or judged[key].score < p):
            judged[key] = Play(pair.person, pair.character, pair.start, pair.end, p, decision.reasons(pair.features))
    best: dict[int, float] = {}
    for play in judged.values():
        best[play.character] = max(best.get(play.character, 0.0), play.score)
    kept = [j for j in judged.values() if j.score > best[j.character] - _CLOSE]
    return tuple(sorted(kept, key=lambda j: (-j.score, j.start)))


@dataclass(frozen=True, slots=True)
class Pair:
    person: int
    character: int
    start: int
    end: int
    features: Mapping[str, float]


def candidates(
    document: Document,
    people: Sequence[Name],
    characters: Sequence[Name],
    *,
    cast: Mapping[int, Sequence[str]],
    spans: Sequence[Span],
) -> list[Pair]:
    """Every person and character in one sentence, with what stands between and around them."""
    by_sentence: dict[int, list[tuple[Span, str, int]]] = {}
    for tag, names in (("P", people), ("C", characters)):
        for number, name in enumerate(names):
            for span in name.mentions:
                by_sentence.setdefault(document.index(span.start), []).append((span, tag, number))
    others: dict[int, list[Span]] = {}
    for span in spans:
        others.setdefault(document.index(span.start), []).append(span)
    pairs = []
    for at, row in by_sentence.items():
        row.sort(key=lambda r: r[0].start)
        for i, (a, tag_a, number_a) in enumerate(row):
            for j in range(i + 1, len(row)):
                b, tag_b, number_b = row[j]
                if b.start - a.end > _REACH:
                    break
                if tag_a == tag_b or (tag_a == "P" and _SOMEBODY_OF.match(document.text[b.end : b.end + 45])):
                    continue
                person, character = (number_a, number_b) if tag_a == "P" else (number_b, number_a)
                features = _features(document.text, a, b, tag_a, row, i, j, others.get(at, ()))
                if cast.get(person):
                    agrees = _is_cast(person, characters[character], cast)
                    features["cast-agrees" if agrees else "cast-differs"] = 1.0
                said = read(people[person], characters[character])
                features["unread"] = float(said is None)
                if said is not None:
                    features["read"] = max(-8.0, min(8.0, said))
                pairs.append(Pair(person, character, a.start, b.end, features))
    return pairs + _apart(people, characters, {(p.person, p.character) for p in pairs}, cast)


_APART = 600  # characters between two names that the model may still tie to each other
_SURE = 1.0  # log-odds from which names of different sentences are looked at


def _is_cast(person: int, character: Name, cast: Mapping[int, Sequence[str]]) -> bool:
    return any(_same_character(character.label, c) for c in cast.get(person, ()))


def _apart(
    people: Sequence[Name],
    characters: Sequence[Name],
    near: set[tuple[int, int]],
    cast: Mapping[int, Sequence[str]],
) -> list[Pair]:
    """Pairs that stand in no sentence together, but that the model or the catalog ties to each other."""
    pairs = []
    for number, person in enumerate(people):
        for part, character in enumerate(characters):
            if (number, part) in near:
                continue
            said = read(person, character)
            known = _is_cast(number, character, cast)
            if known or (said is not None and said > _SURE):
                ends = [(abs(a.start - b.start), a, b) for a in person.mentions for b in character.mentions]
                _, a, b = min(ends, key=lambda e: e[0])
                start, end = min(a.start, b.start), max(a.end, b.end)
                features = {"apart": 1.0, "apart-cast": float(known), "unread": float(said is None)}
                if said is not None:
                    features["read"] = max(-8.0, min(8.0, said))
                pairs.append(Pair(number, part, start, end, features))
    return pairs


def read(person: Name, character: Name) -> float | None:
    """The model's log-odds that the one plays the other, by mentions near each other; None where there are none."""
    said = [
        reading.plays(a.signs, b.signs)
        for a in person.mentions
        for b in character.mentions
        if a.signs is not None and b.signs is not None and abs(a.start - b.start) < _APART
    ]
    return pooled(said) if said else None


def _same_character(a: str, b: str) -> bool:
    x, y = person_words(a), person_words(b)
    return x == y or bool(is_short_form(x, y)) or bool(is_short_form(y, x))


def _features(
    text: str,
    a: Span,
    b: Span,
    first: str,
    row: Sequence[tuple[Span, str, int]],
    i: int,
    j: int,
    others: Sequence[Span],
) -> dict[str, float]:
    order = "PC" if first == "P" else "CP"
    between = text[a.end : b.start]
    inside = [tag for _, tag, _ in row[i + 1 : j]]
    template = _template(text, a, b, others)
    features = {f"{order}:bias": 1.0, f"{order}:t:{template}": 1.0}
    if not inside:
        features[f"{order}:adjacent"] = 1.0
    features[f"{order}:people-between"] = float(min(3, inside.count("P")))
    features[f"{order}:characters-between"] = float(min(3, inside.count("C")))
    features[f"{order}:distance"] = len(between) / 40
    gap = _masked(text, a.end, b.start, others)
    for name, cue in _CUES.items():
        if cue.search(gap):
            features[f"{order}:b:{name}"] = 1.0
    if gap.rstrip().endswith("("):
        features[f"{order}:opens"] = 1.0
        if text[b.end : b.end + 1] in ("", ")") or re.match(r"[^()]{0,40}\)", text[b.end : b.end + 42]):
            features[f"{order}:brackets"] = 1.0
    if ")" in gap:
        features[f"{order}:crosses-bracket"] = 1.0
    if gap.startswith(("'s", "’s", "' ", "’ ")):
        features[f"{order}:possessive"] = 1.0
        if len(gap) <= 3:
            features[f"{order}:possessive-next"] = 1.0
    before = text[max(0, a.start - 45) : a.start].lower()
    if re.search(r"\b(?:play(?:s|ed|ing)|portray\w*|voic\w+)\s+(?:\w+\s+){0,3}$", before):
        features[f"{order}:plays-before"] = 1.0
    if re.search(r"\bas\s+(?:\w+\s+){0,2}$", before):
        features[f"{order}:as-before"] = 1.0
    after = text[b.end : b.end + 30].lower()
    if re.match(r"[,\s]+(?:is |was )?(?:played|portrayed|voiced) by\b", after):
        features[f"{order}:played-by-after"] = 1.0
    if re.match(r"['’]s?\s", after):
        features[f"{order}:possessive-after"] = 1.0  # "plays Midge's husband": somebody of Midge's is played
    if re.match(r"\s*\(", after):
        features[f"{order}:bracket-after"] = 1.0
    # lists: "Tim and Jo play Al and Bea": the same place in both runs
    if order == "PC" and inside:
        people_run = inside.index("C") + 1 if "C" in inside else len(inside) + 1
        rest = inside[people_run - 1 :]
        if set(inside[: people_run - 1]) <= {"P"} and set(rest) <= {"C"}:
            features["PC:two-runs"] = 1.0
            run_start = i
            while run_start > 0 and row[run_start - 1][1] == "P":
                run_start -= 1
            place = len(rest)
            total_p = (i + people_run) - run_start
            features["PC:parallel" if i - run_start == place else "PC:not-parallel"] = 1.0
            if total_p == 1:
                features["PC:one-to-many"] = 1.0
    previous = row[i - 1][1] if i else "-"
    following = row[j + 1][1] if j + 1 < len(row) else "-"
    features[f"{order}:around:{previous}{following}"] = 1.0
    return features


def _masked(text: str, start: int, end: int, others: Sequence[Span]) -> str:
    """Lower-case text with the names in it replaced, so that words of a title are no cues."""
    parts, last = [], start
    for span in others:
        if start <= span.start and span.end <= end:
            parts += [text[last : span.start].lower(), span.kind.value]
            last = span.end
    parts.append(text[last:end].lower())
    return "".join(parts)


def _template(text: str, a: Span, b: Span, others: Sequence[Span]) -> str:
    """What stands between, shortened to at most five words and marks: 'as', '(', 'plays det.', ..."""
    gap = _masked(text, a.end, b.start, others)
    tokens = re.findall(r"[A-Z]{2,}|[\w’']+|[^\w\s]", gap)
    return " ".join(tokens) if len(tokens) <= 5 else "…"
