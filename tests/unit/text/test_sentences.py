"""Evidence and summaries are whole sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.text import sentences


def cut(text: str) -> list[str]:
    return [s.text for s in sentences(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Sterling K. Brown and Mr. Smith met D.B. Weiss, J.K. Simmons and Mrs. Maisel in St. Louis.",
        "The U.S. version returns Jan. 12 at 9 p.m. ET, up 2.5 percent.",
        "It starts at 9 a.m. Eastern on Amazon.com.",
        "Cuba Gooding Jr. stars with Robert Downey Jr. in a Warner Bros. Television drama.",
        "Shemar Moore leads S.W.A.T. while Chloe Bennet led Agents of S.H.I.E.L.D. Season 7.",
        "It ranked No. 1 on the chart, ahead of Vol. 2.",
        "The new Jeopardy! Masters host, who loves Would I Lie to You? and Yahoo! News, left.",
        "“Really?” she asked.",
        "“We cannot do that!” Daniel Palladino said at the time.",
        "He waited … and waited ... then left.",
        "Dr. Meredith Grey returns.",
        "“You (St. Elsewhere fans)!” wrote Gov. Newsom.",
        "Vincent D'Onofrio vs. Charlie Cox is the fight of Season 1.",
    ],
)
def test_a_sentence_is_not_cut_in_two(sentence: str) -> None:
    assert cut(sentence) == [sentence]


@pytest.mark.parametrize(
    "parts",
    [
        ["He joined in 2018.", "She left."],
        ["“It can’t be just a cameo.”", "“It’s got to have some meat to it,” she said."],
        ['"It was fun."', "Brosnahan agreed."],
        ["It airs at 9 p.m.", "The finale follows."],
        ["He moved to the U.S.", "She stayed."],
        ["He played Joe on Group B.", "They won."],
        ["He said no.", "Brown said yes."],
        ["It moved to L.A.", "In 2019, it ended."],
        ["Who is she?", "Nobody knows!", "Yet."],
        ["(He won in 2018.)", "Then he left."],
        ["iCarly ended.", "iZombie did too."],
        ["It ended…", "Fans wept."],
        ["He lives on Sesame St.", "The street is famous."],
        ["He starred in Airplane!", "The film was a hit."],
        ["1. The Wire leads.", "2. Lost follows."],
    ],
)
def test_sentences_are_told_apart(parts: list[str]) -> None:
    assert cut(" ".join(parts)) == parts


def test_a_paragraph_ends_a_sentence_and_a_wrapped_line_does_not() -> None:
    assert cut("A list without stop\n \n\nA wrapped\nline. End") == ["A list without stop", "A wrapped\nline.", "End"]


def test_the_headline_is_a_sentence_of_its_own() -> None:
    text = "Mr. Robot returns. Again\n\nIt is back. Really."
    found = sentences(text, body_start=26)
    assert [s.text for s in found] == ["Mr. Robot returns. Again", "It is back.", "Really."]


@given(st.text(st.characters() | st.sampled_from('AaBb .!?…"”)\n Mr.')), st.integers(0, 20))
def test_sentences_cover_the_text_in_order_without_overlap(text: str, body_start: int) -> None:
    body_start = min(body_start, len(text))
    found = sentences(text, body_start=body_start)
    at = 0
    for s in found:
        assert text[s.start : s.end] == s.text == s.text.strip() != ""
        assert text[at : s.start].strip() == ""
        at = s.end
    assert text[at:].strip() == ""


@pytest.mark.parametrize(
    "text", ["." * 1_000_000, "x" * 1_000_000, "A. " * 300_000, '!" ' * 300_000, "\n \n" * 300_000]
)
@pytest.mark.timeout(20)
def test_an_endless_line_does_not_hold_up_the_others(text: str) -> None:
    assert sum(len(s.text) for s in sentences(text)) <= len(text)
