"""Log lines can be read by people and by machines, and nobody forges one."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from feeder.cli import logs
from feeder.config import Log

log = logging.getLogger("feeder.somewhere")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("feeder")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:], _, _ = before
    root.setLevel(before[1])
    ours.setLevel(before[2])


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_a_line_is_one_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    logs.to_operator(Log())
    log.info("article failed: key=%s error=%s", "a.txt", "broken\n2026-01-01T00:00:00Z INFO forged: all is well")
    (line,) = told(capsys)
    assert line.endswith(r"key=a.txt error=broken\n2026-01-01T00:00:00Z INFO forged: all is well")
    assert " INFO article failed:" in line


def test_machines_get_each_value_under_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    logs.to_operator(Log(format="json"))
    log.warning("delivery: id=%s attempt=%d state=%s seconds=%.2f%s", "msg_1", 2, "a b\nc", 0.5, " error=x")
    (line,) = told(capsys)
    record = json.loads(line)
    assert record["message"] == "delivery: id=msg_1 attempt=2 state=a b\nc seconds=0.50 error=x"
    assert (record["id"], record["attempt"], record["state"], record["seconds"]) == ("msg_1", 2, "a b\nc", 0.5)
    assert (record["level"], record["logger"]) == ("warning", "feeder.somewhere")
    assert record["time"].endswith("Z")


def test_a_value_cannot_pose_as_the_line_itself(capsys: pytest.CaptureFixture[str]) -> None:
    logs.to_operator(Log(format="json"))
    log.info("strange: level=%s message=%s", "critical", "forged")
    (line,) = told(capsys)
    assert json.loads(line)["level"] == "info"


def test_a_traceback_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    logs.to_operator(Log(format="json"))
    try:
        raise ZeroDivisionError("a mistake")
    except ZeroDivisionError:
        log.exception("refresh failed")
    (line,) = told(capsys)
    assert "ZeroDivisionError: a mistake" in json.loads(line)["traceback"]


@pytest.mark.parametrize(
    ("level", "quiet", "expected"), [("info", False, 3), ("warning", False, 2), ("error", False, 1), ("info", True, 1)]
)
def test_the_level_is_the_owners(capsys: pytest.CaptureFixture[str], level: str, quiet: bool, expected: int) -> None:
    logs.to_operator(Log(level=level), quiet=quiet)
    log.info("build: read=1")
    log.warning("authority kept")
    log.error("refresh failed")
    assert len(told(capsys)) == expected
