"""What is replaced is old or new, never half and never lost, whatever happens meanwhile."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from feeder import durable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.psv"


def in_a_process(code: str, *args: object) -> subprocess.Popen[str]:
    program = f"import os, sys\nfrom pathlib import Path\nfrom feeder import durable\n{textwrap.dedent(code)}"
    return subprocess.Popen([sys.executable, "-c", program, *map(str, args)], stdout=subprocess.PIPE, text=True)


def test_what_is_written_is_there_and_nothing_beside_it(path: Path) -> None:
    durable.replace(path, b"one")
    durable.replace(path, b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(path.parent) == [path.name]


def test_a_new_file_is_as_the_umask_has_it(path: Path) -> None:
    before = os.umask(0o027)
    try:
        durable.replace(path, b"one")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_keeps_its_mode_so_that_secrets_in_it_stay_secret(path: Path, mode: int) -> None:
    path.write_bytes(b"secret")
    path.chmod(mode)
    durable.replace(path, b"another secret")
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_keeps_its_owner_when_root_writes_it(path: Path) -> None:
    path.write_bytes(b"one")
    os.chown(path, 12345, 23456)
    durable.replace(path, b"two")
    with durable.replacing(path) as aside:
        aside.write_bytes(b"three")
    assert (path.stat().st_uid, path.stat().st_gid, path.read_bytes()) == (12345, 23456, b"three")


@pytest.mark.parametrize("ahead", [0, 3600])
def test_a_new_file_has_a_later_date_whatever_the_clock_says(path: Path, ahead: float) -> None:
    path.write_bytes(b"one")
    os.utime(path, (time.time() + ahead,) * 2)
    before = int(path.stat().st_mtime)
    durable.replace(path, b"two")
    assert int(path.stat().st_mtime) == before + 1


def test_a_link_stays_a_link_and_its_target_is_replaced(path: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    path.symlink_to(tmp_path / "kept" / "real")
    durable.replace(path, b"one")
    with durable.replacing(path) as aside:
        assert aside.parent == tmp_path / "kept", "a rename goes no further than one disk"
        aside.write_bytes(b"two")
    assert path.is_symlink()
    assert (tmp_path / "kept" / "real").read_bytes() == b"two"


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        # a limit on file sizes fails in the same place as a full disk: in the middle of a write
        ("resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))", "File too large"),
        ("os.fsync = full", "No space left on device"),  # a disk that has promised more than it holds
        ("os.rename = full", "No space left on device"),
    ],
)
def test_a_full_disk_leaves_the_old_file_and_nothing_else(path: Path, limit: str, said: str) -> None:
    path.write_bytes(b"old")
    code = f"""
        import errno, resource
        path = Path(sys.argv[1])
        def full(*_, **__):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        {limit}
        try:
            durable.replace(path, b"n" * 100_000)
        except OSError as error:
            print(durable.refusal(path, error))
    """
    with in_a_process(code, path) as process:
        assert process.communicate(timeout=60)[0] == f"{path}: cannot be written: {said}; nothing has changed\n"
    assert path.read_bytes() == b"old"
    assert os.listdir(path.parent) == [path.name]


def test_a_kill_leaves_the_old_or_the_new_file_and_the_next_writer_clears_up(path: Path) -> None:
    code = """
        path = Path(sys.argv[1])
        print(flush=True)
        while True:
            durable.replace(path, b"n" * 2_000_000)
            durable.replace(path, b"o" * 2_000_000)
    """
    durable.replace(path, b"o" * 2_000_000)
    for delay in (0.0, 0.003, 0.007):
        with in_a_process(code, path) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
        assert path.read_bytes() in (b"n" * 2_000_000, b"o" * 2_000_000)
    durable.replace(path, b"last")
    assert os.listdir(path.parent) == [path.name]


def test_what_a_kill_left_of_a_large_file_is_gone_with_the_next_one_but_nobody_elses(path: Path) -> None:
    code = """
        with durable.scratch(Path(sys.argv[1])) as aside:
            aside.write_bytes(b"half")
            print(flush=True)
            sys.stdin.read()
            os.kill(os.getpid(), 9)
    """
    for other in (path, path.with_name("other.psv")):
        with in_a_process(code, other) as process:
            process.wait(timeout=60)
    left = os.listdir(path.parent)
    assert len(left) == 2
    assert all(map(durable.is_aside, left))
    with durable.replacing(path) as aside:
        aside.write_bytes(b"whole")
    assert len(os.listdir(path.parent)) == 2, "the file, and what is left of the other one"


def test_a_file_that_is_given_up_leaves_what_was_there(path: Path) -> None:
    path.write_bytes(b"old")

    def give_up() -> None:
        with durable.replacing(path) as aside:
            aside.write_bytes(b"half")
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        give_up()
    assert path.read_bytes() == b"old"
    assert os.listdir(path.parent) == [path.name]


def test_a_file_that_was_never_written_is_an_error_not_an_empty_file(path: Path) -> None:
    path.write_bytes(b"old")
    with pytest.raises(FileNotFoundError), durable.replacing(path):
        pass
    assert path.read_bytes() == b"old"


def test_a_batch_is_on_the_disk_before_any_of_it_takes_its_place(tmp_path: Path, monkeypatch) -> None:
    done: list[str] = []
    fsync, rename = os.fsync, os.rename

    def flushing(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        fsync(descriptor)
        done.append(kind)

    def renaming(old: str, new: str, **folders: int) -> None:
        rename(old, new, **folders)
        done.append(new)

    monkeypatch.setattr(os, "fsync", flushing)
    monkeypatch.setattr(os, "rename", renaming)
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with durable.Batch() as batch:
            for name in ("c", "a", "b"):
                batch.add(folder, name, name.encode(), mode=0o644)
            with pytest.raises(ValueError, match="twice"):
                batch.add(folder, "a", b"again")
            assert all(map(durable.is_aside, os.listdir(tmp_path)))
            batch.commit()
    finally:
        os.close(folder)
    assert done == ["file", "file", "file", "c", "a", "b", "folder"]
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"a": "a", "b": "b", "c": "c"}


def test_a_batch_that_fails_halfway_leaves_nothing_aside(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    folder = os.open(tmp_path, os.O_RDONLY)

    def write() -> None:
        with durable.Batch() as batch:
            for name in ("a", "b", "c"):
                batch.add(folder, name, b"new")
            batch.commit()

    try:
        with pytest.raises(IsADirectoryError):
            write()
    finally:
        os.close(folder)
    assert sorted(os.listdir(tmp_path)) == ["a", "b"], "the earlier ones are new, the later ones old"


def test_two_threads_are_alone_one_after_the_other(tmp_path: Path) -> None:
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        with durable.alone(tmp_path):
            inside += 1
            most = max(most, inside)
            time.sleep(0.001)
            inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert os.listdir(tmp_path) == []


def test_another_process_is_told_that_somebody_is_at_work_and_a_dead_one_holds_nothing(tmp_path: Path) -> None:
    code = """
        with durable.alone(Path(sys.argv[1])):
            print(flush=True)
            sys.stdin.read()
            import time; time.sleep(60)
    """
    with in_a_process(code, tmp_path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(BlockingIOError), durable.alone(tmp_path, wait=False):
            pass
        process.kill()
    with durable.alone(tmp_path, wait=False):
        assert os.listdir(tmp_path) == []
