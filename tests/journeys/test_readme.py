"""What README.md shows of the first five minutes is what its reader sees."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from feeder.cli import main

CHECKOUT = Path(__file__).parents[2]
README = (CHECKOUT / "README.md").read_text("utf-8")


def shown(command: str) -> str:
    """The block that README.md shows after a command's own."""
    found = re.search(rf"^    {re.escape(command)}\n(?:\n|    # .*\n)*((?:    .*\n|\n(?=    ))+)", README, re.M)
    assert found, f"README.md does not show what comes of {command!r}"
    return re.sub(r"^    ", "", found[1], flags=re.M).strip()


def test_the_first_five_minutes_are_as_the_readme_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "tv"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def said() -> str:
        return capsys.readouterr().out.replace(str(folder), "/home/you/tv").strip()

    assert main(["init"]) == 0
    assert said() == shown("feeder init")
    (copied,) = re.findall(r"^    cp \.\./(seeds/\S+) seeds/$", README, re.M)
    shutil.copy(CHECKOUT / copied, folder / "seeds")
    assert main(["build"]) == 0
    assert said() == shown("feeder build")
