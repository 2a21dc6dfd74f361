"""What an operator may drop into the folder, and what becomes of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.errors import NotAnArticle, SourceError
from feeder.sources import Folder, Found, Refused, Stamp, Unchanged, key_of
from feeder.sources.keys import name_of

NOW = 1_700_000_000.0


def put(path: Path, content: bytes = b"An article.", *, age: float = 60) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (NOW - age, NOW - age))
    return path


def never(seconds: float) -> None:
    raise AssertionError(f"waited for {seconds} s although nothing was young")


def look(
    root: Path, known: dict[str, Stamp] | None = None, *, wait: Callable[[float], None] = never, **more: str | None
) -> list[Found | Unchanged | Refused]:
    return list(Folder(root, max_bytes=1000, settle=2).scan(known or {}, now=NOW, wait=wait, **more))


def test_articles_are_found_at_any_depth_in_the_order_of_their_keys(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/b/c.html", "a.htm"):
        put(tmp_path / name)
    found = look(tmp_path)
    assert [f.key for f in found] == ["a.htm", "a/b/c.html", "a/z.md", "b.txt"]
    assert all(isinstance(f, Found) for f in found)


def test_a_file_that_was_read_is_not_read_again_until_it_changes(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt")
    (found,) = look(tmp_path)
    assert isinstance(found, Found)
    known = {found.key: found.stamp}
    assert look(tmp_path, known) == [Unchanged(key="a.txt")]
    put(path, b"Changed.")
    assert [type(o) for o in look(tmp_path, known)] == [Found]


def test_a_file_still_being_written_waits_for_the_next_run(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt", age=0.5)
    put(tmp_path / "old.txt")

    def meanwhile(seconds: float) -> None:
        assert 0 < seconds <= 2
        path.write_bytes(b"An article. And more.")

    assert [(o.key, getattr(o, "reason", None)) for o in look(tmp_path, wait=meanwhile)] == [
        ("a.txt", "unsettled"),
        ("old.txt", None),
    ]


def test_a_file_just_copied_is_taken_by_a_build_right_after_it(tmp_path: Path) -> None:
    put(tmp_path / "a.txt", age=0.1)
    put(tmp_path / "b.txt", age=-3600)
    waits: list[float] = []
    assert [type(o) for o in look(tmp_path, wait=waits.append)] == [Found, Found]
    assert len(waits) == 1


def test_a_file_that_vanishes_while_it_settles_is_gone_not_broken(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt", age=0)
    assert look(tmp_path, wait=lambda seconds: path.unlink()) == []


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (".hidden.txt", b"x", "hidden"),
        ("a.txt~", b"x", "temporary"),
        ("a.txt.part", b"x", "temporary"),
        ("a.txt.swp", b"x", "temporary"),
        ("a.html.crdownload", b"x", "temporary"),
        ("a.tmp", b"x", "temporary"),
        ("a.pdf", b"x", "unsupported"),
        ("README", b"x", "unsupported"),
        ("a.txt", b"", "empty"),
        ("a.txt", b"x" * 1001, "too-large"),
    ],
)
def test_what_is_not_an_article_is_named_with_its_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    put(tmp_path / name, content)
    (refused,) = look(tmp_path)
    assert isinstance(refused, Refused)
    assert (refused.key, refused.reason) == (name, reason)
    assert refused.detail


def test_links_are_not_followed_and_say_where_they_lead(tmp_path: Path) -> None:
    root = tmp_path / "root"
    put(root / "a.txt")
    put(tmp_path / "secret.txt")
    (root / "in.txt").symlink_to("a.txt")
    (root / "out.txt").symlink_to(tmp_path / "secret.txt")
    (root / "loop.txt").symlink_to("loop.txt")
    (root / "folder").symlink_to(tmp_path)
    said = {o.key: o.detail for o in look(root) if isinstance(o, Refused) and o.reason == "symlink"}
    assert set(said) == {"in.txt", "out.txt", "loop.txt", "folder"}
    assert "another place in the folder" in said["in.txt"]
    assert "out of the folder" in said["out.txt"]
    assert "out of the folder" in said["folder"]
    assert "nowhere" in said["loop.txt"]


def test_a_pipe_put_in_the_place_of_a_file_does_not_hang_the_reader(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt")
    folder = Folder(tmp_path, max_bytes=1000, settle=2)
    (found,) = folder.scan({}, now=NOW, wait=never)
    assert isinstance(found, Found)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(NotAnArticle) as caught:
        folder.read(found)
    assert caught.value.reason == "special"


def test_a_link_put_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    path = put(root / "sub" / "a.txt")
    put(tmp_path / "other" / "a.txt", b"secret")
    folder = Folder(root, max_bytes=1000, settle=2)
    (found,) = folder.scan({}, now=NOW, wait=never)
    assert isinstance(found, Found)
    path.unlink()
    path.symlink_to(tmp_path / "other" / "a.txt")
    with pytest.raises(NotAnArticle, match="unreadable"):
        folder.read(found)
    path.unlink()
    path.parent.rmdir()
    path.parent.symlink_to(tmp_path / "other")
    with pytest.raises(NotAnArticle, match="unreadable"):
        folder.read(found)


def test_a_file_changed_after_it_was_found_is_left_for_the_next_run(tmp_path: Path) -> None:
    path = put(tmp_path / "a.txt")
    folder = Folder(tmp_path, max_bytes=1000, settle=2)
    (found,) = folder.scan({}, now=NOW, wait=never)
    assert isinstance(found, Found)
    path.write_bytes(b"Another one.")
    with pytest.raises(NotAnArticle) as caught:
        folder.read(found)
    assert caught.value.reason == "unsettled"


def test_a_file_is_read_whole_with_its_own_time(tmp_path: Path) -> None:
    put(tmp_path / "a.md", b"x" * 1000)
    folder = Folder(tmp_path, max_bytes=1000, settle=2)
    (found,) = folder.scan({}, now=NOW, wait=never)
    assert isinstance(found, Found)
    raw = folder.read(found)
    assert (raw.content, raw.media_type, raw.modified.timestamp()) == (b"x" * 1000, "text/markdown", NOW - 60)


@pytest.mark.parametrize("time", [-5_000_000_000, 0, 300_000_000_000])
def test_a_file_time_no_calendar_knows_does_not_stop_the_reading(tmp_path: Path, time: int) -> None:
    path = put(tmp_path / "a.txt")
    os.utime(path, (time, time))
    folder = Folder(tmp_path, max_bytes=1000, settle=2)
    (found,) = folder.scan({}, now=NOW, wait=lambda seconds: None)
    assert isinstance(found, Found)
    assert 1970 <= folder.read(found).modified.year <= 9999


def test_a_missing_folder_is_an_error_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="gone"):
        look(tmp_path / "gone")
    with pytest.raises(SourceError, match="Not a directory"):
        look(put(tmp_path / "a.txt"))


def test_an_empty_mount_point_is_not_taken_for_a_folder_somebody_emptied(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    known = {"a.txt": Stamp(size=1, mtime_ns=1, inode=1)}
    mounted = Folder(root, max_bytes=1000, settle=2).identity()
    assert look(root, known, identity=mounted) == []
    with pytest.raises(SourceError, match="mounted"):
        look(root, known, identity="another:one")
    put(root / ".keep")
    assert [o.key for o in look(root, known, identity="another:one")] == [".keep"]


def test_a_subfolder_that_cannot_be_read_is_reported_so_that_nothing_below_it_counts_as_deleted(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(70):
        deep /= "d"
    put(deep / "a.txt")
    put(tmp_path / "a.txt")
    found, refused = look(tmp_path)
    assert isinstance(found, Found)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.key[-2:]) == ("unreadable", "d/")


@pytest.fixture
def readable_by_all() -> Iterator[Path]:
    """A folder outside pytest's own, which only its owner may enter."""
    import shutil
    import tempfile

    root = Path(tempfile.mkdtemp())
    root.chmod(0o755)
    yield root
    for path in root.rglob("*"):
        path.chmod(stat.S_IRWXU)
    shutil.rmtree(root)


def test_files_and_folders_without_permission_are_named_and_the_others_are_read(readable_by_all: Path) -> None:
    root = readable_by_all
    put(root / "a.txt")
    put(root / "locked" / "b.txt")
    put(root / "c.txt").chmod(0)
    (root / "locked").chmod(0)

    def fates() -> str:
        folder = Folder(root, max_bytes=1000, settle=2)
        told = []
        for outcome in folder.scan({}, now=NOW, wait=never):
            assert not isinstance(outcome, Unchanged)
            try:
                told.append(
                    f"{outcome.key}:{outcome.reason if isinstance(outcome, Refused) else folder.read(outcome).key}"
                )
            except NotAnArticle as e:
                told.append(f"{outcome.key}:{e.reason}")
        return " ".join(told)

    assert as_somebody_else(fates) == "a.txt:a.txt c.txt:unreadable locked/:unreadable"


def as_somebody_else(say: Callable[[], str]) -> str:
    """What `say` returns in a process that permissions apply to: the superuser's are never refused."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            os.write(writing, say().encode())
        except BaseException as e:
            os.write(writing, repr(e).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read().decode()
    os.waitpid(child, 0)
    return told


any_name = st.binary(min_size=1, max_size=60).filter(
    lambda b: b not in (b".", b"..") and not {0, 47} & set(b)
) | st.sampled_from(
    [b"100% Lost.txt", b"%41", b"%%0A", b"a\nb", b"\xff%FF", "\u202egnp.txt".encode(), b"\x1b[31mred", " ï ".encode()]
)


@given(any_name)
def test_a_key_can_be_printed_and_leads_back_to_its_file(name: bytes) -> None:
    key = key_of(os.fsdecode(name))
    assert key.isprintable()
    assert "/" not in key
    assert os.fsencode(name_of(key)) == name


def test_ordinary_names_are_keys_as_they_are() -> None:
    for name in ("100% Lost.txt", "Ça va – 50%.md", "日本.html"):
        assert key_of(name) == name
