"""What pages draw: a text with marked words, a QR code, a chart. All of it is mark-up without script or style."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from markupsafe import Markup

#: Of the chart, in units of its view box.
_WIDTH, _HEIGHT, _GAP = 600, 110, 0.25
_LONGEST = 300  # characters of a sentence that are shown; what is marked stays in sight


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A bar of a chart, in units of its view box."""

    x: float
    y: float
    width: float
    height: float
    label: str
    entries: int


@dataclass(frozen=True, slots=True)
class Chart:
    """`columns` from left to right; `most` is what the highest stands for."""

    width: int
    height: int
    columns: tuple[Column, ...]
    most: int


class Counted(Protocol):
    """What a column is made of."""

    @property
    def label(self) -> str: ...
    @property
    def entries(self) -> int: ...


def pieces(text: str, spans: Iterable[tuple[int, int]]) -> tuple[Piece, ...]:
    """The text cut where the spans (start, end) begin and end; overlapping ones are marked as one.

    A long text is cut to what lies around the first mark; an ellipsis stands for the rest.
    """
    inside = sorted((max(0, start), min(len(text), end)) for start, end in spans)
    merged: list[tuple[int, int]] = []
    for start, end in inside:
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    first, last = _window(text, merged)
    found = [Piece("… ", False)] if first else []
    at = first
    for start, end in merged:
        if start < first or end > last:
            continue
        found += [Piece(text[at:start], False)] if start > at else []
        found.append(Piece(text[start:end], True))
        at = end
    found += [Piece(text[at:last], False)] if at < last else []
    found += [Piece(" …", False)] if last < len(text) else []
    return tuple(found)


def _window(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    if len(text) <= _LONGEST:
        return 0, len(text)
    middle = spans[0][0] if spans else 0
    first = max(0, min(middle - _LONGEST // 3, len(text) - _LONGEST))
    last = min(len(text), first + _LONGEST)
    if first:  # whole words
        first = text.find(" ", first, middle + 1) + 1 or first
    if last < len(text):
        last = max(text.rfind(" ", middle, last), spans[0][1] if spans else 0) or last
    return first, last


def qr_code(address: str) -> Markup:
    """An SVG element of black squares on white, with the quiet zone that scanners need."""
    import segno  # a build draws none

    made = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        made, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, dark="#000", light="#fff", nl=False
    )
    return Markup(made.getvalue().decode())  # noqa: S704 - drawn from squares, the address is not in it


def chart(bars: Sequence[Counted]) -> Chart:
    """The highest bar fills the height; one that stands for anything is seen."""
    most = max((bar.entries for bar in bars), default=0)
    step = _WIDTH / max(len(bars), 1)
    columns = []
    for n, bar in enumerate(bars):
        height = 0.0 if not bar.entries else max(2.0, round(_HEIGHT * bar.entries / most, 1))
        columns.append(
            Column(
                x=round(n * step + step * _GAP / 2, 1),
                y=round(_HEIGHT - height, 1),
                width=round(step * (1 - _GAP), 1),
                height=height,
                label=bar.label,
                entries=bar.entries,
            )
        )
    return Chart(width=_WIDTH, height=_HEIGHT, columns=tuple(columns), most=most)
