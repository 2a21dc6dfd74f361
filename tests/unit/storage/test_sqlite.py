"""What only the SQLite store can get wrong: its file, its lock, its plans."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from feeder.errors import StateDamaged, StateError, StateLocked
from feeder.model import DeliveryState, Held
from feeder.storage import Closed, open_store
from feeder.storage.codec import encode_entry
from feeder.storage.schema import APPLICATION_ID, MIGRATIONS
from feeder.storage.sqlite import ARCHIVES_OF_ENTRY, DATABASE, INSTANCE
from feeder.storage.sqlite_topics import ARRIVALS, BETWEEN, LATEST, WAITING
from feeder.topics import ALL
from tests.builders import a_stored_entry, an_article, an_entry
from tests.outbox import attempts, deliveries


def build(folder: Path, entries: int = 1) -> None:
    store = open_store(folder, write=True)
    with store.transaction():
        for n in range(entries):
            entry = an_entry(an_article(key=f"{n}.txt"), id=f"tag:{n}")
            store.put_entry(a_stored_entry(entry), topics=(ALL,), marks=(("key", f"{n}.txt"),))
    store.close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    build(folder)
    return folder


def test_a_database_that_vanished_is_an_error(state: Path) -> None:
    (state / DATABASE).unlink()
    for write in (True, False):
        with pytest.raises(StateDamaged, match="gone or empty"):
            open_store(state, write=write)


def test_a_database_cut_to_nothing_is_an_error(state: Path) -> None:
    (state / DATABASE).write_bytes(b"")
    with pytest.raises(StateDamaged, match="gone or empty"):
        open_store(state, write=True)


def test_a_whole_state_folder_removed_is_a_fresh_start(state: Path) -> None:
    for path in state.iterdir():
        path.unlink()
    store = open_store(state, write=True)
    assert store.counts()["entries"] == 0
    store.close()


def test_a_database_that_belongs_elsewhere_is_an_error(state: Path, tmp_path: Path) -> None:
    build(tmp_path / "other")
    (tmp_path / "other" / DATABASE).replace(state / DATABASE)
    with pytest.raises(StateDamaged, match="another state folder"):
        open_store(state, write=True)


def test_a_start_that_was_killed_before_it_left_its_name_goes_on(state: Path) -> None:
    (state / INSTANCE).unlink()
    store = open_store(state, write=True)
    assert store.counts()["entries"] == 1
    assert (state / INSTANCE).read_text().strip() == store.fact("instance")
    store.close()


def test_a_file_that_is_no_database_is_an_error(state: Path) -> None:
    (state / DATABASE).write_bytes(b"not a database, but long enough to be read as one" * 100)
    with pytest.raises(StateDamaged):
        open_store(state, write=True)


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(StateDamaged, match="no database of feeder"):
        open_store(tmp_path, write=True)


def test_a_database_of_a_newer_feeder_is_left_alone(state: Path) -> None:
    connection = sqlite3.connect(state / DATABASE)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    for write in (True, False):
        with pytest.raises(StateDamaged, match="newer feeder"):
            open_store(state, write=write)


def test_a_corrupt_page_is_named_as_damage(tmp_path: Path) -> None:
    build(tmp_path, entries=200)
    data = bytearray((tmp_path / DATABASE).read_bytes())
    for page in range(2, len(data) // 4096):
        data[page * 4096 : page * 4096 + 64] = os.urandom(64)
    (tmp_path / DATABASE).write_bytes(data)
    with pytest.raises(StateDamaged):  # noqa: PT012 - where it shows is SQLite's to say
        store = open_store(tmp_path, write=True)
        try:
            list(store.entries())
            store.topics.latest(ALL, 200)
        finally:
            store.close()


def test_an_entry_of_an_unknown_form_is_damage_and_not_a_traceback(state: Path) -> None:
    connection = sqlite3.connect(state / DATABASE)
    connection.execute("UPDATE entry SET data = '{\"id\": 7}'")
    connection.commit()
    connection.close()
    store = open_store(state, write=False)
    with pytest.raises(StateDamaged, match="cannot be read"):
        store.topics.latest(ALL, 5)
    store.close()


def test_a_state_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be created"):
        open_store(tmp_path / "file" / "state", write=True)


def test_a_lock_dies_with_its_holder_and_names_it_while_it_lives(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from feeder.storage import open_store; "
        "s = open_store(pathlib.Path(sys.argv[1]), write=True); print('ready', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"ready\n"
        with pytest.raises(StateLocked, match=f"process {holder.pid} "):
            open_store(tmp_path, write=True)
        open_store(tmp_path, write=False).close()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        open_store(tmp_path, write=True).close()


def test_a_database_of_the_first_version_is_brought_up_to_date_with_all_it_holds(tmp_path: Path) -> None:
    stored = a_stored_entry()
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.executescript(MIGRATIONS[0])
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.execute("INSERT INTO fact VALUES ('instance', 'x')")
    row = (stored.entry.id, encode_entry(stored.entry))
    connection.execute("INSERT INTO entry VALUES (7, ?, 'a.txt', 1, 1, 1, NULL, ?)", row)
    connection.execute("INSERT INTO topic VALUES (1, 'all', '', 'all', 'All articles', 1, 5)")
    connection.execute("INSERT INTO topic VALUES (2, 'show', 'gone', 'gone', 'Gone', 0, 5)")
    connection.execute("INSERT INTO posting VALUES (1, 1, 7, 'All articles')")
    connection.execute("INSERT INTO entry_xml VALUES (7, 'f', x'00')")
    for nr, state in enumerate(("done", "pending", "held"), start=1):
        values = (nr, f"msg_{nr}", f"watch {nr}", b"{}", state)
        connection.execute("INSERT INTO outbox VALUES (?, ?, 7, ?, 'desk', 'mention.new', ?, ?, 1, 5, 0, 5)", values)
    connection.execute("INSERT INTO attempt VALUES (1, 1, 5, 6, 'delivered', 200, '')")
    connection.execute("INSERT INTO closed_endpoint VALUES ('desk', 'https://example.org', 5)")
    connection.commit()
    connection.close()
    store = open_store(tmp_path, write=True)
    assert [it.entry for it in store.topics.latest(ALL, 5)] == [stored.entry]
    assert [(it.entry_id, it.size) for it in store.topics.arrivals(ALL, 5, fingerprint="f")] == [
        (stored.entry.id, None)
    ]
    assert [(it.slug, it.count) for it in store.topics.listings()] == [("all", 1)]
    assert [(it.id, it.state, it.held_for) for it in deliveries(store)] == [
        ("msg_1", DeliveryState.DONE, None),
        ("msg_2", DeliveryState.PENDING, None),
        ("msg_3", DeliveryState.HELD, Held.ENDPOINT),
    ]
    assert [it.status for it in attempts(store, "msg_1")] == [200]
    (desk,) = store.alerting.endpoint_states()
    assert (desk.closed, desk.waiting) == (Closed.GONE, 2)
    assert store.check() == []
    store.close()


@pytest.mark.parametrize(
    ("query", "search"),
    [
        (LATEST, "SEARCH posting USING PRIMARY KEY (topic=?)"),
        (ARRIVALS, "SEARCH posting USING COVERING INDEX posting_by_arrival (topic=?)"),
        (BETWEEN, "SEARCH posting USING COVERING INDEX posting_by_arrival (topic=? AND "),
        (WAITING, "SEARCH posting USING COVERING INDEX posting_by_arrival (topic=? AND "),
    ],
    ids=["latest", "arrivals", "between", "waiting"],
)
def test_the_latest_of_a_topic_are_one_range_scan_without_sorting(state: Path, query: str, search: str) -> None:
    names = {"kind": "all", "key": "", "limit": 50, "fingerprint": ""} | dict.fromkeys(
        ["a1", "a2", "a3", "l1", "l2", "l3"], 0
    )
    plan = plan_of(state, query, names)
    assert plan[0].startswith("SEARCH topic USING")
    assert plan[1].startswith(search)
    assert plan[2] in (
        "SEARCH entry USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH entry USING COVERING INDEX entry_brief (nr=?)",
    )
    assert not any("B-TREE" in step or "SCAN" in step for step in plan)


def test_the_archives_of_an_entry_are_found_without_going_through_all_of_them(state: Path) -> None:
    plan = plan_of(state, ARCHIVES_OF_ENTRY, (7,))
    assert "SEARCH posting USING INDEX posting_by_entry (entry=?)" in plan
    assert not any(step.startswith("SCAN") and "chapter" in step for step in plan)


def plan_of(state: Path, query: str, parameters: object) -> list[str]:
    connection = sqlite3.connect(state / DATABASE)
    plan = [row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + query, parameters)]  # type: ignore[arg-type]
    connection.close()
    return plan


def test_a_claim_looks_only_at_what_is_pending(state: Path) -> None:
    connection = sqlite3.connect(state / DATABASE)
    plan = [
        row[3]
        for row in connection.execute(
            "EXPLAIN QUERY PLAN SELECT nr FROM outbox WHERE state = 'pending' "
            "AND endpoint IN (SELECT value FROM json_each('[]'))"
        )
    ]
    connection.close()
    assert plan[0].startswith("SEARCH outbox USING")
    assert "outbox_pending" in plan[0]


def test_writes_survive_a_power_cut(state: Path) -> None:
    """synchronous=FULL in WAL mode, on every connection; foreign keys are checked."""
    store = open_store(state, write=True)
    row = store._db.row  # type: ignore[attr-defined]  # the only place to see it
    assert (row("PRAGMA journal_mode")[0], row("PRAGMA synchronous")[0], row("PRAGMA foreign_keys")[0]) == ("wal", 2, 1)
    store.close()
