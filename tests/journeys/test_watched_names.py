"""Names as owners write them and as articles print them, with the catalog and the model that come with feeder."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feeder import alerts, config
from feeder.model import Entry, Watch
from feeder.service.tagger import CatalogTagger, named, open_tagger
from tests.builders import a_watch, an_article

NAMES = ("Zendaya Coleman", "The Rock", "Ewald Brockmann-Tietze", "Zoe Kravitz", "Milo Ventimiglia", "Chris Evans")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[CatalogTagger, tuple[Watch, ...]]:
    watches = tuple(map(a_watch, NAMES))
    settings = replace(config.defaults(tmp_path_factory.mktemp("desk")), watches=watches)
    tagger = open_tagger(settings)
    return tagger, tuple(named(watch, tagger) for watch in watches)


@pytest.mark.parametrize(
    ("body", "rings", "waits"),
    [
        ("Zendaya won an Emmy for Euphoria, the HBO drama.", "Zendaya Coleman", None),
        ("Dwayne Johnson stars in the new season of Young Rock on NBC.", "The Rock", None),
        ("This Is Us has added Ewald Brockmann-Tietze to its cast as a neighbour.", "Ewald Brockmann-Tietze", None),
        ("Zoë Kravitz stars in Big Little Lies on HBO.", "Zoe Kravitz", None),
        ("Chris Evans stars in Defending Jacob on Apple TV+.", "Chris Evans", None),
        ("Chris Evans spoke on Monday.", None, "Chris Evans"),
        ("Mandy Moore stars in This Is Us.", None, None),
    ],
    ids=[
        "an alias of the catalog",
        "a nickname",
        "nobody knows him",
        "accents",
        "certain",
        "which one?",
        "another one",
    ],
)
def test_a_watched_name_rings_however_it_is_known(
    desk: tuple[CatalogTagger, tuple[Watch, ...]], body: str, rings: str | None, waits: str | None
) -> None:
    tagger, watches = desk
    article = an_article(title="News of the Day", body=body)
    found = tagger.tag(article)
    entry = Entry(id="x", article=article, summary=(), tags=found.tags, events=found.events, digest="")
    judged = [alert for alert in (alerts.judge(watch, entry) for watch in watches) if alert is not None]
    assert [it.watch for it in judged if not it.doubt] == ([rings] if rings else [])
    assert [it.watch for it in judged if it.doubt] == ([waits] if waits else [])
    assert all(it.evidence for it in judged)


def test_a_misspelt_name_never_goes_unnoticed(desk: tuple[CatalogTagger, tuple[Watch, ...]]) -> None:
    tagger, watches = desk
    article = an_article(title="News", body="Milo Ventimilia has joined the cast of The Marvelous Mrs. Maisel.")
    found = tagger.tag(article)
    entry = Entry(id="x", article=article, summary=(), tags=found.tags, events=found.events, digest="")
    assert any(alerts.judge(watch, entry) is not None for watch in watches if watch.name == "Milo Ventimiglia")
