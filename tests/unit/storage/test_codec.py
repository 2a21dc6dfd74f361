"""Entries survive being stored, whatever is in them."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

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
    Tag,
    TagKind,
)
from feeder.storage.codec import decode_entry, decode_moment, encode_entry, encode_moment

words = st.text(max_size=20)
offsets = st.integers(0, 10**6)
moments = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))
scores = st.floats(0, 1)
sentences = st.builds(Sentence, start=offsets, end=offsets, text=words)
proofs = st.builds(Evidence, start=offsets, end=offsets, surface=words, sentence=sentences, why=words)


def some(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


tags = st.builds(
    Tag,
    kind=st.sampled_from(TagKind),
    id=words,
    label=words,
    score=scores,
    main=st.booleans(),
    known=st.booleans(),
    year=st.none() | st.integers(1900, 2100),
    roles=some(st.sampled_from(Role)),
    characters=some(words),
    candidates=some(words),
    evidence=some(proofs),
)
events = st.builds(
    Event, type=st.sampled_from(EventType), show=st.none() | words, people=some(words), evidence=some(proofs)
)
articles = st.builds(
    Article,
    key=words,
    title=words,
    text=words,
    body_start=offsets,
    published=moments,
    published_from=st.sampled_from(DateSource),
    updated=st.none() | moments,
    link=st.none() | words,
    byline=some(words),
    outlet=st.none() | words,
    image=st.none() | words,
    language=words,
    digest=words,
    owner=st.builds(
        OwnerWord,
        id=st.none() | words,
        shows=st.none() | some(words),
        people=st.none() | some(words),
        tags=some(words),
    ),
)
entries = st.builds(
    Entry, id=words, article=articles, summary=some(sentences), tags=some(tags), events=some(events), digest=words
)


@given(entries)
def test_an_entry_comes_back_exactly(entry: Entry) -> None:
    again = decode_entry(encode_entry(entry))
    assert again == entry
    assert encode_entry(again) == encode_entry(entry)
    assert type(again.article.published_from) is DateSource
    assert again.article.published.utcoffset() == entry.article.published.utcoffset()


@given(moments)
def test_a_moment_comes_back_exactly(moment: datetime) -> None:
    assert decode_moment(encode_moment(moment)) == moment
