"""feeder schedule"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from feeder.cli.invocation import Invocation, pass_invocation

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.service.agenda import Agenda
    from feeder.storage import JobRecord


@click.command()
@pass_invocation
def schedule(invocation: Invocation) -> None:
    """Show the jobs of the service: last result, duration, next run. Works beside a running `feeder serve`."""
    settings = invocation.settings()
    from feeder.service import agenda, clock

    for line in _lines(agenda.agenda(settings, now=clock.now())):
        click.echo(line)


def _lines(agenda: Agenda) -> Iterator[str]:
    if not agenda.jobs:
        yield "Nothing has run yet; `feeder serve` starts the jobs."
        return
    rows = [("job", "last run", "took", "next run", "runs", "failed", "result"), *map(_row, agenda.jobs)]
    yield from _table(rows)
    if agenda.timetables:
        yield ""
        feeds = [("feeds", "at (UTC)", "last written", "next time")]
        feeds += [
            (" ".join(it.feeds), it.cron, _moment(it.last), "now" if it.due else _moment(it.next))
            for it in agenda.timetables
        ]
        yield from _table(feeds)
    for problem in agenda.problems:
        yield f"\n{click.style('wrong', fg='red')}  {problem}"


def _row(job: JobRecord) -> tuple[str, ...]:
    running = job.started is not None and job.seconds is None
    return (
        job.name,
        _moment(job.started),
        "running" if running else "" if job.seconds is None else f"{job.seconds:.2f} s",
        _moment(job.next_run) if job.next_run else "not planned",
        str(job.runs),
        str(job.failures),
        " ".join(filter(None, (job.outcome if job.outcome != "done" else "", job.detail))),
    )


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _moment(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"
