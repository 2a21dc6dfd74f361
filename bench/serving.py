"""A `feeder serve` of its own in a process of its own, as benches and their tests need one."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

FEEDER = (sys.executable, "-m", "feeder")
_CONFIG = """[source]
folder = "articles"
settle = "{settle}"
[server]
port = 0
[log]
format = "json"
[schedule]
refresh = "10m"
"""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    etag: str
    body: bytes


class Serving:
    """Serves `folder`/articles. `program`: how to start feeder, without its arguments. Ends with the block."""

    def __init__(self, folder: Path, *, program: Sequence[str] = FEEDER, settle: str = "0.5s") -> None:
        self.articles = folder / "articles"
        self.articles.mkdir(parents=True, exist_ok=True)
        self.state = folder / "state"
        config = folder / "config.toml"
        config.write_text(_CONFIG.format(settle=settle))
        self.errors: list[str] = []  #: lines of the log of a level that somebody should look at
        self._process = subprocess.Popen(
            [*program, "--config", str(config), "serve"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read_log)
        self._reader.start()
        assert self._process.stdout is not None
        told = self._process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", told)
        if found is None:
            self.stop()
            raise RuntimeError(f"feeder serve said {told!r} and: {self.errors}")
        self.port = int(found[1])

    @property
    def pid(self) -> int:
        return self._process.pid

    def get(self, path: str, *, etag: str = "", method: str = "GET") -> Answer:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, headers={"if-none-match": etag} if etag else {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheader("etag") or "", answer.read())

    def memory(self) -> float:
        """MB of the process's own (resident, without what it shares with files)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        found = re.search(r"RssAnon:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) / 1024

    def stop(self) -> int:
        """Its exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._reader.join()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _read_log(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if '"level": "info"' not in line:
                self.errors.append(line.strip())
