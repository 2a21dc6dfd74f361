"""Swap every person's and character's name in annotated articles for a made-up one of the same shape.

usage: python -m training.swap_names SOURCE_FOLDER TARGET_FOLDER [--seed N]

The shape is kept: number of words, initials, hyphens, particles, honorifics, diacritics, Jr.; one swap holds for a
whole article, short forms, titles that carry a character's name and the header lines included. Same seed, same bytes.
"""

from __future__ import annotations

import argparse
import random
import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from training import names
from training.annotated import Line, Marked, Segment, load, render

PEOPLE = {"PER", "CHAR"}
TITLED = {"SHOW", "FILM", "WORK"}

_TOKEN = re.compile(r"[^\W\d_]+")
_APOSTROPHES = ("'", "\u2019")

#: Stay as they are inside a name: particles, suffixes, honorifics, family words.
_KEPT = frozenset(
    """
    a an and at by da das de del della der des di do dos du e el en ibn in la las le los of on san santa st the to
    van von y zu bin al jr sr ii iii iv v vi vii viii phd md esq mr mrs ms miss mister madam madame dr doctor prof
    professor sir dame lord lady king queen prince princess duke duchess count countess emperor empress baron
    captain capt colonel col commander cmdr lieutenant lt sergeant sgt major general gen private admiral chief
    detective det inspector agent officer deputy sheriff judge justice senator sen rep governor gov mayor
    president vice father mother sister brother reverend rev rabbi saint aunt uncle auntie grandma grandpa granny
    pop pops papa mama mom dad nana nurse coach chef ser maester mcs
    """.split()
)

HEADER_NOTE = """\
# Training text, not news: articles written for this project, in which every person's and every character's name was
# swapped for a made-up one by training/swap_names.py (seed {seed}). Nothing here was said or done by anybody so named.
"""


#: Real names by type ("PER", "CHAR") and number of words that are swapped; for training only, never for what is kept.
Pool = Mapping[tuple[str, int], Sequence[tuple[str, ...]]]

#: Share of the names that become one of the pool, where there is a pool.
_REAL = 0.55


def pool(names: Mapping[str, Sequence[str]]) -> Pool:
    """The names of each type that are plain words, by their number."""
    found: dict[tuple[str, int], list[tuple[str, ...]]] = {}
    for kind, full in names.items():
        for name in full:
            words = tuple(name.split())
            if all(_TOKEN.fullmatch(w) and w[0].isupper() and w.lower() not in _KEPT and len(w) > 1 for w in words):
                found.setdefault((kind, len(words)), []).append(words)
    return found


class NameSwapper:
    """The swap of one article. Words are swapped one by one, so that short forms follow their full form."""

    def __init__(self, rng: random.Random, article: Marked, real: Pool | None = None) -> None:
        self._rng = rng
        self._real = real or {}
        self._words: dict[str, str] = {}
        self._letters = dict(zip(string.ascii_uppercase, rng.sample(string.ascii_uppercase, 26), strict=True))
        self._characters: set[str] = set()
        people: set[str] = set()
        full = sorted({(s.name, s.type or "") for line in article.lines for s in line if s.type in PEOPLE})
        for name, kind in full:
            self._learn(name, kind)
            if kind == "PER":
                people.add(name)
            else:
                self._characters.update(w for w in _TOKEN.findall(name) if w.lower() not in _KEPT and len(w) > 2)
        self._people = sorted(people, key=len, reverse=True)

    def name(self, name: str) -> str:
        """A person's or a character's name, full or short, swapped."""
        return _TOKEN.sub(lambda m: self._word(m[0], m.string, m.start()), name)

    def title(self, title: str) -> str:
        """A title, with the names of this article's people and characters in it swapped."""
        parts = re.split("(" + "|".join(map(re.escape, self._people)) + ")", title) if self._people else [title]
        return "".join(self.name(part) if i % 2 else self._characters_in(part) for i, part in enumerate(parts))

    def _characters_in(self, title: str) -> str:
        return _TOKEN.sub(lambda m: self._word(m[0], m.string, m.start()) if m[0] in self._characters else m[0], title)

    def _learn(self, name: str, kind: str) -> None:
        tokens = [t for t in _TOKEN.findall(name) if self._swapped(t, name)]
        pool = self._real.get((kind, len(tokens)))
        if pool and self._rng.random() < _REAL and not any(t.lower() in self._words for t in tokens):
            new = self._rng.choice(pool)
            if not set(new) & set(self._words.values()):
                self._words.update(zip((t.lower() for t in tokens), new, strict=True))
                return
        for i, token in enumerate(tokens):
            if token.lower() not in self._words:
                alone, last = len(tokens) == 1, i == len(tokens) - 1
                self._words[token.lower()] = self._draw(
                    token, is_surname=last and not alone, alone=alone and kind == "CHAR"
                )

    def _draw(self, token: str, *, is_surname: bool, alone: bool = False) -> str:
        accented = not token.isascii()
        for _ in range(50):  # a list can be used up: then two names of the article share a word
            roll = self._rng.random()
            if alone and roll < 0.15:
                new = self._rng.choice(names.EPITHETS)
            elif is_surname or (alone and roll < 0.3):
                new = names.surname(self._rng, accented=accented)
            else:
                new = names.given(self._rng, accented=accented)
            if new.lower() != token.lower() and new not in self._words.values():
                break
        return new

    @staticmethod
    def _swapped(token: str, name: str) -> bool:
        if token.lower() in _KEPT or token.islower() or len(token) == 1:
            return False
        return not (token.isupper() and len(token) <= 3 and not name.isupper())

    def _word(self, token: str, name: str, at: int) -> str:
        if token.lower() in _KEPT or (token.islower() and token not in self._words):
            return token
        if len(token) == 1 or not self._swapped(token, name):  # initials and acronyms made of them
            elided = token in {"s", "S", "t"} and at > 0 and name[at - 1] in _APOSTROPHES
            elided |= token in {"O", "D", "d", "L"} and name[at + 1 : at + 2] in _APOSTROPHES and at + 1 < len(name)
            return token if elided else "".join(self._letters.get(c, c) for c in token)
        key = token.lower()
        plural = ""
        if key not in self._words and key.endswith("s") and key[:-1] in self._words:
            key, plural = key[:-1], "s"
        if key not in self._words:
            self._words[key] = self._draw(token, is_surname=at > 0)
        new = self._words[key] + plural
        if token.isupper():
            return new.upper()
        return new.lower() if token.islower() else new


def swap(article: Marked, rng: random.Random, real: Pool | None = None) -> Marked:
    """The article with made-up names; with a pool of real ones, some of those."""
    swapper = NameSwapper(rng, article, real)
    people = {s.name for line in article.lines for s in line if s.type in PEOPLE}

    def one(s: Segment) -> Segment:
        if s.type in PEOPLE:
            return replace(s, text=swapper.name(s.text), name=swapper.name(s.name))
        if s.type in TITLED:
            return replace(s, text=swapper.title(s.text), name=swapper.title(s.name))
        if s.type is None:
            return s
        return replace(s, text=_replace(s.text, people, swapper), name=_replace(s.name, people, swapper))

    lines: tuple[Line, ...] = tuple(tuple(one(s) for s in line) for line in article.lines)
    header = tuple((key, _header(key, value, swapper, people)) for key, value in article.header)
    return Marked(article.id, header, lines)


def _replace(text: str, people: set[str], swapper: NameSwapper) -> str:
    for person in people:
        if " " in person and person in text:
            text = text.replace(person, swapper.name(person))
    return text


def _header(key: str, value: str, swapper: NameSwapper, people: set[str]) -> str:
    def topic(name: str) -> str:
        return swapper.name(name) if name in people else swapper.title(name)

    def role(item: str) -> str:
        who, _, what = item.rpartition("=")
        return f"{swapper.name(who)}={what}"

    def play(item: str) -> str:
        who, _, rest = item.partition("=")
        what, at, show = rest.rpartition("@") if "@" in rest else (rest, "", "")
        return f"{swapper.name(who)}={swapper.name(what)}{at}{swapper.title(show)}"

    def event(item: str) -> str:
        kind, at, show = item.partition("@")
        return f"{kind}{at}{swapper.title(show)}"

    each: dict[str, Callable[[str], str]] = {
        "main": topic,
        "main-too": topic,
        "roles": role,
        "plays": play,
        "events": event,
    }
    if key not in each:
        return _replace(value, people, swapper)
    return "; ".join(each[key](item.strip()) for item in value.split(";") if item.strip())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("source", type=Path)
    options.add_argument("target", type=Path)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    given.target.mkdir(parents=True, exist_ok=True)
    for path in sorted(given.source.glob("*.ann")):
        swapped = [render(swap(a, random.Random(f"{given.seed}/{a.id}"))) for a in load([path])]
        text = HEADER_NOTE.format(seed=given.seed) + "===\n".join(swapped)
        (given.target / path.name).write_text(text, "utf-8")
        print(f"{path.name}: {len(swapped)} articles")


if __name__ == "__main__":
    main()
