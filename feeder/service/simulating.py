"""Files or folders of published feeds, of any origin -> what their subscribers would see of the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from feeder import readers
from feeder.errors import NotAFeed, SourceError
from feeder.service import clock

_ENDINGS = frozenset({".atom", ".rss", ".json", ".xml", ".rdf", ".feed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What would become of every subscriber."""

    feeds: int  #: that are in both editions
    outcomes: Sequence[readers.Outcome]  #: by reader, then by feed
    gone: Sequence[str]  #: feeds that are in the old edition alone
    passed_over: Sequence[str]  #: files with the ending of a feed that are none

    @property
    def harm(self) -> bool:
        """Whether any subscriber would see an entry twice, or never."""
        return any(outcome.harm for outcome in self.outcomes)


def simulate(old: Path, new: Path) -> Simulation:
    """Both folders, or both files. Raises SourceError: it cannot be read; NotAFeed: there is nothing to compare."""
    passed_over: list[str] = []
    if old.is_dir() != new.is_dir():
        raise SourceError(f"{old} and {new}: give two files or two folders")
    if old.is_dir():
        before, after = _folder(old, passed_over), _folder(new, passed_over)
    else:
        before, after = ({old.name: _read(path)} for path in (old, new))
    outcomes = tuple(readers.compare(before, after, now=clock.now()))
    if not outcomes:
        raise NotAFeed(f"{old} and {new} have no feed in common; nothing can be said about its subscribers")
    return Simulation(
        feeds=len({outcome.feed for outcome in outcomes}),
        outcomes=outcomes,
        gone=readers.gone(before, after),
        passed_over=passed_over,
    )


def _folder(root: Path, passed_over: list[str]) -> Mapping[str, readers.Document]:
    found = {}
    for path in sorted(root.rglob("*")):
        if path.suffix in _ENDINGS and path.is_file():
            try:
                found[path.relative_to(root).as_posix()] = _read(path)
            except NotAFeed as error:
                passed_over.append(str(error))
    return found


def _read(path: Path) -> readers.Document:
    try:
        return readers.read(path.read_bytes())
    except NotAFeed as error:
        raise NotAFeed(f"{path}: {error}") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror or error})") from error
