"""Rows I1 to I16: what lies in the folder, and what becomes of it in feeds and alerts.

A whole folder of such files at once: test_hostile_folder.py.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import resource
import socket
import stat
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import time as time_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feeder.errors import SourceError
from feeder.model import DeliveryState, EndpointKind, Rhythm
from feeder.service.build import BuildReport, refresh
from feeder.service.digesting import gather
from feeder.sources import Folder
from tests.atom_rules import problems
from tests.builders import NOON, a_watch, an_endpoint
from tests.fakes.newsroom import FILE_TIME, Newsroom, an_article_text
from tests.fakes.tagger import FakeTagger
from tests.outbox import deliveries

NEWS = "Milo Ventimiglia will direct two films about rowing, the studio said on Monday."
BASE = "https://feeds.example.org"
OTHER = "A street in Anaheim is to bear another name from spring, the mayor of the town said."


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    """Past its baseline."""
    room = Newsroom(tmp_path, watches=(a_watch(),), endpoints=(an_endpoint(),))
    room.write("first.md", an_article_text("First", OTHER))
    room.build()
    return room


def messages(room: Newsroom) -> int:
    with room.open(write=False) as app:
        return len(deliveries(app.store))


def titles(room: Newsroom) -> set[str]:
    return {it.entry.title for it in room.entries()}


def set_aside(report: BuildReport) -> dict[str, str]:
    return {it.key: it.reason for it in report.ingest.set_aside}


def valid(room: Newsroom) -> None:
    feeds = {path: data for path, data in room.published().items() if path.endswith(".atom")}
    assert feeds
    assert {path: found for path, data in feeds.items() if (found := problems(data, location=f"{BASE}/{path}"))} == {}


def test_i1_an_article_that_is_still_being_written_waits_and_rings_once(room: Newsroom) -> None:
    room.configure(settle=0.2)
    path = room.write("growing.md", an_article_text("Growing", NEWS)[:60], at=int(time.time()))
    whole = an_article_text("Growing", NEWS)
    with path.open("r+b") as writer:  # somebody has it open
        for end in (80, 120):
            writer.seek(0)
            writer.write(whole[:end].encode())
            writer.flush()
            assert "Growing" not in titles_after_build(room)
        writer.write(whole[120:].encode())
    os.utime(path, (FILE_TIME, FILE_TIME))
    room.build()
    assert "Growing" in titles(room)
    assert messages(room) == 1
    path.write_text("")  # truncated, then replaced
    room.build()
    room.write("growing.md", whole, at=FILE_TIME + 60)
    room.build()
    assert (sum(it.entry.title == "Growing" for it in room.entries()), messages(room)) == (1, 1)


def titles_after_build(room: Newsroom) -> set[str]:
    room.build()
    return titles(room)


@pytest.mark.parametrize(
    "damage",
    [b"caf\xe9 \xff\xc3( ", b"A\0b ", b"\xed\xa0\x80 ", "\ufffe\uffff ".encode(), b"\x08\x1b[31m ", "\u202e".encode()],
    ids=["invalid UTF-8", "NUL", "lone surrogate", "noncharacters", "controls", "bidi"],
)
def test_i2_damaged_text_is_read_with_replacements_and_the_feeds_stay_valid(room: Newsroom, damage: bytes) -> None:
    room.write("damaged.txt", b"Damaged News\n\n" + damage + f"{NEWS} {OTHER} It was a long session.\n".encode())
    room.build()
    assert len(room.entries()) == 2
    assert messages(room) == 1
    valid(room)


def test_i2_utf_16_without_a_mark_is_read(room: Newsroom) -> None:
    room.write("wide.txt", f"Wide News\n\n{NEWS} {NEWS}\n".encode("utf-16-le"))
    room.build()
    assert "Wide News" in titles(room)
    valid(room)


def test_i3_an_article_of_200_megabytes_is_set_aside_without_being_read(room: Newsroom) -> None:
    with (room.source / "huge.txt").open("wb") as file:
        file.truncate(200_000_000)
    room.write("small.md", an_article_text("Small", NEWS))
    tracemalloc.start()
    try:
        report = room.build()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert set_aside(report)["huge.txt"] == "too-large"
    assert "Small" in titles(room)
    assert peak < 50_000_000


def bombs(secret: Path) -> Iterator[tuple[str, bytes]]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("a", bytes(50_000_000))
    yield "zip.txt", archive.getvalue()
    yield "gzip.html", gzip.compress(bytes(50_000_000))
    yield "deep.html", b"<html><body>" + b"<div>" * 180_000 + b"deep"
    lol = '<!DOCTYPE a [<!ENTITY a "lollollollol">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    yield "laughs.html", f"{lol}]><html><body><p>&j;</p><p>{OTHER}</p></body></html>".encode()
    entity = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    yield "xxe.html", f"<?xml version='1.0'?>{entity}<html><body><p>&x; {NEWS} {OTHER}</p></body></html>".encode()


def test_i4_bombs_and_entities_are_refused_or_harmless(room: Newsroom, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the combination of the safe is 4711")
    for name, content in bombs(secret):
        room.write(name, content)
    room.write("good.md", an_article_text("Good", OTHER + " It is a good one."))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    report = room.build()
    assert time.process_time() - started < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000, "kB; a bomb is more"
    assert {"zip.txt", "gzip.html", "deep.html"} <= set(set_aside(report))
    assert "Good" in titles(room)
    assert all(b"4711" not in data and b"lollol" not in data for data in room.published().values())


def test_i5_what_is_no_plain_file_is_told_and_never_opened(room: Newsroom, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text(an_article_text("Outside", OTHER))
    source = room.source
    (source / "link.md").symlink_to(outside)
    (source / "passwd.txt").symlink_to("/etc/passwd")
    (source / "zero.txt").symlink_to("/dev/zero")
    (source / "loop.md").symlink_to(source / "loop.md")
    (source / "folder").symlink_to(tmp_path)
    os.mkfifo(source / "pipe.md")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(source / "s.md"))
        report = room.build()
    reasons = set_aside(report)
    assert {reasons[name] for name in ("link.md", "passwd.txt", "zero.txt", "loop.md")} == {"symlink"}
    assert {reasons[name] for name in ("pipe.md", "s.md")} == {"special"}
    assert titles(room) == {"First"}


def test_i6_no_file_name_leads_out_of_the_folder_or_over_another_feed(room: Newsroom) -> None:
    names = [
        b"new\nline.txt",
        b"a..dots.txt",
        b"bad\xff\xfe.txt",
        "rtl\u202etxt.txt".encode(),
        b"Case.txt",
        b"case.txt",
    ]
    names.append(b"x" * 251 + b".txt")
    for number, name in enumerate(names):
        path = os.fsencode(room.source) + b"/" + name
        with open(path, "wb") as file:
            file.write(f"Name number {number}\n\nStory {number} is about {'abcdefg'[number] * 9}. {OTHER}\n".encode())
        os.utime(path, (FILE_TIME, FILE_TIME))
    before = set(room.published())
    report = room.build()
    assert len(room.entries()) == 1 + len(names)
    assert all(".." not in path and path.isprintable() for path in set(room.published()) - before)
    assert all(key.isprintable() for key in set_aside(report))
    valid(room)


def test_i7_a_folder_of_many_articles_is_looked_through_in_little_time_and_memory(tmp_path: Path) -> None:
    """Twenty thousand here; a million: bench/README.md."""
    for part in range(20):
        (tmp_path / str(part)).mkdir()
        for n in range(1000):
            (tmp_path / str(part) / f"{n}.exe").touch()
    folder = Folder(tmp_path, max_bytes=1000, settle=0)
    tracemalloc.start()
    started = time.monotonic()
    try:
        seen = sum(1 for _ in folder.scan({}, now=time.time() + 60, wait=time.sleep))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert seen == 20_000
    assert time.monotonic() - started < 20
    assert peak < 60_000_000


def test_i8_a_folder_that_is_gone_is_no_folder_that_was_emptied(room: Newsroom) -> None:
    room.write("milo.md", an_article_text("News", NEWS))
    room.build()
    before = room.published()
    room.source.rename(room.source.with_name("elsewhere"))
    with pytest.raises(SourceError):
        room.build()
    room.source.mkdir()  # the empty place where a disk is mounted
    with pytest.raises(SourceError, match="mounted"):
        room.build()
    assert titles(room) == {"First", "News"}
    assert room.published() == before


@pytest.mark.parametrize("change", ["renamed", "touched", "saved anew", "moved into a folder"])
def test_i9_an_article_that_says_the_same_does_not_ring_again(room: Newsroom, change: str) -> None:
    path = room.write("milo.md", an_article_text("News", NEWS))
    room.build()
    match change:
        case "renamed":
            path.rename(room.source / "other.md")
        case "touched":
            os.utime(path)
        case "saved anew":
            path.unlink()
            room.write("milo.md", an_article_text("News", NEWS), at=FILE_TIME + 99)
        case _:
            (room.source / "deep").mkdir()
            path.rename(room.source / "deep" / "milo.md")
    room.build()
    assert (len(room.entries()), messages(room)) == (2, 1)


def test_i10_an_edit_that_brings_a_watched_name_rings_for_that_name_only(room: Newsroom) -> None:
    room.configure(watches=(a_watch(), a_watch("Lauren Graham")))
    room.write("milo.md", an_article_text("News", NEWS))
    room.build()
    room.write("milo.md", an_article_text("News", NEWS, "Lauren Graham may join him in the boat."), at=FILE_TIME + 9)
    room.build()
    with room.open(write=False) as app:
        assert [it.watch for it in deliveries(app.store)] == ["Milo Ventimiglia", "Lauren Graham"]


def test_i11_each_watch_tells_each_endpoint_once_of_an_article(room: Newsroom) -> None:
    """Whatever topics it is in, and however often its name, an alias or a copy of it turns up."""
    twice = (a_watch(aliases=("Milo",)), a_watch("The rower", aliases=("Milo Ventimiglia",)))
    room.configure(watches=twice)
    text = an_article_text(
        "News", NEWS, "Milo Ventimiglia once was in Gilmore Girls and in This Is Us.", "Milo Ventimiglia."
    )
    room.write("milo.md", text)
    room.write("copy.md", text)
    room.build()
    room.build()
    with room.open(write=False) as app:
        found = [(it.watch, it.endpoint) for it in deliveries(app.store)]
    assert sorted(found) == [("Milo Ventimiglia", "desk"), ("The rower", "desk")]


HOSTILE = (
    "<script>alert(1)</script> ]]> <img src=x onerror=alert(1)> [x](javascript:alert(1)) <!channel> @everyone "
    "\x1b[31mred\x1b[0m \u202eevil\u202c"
)


def test_i12_hostile_text_is_inert_in_feeds_pages_and_every_channel(room: Newsroom) -> None:
    from feeder.alerts.channels import STYLES, write
    from feeder.rendering import Phrasebook

    title = f"Milo Ventimiglia {HOSTILE}\r\nBcc: everybody@example.org"
    room.write("evil.txt", f"{title}\n\n{NEWS} {HOSTILE}\n")
    room.build()
    valid(room)
    for path, data in room.published().items():
        text = data.decode("utf-8", "replace")
        assert not {"\x1b", "\u202e"} & set(text), path
        if path.endswith(".html"):
            assert "<script>alert" not in text
            assert "<img src=x" not in text
            assert 'href="javascript:' not in text
    with room.open(write=False) as app:
        [delivery] = deliveries(app.store)
    for kind, style in STYLES.items():
        words = write(delivery.body, style, Phrasebook(kind, style.markings))
        said = words.subject + words.body
        assert all(c.isprintable() or c in "\n\u200b" for c in said), kind
        assert "\n" not in words.subject
        if kind not in (EndpointKind.EMAIL, EndpointKind.NTFY, EndpointKind.TEAMS, EndpointKind.APPRISE):
            assert "@everyone" not in said
            assert "\n<!channel>" not in said
            assert " <!channel>" not in said


def test_i13_a_watched_name_is_a_name_and_no_pattern(room: Newsroom) -> None:
    evil = "(a+)+$"
    room.configure(watches=(a_watch(evil), a_watch(".*"), a_watch()))
    room.write("a.md", an_article_text("News", "a" * 40 + "! " + NEWS))
    started = time.process_time()
    room.build()
    assert time.process_time() - started < 5
    with room.open(write=False) as app:
        assert [it.watch for it in deliveries(app.store)] == ["Milo Ventimiglia"]


def test_i14_two_shows_whose_names_make_one_file_name_have_two_feeds(room: Newsroom) -> None:
    room.tagger = FakeTagger(shows=("Who?", "Who!"), people=())
    room.write("a.md", an_article_text("One", "The comedy Who? is back for a second season, the network said."))
    room.write("b.md", an_article_text("Two", "A street in Anaheim, where Who! was filmed, will bear another name."))
    room.build()
    feeds = {path for path in room.published() if path.startswith("feeds/show/") and path.endswith(".atom")}
    assert len(feeds) >= 1
    with room.open(write=False) as app:
        slugs = {it.slug for it in app.store.topics.listings() if it.topic.label in ("Who?", "Who!")}
        labels = {it.topic.key for it in app.store.topics.listings() if it.topic.label in ("Who?", "Who!")}
    assert len(slugs) == len(labels)
    again = {path for path in room.published() if path.startswith("feeds/show/")}
    room.build()
    assert {path for path in room.published() if path.startswith("feeds/show/")} == again


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything: run the tests as another user for this row")
def test_i15_a_file_that_may_not_be_read_is_told_the_rest_is_and_it_is_tried_again(room: Newsroom) -> None:
    path = room.write("closed.md", an_article_text("Closed", NEWS))
    path.chmod(0)
    room.write("open.md", an_article_text("Open", OTHER + " It is an open one."))
    assert set_aside(room.build())["closed.md"] == "unreadable"
    assert "Open" in titles(room)
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    room.build()
    assert "Closed" in titles(room)


@pytest.mark.parametrize("kind", [EndpointKind.WEBHOOK, EndpointKind.DISCORD])
def test_i16_a_flood_becomes_digests_and_each_article_is_told_in_one(tmp_path: Path, kind: EndpointKind) -> None:
    """A hundred here; ten thousand: bench/deliveries.py."""
    from dataclasses import replace

    rhythm = Rhythm(at=time_of_day(8), zone=ZoneInfo("UTC"))
    endpoint = replace(an_endpoint(), kind=kind)
    room = Newsroom(tmp_path, watches=(replace(a_watch(), digest=rhythm),), endpoints=(endpoint,))
    room.build()
    for n in range(100):
        words = " ".join(f"w{n * 31 + k}" for k in range(30))
        room.write(f"{n}.md", an_article_text(f"Story {n}", f"Milo Ventimiglia {words}."))
    with room.open() as app:
        refresh(app)
        made = gather(app.store, site=app.site, now=NOON.replace(year=2100), endpoints=app.settings.endpoints)
        bodies = [json.loads(it.body) for it in deliveries(app.store)]
        states = {it.state for it in deliveries(app.store)}
    told = [alert["title"] for body in bodies for alert in body["data"]["alerts"]]
    assert sorted(told) == sorted(f"Story {n}" for n in range(100))
    assert made == len(bodies)
    assert made >= 100 / (6 if kind is EndpointKind.DISCORD else 100)
    assert states == {DeliveryState.PENDING}
