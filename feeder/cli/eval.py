"""feeder eval"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from feeder.cli.invocation import Invocation, pass_invocation
from feeder.cli.progress import Bar

if TYPE_CHECKING:
    from feeder.evaluation import Alarm, AlarmScores, Count, Mistake, OwnScores, Scores

_NOTHING_MEASURED = 65  # EX_DATAERR of sysexits.h


@click.command("eval")
@click.argument("paths", nargs=-1, metavar="[FILE|FOLDER]...", type=click.Path(exists=True))
@click.option("--list", "listing", is_flag=True, help="Every tag that was missed or given wrongly.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with every mistake; see README.md.")
@click.option("--alerts", "alarms", is_flag=True, help="Measure alerts on annotated articles instead of tags.")
@click.option(
    "--watch", "names", multiple=True, metavar="NAME", help="With --alerts: whom to watch; everybody if not given."
)
@pass_invocation
def evaluate(
    invocation: Invocation,
    paths: tuple[str, ...],
    listing: bool,
    as_json: bool,
    alarms: bool,
    names: tuple[str, ...],
) -> None:
    """Measure how well articles are tagged: precision, recall and F1.

    Without arguments on what you have said yourself: corrections and front matter are compared with what feeder finds
    without them. With FILEs, or FOLDERs that hold *.ann, on annotated articles.
    """
    from pathlib import Path

    from feeder.service import clock, evaluating, tagger

    if alarms and not paths:
        raise click.UsageError("--alerts needs annotated articles: a file, or a folder with *.ann")
    if names and not alarms:
        raise click.UsageError("--watch goes with --alerts")
    settings = invocation.settings_or_defaults() if paths else invocation.settings()
    scores: Scores | OwnScores | AlarmScores
    with Bar(shown=not invocation.quiet) as bar:
        if alarms:
            files = [Path(path) for path in paths]
            scores = evaluating.alarms(files, settings, open_tagger=tagger.open_tagger, names=names, progress=bar)
        elif paths:
            opened = tagger.open_tagger(settings)
            scores = evaluating.annotated([Path(path) for path in paths], tagger=opened, progress=bar)
        else:
            opened = tagger.open_tagger(settings)
            report = evaluating.own(settings, tagger=opened, now=clock.wall(), progress=bar)
            scores = report.scores
    if not paths:
        for line in report.astray:
            key = line.article.key if line.article else ""
            click.echo(f"feeder: {key}: is corrected, but not in {settings.source_folder}", err=True)
    if not scores.articles:
        click.echo(
            "feeder: nothing to measure with: no correction and no front matter names a show or a person", err=True
        )
        raise click.exceptions.Exit(_NOTHING_MEASURED)
    if as_json:
        import json

        click.echo(json.dumps(evaluating.as_json(scores), ensure_ascii=False).encode())
        return
    click.echo(_table(scores))
    if listing:
        for told in map(_mistake, scores.mistakes):
            click.echo(told)


def _mistake(mistake: Mistake | Alarm) -> str:
    from feeder.evaluation import Alarm

    what = "missed" if mistake.missed else "wrong"
    if isinstance(mistake, Alarm):
        return f"{mistake.article}: {'held' if mistake.held else what}: {mistake.name}"
    main = "main " if mistake.main else ""
    return f"{mistake.article}: {what} {main}{mistake.kind}: {mistake.name}"


def _table(scores: Scores | OwnScores | AlarmScores) -> str:
    from feeder.evaluation import AlarmScores, Scores

    lines = [
        f"{scores.articles} article{'s' if scores.articles > 1 else ''}",
        f"{'':14}{'precision':>10}{'recall':>8}{'F1':>8}{'right':>8}{'wrong':>8}{'missed':>8}",
        *(_row(name, count) for name, count in scores.counts.items()),
    ]
    if isinstance(scores, Scores):
        lines.append(
            f"characters as people {scores.characters_as_people}, other works as shows {scores.works_as_shows}"
        )
    if isinstance(scores, AlarmScores):
        lines.append(
            f"{scores.names} names watched; of the missed {scores.held} are held in doubt; {scores.doubts} rightly so"
        )
    return "\n".join(lines)


def _row(name: str, count: Count) -> str:
    shares = ("-" if share is None else f"{share:.3f}" for share in (count.precision, count.recall, count.f1))
    figures = "".join(f"{text:>{width}}" for text, width in zip(shares, (10, 8, 8), strict=True))
    return f"{name:14}{figures}{count.right:>8}{count.wrong:>8}{count.missed:>8}"
