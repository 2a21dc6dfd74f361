"""One article, one entry, for ever: what makes two articles the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.entries import Known, Recogniser, canonical_link, identify, recognisers, seeds
from feeder.entries.similarity import shared_words
from feeder.model import Article, OwnerWord
from tests.builders import an_article

OTHER_BODY = "Something wholly different happened elsewhere: volcanoes erupted while engineers measured temperatures."


def known(article: Article, by: Recogniser, *, id: str = "old", here: bool = False) -> Known:  # noqa: A002 - its field
    return Known(id=id, by=by, article=article, here=here)


def edited(article: Article) -> Article:
    return replace(article, text=article.text.replace("next year", "in May"), digest="another")


def test_an_unknown_article_is_new() -> None:
    assert identify(an_article(), []) is None


def test_the_same_text_is_the_same_entry_whatever_else_changed() -> None:
    before = an_article(key="a.txt", title="Old headline", link="https://example.org/a")
    now = replace(before, key="b/c.md", title="New headline", link="https://example.org/b")
    assert identify(now, [known(before, Recogniser.DIGEST)]) == "old"


def test_a_file_edited_in_place_is_the_same_entry() -> None:
    before = an_article()
    assert identify(edited(before), [known(before, Recogniser.KEY, here=True)]) == "old"


def test_a_file_edited_in_place_under_its_old_headline_is_the_same_entry() -> None:
    before = an_article(body="A few first words.")
    assert identify(an_article(body=OTHER_BODY), [known(before, Recogniser.KEY, here=True)]) == "old"


def test_a_file_edited_in_place_with_its_old_address_is_the_same_entry() -> None:
    before = an_article(link="https://example.org/story")
    now = an_article(title="Volcano", body=OTHER_BODY, link="https://www.example.org/story/?utm_source=feed")
    assert identify(now, [known(before, Recogniser.KEY, here=True)]) == "old"


def test_a_file_that_holds_another_article_now_is_a_new_entry() -> None:
    now = an_article(title="Volcano", body=OTHER_BODY)
    assert identify(now, [known(an_article(), Recogniser.KEY, here=True)]) is None


def test_a_name_that_was_used_before_needs_a_similar_text() -> None:
    before = an_article(key="latest.txt")
    assert identify(an_article(key="latest.txt", body=OTHER_BODY), [known(before, Recogniser.KEY)]) is None
    assert identify(edited(before), [known(before, Recogniser.KEY)]) == "old"


def test_a_moved_and_edited_article_is_known_by_its_address() -> None:
    before = an_article(key="a.txt", link="https://example.org/story")
    now = replace(edited(before), key="moved.txt")
    assert identify(now, [known(before, Recogniser.LINK)]) == "old"


def test_articles_of_one_address_with_different_texts_are_different() -> None:
    before = an_article(link="https://example.org/live")
    now = an_article(key="b.txt", title="Volcano", body=OTHER_BODY, link="https://example.org/live")
    assert identify(now, [known(before, Recogniser.LINK)]) is None


def test_the_owners_id_is_stronger_than_the_text() -> None:
    owned = an_article(owner=OwnerWord(id="story-1"))
    same_text = replace(owned, owner=OwnerWord())
    assert (
        identify(owned, [known(same_text, Recogniser.DIGEST, id="text"), known(owned, Recogniser.OWNER, id="owner")])
        == "owner"
    )


def test_different_owners_ids_are_never_one_entry() -> None:
    before = an_article(owner=OwnerWord(id="story-1"))
    now = replace(before, owner=OwnerWord(id="story-2"))
    everything = [known(before, mark, here=True) for mark in Recogniser if mark is not Recogniser.OWNER]
    assert identify(now, everything) is None


def test_an_owners_id_added_later_keeps_the_entry() -> None:
    before = an_article()
    now = replace(before, owner=OwnerWord(id="story-1"))
    assert identify(now, [known(before, Recogniser.DIGEST)]) == "old"


@given(st.permutations(list(Recogniser)))
def test_the_strongest_mark_wins_in_whatever_order_the_store_tells(order: list[Recogniser]) -> None:
    article = an_article(link="https://example.org/story", owner=OwnerWord(id="story-1"))
    assert identify(article, [known(article, mark, id=mark) for mark in order]) == Recogniser.OWNER


def test_every_mark_is_remembered_strongest_first() -> None:
    article = an_article(key="k.txt", link="http://www.example.org/story/", owner=OwnerWord(id="o"), digest="d")
    assert recognisers(article) == (
        (Recogniser.OWNER, "o"),
        (Recogniser.DIGEST, "d"),
        (Recogniser.KEY, "k.txt"),
        (Recogniser.LINK, "example.org/story"),
    )
    assert [kind for kind, _ in recognisers(an_article())] == [Recogniser.DIGEST, Recogniser.KEY]


def test_an_id_is_made_of_what_will_not_change() -> None:
    article = an_article(link="https://example.org/story", owner=OwnerWord(id="o"), digest="d")
    assert list(islice(seeds(article), 5)) == [
        "owner:o",
        "link:example.org/story",
        "digest:d",
        "digest:d:2",
        "digest:d:3",
    ]
    assert next(seeds(an_article(digest="d"))) == "digest:d"


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a/story",
        "http://example.org/a/story/",
        "https://www.example.org/a/story#top",
        "https://EXAMPLE.org:443/a/story?utm_source=x&fbclid=y",
    ],
)
def test_one_page_has_one_address_however_a_reader_came_there(address: str) -> None:
    assert canonical_link(address) == "example.org/a/story"


@pytest.mark.parametrize(
    "address", [None, "https://example.org", "https://example.org/", "https://[::1", "https://e:99999/x"]
)
def test_a_front_page_or_broken_address_identifies_nothing(address: str | None) -> None:
    assert canonical_link(address) is None


def test_a_page_told_apart_by_its_query_keeps_it() -> None:
    assert canonical_link("https://example.org/?p=2&a=1") == "example.org?a=1&p=2"
    assert canonical_link("https://example.org:8080/x?id=1") == "example.org:8080/x?id=1"


@given(st.text(max_size=300), st.text(max_size=300))
def test_similarity_is_a_share_and_takes_no_sides(a: str, b: str) -> None:
    assert 0 <= shared_words(a, b) == shared_words(b, a) <= 1


def test_an_article_that_grew_is_still_similar_and_two_short_ones_are_not_by_chance() -> None:
    short = an_article().text
    assert shared_words(short, short + OTHER_BODY * 3) == 1
    assert shared_words("Nobody expected that", "Drama leaves Sundays, as nobody knew") < 0.2
