"""From an article to a reader that does not ask: all of a feeder at work, and a subscriber that is not part of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import pytest

from feeder.config import Websub
from tests import atom_rules, json_rules, rss_rules
from tests.fakes.newsroom import Newsroom
from tests.fakes.receiver import Exchange, Receiver
from tests.fakes.site import Site, a_site, until

BASE = "https://feeds.example.org"
TOPIC = f"{BASE}/feeds/all.atom"
_ATOM = "{http://www.w3.org/2005/Atom}link"


class Callback(Receiver):
    """Confirms what it is asked, and keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.modes: list[str] = []
        self.content: list[tuple[dict[str, str], bytes]] = []
        self._behaviours = _Whatever(self._answer)

    def _answer(self, x: Exchange) -> None:
        if x.request.method == "GET":
            query = parse_qs(urlsplit(x.request.path).query)
            x.answer(200, query["hub.challenge"][0].encode())
            self.modes.append(query["hub.mode"][0])
        else:
            x.answer(204)
            self.content.append((x.request.headers, x.request.body))


class _Whatever(dict):  # type: ignore[type-arg]  # of one behaviour
    def __init__(self, behaviour: object) -> None:
        super().__init__()
        self._behaviour = behaviour

    def get(self, key: object, default: object = None) -> object:
        return self._behaviour


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = Newsroom(tmp_path)
    hubs = (f"{BASE}/hub", "https://hub.example/")
    room.configure(site=replace(room.settings.site, hubs=hubs), websub=Websub(hub=True, networks=("127.0.0.0/8",)))
    room.write("one.txt", "Lauren Graham returns\n\nLauren Graham said so on Monday.\n")
    return room


@pytest.fixture
def site(room: Newsroom) -> Iterator[Site]:
    with a_site(room) as site:
        yield site


def test_a_subscriber_is_told_of_an_article_by_itself_until_it_unsubscribes(room: Newsroom, site: Site) -> None:
    with Callback() as callback:
        wish = {
            "hub.mode": "subscribe",
            "hub.topic": TOPIC,
            "hub.callback": callback.url("/in?me"),
            "hub.secret": "s3",
        }
        assert site.ask("/hub", form=wish).status == 202
        until(lambda: callback.modes == ["subscribe"])
        until(lambda: site.service.app.store.audience.count_subscriptions() == 1)
        room.write("two.txt", "Milo Ventimiglia stays\n\nMilo Ventimiglia said so on Monday.\n")
        until(lambda: callback.content and b"Milo Ventimiglia stays" in callback.content[-1][1])
        headers, body = callback.content[-1]
        assert headers["x-hub-signature"] == "sha256=" + hmac.new(b"s3", body, hashlib.sha256).hexdigest()
        assert site.ask("/feeds/all.atom").body == body
        assert site.ask("/hub", form=wish | {"hub.mode": "unsubscribe"}).status == 202
        until(lambda: site.service.app.store.audience.count_subscriptions() == 0)
        told = len(callback.content)
        room.write("three.txt", "Alexis Bledel leaves\n\nAlexis Bledel said so on Monday.\n")
        until(lambda: b"Alexis Bledel leaves" in site.ask("/feeds/all.atom").body)
        assert len(callback.content) == told


def test_subscribers_find_the_hubs_in_every_feed_and_beside_it(site: Site) -> None:
    atom = site.ask("/feeds/all.atom")
    assert atom.headers["link"] == (
        f'<{BASE}/hub>; rel="hub", <https://hub.example/>; rel="hub", <{TOPIC}>; rel="self"'
    )
    expected = [f"{BASE}/hub", "https://hub.example/"]
    for reply in (atom, site.ask("/feeds/all.rss")):
        links = ET.fromstring(reply.body).iter(_ATOM)
        assert [link.get("href") for link in links if link.get("rel") == "hub"] == expected
    told = json.loads(site.ask("/feeds/all.json").body)
    assert told["hubs"] == [{"type": "WebSub", "url": address} for address in expected]
    assert "link" not in site.ask("/feeds.opml").headers
    assert site.ask("/feeds/all.atom").headers["link"] == atom.headers["link"], "also from memory"


@pytest.mark.parametrize(("form", "rules"), [("atom", atom_rules), ("rss", rss_rules), ("json", json_rules)])
def test_feeds_that_name_hubs_are_valid(site: Site, form: str, rules: ModuleType) -> None:
    feed = site.ask(f"/feeds/all.{form}").body
    assert b"https://hub.example/" in feed
    assert rules.problems(feed, location=f"{BASE}/feeds/all.{form}") == []


def test_the_hub_says_what_is_wrong_with_a_request(site: Site) -> None:
    good = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.callback": "https://reader.example/"}
    assert site.ask("/hub").status == 405
    assert site.ask("/hub", form=good, content_type="application/json").status == 415
    assert site.ask("/hub", form=good | {"x": "y" * 20_000}).status == 413
    assert site.ask("/hub", form=good | {f"x{n}": "" for n in range(60)}).status == 400
    refused = site.ask("/hub", form=good | {"hub.topic": f"{BASE}/feeds/never.atom"})
    assert (refused.status, refused.body) == (400, b"hub.topic is no public feed of this site.\n")
    assert site.service.app.store.audience.intentions() == ()


def test_there_is_no_hub_unless_the_owner_wants_one(room: Newsroom) -> None:
    room.configure(site=replace(room.settings.site, hubs=()), websub=Websub())
    with a_site(room) as site:
        assert site.ask("/hub", form={"hub.mode": "subscribe"}).status in (404, 405)
        assert b"hub" not in site.ask("/feeds/all.atom").body
