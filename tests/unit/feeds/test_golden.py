"""The bytes of whole feeds in each form and of the OPML list, as they were released.

A difference is a change that every subscriber's reader downloads and may show again. When it is wanted, write the new
files with `python -m tests.unit.feeds.test_golden` and say why in the commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from feeder.feeds import CURRENT, Chapter, Tombstone, opml
from feeder.model import EventType, Form, OwnerWord, Role, Topic, TopicKind
from tests import builders, feed_values

ARCHIVE = Chapter(number=2, previous=1)
NAMES = (
    *(f"{kind}.{form.value}" for kind in ("full", "archive") for form in Form),
    "summary.atom",
    "feeds.opml",
)
FOLDER = Path(__file__).parents[2] / "golden"


def documents() -> Mapping[str, bytes]:
    """File name -> bytes."""
    article = builders.an_article(
        link="https://tvline.example/maisel?a=1&b=2",
        byline=("Dana Reed", "Renée Fox"),
        outlet="TVLine",
        image="https://tvline.example/maisel.jpg",
        owner=OwnerWord(tags=("Awards & Prizes",)),
    )
    tags = (
        builders.a_show_tag(article=article),
        builders.a_show_tag("Gilmore Girls", article=article, main=False),
        builders.a_person_tag(article=article, roles=(Role.ACTOR,), characters=("Jess Mariano",)),
        builders.a_person_tag("Amy Sherman-Palladino", article=article, main=False, roles=(Role.CREATOR,)),
    )
    rich = builders.an_entry(article, tags=tags, events=(builders.an_event(EventType.CASTING),))
    german = builders.an_article(title="Lenny Bruce kehrt zurück – „Maisel“", body="Ein Satz.", language="de")
    entries = [
        builders.a_stored_entry(rich, changed=builders.NOON.replace(day=20)),
        builders.a_stored_entry(builders.an_entry(german, id="tag:example.org,2026:entry-2")),
        feed_values.hostile_entry(" ".join(feed_values.HOSTILE)),
    ]
    listings = [
        feed_values.listing(feed_values.EVERYTHING, slug="all"),
        feed_values.listing(),
        feed_values.listing(
            Topic(kind=TopicKind.PERSON, key="zoe", label="Zoë <Kravitz> & Co."), slug="zoe-kravitz-co"
        ),
    ]
    gone = Tombstone(entry_id="tag:example.org,2026:entry-3", withdrawn=builders.NOON)
    return {
        **{f"full.{form.value}": feed_values.feed(entries, form=form) for form in Form},
        **{f"archive.{form.value}": feed_values.feed(entries[1:2], form=form, chapter=ARCHIVE) for form in Form},
        "summary.atom": feed_values.feed(entries, content="summary", chapter=Chapter(previous=2), tombstones=[gone]),
        "feeds.opml": opml(listings, site=feed_values.SITE),
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_release_that_changes_nothing_on_purpose_changes_no_byte(name: str) -> None:
    assert documents()[name] == (FOLDER / name).read_bytes()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "feeds.opml"])
def test_the_golden_feeds_are_valid(name: str) -> None:
    form = Form(name.partition(".")[2])
    chapter = ARCHIVE if name.startswith("archive") else CURRENT
    here = feed_values.location(feed_values.listing(), form=form, chapter=chapter)
    assert feed_values.problems((FOLDER / name).read_bytes(), form=form, location=here) == []


if __name__ == "__main__":
    for name, data in documents().items():
        (FOLDER / name).write_bytes(data)
