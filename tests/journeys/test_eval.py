"""Measuring through the command line, with the real tagger and catalog."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feeder.cli import main
from tests.journeys.test_corrections import MAISEL, RENEWED
from tests.journeys.whole import installed

ANNOTATED = """\
id: a-001
published: 2021-06-16
headline: [Gilmore Girls|SHOW] Renewed
main: Gilmore Girls
roles: Lauren Graham=actor; Nobody Atall=actor
events: renewal@Gilmore Girls
---
The drama series [Gilmore Girls|SHOW] was renewed for a second season.
[Lauren Graham|PER] stars with [nobody at all|PER:Nobody Atall].
"""


@pytest.fixture(autouse=True)
def _installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, {"maisel.txt": MAISEL, "renewed.txt": RENEWED})


def test_the_owners_word_is_a_test_set(capsys: pytest.CaptureFixture[str]) -> None:
    main(["tag", "maisel.txt", "--reject", "show:Gilmore Girls", "--accept", "show:Parenthood"])
    main(["tag", "renewed.txt", "--accept", "show:Gilmore Girls", "--accept", "person:Lauren Graham"])
    Path("seeds/own.md").write_text(
        "---\ntitle: Nothing to See\npeople: [Milo Ventimiglia]\n---\n\nIt rained, and that was all of it.\n"
    )
    capsys.readouterr()
    assert main(["eval", "--list"]) == 0
    assert capsys.readouterr().out == (
        "3 articles\n"
        "               precision  recall      F1   right   wrong  missed\n"
        "shows              0.500   0.500   0.500       1       1       1\n"
        "main shows             -       -       -       0       0       0\n"
        "people             1.000   0.500   0.667       1       0       1\n"
        "main people            -       -       -       0       0       0\n"
        "maisel.txt: missed show: Parenthood\n"
        "maisel.txt: wrong show: Gilmore Girls\n"
        "own.md: missed person: Milo Ventimiglia\n"
    )


def test_what_the_owner_says_an_article_is_about_is_measured_too(capsys: pytest.CaptureFixture[str]) -> None:
    main(["tag", "maisel.txt", "--accept", "show:Gilmore Girls", "--passing"])
    main(["tag", "maisel.txt", "--accept", "show:Mrs. Maisel", "--accept", "person:Lauren Graham", "--main"])
    main(["tag", "renewed.txt", "--accept", "show:Gilmore Girls", "--passing"])
    main(["tag", "renewed.txt", "--accept", "person:Lauren Graham"])
    capsys.readouterr()
    assert main(["eval", "--list"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[3].split() == ["main", "shows", "0.500", "1.000", "0.667", "1", "1", "0"], "the alias is the same show"
    assert out[5].split() == ["main", "people", "-", "0.000", "0.000", "0", "0", "1"]
    assert out[6:] == ["maisel.txt: missed main person: Lauren Graham", "renewed.txt: wrong main show: Gilmore Girls"]
    assert main(["eval", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["main_shows"]["wrong"] == 1
    assert [it["main"] for it in told["mistakes"]] == [True, True]


def test_a_correction_of_an_article_that_is_gone_is_named_and_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    main(["tag", "maisel.txt", "--reject", "show:Gilmore Girls"])
    Path("seeds/maisel.txt").unlink()
    capsys.readouterr()
    assert main(["eval"]) == 65
    error = capsys.readouterr().err
    assert "maisel.txt: is corrected, but not in" in error
    assert "nothing to measure with" in error


def test_an_owner_who_said_nothing_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval"]) == 65
    assert "nothing to measure with" in capsys.readouterr().err


def test_annotated_articles_give_figures_for_every_question(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one.ann").write_text(ANNOTATED)
    assert main(["eval", "--list", "deep"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("1 article\n")
    for name in ("shows", "main shows", "people", "main people", "actors", "plays", "events"):
        assert f"\n{name} " in out
    assert "characters as people 0, other works as shows 0\na-001: missed person: Nobody Atall\n" in out


def test_json_has_the_same_figures_and_every_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one.ann").write_text(ANNOTATED)
    assert main(["eval", "--json", "one.ann"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["articles"] == 1
    assert told["shows"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "right": 1, "wrong": 0, "missed": 0}
    assert told["people"]["recall"] == 0.5
    assert told["plays"]["f1"] is None
    assert told["characters_as_people"] == told["works_as_shows"] == 0
    assert told["mistakes"] == [
        {"article": "a-001", "kind": "person", "name": "Nobody Atall", "mistake": "missed", "main": False}
    ]


def test_annotated_articles_need_no_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "else").mkdir()
    monkeypatch.chdir(tmp_path / "else")
    Path("one.ann").write_text(ANNOTATED)
    assert main(["eval", "one.ann"]) == 0
    assert [path.name for path in Path().iterdir()] == ["one.ann"]


def test_files_that_are_no_annotated_articles_are_told_with_their_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", "seeds"]) == 65
    assert "seeds: holds no annotated articles (*.ann)" in capsys.readouterr().err
    assert main(["eval", "seeds/maisel.txt"]) == 65
    assert "seeds/maisel.txt:1: an article without a line '---'" in capsys.readouterr().err
    (tmp_path / "bad.ann").write_bytes(ANNOTATED.encode() + b"\xff")
    assert main(["eval", "bad.ann"]) == 65
    assert "bad.ann:10: not UTF-8" in capsys.readouterr().err
    (tmp_path / "empty.ann").write_text("\n")
    assert main(["eval", "empty.ann"]) == 65
    assert "empty.ann: holds no article" in capsys.readouterr().err
