"""Annotated articles as they are trained on; the mark-up is that of feeder.evaluation.annotated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from feeder.evaluation import Line, Marked, Segment, articles, listed, parse

__all__ = ["DATA", "Flat", "Line", "Marked", "Segment", "flatten", "listed", "load", "parse", "render", "render_line"]

#: The articles the project carries, with swapped names.
DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Flat:
    """An article as the model sees it: headline, blank line, paragraphs."""

    text: str
    headline_end: int
    spans: tuple[tuple[int, int, str, str], ...]  #: start, end, type, entity; in text order


def render_line(line: Line) -> str:
    named = {"SHOW", "PER", "CHAR", "FILM"}
    return "".join(
        s.text
        if s.type is None
        else f"[{s.text}|{s.type}:{s.name}]"
        if s.type in named or s.name != s.text
        else f"[{s.text}|{s.type}]"
        for s in line
    )


def render(article: Marked) -> str:
    rows = [f"{key}: {value}" for key, value in article.header]
    rows.insert(3, f"headline: {render_line(article.lines[0])}")
    return "\n".join([*rows, "---", *(render_line(line) for line in article.lines[1:])]) + "\n"


def load(paths: Iterable[Path]) -> Iterator[Marked]:
    for path in paths:
        yield from articles(str(path), path.read_text("utf-8"))


def flatten(article: Marked) -> Flat:
    parts: list[str] = []
    spans: list[tuple[int, int, str, str]] = []
    length = headline_end = 0
    for number, line in enumerate(article.lines):
        for s in line:
            if s.type is not None:
                spans.append((length, length + len(s.text), s.type, s.entity))
            parts.append(s.text)
            length += len(s.text)
        if number == 0:
            headline_end = length
        parts.append("\n\n" if number == 0 else "\n")
        length += 2 if number == 0 else 1
    return Flat("".join(parts), headline_end, tuple(spans))
