"""What was backed up comes back whole; nothing newer or another's is replaced unasked; no secret travels unasked."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeder import config
from feeder.errors import BackupError, StateError, StateLocked
from feeder.service import withholding
from feeder.service.app import open_app
from feeder.service.backup import back_up
from feeder.service.build import refresh
from feeder.service.restoring import restore
from feeder.topics import ALL
from tests.fakes.newsroom import an_article_text
from tests.fakes.tagger import FakeTagger

NOW = datetime(2021, 7, 1, 6, 0, tzinfo=UTC)
KEY = "whsec_" + "QUJD" * 10
OTHER_KEY = "whsec_" + "REVG" * 10
CONFIG = f"""
# what we follow
[site]
authority = "example.org,2026"
[source]
settle = "0s"
[templates]
folder = "looks"
[catalog]
files = ["elsewhere/extra.psv"]
[[endpoints]]
name = "desk"
url = "https://hooks.example.org/feeder"
secret = ["{KEY}", "file:desk.secret"]
[[watches]]
name = "Milo Ventimiglia"
endpoint = "desk"
"""


class Installation:
    """A folder as an owner has it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.config = home / "config.toml"
        (home / "seeds").mkdir(parents=True)
        for name, text in {
            "config.toml": CONFIG,
            "desk.secret": OTHER_KEY + "\n",
            "corrections.psv": "",
            "catalog/mine.psv": "",
            "catalog/.hidden": "not mine",
            "elsewhere/extra.psv": "",
            "looks/.keep": "",
        }.items():
            (home / name).parent.mkdir(exist_ok=True)
            (home / name).write_text(text)

    def write(self, name: str, title: str) -> None:
        (self.home / "seeds" / name).write_text(an_article_text(title))

    def build(self) -> None:
        with open_app(config.load(self.config), write=True, open_tagger=lambda _: FakeTagger()) as app:
            refresh(app)

    def titles(self) -> list[str]:
        with open_app(config.load(self.config), write=False) as app:
            return sorted(stored.entry.title for stored in app.store.topics.latest(ALL, 10))

    def back_up(self, name: str = "backup.zip", *, secrets: bool = False) -> Path:
        return back_up(config.load(self.config), self.home / name, now=NOW, secrets=secrets).path


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    installation = Installation(tmp_path / "here")
    installation.write("a.md", "First")
    installation.build()
    return installation


def names(backup: Path) -> set[str]:
    with zipfile.ZipFile(backup) as archive:
        return set(archive.namelist())


def altered(backup: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """A copy of which each file went through `change`."""
    copy = backup.with_name("altered.zip")
    with zipfile.ZipFile(backup) as archive, zipfile.ZipFile(copy, "w") as target:
        for name in archive.namelist():
            target.writestr(name, change(name, archive.read(name)))
    return copy


def test_an_empty_machine_becomes_the_installation_it_was(installation: Installation, tmp_path: Path) -> None:
    backup = installation.back_up(secrets=True)
    shutil.copytree(installation.home / "seeds", tmp_path / "there" / "seeds")
    ids = (installation.home / "public" / "feeds" / "all.atom").read_bytes()
    shutil.rmtree(installation.home / "state")
    there = Installation.__new__(Installation)
    there.home, there.config = tmp_path / "there", tmp_path / "there" / "config.toml"
    done = restore(backup, there.config)
    assert (done.created, done.lacking, done.aside) == (NOW, "", ())
    assert there.titles() == ["First"]
    assert there.config.read_text() == CONFIG
    assert (there.home / "desk.secret").read_text() == OTHER_KEY + "\n"
    assert (there.home / "desk.secret").stat().st_mode & 0o777 == 0o600
    for name in ("corrections.psv", "catalog/mine.psv", "elsewhere/extra.psv"):
        assert (there.home / name).exists()
    there.build()
    assert (there.home / "public" / "feeds" / "all.atom").read_bytes() == ids


@pytest.mark.parametrize(
    ("before", "after"), [(0o600, 0o600), (0o640, 0o640), (0o644, 0o600)], ids=["mine", "my group's", "everybody's"]
)
def test_everybody_may_read_what_they_might_before_but_no_secrets(
    installation: Installation, tmp_path: Path, before: int, after: int
) -> None:
    installation.config.chmod(before)
    (installation.home / "catalog" / "mine.psv").chmod(0o664)
    there = tmp_path / "there" / "config.toml"
    restore(installation.back_up(secrets=True), there)
    assert there.stat().st_mode & 0o777 == after
    assert (there.parent / "catalog" / "mine.psv").stat().st_mode & 0o777 == 0o664
    assert withholding.exposed(there) == ()


def test_a_config_without_secrets_is_restored_as_it_was(installation: Installation, tmp_path: Path) -> None:
    installation.config.chmod(0o644)
    there = tmp_path / "there" / "config.toml"
    restore(installation.back_up(), there)
    assert there.stat().st_mode & 0o777 == 0o644


def test_it_can_be_made_while_others_write(installation: Installation) -> None:
    with open_app(config.load(installation.config), write=True) as app, app.store.transaction():
        app.store.set_fact("half", "written")
        backup = installation.back_up()
    assert "state/feeder.db" in names(backup)
    assert backup.stat().st_mode & 0o777 == 0o600


def test_no_secret_is_in_it_unless_asked_for(installation: Installation) -> None:
    backup = installation.back_up()
    with zipfile.ZipFile(backup) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        text = archive.read("config.toml").decode()
    assert KEY.encode() not in everything
    assert OTHER_KEY.encode() not in everything
    assert "# what we follow" in text
    assert "file:desk.secret" in text, "where it was is no secret"
    assert not [name for name in names(backup) if "hidden" in name]


def test_a_backup_without_secrets_leaves_those_that_are_there_and_says_which_are_not(
    installation: Installation, tmp_path: Path
) -> None:
    backup = installation.back_up()
    assert restore(backup, installation.config).lacking == ""
    assert installation.config.read_text() == CONFIG
    done = restore(backup, tmp_path / "there" / "config.toml")
    assert "[[endpoints]] #1 secret" in done.lacking


def test_a_damaged_database_is_replaced_and_kept(installation: Installation) -> None:
    backup = installation.back_up()
    database = installation.home / "state" / "feeder.db"
    database.write_bytes(b"rubbish" * 1000)
    with pytest.raises(StateError):
        installation.titles()
    done = restore(backup, installation.config)
    assert installation.titles() == ["First"]
    assert [path.read_bytes()[:7] for path in done.aside] == [b"rubbish"]


def test_what_is_newer_is_replaced_only_by_force_and_kept(installation: Installation) -> None:
    backup = installation.back_up()
    installation.write("b.md", "Second")
    installation.build()
    with pytest.raises(BackupError, match="newer than this backup"):
        restore(backup, installation.config)
    assert installation.titles() == ["First", "Second"]
    done = restore(backup, installation.config, force=True)
    assert installation.titles() == ["First"]
    with sqlite3.connect(done.aside[0]) as old:
        assert old.execute("SELECT count(*) FROM entry").fetchone() == (2,)
    old.close()
    installation.build()
    assert installation.titles() == ["First", "Second"], "the article is still there"


def test_another_installation_and_files_that_differ_are_replaced_only_by_force(
    installation: Installation, tmp_path: Path
) -> None:
    backup = installation.back_up()
    other = Installation(tmp_path / "other")
    other.write("x.md", "Other")
    other.build()
    (other.home / "catalog" / "mine.psv").write_text("# my own\n")
    with pytest.raises(BackupError) as caught:
        restore(backup, other.config)
    assert "belongs to another installation" in str(caught.value)
    assert "mine.psv is there and differs" in str(caught.value)
    assert "--force" in str(caught.value)
    assert other.titles() == ["Other"]
    done = restore(backup, other.config, force=True)
    assert other.titles() == ["First"]
    assert "# my own\n" in [path.read_text() for path in done.aside if path.name.startswith("mine.psv")]


def test_nothing_is_put_under_a_running_feeder(installation: Installation) -> None:
    backup = installation.back_up()
    with open_app(config.load(installation.config), write=True), pytest.raises(StateLocked, match="process"):
        restore(backup, installation.config, force=True)


def test_a_backup_is_never_written_over_another_file(installation: Installation) -> None:
    backup = installation.back_up()
    before = backup.read_bytes()
    with pytest.raises(BackupError, match="is there already"):
        installation.back_up()
    assert backup.read_bytes() == before
    assert sorted(path.name for path in installation.home.iterdir() if "backup" in path.name) == ["backup.zip"]


@pytest.mark.parametrize("part", ["state/feeder.db", "config.toml", "manifest.json"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(installation: Installation, part: str) -> None:
    backup = installation.back_up()
    damaged = altered(backup, lambda name, data: data[: len(data) // 2] if name == part else data)
    before = {path: path.read_bytes() for path in sorted(installation.home.rglob("*")) if path.is_file()}
    with pytest.raises(BackupError, match="damaged"):
        restore(damaged, installation.config, force=True)
    assert {path: path.read_bytes() for path in sorted(installation.home.rglob("*")) if path.is_file()} == before


def test_a_file_that_is_no_backup_is_refused(installation: Installation, tmp_path: Path) -> None:
    path = tmp_path / "no.zip"
    path.write_bytes(b"PK")
    with pytest.raises(BackupError, match="no backup"):
        restore(path, installation.config)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(BackupError, match="no backup"):
        restore(path, installation.config)


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "catalog/../../evil", "catalog//x", "seeds/evil.md"])
def test_no_path_in_a_backup_leads_out_of_where_it_belongs(
    installation: Installation, tmp_path: Path, name: str
) -> None:
    backup = installation.back_up()
    with zipfile.ZipFile(backup) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["files"][name] = "0" * 64
    evil = altered(backup, lambda it, data: json.dumps(manifest).encode() if it == "manifest.json" else data)
    with pytest.raises(BackupError, match="no place"):
        restore(evil, tmp_path / "there" / "config.toml")
    assert not (tmp_path / "there").exists()


def test_a_backup_of_a_later_form_is_refused_with_its_number(installation: Installation) -> None:
    def later(name: str, data: bytes) -> bytes:
        return data.replace(b'"format": 1', b'"format": 2') if name == "manifest.json" else data

    with pytest.raises(BackupError, match="form 2"):
        restore(altered(installation.back_up(), later), installation.config)
