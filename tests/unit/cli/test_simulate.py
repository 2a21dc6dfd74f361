"""feeder simulate: what subscribers would see twice or never, and an exit status that a script can act on."""

from __future__ import annotations

from pathlib import Path

import pytest

from feeder.cli import main
from tests.unit.readers.feeds import atom, shown


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["simulate", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def test_a_change_that_harms_nobody_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = lay(tmp_path / "old", {"feeds/all.atom": atom(shown(1))})
    new = lay(tmp_path / "new", {"feeds/all.atom": atom(shown(1, title="Edited"), shown(2))})
    code, out, err = run(capsys, old, new)
    assert (code, err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.strip()}
    assert rows["FreshRSS"] == ["0", "0", "1", "1"]
    assert rows["Thunderbird"] == ["0", "0", "1", "0"]
    assert "shown again" not in out


def test_repeats_are_told_with_entry_feed_and_readers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = lay(tmp_path, {"old.xml": atom(shown(1), shown(2))}) / "old.xml"
    new = lay(tmp_path, {"new.xml": atom(shown(1, id="urn:uuid:else"), shown(2))}) / "new.xml"
    code, out, _ = run(capsys, old, new)
    assert code == 1
    assert '  old.xml: "Article 1" <urn:uuid:else>: FreshRSS, Miniflux, NetNewsWire, Thunderbird, ' in out
    assert "Article 2" not in out


def test_missed_entries_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = "https://f.example/all/1.atom"
    old = lay(tmp_path / "old", {"all.atom": atom(shown(1))})
    new = lay(
        tmp_path / "new",
        {"all.atom": atom(shown(3), previous=archive), "all/1.atom": atom(shown(1), shown(2), address=archive)},
    )
    code, out, _ = run(capsys, old, new)
    assert code == 1
    assert 'never shown:\n  all.atom: "Article 2"' in out


def test_feeds_that_are_gone_and_files_that_are_none_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feeds = {"all.atom": atom(shown(1)), "broken.rss": b"<rss>", "index.html": b"<html/>"}
    old = lay(tmp_path / "old", feeds | {"b.atom": atom(shown(9)).replace(b"2026:feed", b"2026:other")})
    new = lay(tmp_path / "new", feeds)
    code, out, _ = run(capsys, old, new)
    assert code == 0
    assert "gone: b.atom" in out
    assert f"passed over: {new / 'broken.rss'}: neither XML nor JSON" in out
    assert "index.html" not in out


def test_what_cannot_be_compared_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = lay(tmp_path, {"one.atom": atom(shown(1)), "no.atom": b"hello"}) / "one.atom"
    for old, new, said, status in (
        (file, tmp_path, "two files or two folders", 66),
        (file, tmp_path / "no.atom", "neither XML nor JSON", 65),
        (
            lay(tmp_path / "a", {"a.atom": atom(shown(1))}),
            lay(tmp_path / "b", {"c.txt": b"x"}),
            "no feed in common",
            65,
        ),
        (file, tmp_path / "missing", "does not exist", 2),
    ):
        code, out, err = run(capsys, old, new)
        assert (code, out) == (status, ""), err
        assert said in err
