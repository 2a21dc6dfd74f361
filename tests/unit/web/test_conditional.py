"""What a reader's headers mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.web.conditional import accepts_gzip, held, unchanged_since

TAGS = ['"abc"', '"abc-gzip"']


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('"abc"', '"abc"'),
        ('"abc-gzip"', '"abc-gzip"'),
        ('W/"abc"', '"abc"'),
        ('W/"abc-gzip"', '"abc-gzip"'),
        ('"old", "abc"', '"abc"'),
        (' "old" ,W/"abc" ', '"abc"'),
        ('"abc";gzip', None),
        ('"abc;gzip"', '"abc"'),
        ('"abc-br"', '"abc"'),
        ('"abc-gzip-gzip"', '"abc"'),
        ("abc", '"abc"'),
        ("*", '"abc"'),
        (" * ", '"abc"'),
        ('"old"', None),
        ('"ABC"', None),
        ('"ab"', None),
        ('"abc-zip"', None),
        ('"*"', None),
        ("", None),
        ('""', None),
        (",,,", None),
        ('W/"', None),
    ],
)
def test_a_reader_that_holds_this_version_is_recognised(header: str, found: str | None) -> None:
    assert held(header, TAGS) == found


@given(st.text())
def test_any_header_is_understood_or_ignored(header: str) -> None:
    assert held(header, TAGS) in (*TAGS, None)
    assert unchanged_since(header, 2**40) is False
    assert accepts_gzip(header) in (True, False)


@given(st.text(st.sampled_from("0123456789abcdef"), min_size=32, max_size=32), st.lists(st.text()))
def test_our_tag_is_found_among_any_others(digest: str, others: list[str]) -> None:
    assert held(",".join([*others, f'"{digest}"']), [f'"{digest}"']) == f'"{digest}"'


@pytest.mark.parametrize(
    ("header", "modified", "unchanged"),
    [
        ("Tue, 15 Jun 2021 12:00:00 GMT", 1623758400, True),
        ("Tue, 15 Jun 2021 12:00:00 GMT", 1623758401, False),
        ("Tue, 15 Jun 2021 12:00:01 GMT", 1623758400, True),
        ("Tuesday, 15-Jun-21 12:00:00 GMT", 1623758400, True),
        ("Tue Jun 15 12:00:00 2021", 1623758400, True),
        ("yesterday", 0, False),
        ("", 0, False),
        ("Tue, 15 Jun 99999 12:00:00 GMT", 0, False),
    ],
)
def test_a_date_is_compared_to_the_second(header: str, modified: int, unchanged: bool) -> None:
    assert unchanged_since(header, modified) is unchanged


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("*", True),
        ("gzip;q=0.5, identity;q=0.5", True),
        ("gzip;q=0.001", True),
        ("", False),
        ("identity", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("gzip;q=0.5, identity", False),
        ("gzip;q=high", False),
        ("gzip;q=nan", False),
        ("notgzip", False),
    ],
)
def test_gzip_goes_to_those_who_ask_for_it(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted
