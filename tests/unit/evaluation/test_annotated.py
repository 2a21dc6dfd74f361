"""Annotated articles: what is marked is what is known, and what is marked wrongly is told with its line."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.errors import AnnotationError
from feeder.evaluation import articles, facts, parse

ARTICLE = """\
# a remark
id: a-001
published: 2021-06-15
headline: [Milo Ventimiglia|PER] Joins [Mrs. Maisel|SHOW:The Marvelous Mrs. Maisel]
main: The Marvelous Mrs. Maisel; Milo Ventimiglia
roles: Milo Ventimiglia=actor; Amy Sherman-Palladino=creator,writer
plays: Milo Ventimiglia=Sylvio@The Marvelous Mrs. Maisel
events: casting@The Marvelous Mrs. Maisel
---
[Ventimiglia|PER:Milo Ventimiglia] plays [Sylvio|CHAR].

[Amy Sherman-Palladino|PER] says so.
"""


def test_an_article_says_what_is_true_of_it():
    known = facts(parse(ARTICLE))
    text = known.article.text
    assert text == ("Milo Ventimiglia Joins Mrs. Maisel\n\nVentimiglia plays Sylvio.\n\nAmy Sherman-Palladino says so.")
    assert known.article.title == "Milo Ventimiglia Joins Mrs. Maisel"
    assert text[known.article.body_start :].startswith("Ventimiglia plays")
    assert known.article.published.isoformat() == "2021-06-15T00:00:00+00:00"
    assert known.names("SHOW") == {"The Marvelous Mrs. Maisel": ["Mrs. Maisel"]}
    assert known.names("PER") == {
        "Milo Ventimiglia": ["Milo Ventimiglia", "Ventimiglia"],
        "Amy Sherman-Palladino": ["Amy Sherman-Palladino"],
    }
    assert known.main == {"The Marvelous Mrs. Maisel", "Milo Ventimiglia"}
    assert known.roles["Amy Sherman-Palladino"] == ("creator", "writer")
    assert known.plays == {("Milo Ventimiglia", "Sylvio")}
    assert known.events == {("casting", "The Marvelous Mrs. Maisel")}


def test_a_file_holds_any_number_of_articles():
    two = f"{ARTICLE}===\n{ARTICLE.replace('a-001', 'a-002')}===\n\n"
    assert [a.id for a in articles("two.ann", two)] == ["a-001", "a-002"]
    assert list(articles("none.ann", "\n===\n\n")) == []
    assert [a.id for a in articles("crlf.ann", two.replace("\n", "\r\n"))] == ["a-001", "a-002"]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "problem"),
    [
        ("id: a-001\n", "", 2, "the article has no id"),
        ("headline: ", "title: ", 2, "the article has no headline"),
        ("---\n", "", 2, "an article without a line '---'"),
        ("id: a-001", "a-001", 3, "expected a header line like 'id: a-001', got 'a-001'"),
        ("2021-06-15", "in June", 4, "published: expected a date like 2021-06-15, got 'in June'"),
        ("|PER] Joins", "|ACTOR] Joins", 5, "unknown type 'ACTOR'"),
        ("main: The", "main: A", 6, "main: nothing is marked as 'A Marvelous Mrs. Maisel'"),
        ("=creator,", "=maker,", 7, "roles: unknown role 'maker'"),
        ("roles: Milo Ventimiglia=", "roles: ", 7, "roles: expected NAME=role,role, got 'actor'"),
        ("=Sylvio", " is Sylvio", 8, "plays: expected NAME=CHARACTER@SHOW"),
        ("casting@", "hired@", 9, "events: unknown event 'hired'"),
        ("[Sylvio|CHAR]", "[Sylvio]", 11, "a bracket that marks nothing: '[Sylvio].'"),
        ("[Amy", "\n[[Amy", 14, "a bracket that marks nothing: '['"),
    ],
)
def test_what_would_be_counted_wrongly_is_told_with_its_line(right: str, wrong: str, line: int, problem: str):
    text = f"\n{ARTICLE.replace(right, wrong)}"
    with pytest.raises(AnnotationError, match=re.escape(f"x.ann:{line}: {problem}")):
        list(articles("x.ann", text))
    after = f"{ARTICLE}===\n{ARTICLE.replace(right, wrong)}"
    with pytest.raises(AnnotationError, match=re.escape(f"x.ann:{line + ARTICLE.count(chr(10))}: {problem}")):
        list(articles("x.ann", after))


@given(st.text() | st.text(alphabet="[]|:=;-\n #aA"))
def test_no_text_is_read_with_anything_but_the_error_that_says_why(text: str):
    for block in (text, ARTICLE + text, ARTICLE.replace("---", text)):
        with contextlib.suppress(AnnotationError):
            assert all(article.id for article in articles("x.ann", block))
