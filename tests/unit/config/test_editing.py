"""Watches written into config.toml: what the owner wrote stays as it is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.config import add_watch, load, remove_watch
from feeder.config.editing import _tables
from feeder.errors import ConfigError

CONFIG = """\
# my feeds
[site]
title = "Screen" # short

[alerts]
secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

# people I like
[[watches]]
name = "Milo Ventimiglia" # Jess!
endpoint = "https://example.org/hook"

# and she, too
[[watches]]
name = "Lauren Graham"
aliases = [
  "L. Graham", # in old papers
]
endpoint = "https://example.org/hook"

# topics come later
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    path.chmod(0o640)
    return path


def names(path: Path) -> list[str]:
    return [watch.name for watch in load(path).watches]


def test_a_watch_is_added_after_the_others_and_nothing_else_changes(path: Path) -> None:
    add_watch(path, 'Sarah "SJP" Parker', aliases=("SJP",), endpoints=("https://example.org/hook",))
    assert names(path) == ["Milo Ventimiglia", "Lauren Graham", 'Sarah "SJP" Parker']
    text = path.read_text()
    added = text.replace("\n# topics come later\n", "").removeprefix(CONFIG.replace("\n# topics come later\n", ""))
    assert text.replace(added, "") == CONFIG
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(path.parent) == ["config.toml"]


def test_a_watch_is_removed_and_every_comment_stays(path: Path) -> None:
    remove_watch(path, "lauren  graham")
    assert names(path) == ["Milo Ventimiglia"]
    text = path.read_text()
    for comment in ("# my feeds", "# short", "# people I like", "# Jess!", "# and she, too", "# topics come later"):
        assert comment in text
    remove_watch(path, "Milo Ventimiglia")
    assert names(path) == []
    assert "# topics come later" in path.read_text()


def test_what_was_added_and_removed_again_leaves_the_file_as_it_was(path: Path) -> None:
    add_watch(path, "Amy Sherman-Palladino", endpoints=("https://example.org/hook",))
    remove_watch(path, "Amy Sherman-Palladino")
    assert path.read_text() == CONFIG


def test_a_watch_that_would_make_the_file_wrong_is_refused_and_nothing_changes(path: Path) -> None:
    for name, endpoint in (("Milo Ventimiglia", "https://example.org/hook"), ("New", "nowhere"), ("", "nowhere")):
        with pytest.raises(ConfigError):
            add_watch(path, name, endpoints=(endpoint,))
    with pytest.raises(ConfigError, match="nobody named 'Nobody' is watched"):
        remove_watch(path, "Nobody")
    assert path.read_text() == CONFIG


def test_a_file_that_is_wrong_already_is_left_to_its_owner(path: Path) -> None:
    path.write_text(CONFIG + "[nonsense]\n")
    with pytest.raises(ConfigError, match="nonsense"):
        add_watch(path, "New", endpoints=("https://example.org/hook",))
    assert path.read_text() == CONFIG + "[nonsense]\n"


def test_a_link_to_the_file_stays_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    add_watch(link, "New", endpoints=("https://example.org/hook",))
    assert link.is_symlink()
    assert names(path)[-1] == "New"


def test_a_first_watch_goes_to_the_end_of_the_commented_file(path: Path) -> None:
    path.write_text('[alerts]\nsecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="\n# end')
    add_watch(path, "New", endpoints=("https://example.org/hook",))
    assert names(path) == ["New"]
    assert "# end\n\n[[watches]]\n" in path.read_text()


def test_watches_in_another_form_are_not_touched(path: Path) -> None:
    path.write_text('watches = [{name = "A", endpoint = "e"}]\n[[endpoints]]\nname = "e"\n')
    with pytest.raises(ConfigError, match="by hand"):
        _tables(path.read_text())


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co", "Cf")), min_size=1, max_size=40))
def test_any_name_that_may_be_watched_comes_back_as_it_was_given(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(CONFIG)
    try:
        settings = add_watch(path, name, endpoints=("https://example.org/hook",))
    except ConfigError:
        assert path.read_text() == CONFIG
    else:
        assert settings.watches[-1].name == " ".join(name.split())
        remove_watch(path, name)
        assert path.read_text() == CONFIG
