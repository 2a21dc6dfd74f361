"""Nothing is lost between two visits: archives lead back from the newest document, tombstones tell of what left."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from lxml import etree

from feeder.feeds import CURRENT, Chapter, Tombstone
from feeder.model import Form, Topic, TopicKind
from tests import builders, feed_values
from tests.atom_rules import AT, ATOM, FH

BASE = "https://news.example.org/feeds/show/gilmore-girls"
CHAPTERS = [
    CURRENT,
    Chapter(previous=3),
    Chapter(number=1),
    Chapter(number=2, previous=1),
    Chapter(number=2, previous=1, next=3),
]


def made(form: Form, chapter: Chapter, tombstones: tuple[Tombstone, ...] = ()) -> bytes:
    return feed_values.feed([builders.a_stored_entry()], form=form, chapter=chapter, tombstones=tombstones)


def links(form: Form, chapter: Chapter) -> dict[str | None, str | None]:
    root = etree.fromstring(made(form, chapter))
    owner = root if form is Form.ATOM else root[0]
    found = {link.get("rel"): link.get("href") for link in owner.iterfind(f"{ATOM}link")}
    found.pop("alternate", None)
    return found


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("chapter", CHAPTERS, ids=str)
def test_every_document_of_a_feed_is_valid(form: Form, chapter: Chapter) -> None:
    here = feed_values.location(feed_values.listing(), form=form, chapter=chapter)
    assert feed_values.problems(made(form, chapter), form=form, location=here) == []


@pytest.mark.parametrize("form", [Form.ATOM, Form.RSS])
def test_a_reader_walks_from_the_newest_document_to_the_oldest_and_back(form: Form) -> None:
    end = form.value
    assert links(form, CURRENT) == {"self": f"{BASE}.{end}"}
    assert links(form, Chapter(previous=3)) == {"self": f"{BASE}.{end}", "prev-archive": f"{BASE}/3.{end}"}
    assert links(form, Chapter(number=2, previous=1, next=3)) == {
        "self": f"{BASE}/2.{end}",
        "current": f"{BASE}.{end}",
        "prev-archive": f"{BASE}/1.{end}",
        "next-archive": f"{BASE}/3.{end}",
    }


@pytest.mark.parametrize("form", Form)
def test_the_first_archive_is_the_same_before_and_after_there_is_a_second(form: Form) -> None:
    first = made(form, Chapter(number=1))
    assert first == made(form, Chapter(number=1, next=2))
    assert f"{BASE}/2.{form.value}".encode() in first


@pytest.mark.parametrize("form", [Form.ATOM, Form.RSS])
def test_only_archives_say_that_they_are_archives(form: Form) -> None:
    assert b"history" not in made(form, Chapter(previous=3))
    assert len(list(etree.fromstring(made(form, Chapter(number=1))).iter(f"{FH}archive"))) == 1


def test_json_readers_find_older_entries_by_next_url() -> None:
    assert "next_url" not in json.loads(made(Form.JSON, CURRENT))
    current = json.loads(made(Form.JSON, Chapter(previous=2)))
    assert (current["feed_url"], current["next_url"]) == (f"{BASE}.json", f"{BASE}/2.json")
    archive = json.loads(made(Form.JSON, Chapter(number=2, previous=1)))
    assert (archive["feed_url"], archive["next_url"]) == (f"{BASE}/2.json", f"{BASE}/1.json")
    assert archive["_feeder"]["current_url"] == f"{BASE}.json"


def test_all_documents_of_a_feed_have_its_id() -> None:
    ids = {etree.fromstring(made(Form.ATOM, chapter)).findtext(f"{ATOM}id") for chapter in CHAPTERS}
    assert len(ids) == 1


def test_an_archive_of_everything_has_a_place_of_its_own() -> None:
    listing = feed_values.listing(Topic(kind=TopicKind.ALL, key="", label="Everything"), slug="all")
    here = feed_values.location(listing, chapter=Chapter(number=7, previous=6))
    assert here == "https://news.example.org/feeds/all/7.atom"


def test_nothing_comes_after_the_current_document() -> None:
    with pytest.raises(ValueError, match="current"):
        Chapter(next=1)


def test_a_reader_is_told_which_entries_were_withdrawn_and_when() -> None:
    gone = [
        Tombstone(entry_id="tag:example.org,2026:entry-7", withdrawn=builders.NOON + timedelta(days=3)),
        Tombstone(entry_id="tag:example.org,2026:entry-8", withdrawn=builders.NOON),
        Tombstone(entry_id="tag:example.org,2026:entry-7", withdrawn=builders.NOON + timedelta(days=3)),
    ]
    xml = made(Form.ATOM, CURRENT, tuple(gone))
    assert feed_values.problems(xml, form=Form.ATOM, location=f"{BASE}.atom") == []
    assert [dict(it.attrib) for it in etree.fromstring(xml).iterfind(f"{AT}deleted-entry")] == [
        {"ref": "tag:example.org,2026:entry-7", "when": "2021-06-18T12:00:00+00:00"},
        {"ref": "tag:example.org,2026:entry-8", "when": "2021-06-15T12:00:00+00:00"},
    ]


@pytest.mark.parametrize("form", [Form.RSS, Form.JSON])
def test_forms_that_cannot_tell_of_withdrawn_entries_do_not(form: Form) -> None:
    gone = (Tombstone(entry_id="tag:example.org,2026:entry-7", withdrawn=builders.NOON),)
    assert made(form, CURRENT, gone) == made(form, CURRENT)


def test_a_feed_without_tombstones_does_not_speak_of_them() -> None:
    assert b"tombstones" not in made(Form.ATOM, CURRENT)
