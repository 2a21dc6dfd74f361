"""Watches written into config.toml: what the owner wrote stays as it is."""

from __future__ import annotations

import errno
import os
import stat
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeder.config import load, remove_watch, try_watch, watch_table, write_watch
from feeder.config.editing import _tables
from feeder.errors import ConfigError, WatchError
from feeder.model import EventType, Quiet, Rhythm, Watch, WatchKind

HOOK = "https://example.org/hook"
CONFIG = """\
# my feeds
[site]
title = "Screen" # short

[alerts]
secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

# people I like
[[watches]]
name = "Milo Ventimiglia" # Jess!
endpoint = "https://example.org/hook"

# and she, too
[[watches]]
name = "Lauren Graham"
aliases = [
  "L. Graham", # in old papers
]
endpoint = "https://example.org/hook"

# topics come later
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    path.chmod(0o640)
    return path


def names(path: Path) -> list[str]:
    return [watch.name for watch in load(path).watches]


def test_a_watch_is_added_after_the_others_and_nothing_else_changes(path: Path) -> None:
    write_watch(path, {"name": 'Sarah "SJP" Parker', "aliases": ["SJP"], "endpoint": HOOK})
    assert names(path) == ["Milo Ventimiglia", "Lauren Graham", 'Sarah "SJP" Parker']
    text = path.read_text()
    added = text.replace("\n# topics come later\n", "").removeprefix(CONFIG.replace("\n# topics come later\n", ""))
    assert text.replace(added, "") == CONFIG
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(path.parent) == ["config.toml"]


def test_a_watch_is_removed_and_every_comment_stays(path: Path) -> None:
    remove_watch(path, "lauren  graham")
    assert names(path) == ["Milo Ventimiglia"]
    text = path.read_text()
    for comment in ("# my feeds", "# short", "# people I like", "# Jess!", "# and she, too", "# topics come later"):
        assert comment in text
    remove_watch(path, "Milo Ventimiglia")
    assert names(path) == []
    assert "# topics come later" in path.read_text()


def test_what_was_added_and_removed_again_leaves_the_file_as_it_was(path: Path) -> None:
    write_watch(path, {"name": "Amy Sherman-Palladino", "endpoint": HOOK})
    remove_watch(path, "Amy Sherman-Palladino")
    assert path.read_text() == CONFIG


def test_a_watch_that_would_make_the_file_wrong_is_refused_and_nothing_changes(path: Path) -> None:
    for name, endpoint in (("Milo Ventimiglia", HOOK), ("New", "nowhere"), ("", "nowhere")):
        with pytest.raises(ConfigError):
            write_watch(path, {"name": name, "endpoint": endpoint})
    with pytest.raises(ConfigError, match="no watch is named 'Nobody'"):
        remove_watch(path, "Nobody")
    assert path.read_text() == CONFIG


def test_a_file_that_is_wrong_already_is_left_to_its_owner(path: Path) -> None:
    path.write_text(CONFIG + "[nonsense]\n")
    with pytest.raises(ConfigError, match="nonsense"):
        write_watch(path, {"name": "New", "endpoint": HOOK})
    assert path.read_text() == CONFIG + "[nonsense]\n"


def test_a_link_to_the_file_stays_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    write_watch(link, {"name": "New", "endpoint": HOOK})
    assert link.is_symlink()
    assert names(path)[-1] == "New"


def test_a_first_watch_goes_to_the_end_of_the_commented_file(path: Path) -> None:
    path.write_text('[alerts]\nsecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="\n# end')
    write_watch(path, {"name": "New", "endpoint": HOOK})
    assert names(path) == ["New"]
    assert "# end\n\n[[watches]]\n" in path.read_text()


def test_watches_in_another_form_are_not_touched(path: Path) -> None:
    path.write_text('watches = [{name = "A", endpoint = "e"}]\n[[endpoints]]\nname = "e"\n')
    with pytest.raises(ConfigError, match="by hand"):
        _tables(path.read_text())


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co", "Cf")), min_size=1, max_size=40))
def test_any_name_that_may_be_watched_comes_back_as_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(CONFIG)
    try:
        there = write_watch(path, {"name": name, "endpoint": HOOK})
    except ConfigError:
        assert path.read_text() == CONFIG
    else:
        assert there.watches[-1].name == " ".join(name.split())
        remove_watch(path, name)
        assert path.read_text() == CONFIG


# -- a watch that is changed ------------------------------------------------------------------------------------------

NAMED = (
    CONFIG
    + """
[[endpoints]]
name = "desk"
kind = "ntfy"
url = "https://example.org/topic"
"""
)


def test_of_a_changed_watch_only_what_is_said_anew_is_written_anew(path: Path) -> None:
    there = load(path)
    table = watch_table(there.watches[0], there)
    write_watch(path, {**table, "name": "Milo V.", "main": True, "endpoint": HOOK}, replacing="milo ventimiglia")
    changed = CONFIG.replace(
        'name = "Milo Ventimiglia" # Jess!\nendpoint = "https://example.org/hook"\n',
        'name = "Milo V." # Jess!\nendpoint = "https://example.org/hook"\nmain = true\n',
    )
    assert path.read_text() == changed
    write_watch(path, table, replacing="Milo V.")
    assert path.read_text() == CONFIG


def test_a_watch_that_stays_as_it_is_leaves_every_byte(path: Path) -> None:
    there = load(path)
    for watch in there.watches:
        write_watch(path, watch_table(watch, there), replacing=watch.name)
    assert path.read_text() == CONFIG


def test_the_last_line_of_a_file_may_lack_its_end(path: Path) -> None:
    path.write_text(CONFIG.removesuffix("\n# topics come later\n").removesuffix("\n"))
    write_watch(path, {"name": "Lauren Graham", "endpoint": HOOK, "main": True}, replacing="Lauren Graham")
    assert (load(path).watches[1].main, load(path).watches[1].aliases) == (True, ())


def test_a_kind_that_was_written_out_gives_way(path: Path) -> None:
    path.write_text(
        CONFIG.replace('name = "Milo Ventimiglia" # Jess!\n', 'kind = "query"\nname = "Q"\nquery = "event:casting"\n')
    )
    write_watch(path, {"name": "Q", "kind": "show", "endpoint": HOOK}, replacing="Q")
    assert (load(path).watches[0].kind, load(path).watches[0].query) == (WatchKind.SHOW, "")
    write_watch(path, {"name": "Q", "endpoint": HOOK}, replacing="Q")
    assert load(path).watches[0].kind is WatchKind.PERSON


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        ({"name": "Lauren  Graham"}, {"name": "another watch has this name already"}),
        ({"name": "", "min_score": "much"}, {"name": "expected a name", "min_score": "expected a number"}),
        ({"when": "sometimes", "quiet": "at night"}, {"when": "expected", "quiet": "expected hours like"}),
        ({"mute_until": "Christmas"}, {"mute_until": "expected a date like 2026-12-24"}),
        ({"kind": "event", "main": True}, {"events": "is missing", "main": "has no meaning"}),
        ({"kind": "query", "query": "event:cast"}, {"query": "event:cast"}),
        ({"endpoint": "nowhere"}, {"endpoint": "there is no endpoint named"}),
        ({"endpoint": []}, {"endpoint": "is missing"}),
        ({"colour": "green"}, {"colour": "unknown"}),
        ({"aliases": [None, {"a": float("nan")}]}, {"aliases": "expected a list of names"}),
        ({"name": "\ud800"}, {"name": "is no text"}),
        ({"query": "\ud800", "not": ["\udfff"]}, {"query": "is no text", "not": "is no text"}),
    ],
)
def test_what_is_wrong_with_a_watch_is_said_by_key(
    path: Path, table: dict[str, object], fields: dict[str, str]
) -> None:
    whole = {"name": "Milo Ventimiglia", "endpoint": HOOK, **table}
    with pytest.raises(WatchError) as error:
        write_watch(path, whole, replacing="Milo Ventimiglia")
    assert set(error.value.fields) == set(fields)
    for key, words in fields.items():
        assert words in error.value.fields[key]
    assert path.read_text() == CONFIG


def test_an_address_goes_by_a_name_that_does_not_tell_it(path: Path) -> None:
    there = load(path)
    table = watch_table(there.watches[0], there)
    (name,) = cast("list[str]", table["endpoint"])
    assert "hook" not in name
    after = write_watch(path, {"name": "New", "endpoint": [name]})
    assert after.watches[-1].endpoints == there.watches[0].endpoints
    assert f'endpoint = "{HOOK}"' in path.read_text().rpartition("[[watches]]")[2]


def test_a_watch_is_tried_without_an_endpoint_and_without_being_written(path: Path) -> None:
    watch = try_watch(path, {"name": "Tony Shalhoub", "main": True})
    assert (watch.name, watch.main, watch.endpoints) == ("Tony Shalhoub", True, ())
    assert try_watch(path, {"name": "Lauren Graham"}, replacing="Lauren Graham").aliases == ()
    with pytest.raises(WatchError):
        try_watch(path, {"name": "Lauren Graham"})
    assert path.read_text() == CONFIG


_names = st.sampled_from(("Milo Ventimiglia", "Ann, Bob", 'Sarah "SJP" Parker', "Zoë", "C:\\x"))
_zones = st.sampled_from(("UTC", "Europe/Berlin", "America/St_Johns")).map(ZoneInfo)
_times = st.times().map(lambda it: it.replace(second=0, microsecond=0))
_watches = st.builds(
    Watch,
    name=_names,
    aliases=st.lists(_names, unique=True, max_size=3).map(tuple),
    endpoints=st.just(("desk",)),
    kind=st.sampled_from((WatchKind.PERSON, WatchKind.SHOW)),
    unless=st.lists(_names, unique=True, max_size=2).map(tuple),
    main=st.booleans(),
    events=st.lists(st.sampled_from(EventType), unique=True, max_size=3).map(tuple),
    min_score=st.integers(0, 100).map(lambda it: it / 100),
    max_age=st.none() | st.integers(60, 10**7).map(float),
    digest=st.none() | st.builds(Rhythm, at=_times, zone=_zones, weekday=st.none() | st.integers(0, 6)),
    quiet=st.none()
    | st.tuples(_times, _times, _zones)
    .filter(lambda it: it[0] != it[1])
    .map(lambda it: Quiet(start=it[0], end=it[1], zone=it[2])),
    muted_until=st.none() | st.integers(1_577_836_800, 2_208_988_800).map(lambda it: datetime.fromtimestamp(it, UTC)),
)


@given(watch=_watches, before=_watches, zone=st.sampled_from(("UTC", "Europe/Berlin")))
@settings(deadline=None)
def test_any_watch_that_is_written_is_read_as_the_same(
    tmp_path_factory: pytest.TempPathFactory, watch: Watch, before: Watch, zone: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "law.toml"
    path.write_text(f'[source]\ntimezone = "{zone}"\n' + NAMED.replace("Milo Ventimiglia", "Jess"))
    first = write_watch(path, watch_table(replace(before, name="Before"), load(path)))
    after = write_watch(path, watch_table(watch, first), replacing="Before")
    assert after.watches[-1] == watch


def test_two_who_watch_at_the_same_time_both_have_their_say(path: Path) -> None:
    wanted = [f"Show {chr(65 + n)}" for n in range(8)]
    threads = [
        threading.Thread(target=write_watch, args=(path, {"name": name, "kind": "show", "endpoint": HOOK}))
        for name in wanted
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(names(path)) >= set(wanted)


def test_a_full_disk_is_told_and_the_file_is_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match=r"config\.toml: cannot be written: No space left on device; nothing"):
        write_watch(path, {"name": "Ghosts", "kind": "show", "endpoint": HOOK})
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]
