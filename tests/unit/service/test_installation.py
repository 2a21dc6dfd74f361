"""What `feeder init` leaves behind."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeder import config
from feeder.errors import ConfigError
from feeder.service import installation

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def test_a_new_folder_is_ready_to_build(tmp_path: Path):
    done = installation.create(tmp_path / "tv", now=NOW)
    assert config.load(tmp_path / "tv" / "config.toml") == done.settings
    assert done.settings.source_folder.is_dir()
    assert [path.name for path in done.created] == ["config.toml", "webhook.secret", "seeds", "state", "public"]


def test_two_installations_never_share_an_entry_id(tmp_path: Path):
    one, other = (installation.create(tmp_path / name, now=NOW).settings.site.authority for name in ("a", "b"))
    assert one != other
    assert one.endswith(".invalid,2026-03-01")


def test_a_watch_with_an_address_works_at_once(tmp_path: Path):
    done = installation.create(tmp_path, now=NOW)
    with done.settings.path.open("a") as file:
        file.write('[[watches]]\nname = "Milo Ventimiglia"\nendpoint = "https://example.org/hook"\n')
    (endpoint,) = config.load(done.settings.path).endpoints
    assert [len(key) for key in endpoint.secrets] == [32]
    assert stat.S_IMODE((tmp_path / "webhook.secret").stat().st_mode) == 0o600


def test_nothing_is_overwritten(tmp_path: Path):
    (tmp_path / "config.toml").write_text("# mine\n")
    with pytest.raises(ConfigError, match="is there already; feeder init never overwrites"):
        installation.create(tmp_path, now=NOW)
    assert (tmp_path / "config.toml").read_text() == "# mine\n"
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


def test_a_secret_and_articles_that_are_there_are_kept(tmp_path: Path):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "webhook.secret").write_text("whsec_" + "A" * 43 + "=\n")
    done = installation.create(tmp_path, now=NOW)
    assert [path.name for path in done.created] == ["config.toml", "state", "public"]
    assert (tmp_path / "webhook.secret").read_text().startswith("whsec_AAA")


def test_a_folder_that_may_not_be_made_is_a_clear_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"file/tv: cannot be created: Not a directory"):
        installation.create(tmp_path / "file" / "tv", now=NOW)
