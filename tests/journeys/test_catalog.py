"""A name nobody knew becomes a show of the catalog, or is never seen again; its feed goes on under its id."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from feeder.config import Settings
from feeder.errors import CatalogError, StateError
from feeder.model import Article, Tag, Tagging, TagKind
from feeder.service import catalogs, cataloguing, proposals
from feeder.service.app import open_app
from feeder.service.build import refresh
from feeder.text import slug
from tests.fakes.newsroom import Newsroom, an_article_text
from tests.fakes.tagger import FakeTagger

NEW, NOISE, PERSON = "Deep Harbour Nights", "Winter Storm", "Zo Newcomer"


class Reading(FakeTagger):
    """Finds three names letter by letter, and asks the catalog who they are, as the tagger does."""

    def __init__(self, newsroom: Newsroom) -> None:
        super().__init__(shows=(NEW, NOISE), people=(PERSON,))
        self._newsroom = newsroom

    def tag(self, article: Article) -> Tagging:
        catalog = catalogs.open_catalog(self._newsroom.settings)
        tags = []
        for tag in super().tag(article).tags:
            same = catalog.shows_named(tag.label) if tag.kind is TagKind.SHOW else catalog.people_named(tag.label)
            if same:
                title = same[0].title if tag.kind is TagKind.SHOW else same[0].name  # type: ignore[union-attr]
                tags.append(replace(tag, id=same[0].id, label=title, known=True))
            elif not catalog.rejected(tag.kind, slug(tag.label)):
                tags.append(replace(tag, id=slug(tag.label), known=False))
        return Tagging(tags=tuple(tags))


@pytest.fixture
def newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """Three articles about a show that no catalog knows, two of them about more; the bundled tables are out of this."""
    monkeypatch.setattr("feeder.catalog.loading.bundled_files", lambda: ())
    made = Newsroom(tmp_path)
    made.tagger = Reading(made)
    for n in range(3):
        text = (f"The cast of {NEW} met in week {n}.", f"{NOISE} came, {PERSON} said." if n else "Nothing else.")
        made.write(f"{n}.md", an_article_text(f"News number {n}", *text, date=f"2021-06-1{n}T09:00:00Z"))
    made.build()
    return made


def tags(newsroom: Newsroom) -> set[tuple[str, str, bool]]:
    found: list[Tag] = [tag for stored in newsroom.entries() for tag in stored.entry.tags]
    return {(tag.id, tag.label, tag.known) for tag in found}


def test_what_three_articles_name_is_proposed_with_its_evidence(newsroom: Newsroom) -> None:
    (proposal,) = proposals.proposed(newsroom.settings)
    assert (proposal.key, proposal.label, proposal.articles) == ("show/deep-harbour-nights", NEW, 3)
    assert [(p.entry, p.day) for p in proposal.proofs] == [
        ("News number 2", "2021-06-12"),
        ("News number 1", "2021-06-11"),
        ("News number 0", "2021-06-10"),
    ]
    assert proposal.proofs[0].sentence == f"The cast of {NEW} met in week 2."
    assert [p.key for p in proposals.proposed(newsroom.settings, at_least=2)] == [
        "show/deep-harbour-nights",
        "person/zo-newcomer",
        "show/winter-storm",
    ]


def test_a_proposed_show_has_its_feed_at_once(newsroom: Newsroom) -> None:
    assert NEW.encode() in newsroom.published()["feeds/show/deep-harbour-nights.atom"]


def test_accepted_it_is_known_and_its_feed_keeps_its_id(newsroom: Newsroom) -> None:
    before = _id(newsroom.published()["feeds/show/deep-harbour-nights.atom"])
    found, path = proposals.accept(
        newsroom.settings, "deep-harbour-nights", row={"years": "2021-", "networks": ("NBC",)}
    )
    assert (found.key, path) == ("show/deep-harbour-nights", newsroom.settings.catalog_folder / "shows.psv")
    assert newsroom.build().ingest.retagged == 3
    assert ("deep-harbour-nights", NEW, True) in tags(newsroom)
    assert _id(newsroom.published()["feeds/show/deep-harbour-nights.atom"]) == before
    assert proposals.proposed(newsroom.settings) == ()


def test_accepted_under_its_right_title_it_is_still_found_by_what_articles_print(newsroom: Newsroom) -> None:
    before = _id(newsroom.published()["feeds/show/deep-harbour-nights.atom"])
    proposals.accept(newsroom.settings, "show/deep-harbour-nights", title="The Deep Harbour Nights of Rome")
    newsroom.build()
    assert ("deep-harbour-nights", "The Deep Harbour Nights of Rome", True) in tags(newsroom)
    assert _id(newsroom.published()["feeds/show/deep-harbour-nights.atom"]) == before


def test_an_accepted_person_is_known(newsroom: Newsroom) -> None:
    proposals.accept(newsroom.settings, "person/zo-newcomer", row={"roles": ("actor",)})
    newsroom.build()
    assert ("zo-newcomer", PERSON, True) in tags(newsroom)


def test_rejected_it_is_neither_tagged_nor_proposed_again(newsroom: Newsroom) -> None:
    proposals.reject(newsroom.settings, "winter-storm")
    assert [p.key for p in proposals.proposed(newsroom.settings, at_least=1)] == [
        "show/deep-harbour-nights",
        "person/zo-newcomer",
    ]
    newsroom.build()
    assert "winter-storm" not in {key for key, _, _ in tags(newsroom)}
    newsroom.write("later.md", an_article_text("Later", f"{NOISE} again and again.", date="2021-07-01T09:00:00Z"))
    newsroom.build()
    assert "winter-storm" not in {key for key, _, _ in tags(newsroom)}
    with pytest.raises(CatalogError, match="no article has an unknown show or person of that key"):
        proposals.reject(newsroom.settings, "winter-storm")


def test_a_rejected_name_is_a_show_after_all_when_the_owner_adds_it(newsroom: Newsroom) -> None:
    proposals.reject(newsroom.settings, "winter-storm")
    with pytest.raises(CatalogError, match="is rejected already"):
        proposals.reject(newsroom.settings, "winter-storm")
    cataloguing.add(newsroom.settings, TagKind.SHOW, NOISE, {})
    newsroom.build()
    assert ("winter-storm", NOISE, True) in tags(newsroom)


def test_what_is_not_proposed_cannot_be_accepted(newsroom: Newsroom) -> None:
    with pytest.raises(CatalogError, match="`feeder catalog proposed` lists them"):
        proposals.accept(newsroom.settings, "never-seen")
    with pytest.raises(CatalogError):
        proposals.accept(newsroom.settings, "person/deep-harbour-nights")
    assert not newsroom.settings.catalog_folder.exists() or not list(newsroom.settings.catalog_folder.glob("*.psv"))


def test_before_the_first_build_nothing_can_be_proposed(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="run `feeder build` first"):
        proposals.proposed(Newsroom(tmp_path).settings)


def test_what_the_owner_keeps_survives_the_loss_of_the_state(newsroom: Newsroom) -> None:
    proposals.accept(newsroom.settings, "deep-harbour-nights")
    proposals.reject(newsroom.settings, "winter-storm")
    newsroom.build()
    before = newsroom.published()
    newsroom.forget()
    newsroom.build()
    assert newsroom.published() == before


def test_a_service_that_runs_notices_what_the_owner_accepts(newsroom: Newsroom) -> None:
    opened = []

    def open_tagger(settings: Settings) -> Reading:
        opened.append(settings)
        return Reading(newsroom)

    with open_app(newsroom.settings, write=True, open_tagger=open_tagger) as app:
        assert refresh(app).ingest.retagged == 0
        proposals.accept(newsroom.settings, "deep-harbour-nights")
        assert refresh(app).ingest.retagged == 3
        cataloguing.add_alias(newsroom.settings, "deep-harbour-nights", "DHN")
        refresh(app)
        refresh(app)
    assert len(opened) == 2


def _id(feed: bytes) -> bytes:
    return feed.split(b"<id>", 1)[1].split(b"</id>", 1)[0]
