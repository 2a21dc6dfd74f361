"""Pages and OPML: only those are made anew that show something else, and all of them are right after each build."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from feeder import feeds
from feeder.model import Watch
from feeder.service import pressing
from tests.fakes.newsroom import Newsroom, an_article_text


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = Newsroom(tmp_path)
    room.write("maisel.md", an_article_text())
    room.write("graham.md", an_article_text("Lauren Graham is back", "Lauren Graham is back.", date="2021-06-13"))
    room.build()
    return room


def lists(room: Newsroom) -> dict[str, bytes]:
    return {path: data for path, data in room.published().items() if path.endswith((".html", ".opml"))}


def as_they_must_be(room: Newsroom) -> dict[str, bytes]:
    """All of them made now, whatever was known."""
    with room.open(write=False) as app:
        listings, site = app.store.topics.listings(), app.site
        sheets = [*app.renderer.kind_pages(site=site, topics=listings), *feeds.opml_files(listings, site=site)]
        return {it.path: it.make() for it in sheets}


def right(room: Newsroom) -> bool:
    found = lists(room)
    return {path: data for path, data in found.items() if path != "index.html"} == as_they_must_be(room)


def test_an_article_about_known_topics_changes_the_pages_that_count_it_and_no_list_of_feeds(room: Newsroom) -> None:
    before = room.times()
    room.write("again.md", an_article_text("Lauren Graham again", "Lauren Graham was there.", date="2021-06-15"))
    room.build()
    after = room.times()
    changed = {path for path in lists(room) if before.get(path) != after[path]}
    assert changed == {"index.html", "people.html"}
    assert right(room)


def test_whatever_happens_to_articles_and_settings_the_pages_are_right(room: Newsroom) -> None:
    assert right(room)
    (room.source / "graham.md").unlink()
    room.build()
    assert right(room), "a topic has gone"
    room.write("graham.md", an_article_text("Lauren Graham is back", "Lauren Graham is back.", date="2021-06-13"))
    room.build()
    assert right(room), "it has come back"
    room.configure(watches=(Watch(name="Tony Shalhoub", endpoints=("desk",)),))
    room.build()
    assert right(room), "a watch more"
    room.configure(site=replace(room.settings.site, title="Screen Notes"))
    room.build()
    assert right(room), "another title"
    assert b"Screen Notes" in lists(room)["people.html"]


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_page_that_somebody_damaged_comes_back(room: Newsroom, damage: str) -> None:
    path = room.public / "people.html"
    path.write_bytes(path.read_bytes()[:100]) if damage == "cut" else path.unlink()
    room.build()
    assert right(room)


def test_what_was_written_before_a_crash_is_not_taken_for_what_was_there_before(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages on the disk, the store not yet told: the article goes again, and they must not stay as they are."""
    before = lists(room)
    room.write("again.md", an_article_text("Lauren Graham again", "Lauren Graham was there.", date="2021-06-15"))
    flush = pressing.Press._flush

    def crash(run: pressing.Press) -> None:
        flush(run)
        if b"Lauren Graham again" in (room.public / "index.html").read_bytes():
            raise KeyboardInterrupt

    monkeypatch.setattr(pressing.Press, "_flush", crash)
    with pytest.raises(KeyboardInterrupt):
        room.build()
    monkeypatch.undo()
    assert lists(room)["people.html"] != before["people.html"]
    (room.source / "again.md").unlink()
    room.build()
    assert right(room)
    assert lists(room)["people.html"] == before["people.html"]
