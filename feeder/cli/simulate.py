"""feeder simulate"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import click

from feeder.cli.invocation import Invocation, pass_invocation

if TYPE_CHECKING:
    from feeder.readers import Outcome, Shown
    from feeder.service.simulating import Simulation

_HARM = 1
_LISTED = 20  # entries of each kind


@click.command()
@click.argument("old", type=click.Path(exists=True))
@click.argument("new", type=click.Path(exists=True))
@pass_invocation
def simulate(invocation: Invocation, old: str, new: str) -> None:
    """Say what subscribers would see if the feeds in OLD were replaced by those in NEW.

    OLD and NEW are files or folders of feeds in any form. Seven readers are asked: FreshRSS, Miniflux, NetNewsWire,
    Thunderbird, rss2email, reader and Feedbin. The exit status is 1 if any of them would show an entry a second time
    (repeats) or never (missed).
    """
    from pathlib import Path

    from feeder.service import simulating

    found = simulating.simulate(Path(old), Path(new))
    click.echo("\n".join(_lines(found, quiet=invocation.quiet)))
    if found.harm:
        raise click.exceptions.Exit(_HARM)


def _lines(found: Simulation, *, quiet: bool) -> Iterator[str]:
    if not quiet:
        yield f"{found.feeds} feed{'s' if found.feeds != 1 else ''} compared"
        yield ""
    yield f"{'reader':12} {'repeats':>8} {'missed':>8} {'new':>8} {'changed':>8}"
    for reader, group in groupby(found.outcomes, key=lambda outcome: outcome.reader):
        outcomes = list(group)
        repeats = _total([outcome.visit.repeats for outcome in outcomes])
        missed = _total([(*outcome.missed, *outcome.visit.hidden) for outcome in outcomes])
        new = _total([(*outcome.visit.new, *outcome.visit.read) for outcome in outcomes])
        changed = _total([outcome.visit.changed for outcome in outcomes])
        line = f"{reader:12} {repeats:8} {missed:8} {new:8} {changed:8}"
        yield click.style(line, fg="red") if repeats or missed else line
    for what, entries in (("shown again", _repeats(found.outcomes)), ("never shown", _missed(found.outcomes))):
        if entries:
            yield ""
            yield f"{what}:"
            yield from entries[:_LISTED]
            if len(entries) > _LISTED:
                yield f"  and {len(entries) - _LISTED} more"
    for path in found.gone if not quiet else ():
        yield f"gone: {path}; its subscribers hear nothing more unless its address leads to another feed"
    for told in found.passed_over if not quiet else ():
        yield f"passed over: {told}"


def _total(entries: Sequence[Sequence[Shown]]) -> int:
    return sum(map(len, entries))


def _repeats(outcomes: Sequence[Outcome]) -> Sequence[str]:
    return _told([(outcome, entry) for outcome in outcomes for entry in outcome.visit.repeats])


def _missed(outcomes: Sequence[Outcome]) -> Sequence[str]:
    return _told([(o, entry) for o in outcomes for entry in (*o.missed, *o.visit.hidden)])


def _told(found: Sequence[tuple[Outcome, Shown]]) -> Sequence[str]:
    """Each entry of each feed once, with the readers."""
    names: dict[tuple[str, str, str], list[str]] = {}
    for outcome, entry in found:
        readers = names.setdefault((outcome.feed, entry.id, entry.title), [])
        if outcome.reader not in readers:
            readers.append(outcome.reader)
    return [
        f'  {feed}: "{title}" <{entry_id}>: {", ".join(readers)}'
        for (feed, entry_id, title), readers in sorted(names.items())
    ]
