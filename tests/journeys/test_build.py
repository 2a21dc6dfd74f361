"""From a folder of articles to what subscribers get, and what they get after the folder changed."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from feeder.errors import SourceError, StateDamaged, StateLocked
from tests.fakes.newsroom import FILE_TIME, Newsroom, an_article_text
from tests.fakes.tagger import FakeTagger

LAUREN = an_article_text(
    "Lauren Graham Returns to Television",
    "Lauren Graham is to lead a new family drama, the network said at its presentation on Monday afternoon.",
    "She played Lorelai in Gilmore Girls for seven seasons; production of the series begins in Vancouver this autumn.",
    date="2021-06-12",
)
PLAIN = (
    "Network Orders a Comedy About Lighthouse Keepers\n\n"
    "The network has ordered ten episodes of a comedy about two lighthouse keepers and their stubborn generator.\n\n"
    "Filming starts in Newfoundland in spring, with the premiere expected early in the following year.\n"
)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    newsroom.write("maisel.md", an_article_text())
    newsroom.write("people/lauren.md", LAUREN)
    newsroom.write("comedy.txt", PLAIN)
    return newsroom


def all_feed(newsroom: Newsroom) -> str:
    return (newsroom.public / "feeds/all.atom").read_text()


def updated(newsroom: Newsroom, title: str) -> str:
    """What the feed of everything says of this entry's last change."""
    entry = next(part for part in all_feed(newsroom).split("<entry") if f"<title>{title}</title>" in part)
    found = re.search("<updated>(.*?)[.][0-9]*[+]00:00</updated>", entry)
    assert found is not None
    return found[1]


def test_an_article_in_the_folder_is_in_the_feeds_of_its_shows_and_people(newsroom: Newsroom) -> None:
    report = newsroom.build()
    assert (report.ingest.added, report.counts["show"], report.counts["person"]) == (3, 2, 3)
    assert {
        path
        for path, data in newsroom.published().items()
        if b"Milo Ventimiglia Joins" in data and path.endswith("atom")
    } == {
        "feeds/all.atom",
        "feeds/show/the-marvelous-mrs-maisel.atom",
        "feeds/show/gilmore-girls.atom",
        "feeds/person/milo-ventimiglia.atom",
        "feeds/person/amy-sherman-palladino.atom",
    }
    opml = newsroom.published()["feeds.opml"].decode()
    assert all(f"/{path}" in opml for path in report.publish.written if path.endswith(".atom"))


def test_building_twice_without_a_change_touches_no_file(newsroom: Newsroom) -> None:
    newsroom.build()
    files, times = newsroom.published(), newsroom.times()
    report = newsroom.build()
    assert (newsroom.published(), newsroom.times()) == (files, times)
    assert (report.ingest.read, report.publish.written, report.publish.removed) == (0, (), ())


def test_a_second_build_does_not_even_load_the_tagger(newsroom: Newsroom) -> None:
    newsroom.build()
    newsroom.tagger = None  # type: ignore[assignment]  # asking it anything fails
    assert newsroom.build().ingest.set_aside == ()


def test_an_emptied_state_gives_every_feed_back_byte_for_byte(newsroom: Newsroom) -> None:
    newsroom.build()
    files, times = newsroom.published(), newsroom.times()
    newsroom.forget()
    newsroom.build()
    assert newsroom.published() == files
    assert newsroom.times() == times


def test_feeds_do_not_depend_on_the_order_in_which_articles_came(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.build()
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    other = Newsroom(other_folder)
    for key in ("people/lauren.md", "maisel.md", "comedy.txt"):
        target = other.source / key
        target.parent.mkdir(exist_ok=True)
        shutil.copy2(newsroom.source / key, target)
        other.build()
    assert other.published() == newsroom.published()


@pytest.mark.parametrize("target", ["renamed.md", "deep/er/maisel.md", "a.md", "zz.md"])
def test_a_file_renamed_or_moved_changes_nothing_for_subscribers(newsroom: Newsroom, target: str) -> None:
    newsroom.build()
    files, times = newsroom.published(), newsroom.times()
    (newsroom.source / target).parent.mkdir(parents=True, exist_ok=True)
    (newsroom.source / "maisel.md").rename(newsroom.source / target)
    report = newsroom.build()
    assert (report.ingest.added, report.ingest.updated, report.ingest.withdrawn) == (0, 0, 0)
    assert newsroom.published() == files
    assert newsroom.times() == times


def test_a_touched_file_keeps_the_date_it_was_first_given(newsroom: Newsroom) -> None:
    newsroom.build()
    files = newsroom.published()
    os.utime(newsroom.source / "comedy.txt", (FILE_TIME + 86_400, FILE_TIME + 86_400))
    report = newsroom.build()
    assert (report.ingest.read, report.ingest.updated) == (1, 0)
    assert newsroom.published() == files


def test_a_file_saved_in_another_encoding_changes_nothing(newsroom: Newsroom) -> None:
    newsroom.build()
    files = newsroom.published()
    newsroom.write("comedy.txt", PLAIN.encode("utf-16"))
    newsroom.write("maisel.md", b"\xef\xbb\xbf" + an_article_text().replace("\n", "\r\n").encode())
    newsroom.build()
    assert newsroom.published() == files


def test_an_edited_article_is_the_same_entry_updated(newsroom: Newsroom) -> None:
    newsroom.build()
    ids, before = newsroom.ids(), updated(newsroom, "Lauren Graham Returns to Television")
    assert before == "2021-06-12T00:00:00"
    newsroom.write("people/lauren.md", LAUREN.replace("Vancouver", "Toronto"), at=FILE_TIME + 60)
    report = newsroom.build()
    assert (report.ingest.added, report.ingest.updated) == (0, 1)
    assert newsroom.ids() == ids
    assert updated(newsroom, "Lauren Graham Returns to Television") > before
    assert "Toronto" in all_feed(newsroom)
    assert "Vancouver" not in all_feed(newsroom)


def test_only_the_feeds_of_an_edited_article_are_written(newsroom: Newsroom) -> None:
    newsroom.build()
    newsroom.write("people/lauren.md", LAUREN.replace("Vancouver", "Toronto"), at=FILE_TIME + 60)
    feeds = ("feeds/all", "feeds/show/gilmore-girls", "feeds/person/lauren-graham")
    assert set(newsroom.build().publish.written) == {
        *(f"{feed}.{form}" for feed in feeds for form in ("atom", "rss", "json")),
        "index.html",
    }


def test_a_retitled_and_rewritten_article_at_the_same_place_stays_the_same_entry(newsroom: Newsroom) -> None:
    newsroom.build()
    ids = newsroom.ids()
    edited = LAUREN.replace("Lauren Graham Returns to Television", "Network Picks Up Family Drama")
    newsroom.write(
        "people/lauren.md", edited.replace("at its presentation on Monday afternoon", "today"), at=FILE_TIME + 9
    )
    newsroom.build()
    assert newsroom.ids() == ids


def test_another_article_under_an_old_name_is_a_new_entry(newsroom: Newsroom) -> None:
    newsroom.build()
    lauren = next(s.entry.id for s in newsroom.entries() if s.entry.title.startswith("Lauren"))
    newsroom.write(
        "people/lauren.md",
        an_article_text(
            "Quiz Host Retires", "After forty years a well loved presenter leaves the quiz of his broadcaster."
        ),
        at=FILE_TIME + 60,
    )
    report = newsroom.build()
    assert (report.ingest.added, report.ingest.withdrawn) == (1, 1)
    assert lauren not in newsroom.ids()


def test_a_moved_and_edited_article_is_known_by_its_address(newsroom: Newsroom) -> None:
    newsroom.write("linked.md", LAUREN.replace("title:", "url: https://example.org/graham?utm_source=x\ntitle:"))
    (newsroom.source / "people/lauren.md").unlink()
    newsroom.build()
    ids = newsroom.ids()
    (newsroom.source / "linked.md").unlink()
    text = LAUREN.replace("title:", "url: http://www.example.org/graham/\ntitle:").replace("Vancouver", "Toronto")
    newsroom.write("archive/moved.md", text, at=FILE_TIME + 60)
    newsroom.build()
    assert newsroom.ids() == ids


def test_the_owners_id_outlives_every_other_change(newsroom: Newsroom) -> None:
    newsroom.write("own.md", an_article_text("First Title", "The first words of it all.", id="story-7"))
    newsroom.build()
    ids = newsroom.ids()
    (newsroom.source / "own.md").unlink()
    newsroom.write("else.md", an_article_text("Other", "Nothing remains here.", id="story-7"), at=FILE_TIME + 60)
    newsroom.build()
    assert newsroom.ids() == ids


def test_a_deleted_article_leaves_the_feeds_and_a_topic_without_articles_its_file(newsroom: Newsroom) -> None:
    newsroom.build()
    (newsroom.source / "people/lauren.md").unlink()
    report = newsroom.build()
    assert report.ingest.withdrawn == 1
    assert set(report.publish.removed) == {f"feeds/person/lauren-graham.{form}" for form in ("atom", "rss", "json")}
    assert not any(b"Lauren Graham" in data for data in newsroom.published().values())


def test_a_restored_article_has_its_old_id_and_dates(newsroom: Newsroom) -> None:
    newsroom.build()
    files = newsroom.published()
    (newsroom.source / "people/lauren.md").unlink()
    newsroom.build()
    newsroom.write("back.md", LAUREN, at=FILE_TIME + 3600)
    assert newsroom.build().ingest.restored == 1
    assert newsroom.published() == files


def test_a_copy_is_never_shown_twice_and_stays_when_the_first_file_goes(newsroom: Newsroom) -> None:
    newsroom.build()
    files = newsroom.published()
    newsroom.write("a-copy.txt", PLAIN, at=FILE_TIME + 500)
    newsroom.write("z-copy.txt", PLAIN, at=FILE_TIME + 900)
    newsroom.build()
    assert newsroom.published() == files
    (newsroom.source / "comedy.txt").unlink()
    newsroom.build()
    assert newsroom.published() == files
    (newsroom.source / "a-copy.txt").unlink()
    newsroom.build()
    assert newsroom.published() == files
    (newsroom.source / "z-copy.txt").unlink()
    assert newsroom.build().ingest.withdrawn == 1


def test_copies_in_one_run_are_one_entry(newsroom: Newsroom) -> None:
    newsroom.write("copy.md", LAUREN)
    newsroom.write("people/copy.md", LAUREN)
    assert newsroom.build().ingest.added == 3


def test_a_touched_copy_does_not_bring_an_old_version_back(newsroom: Newsroom) -> None:
    newsroom.write("copy.txt", PLAIN)
    newsroom.build()
    newsroom.write("comedy.txt", PLAIN.replace("ten episodes", "twelve episodes"), at=FILE_TIME + 60)
    newsroom.build()
    files = newsroom.published()
    assert b"twelve episodes" in files["feeds/all.atom"]
    os.utime(newsroom.source / "copy.txt", (FILE_TIME + 99, FILE_TIME + 99))
    newsroom.build()
    assert newsroom.published() == files


def test_two_articles_that_change_places_keep_their_ids(newsroom: Newsroom) -> None:
    newsroom.build()
    files = newsroom.published()
    a, b = newsroom.source / "maisel.md", newsroom.source / "people/lauren.md"
    spare = newsroom.source.parent / "spare"
    a.rename(spare)
    b.rename(a)
    spare.rename(b)
    report = newsroom.build()
    assert (report.ingest.added, report.ingest.updated, report.ingest.withdrawn) == (0, 0, 0)
    assert newsroom.published() == files


def test_a_rotating_file_name_makes_a_new_entry_each_time(newsroom: Newsroom) -> None:
    newsroom.write("latest.txt", PLAIN)
    (newsroom.source / "comedy.txt").unlink()
    newsroom.build()
    rotated = {
        "0-older.txt": "Quiz Host Retires\n\nAfter forty years a well loved presenter leaves his broadcaster's quiz.\n",
        "older.txt": "Drama Moves\n\nThe hospital serial gives up Sundays and is on Thursday nights from March.\n",
    }
    for older, text in rotated.items():
        ids = set(newsroom.ids())
        (newsroom.source / "latest.txt").rename(newsroom.source / older)
        newsroom.write("latest.txt", text)
        report = newsroom.build()
        assert (report.ingest.added, report.ingest.updated, report.ingest.withdrawn) == (1, 0, 0)
        assert ids < set(newsroom.ids())


def test_a_folder_that_is_not_mounted_deletes_nothing(newsroom: Newsroom) -> None:
    newsroom.build()
    files = newsroom.published()
    newsroom.source.rename(newsroom.source.with_name("unmounted"))
    with pytest.raises(SourceError):
        newsroom.build()
    newsroom.source.mkdir()  # the empty mount point
    with pytest.raises(SourceError):
        newsroom.build()
    assert newsroom.published() == files
    newsroom.source.rmdir()
    newsroom.source.with_name("unmounted").rename(newsroom.source)
    assert newsroom.build().ingest.withdrawn == 0
    assert newsroom.published() == files


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_a_subfolder_that_cannot_be_read_keeps_its_articles(newsroom: Newsroom) -> None:
    newsroom.build()
    (newsroom.source / "people").chmod(0)
    try:
        report = newsroom.build()
    finally:
        (newsroom.source / "people").chmod(0o755)
    assert report.ingest.withdrawn == 0
    assert [item.reason for item in report.ingest.set_aside] == ["unreadable"]


def test_what_is_no_article_is_named_with_its_reason_every_time(newsroom: Newsroom) -> None:
    newsroom.write("empty.txt", b"")
    newsroom.write("noise.txt", bytes(range(256)) * 40)
    newsroom.write("picture.jpg", b"\xff\xd8\xff")
    first, second = newsroom.build(), newsroom.build()
    assert [item.key for item in first.ingest.set_aside] == ["empty.txt", "noise.txt", "picture.jpg"]
    assert all(item.reason and item.detail for item in first.ingest.set_aside)
    assert second.ingest.set_aside == first.ingest.set_aside
    assert second.ingest.read == 0


def test_an_article_that_breaks_the_tagger_stops_no_other(newsroom: Newsroom) -> None:
    newsroom.tagger = FakeTagger(breaks_on="lighthouse")
    report = newsroom.build()
    assert report.ingest.added == 2
    assert [(item.key, item.reason) for item in report.ingest.set_aside] == [("comedy.txt", "failed")]
    assert "ZeroDivisionError" in report.ingest.set_aside[0].detail
    again = newsroom.build()
    assert again.ingest.set_aside == report.ingest.set_aside
    newsroom.tagger = FakeTagger()
    assert newsroom.build().ingest.added == 1, "the fault was the program's: once it is mended the article is read"


def test_an_edit_that_breaks_the_tagger_leaves_the_old_version_in_the_feeds(newsroom: Newsroom) -> None:
    newsroom.build()
    files = newsroom.published()
    newsroom.tagger = FakeTagger(breaks_on="submarine")
    newsroom.write("comedy.txt", PLAIN.replace("lighthouse", "submarine"), at=FILE_TIME + 60)
    report = newsroom.build()
    assert (report.ingest.withdrawn, report.ingest.updated) == (0, 0)
    assert newsroom.published() == files


def test_a_published_file_that_somebody_removed_or_cut_comes_back(newsroom: Newsroom) -> None:
    newsroom.build()
    files = newsroom.published()
    (newsroom.public / "feeds/show/gilmore-girls.atom").unlink()
    (newsroom.public / "index.html").write_bytes(b"")
    newsroom.build()
    assert newsroom.published() == files


def test_a_file_of_somebody_else_in_the_output_folder_is_left_alone(newsroom: Newsroom) -> None:
    newsroom.build()
    (newsroom.public / "robots.txt").write_text("User-agent: *\n")
    newsroom.write("new.md", an_article_text("A New One", "Something about Gilmore Girls that nobody has read before."))
    newsroom.build()
    assert (newsroom.public / "robots.txt").read_text() == "User-agent: *\n"


def test_a_changed_setting_reaches_every_feed_without_moving_a_date(newsroom: Newsroom) -> None:
    newsroom.build()
    before = updated(newsroom, "Network Orders a Comedy About Lighthouse Keepers")
    newsroom.configure(content="summary", feed_limit=2)
    report = newsroom.build()
    assert report.ingest.read == 0
    assert "feeds/person/milo-ventimiglia.atom" in report.publish.written
    assert all_feed(newsroom).count("<entry") == 2
    assert updated(newsroom, "Network Orders a Comedy About Lighthouse Keepers") == before


def test_a_changed_template_reaches_every_entry(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.build()
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "entry.html.j2").write_text("<p>Read {{ entry.title }}</p>")
    newsroom.configure(templates_folder=templates)
    newsroom.build()
    assert "Read Lauren Graham Returns" in all_feed(newsroom)
    (templates / "entry.html.j2").write_text("<p>Behold {{ entry.title }}</p>")
    newsroom.build()
    assert "Behold Lauren Graham Returns" in all_feed(newsroom)


def test_a_new_authority_in_the_config_does_not_make_old_entries_new(newsroom: Newsroom) -> None:
    newsroom.build()
    ids = newsroom.ids()
    newsroom.configure(
        site=newsroom.settings.site.__class__(
            title="feeder",
            base_url="https://elsewhere.example",
            author="The desk",
            language="en",
            authority="other.example,2030",
        )
    )
    newsroom.write("maisel.md", an_article_text() + "\nOne more paragraph.\n", at=FILE_TIME + 60)
    newsroom.build()
    assert newsroom.ids() == ids
    assert "tag:other.example" not in all_feed(newsroom)


def test_a_changed_catalog_tags_old_entries_again_and_moves_no_date(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.tagger = FakeTagger(people=())
    newsroom.build()
    before = updated(newsroom, "Lauren Graham Returns to Television")
    catalog = tmp_path / "mine.psv"
    catalog.write_text("anything: the fake tagger stands for what it would change")
    newsroom.configure(catalog_files=(catalog,))
    newsroom.tagger = FakeTagger()
    report = newsroom.build()
    assert (report.ingest.read, report.ingest.retagged) == (0, 2)
    assert "feeds/person/lauren-graham.atom" in report.publish.written
    assert updated(newsroom, "Lauren Graham Returns to Television") == before
    assert newsroom.build().ingest.retagged == 0


def test_a_lost_database_is_an_error_and_not_a_fresh_start(newsroom: Newsroom) -> None:
    newsroom.build()
    (newsroom.state / "feeder.db").unlink()
    with pytest.raises(StateDamaged, match="gone or empty"):
        newsroom.build()


def test_a_second_writer_is_told_who_is_writing(newsroom: Newsroom) -> None:
    with newsroom.open(), pytest.raises(StateLocked, match=f"process {os.getpid()} "):
        newsroom.build()
    newsroom.build()
