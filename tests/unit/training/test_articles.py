"""What the mention model is trained on: no real person's words or deeds, and marks that fit the text."""

from __future__ import annotations

import random
import re

import pytest

from feeder import catalog
from training.annotated import DATA, Marked, flatten, load, parse, render
from training.augment import TOLD, Augmenter
from training.swap_names import swap

ARTICLE = """\
id: t-001
style: casting, terse
published: 2021-10-13
headline: [Halloran|SHOW:Halloran] Adds [J.T. O'Brien-Kemp|PER:J.T. O'Brien-Kemp]
main: Halloran; J.T. O'Brien-Kemp
roles: J.T. O'Brien-Kemp=actor; José Ruiz Jr.=creator
plays: J.T. O'Brien-Kemp=Dr. Maeve Halloran@Halloran
events: casting@Halloran
---
[O'BRIEN-KEMP|PER:J.T. O'Brien-Kemp] plays [Dr. Halloran|CHAR:Dr. Maeve Halloran] in "[Halloran|SHOW:Halloran]."
[Maeve|CHAR:Dr. Maeve Halloran] and the [Hallorans|CHAR:Dr. Maeve Halloran] were
[José Ruiz Jr.|PER:José Ruiz Jr.]'s idea, not [NBC|NET]'s.
"""


@pytest.fixture(scope="module")
def articles() -> list[Marked]:
    return list(load(sorted(DATA.glob("*.ann"))))


def test_a_swapped_article_names_nobody_of_the_original() -> None:
    text = render(swap(parse(ARTICLE), random.Random(1)))
    for word in ("Halloran", "HALLORAN", "Maeve", "Brien", "BRIEN", "Kemp", "KEMP", "José", "Ruiz"):
        assert word not in text


def test_a_swapped_name_keeps_its_shape_and_its_short_forms() -> None:
    swapped = swap(parse(ARTICLE), random.Random(1))
    marks = [s for line in swapped.lines for s in line if s.type is not None]
    person = marks[1].name
    assert re.fullmatch(r"[A-Z]\.[A-Z]\. O'[A-Z][a-z]+-[A-Z][a-z]+", person)
    assert marks[2].text == person.split()[-1].upper()
    character = marks[3]
    assert character.text == "Dr. " + character.name.split()[-1]
    assert [m.name for m in marks if m.type == "SHOW"] == [character.name.split()[-1]] * 2
    creator = next(m for m in marks if m.text.endswith(" Jr."))
    assert not creator.name.isascii()
    assert f"{person}=actor" in dict(swapped.header)["roles"]


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert render(swap(parse(ARTICLE), random.Random(7))) == render(swap(parse(ARTICLE), random.Random(7)))


def test_reading_and_writing_mark_up_loses_nothing(articles: list[Marked]) -> None:
    assert all(parse(render(a)) == a for a in articles)


def test_a_fixed_fifth_is_held_out(articles: list[Marked]) -> None:
    assert len({a.id for a in articles}) == len(articles)
    assert sum(a.held_out for a in articles if a.id.startswith("c")) == 135
    assert 0.15 < sum(a.held_out for a in articles) / len(articles) < 0.25


def test_every_file_says_that_its_names_are_made_up() -> None:
    files = sorted(DATA.glob("*.ann"))
    assert files
    for path in files:
        assert "swapped" in path.read_text("utf-8")[:250]


def test_a_name_remains_known_by_what_it_was_whatever_it_is_called_in_a_variant() -> None:
    article = parse(ARTICLE)
    augmenter = Augmenter([article], random.Random(3), catalog.load())
    for _ in range(30):
        marks = [
            s for line in augmenter.variant(article).lines for s in line if s.entity and not s.entity.startswith(TOLD)
        ]
        called = {(s.type, s.entity): {s.name} for s in marks}
        for s in marks:
            called[s.type, s.entity].add(s.name)
        assert {e for _, e in called} == {
            "Halloran", "J.T. O'Brien-Kemp", "Dr. Maeve Halloran", "José Ruiz Jr.", "NBC",
        }  # fmt: skip
        assert all(len(names) == 1 for names in called.values())


def test_marks_of_every_variant_lie_on_names_without_quotes_or_spaces_at_the_edges(articles: list[Marked]) -> None:
    rng = random.Random(5)
    augmenter = Augmenter(articles, rng, catalog.load())
    for article in rng.sample(articles, 40):
        flat = flatten(augmenter.variant(article))
        assert flat.spans
        for start, end, _, _ in flat.spans:
            surface = flat.text[start:end]
            assert surface
            assert surface == surface.strip(" “”\n")
        for (_, end, _, _), (start, _, _, _) in zip(flat.spans, flat.spans[1:], strict=False):
            assert end <= start
