"""`feeder serve` as an operator knows it: one process that follows its folder, its settings and its signals."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.newsroom import an_article_text

PROGRAM = (sys.executable, "-m", "tests.fakes.served")
PATIENCE = 60  # seconds; a deadline for a loaded machine, not a wait
CONFIG = """
[source]
settle = "0s"
[server]
port = 0
[log]
format = "json"
[schedule]
refresh = "10m"
"""


class Service:
    """feeder serve in a process of its own."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.config = home / "config.toml"
        if not self.config.exists():
            (home / "seeds").mkdir()
            self.config.write_text(CONFIG)
        self._log = home / "log"
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*PROGRAM, "--config", str(self.config), "serve"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, **environment},
            )
        assert self.process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self.process.stdout.readline())
        assert found is not None, self._log.read_text()
        self.port = int(found[1])

    def get(self, path: str) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def write(self, name: str, title: str) -> None:
        (self.home / "seeds" / name).write_text(an_article_text(title))

    def feed(self, path: str = "/feeds/all.atom") -> str:
        status, text = self.get(path)
        return text if status == 200 else ""

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*PROGRAM, "--config", str(self.config), *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def eventually(what: Callable[[], object]) -> None:
    """Waits until it is true."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path)
    yield service
    service.kill()


def test_what_is_dropped_edited_and_deleted_is_so_in_the_feeds_and_jobs_can_be_looked_at(service: Service) -> None:
    eventually(lambda: service.get("/readyz")[0] == 200)
    service.write("a.md", "A First Article")
    eventually(lambda: "A First Article" in service.feed())
    service.write("a.md", "An Edited Article")
    eventually(lambda: "An Edited Article" in service.feed())
    (service.home / "seeds" / "a.md").unlink()
    eventually(lambda: "An Edited Article" not in service.feed())
    shown = service.command("schedule")
    assert shown.returncode == 0
    assert re.search(r"^refresh +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +\d+\.\d\d s +\d{4}-", shown.stdout, re.M)
    assert re.search(r"^dispatch ", shown.stdout, re.M)
    assert service.end() == 0
    assert "not planned" in service.command("schedule").stdout
    assert not [line for line in service.log() if line["level"] != "info"]


def test_a_file_that_is_still_being_written_is_read_when_it_is_closed(service: Service) -> None:
    text = an_article_text("A Slow Article")
    with (service.home / "seeds" / "slow.md").open("w") as file:
        file.write(text[:100])
        file.flush()
        service.write("other.md", "Another Article")
        eventually(lambda: "Another Article" in service.feed())
        assert "A Slow Article" not in service.feed()
        file.write(text[100:])
    eventually(lambda: "A Slow Article" in service.feed())


def test_a_changed_configuration_is_used_and_a_bad_one_is_refused_with_its_line(service: Service) -> None:
    service.write("a.md", "A First Article")
    eventually(lambda: "A First Article" in service.feed())
    service.config.write_text(CONFIG + '[site]\ntitle = "Another Title"\n')
    service.process.send_signal(signal.SIGHUP)
    eventually(lambda: "<title>Another Title</title>" in service.feed())
    service.config.write_text(CONFIG + "[feeds]\nlimit = 0\n")
    service.process.send_signal(signal.SIGHUP)
    eventually(lambda: "feeder_config_refused 1" in service.get("/metrics")[1])
    status, told = service.get("/readyz")
    assert status == 200, "the old one is good"
    assert "config.toml:" in told
    assert "[feeds] limit" in told
    service.config.write_text(CONFIG.replace("port = 0", "port = 1"))  # without a signal: it is noticed
    eventually(lambda: "restart feeder for [server] port" in service.get("/readyz")[1])
    assert "feeder_config_refused 0" in service.get("/metrics")[1]
    assert service.end() == 0


def test_a_feed_with_a_timetable_waits_while_others_change_at_once(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    # once a year, and never while this runs
    month = time.gmtime().tm_mon % 12 + 1
    timetable = f'[[timetables]]\nfeeds = ["show/this-is-us"]\ncron = "0 0 15 {month} *"\n'
    (tmp_path / "config.toml").write_text(CONFIG + timetable)
    service = Service(tmp_path)
    try:
        eventually(lambda: service.get("/readyz")[0] == 200)
        (service.home / "seeds" / "a.md").write_text(
            an_article_text("Two Shows", "Gilmore Girls and This Is Us are shows that many people have seen.")
        )
        eventually(lambda: "Two Shows" in service.feed("/feeds/show/gilmore-girls.atom"))
        assert service.get("/feeds/show/this-is-us.atom")[0] == 404, "not 410: it will come"
        assert "show/this-is-us" in service.command("schedule").stdout
    finally:
        service.kill()


def test_a_second_one_on_the_same_state_says_who_is_there(service: Service) -> None:
    second = service.command("serve")
    assert second.returncode == 75
    assert f"process {service.process.pid} " in second.stderr
    assert service.command("build").returncode == 75
    assert service.get("/healthz")[0] == 200


def test_after_a_kill_the_next_one_starts_at_once_and_goes_on(service: Service) -> None:
    service.write("a.md", "A First Article")
    eventually(lambda: "A First Article" in service.feed())
    service.kill()
    service.write("b.md", "A Second Article")
    again = Service(service.home)
    try:
        eventually(lambda: "A Second Article" in again.feed())
        assert again.feed().count("<entry") == 2
    finally:
        again.kill()


def test_a_backup_can_be_made_while_it_runs(service: Service, tmp_path: Path) -> None:
    service.write("a.md", "A First Article")
    eventually(lambda: "A First Article" in service.feed())
    made = service.command("backup", str(tmp_path / "it.zip"))
    assert made.returncode == 0, made.stderr
    refused = service.command("restore", str(tmp_path / "it.zip"), "--force")
    assert refused.returncode == 75, refused.stderr


def test_whoever_started_it_hears_when_it_is_ready_well_and_ending(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as it:
        it.bind(str(tmp_path / "notify"))
        it.settimeout(PATIENCE)
        home = tmp_path / "home"
        home.mkdir()
        service = Service(home, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="900000")
        try:
            assert it.recv(100) == b"READY=1"
            assert it.recv(100) == b"WATCHDOG=1"
            assert service.end() == 0
            heard = it.recv(100)
            while heard == b"WATCHDOG=1":
                heard = it.recv(100)
            assert heard == b"STOPPING=1"
        finally:
            service.kill()
