"""`feeder build --out`: a folder that any web server can serve, and that is never half old and half new."""

from __future__ import annotations

import gzip
from pathlib import Path

import brotli
import pytest

from feeder.errors import PublishError
from feeder.feeds import Tree
from feeder.model import Form
from feeder.service.export import ExportReport, export
from tests.fakes.newsroom import FILE_TIME, Newsroom, an_article_text
from tests.journeys.test_topics import own

LONG = "Lauren Graham walked through Stars Hollow once more, and everybody was there to see it happen again. " * 200


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    newsroom.write("maisel.md", an_article_text())
    newsroom.write("long.md", an_article_text("Lauren Graham Returns", LONG, date="2021-06-12"))
    newsroom.build()
    return newsroom


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "www"


def exported(newsroom: Newsroom, out: Path) -> ExportReport:
    with newsroom.open() as app:
        return export(app, out)


def files(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def times(out: Path) -> dict[str, tuple[int, int]]:
    return {
        path.relative_to(out).as_posix(): (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def plain(found: dict[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in found.items() if not path.endswith((".gz", ".br"))}


def test_all_that_is_published_is_there_with_large_files_compressed_beside(newsroom: Newsroom, out: Path) -> None:
    report = exported(newsroom, out)
    found = files(out)
    assert plain(found) == newsroom.published()
    assert (report.files, report.written) == (len(newsroom.published()),) * 2
    large = {path for path, data in plain(found).items() if len(data) > 16_384}
    assert {f"feeds/all.{form}" for form in Form} <= large
    assert {path for path in found if path.endswith(".gz")} == {f"{path}.gz" for path in large}
    for path in large:
        assert gzip.decompress(found[f"{path}.gz"]) == found[path]
        assert brotli.decompress(found[f"{path}.br"]) == found[path]


def test_exporting_again_without_news_touches_no_file(newsroom: Newsroom, out: Path) -> None:
    exported(newsroom, out)
    before = times(out)
    report = exported(newsroom, out)
    assert times(out) == before
    assert (report.written, report.removed) == (0, 0)


def test_only_what_changed_is_written_again(newsroom: Newsroom, out: Path) -> None:
    exported(newsroom, out)
    before = times(out)
    newsroom.write("maisel.md", an_article_text() + "\nOne more paragraph.\n", at=FILE_TIME + 60)
    newsroom.build()
    exported(newsroom, out)
    after = times(out)
    assert plain(files(out)) == newsroom.published()
    assert after["feeds/person/lauren-graham.atom"] == before["feeds/person/lauren-graham.atom"]
    assert after["feeds/person/milo-ventimiglia.atom"] != before["feeds/person/milo-ventimiglia.atom"]
    assert gzip.decompress(files(out)["feeds/all.atom.gz"]) == files(out)["feeds/all.atom"]


def test_a_renamed_feed_is_also_under_its_old_address_where_no_server_leads_on(newsroom: Newsroom, out: Path) -> None:
    newsroom.configure(topics=(own("Old name", "maisel"),))
    newsroom.build()
    exported(newsroom, out)
    newsroom.configure(topics=(own("New name", "maisel", was=("Old name",)),))
    newsroom.build()
    exported(newsroom, out)
    found = files(out)
    for form in Form:
        assert found[f"feeds/topic/old-name.{form}"] == found[f"feeds/topic/new-name.{form}"]
    assert (
        b'href="https://feeds.example.org/feeds/topic/new-name.atom" rel="self"' in found["feeds/topic/old-name.atom"]
    )


def test_a_feed_that_is_gone_leaves_with_its_compressed_forms_and_other_files_stay(
    newsroom: Newsroom, out: Path
) -> None:
    exported(newsroom, out)
    (out / "robots.txt").write_text("User-agent: *\n")
    (out / "about.html").write_text("mine")
    (newsroom.source / "long.md").unlink()
    newsroom.build()
    exported(newsroom, out)
    assert not any("lauren-graham" in path for path in files(out))
    assert (out / "robots.txt").exists()
    assert (out / "about.html").exists()


def test_a_file_that_is_small_now_has_no_old_compressed_form_beside_it(newsroom: Newsroom, out: Path) -> None:
    exported(newsroom, out)
    assert (out / "feeds/all.atom.gz").exists()
    newsroom.configure(content="summary", feed_limit=1)
    newsroom.write("long.md", an_article_text("Lauren Graham Returns", "She is back.", date="2021-06-12"))
    newsroom.build()
    exported(newsroom, out)
    assert (out / "feeds/all.atom").stat().st_size < 16_384
    assert not (out / "feeds/all.atom.gz").exists()
    assert not (out / "feeds/all.atom.br").exists()


def test_an_export_that_was_killed_goes_on_and_nothing_stale_stays(
    newsroom: Newsroom, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(newsroom, out)
    newsroom.write("long.md", an_article_text("Lauren Graham Returns", LONG + "The end.", date="2021-06-12"))
    newsroom.build()
    write_files = Tree.write_all

    def die(tree: Tree, batch: object) -> None:
        compressed = [(path, data) for path, data in batch if path.endswith((".gz", ".br"))]  # type: ignore[attr-defined]
        write_files(tree, compressed)
        raise KeyboardInterrupt

    monkeypatch.setattr(Tree, "write_all", die)
    with pytest.raises(KeyboardInterrupt):
        exported(newsroom, out)
    monkeypatch.undo()
    exported(newsroom, out)
    found = files(out)
    assert plain(found) == newsroom.published()
    assert all(gzip.decompress(found[path]) == found[path[:-3]] for path in found if path.endswith(".gz"))


@pytest.mark.parametrize("folder", ["articles", "articles/www", "state", "public", "public/www", ""])
def test_a_folder_that_feeder_needs_for_something_else_is_refused(
    newsroom: Newsroom, tmp_path: Path, folder: str
) -> None:
    before = newsroom.published()
    with pytest.raises(PublishError, match="must not lie inside one another"):
        exported(newsroom, tmp_path / folder)
    assert newsroom.published() == before


def test_a_folder_with_files_of_others_is_refused(newsroom: Newsroom, out: Path) -> None:
    out.mkdir()
    (out / "index.html").write_text("my home page")
    with pytest.raises(PublishError, match="files that are not feeder's"):
        exported(newsroom, out)
    assert files(out) == {"index.html": b"my home page"}


def test_private_feeds_are_not_given_to_a_server_that_shows_them_to_everybody(newsroom: Newsroom, out: Path) -> None:
    newsroom.configure(private=("person/*",))
    exported(newsroom, out)
    found = files(out)
    assert "feeds/all.atom" in found
    assert not any("feeds/person/" in path for path in found)
    assert b"feeds/all.atom" in found["feeds.opml"]
    assert b"feeds/person/" not in found["feeds.opml"]


def test_nothing_is_exported_where_everything_is_private(newsroom: Newsroom, out: Path) -> None:
    newsroom.configure(private=("*",))
    with pytest.raises(PublishError, match="private"):
        exported(newsroom, out)
    assert not out.exists()
