"""Headlines: recognised, freed of what pages hang on them, or made from the first sentence."""

from __future__ import annotations

import re

from feeder.text import one_line, sentences

_LONGEST_READ = 150  # characters of a line that may still be a headline
_LONGEST_MADE = 110
_ABBREVIATION = re.compile(r"(?:\b(?:[A-Za-z]\.){2,}|\b(?:Jr|Sr|Bros|Inc|Co|etc)\.|\.{3})[\"'”’]*$")
_FULL_STOP = re.compile(r"\.[\"'”’)\]]*$")
_HANGING = re.compile(
    r"(?:\s+(?:a|an|the|and|or|but|of|in|on|at|to|for|with|by|as|from|that|its|his|her|is|was))+$", re.I
)
_OUTLET_SEPARATORS = re.compile(r"\s+[|\-–—•·»:]+\s+")


def reads_like_one(line: str) -> bool:
    """Whether a line could be a headline: short, and not the end of a sentence."""
    if not any(c.isalnum() for c in line) or len(line) > _LONGEST_READ or line[-1] in ",;:":
        return False
    return not _FULL_STOP.search(line) or bool(_ABBREVIATION.search(line))


def stands_above(line: str, following: str) -> bool:
    """Whether a line directly above another one is a headline and not the start of wrapped text."""
    if not reads_like_one(line) or not following:
        return False
    begins = following.lstrip("\"'“‘([")[:1]
    if begins.islower() or _HANGING.search(line):
        return False
    return len(line) <= 0.75 * len(following)


def made_from(body: str) -> str:
    """The first sentence without its full stop, cut at a word and marked with an ellipsis where it is too long."""
    first = next(iter(sentences(body[: 20 * _LONGEST_MADE])), None)
    line = one_line(first.text) if first else ""
    if line.endswith(".") and not _ABBREVIATION.search(line):
        line = line[:-1].rstrip()
    if len(line) <= _LONGEST_MADE:
        return line
    cut = line[:_LONGEST_MADE].rpartition(" ")[0] or line[: _LONGEST_MADE - 1]
    return _HANGING.sub("", cut.rstrip(" ,;:.–—-")).rstrip(" ,;:.–—-") + "…"


def without_outlet(title: str, outlet: str) -> str:
    """A page title freed of the outlet's name at its end or start: 'Lost returns - TVLine'."""
    parts = _OUTLET_SEPARATORS.split(title)
    if len(parts) < 2 or not outlet:
        return title
    squeezed = re.sub(r"\W", "", outlet).casefold()
    if re.sub(r"\W", "", parts[-1]).casefold() == squeezed:
        return title[: title.rindex(parts[-1])].rstrip(" |-–—•·»:")
    if re.sub(r"\W", "", parts[0]).casefold() == squeezed:
        return title[len(parts[0]) :].lstrip(" |-–—•·»:")
    return title
