"""Feeds of watched names and of the owner's own topics, and what subscribers notice when a topic is renamed or goes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import feedparser
import pytest

from feeder.model import Article, Form, Tagging, TopicKind
from feeder.service.whereabouts import Gone, Moved, whereabouts
from feeder.topics import OwnTopic, parse
from tests.atom_rules import problems
from tests.builders import a_watch
from tests.fakes.newsroom import FILE_TIME, Newsroom, an_article_text
from tests.fakes.tagger import FakeTagger


def own(name: str, query: str, *, was: tuple[str, ...] = (), id: str | None = None) -> OwnTopic:  # noqa: A002
    return OwnTopic(name=name, condition=parse(query), was=was, id=id)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    newsroom = Newsroom(tmp_path)
    newsroom.write("maisel.md", an_article_text())
    newsroom.write(
        "lauren.md",
        an_article_text(
            "Lauren Graham Returns to Television",
            "Lauren Graham is to lead a new family drama, the network said.",
            date="2021-06-12",
            outlet="TVLine",
        ),
    )
    return newsroom


def feed(newsroom: Newsroom, path: str) -> feedparser.FeedParserDict:
    data = (newsroom.public / path).read_bytes()
    assert problems(data, location=f"https://feeds.example.org/{path}") == []
    return feedparser.parse(data, response_headers={"content-type": "application/atom+xml"})


def titles(newsroom: Newsroom, path: str) -> list[str]:
    return [entry.title for entry in feed(newsroom, path).entries]


def published(newsroom: Newsroom, kind: str) -> set[str]:
    return {path.name for path in (newsroom.public / "feeds" / kind).glob("*")}


def test_the_feed_of_everything_can_be_subscribed_to_before_there_is_an_article(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path)
    newsroom.build()
    assert titles(newsroom, "feeds/all.atom") == []
    assert feed(newsroom, "feeds/all.atom").feed.updated == "2026-01-01T00:00:00+00:00", "the day of the authority"
    assert b"feeds/all.atom" in newsroom.published()["feeds.opml"]
    before, times = newsroom.published(), newsroom.times()
    newsroom.build()
    assert (newsroom.published(), newsroom.times()) == (before, times)
    newsroom.write("first.md", an_article_text())
    newsroom.build()
    assert len(titles(newsroom, "feeds/all.atom")) == 1


def test_a_watch_has_a_feed_of_what_it_rings_for_from_the_first_build_on(newsroom: Newsroom) -> None:
    newsroom.configure(watches=(a_watch("Lauren Graham"), a_watch("Nobody Yet")))
    newsroom.build()
    assert titles(newsroom, "feeds/watch/lauren-graham.atom") == ["Lauren Graham Returns to Television"]
    assert titles(newsroom, "feeds/watch/nobody-yet.atom") == []


def test_a_watch_has_a_feed_in_every_form(newsroom: Newsroom) -> None:
    newsroom.configure(watches=(a_watch("Lauren Graham"),))
    newsroom.build()
    assert published(newsroom, "watch") == {f"lauren-graham.{form}" for form in Form}


def test_a_watch_added_later_has_old_entries_in_its_feed_and_a_removed_one_no_feed(newsroom: Newsroom) -> None:
    newsroom.build()
    newsroom.configure(watches=(a_watch("Lauren Graham"),))
    newsroom.build()
    assert titles(newsroom, "feeds/watch/lauren-graham.atom") == ["Lauren Graham Returns to Television"]
    newsroom.configure(watches=())
    newsroom.build()
    assert published(newsroom, "watch") == set()
    assert b"watch/" not in newsroom.published()["feeds.opml"]


def test_a_topic_of_the_owners_holds_what_its_query_finds(newsroom: Newsroom) -> None:
    newsroom.configure(
        topics=(own("Family drama", '"family drama" outlet:tvline'), own("Maisel or Lauren", "show:x OR maisel"))
    )
    newsroom.build()
    assert titles(newsroom, "feeds/topic/family-drama.atom") == ["Lauren Graham Returns to Television"]
    assert titles(newsroom, "feeds/topic/maisel-or-lauren.atom") == ["Milo Ventimiglia Joins The Marvelous Mrs. Maisel"]
    assert feed(newsroom, "feeds/topic/family-drama.atom").feed.title == "Family drama · feeder"


def test_a_changed_query_is_put_to_old_entries_without_tagging_them_again(newsroom: Newsroom) -> None:
    newsroom.configure(topics=(own("Mine", "maisel"),))
    newsroom.build()
    newsroom.tagger = None  # type: ignore[assignment]  # asking it anything fails
    newsroom.configure(topics=(own("Mine", "graham"),))
    report = newsroom.build()
    assert (report.ingest.retagged, report.ingest.refiled) == (0, True)
    assert titles(newsroom, "feeds/topic/mine.atom") == ["Lauren Graham Returns to Television"]
    assert {path for path in report.publish.written if path.startswith("feeds/")} == {
        f"feeds/topic/mine.{form}" for form in Form
    }, "no other feed is touched"
    assert not newsroom.build().ingest.refiled


def test_a_new_entry_is_filed_under_the_owners_topics(newsroom: Newsroom) -> None:
    newsroom.configure(topics=(own("Mine", "show:gilmore-girls"),))
    newsroom.build()
    before = titles(newsroom, "feeds/topic/mine.atom")
    newsroom.write("new.md", an_article_text("Another", "Gilmore Girls is back.", date="2021-06-20"))
    newsroom.build()
    assert titles(newsroom, "feeds/topic/mine.atom") == ["Another", *before]


def test_a_renamed_topic_is_the_same_feed_at_a_new_address(newsroom: Newsroom) -> None:
    newsroom.configure(topics=(own("Old name", "maisel"),))
    newsroom.build()
    before = feed(newsroom, "feeds/topic/old-name.atom")
    newsroom.configure(topics=(own("New name", "maisel", was=("Old name",)),))
    newsroom.build()
    after = feed(newsroom, "feeds/topic/new-name.atom")
    assert (after.feed.id, after.feed.title) == (before.feed.id, "New name · feeder")
    assert [entry.id for entry in after.entries] == [entry.id for entry in before.entries]
    assert published(newsroom, "topic") == {f"new-name.{form}" for form in Form}
    assert place(newsroom, "old-name") == "new-name"


def place(newsroom: Newsroom, slug: str, kind: TopicKind = TopicKind.QUERY) -> str | None:
    """The slug to which the address leads, in every form; None: nothing is known of it, or it is gone."""
    with newsroom.open(write=False) as app:
        found = {form: whereabouts(app.store, f"feeds/{kind}/{slug}.{form}") for form in Form}
    slugs = {it.path.removesuffix(f".{form}") if isinstance(it, Moved) else None for form, it in found.items()}
    (only,) = slugs
    return only.removeprefix(f"feeds/{kind}/") if only else None


def is_gone(newsroom: Newsroom, slug: str, kind: TopicKind) -> bool:
    with newsroom.open(write=False) as app:
        return isinstance(whereabouts(app.store, f"feeds/{kind}/{slug}.rss"), Gone)


@pytest.mark.parametrize(
    "path", ["", "index.html", "feeds/topic/x.html", "feeds/topic/../x.atom", "feeds/nothing/x.atom", "feeds/all.atom"]
)
def test_nothing_is_said_of_what_never_was_a_feed(newsroom: Newsroom, path: str) -> None:
    newsroom.build()
    with newsroom.open(write=False) as app:
        assert whereabouts(app.store, path) is None


@pytest.mark.parametrize("order", [("A", "B"), ("B", "A")])
def test_a_topic_renamed_twice_is_still_the_same_feed_however_its_old_names_are_listed(
    newsroom: Newsroom, order: tuple[str, ...]
) -> None:
    newsroom.configure(topics=(own("A", "maisel"),))
    newsroom.build()
    first = feed(newsroom, "feeds/topic/a.atom").feed.id
    newsroom.configure(topics=(own("B", "maisel", was=("A",)),))
    newsroom.build()
    newsroom.configure(topics=(own("C", "maisel", was=order),))
    newsroom.build()
    assert feed(newsroom, "feeds/topic/c.atom").feed.id == first
    assert (place(newsroom, "a"), place(newsroom, "b")) == ("c", "c")


def test_a_topic_that_takes_its_old_name_back_is_at_its_old_address_again(newsroom: Newsroom) -> None:
    newsroom.configure(topics=(own("A", "maisel"),))
    newsroom.build()
    files = newsroom.published()
    newsroom.configure(topics=(own("B", "maisel", was=("A",)),))
    newsroom.build()
    newsroom.configure(topics=(own("A", "maisel", was=("A", "B")),))
    newsroom.build()
    assert newsroom.published() == files
    assert (place(newsroom, "a"), place(newsroom, "b")) == (None, "a")


def test_a_lost_state_gives_a_renamed_topic_its_feed_id_and_old_address_back(newsroom: Newsroom) -> None:
    newsroom.configure(topics=(own("Old name", "maisel"),))
    newsroom.build()
    newsroom.configure(topics=(own("New name", "maisel", was=("Old name",)),))
    newsroom.build()
    files = newsroom.published()
    newsroom.forget()
    newsroom.build()
    assert newsroom.published() == files
    assert place(newsroom, "old-name") == "new-name"


def test_a_new_topic_under_an_old_name_does_not_take_the_old_address(newsroom: Newsroom) -> None:
    newsroom.configure(topics=(own("A", "maisel"),))
    newsroom.build()
    newsroom.configure(topics=(own("B", "maisel", was=("A",)), own("A", "graham", id="another")))
    newsroom.build()
    assert place(newsroom, "a") == "b"
    assert len(published(newsroom, "topic")) == 2 * len(Form)
    assert "a.atom" not in published(newsroom, "topic")


def test_a_topic_removed_from_the_config_is_gone_and_comes_back_as_the_same_feed(newsroom: Newsroom) -> None:
    newsroom.configure(topics=(own("Mine", "maisel"),))
    newsroom.build()
    files = newsroom.published()
    newsroom.configure(topics=())
    newsroom.build()
    assert published(newsroom, "topic") == set()
    assert is_gone(newsroom, "mine", TopicKind.QUERY)
    assert not is_gone(newsroom, "never-there", TopicKind.QUERY)
    newsroom.configure(topics=(own("Mine", "maisel"),))
    newsroom.build()
    assert newsroom.published() == files


class Renaming(FakeTagger):
    """Finds the same people; has other ids or labels for them than the first time."""

    def __init__(self, **ids: str) -> None:
        super().__init__()
        self.ids = {name.replace("_", "-"): id_ for name, id_ in ids.items()}

    def tag(self, article: Article) -> Tagging:
        found = super().tag(article)
        return replace(found, tags=tuple(replace(tag, id=self.ids.get(tag.id, tag.id)) for tag in found.tags))


def retag(newsroom: Newsroom, tmp_path: Path, tagger: FakeTagger) -> None:
    catalog = tmp_path / "mine.psv"
    catalog.write_text(f"anything: the fake tagger stands for what it would change {tagger!r}")
    newsroom.configure(catalog_files=(catalog,))
    newsroom.tagger = tagger
    newsroom.build()


def test_a_person_under_another_id_in_the_catalog_is_the_same_feed_at_a_new_address(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    newsroom.build()
    before = feed(newsroom, "feeds/person/milo-ventimiglia.atom")
    retag(newsroom, tmp_path, Renaming(milo_ventimiglia="milo-ventimiglia-1977"))
    after = feed(newsroom, "feeds/person/milo-ventimiglia-1977.atom")
    assert after.feed.id == before.feed.id
    assert [(entry.id, entry.updated) for entry in after.entries] == [(it.id, it.updated) for it in before.entries]
    assert "milo-ventimiglia.atom" not in published(newsroom, "person")
    assert place(newsroom, "milo-ventimiglia", TopicKind.PERSON) == "milo-ventimiglia-1977"


def test_a_person_who_was_two_people_is_not_passed_on(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.write("other.md", an_article_text("Milo Ventimiglia Sings", "Milo Ventimiglia sings.", date="2021-06-01"))
    newsroom.build()

    class Two(FakeTagger):
        def tag(self, article: Article) -> Tagging:
            found = super().tag(article)
            own_id = "milo-the-singer" if "sings" in article.text else "milo-the-actor"
            ids = {"milo-ventimiglia": own_id}
            return replace(found, tags=tuple(replace(tag, id=ids.get(tag.id, tag.id)) for tag in found.tags))

    retag(newsroom, tmp_path, Two())
    assert place(newsroom, "milo-ventimiglia", TopicKind.PERSON) is None
    assert is_gone(newsroom, "milo-ventimiglia", TopicKind.PERSON)


def test_a_show_with_a_new_title_keeps_its_address_and_id(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.build()
    before = feed(newsroom, "feeds/show/gilmore-girls.atom").feed.id

    class Retitled(FakeTagger):
        def tag(self, article: Article) -> Tagging:
            found = super().tag(article)
            labels = {"gilmore-girls": "Gilmore Girls (2000)"}
            return replace(found, tags=tuple(replace(t, label=labels.get(t.id, t.label)) for t in found.tags))

    retag(newsroom, tmp_path, Retitled())
    after = feed(newsroom, "feeds/show/gilmore-girls.atom").feed
    assert (after.id, after.title) == (before, "Gilmore Girls (2000) · feeder")


def test_watches_of_similar_names_have_addresses_that_follow_the_config_and_not_the_news(tmp_path: Path) -> None:
    watches = tuple(map(a_watch, ("René Example", "Rene Example", "rené example")))
    addresses = []
    for name, order in (("one", ("rene", "rené")), ("two", ("rené", "rene"))):
        folder = tmp_path / name
        folder.mkdir()
        newsroom = Newsroom(folder, watches=watches)
        newsroom.tagger = FakeTagger(people=("Rene Example", "René Example"))
        for who in order:
            newsroom.write(f"{who}.md", an_article_text(f"About {who.title()} Example", f"{who.title()} Example!"))
            newsroom.build()
        addresses.append(published(newsroom, "watch"))
    assert addresses[0] == addresses[1]
    assert "rene-example.atom" in addresses[0]
    assert len(addresses[0]) == len(watches) * len(Form)


def test_the_watch_feed_and_the_alert_follow_the_same_rule(newsroom: Newsroom) -> None:
    newsroom.configure(watches=(a_watch("Milo Ventimiglia"),))
    newsroom.build()
    newsroom.write("x.md", an_article_text("Milo Ventimiglia Speaks", "Milo Ventimiglia spoke."), at=FILE_TIME + 5)
    assert newsroom.build().ingest.alerts == 1
    assert "Milo Ventimiglia Speaks" in titles(newsroom, "feeds/watch/milo-ventimiglia.atom")
