"""Each version of a file is worked out once, and memory stays bounded however many feeds there are."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeder.web import files
from feeder.web.files import PublicFiles


def test_a_version_is_read_and_compressed_once_however_many_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "all.atom").write_bytes(b"x" * 10_000)
    loads: list[str] = []
    real = files._load

    def counted(root: str, name: str, *rest: object) -> object:
        loads.append(name)
        return real(root, name, *rest)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(files, "_load", counted)
    public = PublicFiles(tmp_path)

    async def ask_all() -> list[object]:
        return list(await asyncio.gather(*(public.version("/all.atom") for _ in range(50))))

    first, *others = asyncio.run(ask_all())
    assert loads == ["all.atom"]
    assert all(other is first for other in others)


def test_memory_stays_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_BUDGET", 100_000)
    public = PublicFiles(tmp_path)
    for n in range(30):
        (tmp_path / f"{n}.atom").write_bytes(os.urandom(9_000))
        assert asyncio.run(public.version(f"/{n}.atom")) is not None
    assert public._size == sum(version.size for _, version in public._kept.values()) <= 100_000
    assert ("29.atom", "") in public._kept
    assert ("0.atom", "") not in public._kept


def test_a_file_larger_than_the_memory_is_still_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_BUDGET", 100)
    (tmp_path / "all.atom").write_bytes(os.urandom(5_000))
    version = asyncio.run(PublicFiles(tmp_path).version("/all.atom"))
    assert version is not None
    assert len(version.plain.body) == 5_000


_PARTS = st.sampled_from(["..", ".", "a", "feeds", "all.atom", "index.html", "", "~", "\\", "%2e", "\0", ".git", " "])


@given(st.text() | st.lists(_PARTS | st.text(max_size=3)).map("/".join).map("/{}".format))
@example("/feeds/show/gilmore-girls.atom")
@example("/all.atom\n")
@example("/٣.atom")
def test_no_path_leads_out_of_the_folder_or_to_a_hidden_file(path: str) -> None:
    name = files.file_name(path)
    if name is None:
        return
    assert path in ("/", "/" + name)
    assert os.path.normpath(os.path.join("/public", name)) == "/public/" + name
    assert not any(part.startswith(".") for part in name.split("/"))
    assert name.isascii()
    assert name.isprintable()
