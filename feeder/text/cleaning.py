"""Characters made fit for XML, terminals and comparison, once, where text enters."""

from __future__ import annotations

import re
import unicodedata


def _cp1252(byte: int) -> str:
    """What a C1 control stands for where Windows-1252 was taken for Latin-1 (WHATWG Encoding does the same)."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return "\ufffd"


_CHARACTERS = str.maketrans(
    {chr(c): _cp1252(c) for c in range(0x80, 0xA0)}
    # page breaks and Unicode's own line ends are line ends
    | dict.fromkeys("\r\x0b\x0c\u2028\u2029", "\n")
    # spaces that only a typesetter tells apart
    | dict.fromkeys("\xa0\u202f\u2007", " ")
    # invisible: soft hyphen, zero width space and no-break space, word joiner and its invisible kin, DEL
    | dict.fromkeys("\xad\u200b\ufeff\u2060\u2061\u2062\u2063\u2064\x7f", None)
    # bidi embeddings, overrides and isolates reorder what stands around them; the marks LRM, RLM and ALM stay
    | dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", None)
)

# the complement of Char in XML 1.0, section 2.2
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Normalisation sorts each run of combining marks in quadratic time; the Stream-Safe Text Format (UAX #15, section 13)
# allows thirty, and no script needs more. Marks are neither word characters nor spaces: that finds candidates fast.
_MARKS_ALLOWED = 30
_MAYBE_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{_MARKS_ALLOWED + 1},}}")


def _cut_marks(candidates: re.Match[str]) -> str:
    kept: list[str] = []
    run = 0
    for c in candidates[0]:
        run = run + 1 if unicodedata.combining(c) else 0
        if run <= _MARKS_ALLOWED:
            kept.append(c)
    return "".join(kept)


def clean(s: str) -> str:
    """`s` in NFC with LF line ends, plain spaces and only characters XML 1.0 allows (others become U+FFFD).

    Windows-1252 punctuation read as C1 controls is restored; bidi controls and invisible characters are dropped. Takes
    linear time on any input. Idempotent.
    """
    s = s.replace("\r\n", "\n").translate(_CHARACTERS)
    s = _FORBIDDEN.sub("\ufffd", s)
    if s.isascii():
        return s
    return unicodedata.normalize("NFC", _MAYBE_MARKS.sub(_cut_marks, s))


def one_line(s: str) -> str:
    """`clean(s)` with every run of white space made one space, none at the ends: for titles and names."""
    return " ".join(clean(s).split())
