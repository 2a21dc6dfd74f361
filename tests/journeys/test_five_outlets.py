"""One story told by five outlets, with the catalog and the model that come with feeder: it rings once."""

from __future__ import annotations

import json

import pytest

from feeder.service.tagger import open_tagger
from tests.builders import a_watch, an_endpoint
from tests.fakes.newsroom import Newsroom, an_article_text
from tests.outbox import deliveries

#: (outlet, headline, text) as five newsrooms would write it within two days.
CASTING = (
    (
        "Deadline",
        "Milo Ventimiglia Joins ‘The Marvelous Mrs. Maisel’ For Season 4",
        "Milo Ventimiglia is stepping onto the stage of The Marvelous Mrs. Maisel. The This Is Us star has been cast "
        "in the fourth season of the Prime Video comedy in a role that is kept secret, sources tell us.\n\nThe part "
        "reunites Ventimiglia with creator Amy Sherman-Palladino, who cast him as Jess Mariano on Gilmore Girls.",
    ),
    (
        "Variety",
        "‘Marvelous Mrs. Maisel’ Casts Milo Ventimiglia in Season 4",
        "“The Marvelous Mrs. Maisel” has added Milo Ventimiglia to its cast for Season 4. Details of the role were not "
        "given by Amazon.\n\nHe was photographed on the set in Manhattan with Rachel Brosnahan, who plays Midge.",
    ),
    (
        "TVLine",
        "Mrs. Maisel Season 4: Milo Ventimiglia to Guest-Star in Gilmore Girls Reunion",
        "This must be the place! Milo Ventimiglia is joining The Marvelous Mrs. Maisel for its upcoming fourth season, "
        "TVLine has learned.\n\nThe role, about which nothing is known, brings him back to Amy Sherman-Palladino and "
        "Dan Palladino, for whom he played rebel Jess on Gilmore Girls.",
    ),
    (
        "The Hollywood Reporter",
        "Milo Ventimiglia Joins Amazon's 'Marvelous Mrs. Maisel'",
        "Milo Ventimiglia will be seen in The Marvelous Mrs. Maisel. The Emmy nominee has joined the cast of the "
        "fourth season of the Amazon comedy, which is filming in New York.\n\nRachel Brosnahan and Alex Borstein star.",
    ),
    (
        "People",
        "Milo Ventimiglia Spotted on Set of The Marvelous Mrs. Maisel with Rachel Brosnahan — Is He Joining the Cast?",
        "Milo Ventimiglia is heading to the 1960s! The actor, 43, has joined the cast of The Marvelous Mrs. Maisel for "
        "season 4, a source confirms.\n\nHe was seen on the set in New York in a suit, next to Rachel Brosnahan.",
    ),
)
#: Later articles that name him and tell something else.
OTHERS = (
    (
        "TVLine",
        "This Is Us Boss on Jack's Secret",
        "This Is Us creator Dan Fogelman says that the last season will show what Jack did the night before the fire. "
        "Milo Ventimiglia, who plays him, directed the episode, which Mandy Moore calls the hardest she ever filmed.",
    ),
    (
        "Variety",
        "‘Company You Keep’: ABC Orders Con-Artist Drama Starring Milo Ventimiglia",
        "ABC has ordered “The Company You Keep” to series. Milo Ventimiglia stars as a con man who falls for a CIA "
        "officer played by Catherine Haena Kim. It is based on a Korean drama.",
    ),
)


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    names = ("Milo Ventimiglia", "Rachel Brosnahan")
    newsroom = Newsroom(
        tmp_path_factory.mktemp("newsroom"),
        watches=tuple(map(a_watch, names)),
        endpoints=(an_endpoint(),),
    )
    newsroom.tagger = open_tagger(newsroom.settings)
    newsroom.build()
    return newsroom


def told(newsroom: Newsroom) -> list[tuple[str, str]]:
    """(watch, outlet) of every message."""
    with newsroom.open(write=False) as app:
        bodies = [json.loads(it.body)["data"] for it in deliveries(app.store)]
    return [(it["watch"], it["entry"]["outlet"]) for it in bodies]


def test_a_story_told_by_five_outlets_rings_once_for_each_name(newsroom: Newsroom) -> None:
    for number, (outlet, title, text) in enumerate(CASTING):
        date = f"2021-06-{14 + number // 3}T{9 + number:02}:00:00Z"
        newsroom.write(f"{number}.md", an_article_text(title, text, date=date, outlet=outlet))
        newsroom.build()
    assert told(newsroom) == [("Milo Ventimiglia", "Deadline"), ("Rachel Brosnahan", "Variety")]
    with newsroom.open(write=False) as app:
        story = app.store.alerting.story_of(deliveries(app.store)[0].entry_id)
        assert story is not None
        assert len(app.store.alerting.in_story(story, "Milo Ventimiglia")) == 5
    for number, (outlet, title, text) in enumerate(OTHERS):
        newsroom.write(f"o{number}.md", an_article_text(title, text, date="2021-06-16T12:00:00Z", outlet=outlet))
        newsroom.build()
    assert told(newsroom)[2:] == [("Milo Ventimiglia", "TVLine"), ("Milo Ventimiglia", "Variety")], "others still ring"
