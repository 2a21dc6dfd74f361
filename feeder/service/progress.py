"""How far long work is, for whoever looks on."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]  #: (stage, done, total): `done` of `total` steps of "reading", ... are done


def unseen(stage: str, done: int, total: int) -> None:
    """Nobody looks on."""
