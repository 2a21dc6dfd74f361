"""The bytes of one whole feed and of the OPML list, as they were released.

A difference is a change that every subscriber's reader downloads and may show again. When it is wanted, write the new
files with `python -m tests.unit.feeds.test_golden` and say why in the commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from feeder.feeds import opml
from feeder.model import EventType, OwnerWord, Role, Topic, TopicKind
from tests import builders, feed_values
from tests.atom_rules import problems

FOLDER = Path(__file__).parents[2] / "golden"


def documents() -> Mapping[str, bytes]:
    """File name -> bytes."""
    article = builders.an_article(
        link="https://tvline.example/maisel?a=1&b=2",
        byline=("Dana Reed", "Renée Fox"),
        outlet="TVLine",
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
    return {
        "full.atom": feed_values.feed(entries),
        "summary.atom": feed_values.feed(entries, content="summary"),
        "feeds.opml": opml(listings, site=feed_values.SITE),
    }


@pytest.mark.parametrize("name", ["full.atom", "summary.atom", "feeds.opml"])
def test_a_release_that_changes_nothing_on_purpose_changes_no_byte(name: str) -> None:
    assert documents()[name] == (FOLDER / name).read_bytes()


def test_the_golden_feed_is_valid() -> None:
    here = feed_values.location(feed_values.listing())
    assert problems((FOLDER / "full.atom").read_bytes(), location=here) == []


if __name__ == "__main__":
    for name, data in documents().items():
        (FOLDER / name).write_bytes(data)
