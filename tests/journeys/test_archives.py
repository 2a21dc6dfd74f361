"""Nothing is lost between two visits: archives, entries that come late, and entries that are withdrawn."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from feeder.model import Form
from feeder.service import clock
from tests.atom_rules import ATOM
from tests.fakes.newsroom import FILE_TIME, Newsroom, an_article_text

BASE = "https://feeds.example.org/"
DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
HISTORY = "{http://purl.org/syndication/history/1.0}"


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    newsroom.configure(feed_limit=4)
    return newsroom


def write(newsroom: Newsroom, number: int, *, day: int | None = None, text: str = "") -> None:
    """Article `number`, dated day `day` of 2021, the same as its number unless given."""
    date = datetime(2021, 1, 1, 12, tzinfo=UTC) + timedelta(days=number if day is None else day)
    newsroom.write(
        f"{number:03}.md",
        an_article_text(f"Article {number}", f"Gilmore Girls, part {number}. {text}", date=date.isoformat()),
        at=FILE_TIME + len(text),
    )


def document(newsroom: Newsroom, path: str = "feeds/all.atom") -> etree._Element:
    return etree.fromstring((newsroom.public / path).read_bytes())


def numbers(feed: etree._Element) -> list[int]:
    """Of the articles, in the order of the document."""
    return [int((entry.findtext(f"{ATOM}title") or "").split()[-1]) for entry in feed.findall(f"{ATOM}entry")]


def link(feed: etree._Element, relation: str) -> str | None:
    found = [it.get("href", "") for it in feed.findall(f"{ATOM}link") if it.get("rel") == relation]
    assert len(found) < 2
    return found[0].removeprefix(BASE) if found else None


def everything(newsroom: Newsroom, path: str = "feeds/all.atom") -> dict[str, tuple[int, str]]:
    """What a reader that follows RFC 5005 has in the end: of each entry its latest version, by id."""
    found: dict[str, tuple[int, str]] = {}
    place: str | None = path
    while place is not None:
        feed = document(newsroom, place)
        for number, entry in zip(numbers(feed), feed.findall(f"{ATOM}entry"), strict=True):
            found.setdefault(entry.findtext(f"{ATOM}id") or "", (number, entry.findtext(f"{ATOM}content") or ""))
        place = link(feed, "prev-archive")
    return found


def archives(newsroom: Newsroom) -> dict[str, bytes]:
    return {path: data for path, data in newsroom.published().items() if path.startswith("feeds/all/")}


def test_a_reader_finds_every_entry_from_the_current_document_back_through_the_archives(newsroom: Newsroom) -> None:
    for number in range(14):
        write(newsroom, number)
    newsroom.build()
    assert numbers(document(newsroom)) == [13, 12, 11, 10]
    assert link(document(newsroom), "prev-archive") == "feeds/all/3.atom"
    assert numbers(document(newsroom, "feeds/all/1.atom")) == [3, 2, 1, 0]
    assert sorted(number for number, _ in everything(newsroom).values()) == list(range(14))
    assert sorted(number for number, _ in everything(newsroom, "feeds/show/gilmore-girls.atom").values()) == list(
        range(14)
    )


def test_archives_say_what_they_are_and_where_the_current_document_is(newsroom: Newsroom) -> None:
    for number in range(14):
        write(newsroom, number)
    newsroom.build()
    first, second = (document(newsroom, f"feeds/all/{n}.atom") for n in (1, 2))
    assert first.find(f"{HISTORY}archive") is not None
    assert document(newsroom).find(f"{HISTORY}archive") is None
    assert (link(first, "current"), link(first, "self")) == ("feeds/all.atom", "feeds/all/1.atom")
    assert (link(first, "prev-archive"), link(second, "prev-archive")) == (None, "feeds/all/1.atom")
    assert first.findtext(f"{ATOM}id") == document(newsroom).findtext(f"{ATOM}id")


def test_archives_are_there_in_every_form_with_the_same_entries(newsroom: Newsroom) -> None:
    for number in range(14):
        write(newsroom, number)
    newsroom.build()
    assert set(archives(newsroom)) == {f"feeds/all/{n}.{form}" for n in (1, 2, 3) for form in Form}
    ids = [entry.findtext(f"{ATOM}id") for entry in document(newsroom, "feeds/all/2.atom").findall(f"{ATOM}entry")]
    assert [item["id"] for item in json.loads(archives(newsroom)["feeds/all/2.json"])["items"]] == ids
    rss = etree.fromstring(archives(newsroom)["feeds/all/2.rss"])
    assert [guid.text for guid in rss.iter("guid")] == ids


def test_an_archive_never_changes_while_articles_come(newsroom: Newsroom) -> None:
    for number in range(9):
        write(newsroom, number)
    newsroom.build()
    before, times = archives(newsroom), newsroom.times()
    assert before
    for number in range(9, 19):
        write(newsroom, number)
        newsroom.build()
        after = archives(newsroom)
        assert {path: after[path] for path in before} == before
        before = after
    assert all(newsroom.times()[path] == times[path] for path in times if path.startswith("feeds/all/"))
    assert sorted(number for number, _ in everything(newsroom).values()) == list(range(19))


def test_an_entry_that_comes_late_with_an_old_date_stands_in_the_current_document(newsroom: Newsroom) -> None:
    for number in range(10, 20):
        write(newsroom, number)
    newsroom.build()
    write(newsroom, 1, day=-400)
    newsroom.build()
    assert numbers(document(newsroom)) == [19, 18, 17, 1], "the newest first, and it is among them"
    published = [it.findtext(f"{ATOM}published") for it in document(newsroom).findall(f"{ATOM}entry")]
    assert published[-1] == "2019-11-28T12:00:00+00:00", "with its own date"


def test_an_old_entry_that_was_edited_stands_in_the_current_document_with_its_new_text(newsroom: Newsroom) -> None:
    for number in range(12):
        write(newsroom, number)
    newsroom.build()
    write(newsroom, 0, text="Corrected.")
    newsroom.build()
    assert numbers(document(newsroom)) == [11, 10, 9, 0]
    assert numbers(document(newsroom, "feeds/all/1.atom")) == [3, 2, 1], "the old text is nowhere any more"
    whole = everything(newsroom)
    assert sorted(number for number, _ in whole.values()) == list(range(12))
    assert "Corrected." in next(text for number, text in whole.values() if number == 0)


def test_a_late_tag_brings_an_old_entry_into_the_current_document_of_its_topic(newsroom: Newsroom) -> None:
    for number in range(12):
        write(newsroom, number)
    newsroom.build()
    files = newsroom.published()
    from tests.journeys.test_topics import own

    newsroom.configure(topics=(own("Mine", "part"),))
    newsroom.build()
    assert numbers(document(newsroom, "feeds/topic/mine.atom")) == [11, 10, 9, 8]
    newsroom.configure(topics=(own("Mine", "part OR 3"),))
    newsroom.build()
    assert {path: data for path, data in newsroom.published().items() if path.startswith("feeds/all")} == {
        path: data for path, data in files.items() if path.startswith("feeds/all")
    }


def test_a_document_keeps_to_its_size_and_still_nothing_is_lost(newsroom: Newsroom) -> None:
    newsroom.configure(feed_limit=50, feed_bytes=30_000)
    for number in range(30):
        write(newsroom, number, text="Stars Hollow is a town. " * 100)
    newsroom.build()
    for path, data in newsroom.published().items():
        if path.startswith("feeds/all"):
            assert len(data) < 33_000, path
    assert sorted(number for number, _ in everything(newsroom).values()) == list(range(30))


def test_an_entry_larger_than_a_feed_may_be_is_published_alone(newsroom: Newsroom) -> None:
    newsroom.configure(feed_bytes=1000)
    for number in range(3):
        write(newsroom, number, text="Stars Hollow is a town. " * 100)
    newsroom.build()
    assert numbers(document(newsroom)) == [2]
    assert sorted(number for number, _ in everything(newsroom).values()) == [0, 1, 2]


def test_a_withdrawn_entry_leaves_every_document_and_a_tombstone(newsroom: Newsroom) -> None:
    for number in range(12):
        write(newsroom, number)
    newsroom.build()
    ids = {number: entry_id for entry_id, (number, _) in everything(newsroom).items()}
    (newsroom.source / "000.md").unlink()
    (newsroom.source / "011.md").unlink()
    newsroom.build()
    assert sorted(number for number, _ in everything(newsroom).values()) == list(range(1, 11))
    for path in ("feeds/all.atom", "feeds/show/gilmore-girls.atom"):
        stones = document(newsroom, path).findall(DELETED)
        assert {stone.get("ref") for stone in stones} == {ids[0], ids[11]}
        assert all(datetime.fromisoformat(stone.get("when", "")) <= clock.now() for stone in stones)
    assert document(newsroom, "feeds/all/2.atom").findall(DELETED) == []
    write(newsroom, 0)
    write(newsroom, 11)
    newsroom.build()
    assert document(newsroom).findall(DELETED) == [], "it is back"
    assert set(everything(newsroom)) == set(ids.values())


def test_a_tombstone_goes_after_its_time_with_the_next_news(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(newsroom, 0)
    write(newsroom, 1)
    newsroom.build()
    (newsroom.source / "000.md").unlink()
    newsroom.build()
    files, times = newsroom.published(), newsroom.times()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=91))
    newsroom.build()
    assert (newsroom.published(), newsroom.times()) == (files, times), "a run without news writes nothing"
    write(newsroom, 2)
    newsroom.build()
    assert document(newsroom).findall(DELETED) == []


def test_a_feed_that_needs_no_archive_any_more_has_none_left_over(newsroom: Newsroom) -> None:
    for number in range(12):
        write(newsroom, number)
    newsroom.build()
    assert archives(newsroom)
    for number in range(12):
        (newsroom.source / f"{number:03}.md").unlink()
    newsroom.build()
    assert not any("gilmore-girls" in path for path in newsroom.published())


def test_a_changed_limit_leaves_archives_as_they_are_closed(newsroom: Newsroom) -> None:
    for number in range(12):
        write(newsroom, number)
    newsroom.build()
    before = archives(newsroom)
    newsroom.configure(feed_limit=2)
    newsroom.build()
    assert {path: data for path, data in archives(newsroom).items() if path in before} == before
    assert sorted(number for number, _ in everything(newsroom).values()) == list(range(12))
    newsroom.configure(feed_limit=100)
    newsroom.build()
    assert numbers(document(newsroom)) == [11, 10], "what has left the feed stays in its archives"
    assert sorted(number for number, _ in everything(newsroom).values()) == list(range(12))


def test_a_killed_build_that_has_closed_an_archive_goes_on_where_it_was(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feeder import feeds

    for number in range(6):
        write(newsroom, number)
    newsroom.build()
    for number in range(6, 14):
        write(newsroom, number)
    written: list[str] = []
    write_files = feeds.Tree.write_all

    def die(tree: feeds.Tree, files: Iterable[tuple[str, bytes]]) -> None:
        first = list(files)[:2]
        written.extend(path for path, _ in first)
        write_files(tree, first)
        raise KeyboardInterrupt

    monkeypatch.setattr(feeds.Tree, "write_all", die)
    with pytest.raises(KeyboardInterrupt):
        newsroom.build()
    monkeypatch.undo()
    assert all(path.startswith("feeds/all/") for path in written), "archives come before the document that names them"
    assert sorted(number for number, _ in everything(newsroom).values()) == list(range(6)), "the old feed is whole"
    newsroom.build()
    assert sorted(number for number, _ in everything(newsroom).values()) == list(range(14))
