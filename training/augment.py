"""Make another article of an annotated one: other names, titles and typography, and noise lines as pages have them."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from feeder.catalog import Catalog
from training import event_sentences, names
from training.annotated import Line, Marked, Segment
from training.swap_names import TITLED, pool, swap

_QUOTES = {'"': '"', "\u201c": "\u201d", "\u2018": "\u2019", "'": "'"}
_STYLES = (
    ("", ""),
    ("", ""),
    ("'", "'"),
    ('"', '"'),
    ("\u2018", "\u2019"),
    ("\u201c", "\u201d"),
    ("_", "_"),
    ("*", "*"),
)
_SMALL = frozenset("a an and as at but by for from in of on or the to with".split())
_SHARES = (
    "Share this article",
    "Share on Facebook Share on X Email Print",
    "Comments (12)",
    "Sign up for our newsletter",
    "ADVERTISEMENT",
    "Skip to content",
    "Read More",
    "Getty Images",
    "Updated 3:15 p.m. ET",
    "Warning: spoilers ahead.",
    "Watch the trailer below.",
    "Photo: Courtesy",
)


#: Entities of shows in inserted sentences begin with this and the event that is told of them, or none.
TOLD = "+"

_LISTS = {
    "OUT": names.OUTLETS,
    "NET": names.NETWORKS,
    "LOC": names.PLACES,
    "ORG": names.ORGANISATIONS,
    "FILM": names.FILMS,
    "WORK": names.WORKS,
}


class Augmenter:
    """Draws variants of articles. Other titles, networks and headlines come from the articles it was given."""

    def __init__(self, articles: Sequence[Marked], rng: random.Random, known: Catalog) -> None:
        self._rng = rng
        self._inserted = 0
        self._real = pool(
            {
                "PER": [p.name for p in known.people],
                "CHAR": [c.character for s in known.shows for c in s.cast if c.character],
            }
        )
        forms: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for article in articles:
            for line in article.lines:
                for s in line:
                    if s.type is not None:
                        forms[s.type][s.name].add(s.text)
        self._forms = {kind: {name: sorted(found) for name, found in sorted(of.items())} for kind, of in forms.items()}
        self._names = defaultdict(list, {kind: list(of) for kind, of in self._forms.items()})
        for kind, more in _LISTS.items():
            self._names[kind] += more
        self._names["SHOW"] += [s.title for s in known.shows]
        for name in known.names:
            if name.kind.value in self._names:
                self._names[name.kind.value].append(name.name)
        self._headlines = [a.lines[0] for a in articles]

    def variant(self, article: Marked) -> Marked:
        rng = self._rng
        out = swap(article, random.Random(rng.getrandbits(64)), self._real) if rng.random() < 0.85 else article
        lines = list(out.lines)
        if rng.random() < 0.6:
            lines = self._other_titles(lines)
        if rng.random() < 0.25:
            lines = self._other_names(lines, "NET")
        if rng.random() < 0.25:
            lines = self._other_names(lines, "OUT")
        if rng.random() < 0.4:
            open_, close = rng.choice(_STYLES)
            lines = [_quoted(line, open_, close) for line in lines]
        lines = self._noise(lines)
        lines[0] = self._headline(lines[0])
        return Marked(out.id, out.header, tuple(lines))

    def _other_titles(self, lines: list[Line]) -> list[Line]:
        """Each title becomes another with probability 0.6; short forms follow where the new title has some."""
        rng = self._rng
        chosen: dict[tuple[str, str], tuple[str, list[str]] | None] = {}

        def one(s: Segment) -> Segment:
            if s.type not in TITLED:
                return s
            key = (s.type, s.name)
            if key not in chosen:
                chosen[key] = self._title(s.type) if rng.random() < 0.6 else None
            new = chosen[key]
            if new is None:
                return s
            name, short = new
            if s.text.lower() == s.name.lower() or not short:
                return replace(s, text=name, name=name)
            return replace(s, text=rng.choice(short), name=name)

        return [tuple(one(s) for s in line) for line in lines]

    def _title(self, kind: str) -> tuple[str, list[str]]:
        rng = self._rng
        if rng.random() < (0.35 if kind == "SHOW" else 0.6):
            name = rng.choice(self._names[kind])
            return name, [f for f in self._forms.get(kind, {}).get(name, ()) if f.lower() != name.lower()]
        name = names.title(rng, listed=0.6 if kind == "SHOW" else 0.0)
        short = []
        if ": " in name:
            short.append(name.split(": ")[1])
        elif name.startswith("The ") and name.count(" ") > 1:
            short.append(name.removeprefix("The "))
        return name, short

    def _other_names(self, lines: list[Line], kind: str) -> list[Line]:
        rng = self._rng
        chosen: dict[str, str] = {}

        def one(s: Segment) -> Segment:
            if s.type != kind:
                return s
            name = chosen.setdefault(s.name, rng.choice(self._names[kind]))
            return replace(s, text=name, name=name)

        return [tuple(one(s) for s in line) for line in lines]

    def _headline(self, line: Line) -> Line:
        roll = self._rng.random()
        if roll < 0.1:
            return _map(line, str.lower)
        if roll < 0.17:
            return _map(line, str.upper)
        if roll < 0.35:
            return _map(line, _title_case)
        return line

    def _noise(self, lines: list[Line]) -> list[Line]:
        rng = self._rng
        out = list(lines)
        while rng.random() < 0.35:
            out.insert(rng.randint(1, len(out)), self._noise_line(lines))
        while rng.random() < 0.4:
            at = rng.randint(1, len(out))
            sentences = tuple(s for _ in range(rng.randint(1, 2)) for s in (*self._sentence(), Segment(" ")))
            if at < len(out) and rng.random() < 0.5:
                out[at] = (*out[at], Segment(" "), *sentences)
            else:
                out.insert(at, sentences)
        return out

    def _sentence(self) -> Line:
        rng = self._rng
        quote = rng.choice(("", "", "'", '"', "\u201c"))
        person = self._filler("PER")
        out: list[Segment] = []
        told, sentence = "", rng.choice(names.SENTENCES)
        if rng.random() < 0.4:
            told = rng.choice(list(event_sentences.SENTENCES))
            sentence = rng.choice(event_sentences.SENTENCES[told].strip().split("\n"))
        for i, part in enumerate(re.split(r"\{([A-Z]+)\}", sentence)):
            if i % 2 == 0:
                out.append(Segment(part))
            elif part == "LAST":
                out.append(Segment(person.split()[-1], "PER", person))
            elif part in {"SHOW", "OTHER"}:
                name = self._filler("SHOW")
                self._inserted += 1
                entity = f"{TOLD}{told if part == 'SHOW' else ''}#{self._inserted}"
                out += [Segment(quote), Segment(name, "SHOW", name, entity), Segment(_QUOTES.get(quote, ""))]
            else:
                name = person if part == "PER" else self._filler(part)
                person = self._filler("PER") if part == "PER" else person
                marks = (quote, _QUOTES.get(quote, "")) if part in TITLED else ("", "")
                out += [Segment(marks[0]), Segment(name, part, name), Segment(marks[1])]
        return tuple(s for s in out if s.text)

    def _filler(self, kind: str) -> str:
        rng = self._rng
        if kind == "PER" or (kind == "CHAR" and rng.random() < 0.5):
            return f"{names.given(rng)} {names.surname(rng)}"
        if kind == "CHAR":
            return names.given(rng) if rng.random() < 0.8 else rng.choice(names.EPITHETS)
        if kind == "SHOW":
            return names.title(rng) if rng.random() < 0.6 else rng.choice(self._names[kind])
        return names.title(rng, listed=0) if kind in TITLED and rng.random() < 0.4 else rng.choice(self._names[kind])

    def _noise_line(self, lines: list[Line]) -> Line:
        rng = self._rng
        kind = rng.randrange(6)
        other = tuple(replace(s, entity="") for s in rng.choice(self._headlines))
        if kind == 0:
            lead = rng.choice(
                ("RELATED: ", "Related: ", "READ MORE: ", "SEE ALSO: ", "MORE: ", "Also read: ", "Related Story: ")
            )
            return (Segment(lead), *other)
        if kind == 1:
            outlet = rng.choice(self._names["OUT"])
            lead = rng.choice(("Popular on ", "More From ", "Must Read on ", "Trending on "))
            return (Segment(lead), Segment(outlet, "OUT", outlet))
        if kind == 2:
            author = f"{names.given(rng)} {names.surname(rng)}"
            tail = rng.choice(
                ("", " | Staff Writer", ", TV Editor", " \u2022 3 min read", ", Senior Reporter")
            ).replace(" | ", " - ")
            return (
                Segment(rng.choice(("By ", "by ", "BY ", "Written by "))),
                Segment(author, "PER", author),
                Segment(tail),
            )
        if kind == 3:
            people = [s for line in lines for s in line if s.type == "PER" and " " in s.text]
            shows = [s for line in lines for s in line if s.type == "SHOW" and s.text == s.name]
            nets = self._names["NET"]
            if people and shows:
                net = rng.choice(nets)
                credit = rng.choice(("(Photo: ", "Photo Credit: ", "CREDIT: ", "Courtesy of ", "("))
                return (
                    rng.choice(people),
                    Segment(rng.choice((" in ", " on ", " as seen in ", ", star of "))),
                    rng.choice(shows),
                    Segment(rng.choice((" ", ". ", "  "))),
                    Segment(credit),
                    Segment(net, "NET", net),
                    Segment(")" if credit.startswith("(") else ""),
                )
        if kind == 4:
            return other
        return (Segment(rng.choice(_SHARES)),)


def _map(line: Line, change: Callable[[str], str]) -> Line:
    return tuple(replace(s, text=change(s.text)) for s in line)


def _title_case(text: str) -> str:
    words = text.split(" ")
    return " ".join(w if w.lower() in _SMALL and i else w[:1].upper() + w[1:] for i, w in enumerate(words))


def _quoted(line: Line, open_: str, close: str) -> Line:
    """The line with the quotation marks round its titles replaced; inside a longer quote they stay as they are."""
    gaps, marks = [""], []  # gaps[i] stands before marks[i]
    for s in line:
        if s.type is None:
            gaps[-1] += s.text
        else:
            marks.append(s)
            gaps.append("")
    for i, mark in enumerate(marks):
        if mark.type not in TITLED:
            continue
        before, after, inner = gaps[i], gaps[i + 1], ""
        ending = _QUOTES.get(before[-1:])
        if ending is not None:
            found = next((p for p in ("", ",", ".") if after.startswith(p + ending)), None)
            if found is None:
                continue
            before, after, inner = before[:-1], after[len(found) + 1 :], found
        gaps[i] = before + open_
        gaps[i + 1] = (inner + close if close in {'"', "\u201d"} else close + inner) + after
    out = [Segment(gaps[0])]
    for mark, gap in zip(marks, gaps[1:], strict=True):
        out += [mark, Segment(gap)]
    return tuple(s for s in out if s.text)
