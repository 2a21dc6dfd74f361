"""What one writes with feedgen in an afternoon: the baseline that shows that the churn test can fail."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from feedgen.feed import FeedGenerator

from tests.churn.desk import Desk

_TITLE = re.compile(r"<h1>(.*?)</h1>|^title: \"(.*)\"$|^([^-<].*)$", re.MULTILINE)
_LATEST = 50


def write(desk: Desk) -> bytes:
    """A feed of the latest files: address and date from the file, title from the first line."""
    feed = FeedGenerator()
    feed.id(f"{desk.address}/feeds/all.atom")
    feed.title("All articles")
    feed.link(href=f"{desk.address}/feeds/all.atom", rel="self")
    files = sorted(desk.files(), key=lambda path: path.stat().st_mtime)
    for path in files[-_LATEST:]:
        _add(feed, desk, path)
    return bytes(feed.atom_str())


def _add(feed: FeedGenerator, desk: Desk, path: Path) -> None:
    text = path.read_text("utf-8", errors="replace").replace("\0", "").replace("\ufffd", "")
    found = _TITLE.search(text)
    moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    address = f"{desk.address}/{path.relative_to(desk.folder).as_posix()}"
    entry = feed.add_entry()
    entry.id(address)
    entry.link(href=address)
    entry.title(next(filter(None, found.groups())) if found else "Untitled")
    entry.published(moment)
    entry.updated(moment)
    entry.content(text, type="html")
