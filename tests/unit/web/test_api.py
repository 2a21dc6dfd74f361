"""The API: the same answers as JSON, as its description says, whatever is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from feeder.web.openapi import document
from tests.fakes.client import Reply
from tests.fakes.house import TOKEN, House, a_house
from tests.fakes.newsroom import an_article_text
from tests.feed_values import SITE

MAISEL = "Milo Ventimiglia Joins The Marvelous Mrs. Maisel"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = {f"{n}.md": an_article_text(f"Story {n:02}", date=f"2021-06-{1 + n:02}") for n in range(25)}
    found["maisel.md"] = an_article_text(link="https://example.org/maisel", outlet="TV Line")
    with a_house(tmp_path_factory.mktemp("api"), found) as house:
        house.room.write(
            "new.md", an_article_text("Lauren Graham is back", "Lauren Graham is back.", date="2021-07-01")
        )
        house.running.refresh()
        yield house


def get(house: House, path: str, **headers: str) -> Any:
    reply = house.ask(path, **headers)
    assert reply.status == 200, reply.text
    assert reply.headers["content-type"] == "application/json"
    return json.loads(reply.body)


def check(body: object, operation: str) -> None:
    """Against the schema of the operation's answer."""
    described = document(SITE)
    (schema,) = [
        it["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        for it in described["paths"].values()
        if it.get("get", {}).get("operationId") == operation
    ]
    jsonschema_rs.validate({**schema, "components": described["components"]}, body)


def test_entries_come_in_pages_that_hold_each_of_them_once(house: House) -> None:
    seen: list[str] = []
    path: str | None = "/api/entries"
    while path:
        body = get(house, path)
        check(body, "entries")
        seen += [it["title"] for it in body["entries"]]
        assert body["count"] == 27
        path = body["next"] and body["next"].removeprefix("https://feeds.example.org")
    assert len(seen) == len(set(seen)) == 27
    assert seen[0] == "Lauren Graham is back"
    assert house.ask("/api/entries").headers["link"].endswith('; rel="next"')


def test_an_entry_tells_its_tags_and_their_evidence(house: House) -> None:
    key = house.path_of(MAISEL).rpartition("/")[2]
    entry = get(house, f"/api/entries/{key}")
    check(entry, "entry")
    assert (entry["title"], entry["outlet"], entry["link"]) == (MAISEL, "TV Line", "https://example.org/maisel")
    assert {"milo-ventimiglia", "gilmore-girls"} <= {tag["id"] for tag in entry["tags"]}
    assert all(tag["slug"] for tag in entry["tags"])
    evidence = get(house, f"/api/entries/{key}/evidence")
    check(evidence, "evidence")
    for tag in evidence["tags"]:
        for proof in tag["evidence"]:
            start, end = proof["in_sentence"]
            assert proof["sentence"][start:end] == proof["text"] == tag["label"]


def test_a_search_tells_where_it_found_what(house: House) -> None:
    found = get(house, "/api/search?q=%22fourth+season%22&person=milo-ventimiglia&since=2021-06-14&until=2021-06-14")
    check(found, "search")
    assert [it["title"] for it in found["entries"]] == ["Story 13", MAISEL] or len(found["entries"]) == 2
    for excerpt in found["excerpts"]:
        ((start, end),) = excerpt["marks"]
        assert excerpt["text"][start:end] == "fourth season"


def test_topics_are_listed_and_told_of(house: House) -> None:
    listed = get(house, "/api/topics?kind=show&q=gilmore")
    check(listed, "topics")
    (topic,) = listed["topics"]
    assert topic["feeds"]["atom"] == "https://feeds.example.org/feeds/show/gilmore-girls.atom"
    about = get(house, "/api/topics/show/the-marvelous-mrs-maisel")
    check(about, "topic")
    assert {"name": "Milo Ventimiglia", "character": "Sylvio", "slug": "milo-ventimiglia"} in about["cast"]
    assert about["related"][0]["shared"] == 26
    entries = get(house, "/api/topics/show/the-marvelous-mrs-maisel/entries")
    check(entries, "topicEntries")
    assert len(entries["entries"]) == 20
    assert entries["next"].startswith(
        "https://feeds.example.org/api/topics/show/the-marvelous-mrs-maisel/entries?before="
    )


def test_where_alerts_go_is_told_to_the_owner_only(house: House) -> None:
    strangers = get(house, "/api/watches")
    check(strangers, "watches")
    assert strangers["watches"][0]["endpoints"] is None
    owners = get(house, "/api/watches", authorization=f"Bearer {TOKEN}")
    assert owners["watches"][0]["endpoints"] == ["desk"]
    assert (strangers["watches"][0]["table"], owners["watches"][0]["table"]) == (
        None,
        {"name": "Lauren Graham", "endpoint": ["desk"]},
    )
    refused = house.ask("/api/deliveries")
    assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
    reply = house.ask("/api/deliveries", authorization=f"Bearer {TOKEN}")
    assert reply.headers["cache-control"] == "private, no-store"
    deliveries = json.loads(reply.body)
    check(deliveries, "deliveries")
    assert deliveries["deliveries"][0]["watch"] == "Lauren Graham"
    assert deliveries["deliveries"][0]["entry"]["title"] == "Lauren Graham is back"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/entries/nothing", 404),
        ("/api/topics/show/nothing", 404),
        ("/api/topics/nothing/x", 400),
        ("/api/entries?before=x", 400),
        ("/api/search?since=2021-13-01", 400),
        ("/api/search?kind=x", 400),
        (f"/api/search?q={'x' * 301}", 400),
        ("/api/nothing", 404),
        ("/api/", 404),
    ],
)
def test_what_cannot_be_answered_is_told_as_json(house: House, path: str, status: int) -> None:
    reply = house.ask(path)
    assert reply.status == status
    assert json.loads(reply.body)["error"]


def test_an_answer_is_not_sent_again_to_those_who_have_it(house: House) -> None:
    first = house.ask("/api/topics")
    assert house.ask("/api/topics", if_none_match=first.headers["etag"]).status == 304


def test_the_description_describes_every_route_and_nothing_else(house: House) -> None:
    from feeder.web.api import Api

    described = get(house, "/api/openapi.json")
    routes = {route.path_format for route in Api(None).routes}  # type: ignore[arg-type,attr-defined]  # only its routes
    assert set(described["paths"]) == routes - {"/api/{rest}"}
    assert described["servers"] == [{"url": "https://feeds.example.org"}]


def send(house: House, method: str, path: str, table: object = None, **headers: str) -> Reply:
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json", **headers}
    return house.ask(path, method=method, body=None if table is None else json.dumps(table).encode(), **headers)


def test_a_program_of_the_owners_adds_changes_and_removes_a_watch(house: House) -> None:
    path = house.room.settings.path
    before = path.read_text()
    table = {"name": "Gilmore Girls", "kind": "show", "endpoint": "desk", "when": "daily at 08:00 Europe/Berlin"}
    added = send(house, "POST", "/api/watches", table)
    assert (added.status, json.loads(added.body)) == (201, {**table, "endpoint": ["desk"]})
    changed = send(
        house, "PUT", "/api/watches/gilmore%20girls", {**table, "name": "A/B & C", "mute_until": "2030-12-24"}
    )
    assert (changed.status, json.loads(changed.body)["mute_until"]) == (200, "2030-12-24")
    assert "mute_until = 2030-12-24\n" in path.read_text()
    owners = get(house, "/api/watches", authorization=f"Bearer {TOKEN}")
    check(owners, "watches")
    assert send(house, "PUT", "/api/watches/A%2FB%20%26%20C", owners["watches"][-1]["table"]).status == 200
    assert send(house, "DELETE", "/api/watches/A%2FB%20%26%20C").status == 204
    assert send(house, "DELETE", "/api/watches/A%2FB%20%26%20C").status == 404
    assert path.read_text() == before


def test_a_program_is_told_what_is_wrong_with_a_watch_by_key(house: House) -> None:
    before = house.room.settings.path.read_text()
    for method, path in (
        ("POST", "/api/watches"),
        ("PUT", "/api/watches/Lauren%20Graham"),
        ("POST", "/api/watches/try"),
    ):
        reply = send(house, method, path, {"name": "X", "when": "sometimes", "colour": "green", "endpoint": "desk"})
        assert reply.status == 422
        assert set(json.loads(reply.body)["fields"]) == {"when", "colour"}
    assert send(house, "POST", "/api/watches", []).status == 400
    assert send(house, "POST", "/api/watches", {}, content_type="text/plain").status == 400
    assert send(house, "POST", "/api/watches", "x" * 70_000).status == 400
    assert send(house, "PUT", "/api/watches/nobody", {"name": "X", "endpoint": "desk"}).status == 404
    assert house.room.settings.path.read_text() == before


def test_a_watch_is_tried_by_a_program(house: House) -> None:
    reply = send(house, "POST", "/api/watches/try?days=36500", {"name": "Milo Ventimiglia"})
    assert reply.status == 200
    body = json.loads(reply.body)
    described = document(SITE)
    schema = {"$ref": "#/components/schemas/Trial", "components": described["components"]}
    jsonschema_rs.validate(schema, body)
    assert body["entries"] == 27
    assert body["alerts"][0]["evidence"][0]["text"] == "Milo Ventimiglia"
    assert send(house, "POST", "/api/watches/try?days=0", {"name": "X"}).status == 400
    assert send(house, "POST", "/api/watches/try?replacing=nobody", {"name": "X"}).status == 404


def test_only_the_owners_token_changes_watches_a_browsers_session_does_not(house: House) -> None:
    before = house.room.settings.path.read_text()
    cookie = house.log_in(TOKEN)
    table = {"name": "Gilmore Girls", "kind": "show", "endpoint": "desk"}
    for headers in ({"authorization": ""}, {"authorization": "Bearer wrong"}, {"authorization": "", "cookie": cookie}):
        assert send(house, "POST", "/api/watches", table, **headers).status == 401
        assert send(house, "PUT", "/api/watches/Lauren%20Graham", table, **headers).status == 401
        assert send(house, "DELETE", "/api/watches/Lauren%20Graham", **headers).status == 401
    assert house.room.settings.path.read_text() == before
