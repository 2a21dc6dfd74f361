"""What people type into the search box, and what is shown of what was found."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.model import Sentence
from feeder.rendering import chart
from feeder.rendering.drawing import pieces, qr_code
from feeder.service.questions import Words, midnight, places, telling, words
from feeder.service.reading import bars
from feeder.storage import Month

NOW = datetime(2026, 3, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("milo ventimiglia", Words(phrases=("milo", "ventimiglia"))),
        ('"this is us" milo', Words(phrases=("this is us", "milo"))),
        ("“this is us”", Words(phrases=("this is us",))),
        ("renew* -recap", Words(beginnings=("renew",), without=("recap",))),
        ('-"this is us"', Words(without=("this is us",))),
        ('"never closed', Words(phrases=("never closed",))),
        ("Sherman-Palladino", Words(phrases=("Sherman-Palladino",))),
        ('- * "" \'', Words()),
        ("", Words()),
    ],
)
def test_words_quotes_asterisks_and_minus_signs_mean_what_people_expect(text: str, understood: Words) -> None:
    assert words(text) == understood


@given(st.text(), st.text())
def test_any_question_is_understood_and_marks_lie_in_the_text(question: str, text: str) -> None:
    found = places(words(question), text)
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))


def test_marks_are_found_whatever_case_and_accents() -> None:
    text = "BEYONCÉ’s renewal, says Beyonce; unrenewed"
    assert [text[a:b] for a, b in places(words("beyoncé renew*"), text)] == ["BEYONCÉ", "renewal", "Beyonce"]


def test_the_sentence_with_most_of_the_words_is_shown() -> None:
    parts = [Sentence(start=n, end=n, text=t) for n, t in enumerate(("Milo.", "Milo joins Maisel.", "Nobody."))]
    assert telling(words("milo maisel"), parts) == parts[1]
    assert telling(words("wednesday"), parts) is None
    assert telling(words("milo"), []) is None


def test_the_last_day_there_is_can_be_asked_for() -> None:
    assert midnight(date.max, after=True) is None
    assert midnight(date(2026, 3, 1), after=True) == datetime(2026, 3, 2, tzinfo=UTC)


# -- charts -----------------------------------------------------------------------------------------------------------


def test_a_chart_of_recent_articles_has_a_bar_for_every_month_up_to_now() -> None:
    drawn = bars([Month(2025, 11, 2), Month(2026, 1, 1)], now=NOW)
    assert [(it.label, it.entries) for it in drawn][-5:] == [
        ("2025-11", 2),
        ("2025-12", 0),
        ("2026-01", 1),
        ("2026-02", 0),
        ("2026-03", 0),
    ]
    assert len(drawn) == 12


def test_a_chart_of_an_archive_has_a_bar_for_every_year_none_lost() -> None:
    drawn = bars([Month(2009, 11, 2), Month(2009, 12, 1), Month(2026, 1, 1)], now=NOW)
    assert [it.label for it in drawn] == [str(year) for year in range(2009, 2027)]
    assert [it.entries for it in drawn if it.entries] == [3, 1]


def test_a_chart_ends_with_the_latest_article_though_it_is_ahead_of_the_clock() -> None:
    assert bars([Month(2026, 5, 1)], now=NOW)[-1].label == "2026-05"
    assert bars([], now=NOW) == ()


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=40))
def test_bars_stay_within_the_chart_and_the_smallest_is_seen(counts: list[int]) -> None:
    made = chart([type("Bar", (), {"label": str(n), "entries": it})() for n, it in enumerate(counts)])
    for column, count in zip(made.columns, counts, strict=True):
        assert column.x >= 0
        assert column.x + column.width <= made.width
        assert column.y >= 0
        assert column.y + column.height <= made.height + 0.11
        assert (column.height > 0) == (count > 0)


# -- marks ------------------------------------------------------------------------------------------------------------


@given(st.text(max_size=250), st.lists(st.tuples(st.integers(-5, 260), st.integers(-5, 260)), max_size=6))
def test_a_text_cut_into_pieces_is_still_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    found = pieces(text, spans)
    assert "".join(it.text for it in found) == text
    inside = {at for start, end in spans for at in range(max(start, 0), min(end, len(text)))}
    assert "".join(it.text for it in found if it.marked) == "".join(text[at] for at in sorted(inside))


@given(st.integers(0, 2000))
def test_a_long_sentence_is_cut_around_what_it_proves(at: int) -> None:
    text = "word " * at + "Milo Ventimiglia" + " word" * 400
    start = text.index("Milo")
    found = pieces(text, [(start, start + 16)])
    assert [it.text for it in found if it.marked] == ["Milo Ventimiglia"]
    assert sum(len(it.text) for it in found) < 330


def test_a_qr_code_is_drawn_and_holds_nothing_else() -> None:
    drawn = qr_code('https://feeds.example.org/feeds/show/x.atom?"><script>')
    assert drawn.startswith("<svg ")
    assert "script" not in drawn
    assert "style=" not in drawn
