"""Asked to stop in the middle of long work, feeder keeps what is done, and the next run ends it as if nothing was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from feeder.config import Timetable
from feeder.service.build import BuildReport, refresh
from tests.builders import a_watch
from tests.fakes.newsroom import Newsroom, an_article_text
from tests.fakes.tagger import FakeTagger

PEOPLE = tuple(f"Person {chr(65 + n // 26)}{chr(65 + n % 26)} Doe" for n in range(60))


def after(times: int) -> Callable[[], bool]:
    """False so often, True from then on."""
    asked = 0

    def stopping() -> bool:
        nonlocal asked
        asked += 1
        return asked > times

    return stopping


def stopped(newsroom: Newsroom, times: int) -> BuildReport:
    with newsroom.open() as app:
        return refresh(app, stopping=after(times))


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    for number in range(3):
        text = an_article_text(f"News {number}", f"Lauren Graham and item {number} of the day.")
        newsroom.write(f"{number}.md", text)
    return newsroom


def test_while_it_tags_again(newsroom: Newsroom) -> None:
    newsroom.build()
    before = newsroom.published()
    newsroom.tagger = FakeTagger(people=())
    newsroom.settings.catalog_folder.mkdir()
    (newsroom.settings.catalog_folder / "mine.psv").write_text("")
    report = stopped(newsroom, 1)
    assert not report.complete
    assert newsroom.published() == before, "readers get what was there until all of it is done"
    assert newsroom.build().complete
    assert all(stored.entry.people == () for stored in newsroom.entries())
    assert "feeds/person/lauren-graham.atom" not in newsroom.published()


def test_while_it_files_entries_under_a_new_watch(newsroom: Newsroom) -> None:
    newsroom.build()
    newsroom.configure(watches=(a_watch("Lauren Graham", endpoints=()),))
    newsroom.tagger = FakeTagger()
    tagged_again = len(newsroom.entries())
    assert not stopped(newsroom, tagged_again + 1).complete
    report = newsroom.build()
    assert (report.complete, report.ingest.refiled) == (True, True)
    assert newsroom.published()["feeds/watch/lauren-graham.atom"].count(b"<entry") == 3


def test_before_it_publishes(newsroom: Newsroom) -> None:
    assert not stopped(newsroom, 3).complete
    assert not [path for path in newsroom.published() if path.startswith("feeds/")]
    assert newsroom.build().complete
    assert newsroom.published()["feeds/all.atom"].count(b"<entry") == 3


@pytest.mark.parametrize("batches", [0, 1, 2])
def test_in_the_middle_of_publishing_many_feeds(tmp_path: Path, batches: int) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.tagger = FakeTagger(people=PEOPLE)
    newsroom.write("a.md", an_article_text("A Long Cast", "In it are " + ", ".join(PEOPLE) + "."))
    report = stopped(newsroom, 1 + batches)
    assert report.complete == (batches == 2)
    newsroom.build()
    after_all = newsroom.published()
    newsroom.forget()
    newsroom.build()
    assert newsroom.published() == after_all, "the same files as in one go"
    assert PEOPLE[-1].encode() in after_all["feeds.opml"]


def test_a_process_killed_between_feeds_and_lists_leaves_lists_that_follow(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feeder.service.pressing import Press

    def die(_: Press) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Press, "lists", die)
        with pytest.raises(KeyboardInterrupt):
            newsroom.build()
    assert "feeds.opml" not in newsroom.published()
    newsroom.build()
    assert b"Lauren Graham" in newsroom.published()["feeds.opml"]


def test_feeds_with_a_timetable_stay_as_they_are_until_it_comes_round(newsroom: Newsroom) -> None:
    newsroom.configure(timetables=(Timetable(feeds=("person/*",), cron="0 0 29 2 *"),))
    newsroom.build()
    assert "feeds/person/lauren-graham.atom" in newsroom.published(), "a new timetable begins with what is there"
    newsroom.write("more.md", an_article_text("More News", "Lauren Graham was seen in the city with a friend."))
    newsroom.build()
    published = newsroom.published()
    assert b"More News" in published["feeds/all.atom"]
    assert b"More News" not in published["feeds/person/lauren-graham.atom"]
    times = newsroom.times()
    newsroom.build()
    assert newsroom.times() == times, "what waits is no reason to write anything"
    newsroom.configure(timetables=())
    newsroom.build()
    assert b"More News" in newsroom.published()["feeds/person/lauren-graham.atom"]
