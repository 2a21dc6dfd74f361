"""Which reader reads what, and how a draft becomes an article."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from feeder.errors import NotAnArticle
from feeder.extraction import dates, headlines
from feeder.extraction.credits import dateline
from feeder.extraction.draft import Draft
from feeder.extraction.html import read_html
from feeder.extraction.markdown import read_markdown
from feeder.extraction.plain import read_plain
from feeder.model import Article, DateSource, RawDocument
from feeder.text import clean, fold, one_line

Reader = Callable[[bytes], Draft]

#: by media type; a format more is a module more and a line here and in _ENDINGS
READERS: Mapping[str, Reader] = {
    "text/plain": read_plain,
    "text/markdown": read_markdown,
    "text/html": read_html,
}
_ENDINGS = {
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
}

_LONGEST = 200_000  # characters, some 35,000 words: a book, a log, a dump
_LONGEST_TITLE = 300
_LONGEST_LINK = 2_000
_WORDS = re.compile(r"\w+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*$")
_CLOCKS_DIFFER = timedelta(days=1)


def media_type(file_name: str) -> str | None:
    """The type a file's ending stands for; None for what feeder does not read."""
    _, dot, ending = file_name.rpartition(".")
    return _ENDINGS.get((dot + ending).lower())


def read(raw: RawDocument, *, zone: ZoneInfo, now: datetime | None = None) -> Article:
    """The article in a file. Raises NotAnArticle, and nothing else, whatever the bytes are.

    `zone` is where a date without one was written. A date more than a day after `now` is passed over for the next best.
    """
    reader = READERS.get(raw.media_type)
    if reader is None:
        raise NotAnArticle("unsupported", f"feeder does not read {raw.media_type}")
    if not raw.content:
        raise NotAnArticle("empty", "has no content")
    return _finish(reader(raw.content), raw, zone, now)


def _finish(draft: Draft, raw: RawDocument, zone: ZoneInfo, now: datetime | None) -> Article:
    outlet = one_line(draft.outlet)
    title = headlines.without_outlet(one_line(draft.title)[:_LONGEST_TITLE], outlet)
    if not any(c.isalnum() for c in title):
        title = ""
    paragraphs = _paragraphs(draft.paragraphs, title)
    body = "\n\n".join(paragraphs)
    if not any(c.isalnum() for c in body):
        raise NotAnArticle("no-text", "has no text of an article" + (" below its headline" if title else ""))
    if len(body) > _LONGEST:
        raise NotAnArticle("too-long", f"{len(body):,} characters; an article has at most {_LONGEST:,}")
    head = f"{title}\n\n" if title else ""
    published, source = _published(draft, paragraphs, raw, zone, now)
    updated = dates.parse(draft.updated, zone=zone) if draft.updated else None
    if updated is not None and (updated <= published or _is_future(updated, now)):
        updated = None
    return Article(
        key=raw.key,
        title=title or headlines.made_from(body),
        text=head + body,
        body_start=len(head),
        published=published,
        published_from=source,
        updated=updated,
        link=next(filter(None, map(_address, draft.links)), None),
        byline=tuple(dict.fromkeys(filter(None, map(one_line, draft.byline)))),
        outlet=outlet or None,
        image=_address(draft.image),
        language=_language(draft.language),
        digest=_digest(head + body),
        owner=draft.owner,
    )


def _paragraphs(found: Sequence[str], title: str) -> list[str]:
    """In one line each, without empty ones and without the headline said again."""
    lines = [line for line in (one_line(paragraph) for paragraph in found) if line]
    while lines and title and fold(lines[0]) == fold(title):
        del lines[0]
    return lines


def _published(
    draft: Draft, paragraphs: Sequence[str], raw: RawDocument, zone: ZoneInfo, now: datetime | None
) -> tuple[datetime, DateSource]:
    candidates = [*draft.dates, (DateSource.DATELINE, dateline(paragraphs[0]))]
    order = list(DateSource)
    for source, written in sorted(candidates, key=lambda candidate: order.index(candidate[0])):
        moment = dates.parse(clean(written), zone=zone) if written else None
        if moment is not None and not _is_future(moment, now):
            return moment, source
    named = dates.in_file_name(raw.key.rpartition("/")[2], zone=zone)
    if named is not None and not _is_future(named, now):
        return named, DateSource.FILE_NAME
    return raw.modified.replace(microsecond=0), DateSource.FILE_TIME


def _is_future(moment: datetime, now: datetime | None) -> bool:
    return now is not None and moment > now + _CLOCKS_DIFFER


def _address(written: str) -> str | None:
    """An absolute http(s) address without white space or credentials; None for anything else."""
    written = one_line(written)
    if not written or len(written) > _LONGEST_LINK or " " in written:
        return None
    try:
        parts = urlsplit(written)
        usable = parts.scheme in ("http", "https") and parts.hostname and not parts.username and parts.port != 0
    except ValueError:
        return None
    return written if usable else None


def _language(written: str) -> str:
    """BCP 47 in its usual spelling: en, en-GB, zh-Hant."""
    written = written.strip()
    if not _LANGUAGE.match(written):
        return "en"
    first, *rest = written.replace("_", "-").split("-")
    spelled = [part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower() for part in rest]
    return "-".join([first.lower(), *spelled])


def _digest(text: str) -> str:
    return hashlib.sha256(" ".join(_WORDS.findall(fold(text))).encode()).hexdigest()
