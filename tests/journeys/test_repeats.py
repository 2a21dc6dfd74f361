"""No subscriber is shown an entry twice: what would be is not published, and what has left a feed stays out of it."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feeder import readers
from feeder.cli import main
from feeder.errors import RepeatsRefused
from feeder.model import Form
from feeder.service.build import BuildReport, refresh
from tests.fakes.newsroom import FILE_TIME, Newsroom, an_article_text

NOON = datetime(2021, 6, 15, 12, tzinfo=UTC)
LIGHTHOUSE = (
    "Network Orders a Comedy About Lighthouse Keepers\n\n"
    "The network has ordered ten episodes of a comedy about two lighthouse keepers and their stubborn generator.\n"
)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    newsroom.write("comedy.txt", LIGHTHOUSE)
    newsroom.write("maisel.md", an_article_text())
    return newsroom


def forced(newsroom: Newsroom) -> BuildReport:
    with newsroom.open() as app:
        return refresh(app, force=True)


def feeds(newsroom: Newsroom) -> dict[str, bytes]:
    return {path: data for path, data in newsroom.published().items() if path.startswith("feeds/")}


def damage_an_id(newsroom: Newsroom) -> None:
    """As a restored backup, or a hand in the database, could."""
    with sqlite3.connect(newsroom.state / "feeder.db") as database:
        database.execute(
            "UPDATE entry SET id = :other, data = replace(data, id, :other) WHERE data LIKE '%stubborn generator%'",
            {"other": "tag:example.org,2026:entry-other"},
        )
    database.close()


def test_another_id_for_a_published_entry_is_refused_and_the_last_good_feeds_stay(newsroom: Newsroom) -> None:
    newsroom.build()
    before = feeds(newsroom)
    damage_an_id(newsroom)
    newsroom.configure(content="summary")  # every entry is serialised anew
    with pytest.raises(RepeatsRefused) as refused:
        newsroom.build()
    assert "Network Orders a Comedy About Lighthouse Keepers" in str(refused.value)
    assert "FreshRSS, Miniflux, NetNewsWire, Thunderbird, rss2email, reader, Feedbin" in str(refused.value)
    assert "1 entry" in str(refused.value)
    assert "1 feed left" in str(refused.value)
    after = feeds(newsroom)
    assert {path for path in after if after[path] == before[path]} == {f"feeds/all.{form}" for form in Form}


def test_it_is_refused_each_time_until_it_is_forced(newsroom: Newsroom) -> None:
    newsroom.build()
    before = feeds(newsroom)
    damage_an_id(newsroom)
    newsroom.configure(content="summary")
    for _ in range(2):
        with pytest.raises(RepeatsRefused):
            newsroom.build()
    newsroom.write("new.md", an_article_text("Something New", "Lauren Graham is in it, and so is a lighthouse."))
    with pytest.raises(RepeatsRefused):
        newsroom.build()
    assert b"Something New" in feeds(newsroom)["feeds/person/lauren-graham.atom"], "other feeds go on"
    assert feeds(newsroom)["feeds/all.atom"] == before["feeds/all.atom"]
    forced(newsroom)
    everything = feeds(newsroom)["feeds/all.atom"]
    assert b"entry-other" in everything
    assert b"Something New" in everything
    assert newsroom.build().publish.written == ()


def test_a_lost_state_that_would_give_an_article_another_id_is_refused(newsroom: Newsroom) -> None:
    newsroom.build()
    newsroom.write("comedy.txt", LIGHTHOUSE.replace("ten episodes", "twelve episodes"), at=FILE_TIME + 60)
    newsroom.build()  # the same entry: the store remembers its id
    before = feeds(newsroom)
    newsroom.forget()
    with pytest.raises(RepeatsRefused, match="state folder lost"):
        newsroom.build()
    assert feeds(newsroom) == before
    forced(newsroom)
    assert feeds(newsroom)["feeds/all.atom"] != before["feeds/all.atom"]


def test_a_lost_state_that_comes_to_the_same_ids_is_no_matter(newsroom: Newsroom) -> None:
    newsroom.build()
    newsroom.forget()
    newsroom.write("new.md", an_article_text("Something New", "Lauren Graham is in it, and so is a lighthouse."))
    assert newsroom.build().publish.written


def test_the_command_says_what_would_be_repeated_and_force_publishes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.write("comedy.txt", LIGHTHOUSE)
    monkeypatch.setattr("feeder.service.tagger.open_tagger", lambda settings: newsroom.tagger)
    config = tmp_path / "config.toml"
    config.write_text('[source]\nfolder = "articles"\nsettle = "0s"\n')
    build = ["--config", str(config), "build"]
    assert main(build) == 0
    damage_an_id(newsroom)
    config.write_text(config.read_text() + '[feeds]\ncontent = "summary"\n')
    capsys.readouterr()
    assert main(build) == RepeatsRefused.exit_code != 0
    told = capsys.readouterr().err
    assert "1 entry would be shown a second time" in told
    assert "entry-other" in told
    assert "feeder build --force" in told
    assert main([*build, "--force"]) == 0


# -- what has left a feed ---------------------------------------------------------------------------------------------


def numbered(newsroom: Newsroom, number: int) -> Path:
    date = datetime(2021, 1, 1, 12, tzinfo=UTC) + timedelta(days=number)
    text = an_article_text(f"Article {number}", f"Gilmore Girls, part {number} of it.", date=date.isoformat())
    return newsroom.write(f"{number:03}.md", text)


def shown(newsroom: Newsroom, form: Form = Form.ATOM) -> list[int]:
    found = readers.read((newsroom.public / f"feeds/all.{form}").read_bytes())
    return [int(entry.title.split()[-1]) for entry in found.entries]


def test_what_has_left_the_feed_does_not_come_back_when_others_go_or_there_is_more_room(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.configure(feed_limit=4)
    for number in range(9):
        numbered(newsroom, number)
    newsroom.build()
    assert shown(newsroom) == [8, 7, 6, 5]
    (newsroom.source / "007.md").unlink()
    newsroom.build()
    assert shown(newsroom) == [8, 6, 5], "4 has left the feed: Thunderbird would take it for new"
    newsroom.configure(feed_limit=6)
    newsroom.build()
    assert shown(newsroom) == [8, 6, 5]
    for number in range(9, 14):
        numbered(newsroom, number)
        newsroom.build()
    assert shown(newsroom) == [13, 12, 11, 10, 9, 8]


@pytest.mark.parametrize("form", Form)
def test_withdrawn_entries_bring_no_old_ones_back_in_any_form(tmp_path: Path, form: Form) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.configure(feed_limit=4)
    followers = [readers.Subscriber(reader) for reader in readers.READERS]
    for number in range(9):
        numbered(newsroom, number)
    for day in range(5):
        newsroom.build()
        document = readers.read((newsroom.public / f"feeds/all.{form}").read_bytes())
        for follower in followers:
            visit = follower.visit("all", document, now=NOON + timedelta(days=2 * day))
            assert (visit.repeats, visit.hidden) == ((), ()), follower.reader.name
        (newsroom.source / f"{8 - day:03}.md").unlink()
