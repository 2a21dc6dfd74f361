"""What `feeder tag` reads, and the form of what it says."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeder import config
from feeder.errors import SourceError
from feeder.model import Article, Event, EventType, Evidence, Role, Sentence, Tag, Tagging, TagKind
from feeder.service.analyse import Analysed, analyse, as_json
from feeder.sources import Refused
from tests.builders import an_article

TEXT = "Hooded Vigilante Renewed\n\nJune 15, 2021 - The show has been renewed. It returns in the autumn.\n"


class Untagged:
    """Finds nothing; remembers what it was shown."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def tag(self, article: Article) -> Tagging:
        self.seen.append(article.key)
        return Tagging()


def run(*paths: Path) -> list[Analysed | Refused]:
    settings = config.defaults(Path())
    return list(analyse(paths, settings=settings, tagger=Untagged(), now=datetime(2026, 1, 1, tzinfo=UTC).timestamp()))


def test_a_folder_gives_its_articles_by_name_with_their_folders(tmp_path: Path):
    (tmp_path / "b").mkdir()
    for name in ("c.txt", "a.txt", "b/x.txt"):
        (tmp_path / name).write_text(TEXT)
    assert [found.key for found in run(tmp_path)] == ["a.txt", "b/x.txt", "c.txt"]


def test_a_file_that_was_just_saved_is_read_at_once(tmp_path: Path):
    path = tmp_path / "now.txt"
    path.write_text(TEXT)
    os.utime(path, (datetime(2026, 1, 1, tzinfo=UTC).timestamp(),) * 2)
    for given in (path, tmp_path):
        (found,) = run(given)
        assert isinstance(found, Analysed)
        assert found.article.title == "Hooded Vigilante Renewed"
        assert found.summary[0].text.endswith("The show has been renewed.")


def test_files_are_taken_in_the_order_given_and_links_are_followed(tmp_path: Path):
    (tmp_path / "one.txt").write_text(TEXT)
    (tmp_path / "two.txt").symlink_to(tmp_path / "one.txt")
    (tmp_path / "100%.txt").write_text(TEXT)
    found = run(tmp_path / "two.txt", tmp_path / "100%.txt")
    assert [item.key for item in found] == ["one.txt", "100%.txt"]
    assert all(isinstance(item, Analysed) for item in found)


def test_what_is_no_article_is_named_and_stops_nothing(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes(b"")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "c.txt").write_text(TEXT)
    os.mkfifo(tmp_path / "d.txt")
    found = run(tmp_path / "a.txt", tmp_path / "b.pdf", tmp_path / "d.txt", tmp_path / "c.txt")
    assert [(item.key, isinstance(item, Refused)) for item in found] == [
        ("a.txt", True), ("b.pdf", True), ("d.txt", True), ("c.txt", False)
    ]  # fmt: skip


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path):
    with pytest.raises(SourceError, match=r"none\.txt: No such file or directory"):
        run(tmp_path / "none.txt")


def test_the_json_form_is_the_documented_one():
    article = an_article(key="maisel.txt", title="Milo Joins Maisel")
    sentence = Sentence(start=0, end=17, text="Milo Joins Maisel")
    proof = Evidence(start=0, end=4, surface="Milo", sentence=sentence, why="p=0.98")
    show = Tag(kind=TagKind.SHOW, id="maisel", label="Maisel", score=0.98765, main=True, year=2017, evidence=(proof,))
    person = Tag(
        kind=TagKind.PERSON,
        id="milo",
        label="Milo Ventimiglia",
        score=1.0,
        main=False,
        known=False,
        roles=(Role.ACTOR, Role.PRODUCER),
        characters=("A Man",),
        candidates=("milo", "milo-2"),
    )
    event = Event(type=EventType.CASTING, show="maisel", people=("milo",), evidence=(proof,))
    found = Analysed(
        key="maisel.txt",
        article=article,
        summary=(sentence, Sentence(start=20, end=24, text="More.")),
        tagging=Tagging(tags=(show, person), events=(event,)),
    )
    shown = {"text": "Milo", "start": 0, "end": 4, "sentence": "Milo Joins Maisel", "why": "p=0.98"}
    assert json.loads(json.dumps(as_json(found))) == {
        "key": "maisel.txt",
        "title": "Milo Joins Maisel",
        "summary": "Milo Joins Maisel More.",
        "published": "2021-06-15T12:00:00Z",
        "shows": [
            {
                "id": "maisel", "title": "Maisel", "score": 0.988, "main": True, "year": 2017, "known": True,
                "candidates": [], "evidence": [shown],
            }
        ],
        "people": [
            {
                "id": "milo", "name": "Milo Ventimiglia", "score": 1.0, "main": False, "roles": ["actor", "producer"],
                "characters": ["A Man"], "known": False, "candidates": ["milo", "milo-2"], "evidence": [],
            }
        ],
        "events": [{"type": "casting", "show": "Maisel", "people": ["Milo Ventimiglia"], "evidence": [shown]}],
    }  # fmt: skip
