"""The file of corrections: UTF-8, a line each, `|` between fields, a header line, `#` comments.

    article|word|kind|name|main|headline|digest
    always|reject|show|Bear|||
    2021/reunion.txt|accept|show|Gilmore Girls|yes|Stars Hollow Calls Again|9f86d081884c7d65

`article` is the key of a file below the source folder, or the word "always", which no article can be called. A bar, a
space at an end and a "#" at the beginning of a key are written %7C, %20 and %23, which no key contains (sources.keys).
Headline and digest find the article again after it was edited or renamed; both may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from feeder import durable
from feeder.corrections.records import DIGEST, Corrections, Line, Subject
from feeder.errors import CorrectionsError
from feeder.model import Correction, TagKind, Verdict
from feeder.text import fold, one_line

COLUMNS = ("article", "word", "kind", "name", "main", "headline", "digest")
ALWAYS = "always"
_TOP = (
    "# Your word about tags, as `feeder tag --accept` and `--reject` write it; `feeder tag --corrections` lists it.\n"
    f"{'|'.join(COLUMNS)}\n"
)
_MAIN = {"": None, "yes": True, "no": False}
_MAIN_WORDS = {said: word for word, said in _MAIN.items()}
_LONGEST = 200  # characters of a name
_DIGEST = re.compile(rf"[0-9a-f]{{{DIGEST},64}}|")
_ESCAPED = re.compile(r"%(7C|20|23)")


def read(path: Path) -> Corrections:
    """All of them; none where there is no such file. Raises CorrectionsError."""
    return parse(str(path), _text(path))


def parse(file: str, text: str) -> Corrections:
    """`read` for the text of a file of that name."""
    return Corrections(tuple(line for _, line in _numbered(file, text)))


def render(said: Corrections) -> str:
    """The text that `parse` makes the same of."""
    return _TOP + "".join(f"{_printed(line)}\n" for line in said.lines)


def add(path: Path, lines: Sequence[Line]) -> None:
    """Append these; each takes the place of an earlier one about the same name in the same article.

    Everything else of the file stays as it is. Raises CorrectionsError; then nothing has changed.
    """
    new = {line.about: line for line in lines}

    def change(text: str) -> str:
        replaced = {number for number, line in _numbered(str(path), text) if line.about in new}
        return _without(text, replaced) + "".join(f"{_printed(line)}\n" for line in new.values())

    _change(path, change)


def remove(path: Path, number: int) -> Line:
    """Take back the correction with this number in the order of the file, from 1. Raises CorrectionsError."""
    taken: list[Line] = []

    def change(text: str) -> str:
        found = list(_numbered(str(path), text))
        if not 1 <= number <= len(found):
            there = f"it has {len(found)}" if found else "it has none"
            raise CorrectionsError(f"{path}: no correction has the number {number}; {there}")
        at, line = found[number - 1]
        taken.append(line)
        return _without(text, {at})

    _change(path, change)
    return taken[0]


def checked_name(name: str) -> str:
    """The name as a correction holds it. Raises CorrectionsError for one that no file can hold."""
    plain = one_line(name)
    if not fold(plain):
        raise CorrectionsError('a name is missing; expected something like show:"Gilmore Girls"')
    if "|" in plain:
        raise CorrectionsError(f"a '|' cannot stand in {plain!r}: it parts the values of the corrections")
    if len(plain) > _LONGEST:
        raise CorrectionsError(f"{plain[:40]!r}...: longer than {_LONGEST} characters: this is no name")
    return plain


def _numbered(file: str, text: str) -> Iterator[tuple[int, Line]]:
    """Each correction with the number of its line, from 1."""
    columns: tuple[str, ...] | None = None
    for number, row in enumerate(text.split("\n"), start=1):
        row = row.rstrip("\r")
        if not row.strip() or row.startswith("#"):
            continue
        values = [value.strip(" \t") for value in row.split("|")]
        try:
            if columns is None:
                columns = _header(values)
            else:
                yield number, _line(values)
        except CorrectionsError as error:
            raise CorrectionsError(f"{file}:{number}: {error}") from None


def _header(values: Sequence[str]) -> tuple[str, ...]:
    if tuple(values) != COLUMNS:
        raise CorrectionsError(f"expected the header {'|'.join(COLUMNS)}")
    return COLUMNS


def _line(values: Sequence[str]) -> Line:
    if len(values) != len(COLUMNS):
        raise CorrectionsError(f"{len(values)} fields, expected {len(COLUMNS)}: {'|'.join(COLUMNS)}")
    article, word, kind, name, main, headline, digest = values
    if word not in tuple(Verdict):
        raise CorrectionsError(f"word: expected accept or reject, got {word!r}")
    if kind not in tuple(TagKind):
        raise CorrectionsError(f"kind: expected show or person, got {kind!r}")
    if main not in _MAIN:
        raise CorrectionsError(f"main: expected yes, no or nothing, got {main!r}")
    if not article:
        raise CorrectionsError(f"article: expected the path of a file below the source folder or {ALWAYS!r}")
    if not _DIGEST.fullmatch(digest):
        raise CorrectionsError(f"digest: expected {DIGEST} to 64 hex digits or nothing, got {digest!r}")
    always = article == ALWAYS
    if main and (always or word == Verdict.REJECT):
        raise CorrectionsError("main: can only be said of what is accepted in one article")
    return Line(
        correction=Correction(
            verdict=Verdict(word), kind=TagKind(kind), name=checked_name(name), main=_MAIN[main], always=always
        ),
        article=None if always else Subject(key=_ESCAPED.sub(_unescaped, article), headline=headline, digest=digest),
    )


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _printed(line: Line) -> str:
    said, article = line.correction, line.article
    key = ALWAYS if article is None else _escaped(article.key)
    told = ("", "") if article is None else (article.headline, article.digest)
    return "|".join((key, said.verdict, said.kind, said.name, _MAIN_WORDS[said.main], *told))


def _escaped(key: str) -> str:
    inner = key.strip(" ")
    before = len(key) - len(key.lstrip(" "))
    after = len(key) - before - len(inner)
    inner = re.sub("^#", "%23", inner.replace("|", "%7C"))
    return "%20" * before + inner + "%20" * after


def _without(text: str, numbers: set[int]) -> str:
    """The text without these lines, ready to be appended to."""
    text = text or _TOP
    kept = "\n".join(row for number, row in enumerate(text.split("\n"), start=1) if number not in numbers)
    return kept if kept.endswith("\n") else f"{kept}\n"


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise CorrectionsError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CorrectionsError(f"{path}:{line}: not UTF-8; save the file as UTF-8") from None


def _change(path: Path, change: Callable[[str], str]) -> None:
    """One writer after the other; all of the new text or nothing, on the disk when this returns."""
    path = durable.leads_to(path)  # the lock is that of the folder it really is in
    try:
        with durable.alone(path.parent):
            text = change(_text(path))
            parse(str(path), text)  # what is kept can be read again
            durable.replace(path, text.encode())
    except OSError as error:
        raise CorrectionsError(durable.refusal(path, error)) from None
