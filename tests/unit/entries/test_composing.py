"""What subscribers see as changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.entries import compose, digest, own_date, settled
from feeder.model import Article, DateSource, OwnerWord, StoredEntry, Tagging
from tests.builders import NOON, a_person_tag, a_stored_entry, an_article, an_entry

LATER = NOON + timedelta(days=3)
LATER_STILL = NOON + timedelta(days=5)


def composed(
    article: Article, *, before: StoredEntry | None = None, now: datetime = LATER, tagging: Tagging | None = None
) -> StoredEntry:
    return compose(article, id="id", summary=(), tagging=tagging or Tagging(), before=before, now=now)


def test_a_new_entry_has_the_articles_own_date_and_not_todays() -> None:
    stored = composed(an_article(published=NOON))
    assert (stored.changed, stored.first_seen, stored.entry.published) == (NOON, LATER, NOON)


def test_a_new_entry_carries_the_date_the_outlet_last_touched_it() -> None:
    assert composed(an_article(published=NOON, updated=NOON + timedelta(hours=2))).changed == NOON + timedelta(hours=2)
    assert own_date(an_article(published=NOON, updated=NOON - timedelta(days=9))) == NOON, (
        "never before it was published"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"text": "Other words"},
        {"published": NOON + timedelta(seconds=1)},
        {"byline": ("A. Writer",)},
        {"link": "https://example.org/x"},
        {"image": "https://example.org/x.png"},
        {"outlet": "TVLine"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_a_reader_notices_moves_the_date(change: dict[str, object]) -> None:
    before = composed(an_article())
    after = composed(replace(before.entry.article, **change), before=before, now=LATER_STILL)  # type: ignore[arg-type]
    assert after.changed == LATER_STILL
    assert after.first_seen == before.first_seen


@pytest.mark.parametrize(
    "change",
    [
        {"key": "renamed.txt"},
        {"text": an_article().text.replace("\n\n", "\n")},
        {"owner": OwnerWord(tags=("keyword",))},
        {"language": "de"},
        {"published_from": DateSource.DATELINE},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_no_reader_notices_moves_nothing(change: dict[str, object]) -> None:
    before = composed(an_article())
    after = composed(replace(before.entry.article, **change), before=before, now=LATER_STILL)  # type: ignore[arg-type]
    assert (after.changed, after.entry.digest) == (before.changed, before.entry.digest)


def test_better_tags_move_nothing() -> None:
    before = composed(an_article())
    after = composed(an_article(), before=before, now=LATER_STILL, tagging=Tagging(tags=(a_person_tag(),)))
    assert after.changed == before.changed
    assert after.entry.tags != before.entry.tags


def test_a_clock_set_back_never_moves_a_date_back() -> None:
    before = replace(composed(an_article()), changed=LATER_STILL)
    assert composed(an_article(title="Another"), before=before, now=LATER).changed == LATER_STILL


def test_a_date_from_the_files_time_stays_for_ever() -> None:
    first = an_article(published_from=DateSource.FILE_TIME)
    touched = replace(first, published=LATER)
    assert settled(touched, composed(first)) == first
    assert settled(touched, None) == touched


def test_a_date_the_article_gives_wins_over_the_files_time_and_is_not_lost_to_it() -> None:
    undated = an_article(published_from=DateSource.FILE_TIME)
    dated = an_article(published=LATER, published_from=DateSource.METADATA)
    assert settled(dated, composed(undated)) == dated
    assert settled(replace(undated, key="copy.txt"), composed(dated)).published == LATER


@given(st.text(), st.text())
def test_two_articles_have_one_digest_only_when_they_read_the_same(a: str, b: str) -> None:
    same = a.split() == b.split()
    assert (digest(an_article(body=a)) == digest(an_article(body=b))) == same


def test_fields_do_not_run_into_each_other() -> None:
    assert digest(an_article(byline=("A", "B"))) != digest(an_article(byline=("A B",)))
    assert digest(an_article(link="https://e.org/x")) != digest(an_article(image="https://e.org/x"))


def test_composing_again_what_is_stored_changes_nothing() -> None:
    before = a_stored_entry(an_entry(digest=digest(an_article())))
    entry = before.entry
    again = compose(
        entry.article,
        id=entry.id,
        summary=entry.summary,
        tagging=Tagging(tags=entry.tags),
        before=before,
        now=LATER_STILL,
    )
    assert again == before
