from __future__ import annotations

from pathlib import Path

import pytest

from feeder.model import Article, Evidence, Role, Tag, Tagging, TagKind
from feeder.text import sentences

SHOW, PERSON = "Gilmore Girls", "Milo Ventimiglia"


class TwoNames:
    """A tagger that knows one show and one person."""

    def tag(self, article: Article) -> Tagging:
        show = _evidence(article, SHOW)
        person = _evidence(article, PERSON)
        tags = []
        if show:
            tags.append(
                Tag(kind=TagKind.SHOW, id="gilmore-girls", label=SHOW, score=0.97, main=True, year=2000, evidence=show)
            )
        if person:
            tags.append(
                Tag(
                    kind=TagKind.PERSON,
                    id="milo-ventimiglia",
                    label=PERSON,
                    score=0.99,
                    main=False,
                    roles=(Role.ACTOR,),
                    characters=("Jess Mariano",),
                    evidence=person,
                )
            )
        return Tagging(tags=tuple(tags))


def _evidence(article: Article, name: str) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            start=sentence.start + sentence.text.index(name),
            end=sentence.start + sentence.text.index(name) + len(name),
            surface=name,
            sentence=sentence,
            why="it stands there",
        )
        for sentence in sentences(article.text, body_start=article.body_start)
        if name in sentence.text
    )


#: Makes a process of its own do without the model; to be followed by more of the program.
WITHOUT_MODEL = (
    f"import sys; sys.path.insert(0, {str(Path(__file__).parents[3])!r}); "
    "from feeder.service import tagger; from tests.unit.cli.conftest import TwoNames; "
    "tagger.open_tagger = lambda settings: TwoNames(); "
)

ARTICLE = """Gilmore Girls Turns Twenty

LOS ANGELES, October 5, 2020 — Twenty years ago Gilmore Girls began. Milo Ventimiglia came in season two as Jess.
It ran for seven years. The reunion followed in 2016.
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs in an empty folder of its own, with a tagger that needs no model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FEEDER_CONFIG", raising=False)
    monkeypatch.delenv("FEEDER_DEBUG", raising=False)
    monkeypatch.setattr("feeder.service.tagger.open_tagger", lambda settings: TwoNames())


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "gilmore.txt"
    path.write_text(ARTICLE)
    return path
