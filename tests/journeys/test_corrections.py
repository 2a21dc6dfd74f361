"""The owner corrects tags through the command line; the real tagger and catalog, a real store and real feeds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from feeder import config
from feeder.cli import main
from feeder.model import TopicKind
from feeder.service.app import open_app
from feeder.service.ingest import ingest
from feeder.topics import ALL
from tests.journeys.whole import installed, whole_tagger

MAISEL = """Milo Ventimiglia Joins The Marvelous Mrs. Maisel

June 15, 2021 - Milo Ventimiglia has joined the fourth season of the comedy series The Marvelous Mrs. Maisel.

It reunites him with Amy Sherman-Palladino, who created Gilmore Girls. Lauren Graham stars in the drama series
Gilmore Girls. The new season starts next year.
"""
RENEWED = """Gilmore Girls Renewed

June 16, 2021 - The drama series Gilmore Girls was renewed for a second season. Lauren Graham stars.
"""


@pytest.fixture(autouse=True)
def _installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, {"maisel.txt": MAISEL, "renewed.txt": RENEWED})


def run(*arguments: str) -> int:
    return main(["--quiet", *arguments])


def tags() -> dict[str, set[str]]:
    """Labels of shows and people by file, as they are in the store."""
    with open_app(config.load(Path("config.toml")), write=False) as app:
        entries = app.store.topics.latest(ALL, 100)
    return {e.entry.article.key: {tag.label for tag in e.entry.tags} for e in entries}


def changed() -> dict[str, object]:
    with open_app(config.load(Path("config.toml")), write=False) as app:
        return {e.entry.article.key: e.changed for e in app.store.topics.latest(ALL, 100)}


def test_a_rejected_show_leaves_the_article_at_the_next_build_and_no_other_one() -> None:
    assert run("build") == 0
    assert "Gilmore Girls" in tags()["maisel.txt"]
    assert run("tag", "maisel.txt", "--reject", "show:Gilmore Girls") == 0
    assert run("build") == 0
    assert "Gilmore Girls" not in tags()["maisel.txt"]
    assert "Gilmore Girls" in tags()["renewed.txt"]
    assert "Lauren Graham" in tags()["maisel.txt"]


def test_a_correction_is_no_news_to_the_readers_of_a_feed() -> None:
    run("build")
    before = changed()
    run("tag", "seeds/maisel.txt", "--reject", "person:Lauren Graham", "--accept", "show:Parenthood", "--passing")
    run("build")
    assert "Parenthood" in tags()["maisel.txt"]
    assert changed() == before


def test_corrections_survive_the_loss_of_the_state() -> None:
    run("tag", "maisel.txt", "--reject", "show:Gilmore Girls")
    run("tag", "--always", "--reject", "person:Lauren Graham")
    run("build")
    before = tags()
    assert "Lauren Graham" not in before["maisel.txt"] | before["renewed.txt"]
    shutil.rmtree("state")
    run("build")
    assert tags() == before


def test_a_correction_goes_with_the_article_when_its_file_is_renamed_or_edited() -> None:
    run("tag", "maisel.txt", "--reject", "show:Gilmore Girls")
    run("build")
    Path("seeds/old").mkdir()
    Path("seeds/maisel.txt").rename("seeds/old/ventimiglia.txt")
    run("build")
    assert "Gilmore Girls" not in tags()["old/ventimiglia.txt"]
    Path("seeds/renewed.txt").write_text(RENEWED.replace("second", "third"))
    run("tag", "renewed.txt", "--reject", "person:Lauren Graham")
    Path("seeds/renewed.txt").write_text(RENEWED.replace("second", "tenth"))
    run("build")
    assert "Lauren Graham" not in tags()["renewed.txt"]


def test_what_is_taken_back_is_tagged_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    run("build")
    before = tags()
    run("tag", "--always", "--reject", "show:Gilmore Girls")
    run("build")
    assert "Gilmore Girls" not in tags()["renewed.txt"]
    assert run("tag", "--corrections") == 0
    assert capsys.readouterr().out == "   1  always: reject show Gilmore Girls\n"
    assert run("tag", "--forget", "1") == 0
    run("build")
    assert tags() == before


def test_only_the_articles_that_a_correction_speaks_of_are_tagged_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Counting:
        seen: list[str] = []  # noqa: RUF012 - of this test alone

        def tag(self, article):  # type: ignore[no-untyped-def]
            self.seen.append(article.key)
            return whole_tagger().tag(article)

    run("build")
    monkeypatch.setattr("feeder.service.tagger.open_tagger", lambda settings: Counting())
    run("tag", "--always", "--reject", "person:Milo Ventimiglia")
    run("tag", "--always", "--reject", "show:Bear")
    run("build")
    assert Counting.seen == ["maisel.txt"]
    run("build")
    assert Counting.seen == ["maisel.txt"]


def test_what_is_taken_back_while_a_build_was_stopped_in_the_middle_is_tagged_as_before() -> None:
    run("build")
    before = tags()
    run("tag", "--always", "--reject", "show:Gilmore Girls")
    asked: list[bool] = []

    def after_the_first() -> bool:
        asked.append(True)
        return len(asked) > 1

    with open_app(config.load(Path("config.toml")), write=True) as app:
        assert not ingest(app, stopping=after_the_first).complete
    assert sum("Gilmore Girls" in labels for labels in tags().values()) == 1
    run("tag", "--forget", "1")
    run("build")
    assert tags() == before


def test_a_feed_is_not_handed_on_because_one_article_was_corrected() -> None:
    Path("seeds/ghosts.txt").write_text(
        "Ghosts Renewed\n\nJune 17, 2021 - The BBC One comedy series Ghosts was renewed for a fourth season. "
        "Charlotte Ritchie stars as Alison Cooper.\n"
    )
    run("build")
    assert Path("public/feeds/show/ghosts-2019.atom").exists()
    run("tag", "ghosts.txt", "--accept", "show:ghosts-2021")
    run("build")
    assert Path("public/feeds/show/ghosts-2021.atom").exists()
    with open_app(config.load(Path("config.toml")), write=False) as app:
        former = app.store.topics.former(TopicKind.SHOW, "ghosts-2019")
    assert former is None or former.slug is None


def test_explain_and_json_say_that_it_is_the_owners_word(capsys: pytest.CaptureFixture[str]) -> None:
    run("tag", "maisel.txt", "--accept", "show:Gilmore Girls", "--main")
    assert run("explain", "seeds/maisel.txt") == 0
    assert "[Gilmore Girls] the owner's word" in capsys.readouterr().out
    assert run("tag", "seeds/maisel.txt", "--json") == 0
    assert '"why": "the owner\'s word' in capsys.readouterr().out


def test_the_file_is_one_readable_line_for_each_word(capsys: pytest.CaptureFixture[str]) -> None:
    run("tag", "maisel.txt", "--accept", "show:Gilmore Girls", "--main", "--reject", "person:Lauren Graham")
    lines = Path("corrections.psv").read_text().splitlines()
    assert lines[1:3] == [
        "article|word|kind|name|main|headline|digest",
        f"maisel.txt|reject|person|Lauren Graham||Milo Ventimiglia Joins The Marvelous Mrs. Maisel|{lines[2][-16:]}",
    ]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("nothing.txt", "--reject", "show:Bear"), "nothing.txt: no file in the article folder"),
        (("../config.toml", "--reject", "show:Bear"), "no file in the article folder"),
        (("maisel.txt", "--reject", "film:Bear"), 'expected something like show:"Gilmore Girls"'),
        (("maisel.txt", "--reject", "show:a|b"), "a '|' cannot stand in 'a|b'"),
        (
            ("maisel.txt", "--reject", "show:Gilmor Gils"),
            "'Gilmor Gils' stands neither in maisel.txt nor in the catalog",
        ),
        (
            ("maisel.txt", "--accept", "show:Gilmor Gils"),
            "'Gilmor Gils' stands neither in maisel.txt nor in the catalog",
        ),
        (("maisel.txt", "--accept", "show:Ghosts"), "is the name of several shows; write show:ghosts"),
        (("maisel.txt", "--accept", "show:You", "--reject", "show:you"), "is accepted and rejected"),
        (("maisel.txt", "renewed.txt", "--accept", "show:You"), "name the one article"),
        (("--reject", "show:You"), "name the one article"),
        (("maisel.txt", "--always", "--reject", "show:You"), "--always is said of every article"),
        (("--always", "--accept", "show:You", "--main"), "--main and --passing"),
        (("maisel.txt", "--main"), "--main and --passing: of what?"),
        (("--forget", "1"), "no correction has the number 1; it has none"),
        (("--corrections", "maisel.txt"), "--corrections goes alone"),
        ((), "name files or folders"),
    ],
)
def test_a_word_that_cannot_be_kept_is_refused_and_nothing_is_written(
    arguments: tuple[str, ...], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("tag", *arguments) in {2, 65}
    assert problem in capsys.readouterr().err
    assert not Path("corrections.psv").exists()


def test_front_matter_is_not_to_be_corrected_beside_itself(capsys: pytest.CaptureFixture[str]) -> None:
    Path("seeds/own.md").write_text("---\ntitle: Own\nshows: [Gilmore Girls]\n---\n\nA text of some words.\n")
    assert run("tag", "own.md", "--reject", "show:Gilmore Girls") == 65
    assert "own.md: its front matter lists its shows and has the last word" in capsys.readouterr().err
    assert run("tag", "own.md", "--accept", "person:Lauren Graham") == 0


def test_a_broken_file_stops_the_build_with_its_line_and_loses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run("build")
    before = tags()
    Path("corrections.psv").write_text("article|word|kind|name|main|headline|digest\nalways|no|show|Bear|||\n")
    assert run("build") == 65
    assert "corrections.psv:2: word: expected accept or reject, got 'no'" in capsys.readouterr().err
    assert tags() == before
