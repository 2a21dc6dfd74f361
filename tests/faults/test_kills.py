"""Killed at any place a file takes, or out of room for any: every form, archive and compressed copy is old or new."""

from __future__ import annotations

import gzip
import os
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import brotli
import pytest

from feeder import readers
from feeder.errors import PublishError
from feeder.model import Form
from feeder.service.export import export
from tests.fakes.newsroom import FILE_TIME, Newsroom, an_article_text
from tests.feed_values import problems

BASE = "https://feeds.example.org/"
FEEDS = ("feeds/all", "feeds/show/gilmore-girls")


def write(newsroom: Newsroom, numbers: range, *, text: str = "") -> None:
    for number in numbers:
        words = f"Gilmore Girls, part {number}. {text} " + f"Nobody has told of number {number} before. " * 20
        date = f"2021-03-{number + 1:02}T10:00:00Z"
        newsroom.write(
            f"{number:03}.md", an_article_text(f"Article {number}", words, date=date), at=FILE_TIME + len(text)
        )


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    newsroom.configure(feed_limit=6)
    write(newsroom, range(10))
    newsroom.build()
    return newsroom


def exported(newsroom: Newsroom) -> Path:
    folder = newsroom.source.with_name("out")
    with newsroom.open() as app:
        export(app, folder)
    return folder


def killed_at(place: int, work: Callable[[], object]) -> bool:
    """Do the work in a process that is killed when so many files have taken their places; False: it came to its end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking while others run: nobody else touches the room
        process = os.fork()
    if not process:
        with dying_at(place, lambda: os.kill(os.getpid(), signal.SIGKILL)):
            work()
        os._exit(0)
    _, status = os.waitpid(process, 0)
    assert status in (0, signal.SIGKILL), "it failed instead of being killed"
    return status == signal.SIGKILL


@contextmanager
def dying_at(place: int, die: Callable[[], object]) -> Iterator[None]:
    rename, left = os.rename, place

    def counted(*args: object, **kwargs: object) -> None:
        nonlocal left
        if not left:
            die()
        left -= 1
        rename(*args, **kwargs)  # type: ignore[arg-type]

    os.rename = counted  # type: ignore[assignment]
    try:
        yield
    finally:
        os.rename = rename


def titles(folder: Path, feed: str, form: Form) -> dict[str, str]:
    """Of every entry of the feed and its archives, each document checked, by title."""
    found: dict[str, str] = {}
    address = f"{BASE}{feed}.{form}"
    while address:
        data = (folder / address.removeprefix(BASE)).read_bytes()
        assert problems(data, form=form, location=address) == []
        document = readers.read(data)
        for entry in document.entries:
            found.setdefault(entry.title, entry.content)
        address = document.previous
    return found


def check(folder: Path, old: Mapping[str, Mapping[Form, Mapping[str, str]]]) -> None:
    for feed in FEEDS:
        for form in Form:
            found = titles(folder, feed, form)
            assert old[feed][form].keys() <= found.keys(), "an entry is lost"
            for title, content in old[feed][form].items():
                assert found[title] == content or "Corrected." in found[title]


def all_titles(folder: Path) -> dict[str, dict[Form, dict[str, str]]]:
    return {feed: {form: titles(folder, feed, form) for form in Form} for feed in FEEDS}


def test_a_build_killed_at_any_file_leaves_every_form_and_archive_whole(newsroom: Newsroom) -> None:
    old = all_titles(newsroom.public)
    write(newsroom, range(10, 18), text="News.")
    write(newsroom, range(1, 3), text="Corrected.")
    kills = 0
    while killed_at(kills, newsroom.build):
        check(newsroom.public, old)
        kills += 1
        # what took its place stays there: each build goes further than the one before
    assert kills > 3
    newsroom.build()
    expected = {f"Article {number}" for number in range(18)}
    assert all(set(found) == expected for forms in all_titles(newsroom.public).values() for found in forms.values())
    assert not [path for path in newsroom.published() if ".tmp-" in path]


def test_an_export_killed_at_any_file_leaves_compressed_copies_that_are_old_or_new(newsroom: Newsroom) -> None:
    folder = exported(newsroom)
    before = versions(folder)
    old = all_titles(folder)
    write(newsroom, range(10, 18), text="News.")
    newsroom.build()
    after = newsroom.published()
    kills = 0
    while killed_at(kills * 5, lambda: exported(newsroom)):
        check(folder, old)
        for path, found in versions(folder).items():
            assert found <= (before.get(path, set()) | {after.get(path)}), path
        kills += 1
    exported(newsroom)
    assert kills
    assert {path: found for path, found in versions(folder).items() if path in after} == {
        path: {data} for path, data in after.items()
    }, "in the end each copy is of the file beside it"


def versions(folder: Path) -> dict[str, set[bytes | None]]:
    """What a server may send for each path: the file, and what its copies hold."""
    unpack: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.decompress, ".br": brotli.decompress}
    found: dict[str, set[bytes | None]] = {}
    for path in (it for it in folder.rglob("*") if it.is_file() and not it.name.startswith(".tmp-")):
        name = path.relative_to(folder).as_posix()
        plain = unpack[path.suffix](path.read_bytes()) if path.suffix in unpack else path.read_bytes()
        found.setdefault(name.removesuffix(path.suffix) if path.suffix in unpack else name, set()).add(plain)
    return found


@pytest.mark.parametrize("work", ["build", "export"])
def test_a_disk_that_is_full_leaves_what_was_there_and_is_told(newsroom: Newsroom, work: str) -> None:
    """At the first file and at a later one: those that have their places are whole, none is half."""
    folder = exported(newsroom)
    old, before, built = all_titles(folder), versions(folder), newsroom.published()
    write(newsroom, range(10, 18), text="News.")
    if work == "export":
        newsroom.build()
    root, run = (newsroom.public, newsroom.build) if work == "build" else (folder, lambda: exported(newsroom))
    for writes in (0, 4):
        with full_after(writes), pytest.raises(PublishError, match=r"No space left on device\); what was published"):
            run()
        assert not list(root.rglob(".tmp-*"))
        check(root, old)
        if work == "build":
            assert newsroom.published() == built
        else:
            assert versions(folder) == before
    run()
    assert set(titles(root, FEEDS[0], Form.JSON)) == {f"Article {number}" for number in range(18)}


@contextmanager
def full_after(writes: int) -> Iterator[None]:
    """No room for more new files than that, as the kernel says it."""
    import errno

    opened, left = os.open, writes

    def limited(path: str, flags: int, *rest: int, **more: int) -> int:
        nonlocal left
        if flags & os.O_CREAT and flags & os.O_EXCL and str(path).startswith(".tmp-"):
            if not left:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            left -= 1
        return opened(path, flags, *rest, **more)

    os.open = limited  # type: ignore[assignment]
    try:
        yield
    finally:
        os.open = opened
