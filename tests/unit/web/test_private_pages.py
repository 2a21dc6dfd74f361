"""What only subscribers get is on no page and in no answer for anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.house import TOKEN, House, a_house
from tests.fakes.newsroom import an_article_text

ARTICLES = {
    "a.md": an_article_text(),
    "b.md": an_article_text("Lauren Graham is back", "Lauren Graham is back.", date="2021-07-01"),
}


def private(house: House, value: str) -> None:
    path = house.room.settings.path
    path.write_text(path.read_text() + f"\n[server]\nprivate = {value}\n")
    house.running.reload()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_house(tmp_path, ARTICLES) as house:
        yield house


def test_a_private_topic_is_not_there_for_strangers_and_there_for_the_owner(house: House) -> None:
    private(house, '["watch/*", "show/gilmore-girls"]')
    hidden = (
        "/watch/lauren-graham",
        "/show/gilmore-girls",
        "/show/gilmore-girls.opml",
        "/api/topics/show/gilmore-girls",
    )
    for path in hidden:
        assert house.ask(path).status == 404, path
    for path in (
        "/",
        "/watches",
        "/topics",
        "/topics?kind=show",
        "/search?q=gilmore+girls",
        "/api/topics",
        "/api/watches",
    ):
        text = house.ask(path).text
        assert "show/gilmore-girls" not in text, path
        assert "watch/lauren-graham" not in text, path
    assert "show/gilmore-girls" not in house.ask("/person/milo-ventimiglia").text
    assert "Lauren Graham" not in house.ask("/watches").text
    assert '"entries":[]' in house.ask("/api/search?kind=watch").text
    assert '"entries":[]' in house.ask("/api/search?show=gilmore-girls").text
    cookie = house.log_in(TOKEN)
    for path in hidden[:2]:
        assert house.ask(path, cookie=cookie).status == 200
    assert "Lauren Graham" in house.ask("/watches", cookie=cookie).text
    assert house.ask(hidden[-1], authorization=f"Bearer {TOKEN}").status == 200


def test_where_everything_is_private_strangers_see_the_log_in_and_nothing_else(house: House) -> None:
    private(house, "true")
    entry = house.path_of("Lauren Graham is back")
    for path in ("/", "/topics", "/search?q=lauren", "/show/gilmore-girls", entry, "/watches", "/opml"):
        reply = house.ask(path)
        assert reply.status in (303, 404), path
        assert b"Lauren" not in reply.body
    for path in ("/api/entries", "/api/search?q=x", f"/api/entries/{entry.rpartition('/')[2]}", "/api/watches"):
        assert house.ask(path).status == 401
    assert house.ask("/login").status == 200
    assert "Lauren" in house.ask("/", cookie=house.log_in(TOKEN)).text
