"""The file of corrections: what is put into it comes out of it, and what is wrong in it is told with its line."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder import corrections
from feeder.corrections import Corrections, Line, Subject
from feeder.errors import CorrectionsError
from feeder.model import Correction, TagKind, Verdict
from feeder.sources import key_of
from feeder.text import fold, one_line

HEADER = "article|word|kind|name|main|headline|digest\n"


def a_line(name: str = "Bear", *, verdict: Verdict = Verdict.REJECT, key: str | None = None) -> Line:
    return Line(
        correction=Correction(verdict=verdict, kind=TagKind.SHOW, name=name, always=key is None),
        article=None if key is None else Subject(key=key, headline="A Headline", digest="0123456789abcdef"),
    )


_names = st.text(min_size=1, max_size=40).map(lambda s: one_line(s.replace("|", ""))).filter(fold)
_keys = st.lists(st.text(min_size=1, max_size=12).map(key_of), min_size=1, max_size=3).map(
    lambda parts: "/".join(p.replace("/", "") or "x" for p in parts) + ".txt"
)
_articles = st.builds(
    Subject,
    key=_keys,
    headline=st.text(max_size=40).map(lambda s: one_line(s.replace("|", "/"))),
    digest=st.from_regex(r"[0-9a-f]{16}|", fullmatch=True),
)


@st.composite
def _lines(draw: st.DrawFn) -> Line:
    article = draw(st.none() | _articles)
    verdict = draw(st.sampled_from(Verdict))
    may_be_main = article is not None and verdict is Verdict.ACCEPT
    said = Correction(
        verdict=verdict,
        kind=draw(st.sampled_from(TagKind)),
        name=draw(_names),
        main=draw(st.none() | st.booleans()) if may_be_main else None,
        always=article is None,
    )
    return Line(correction=said, article=article)


@given(st.lists(_lines(), max_size=6))
def test_every_correction_is_read_back_as_it_was_written(lines: list[Line]):
    said = Corrections(tuple(lines))
    assert corrections.parse("corrections.psv", corrections.render(said)) == said


@pytest.mark.parametrize("key", ["a|b.txt", " a.txt", "#1.txt", "a%7Cb.txt", "100%20.txt", "  |#|  .txt "])
def test_a_file_of_any_name_can_be_corrected(tmp_path: Path, key: str):
    path = tmp_path / "corrections.psv"
    corrections.add(path, [a_line(key=key_of(key))])
    (line,) = corrections.read(path).lines
    assert line.article is not None
    assert line.article.key == key_of(key)


def test_remarks_and_the_order_of_an_owner_stay_when_something_is_added(tmp_path: Path):
    path = tmp_path / "corrections.psv"
    path.write_text(f"# mine\r\n\n{HEADER}# about bears\nalways|reject|show|Bear|||", encoding="utf-8-sig")
    corrections.add(path, [a_line("Ghosts")])
    assert path.read_text("utf-8-sig") == (
        f"# mine\n\n{HEADER}# about bears\nalways|reject|show|Bear|||\nalways|reject|show|Ghosts|||\n"
    )


def test_the_later_word_about_a_name_takes_the_place_of_the_earlier_one(tmp_path: Path):
    path = tmp_path / "corrections.psv"
    corrections.add(path, [a_line("Bear"), a_line("Bear", key="a.txt"), a_line("Ghosts")])
    corrections.add(path, [a_line("BEAR", verdict=Verdict.ACCEPT)])
    kept = corrections.read(path).lines
    assert [(line.article is None, line.correction.verdict, line.correction.name) for line in kept] == [
        (False, Verdict.REJECT, "Bear"),
        (True, Verdict.REJECT, "Ghosts"),
        (True, Verdict.ACCEPT, "BEAR"),
    ]


def test_a_correction_is_taken_back_by_its_number(tmp_path: Path):
    path = tmp_path / "corrections.psv"
    corrections.add(path, [a_line("Bear"), a_line("Ghosts"), a_line("You")])
    assert corrections.remove(path, 2).correction.name == "Ghosts"
    assert [line.correction.name for line in corrections.read(path).lines] == ["Bear", "You"]
    before = path.read_bytes()
    for number in (0, 3):
        with pytest.raises(CorrectionsError, match=rf"no correction has the number {number}; it has 2"):
            corrections.remove(path, number)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("always|reject|show|Bear||", "6 fields, expected 7"),
        ("always|perhaps|show|Bear|||", "word: expected accept or reject, got 'perhaps'"),
        ("always|reject|film|Bear|||", "kind: expected show or person, got 'film'"),
        ("always|reject|show||||", "a name is missing"),
        ("|reject|show|Bear|||", "article: expected the path of a file"),
        ("always|accept|show|Bear|yes||", "main: can only be said of what is accepted in one article"),
        ("a.txt|accept|show|Bear|maybe||", "main: expected yes, no or nothing, got 'maybe'"),
        ("a.txt|accept|show|Bear|||xyz", "digest: expected 16 to 64 hex digits or nothing, got 'xyz'"),
    ],
)
def test_a_wrong_row_is_told_with_its_line_and_nothing_is_changed(tmp_path: Path, row: str, problem: str):
    path = tmp_path / "corrections.psv"
    path.write_text(f"{HEADER}\n{row}\n")
    before = path.read_bytes()
    for attempt in (
        lambda: corrections.read(path),
        lambda: corrections.add(path, [a_line()]),
        lambda: corrections.remove(path, 1),
    ):
        with pytest.raises(CorrectionsError, match=re.escape(f"{path}:3: {problem}")):
            attempt()
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["corrections.psv"]


def test_another_encoding_or_another_table_is_refused_with_its_line(tmp_path: Path):
    path = tmp_path / "corrections.psv"
    path.write_bytes(HEADER.encode() + "always|reject|show|Café|||\n".encode("latin-1"))
    with pytest.raises(CorrectionsError, match=r"corrections\.psv:2: not UTF-8"):
        corrections.read(path)
    path.write_text("id|title\nbear|Bear\n")
    with pytest.raises(CorrectionsError, match=r"corrections\.psv:1: expected the header article\|word"):
        corrections.read(path)


def test_no_file_means_no_corrections(tmp_path: Path):
    assert corrections.read(tmp_path / "corrections.psv") == Corrections()


def test_a_link_to_the_file_stays_a_link(tmp_path: Path):
    (tmp_path / "kept").mkdir()
    link = tmp_path / "corrections.psv"
    link.symlink_to(tmp_path / "kept" / "mine.psv")
    corrections.add(link, [a_line()])
    assert link.is_symlink()
    assert corrections.read(tmp_path / "kept" / "mine.psv").lines == (a_line(),)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path):
    with pytest.raises(CorrectionsError, match=r"corrections\.psv: cannot be written: No such file or directory"):
        corrections.add(tmp_path / "gone" / "corrections.psv", [a_line()])
    (tmp_path / "corrections.psv").symlink_to(tmp_path / "corrections.psv")
    with pytest.raises(CorrectionsError, match=r"cannot be read: Too many levels of symbolic links"):
        corrections.add(tmp_path / "corrections.psv", [a_line()])


def test_two_who_correct_at_the_same_time_both_have_their_say(tmp_path: Path):
    path = tmp_path / "corrections.psv"
    names = [f"Show {chr(65 + n)}" for n in range(20)]
    threads = [threading.Thread(target=corrections.add, args=(path, [a_line(name)])) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line.correction.name for line in corrections.read(path).lines) == names
