"""What a subscriber may expect of every character that reaches a feed."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeder.text import clean, one_line

any_text = st.text(
    st.characters(codec=None) | st.sampled_from("\x00\x0b\x85\x93\xad\u200b\u202e\ud800\ufffe\uffff\r\n\u0301")
)


@given(any_text)
def test_cleaned_text_can_always_be_put_into_xml(s: str) -> None:
    element = etree.Element("title")
    element.text = clean(s)
    assert etree.fromstring(etree.tostring(element)).text == (clean(s) or None)


@given(any_text)
def test_cleaning_again_changes_nothing(s: str) -> None:
    assert clean(clean(s)) == clean(s)
    assert one_line(one_line(s)) == one_line(s)


@given(any_text)
def test_cleaned_text_is_normalised_with_plain_line_ends(s: str) -> None:
    assert unicodedata.is_normalized("NFC", clean(s))
    assert not set("\r\x0b\x0c\x85\u2028\u2029") & set(clean(s))


@given(any_text)
def test_a_title_is_one_line_without_spaces_at_its_ends(s: str) -> None:
    title = one_line(s)
    assert title == title.strip()
    assert "\n" not in title
    assert "  " not in title


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("It\x92s \x93got\x94 to", "It’s “got” to"),
        ("Zoe\u0308", "Zoë"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("Season\xa04", "Season 4"),
        ("Venti\xadmiglia\u200b", "Ventimiglia"),
        ("a\x00b\ufffec\ud800", "a\ufffdb\ufffdc\ufffd"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("👩\u200d🚀 می\u200cخواهم", "👩\u200d🚀 می\u200cخواهم"),
        ("\ufeffText", "Text"),
    ],
)
def test_broken_characters_are_mended(dirty: str, expected: str) -> None:
    assert clean(dirty) == expected


def test_a_million_combining_marks_do_not_hold_up_the_others() -> None:
    started = time.process_time()
    cleaned = clean("e" + "\u0301\u0323" * 500_000 + "nd")
    assert time.process_time() - started < 5
    assert len(cleaned) < 40
    assert cleaned.endswith("nd")
