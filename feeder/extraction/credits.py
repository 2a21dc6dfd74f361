"""The lines above an article's text that say who wrote it, when and where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC

from feeder.extraction import dates
from feeder.extraction.draft import Draft
from feeder.model import DateSource

_LABELLED = re.compile(
    r"(?P<label>title|headline|by|byline|authors?|written by|published(?: on)?|posted(?: on)?|date|updated(?: on)?"
    r"|last updated(?: on)?|modified|source|outlet|publication|url|link)\s*:\s*(?P<value>\S.*)",
    re.I,
)
_BY = re.compile(r"(?:(?:written|reported|posted)\s+)?by\s+(?P<names>\S.*)", re.I)
_PUBLISHED = re.compile(
    r"(?P<updated>(?:last\s+)?updated|modified)?(?:(?:first )?published|posted)?\s*(?:on|:)?\s*", re.I
)
_NAME = re.compile(r"[^\W\d_][\w.'’\-]*(?:\s+(?:[^\W\d_][\w.'’\-]*)){0,4}$")
_AFTER_NAMES = re.compile(
    r"\s*(?:[|•·–—@]|\s-\s|,\s*(?=\S+\s+(?:staff|editor|reporter|writer|critic|correspondent)\b)|\bin\b).*$", re.I
)
_BEFORE_DASH = re.compile(r"[^—–]{6,80}?(?=\s*(?:—|–|--))")
_PLACE = re.compile(r"(?:[A-Z(][\w.'’()]*[ ,]+){0,6}$")
_LONGEST = 160  # characters of such a line
_MOST = 6  # such lines
_PARTICLES = frozenset(("de", "la", "van", "von", "der", "den", "di", "da", "del", "du", "le", "el", "al", "bin", "y"))


def names_in(byline: str) -> tuple[str, ...]:
    """The names of 'By Jane Doe, John Roe and Ann Poe', in order, each once; () where it does not read like names."""
    byline = " ".join(byline.split())[:400]
    m = _BY.match(byline)
    byline = _AFTER_NAMES.sub("", m["names"] if m else byline)
    names = [name.strip(" ,;.") for name in re.split(r"\s*(?:,|;|&|\band\b|\bwith\b)\s*", byline)]
    suffixed: list[str] = []
    for name in filter(None, names):
        if suffixed and name.casefold().rstrip(".") in ("jr", "sr", "ii", "iii", "phd"):
            suffixed[-1] += " " + name
        else:
            suffixed.append(name)
    return tuple(dict.fromkeys(name for name in suffixed if _NAME.match(name) and len(name) <= 60))


def _is_byline(line: str) -> bool:
    m = _BY.match(line)
    if not m:
        return False
    words = _AFTER_NAMES.sub("", m["names"]).replace(",", " ").split()
    return (
        1 <= len(words) <= 14
        and all(w[:1].isupper() or w in ("and", "&", "with") or w.casefold() in _PARTICLES for w in words)
        and not line.rstrip().endswith((".", "!", "?"))
    )


def credit(line: str) -> Draft | None:
    """What a line above the text says; None where it is not such a line."""
    line = line.strip().strip("*_")
    if not line or len(line) > _LONGEST:
        return None
    labelled = _LABELLED.match(line)
    if labelled:
        return _of_label(" ".join(labelled["label"].lower().split()), labelled["value"].strip())
    if _is_byline(line):
        dated = ((DateSource.DATELINE, line),) if dates.find(line, zone=UTC) else ()
        return Draft(byline=names_in(line), dates=dated)
    m = _PUBLISHED.match(line)
    rest = line[m.end() :] if m else line
    if dates.is_all_of(rest):
        return Draft(updated=rest) if m and m["updated"] else Draft(dates=((DateSource.DATELINE, rest),))
    return None


def _of_label(label: str, value: str) -> Draft | None:
    if label in ("title", "headline"):
        return Draft(title=value)
    if label in ("by", "byline", "author", "authors", "written by"):
        return Draft(byline=names_in(value)) if names_in(value) else None
    if label in ("source", "outlet", "publication"):
        return Draft(outlet=value) if len(value) <= 60 and not value.startswith("http") else Draft(links=(value,))
    if label in ("url", "link"):
        return Draft(links=(value,))
    if not dates.parse(value, zone=UTC):
        return None
    return (
        Draft(updated=value)
        if label.startswith(("updated", "last", "modified"))
        else Draft(dates=((DateSource.DATELINE, value),))
    )


def take(lines: Sequence[str]) -> tuple[Draft, int]:
    """What the first lines say, and how many of them say only that."""
    found = Draft()
    taken = 0
    for line in lines[:_MOST]:
        said = credit(line)
        if said is None:
            break
        found = found.completed_by(said)
        taken += 1
    return found, taken


def dateline(paragraph: str) -> str:
    """The date of 'LOS ANGELES, June 30, 2021 — ...' at the start of the text; '' without one."""
    m = _BEFORE_DASH.match(paragraph)
    span = dates.span(m[0]) if m else None
    if m is None or span is None or m[0][span[1] :].strip(" ,:)") or not _PLACE.match(m[0][: span[0]]):
        return ""
    return m[0][span[0] : span[1]]
