"""Files beside the code are found in a checkout and in a wheel."""

from __future__ import annotations

from pathlib import Path

import pytest

from feeder import resources


def test_a_checkout_uses_the_files_people_edit() -> None:
    top = Path(__file__).parents[2]
    assert resources.templates() == top / "templates"
    assert resources.config() == top / "config.toml"


def test_a_wheel_uses_the_files_it_carries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = tmp_path / "_shipped"
    (shipped / "templates").mkdir(parents=True)
    monkeypatch.setattr(resources, "_PLACES", (shipped, tmp_path))
    assert resources.templates() == shipped / "templates"


def test_an_installation_without_them_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PLACES", (tmp_path,))
    with pytest.raises(FileNotFoundError, match="install feeder again"):
        resources.config()
