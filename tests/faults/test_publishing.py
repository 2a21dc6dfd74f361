"""Whatever happens while feeds are written, subscribers read the old ones or the new ones, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from lxml import etree

from tests.atom_rules import ATOM, problems
from tests.fakes.newsroom import FILE_TIME, Newsroom, an_article_text

ROOT = Path(__file__).parents[2]
BASE = "https://feeds.example.org/"

#: What a child process does: the same newsroom, and `before` the build begins.
CHILD = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.fakes.newsroom import Newsroom
newsroom = Newsroom(Path({folder!r}))
newsroom.configure(feed_limit=3)
{before}
print("ready", flush=True)
try:
    newsroom.build()
    print("built", flush=True)
except Exception as error:
    print(type(error).__name__, error, flush=True)
"""


def child(newsroom: Newsroom, *, before: str = "") -> subprocess.Popen[str]:
    code = CHILD.format(root=str(ROOT), folder=str(newsroom.source.parent), before=textwrap.dedent(before))
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def write(newsroom: Newsroom, numbers: range, *, text: str = "") -> None:
    for number in numbers:
        newsroom.write(
            f"{number:03}.md",
            an_article_text(
                f"Article {number}", f"Gilmore Girls, part {number}. {text}", date=f"2021-03-{number + 1:02}T10:00:00Z"
            ),
            at=FILE_TIME + len(text),
        )


def whole(newsroom: Newsroom, feed: str) -> dict[str, str]:
    """Every entry of the feed and its archives, each document checked: title -> content."""
    found: dict[str, str] = {}
    place: str | None = f"{feed}.atom"
    while place is not None:
        data = (newsroom.public / place).read_bytes()
        assert problems(data, location=BASE + place) == []
        document = etree.fromstring(data)
        for entry in document.findall(f"{ATOM}entry"):
            found.setdefault(entry.findtext(f"{ATOM}title") or "", entry.findtext(f"{ATOM}content") or "")
        links = {it.get("rel"): it.get("href", "") for it in document.findall(f"{ATOM}link")}
        place = links["prev-archive"].removeprefix(BASE) if "prev-archive" in links else None
    return found


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    newsroom.configure(feed_limit=3)
    write(newsroom, range(8))
    newsroom.build()
    return newsroom


FEEDS = ("feeds/all", "feeds/show/gilmore-girls")


def test_a_kill_at_any_moment_leaves_each_feed_old_or_new_and_the_next_build_whole(newsroom: Newsroom) -> None:
    """Killed ever later, until a build comes to its end."""
    old = {feed: whole(newsroom, feed) for feed in FEEDS}
    write(newsroom, range(8, 14), text="News.")
    write(newsroom, range(2), text="Corrected.")
    new_titles = {f"Article {number}" for number in range(14)}
    delay, ended = 0.0, False
    while not ended:
        with child(newsroom) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            try:
                ended = process.wait(delay) == 0
            except subprocess.TimeoutExpired:
                process.kill()
        for feed in FEEDS:
            found = whole(newsroom, feed)
            assert set(old[feed]) <= set(found) <= new_titles, "an entry is lost"
            for title, content in found.items():
                assert title not in old[feed] or content == old[feed][title] or "Corrected." in content
        delay = delay * 1.6 + 0.05
    newsroom.build()
    for feed in FEEDS:
        assert set(whole(newsroom, feed)) == new_titles
    leftovers = [path for path in newsroom.published() if "tmp" in path]
    assert leftovers == []


def test_a_full_disk_leaves_the_old_feeds_and_says_so(newsroom: Newsroom) -> None:
    files = newsroom.published()
    write(newsroom, range(8, 12), text="Much to tell. " * 3000)
    full = """
        from feeder import feeds
        def limited(tree, files, write_all=feeds.Tree.write_all):
            import resource
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))  # fails where a full disk does: inside a write
            return write_all(tree, files)
        feeds.Tree.write_all = limited
    """
    with child(newsroom, before=full) as process:
        output, _ = process.communicate(timeout=100)
    assert "PublishError" in output
    assert "cannot write" in output
    assert "what was published before stays" in output
    assert newsroom.published() == files, "half a feed, or only some of them, would be worse than the old ones"
    newsroom.build()
    assert "Article 11" in whole(newsroom, "feeds/all")


def test_an_output_folder_that_may_not_be_written_is_told_and_nothing_is_lost(newsroom: Newsroom) -> None:
    files = newsroom.published()
    write(newsroom, range(8, 10))
    refusing = """
        import errno, os
        real = os.open
        def refused(path, flags, *rest, **more):
            if flags & os.O_CREAT:
                raise OSError(errno.EROFS, "Read-only file system")
            return real(path, flags, *rest, **more)
        import feeder.feeds.files as files
        files.os.open = refused
    """
    with child(newsroom, before=refusing) as process:
        output, _ = process.communicate(timeout=100)
    assert "Read-only file system" in output
    assert newsroom.published() == files
    newsroom.build()
    assert set(whole(newsroom, "feeds/all")) == {f"Article {number}" for number in range(10)}


def test_readers_who_poll_while_feeds_are_written_never_see_a_broken_one(newsroom: Newsroom) -> None:
    write(newsroom, range(8, 20), text="News.")
    seen = 0
    with child(newsroom) as process:
        assert process.stdout is not None
        while process.poll() is None:
            for feed in FEEDS:
                assert set(whole(newsroom, feed)) >= {f"Article {number}" for number in range(8)}
                seen += 1
            time.sleep(0.01)
        assert process.stdout.read() == "ready\nbuilt\n"
    assert seen > 2
    assert len(whole(newsroom, "feeds/all")) == 20
