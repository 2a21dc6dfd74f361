"""Whatever happens in the folder is noticed, and a folder that cannot be watched is an error."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeder.errors import SourceError
from feeder.sources import hints

PATIENCE = 30  # seconds; a deadline for a loaded machine, not a wait


class Listener:
    """Takes hints in a thread of its own."""

    def __init__(self, root: Path) -> None:
        self.stopping = threading.Event()
        self.error: SourceError | None = None
        self._root = root
        self._given = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        try:
            for _ in hints(self._root, stopping=self.stopping):
                self._given.release()
        except SourceError as error:
            self.error = error

    def hinted(self) -> bool:
        """Whether a hint came, and takes all that have."""
        came = self._given.acquire(timeout=PATIENCE)
        while self._given.acquire(timeout=0.2):
            pass
        return came

    def end(self) -> None:
        self.stopping.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def wait(self) -> None:
        self._thread.join(PATIENCE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    return folder


@pytest.fixture
def listener(folder: Path) -> Iterator[Listener]:
    listener = Listener(folder)
    assert listener.hinted(), "it is being watched"
    yield listener
    listener.end()


def test_a_file_that_comes_changes_moves_and_goes_is_noticed_at_any_depth(listener: Listener, folder: Path) -> None:
    (folder / "deep").mkdir()
    assert listener.hinted()
    path = folder / "deep" / "a.txt"
    path.write_text("one")
    assert listener.hinted()
    path.write_text("two")
    assert listener.hinted()
    path.rename(folder / "b.txt")
    assert listener.hinted()
    (folder / "b.txt").unlink()
    assert listener.hinted()


def test_a_folder_that_is_not_there_or_goes_is_an_error(tmp_path: Path, folder: Path) -> None:
    nowhere = Listener(tmp_path / "nowhere")
    nowhere.wait()
    assert nowhere.error is not None
    listener = Listener(folder)
    assert listener.hinted()
    folder.rmdir()
    listener.wait()
    assert "is gone" in str(listener.error)
