"""Rows C1 to C18 of the table of faults: what is stored, where it is not tested elsewhere (README.md)."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from feeder.errors import StateError
from feeder.model import Article, DeliveryState, Tagging
from feeder.service import clock
from feeder.service.app import App
from feeder.service.notify import dispatch
from feeder.storage import Store, open_store
from tests.builders import a_delivery, a_watch, an_endpoint
from tests.fakes.newsroom import Newsroom, an_article_text
from tests.fakes.receiver import Exchange, Receiver
from tests.fakes.tagger import FakeTagger
from tests.faults import crash_rounds
from tests.outbox import deliveries

ROOT = Path(__file__).parents[2]
LOCAL = ("127.0.0.0/8",)
NEWS = "Milo Ventimiglia will direct two films about rowing, the studio said on Monday."


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    """Past its baseline."""
    newsroom = Newsroom(tmp_path, watches=(a_watch(),), endpoints=(an_endpoint(),))
    newsroom.build()
    return newsroom


def outbox(newsroom: Newsroom) -> list[DeliveryState]:
    with newsroom.open(write=False) as app:
        return [it.state for it in deliveries(app.store)]


def test_c3_killed_before_the_commit_nothing_is_stored_and_the_next_build_sends_once(newsroom: Newsroom) -> None:
    newsroom.write("milo.md", an_article_text("News", NEWS))
    process = os.fork()
    if not process:
        with newsroom.open() as app:
            app.store.outbox.add = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]
            from feeder.service.build import refresh

            refresh(app)
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(process, 0)[1])
    assert newsroom.ids() == []
    assert newsroom.build().ingest.alerts == 1
    assert outbox(newsroom) == [DeliveryState.PENDING]


def test_c5_rounds_of_kills_lose_nothing_and_double_only_what_ended_without_an_answer(tmp_path: Path) -> None:
    """150 rounds: `python -m tests.faults.crash_rounds 150`."""
    counted = crash_rounds.run(8, tmp_path, seed=8)
    assert counted["messages"] == 8 * crash_rounds.ARTICLES
    assert counted["killed"] > 0


def _cap(app: App, pages: int) -> None:
    """Let the database grow by no more than this: SQLite then says that the disk is full."""
    connections = app.store._db  # type: ignore[attr-defined]
    used = connections.row("PRAGMA page_count")[0]
    connections.row(f"PRAGMA max_page_count = {used + pages}")


def test_c7_a_disk_full_at_the_commit_stores_nothing_and_the_article_comes_when_there_is_room(
    newsroom: Newsroom,
) -> None:
    from feeder.service.build import refresh

    for n in range(40):
        newsroom.write(f"{n}.md", an_article_text(f"News {n}", *(f"{NEWS} {n} {k} {'w' * k}" for k in range(200))))
    with newsroom.open() as app:
        _cap(app, 2)
        with pytest.raises(StateError, match="full"):
            refresh(app)
    before = outbox(newsroom)
    assert len(before) == len([it for it in newsroom.ids() if it]) == 0, "an alert of an entry that is not stored"
    newsroom.build()
    assert len(newsroom.ids()) == 40
    with newsroom.open(write=False) as app:
        assert list(app.store.check()) == []


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: I/O errors cannot be injected")
@pytest.mark.parametrize("number", [1, 2, 4])
def test_c8_a_disk_that_cannot_flush_is_an_error_and_not_a_commit(newsroom: Newsroom, number: int) -> None:
    newsroom.write("milo.md", an_article_text("News", NEWS))
    code = """
        import sys
        from pathlib import Path
        from tests.faults.test_crashes import again
        sys.exit(again(Path(sys.argv[1])))
    """
    folder = newsroom.source.parent
    traced = subprocess.run(
        [
            *("strace", "-f", "-qq", "-e", "trace=fsync,fdatasync"),
            *("-e", f"inject=fsync,fdatasync:error=EIO:when={number}+", "-o", os.devnull),
            *(sys.executable, "-c", textwrap.dedent(code), str(folder)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if "ptrace" in traced.stderr:
        pytest.skip("strace may not trace here: I/O errors cannot be injected")
    assert traced.returncode == 73, traced.stderr
    assert "Traceback" not in traced.stderr
    stored, sent = len(newsroom.ids()), len(outbox(newsroom))
    assert stored == sent, "an alert without its entry, or an entry without its alert"
    newsroom.build()
    assert (len(newsroom.ids()), len(outbox(newsroom))) == (1, 1)


def again(folder: Path) -> int:
    """A build by another process in the newsroom of this folder; its exit status."""
    from feeder.errors import FeederError

    (folder / "again").mkdir()
    newsroom = Newsroom(folder / "again", watches=(a_watch(),), endpoints=(an_endpoint(),))
    newsroom.configure(
        source_folder=folder / "articles", state_folder=folder / "state", output_folder=folder / "public"
    )
    try:
        newsroom.build()
    except FeederError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def test_c9_a_database_locked_by_another_process_is_waited_for(newsroom: Newsroom) -> None:
    newsroom.write("milo.md", an_article_text("News", NEWS))
    other = sqlite3.connect(newsroom.state / "feeder.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(1.0, lambda: other.execute("COMMIT"))
    release.start()
    begun = time.monotonic()
    assert newsroom.build().ingest.alerts == 1
    assert time.monotonic() - begun > 0.5
    release.join()
    other.close()


def test_c12_a_state_folder_that_may_not_be_written_is_told_at_the_start(newsroom: Newsroom) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may write everywhere")
    newsroom.state.chmod(0o500)
    (newsroom.state / "feeder.db").chmod(0o400)
    try:
        with pytest.raises(StateError, match=re.escape(str(newsroom.state))):
            newsroom.build()
    finally:
        newsroom.state.chmod(0o700)
        (newsroom.state / "feeder.db").chmod(0o600)


def test_c13_senders_that_get_past_the_lock_still_send_each_message_once(newsroom: Newsroom) -> None:
    for n in range(30):
        with newsroom.open() as app, app.store.transaction():
            app.store.outbox.add(a_delivery(id=f"msg_{n:026}", entry_id="", watch=f"{n}"), now=clock.now())
    with Receiver() as receiver:
        endpoint = an_endpoint(url=receiver.url("/desk"), allow_networks=LOCAL)
        newsroom.configure(endpoints=(endpoint,))
        stores: list[Store] = [open_store(newsroom.state, write=True, beside=True) for _ in range(3)]
        threads = [threading.Thread(target=dispatch, args=(App(newsroom.settings, it),)) for it in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for store in stores:
            store.close()
        ids = [it.headers["webhook-id"] for it in receiver.requests("/desk")]
    assert len(ids) == len(set(ids)) == 30
    assert set(outbox(newsroom)) == {DeliveryState.DONE}


class Poisonous(FakeTagger):
    """A library of which one article makes the whole process end."""

    def tag(self, article: Article) -> Tagging:
        if "poison" in article.text:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().tag(article)


def built_by_a_child(newsroom: Newsroom) -> bool:
    """Whether it came to its end."""
    process = os.fork()
    if not process:
        newsroom.build()
        os._exit(0)
    return not os.WIFSIGNALED(os.waitpid(process, 0)[1])


def test_c14_an_article_that_ends_the_process_each_time_is_set_aside_and_the_others_flow(newsroom: Newsroom) -> None:
    newsroom.tagger = Poisonous()
    poison = newsroom.write("a.md", an_article_text("A", "This is poison for Milo Ventimiglia."))
    for name in "bc":
        newsroom.write(f"{name}.md", an_article_text(name, f"{NEWS} {name} {'x' * ord(name)}"))
    assert [built_by_a_child(newsroom) for _ in range(3)] == [False] * 3
    assert len(newsroom.ids()) == 2, "what comes behind it in the folder is stored all the same"
    report = newsroom.build()
    (aside,) = report.ingest.set_aside
    assert (aside.key, aside.reason) == ("a.md", "failed")
    assert "ended each time" in aside.detail
    assert newsroom.build().ingest.set_aside == (aside,)
    poison.write_text(an_article_text("A", "This was harmless for Milo Ventimiglia all the while."))
    assert newsroom.build().ingest.set_aside == ()
    assert len(newsroom.ids()) == 3


def test_c16_a_reader_that_stays_keeps_the_log_growing_but_no_writer_from_writing(newsroom: Newsroom) -> None:
    reader = sqlite3.connect(newsroom.state / "feeder.db", isolation_level=None)
    reader.execute("BEGIN")
    before = reader.execute("SELECT count(*) FROM entry").fetchone()[0]
    for n in range(5):
        newsroom.write(f"{n}.md", an_article_text(f"News {n}", f"{NEWS} {n} " * (n + 1)))
        newsroom.build()
    assert reader.execute("SELECT count(*) FROM entry").fetchone()[0] == before
    log = newsroom.state / "feeder.db-wal"
    assert log.stat().st_size > 0
    reader.close()
    assert len(newsroom.ids()) == 5
    with newsroom.open():
        pass  # the last one to close it writes the log back
    assert not log.exists() or log.stat().st_size == 0


def test_c18_asked_to_stop_it_ends_what_is_under_way_marks_it_and_begins_nothing(newsroom: Newsroom) -> None:
    stop = threading.Event()

    def slow(x: Exchange) -> None:
        stop.set()
        x.pause(0.5)
        x.answer(200)

    with Receiver() as receiver:
        names = ("one", "two", "three")
        endpoints = tuple(an_endpoint(name, url=receiver.url(f"/{name}"), allow_networks=LOCAL) for name in names)
        for name in names:
            receiver.behave(f"/{name}", slow)
        newsroom.configure(endpoints=endpoints)
        with newsroom.open() as app:
            with app.store.transaction():
                for n, name in enumerate(names * 2):
                    delivery = a_delivery(id=f"msg_{n:026}", entry_id="", endpoint=name)
                    app.store.outbox.add(delivery, now=clock.now())
            report = dispatch(app, stopping=stop.is_set)
        requests = sum(len(receiver.requests(f"/{name}")) for name in names)
    assert report.delivered == requests <= 3
    assert sorted(outbox(newsroom)) == sorted(
        [DeliveryState.DONE] * requests + [DeliveryState.PENDING] * (6 - requests)
    )
