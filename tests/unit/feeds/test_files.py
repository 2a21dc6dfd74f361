"""The published folder: never half a file, never outside of it, nothing touched without need."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.errors import PublishError
from feeder.feeds import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "public")


def in_a_process(root: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run code with `tree` on the folder in a process of its own, which may be killed or starved."""
    program = f"from pathlib import Path\nfrom feeder.feeds import Tree\ntree = Tree(Path({str(root)!r}))\n"
    return subprocess.run(
        [sys.executable, "-c", program + textwrap.dedent(code)], capture_output=True, text=True, check=False, timeout=60
    )


def test_a_file_is_there_as_written_and_a_web_server_can_read_it(tree: Tree) -> None:
    before = os.umask(0o077)
    try:
        assert tree.write("feeds/show/lost.atom", b"<feed/>") is True
    finally:
        os.umask(before)
    path = tree.root / "feeds/show/lost.atom"
    assert path.read_bytes() == b"<feed/>"
    assert path.stat().st_mode & 0o777 == 0o644
    assert tree.paths() == {"feeds/show/lost.atom"}


def test_equal_bytes_leave_the_file_untouched(tree: Tree) -> None:
    tree.write("a.atom", b"one")
    before = (tree.root / "a.atom").stat()
    assert tree.write("a.atom", b"one") is False
    after = (tree.root / "a.atom").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("ahead", [0, 3600])
def test_a_new_file_is_newer_than_the_one_before_whatever_the_clock_says(tree: Tree, ahead: float) -> None:
    tree.write("a.atom", b"one")
    path = tree.root / "a.atom"
    os.utime(path, (time.time() + ahead,) * 2)
    before = int(path.stat().st_mtime)
    tree.write("a.atom", b"two")
    assert int(path.stat().st_mtime) == before + 1, "a reader that asks by date gets the new one"


@pytest.mark.parametrize("data", [b"two", b"longer than before", b""])
def test_other_bytes_replace_the_file(tree: Tree, data: bytes) -> None:
    tree.write("a.atom", b"one")
    assert tree.write("a.atom", data) is True
    assert (tree.root / "a.atom").read_bytes() == data
    assert os.listdir(tree.root) == ["a.atom"]


def test_a_reader_who_opened_the_old_file_reads_it_to_the_end(tree: Tree) -> None:
    tree.write("a.atom", b"old" * 100_000)
    with (tree.root / "a.atom").open("rb") as reader:
        first = reader.read(10)
        tree.write("a.atom", b"new")
        assert first + reader.read() == b"old" * 100_000


def test_a_removed_feed_is_gone_and_removing_it_again_is_no_error(tree: Tree) -> None:
    tree.write("feeds/a.atom", b"x")
    assert tree.remove("feeds/a.atom") is True
    assert tree.remove("feeds/a.atom") is False
    assert tree.remove("nowhere/a.atom") is False
    assert tree.paths() == set()


def test_nothing_published_yet_is_an_empty_folder_not_an_error(tree: Tree) -> None:
    assert tree.paths() == set()
    assert tree.sweep() == 0
    assert tree.remove("a.atom") is False


def test_leftovers_of_a_killed_writer_are_swept_and_never_listed(tree: Tree) -> None:
    tree.write("feeds/a.atom", b"x")
    for path in (tree.root / ".tmp-1", tree.root / "feeds/.tmp-2"):
        path.write_bytes(b"half")
    assert tree.paths() == {"feeds/a.atom"}
    assert tree.sweep() == 2
    assert tree.sweep() == 0
    assert sorted(os.listdir(tree.root / "feeds")) == ["a.atom"]


def test_a_kill_while_writing_leaves_the_old_or_the_new_file(tree: Tree) -> None:
    old, new = b"o" * 2_000_000, b"n" * 2_000_000
    tree.write("a.atom", old)
    code = f"from pathlib import Path\nfrom feeder.feeds import Tree\ntree = Tree(Path({str(tree.root)!r}))\n"
    code += "print(flush=True)\n"
    code += "while True:\n    tree.write('a.atom', b'n' * 2_000_000)\n    tree.write('a.atom', b'o' * 2_000_000)\n"
    for delay in (0.0, 0.003, 0.007):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(delay)
            writer.send_signal(signal.SIGKILL)
        assert (tree.root / "a.atom").read_bytes() in (old, new)
    tree.sweep()
    assert os.listdir(tree.root) == ["a.atom"]


def test_a_full_disk_keeps_the_old_file_and_says_so(tree: Tree) -> None:
    # A limit on file sizes fails in the same place as a full disk: in the middle of a write.
    tree.write("feeds/a.atom", b"old")
    result = in_a_process(
        tree.root,
        """
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        from feeder.errors import PublishError
        try:
            tree.write("feeds/a.atom", b"n" * 100_000)
        except PublishError as error:
            print(error)
        """,
    )
    assert "feeds/a.atom: cannot write (File too large)" in result.stdout, result.stderr
    assert "what was published before stays" in result.stdout
    assert (tree.root / "feeds/a.atom").read_bytes() == b"old"
    assert os.listdir(tree.root / "feeds") == ["a.atom"], "half a file was left behind"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="wants a device that is always full")
def test_the_error_of_a_full_disk_names_it(tree: Tree) -> None:
    result = in_a_process(
        tree.root,
        """
        import feeder.feeds.files as files
        from feeder.errors import PublishError
        real = files.os.open
        # every temporary file is a device without space; everything else stays real
        full = lambda: real("/dev/full", files.os.O_WRONLY)
        files.os.open = lambda p, *a, **k: full() if str(p).startswith(".tmp-") else real(p, *a, **k)
        try:
            tree.write("a.atom", b"new")
        except PublishError as error:
            print(error)
        """,
    )
    assert "No space left on device" in result.stdout, result.stderr


@pytest.mark.parametrize(
    "path",
    [
        *("", "/etc/passwd", "../a", "a/../../b", "a//b", "./a", "a/"),
        *(".tmp-x", "a/.tmp-x", "nul\0", "line\nend", "a\\b", "x" * 256),
    ],
)
def test_a_path_that_is_none_is_refused(tree: Tree, path: str) -> None:
    for action in (lambda: tree.write(path, b"x"), lambda: tree.remove(path)):
        with pytest.raises(ValueError, match=r"not a path|longer than"):
            action()
    assert not tree.root.exists()


@given(st.text(max_size=30))
def test_no_path_leads_out_of_the_folder(path: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outer = Path(folder)
        inner = outer / "deep" / "public"
        inner.mkdir(parents=True)
        with contextlib.suppress(ValueError, PublishError):
            Tree(inner).write(path, b"x")
        outside = [p for p in outer.rglob("*") if p.is_file() and not p.is_relative_to(inner)]
        assert outside == []


def test_a_folder_that_is_a_symlink_is_not_followed(tree: Tree, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.atom").write_bytes(b"not ours")
    tree.root.mkdir()
    (tree.root / "feeds").symlink_to(outside)
    with pytest.raises(PublishError, match=r"feeds/a\.atom"):
        tree.write("feeds/a.atom", b"x")
    with pytest.raises(PublishError, match=r"feeds/a\.atom"):
        tree.remove("feeds/a.atom")
    assert (outside / "a.atom").read_bytes() == b"not ours"
    assert tree.paths() == set()


def test_a_file_that_is_a_symlink_is_replaced_and_its_target_kept(tree: Tree, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"not ours")
    tree.root.mkdir()
    (tree.root / "a.atom").symlink_to(target)
    assert tree.write("a.atom", b"not ours") is True
    assert not (tree.root / "a.atom").is_symlink()
    assert target.read_bytes() == b"not ours"


def test_the_output_folder_itself_may_be_a_symlink(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "public").symlink_to(tmp_path / "disk")
    tree = Tree(tmp_path / "public")
    assert tree.write("feeds/a.atom", b"x") is True
    (tmp_path / "disk/.tmp-1").write_bytes(b"half")
    assert tree.paths() == {"feeds/a.atom"}
    assert tree.sweep() == 1


def test_a_fifo_in_the_way_does_not_stop_the_service(tree: Tree) -> None:
    tree.root.mkdir()
    os.mkfifo(tree.root / "a.atom")
    assert tree.write("a.atom", b"x") is True
    assert (tree.root / "a.atom").read_bytes() == b"x"


def test_a_folder_or_file_in_the_way_is_a_clear_error(tree: Tree) -> None:
    (tree.root / "a.atom").mkdir(parents=True)
    (tree.root / "feeds").write_bytes(b"a file")
    for path in ("a.atom", "feeds/b.atom"):
        with pytest.raises(PublishError, match="what was published before stays"):
            tree.write(path, b"x")
    assert sorted(os.listdir(tree.root)) == ["a.atom", "feeds"]


def test_an_output_folder_that_is_a_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "public").write_bytes(b"")
    with pytest.raises(PublishError, match="public"):
        Tree(tmp_path / "public").write("a.atom", b"x")
