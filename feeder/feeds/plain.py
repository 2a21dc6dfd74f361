"""Titles and names that no reader can mistake for markup.

Some readers take a title for HTML whatever its type says: RSS gives it none, and old habits outlive Atom's. What an
article brings along in its headline is a left-over of the page it came from, so it is read as a browser would have
read it: character references decoded, elements dropped, their text kept.
"""

from __future__ import annotations

import html
import re
from html.entities import name2codepoint

from lxml.html import defs

from feeder.text import one_line

_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ELEMENT = re.compile(rf"</?(?:{'|'.join(sorted(defs.tags))})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_AMPERSAND = re.compile(r"&(?=(#?\w+))")
_ROUNDS = 5  # "&amp;amp;amp;": escaped by each program that an article came through


def plain(text: str) -> str:
    """One line without HTML elements and character references; "" where nothing else was there. Idempotent."""
    text = _line(text)
    for _ in range(_ROUNDS):
        decoded = _line(_ELEMENT.sub(" ", _REFERENCE.sub(lambda found: html.unescape(found[0]), text)))
        if decoded == text:
            break
        text = decoded
    else:
        text = text.replace("<", "‹")  # nobody writes such a text by accident
    return _AMPERSAND.sub(_apart, text)


def _line(text: str) -> str:
    return " ".join(without_gaps(one_line(text)).split())


def mistakable(text: str) -> bool:
    """Whether a lenient reader would find elements or character references in a text that has neither."""
    return bool(_ELEMENT.search(text)) or any(_apart(it) == "& " for it in _AMPERSAND.finditer(text))


def without_gaps(text: str) -> str:
    """`text` without the mark that stands for a character that could not be read: validators call it a fault."""
    return text.replace("\ufffd", "")


def _apart(found: re.Match[str]) -> str:
    # "3&4" would start a reference for a lenient reader, "R&D" would not
    word = found[1]
    return "& " if word in name2codepoint or not word.isalpha() else "&"
