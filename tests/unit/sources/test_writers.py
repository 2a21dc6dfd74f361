"""A file that somebody is still writing is not read, however long the pauses are."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeder.errors import NotAnArticle
from feeder.sources import Folder, Found
from tests.unit.sources.test_folder import NOW, put

WRITER = """
import sys
with open(sys.argv[1], "ab") as file:
    print("open", flush=True)
    sys.stdin.readline()
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who is writing")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    put(tmp_path / "a.txt")
    return Folder(tmp_path, max_bytes=1000, settle=2)


@pytest.fixture
def writer(tmp_path: Path, folder: Folder) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "a.txt")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


def found(folder: Folder) -> Found:
    (outcome,) = folder.scan({}, now=NOW, wait=lambda _: None)
    assert isinstance(outcome, Found)
    return outcome


def test_an_old_file_that_is_open_for_writing_waits_until_it_is_closed(
    folder: Folder, writer: subprocess.Popen[str]
) -> None:
    item = found(folder)
    with pytest.raises(NotAnArticle, match="still open for writing") as caught:
        folder.read(item)
    assert caught.value.reason == "unsettled"
    writer.communicate("done\n")
    assert folder.read(item).content == b"An article."


def test_a_reader_holds_nothing_up_and_nothing_is_left_behind(tmp_path: Path, folder: Folder) -> None:
    before = signal.getsignal(signal.SIGURG)
    with (tmp_path / "a.txt").open("rb"):
        assert folder.read(found(folder)).content == b"An article."
    with (tmp_path / "a.txt").open("r+b", buffering=0) as file:  # would wait for a lease that is still held
        file.write(b"B")
    assert signal.getsignal(signal.SIGURG) == before
