"""What an owner finds when config.toml is right, and what they are told when it is not."""

from __future__ import annotations

import base64
import os
import re
from dataclasses import fields
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feeder.config import Schedule, Settings, Timetable, load
from feeder.errors import ConfigError
from feeder.model import EventType, Quiet, Rate, Rhythm, Watch
from feeder.topics import written

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
CHECKOUT = Path(__file__).parents[3] / "config.toml"


@pytest.fixture
def config(tmp_path: Path):
    def write(text: str | bytes) -> Path:
        path = tmp_path / "config.toml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def complaint(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return str(caught.value)


def test_an_empty_file_means_every_default(config, tmp_path):
    settings = load(config(""))
    assert settings.source_folder == tmp_path / "seeds"
    assert settings.state_folder == tmp_path / "state"
    assert settings.output_folder == tmp_path / "public"
    assert (settings.max_bytes, settings.settle, settings.zone.key) == (20_000_000, 0.5, "UTC")
    assert (settings.feed_limit, settings.content) == (50, "full")
    assert settings.schedule == Schedule(seconds=300.0)
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.templates_folder is None
    assert settings.watches == settings.endpoints == settings.catalog_files == ()


def test_the_shipped_config_says_exactly_the_defaults(config):
    shipped, defaults = load(CHECKOUT), load(config(""))
    for field in fields(Settings):
        if field.name != "path" and not field.name.endswith(("_folder", "_file")):
            assert getattr(shipped, field.name) == getattr(defaults, field.name), field.name
    assert shipped.source_folder == CHECKOUT.parent / "seeds"


def test_every_setting_stands_in_the_shipped_config():
    from feeder.config.file import File, children, fields

    text = CHECKOUT.read_text()
    for table, model in children(File).items():
        assert f"[{table}]" in text
        for key in fields(model) if model else ():
            assert f"\n{key} = " in text or f"\n# {key} = " in text, f"{table}.{key}"


def test_a_topic_of_the_owners_arrives_with_its_query_understood(config):
    settings = load(
        config("""
        [[topics]]
        name = "Stars  Hollow"
        query = 'show:"Gilmore Girls" NOT main:no'
        was = "Gilmore news"
        [[topics]]
        name = "Awards"
        query = "event:award"
        id = "prizes"
        """)
    )
    assert [(it.name, written(it.condition), it.was, it.id) for it in settings.topics] == [
        ("Stars Hollow", 'show:"Gilmore Girls" AND NOT main:no', ("Gilmore news",), None),
        ("Awards", "event:award", (), "prizes"),
    ]


@pytest.mark.parametrize(
    ("written", "private"),
    [("true", ("*",)), ("false", ()), ("'all'", ("all",)), ("['watch/*', 'show/fargo']", ("watch/*", "show/fargo"))],
)
def test_feeds_may_be_private(config, written, private):
    assert load(config(f"[server]\nprivate = {written}\n")).private == private


@pytest.mark.parametrize("written", ["1", "'everything'", "['*']", "[true]", "{ all = true }"])
def test_what_is_to_be_private_must_be_clear(config, written):
    said = complaint(config(f"[server]\nprivate = {written}\n"))
    assert said.startswith("config.toml:2: [server] private: expected true, false, or a list of feeds like"), said


def test_feeds_name_the_hubs_that_tell_of_changes(config):
    hubs = "[websub]\nhub = true\nhubs = ['https://hub.example/']\n[site]\nbase_url = 'https://feeds.example.org'\n"
    settings = load(config(hubs))
    assert settings.site.hubs == ("https://feeds.example.org/hub", "https://hub.example/")
    assert (settings.websub.hub, settings.websub.hubs) == (True, ("https://hub.example/",))
    assert load(config(f"{hubs}[server]\nprivate = true\n")).site.hubs == (), "no hub gets to know private feeds"
    assert complaint(config("[websub]\nhubs = ['ftp://x/']")).startswith("config.toml:2: [websub] hubs: expected")


def test_feeds_may_have_times_of_their_own(config):
    settings = load(config("[[timetables]]\nfeeds = ['show/gilmore-girls', 'event/*', 'all']\ncron = '0 7 * * 1-5'\n"))
    assert settings.timetables == (
        Timetable(feeds=("show/gilmore-girls", "event/*", "all"), cron="0 7 * * mon,tue,wed,thu,fri"),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[[timetables]]\nfeeds = 'shows/x'\ncron = '0 7 * * *'",
            "config.toml:2: [[timetables]] #1 feeds: expected a list of feeds like",
        ),
        ("[[timetables]]\nfeeds = ['all']", "config.toml:1: [[timetables]] #1 cron: is missing: expected a cron line"),
        ("[log]\nformat = 'xml'", 'config.toml:2: [log] format: expected "text" or "json", got "xml"'),
    ],
)
def test_a_timetable_or_log_that_cannot_be_meant_is_named_with_its_line(config, text, said):
    assert complaint(config(text)).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[[topics]]\nname = 'A'\nquery = 'show:A and main:yes'",
            "config.toml:3: [[topics]] #1 query: expected a query like 'show:\"Gilmore Girls\" AND event:casting', got "
            '"show:A and main:yes" (at character 8: write AND in capitals',
        ),
        ("[[topics]]\nname = 'A'", "config.toml:1: [[topics]] #1 query: is missing: expected a query like"),
        (
            "[[topics]]\nname = 'A'\nquery = 'x'\n[[topics]]\nname = 'a'\nquery = 'y'",
            "config.toml:5: [[topics]] #2 name: 'a' is the name of #1 already",
        ),
        (
            "[[topics]]\nname = 'A'\nquery = 'x'\n[[topics]]\nname = 'B'\nquery = 'y'\nwas = 'A'",
            "config.toml:7: [[topics]] #2 was: 'A' belongs to #1, 'A'; a topic under the name that another one had",
        ),
        (
            "[[topics]]\nname = 'A'\nquery = 'x'\nid = 'one'\n[[topics]]\nname = 'B'\nquery = 'y'\nid = 'one'",
            "config.toml:8: [[topics]] #2 id: 'one' belongs to #1 already",
        ),
    ],
)
def test_a_topic_that_cannot_be_meant_is_named_with_its_line(config, text, said):
    assert complaint(config(text)).startswith(said)


def test_the_old_name_of_a_topic_may_be_used_anew_under_an_id_of_its_own(config):
    text = "[[topics]]\nname = 'A'\nquery = 'x'\nid = 'new'\n[[topics]]\nname = 'B'\nquery = 'y'\nwas = 'A'"
    assert [it.name for it in load(config(text)).topics] == ["A", "B"]


@pytest.mark.parametrize(("written_as", "bytes_"), [('"100 kB"', 100_000), ("65536", 65536), ('"1.5 MB"', 1_500_000)])
def test_the_size_of_a_feed_may_be_a_number_or_a_size(config, written_as, bytes_):
    assert load(config(f"[feeds]\nmax_bytes = {written_as}")).feed_bytes == bytes_


def test_everything_written_arrives(config, tmp_path):
    (tmp_path / "old.secret").write_text(SECRET + "\n")
    settings = load(
        config(f"""
        [site]
        title = "Shows  we follow"
        base_url = "https://feeds.example.org/tv/"
        author = "The Desk"
        language = "en-GB"
        authority = "example.org,2026-05-01"
        [source]
        folder = "in/articles"
        max_size = "1.5 MiB"
        settle = "0.5s"
        timezone = "America/New_York"
        [state]
        folder = "/var/lib/feeder"
        [templates]
        folder = "mine"
        [catalog]
        files = ["shows.json"]
        [feeds]
        limit = 1000
        content = "summary"
        [schedule]
        cron = "0 7 * * 1-5"
        [server]
        host = "::1"
        port = 0
        [[endpoints]]
        name = "desk"
        url = "https://example.org/hook?team=1"
        secret = ["{SECRET}", "file:old.secret"]
        allow_networks = ["10.0.0.0/8"]
        [[watches]]
        name = "Milo Ventimiglia"
        aliases = ["Milo V.", "Milo V."]
        endpoint = ["desk"]
        """)
    )
    assert settings.site.base_url == "https://feeds.example.org/tv"
    assert settings.site.title == "Shows we follow"
    assert settings.site.authority == "example.org,2026-05-01"
    assert settings.source_folder == tmp_path / "in" / "articles"
    assert settings.state_folder == Path("/var/lib/feeder")
    assert settings.templates_folder == tmp_path / "mine"
    assert settings.catalog_files == (tmp_path / "shows.json",)
    assert (settings.max_bytes, settings.settle) == (1572864, 0.5)
    assert settings.schedule == Schedule(cron="0 7 * * mon,tue,wed,thu,fri")
    (endpoint,) = settings.endpoints
    assert endpoint.secrets == (KEY, KEY)
    assert endpoint.allow_networks == ("10.0.0.0/8",)
    (watch,) = settings.watches
    assert (watch.name, watch.aliases, watch.endpoints) == ("Milo Ventimiglia", ("Milo V.",), ("desk",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[feeds]\nlimit = "many"', 'config.toml:2: [feeds] limit: expected a whole number from 1 to 1000, got "many"'),
        ("[feeds]\nlimit = 0", "config.toml:2: [feeds] limit: expected a whole number from 1 to 1000, got 0"),
        ("[feeds]\nlimit = true", "config.toml:2: [feeds] limit: expected a whole number from 1 to 1000, got true"),
        ("\n[feeds]\nlimt = 5", "config.toml:3: [feeds] limt: unknown; did you mean 'limit'?"),
        ("feed = 5", "config.toml:1: feed: unknown; did you mean 'feeds'?"),
        ("[feeds]\nzzz = 5", "config.toml:2: [feeds] zzz: unknown; known here: limit, max_bytes, content"),
        ("feeds = 5", "config.toml:1: [feeds]: expected a table: [feeds], got 5"),
        ('[feeds]\ncontent = "ful"', 'config.toml:2: [feeds] content: expected "full" or "summary", got "ful"'),
        (
            '[source]\nmax_size = "20"',
            'config.toml:2: [source] max_size: expected a size from "1 B" to "1 GB", like "20 MB", got "20"',
        ),
        (
            "[source]\nsettle = 2026-01-01",
            'config.toml:2: [source] settle: expected a duration from "0s" to "1h", like "2s", got 2026-01-01',
        ),
        (
            '[source]\ntimezone = "Berlin"',
            'config.toml:2: [source] timezone: expected a time zone like "UTC" or "Europe/Berlin", got "Berlin"',
        ),
        (
            '[schedule]\ncron = "61 * * * *"',
            'config.toml:2: [schedule] cron: expected a cron line of five fields like "*/10 * * * *", '
            "got \"61 * * * *\" (minute: '61' is not within 0 to 59)",
        ),
        (
            '[schedule]\nrefresh = "5m"\ncron = "* * * * *"',
            "config.toml:3: [schedule] cron: set either refresh or cron, not both",
        ),
        (
            '[site]\nbase_url = "feeds.example.org"',
            'config.toml:2: [site] base_url: expected an address like "https://feeds.example.org", '
            'got "feeds.example.org"',
        ),
        (
            "[output]\nfolder = 'seeds/out'",
            "config.toml:2: [output] folder: {here}/seeds/out and the article folder {here}/seeds must not lie "
            "inside one another",
        ),
        ("[feeds\nlimit = 5", "config.toml:1: this is not TOML: "),
        ("[feeds]\nlimit = 5\nlimit = 6", "config.toml:3: this is not TOML: "),
        ('[site]\ntitle = "a', "config.toml:2: this is not TOML: "),
        (b'[site]\ntitle = "\xff"', "config.toml:2: this is not UTF-8"),
        (
            f'[[endpoints]]\nname = "desk"\nurl = "https://h/"\nsecret = "{SECRET}"\n[[watches]]\nname = "A B"\n'
            'endpoint = "dask"',
            "config.toml:7: [[watches]] #1 endpoint: there is no endpoint named 'dask'; did you mean 'desk'?",
        ),
        (
            '[[watches]]\nname = "A B"\nendpoint = "https://h/"',
            "config.toml:3: [[watches]] #1 endpoint: an address written directly is signed with [alerts] secret, "
            "which is not set",
        ),
        (
            '[[watches]]\nendpoint = "desk"',
            "config.toml:1: [[watches]] #1 name: is missing: expected a name on one line",
        ),
        (
            f'[alerts]\nsecret = "{SECRET}"\n[[watches]]\nname = "A B"\nendpoint = "https://h/"\n[[watches]]\n'
            'name = "a b"\nendpoint = "https://h/"',
            "config.toml:7: [[watches]] #2 name: 'a b' is the name of #1 already",
        ),
        (
            f'[[endpoints]]\nname = "d"\nurl = "https://h/"\nsecret = "{SECRET}"\nallow_networks = [\n  "10.0.0.1/8"]',
            'config.toml:5: [[endpoints]] #1 allow_networks: expected a list of networks like "127.0.0.0/8", '
            'got "10.0.0.1/8" (10.0.0.1/8 has host bits set)',
        ),
    ],
)
def test_a_wrong_setting_is_named_with_its_line_and_what_was_expected(config, tmp_path, text, said):
    assert complaint(config(text)).startswith(said.replace("{here}", str(tmp_path)))


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_lines(config):
    lines = complaint(config('[site]\ntitel = "x"\n[feeds]\nlimit = 0\n')).split("\n")
    assert [line.split(":")[1] for line in lines] == ["2", "4"]


def test_an_address_in_a_watch_is_signed_with_the_common_secret(config):
    settings = load(
        config(
            f'[alerts]\nsecret = "{SECRET}"\nallow_networks = ["127.0.0.0/8"]\n'
            '[[watches]]\nname = "Milo Ventimiglia"\nendpoint = "http://127.0.0.1:9/in"\n'
        )
    )
    (endpoint,) = settings.endpoints
    assert endpoint.url == "http://127.0.0.1:9/in"
    assert endpoint.name.startswith("127.0.0.1-"), "the path of an address may be a secret: it is no name for logs"
    assert "/in" not in endpoint.name
    assert endpoint.secrets == (KEY,)
    assert endpoint.allow_networks == ("127.0.0.0/8",)
    assert settings.watches[0].endpoints == (endpoint.name,)


def test_a_secret_comes_from_the_environment(config, monkeypatch):
    monkeypatch.setitem(os.environ, "DESK_SECRET", SECRET)
    text = '[[endpoints]]\nname = "d"\nurl = "https://h/"\nsecret = "${DESK_SECRET}"\n'
    assert load(config(text)).endpoints[0].secrets == (KEY,)


def test_a_secret_that_is_not_there_stops_the_program(config, monkeypatch, tmp_path):
    monkeypatch.delenv("DESK_SECRET", raising=False)
    text = '[[endpoints]]\nname = "d"\nurl = "https://h/"\nsecret = ["${DESK_SECRET}", "file:none"]\n'
    said = complaint(config(text))
    assert "config.toml:4: [[endpoints]] #1 secret: " in said
    assert "the environment variable DESK_SECRET is not set" in said
    assert f"{tmp_path / 'none'}: No such file or directory" in said


@pytest.mark.parametrize("bad", ["hunter2-hunter2", "whsec_hunter2!!", "whsec_aHVudGVyMg==", 5])
def test_no_error_and_no_repr_shows_a_secret(config, bad):
    text = f'[[endpoints]]\nname = "d"\nurl = "https://h/"\nsecret = {bad!r}\n'
    said = complaint(config(text))
    assert "config.toml:4: [[endpoints]] #1 secret: " in said
    assert "hunter2" not in said
    assert "aHVudGVyMg" not in said
    settings = load(config(f'[[endpoints]]\nname = "d"\nurl = "https://h/"\nsecret = "{SECRET}"\n'))
    assert repr(KEY) not in repr(settings)


def test_without_a_config_file_the_way_to_one_is_told(tmp_path):
    assert "feeder init" in complaint(tmp_path / "config.toml")


def test_a_folder_in_place_of_the_file_is_an_error_and_no_traceback(tmp_path):
    assert complaint(tmp_path) == f"{tmp_path}: cannot be read: Is a directory"


WATCHED = f'''
[alerts]
secret = "{SECRET}"
[[watches]]
name = "Milo Ventimiglia"
endpoint = "https://example.org/hook"
'''


def test_a_watch_says_when_about_what_and_not_about_whom(config):
    (watch,) = load(
        config(
            WATCHED
            + """
            not = ["Rocky", "Radio 2"]
            main = true
            events = ["casting", "departure"]
            min_score = 0.9
            max_age = "7d"
            when = "weekly on friday at 17:30 Europe/Berlin"
            quiet = "22:00 to 07:00 Europe/Berlin"
            mute_until = 2026-12-24
            """
        )
    ).watches
    berlin = ZoneInfo("Europe/Berlin")
    assert watch == Watch(
        name="Milo Ventimiglia",
        endpoints=watch.endpoints,
        unless=("Rocky", "Radio 2"),
        main=True,
        events=(EventType.CASTING, EventType.DEPARTURE),
        min_score=0.9,
        max_age=7 * 86400.0,
        digest=Rhythm(at=time(17, 30), zone=berlin, weekday=4),
        quiet=Quiet(start=time(22), end=time(7), zone=berlin),
        muted_until=datetime(2026, 12, 24, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('when = "sometimes"', 'when: expected "at once", "daily at 08:00 Europe/Berlin" or'),
        ('when = "daily at 08:00 Berlin"', "there is no time zone 'Berlin'"),
        ('when = "weekly on someday at 08:00 UTC"', "when: expected"),
        ('quiet = "22:00 to 22:00 UTC"', "they begin and end at the same time"),
        ('events = ["cast"]', "events: expected one or more of casting, departure"),
        ("min_score = 2.0", "min_score: expected a number from 0.0 to 1.0"),
        ('kind = "event"', "events: is missing: expected one or more of"),
        ('kind = "query"', 'query: belongs to a watch of kind "query"'),
        ('kind = "show"\nquery = "event:casting"', 'query: belongs to a watch of kind "query"'),
        ('query = "event:casting"\nmain = true', 'main: has no meaning for a watch of kind "query"'),
        ('query = "event:cast"', "did you mean 'casting'?"),
        ('kind = "movie"', 'kind: expected "person", "show", "event" or "query"'),
        ("mute_until = 5", "mute_until: expected a date like 2026-12-24"),
        ("nt = []", "nt: unknown; did you mean 'not'?"),
    ],
)
def test_a_watch_that_cannot_be_meant_is_named_with_its_line(config, text, said):
    told = complaint(config(WATCHED + text))
    assert re.match(r"config\.toml:\d+: \[\[watches\]\] #1 ", told)
    assert said in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'fallback = "mial"',
            "config.toml:2: [alerts] fallback: there is no endpoint named 'mial'; did you mean 'mail'?",
        ),
        ('heartbeat = "here"', "config.toml:2: [alerts] heartbeat: expected an http or https address"),
        ('heartbeat = "file:none"', "none: No such file or directory"),
        ('heartbeat = "${UNSET_HERE}"', "the environment variable UNSET_HERE is not set"),
        ('failing_after = "1s"', "config.toml:2: [alerts] failing_after: expected a duration"),
    ],
)
def test_a_fallback_or_heartbeat_that_cannot_be_is_named(config, text, said):
    endpoint = f'[[endpoints]]\nname = "mail"\nurl = "https://h/"\nsecret = "{SECRET}"'
    assert said in complaint(config(f"[alerts]\n{text}\n{endpoint}"))


def test_a_secret_heartbeat_comes_from_the_environment_or_a_file_and_no_error_shows_it(config, tmp_path, monkeypatch):
    address = "https://watch.example.org/ping/PLANTED"
    monkeypatch.setenv("HEARTBEAT_HERE", address)
    (tmp_path / "heartbeat").write_text(address + "\n")
    for text in ("${HEARTBEAT_HERE}", "file:heartbeat", address):
        assert load(config(f'[alerts]\nheartbeat = "{text}"')).watchfulness.heartbeat == address
    (tmp_path / "heartbeat").write_text("ftp://watch.example.org/PLANTED")
    told = complaint(config('[alerts]\nheartbeat = "file:heartbeat"'))
    assert "[alerts] heartbeat: expected an http or https address" in told
    assert "PLANTED" not in told


@pytest.mark.parametrize(
    ("text", "rate"), [("30 in 1m", Rate(messages=30, seconds=60.0)), ("1 in 1s", Rate(messages=1, seconds=1.0))]
)
def test_an_endpoint_says_how_much_it_takes(config, text, rate):
    endpoint = f'[[endpoints]]\nname = "mail"\nurl = "https://h/"\nsecret = "{SECRET}"\nrate = "{text}"'
    assert load(config(endpoint)).endpoints[0].rate == rate
    for wrong in ("30 per minute", "0 in 1m", "5 in 0s", "5 in 2d"):
        assert "rate: expected how many messages" in complaint(config(endpoint.replace(text, wrong)))
