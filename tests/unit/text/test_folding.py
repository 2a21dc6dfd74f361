"""Names compare as people compare them, and what is found is found where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.text import Folded, clean, fold, slug

any_text = st.text(st.characters(codec=None) | st.sampled_from("  \n\t’“”—…ßﬁéİø\u0301\u200d\u00a8½"))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Zoë Kravitz", "ZOE KRAVITZ"),
        ("Zoe\u0308 Kravitz", "Zoë Kravitz"),
        ("Grey’s  Anatomy", "Grey's Anatomy"),
        ("Sherman–Palladino", "Sherman‑Palladino"),
        ("Nikolaj Søren Łukasz", "Nikolaj Soren Lukasz"),
        ("Pilou Asbæk", "pilou asbaek"),
        ("“Lost”", '"lost"'),
        ("Straße", "STRASSE"),
        ("９-１-１", "9-1-1"),
        ("Kaʻena", "Ka'ena"),
    ],
)
def test_different_spellings_of_a_name_compare_as_equal(a: str, b: str) -> None:
    assert fold(a) == fold(b)


@given(any_text)
def test_folding_again_changes_nothing(s: str) -> None:
    assert fold(fold(s)) == fold(s)


@given(any_text)
def test_folding_for_search_and_for_comparison_agree(s: str) -> None:
    assert Folded(s).text == fold(s)


@given(any_text.map(clean), st.data())
def test_a_name_is_found_where_it_stands(s: str, data: st.DataObject) -> None:
    folded = Folded(s)
    if not folded.text:
        return
    a = data.draw(st.integers(0, len(folded.text) - 1))
    b = data.draw(st.integers(a + 1, len(folded.text)))
    start, end = folded.span(a, b)
    assert 0 <= start < end <= len(s)
    # the span may begin or end inside a character that folds to several, never elsewhere
    assert folded.text[a:b].strip() in fold(s[start:end])
    assert len(fold(s[start:end])) <= (b - a) + 2 * 4


#: Mostly plain words, as articles are, with now and then what is not.
article_text = st.lists(
    st.text("abcXYZ.,'-019", min_size=1, max_size=6)
    | st.sampled_from((" ", "  ", "\n\n", "é", "“", "’", "…", "`", "ß", "\u0301"))
).map(" ".join)


def _one_by_one(s: str) -> list[tuple[str, int]]:
    """(folded character, where it stands): what folding means, a character at a time."""
    return [(f, at) for at, c in enumerate(s) for f in fold(f"x{c}x")[1:-1] or ""]


@given(article_text)
def test_runs_of_plain_words_fold_as_their_letters_do(s: str) -> None:
    folded = Folded(s)
    assert folded.text == fold(s)
    letters = [(f, at) for f, at in _one_by_one(s) if f != " "]
    found = [(f, folded.span(i, i + 1)[0]) for i, f in enumerate(folded.text) if f != " "]
    assert found == letters


@given(any_text, st.data())
def test_spans_come_in_text_order(s: str, data: st.DataObject) -> None:
    folded = Folded(s)
    spans = [folded.span(i, i + 1) for i in range(len(folded.text))]
    assert spans == sorted(spans)


@pytest.mark.parametrize(("a", "b"), [(0, 0), (2, 1), (-1, 2), (0, 4)])
def test_a_span_outside_the_text_is_an_error_not_a_wrong_place(a: int, b: int) -> None:
    with pytest.raises(IndexError):
        Folded("abc").span(a, b)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("The Marvelous Mrs. Maisel", "the-marvelous-mrs-maisel"),
        ("Grey’s Anatomy", "greys-anatomy"),
        ("Law & Order: SVU", "law-and-order-svu"),
        ("9-1-1", "9-1-1"),
        ("Zoë Kravitz", "zoe-kravitz"),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_a_feed_address_can_be_read(name: str, expected: str) -> None:
    assert slug(name) == expected


@given(any_text)
def test_a_slug_is_always_a_safe_file_name(s: str) -> None:
    made = slug(s)
    assert 1 <= len(made) <= 80
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not made.startswith("-")
    assert slug(made) == made


def test_names_without_latin_letters_get_different_slugs() -> None:
    assert slug("오징어 게임") != slug("深夜食堂")
