"""Feeds that are not for everybody: each subscriber has addresses of their own, and nobody else reads a word."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from feeder.config import Owner
from feeder.service import clock, privacy
from feeder.storage import open_store
from tests.fakes.newsroom import Newsroom
from tests.fakes.site import Site, a_site

BASE = "https://feeds.example.org"


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return a_private_room(tmp_path)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for those who get nothing from it."""
    with a_site(a_private_room(tmp_path_factory.mktemp("closed"))) as site:
        yield site


def a_private_room(folder: Path) -> Newsroom:
    room = Newsroom(folder)
    hub = replace(room.settings.site, hubs=("https://hub.example/",))
    room.configure(private=("*",), feed_limit=1, site=hub)
    for number in range(3):
        room.write(f"{number}.txt", f"Lauren Graham returns {number}\n\nLauren Graham said so on day {number}.\n")
        room.build()
    return room


def invited(room: Newsroom, name: str = "Ada") -> str:
    """The path below which this new subscriber reads, "/s/..."; as the command does it, beside the service."""
    store = open_store(room.state, write=True, beside=True)
    try:
        return urlsplit(privacy.invite(store, room.settings, name, now=clock.now()).list).path.removesuffix(
            "/feeds.opml"
        )
    finally:
        store.close()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/feeds/all.atom",
        "/feeds/all/1.atom",
        "/feeds/person/lauren-graham.json",
        "/feeds.opml",
        "/index.html",
        "/people.html",
        "/person/lauren-graham",
        "/search?q=lauren",
        "/api/entries",
        "/api/topics/person/lauren-graham/entries",
        "/s/",
        "/s/guess/feeds/all.atom",
        "/s//feeds/all.atom",
    ],
)
def test_a_stranger_is_told_nothing_not_even_whether_there_is_a_feed(closed: Site, path: str) -> None:
    nothing = closed.ask("/feeds/never.atom")
    reply = closed.ask(path, host="feeds.example.org")
    assert (reply.status, reply.body) == (404, nothing.body)
    assert "etag" not in reply.headers


def test_a_subscriber_reads_all_feeds_and_archives_under_an_address_of_their_own(room: Newsroom) -> None:
    below = invited(room)
    with a_site(room) as site:
        for form in ("atom", "rss", "json"):
            reply = site.ask(f"{below}/feeds/all.{form}", accept_encoding="identity")
            assert reply.status == 200
            assert reply.headers["cache-control"].startswith("private, max-age=")
            assert reply.headers["x-robots-tag"] == "noindex"
            text = reply.body.decode()
            assert f'"{BASE}/feeds/' not in text, "an address that leads nowhere"
            assert "hub.example" not in text, "no hub gets to know a private address"
            assert "link" not in reply.headers
            assert "Lauren Graham" in text
            assert site.ask(f"{below}/feeds/all.{form}", if_none_match=reply.headers["etag"]).status == 304
        feed = json.loads(site.ask(f"{below}/feeds/all.json").body)
        assert feed["feed_url"] == f"{BASE}{below}/feeds/all.json"
        older = site.ask(feed["next_url"].removeprefix(BASE))
        assert older.status == 200
        assert json.loads(older.body)["feed_url"] == feed["next_url"]


def test_the_list_for_a_reader_has_the_subscribers_own_addresses(room: Newsroom) -> None:
    below = invited(room)
    with a_site(room) as site:
        reply = site.ask(f"{below}/feeds.opml")
        addresses = [it.get("xmlUrl") for it in ET.fromstring(reply.body).iter("outline") if it.get("xmlUrl")]
        assert len(addresses) == 2
        for address in addresses:
            assert address is not None
            assert address.startswith(f"{BASE}{below}/feeds/")
            assert site.ask(address.removeprefix(BASE)).status == 200
        assert site.ask(f"{below}/index.html").status == 404
        assert site.ask(f"{below}/feeds/never.atom").status == 404
        assert site.ask(f"{below}/../feeds.opml").status == 404


def test_a_revoked_address_leads_nowhere_and_those_of_others_stay(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy, "STALE", 0.0)
    ada, ben = invited(room, "Ada"), invited(room, "Ben")
    with a_site(room) as site:
        assert site.ask(f"{ada}/feeds/all.atom").status == site.ask(f"{ben}/feeds/all.atom").status == 200
        store = open_store(room.state, write=True, beside=True)
        privacy.revoke(store, "Ada")
        store.close()
        assert site.ask(f"{ada}/feeds/all.atom").status == 404
        assert site.ask(f"{ben}/feeds/all.atom").status == 200
        late = invited(room, "Ada")
        assert late != ada
        assert site.ask(f"{late}/feeds/all.atom").status == 200
        used = {it.name: it.used for it in site.service.app.store.audience.subscribers()}
        assert None not in used.values(), "it is seen which addresses are in use"


def test_no_token_is_kept_anywhere(room: Newsroom) -> None:
    token = invited(room).removeprefix("/s/")
    with a_site(room) as site:
        assert site.ask(f"/s/{token}/feeds/all.atom").status == 200
    for folder, _, names in os.walk(room.settings.path.parent):
        for name in names:
            assert token.encode() not in (Path(folder) / name).read_bytes(), name


def test_the_owner_still_sees_the_pages(room: Newsroom) -> None:
    room.configure(owner=Owner(token="t" * 32))
    with a_site(room) as site:
        assert site.ask("/", authorization=f"Bearer {'t' * 32}").status == 200
        assert site.ask("/", authorization=f"Bearer {'u' * 32}").status == 404
        sent_on = site.ask("/search?q=x", sec_fetch_mode="navigate")
        assert (sent_on.status, sent_on.headers["location"]) == (303, "/login")
        assert site.ask("/login").status == 200
        assert site.ask("/healthz").status == 200


def test_only_the_feeds_that_are_named_are_private(room: Newsroom) -> None:
    room.configure(private=("person/*",))
    below = invited(room)
    with a_site(room) as site:
        for path in ("/feeds/person/lauren-graham.atom", "/feeds/person/lauren-graham.rss", "/person/lauren-graham"):
            assert site.ask(path, host="x").status == 404, path
            assert site.ask(path, host="x").status == 404, f"{path}, when it is in memory"
        assert site.ask(f"{below}/feeds/person/lauren-graham.atom").status == 200
        assert site.ask("/feeds/person/lauren-graham.atom").status == 404
        assert site.ask("/feeds/all.atom").status == 200
        public, mine = (site.ask(f"{path}/feeds.opml").body for path in ("", below))
        assert b"feeds/person/" not in public
        assert b"feeds/all.atom" in public
        assert f"{below}/feeds/person/lauren-graham.atom".encode() in mine
