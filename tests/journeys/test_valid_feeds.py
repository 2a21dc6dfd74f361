"""Every feed of the whole program, whatever was in the folder, is one that every reader takes."""

from __future__ import annotations

import posixpath
import shutil
from pathlib import Path

import fastfeedparser
import feedparser
import pytest
from lxml import html

from feeder.model import Form
from feeder.rendering import FEED_STYLE
from tests.fakes.newsroom import Newsroom, an_article_text
from tests.feed_values import HOSTILE, problems

SEEDS = Path(__file__).parents[2] / "seeds"


def feeds(newsroom: Newsroom, *forms: Form) -> dict[str, bytes]:
    """All documents of all feeds, of the forms given or of all."""
    found = newsroom.published().items()
    return {path: data for path, data in found if path.rpartition(".")[2] in (forms or tuple(Form))}


def faults(newsroom: Newsroom) -> list[str]:
    base = newsroom.settings.site.base_url
    return [
        f"{path}: {it}"
        for form in Form
        for path, data in feeds(newsroom, form).items()
        for it in problems(data, form=form, location=f"{base}/{path}")
    ]


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def test_the_articles_to_start_with_make_valid_feeds(newsroom: Newsroom) -> None:
    shutil.copytree(SEEDS, newsroom.source, dirs_exist_ok=True)
    report = newsroom.build()
    assert faults(newsroom) == []
    everything = feedparser.parse(
        feeds(newsroom)["feeds/all.atom"], response_headers={"content-type": "application/atom+xml"}
    )
    assert not everything.bozo
    assert len(everything.entries) == report.ingest.added >= 24
    assert all(entry.link.startswith("http") for entry in everything.entries)
    assert len({len(feeds(newsroom, form)) for form in Form}) == 1
    dates = [entry.published for entry in everything.entries]
    assert dates == sorted(dates, reverse=True)


@pytest.mark.parametrize("content", ["full", "summary"])
def test_hostile_articles_make_valid_feeds(newsroom: Newsroom, content: str) -> None:
    newsroom.configure(content=content)
    for n, text in enumerate(HOSTILE):
        data = an_article_text(f"Gilmore Girls, part {n}").replace("Milo Ventimiglia", f"Milo Ventimiglia {text}")
        newsroom.write(f"hostile-{n}.txt", data.encode("utf-8", "surrogatepass"))
    report = newsroom.build()
    assert report.ingest.added > 0
    assert faults(newsroom) == []
    everything = feeds(newsroom)["feeds/all.atom"]
    assert len(fastfeedparser.parse(everything).entries) == report.ingest.added


def test_feeds_of_many_documents_are_valid_in_each_form(newsroom: Newsroom) -> None:
    newsroom.configure(feed_limit=2)
    for n in range(9):
        newsroom.write(f"maisel-{n}.md", an_article_text(f"Gilmore Girls, part {n}"))
        if n % 2:
            newsroom.build()
    (newsroom.source / "maisel-7.md").unlink()
    newsroom.build()
    assert faults(newsroom) == []
    assert {f"feeds/all/1.{form.value}" for form in Form} <= set(feeds(newsroom))
    assert b"deleted-entry" in feeds(newsroom)["feeds/all.atom"]


def test_a_feed_finds_its_style_and_the_pages_its_feeds(newsroom: Newsroom) -> None:
    newsroom.write("maisel.md", an_article_text())
    newsroom.build()
    published = newsroom.published()
    base = newsroom.settings.site.base_url
    pages = "".join(data.decode() for path, data in published.items() if path.endswith(".html"))
    for path in feeds(newsroom):
        assert f'href="{path}"' in pages
        assert f'href="{base}/{path}"' in pages, "the head of a page announces it"
    for path, data in feeds(newsroom, Form.ATOM, Form.RSS).items():
        assert f'href="{base}/{FEED_STYLE}"'.encode() in data
        assert (f'xmlUrl="{base}/{path}"' in published["feeds.opml"].decode()) == path.endswith(".atom")
    assert FEED_STYLE in published


def test_what_is_published_needs_no_program_behind_it(newsroom: Newsroom) -> None:
    """Any web server or object store will do: every link between pages, lists and feeds leads to a file."""
    shutil.copytree(SEEDS, newsroom.source, dirs_exist_ok=True)
    newsroom.build()
    published = newsroom.published()
    base = newsroom.settings.site.base_url
    followed = 0
    for path, data in published.items():
        if path.endswith(".html"):
            root = html.document_fromstring(data)
            for href in {*root.xpath("//a/@href"), *root.xpath("//link/@href")}:
                target = href.removeprefix(f"{base}/").partition("#")[0]
                if not target or ":" in target:  # within the page, or somebody else's
                    continue
                inside = target if href.startswith(base) else posixpath.normpath(posixpath.dirname(path) + "/" + target)
                assert inside.lstrip("/") in published, (path, href)
                followed += 1
    assert followed > 50
