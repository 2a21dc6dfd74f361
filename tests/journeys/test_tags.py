"""The whole tagger, with the shipped model and catalog, on an article of seeds/."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from feeder import config
from feeder.model import Role, Tag, TagKind
from feeder.service.analyse import Analysed, analyse
from feeder.service.tagger import open_tagger

ROOT = Path(__file__).parents[2]
MAISEL = ROOT / "seeds" / "2021-06-11-ventimiglia-maisel.txt"


def analysed(path: Path) -> Analysed:
    settings = replace(config.defaults(ROOT), watches=())
    (found,) = analyse([path], settings=settings, tagger=open_tagger(settings), now=0.0)
    assert isinstance(found, Analysed)
    return found


def labels(tags: tuple[Tag, ...], kind: TagKind) -> set[str]:
    return {tag.label for tag in tags if tag.kind is kind}


def test_the_news_of_maisel_is_tagged_with_its_shows_and_its_people_and_nobody_else() -> None:
    found = analysed(MAISEL)
    tags = found.tagging.tags
    assert labels(tags, TagKind.SHOW) == {"The Marvelous Mrs. Maisel", "Gilmore Girls", "This Is Us"}
    assert labels(tags, TagKind.PERSON) == {
        "Milo Ventimiglia",
        "Amy Sherman-Palladino",
        "Daniel Palladino",
        "Sterling K. Brown",
        "Rachel Brosnahan",
        "Alex Borstein",
        "Tony Shalhoub",
        "Marin Hinkle",
        "Michael Zegen",
        "Kevin Pollak",
        "Caroline Aaron",
        "Luke Kirby",
    }
    by_label = {tag.label: tag for tag in tags}
    assert by_label["Milo Ventimiglia"].main
    assert by_label["The Marvelous Mrs. Maisel"].main
    assert not by_label["This Is Us"].main
    assert Role.CREATOR in by_label["Amy Sherman-Palladino"].roles
    assert Role.ACTOR not in by_label["Amy Sherman-Palladino"].roles
    assert Role.ACTOR not in by_label["Daniel Palladino"].roles


def test_every_tag_shows_words_that_stand_in_the_article() -> None:
    found = analysed(MAISEL)
    text = found.article.text
    for tag in found.tagging.tags:
        assert tag.evidence, tag.label
        for proof in tag.evidence:
            assert text[proof.start : proof.end] == proof.surface
            assert text[proof.sentence.start : proof.sentence.end] == proof.sentence.text
            assert proof.surface in proof.sentence.text


def test_a_show_that_only_says_where_somebody_comes_from_is_in_passing(tmp_path: Path) -> None:
    path = tmp_path / "reunion.txt"
    path.write_text(
        "The Gilmore Girls reunion that fans asked for is coming about on The Marvelous Mrs. Maisel. "
        "Milo Ventimiglia has been seen on the set of Mrs. Maisel, and he is to appear in the fourth season. "
        "His part in Mrs. Maisel is a secret.\n\n"
        "Ventimiglia previously played Jess on Gilmore Girls. The Marvelous Mrs. Maisel is filmed in New York.\n"
    )
    main = {tag.label: tag.main for tag in analysed(path).tagging.tags}
    assert main["The Marvelous Mrs. Maisel"]
    assert main["Milo Ventimiglia"]
    assert not main["Gilmore Girls"]
