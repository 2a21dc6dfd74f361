"""A folder of all that is no article, through the whole program: nothing is lost, stopped, fooled or exhausted."""

from __future__ import annotations

import os
import re
import resource
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from feeder.model import StoredEntry
from feeder.service.build import BuildReport
from feeder.sources import key_of
from tests.atom_rules import problems
from tests.fakes.newsroom import FILE_TIME, Newsroom, an_article_text

MILLION = 1_000_000
SECRET = "the combination of the safe is 4711"
ARTICLE = None  # the fate of a file that becomes an entry

# bounds are several times what an idle machine needs: what they catch grows without bound
CPU_SECONDS = 90.0
MEGABYTES = 500.0

COMMAND = "import sys; from feeder.cli import main; sys.exit(main())"  # as the installed script does


def prose(number: int, first: str = "") -> str:
    """An article unlike the others."""
    return (
        f"Network Orders Drama Number {number}\n\n"
        f"{first}The network has ordered {number + 3} episodes of a drama set in lighthouse {number} on the coast.\n\n"
        f"Milo Ventimiglia leads the cast; filming of production {number}-{number} begins in the spring of next year.\n"
    )


def page(body: str, *, before: str = "<!DOCTYPE html>", number: int = 0) -> str:
    return f"{before}<html><head><title>Lighthouse Page {number}</title></head><body>{body}</body></html>"


ENTITIES = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
XML = '<?xml version="1.0" encoding="utf-8"?>'


def external(secret: Path) -> str:
    return f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY % p SYSTEM "{secret.as_uri()}"> %p;]>'


def contents(secret: Path) -> Mapping[bytes, tuple[str | bytes, str | None]]:
    """By file name: what is in it, and the reason for which it must be set aside (ARTICLE: it is one)."""
    bomb = f'<!DOCTYPE html [<!ENTITY a "lollollol">{ENTITIES}]>'
    hostile_names = (
        *(
            b"new\nline.txt",
            b"\x1b[2Jescape.txt",
            b"invalid\xff\xfe.txt",
            "\u202etxt.exe.txt".encode(),
            b"x" * 251 + b".txt",
        ),
        *(b"<script>alert(1)<script>.txt", b"a&b'\"c.txt", b"-rf.txt", b"%0A.txt", b" .txt", "zoë\u0301.txt".encode()),
        *(b"[red]x[/red]{{ 7*7 }}.txt", b"$(touch pwned).txt"),
    )
    return {
        # articles first, last and in between
        b"000.md": (an_article_text("The First of All"), ARTICLE),
        b"middle/of/it/all.txt": (prose(1), ARTICLE),
        b"zzz.txt": (prose(2), ARTICLE),
        **{name: (prose(100 + n), ARTICLE) for n, name in enumerate(hostile_names)},
        # not meant for us
        b".hidden.txt": (prose(3), "hidden"),
        b"draft.txt~": (prose(4), "temporary"),
        b"download.txt.part": (prose(5), "temporary"),
        b"~$lock.txt": (prose(6), "temporary"),
        b"program.exe": (b"MZ", "unsupported"),
        b"no ending": (prose(7), "unsupported"),
        # nothing in it
        b"empty.txt": (b"", "empty"),
        b"empty.html": (b"", "empty"),
        b"blank.txt": (b" \n\t\n", "no-text"),
        b"skeleton.html": (page(""), "no-text"),
        b"mark only.txt": (b"\xef\xbb\xbf", "no-text"),
        # no text
        b"noise.txt": (bytes(range(256)) * 40, "binary"),
        b"picture.txt": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "binary"),
        b"archive.md": (b"PK\x03\x04" + b"\0" * 100, "binary"),
        b"paper.html": (b"%PDF-1.7\n" + b"text " * 100, "binary"),
        b"nul.txt": (prose(8).replace(" ", "\0"), "binary"),
        # encodings
        b"one nul.txt": (prose(9, "A\0b. "), ARTICLE),
        b"invalid utf-8.txt": (prose(10).encode() + b"\n\nThe caf\xe9 is closed \xff\xc3( on Mondays.\n", ARTICLE),
        b"surrogate.txt": (prose(11).encode() + b"\n\nHalf of a pair: \xed\xa0\x80.\n", ARTICLE),
        b"utf-16.txt": (prose(12).encode("utf-16-le"), ARTICLE),
        b"odd utf-16.txt": (prose(13).encode("utf-16")[:-1], ARTICLE),
        b"forbidden.txt": (prose(14, "A\x08\ufffe\uffff\u202eb. "), ARTICLE),
        b"references.html": (page(f"<p>{prose(15)} &#0;&#x1F;&#xD800;&#xFFFE;&#x202E;</p>"), ARTICLE),
        b"lying.html": (page(f"<meta charset=utf-16><p>{prose(16)}</p>"), ARTICLE),
        # too much
        b"line.txt": ("word " * (MILLION // 5), "too-long"),
        b"one word.txt": ("a" * MILLION, "too-long"),
        b"deep.html": (page("<div>" * 200_000 + "<p>Down here.</p>"), "nested"),
        b"deep list.html": (page("<ul><li>" * 100_000), "nested"),
        b"paragraphs.html": (page("<p>word</p>" * 20_000, number=1), ARTICLE),
        b"spans.html": (page("<p>" + "<span>word </span>" * 20_000 + "</p>", number=2), ARTICLE),
        b"elements.html": (page("<i></i>" * 300_000), "too-long"),
        b"unclosed.html": ("<a " * 300_000, "no-text"),
        b"brackets.md": ("[" * 300_000, "too-long"),
        b"quotes.md": ("> " * 50_000, "no-text"),
        # entities
        b"bomb.html": (page(f"<p>&j;</p><p>{prose(17)}</p>", before=bomb, number=3), ARTICLE),
        b"xhtml bomb.html": (page(f"<p>&j;</p><p>{prose(18)}</p>", before=XML + bomb, number=4), ARTICLE),
        b"xxe.html": (page(f"<p>&x;</p><p>{prose(19)}</p>", before=external(secret), number=5), ARTICLE),
        b"xhtml xxe.html": (page(f"<p>&x;</p><p>{prose(20)}</p>", before=XML + external(secret), number=6), ARTICLE),
        b"include.html": (
            page(
                f'<xi:include href="{secret.as_uri()}" parse="text"/><iframe src="{secret.as_uri()}"></iframe>'
                f"<p>{prose(21)}</p><script>alert('pwned')</script>",
                number=7,
            ),
            ARTICLE,
        ),
        # front matter
        b"front brackets.md": ("---\ntitle: " + "[" * 100_000 + f"\n---\n{prose(22)}", "front-matter"),
        b"front braces.md": ("---\na: " + "{a: " * 10_000 + f"\n---\n{prose(23)}", "front-matter"),
        b"front broken.md": (f"---\ntitle: Lost: The Return\n---\n{prose(24)}", "front-matter"),
        b"front bomb.md": (f"---\na: &a [x]\nb: &b [*a, *a]\n---\n{prose(25)}", "front-matter"),
        b"front object.md": (f"---\ntitle: !!python/object/apply:os.system ['touch pwned']\n---\n{prose(26)}", ARTICLE),
        b"front dots.md": ("+++\n" + "a." * 20_000 + f"a = 1\n+++\n{prose(27)}", "front-matter"),
        b"front toml.md": (f"+++\ntitle = \n+++\n{prose(28)}", "front-matter"),
    }


@dataclass(frozen=True)
class Hostile:
    fates: dict[str, str | None]  #: by key
    growing: Path  #: still being written by somebody


def lay_out(newsroom: Newsroom, outside: Path) -> Hostile:
    """The folder, and what must become of each file in it."""
    root = newsroom.source
    secret = outside / "secret.txt"
    secret.write_text(SECRET)
    fates: dict[str, str | None] = {}

    def put(name: bytes, content: str | bytes, reason: str | None) -> Path:
        path = root / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(path, (FILE_TIME, FILE_TIME))
        fates["/".join(map(key_of, os.fsdecode(name).split("/")))] = reason
        return path

    for name, (content, reason) in contents(secret).items():
        put(name, content, reason)
    os.truncate(put(b"sparse.txt", "The start of much.", "too-large"), 200 * MILLION)
    os.utime(root / "sparse.txt", (FILE_TIME, FILE_TIME))
    unreadable = put(b"unreadable.txt", prose(30), "unreadable")
    unreadable.chmod(0)
    if os.access(unreadable, os.R_OK):
        fates["unreadable.txt"] = ARTICLE  # the superuser may read everything
    put(b"/".join([b"d"] * 66 + [b"deep.txt"]), prose(31), "unreadable")
    fates["d/" * 65] = fates.pop("d/" * 66 + "deep.txt")
    for link, target in {
        "out.txt": secret, "out": outside, "up": Path(".."), "loop.txt": Path("loop.txt"), "ring": Path("."),
        "zero.txt": Path("/dev/zero"), "memory.txt": Path("/proc/self/mem"), "nowhere.txt": Path("nothing"),
        "copy.txt": Path("zzz.txt"),
    }.items():  # fmt: skip
        (root / link).symlink_to(target)
        fates[link] = "symlink"
    os.mkfifo(root / "pipe.txt")
    fates["pipe.txt"] = "special"
    with socket.socket(socket.AF_UNIX) as listener, _inside(root):
        listener.bind("socket.txt")  # relative: an address has room for 107 bytes
        fates["socket.txt"] = "special"
    with suppress(PermissionError):  # only the superuser makes devices
        os.mknod(root / "device.txt", stat.S_IFCHR | 0o666, os.makedev(1, 5))
        fates["device.txt"] = "special"
    return Hostile(fates=fates, growing=root / "growing.txt")


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def written_all_the_time(path: Path) -> Iterator[None]:
    """Somebody copies a file into the folder, slowly."""
    path.write_text(prose(40))
    done = threading.Event()

    def write() -> None:
        with path.open("a") as file:
            while not done.wait(0.02):
                file.write("More of it. ")
                file.flush()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        done.set()
        writer.join()
        os.utime(path, (FILE_TIME, FILE_TIME))


@dataclass(frozen=True)
class Built:
    newsroom: Newsroom
    hostile: Hostile
    report: BuildReport
    cpu: float  #: seconds
    growth: float  #: of the peak of memory, megabytes
    published: Mapping[str, bytes]
    entries: tuple[StoredEntry, ...]

    @property
    def text(self) -> str:
        return "\n".join(data.decode() for data in self.published.values())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("newsroom")
    newsroom = Newsroom(folder)
    newsroom.configure(max_bytes=20 * MILLION, settle=0.3, feed_limit=1000)
    hostile = lay_out(newsroom, tmp_path_factory.mktemp("outside"))
    before, cpu = _peak(), time.process_time()
    with written_all_the_time(hostile.growing):
        report = newsroom.build()
    cpu, growth = time.process_time() - cpu, _peak() - before
    return Built(newsroom, hostile, report, cpu, growth, newsroom.published(), newsroom.entries())


def _peak() -> float:
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1 if sys.platform != "darwin" else 1024) / 1024


def test_the_fate_of_every_file_is_told_with_its_reason(built: Built) -> None:
    expected = {key: reason for key, reason in built.hostile.fates.items() if reason is not ARTICLE}
    assert {item.key: item.reason for item in built.report.ingest.set_aside} == expected | {"growing.txt": "unsettled"}
    assert built.report.ingest.files == len(built.hostile.fates) + 1
    assert all(item.detail for item in built.report.ingest.set_aside)


def test_what_is_told_of_a_file_can_be_printed_on_a_line(built: Built) -> None:
    assert all((item.key + item.detail).isprintable() for item in built.report.ingest.set_aside)


def test_every_article_among_them_is_in_the_feeds(built: Built) -> None:
    articles = {key for key, reason in built.hostile.fates.items() if reason is ARTICLE}
    assert {stored.entry.article.key for stored in built.entries} == articles
    documents = [
        data for path, data in built.published.items() if path.startswith("feeds/all") and path.endswith(".atom")
    ]
    everything = b"".join(documents).decode()  # the current document and its archives
    assert [stored.entry.article.key for stored in built.entries if stored.entry.id not in everything] == []


def test_every_feed_is_valid(built: Built) -> None:
    base = built.newsroom.settings.site.base_url
    feeds = {path: data for path, data in built.published.items() if path.endswith(".atom")}
    assert len(feeds) >= 3
    assert [it for path, data in feeds.items() for it in problems(data, location=f"{base}/{path}")] == []


@pytest.mark.parametrize("never", [SECRET, "lollol", "<script>alert", "alert('pwned')", "\0", "\ufffe", "\u202e"])
def test_nothing_of_a_trap_is_published(built: Built, never: str) -> None:
    assert never not in built.text


def test_nothing_in_the_folder_is_run(built: Built) -> None:
    assert not any((folder / "pwned").exists() for folder in (built.newsroom.source, Path.cwd(), Path.home()))


def test_what_is_legible_in_a_damaged_file_is_kept(built: Built) -> None:
    texts = {stored.entry.article.key: stored.entry.article.text for stored in built.entries}
    assert "The café is closed" in texts["invalid utf-8.txt"]
    assert texts["utf-16.txt"].startswith("Network Orders Drama Number 12\n\n")
    assert all("on the coast." in texts[key] for key in ("one nul.txt", "odd utf-16.txt", "forbidden.txt", "xxe.html"))


def test_the_worst_folder_costs_bounded_time_and_memory(built: Built) -> None:
    assert built.cpu < CPU_SECONDS
    assert built.growth < MEGABYTES


def test_a_second_build_reads_nothing_again(built: Built) -> None:
    newsroom = built.newsroom
    report = newsroom.build()
    assert (report.ingest.read, report.ingest.added) == (1, 1)  # the one that was still being written
    published, times = newsroom.published(), newsroom.times()
    report = newsroom.build()
    assert (report.ingest.read, report.publish.written, report.publish.removed) == (0, (), ())
    assert (newsroom.published(), newsroom.times()) == (published, times)
    expected = {key: reason for key, reason in built.hostile.fates.items() if reason is not ARTICLE}
    assert {item.key: item.reason for item in report.ingest.set_aside} == expected


def test_the_command_goes_through_a_hostile_folder_without_a_traceback(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    files: dict[bytes, tuple[str | bytes, str | None]] = {
        b"good.txt": (prose(1), ARTICLE),
        b"new\nline\xff\x1b[2J.txt": (prose(2), ARTICLE),
        b"empty\n\xff.txt": (b"", "empty"),
        b"noise.txt": (bytes(range(256)) * 40, "binary"),
        b"deep.html": (page("<div>" * 200_000), "nested"),
        b"line.txt": ("a" * MILLION, "too-long"),
        b"broken.md": (f"---\ntitle: [\n---\n{prose(3)}", "front-matter"),
    }
    for name, (content, _) in files.items():
        (seeds / os.fsdecode(name)).write_bytes(content if isinstance(content, bytes) else content.encode())
    (seeds / "sparse.txt").touch()
    os.truncate(seeds / "sparse.txt", 200 * MILLION)
    os.mkfifo(seeds / "pipe.txt")
    (seeds / "zero.txt").symlink_to("/dev/zero")
    (tmp_path / "config.toml").write_text('[source]\nfolder = "seeds"\nsettle = "0s"\n')
    reasons = {name: reason for name, (_, reason) in files.items() if reason is not None}
    reasons |= {b"sparse.txt": "too-large", b"pipe.txt": "special", b"zero.txt": "symlink"}

    code, out, err, usage = _command(tmp_path, "build")

    assert (code, err) == (0, "")
    lines = out.splitlines()
    for name, reason in reasons.items():
        assert any(line.strip().startswith(f"{key_of(os.fsdecode(name))}: {reason}") for line in lines), (name, out)
    assert f"set aside  {len(reasons)} files" in lines
    assert re.search(r"^entries +2\b", out, re.M)
    assert all(c.isprintable() or c == "\n" for c in out)
    feeds = list((tmp_path / "public").rglob("*.atom"))
    assert feeds
    assert [it for path in feeds for it in problems(path.read_bytes(), location=None)] == []
    assert usage.ru_utime + usage.ru_stime < CPU_SECONDS


def _command(folder: Path, *arguments: str) -> tuple[int, str, str, resource.struct_rusage]:
    """Exit status, both outputs, and what this one process used."""
    out, err = folder / "out", folder / "err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "--config", str(folder / "config.toml"), *arguments],
            stdout=stdout,
            stderr=stderr,
            cwd=folder,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, out.read_text(), err.read_text(), usage
