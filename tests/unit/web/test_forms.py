"""What the owner can do through pages, and that nobody else can."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from feeder import config
from feeder.config import Owner
from feeder.config.values import endpoint_name
from feeder.errors import ConfigError
from feeder.model import DeliveryState, EventType, Quiet, Rhythm, Watch, WatchKind
from feeder.service import clock
from feeder.service.ownership import hash_password, recognised
from feeder.storage import Outcome, Tried
from feeder.web.visitors import ANOTHER, GUESSES, LIFETIME
from tests.fakes.house import CONFIG, PASSWORD, TOKEN, House, a_house, owner_table
from tests.fakes.newsroom import an_article_text
from tests.outbox import claim, deliveries, settle

MAISEL = "Milo Ventimiglia Joins The Marvelous Mrs. Maisel"
NEW = {"name": "Milo Ventimiglia", "aliases": "Milo V.\r\n\r\nVentimiglia, M.", "endpoint": "desk"}
FORMS = {
    "/watches/save": NEW,
    "/watches/remove": {"name": "Lauren Graham"},
    "/proposed/decide": {"key": "person/milo-ventimiglia", "verdict": "reject"},
    "/correct": {"entry": "x", "kind": "show", "name": "x", "verdict": "reject"},
    "/deliveries/replay": {"id": "x"},
    "/logout": {},
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with a_house(tmp_path, {"maisel.md": an_article_text()}) as house:
        yield house


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for tests that change nothing."""
    with a_house(tmp_path_factory.mktemp("quiet"), {"maisel.md": an_article_text()}) as house:
        yield house


# -- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FORMS)
def test_a_stranger_changes_nothing(quiet: House, path: str) -> None:
    before = (quiet.room.settings.path.read_text(), os.listdir(quiet.room.settings.path.parent))
    assert quiet.ask(path, form=FORMS[path]).status == 403
    assert quiet.ask(path, form={**FORMS[path], "csrf": "x"}, cookie="feeder-owner=guessed").status == 403
    assert (quiet.room.settings.path.read_text(), os.listdir(quiet.room.settings.path.parent)) == before


@pytest.mark.parametrize("path", FORMS)
def test_another_site_cannot_use_the_owners_session(quiet: House, path: str) -> None:
    cookie = quiet.log_in()
    csrf = quiet.csrf(cookie)
    before = quiet.room.settings.path.read_text()
    for fields, headers in (
        (FORMS[path], {}),
        ({**FORMS[path], "csrf": csrf[::-1]}, {}),
        ({**FORMS[path], "csrf": csrf}, {"origin": "https://evil.example"}),
        ({**FORMS[path], "csrf": csrf}, {"origin": "null"}),
        ({**FORMS[path], "csrf": csrf}, {"sec_fetch_site": "cross-site"}),
        ({**FORMS[path], "csrf": csrf}, {"sec_fetch_site": "same-site"}),
    ):
        assert quiet.ask(path, form=fields, cookie=cookie, **headers).status == 403
    assert quiet.room.settings.path.read_text() == before


def test_no_other_site_can_log_a_visitor_in(quiet: House) -> None:
    assert quiet.ask("/login", form={"secret": PASSWORD}, origin="https://evil.example").status == 403


@pytest.mark.parametrize("secret", [PASSWORD, TOKEN])
def test_password_and_token_let_the_owner_in(quiet: House, secret: str) -> None:
    reply = quiet.ask("/login", form={"secret": secret, "then": "health"})
    assert (reply.status, reply.headers["location"]) == (303, "health")
    flags = reply.headers["set-cookie"].lower()
    assert "httponly" in flags
    assert "samesite=strict" in flags
    cookie = reply.headers["set-cookie"].partition(";")[0]
    assert quiet.ask("/health", cookie=cookie).status == 200
    assert quiet.ask("/health", cookie=cookie).headers["cache-control"] == "private, no-store"


def test_the_cookie_is_for_https_where_the_visitor_came_by_https(quiet: House) -> None:
    assert "secure" not in quiet.ask("/login", form={"secret": TOKEN}).headers["set-cookie"].lower()
    proxied = quiet.ask("/login", form={"secret": TOKEN}, host="feeds.example.org")
    assert "secure" in proxied.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "then", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "../x"]
)
def test_logging_in_leads_nowhere_else(quiet: House, then: str) -> None:
    assert quiet.ask("/login", form={"secret": TOKEN, "then": then}).headers["location"] == "./"


def test_guessing_is_slowed_down_and_the_owner_can_still_wait_it_out(house: House) -> None:
    for _ in range(GUESSES):
        assert house.ask("/login", form={"secret": "wrong"}).status == 403
    refused = house.ask("/login", form={"secret": PASSWORD})
    assert refused.status == 429
    assert 0 < int(refused.headers["retry-after"]) <= ANOTHER
    house.clock[0] += ANOTHER + 1
    assert house.ask("/login", form={"secret": PASSWORD}).status == 303


def test_guessing_tokens_of_the_api_is_slowed_down(house: House) -> None:
    for _ in range(GUESSES):
        assert house.ask("/api/deliveries", authorization="Bearer wrong").status == 401
    assert house.ask("/api/deliveries", authorization=f"Bearer {TOKEN}").status == 429


def test_a_session_ends_by_logging_out_by_time_and_by_another_password(house: House) -> None:
    first, second, third = (house.log_in(TOKEN) for _ in range(3))
    out = house.ask("/logout", form={"csrf": house.csrf(first)}, cookie=first)
    assert out.status == 303
    assert 'feeder-owner=""' in out.headers["set-cookie"]
    assert house.ask("/health", cookie=first).status == 303
    assert house.ask("/health", cookie=second).status == 200
    house.clock[0] += LIFETIME + 1
    assert house.ask("/health", cookie=second).status == 303
    third = house.log_in(TOKEN)
    path = house.room.settings.path
    path.write_text(path.read_text().replace(TOKEN, TOKEN + "-changed"))
    house.running.reload()
    assert house.ask("/health", cookie=third).status == 303


def test_without_an_owner_nobody_logs_in_and_only_this_machine_looks_behind(tmp_path: Path) -> None:
    with a_house(tmp_path, {"maisel.md": an_article_text()}, owner=False) as house:
        assert house.ask("/login").status == 404
        assert house.ask("/login", form={"secret": ""}).status == 404
        assert house.ask("/watches/save", form=NEW).status == 403
        assert house.ask("/health").status == 200
        # a name that leads to this machine, or a proxy in front of it
        assert house.ask("/health", host="rebound.example").status == 403
        assert house.ask("/health", x_forwarded_for="203.0.113.9").status == 403
        assert house.ask("/api/deliveries", host="rebound.example").status == 401


def test_a_form_in_another_shape_is_refused(quiet: House) -> None:
    assert quiet.ask("/watches/save", method="POST", body=b"{}", content_type="application/json").status == 400
    huge = quiet.ask(
        "/watches/save", method="POST", body=b"a" * 70_000, content_type="application/x-www-form-urlencoded"
    )
    assert huge.status == 400
    bad = quiet.ask("/watches/save", method="POST", body=b"\xff=%ff", content_type="application/x-www-form-urlencoded")
    assert bad.status == 400
    assert quiet.ask("/watches/save").status == 405


# -- what it does -----------------------------------------------------------------------------------------------------


def test_a_watch_is_added_and_removed_in_the_config_file_and_takes_effect(house: House) -> None:
    cookie = house.log_in()
    csrf = house.csrf(cookie)
    reply = house.ask("/watches/save", form={**NEW, "csrf": csrf}, cookie=cookie)
    assert (reply.status, reply.headers["location"]) == (303, "../watches?done=added")
    text = house.room.settings.path.read_text()
    assert "# people I like" in text
    assert config.load(house.room.settings.path).watches[-1].aliases == ("Milo V.", "Ventimiglia, M.")
    page = house.ask("/watches?done=added", cookie=cookie).text
    assert "Watched from the next build on." in page
    assert house.ask("/watch/milo-ventimiglia").status == 200
    reply = house.ask("/watches/remove", form={"name": "Milo Ventimiglia", "csrf": csrf}, cookie=cookie)
    assert reply.status == 303
    assert house.room.settings.path.read_text() == CONFIG + owner_table()


ALL_OF_IT = {
    "name": "Gilmore Girls",
    "kind": "show",
    "aliases": "Las chicas Gilmore",
    "not": "Rocky\nThe Other Show",
    "main": "yes",
    "events": ["casting", "renewal"],
    "min_score": "0.8",
    "max_age": "7d",
    "endpoint": ["desk"],
    "address": "https://hooks.example.org/secret-path",
    "rhythm": "weekly",
    "weekday": "Friday",
    "at": "17:30",
    "zone": "Europe/Berlin",
    "quiet_from": "22:00",
    "quiet_to": "07:00",
    "quiet_zone": "America/New_York",
    "mute_day": "2030-12-24",
    "mute_time": "18:00",
}


def test_everything_that_the_config_can_say_of_a_watch_is_said_in_the_form_and_comes_back(house: House) -> None:
    cookie = house.log_in()
    csrf = house.csrf(cookie)
    path = house.room.settings.path
    assert house.ask("/watches/save", form={**ALL_OF_IT, "csrf": csrf}, cookie=cookie).status == 303
    watch = config.load(path).watches[-1]
    assert watch == Watch(
        name="Gilmore Girls",
        kind=WatchKind.SHOW,
        aliases=("Las chicas Gilmore",),
        unless=("Rocky", "The Other Show"),
        main=True,
        events=(EventType.CASTING, EventType.RENEWAL),
        min_score=0.8,
        max_age=7 * 86400.0,
        endpoints=("desk", endpoint_name("https://hooks.example.org/secret-path")),
        digest=Rhythm(weekday=4, at=time(17, 30), zone=ZoneInfo("Europe/Berlin")),
        quiet=Quiet(start=time(22), end=time(7), zone=ZoneInfo("America/New_York")),
        muted_until=datetime(2030, 12, 24, 18, tzinfo=UTC),
    )
    written = path.read_text()
    page = house.ask("/watches/change?name=gilmore%20girls", cookie=cookie)
    assert page.headers["cache-control"] == "private, no-store"
    assert "secret-path" not in page.text
    again = house.fields(page.text, "watches/save")
    assert again["was"] == ["Gilmore Girls"]
    again["name"] = ["The Gilmore Girls"]
    assert house.ask("/watches/save", form=again, cookie=cookie).headers["location"] == "../watches?done=changed"
    assert path.read_text() == written.replace('name = "Gilmore Girls"', 'name = "The Gilmore Girls"')
    assert config.load(path).watches[-1] == replace(watch, name="The Gilmore Girls")
    assert house.ask("/watches/change?name=nobody", cookie=cookie).status == 404


@pytest.mark.parametrize(
    ("fields", "place", "said"),
    [
        ({"endpoint": "nowhere"}, "endpoint", "There is no endpoint named"),
        ({"endpoint": []}, "endpoint", "Is missing: expected the name of an endpoint"),
        ({"address": "ftp://x"}, "endpoint", "There is no endpoint named"),
        ({"name": "Lauren Graham"}, "name", "Is the name of #1 already"),
        ({"name": ""}, "name", "Expected a name on one line"),
        ({"kind": "planet"}, "kind", "Expected &#34;person&#34;, &#34;show&#34;"),
        ({"kind": "query", "query": "event:cast"}, "query", "event:cast"),
        ({"kind": "event"}, "events", "Is missing"),
        ({"kind": "event", "events": "casting", "aliases": "X"}, "aliases", "Has no meaning"),
        ({"events": "party"}, "events", "Expected one or more of"),
        ({"min_score": "very"}, "min_score", "Expected a number from 0.0 to 1.0"),
        ({"max_age": "young"}, "max_age", "Expected a duration"),
        ({"rhythm": "daily", "at": "", "zone": "UTC"}, "when", "Expected &#34;at once&#34;"),
        ({"rhythm": "daily", "at": "08:00", "zone": "Middle/Earth"}, "when", "there is no time zone"),
        ({"quiet_from": "22:00", "quiet_zone": "UTC"}, "quiet", "Expected hours like"),
        ({"mute_time": "18:00"}, "mute_until", "Expected a date like"),
    ],
)
def test_a_watch_that_cannot_be_is_explained_where_it_was_typed_and_what_was_typed_stays(
    quiet: House, fields: dict[str, str], place: str, said: str
) -> None:
    cookie = quiet.log_in(TOKEN)
    before = quiet.room.settings.path.read_text()
    form = {**NEW, "not": "<b>Rocky</b>", **fields, "csrf": quiet.csrf(cookie)}
    if place == "name":
        said = said.replace("Is the name", "&#39;Lauren Graham&#39; is the name")
    reply = quiet.ask("/watches/save", form=form, cookie=cookie)
    assert reply.status == 422
    wrong = reply.text.partition(f'id="wrong-{place}">')[2].partition("</p>")[0]
    assert said in wrong, reply.text
    assert f'aria-describedby="help-{place} wrong-{place}"' in reply.text or f'"wrong-{place}"' in reply.text
    kept = quiet.fields(reply.text, "watches/save")
    for name, value in form.items():
        offered = value in ("planet", "party", "nowhere") or not value or name == "weekday"
        assert offered or [it.replace("\r", "") for it in kept[name]] == [value.replace("\r", "")], name
    assert quiet.room.settings.path.read_text() == before


def test_what_a_watch_would_have_sent_is_shown_with_the_sentence_and_nothing_is_written(house: House) -> None:
    today = f"{clock.now():%Y-%m-%d}"
    house.room.write("new.md", an_article_text("<Milo> is back", "Milo Ventimiglia is back.", date=today))
    house.running.refresh()
    cookie = house.log_in()
    before = house.room.settings.path.read_text()
    # no endpoint: it can be chosen when it is known what comes
    form = {"name": "Milo Ventimiglia", "do": "try", "csrf": house.csrf(cookie)}
    reply = house.ask("/watches/save", form=form, cookie=cookie)
    assert reply.status == 200
    shown = reply.text.partition('id="tried"')[2]
    assert "1 alert in 90 days" in shown
    assert "&lt;Milo&gt; is back" in shown
    assert "<mark>Milo Ventimiglia</mark> is back." in shown
    assert house.fields(reply.text, "watches/save")["name"] == ["Milo Ventimiglia"]
    longer = house.ask("/watches/save", form={**form, "days": "3650"}, cookie=cookie).text
    assert "2 alerts in 3650 days" in longer
    assert house.fields(longer, "watches/save")["days"] == ["3650"]
    assert house.ask("/watches/save", form={**form, "days": "1000000"}, cookie=cookie).status == 400
    nobody = house.ask("/watches/save", form={**form, "name": "Nobody Known"}, cookie=cookie)
    assert "0 alerts in 90 days" in nobody.text
    assert house.ask("/watches/save", form={**form, "max_age": "x"}, cookie=cookie).status == 422
    assert house.room.settings.path.read_text() == before
    assert '"deliveries":[]' in house.ask("/api/deliveries", cookie=cookie).text


def test_the_form_about_a_watch_is_for_the_owner(quiet: House) -> None:
    for path in ("/watches/new", "/watches/new?name=X", "/watches/change?name=Lauren%20Graham"):
        reply = quiet.ask(path)
        assert reply.status == 303
        assert reply.headers["location"] == f"../login?{urlencode({'then': path[1:]})}"
    cookie = quiet.log_in(TOKEN)
    fields = quiet.fields(quiet.ask("/watches/new?name=Gilmore%20Girls&kind=show", cookie=cookie).text, "watches/save")
    assert (fields["name"], fields["kind"], fields["endpoint"]) == (["Gilmore Girls"], ["show"], ["desk"])


def test_a_tag_is_corrected_from_the_page_of_its_article(house: House) -> None:
    cookie = house.log_in()
    entry = house.room.entries()[0].entry
    fields = {"entry": entry.id, "kind": "show", "name": "gilmore-girls", "verdict": "reject"}
    reply = house.ask("/correct", form={**fields, "csrf": house.csrf(cookie)}, cookie=cookie)
    assert reply.status == 303
    assert reply.headers["location"] == f"{house.path_of(MAISEL)[1:]}?done=corrected"
    (line,) = house.room.settings.corrections_file.read_text().splitlines()[-1:]
    assert "gilmore-girls" in line
    assert "maisel.md" in line
    page = house.ask(f"{house.path_of(MAISEL)}?done=corrected", cookie=cookie).text
    assert "The next build tags this article anew." in page


def test_a_correction_of_nothing_is_explained(quiet: House) -> None:
    cookie = quiet.log_in()
    csrf = quiet.csrf(cookie)
    fields = {"entry": "tag:example.org,2026:entry-x", "kind": "show", "name": "x", "verdict": "reject", "csrf": csrf}
    assert quiet.ask("/correct", form=fields, cookie=cookie).status == 404
    assert quiet.ask("/correct", form={**fields, "kind": "party"}, cookie=cookie).status == 400
    known = {**fields, "entry": quiet.room.entries()[0].entry.id}
    odd = quiet.ask("/correct", form={**known, "verdict": "maybe"}, cookie=cookie)
    assert odd.status == 422
    assert "says nothing about a tag" in odd.text


def test_a_message_that_failed_for_good_is_sent_again(house: House) -> None:
    house.room.write("new.md", an_article_text("Lauren Graham returns", "Lauren Graham is back.", date="2021-06-15"))
    house.running.refresh()
    store = house.running.app.store
    claimed = claim(store, "desk", now=clock.now())
    assert claimed is not None
    failed = Tried(
        delivery=claimed,
        state=DeliveryState.DEAD,
        next_at=clock.now(),
        ended=clock.now(),
        outcome=Outcome.FAILED,
        status=500,
        error="<script>alert(1)</script>",
    )
    settle(store, failed)
    cookie = house.log_in()
    page = house.ask("/deliveries?state=dead", cookie=cookie).text
    assert claimed.id in page
    assert "&lt;script&gt;alert(1)" in page
    reply = house.ask("/deliveries/replay", form={"id": claimed.id, "csrf": house.csrf(cookie)}, cookie=cookie)
    assert reply.headers["location"] == "../deliveries?done=replayed"
    assert [it.state for it in deliveries(store)] == [DeliveryState.PENDING]
    again = house.ask("/deliveries/replay", form={"id": claimed.id, "csrf": house.csrf(cookie)}, cookie=cookie)
    assert again.headers["location"] == "../deliveries?done=not-replayed"


@pytest.mark.slow
def test_a_proposed_name_is_accepted_into_the_owners_catalog(tmp_path: Path) -> None:
    """Loads the whole catalog several times, which takes seconds."""
    articles = {
        f"{n}.md": an_article_text(f"Zyx Qwertyson {n}", "Zyx Qwertyson stars.", date=f"2021-06-{10 + n}")
        for n in range(3)
    }
    with a_house(tmp_path, articles, people=("Zyx Qwertyson", "Lauren Graham")) as house:
        cookie = house.log_in()
        page = house.ask("/proposed", cookie=cookie).text
        assert "Zyx Qwertyson" in page
        fields = {"key": "person/zyx-qwertyson", "title": "Zyx Q. Qwertyson", "verdict": "accept"}
        reply = house.ask("/proposed/decide", form={**fields, "csrf": house.csrf(cookie)}, cookie=cookie)
        assert reply.status == 303, reply.text
        tables = "".join(path.read_text() for path in house.room.settings.catalog_folder.glob("*.psv"))
        assert "Zyx Q. Qwertyson" in tables


# -- passwords --------------------------------------------------------------------------------------------------------


def test_a_hash_recognises_its_password_and_no_other() -> None:
    owner = Owner(password=hash_password("pässword with spaces"))
    assert recognised(owner, "pässword with spaces")
    for wrong in ("", "password with spaces", owner.password, "\ud800"):
        assert not recognised(owner, wrong)
    assert not recognised(Owner(), "")
    assert PASSWORD not in repr(Owner(password="x", token=PASSWORD))


@pytest.mark.parametrize(
    "table", ['password = "secret"', 'token = "short"', 'password = "${FEEDER_NOT_SET}"', 'token = "file:nothing"']
)
def test_an_owner_that_could_not_log_in_is_an_error_that_tells_no_secret(tmp_path: Path, table: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[owner]\n{table}\n")
    with pytest.raises(ConfigError) as error:
        config.load(path)
    assert "config.toml:2: [owner]" in str(error.value)
    assert "secret" not in str(error.value)
    assert "short" not in str(error.value)
