"""What `feeder subscriber` prints and returns."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from feeder.cli import main


@pytest.fixture
def installed(tmp_path: Path, capsys) -> Path:
    assert main(["init"]) == 0
    path = tmp_path / "config.toml"
    path.write_text(path.read_text().replace("private = false", "private = ['watch/*']"))
    assert main(["build"]) == 0
    capsys.readouterr()
    return path


def test_a_subscriber_is_let_in_listed_and_turned_out(installed: Path, capsys) -> None:
    assert main(["subscriber", "add", "Ada"]) == 0
    said = capsys.readouterr()
    assert re.search(r"^everything  http://localhost:8080/s/[\w-]{32}/feeds/all\.atom$", said.out, re.M)
    assert re.search(r"^all feeds   http://localhost:8080/s/[\w-]{32}/feeds\.opml$", said.out, re.M)
    assert said.err == ""
    assert main(["subscriber", "add", "Ada"]) == 65
    assert "there is a subscriber 'Ada' already" in capsys.readouterr().err
    assert main(["subscriber", "list"]) == 0
    assert re.fullmatch(r"Ada  since \d{4}-\d\d-\d\d  never used\n", capsys.readouterr().out)
    assert main(["subscriber", "revoke", "Ada"]) == 0
    assert main(["subscriber", "revoke", "Ada"]) == 65
    assert "there are: nobody yet" in capsys.readouterr().err
    assert main(["subscriber", "list"]) == 0
    assert "Nobody yet" in capsys.readouterr().out


def test_who_lets_somebody_in_where_nothing_is_private_is_told(installed: Path, capsys) -> None:
    installed.write_text(installed.read_text().replace("private = ['watch/*']", "private = false"))
    assert main(["subscriber", "add", "Ada"]) == 0
    assert "No feed is private yet" in capsys.readouterr().err


def test_there_must_be_something_to_subscribe_to(tmp_path: Path, capsys) -> None:
    assert main(["init"]) == 0
    assert main(["subscriber", "add", "Ada"]) == 73
    assert "run `feeder build` first" in capsys.readouterr().err
