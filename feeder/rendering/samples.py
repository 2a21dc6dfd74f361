"""Values to try templates with: one entry that has everything and one that has only what every entry has."""

from __future__ import annotations

from datetime import UTC, datetime

from feeder.model import (
    Article,
    DateSource,
    Entry,
    Event,
    EventType,
    Evidence,
    OwnerWord,
    Role,
    Sentence,
    SiteInfo,
    StoredEntry,
    Tag,
    TagKind,
    Topic,
    TopicKind,
    TopicListing,
)
from feeder.rendering.directory import ONE_PAGE

_WHEN = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
_TEXT = "A <sample> headline\n\nAda Sample joins Example Show & friends. It starts in May.\n\nA second paragraph."
_SENTENCE = Sentence(start=21, end=61, text=_TEXT[21:61])


def _evidence(surface: str) -> tuple[Evidence, ...]:
    start = _TEXT.index(surface)
    return (Evidence(start=start, end=start + len(surface), surface=surface, sentence=_SENTENCE, why="sample"),)


_RICH = Entry(
    id="tag:example.org,2026:sample-1",
    article=Article(
        key="sample.txt",
        title="A <sample> headline",
        text=_TEXT,
        body_start=21,
        published=_WHEN,
        published_from=DateSource.METADATA,
        updated=_WHEN,
        link="https://example.org/sample?a=1&b=2",
        byline=("Sam Sample", "Sue Sample"),
        outlet="The Sample",
        image="https://example.org/sample.jpg",
        digest="0" * 64,
        owner=OwnerWord(tags=("favourite",)),
    ),
    summary=(_SENTENCE,),
    tags=(
        Tag(
            kind=TagKind.SHOW,
            id="example-show",
            label="Example Show",
            score=0.98,
            main=True,
            year=2020,
            evidence=_evidence("Example Show"),
        ),
        Tag(
            kind=TagKind.PERSON,
            id="ada-sample",
            label="Ada Sample",
            score=0.97,
            main=False,
            roles=(Role.ACTOR,),
            characters=("Eve",),
            evidence=_evidence("Ada Sample"),
        ),
        Tag(kind=TagKind.PERSON, id="owners-word", label="Owner's Word", score=1.0, main=False),
        Tag(kind=TagKind.PERSON, id="al-two", label="Al Two", score=0.6, main=False, candidates=("al-1", "al-2")),
    ),
    events=(Event(type=EventType.CASTING, show="example-show", people=("ada-sample",)),),
    digest="0" * 64,
)
_BARE = Entry(
    id="tag:example.org,2026:sample-2",
    article=Article(
        key="bare.txt",
        title="Bare",
        text="Only a line.",
        body_start=0,
        published=_WHEN,
        published_from=DateSource.FILE_TIME,
        language="de",
    ),
    summary=(),
    tags=(),
    events=(),
    digest="1" * 64,
)

ENTRIES = tuple(StoredEntry(entry=entry, first_seen=_WHEN, changed=_WHEN) for entry in (_RICH, _BARE))
SITE = SiteInfo(
    title="Sample", base_url="https://example.org", author="Sam", language="en", authority="example.org,2026"
)
TOPICS = tuple(
    TopicListing(topic=Topic(kind=kind, key=key, label=label), slug=slug, count=count, updated=_WHEN)
    for kind, key, label, slug, count in (
        (TopicKind.ALL, "", "Everything", "all", 2),
        (TopicKind.SHOW, "example-show", "Example Show", "example-show", 1),
        (TopicKind.PERSON, "ada-sample", "Ada Sample", "ada-sample", 1),
        (TopicKind.EVENT, "casting", "Casting", "casting", 1),
        (TopicKind.WATCH, "Ada Sample", "Ada Sample", "ada-sample", 1),
        (TopicKind.QUERY, "mine", "Mine", "mine", 0),
    )
)

#: What the frame of the pages of `feeder serve` takes.
FRAME = {
    "site": SITE,
    "up": "../",
    "here": "home",
    "announced": TOPICS[:1],
    "visitor": {"owner": True, "may_log_in": True, "sees": True, "csrf": "0"},
    "style_path": "static/page.css",
    "icon_path": "static/icon.svg",
}


def many_topics() -> tuple[TopicListing, ...]:
    """So many people that letters divide them, and the feed of everything."""
    people = (
        TopicListing(
            topic=Topic(kind=TopicKind.PERSON, key=f"p{n}", label=f"Person {n}"), slug=f"p{n}", count=1, updated=_WHEN
        )
        for n in range(ONE_PAGE + 1)
    )
    return (*TOPICS, *people)
