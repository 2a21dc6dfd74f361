"""`feeder serve` opens its address or says why not, and stops when it is asked to."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from feeder.cli import signals
from feeder.errors import FeederError, ServeError
from feeder.web import Server, application

PROGRAM = """
import sys
from pathlib import Path
from feeder.cli import signals
from feeder.web import Server, application
files = application(Path(sys.argv[1]), max_age=60)
server = Server(files, host="127.0.0.1", port=0, on_started=lambda address: print(address, flush=True))
with signals.handled(stop=server.stop, reload=lambda: print("asked to reload", flush=True)):
    server.run()
    print("put away", flush=True)
    if sys.argv[2:]:
        import time
        time.sleep(60)
"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "index.html").write_text("hello")
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as it:
        try:
            yield it
        finally:
            it.kill()


def serve(public: Path, *, host: str, port: int) -> Server:
    return Server(application(public, max_age=60), host=host, port=port, on_started=lambda _: None)


def started(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    port = urlsplit(process.stdout.readline().strip()).port
    assert port is not None
    return port


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_good_order(process: subprocess.Popen[str], number: int) -> None:
    port = started(process)
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as reader:
        reader.request("GET", "/")
        assert reader.getresponse().read() == b"hello"
        # a reader with a kept connection and one in the middle of a request do not hold it up
        with socket.create_connection(("127.0.0.1", port)) as half:
            half.sendall(b"GET / HT")
            time.sleep(0.1)
            before = time.monotonic()
            process.send_signal(number)
            out, err = process.communicate(timeout=10)
    assert time.monotonic() - before < 5
    assert (process.returncode, out, err) == (0, "put away\n", "")


def test_a_second_signal_does_not_wait_for_anything(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), "and linger"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            started(process)
            process.send_signal(signal.SIGTERM)
            assert process.stdout is not None
            assert process.stdout.readline() == "put away\n"
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 128 + signal.SIGTERM
        finally:
            process.kill()


def test_a_hangup_asks_for_the_configuration_and_ends_nothing(process: subprocess.Popen[str]) -> None:
    started(process)
    for _ in range(2):
        process.send_signal(signal.SIGHUP)
        assert process.stdout is not None
        assert process.stdout.readline() == "asked to reload\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


def test_the_address_answers_from_the_moment_it_is_told(process: subprocess.Popen[str]) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", started(process), timeout=10)) as reader:
        reader.request("GET", "/")
        assert reader.getresponse().status == 200


def test_a_taken_port_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"127.0.0.1, port {port}: another program") as failure:
            serve(tmp_path, host="127.0.0.1", port=port)
    assert isinstance(failure.value, FeederError)
    assert "[server]" in str(failure.value)


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("no.such.host.invalid", 0), ("127.0.0.1", 70_000)])
def test_an_impossible_address_is_an_error_that_names_it(tmp_path: Path, host: str, port: int) -> None:
    with pytest.raises(ServeError, match=f"cannot listen on {host}") as failure:
        serve(tmp_path, host=host, port=port)
    assert "config.toml" in str(failure.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may listen on any port")
def test_a_port_of_the_system_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ServeError, match="1024"):
        serve(tmp_path, host="127.0.0.1", port=1)


def test_signals_work_as_before_after_it_has_stopped(tmp_path: Path) -> None:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = list(map(signal.getsignal, numbers))
    ticks = []

    def end() -> None:
        """Whoever watches hears that the loop is not held up."""
        if not ticks:
            os.kill(os.getpid(), signal.SIGTERM)
        ticks.append(1)

    files = application(tmp_path, max_age=60)
    server = Server(files, host="127.0.0.1", port=0, on_started=lambda address: None, on_tick=end)
    with signals.handled(stop=server.stop, reload=lambda: None):
        server.run()
    assert list(map(signal.getsignal, numbers)) == before
