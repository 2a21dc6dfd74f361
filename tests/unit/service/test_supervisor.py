"""systemd hears what it needs to know; without systemd nothing happens."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeder.service.supervisor import Supervisor


@pytest.fixture(params=["path", "abstract"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    path = f"{tmp_path}/notify" if request.param == "path" else f"@feeder-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as it:
        it.bind(path.replace("@", "\0"))
        it.settimeout(10)
        yield path, it


def test_each_word_arrives_as_a_datagram_of_its_own(listening: tuple[str, socket.socket]) -> None:
    path, it = listening
    supervisor = Supervisor({"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "120000000", "WATCHDOG_PID": str(os.getpid())})
    supervisor.ready()
    supervisor.alive()
    supervisor.stopping()
    assert [it.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]
    assert supervisor.patience == 120


@pytest.mark.parametrize(
    "environment",
    [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1"}, {"NOTIFY_SOCKET": "/nobody/is/here"}],
)
def test_where_nobody_listens_nothing_happens(environment: dict[str, str]) -> None:
    supervisor = Supervisor(environment)
    supervisor.ready()
    supervisor.alive()
    assert supervisor.patience is None


def test_a_watchdog_meant_for_another_process_is_not_ours() -> None:
    assert Supervisor({"WATCHDOG_USEC": "5000000", "WATCHDOG_PID": "1"}).patience is None
