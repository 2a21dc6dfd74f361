"""feeder build"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from feeder.cli.invocation import Invocation, pass_invocation
from feeder.cli.progress import Bar

if TYPE_CHECKING:
    from feeder.config import Settings
    from feeder.service.build import BuildReport


@click.command()
@click.option("--force", is_flag=True, help="Publish also what readers would show their users a second time.")
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Put all that is published there, too, for any web server: with .gz and .br beside large files and renamed "
    "feeds under their old addresses as well.",
)
@click.option(
    "--backfill",
    is_flag=True,
    help="In the first build, and in that after the state was lost: alert about the articles that are there already.",
)
@pass_invocation
def build(invocation: Invocation, force: bool, out: str | None, backfill: bool) -> None:
    """Read new and changed articles and write the feeds.

    Says what was found, what was set aside and why, and where the feeds are. Alerts are sent by `feeder serve`.
    """
    settings = invocation.settings()
    from pathlib import Path

    from feeder.service.build import build as run

    with Bar(shown=not invocation.quiet) as bar:
        report = run(settings, progress=bar, force=force, out=Path(out) if out else None, backfill=backfill)
    invocation.say("\n".join(_lines(report, settings)))


def _lines(report: BuildReport, settings: Settings) -> Iterator[str]:
    ingest, publish = report.ingest, report.publish
    source, output = (click.format_filename(path) for path in (settings.source_folder, report.output))
    yield f"read       {_count(ingest.read, 'new or changed article')} of {_count(ingest.files, 'file')} in {source}"
    if ingest.set_aside:
        yield f"set aside  {_count(len(ingest.set_aside), 'file')}"
        for item in ingest.set_aside:
            yield f"           {item.key}: {': '.join(filter(None, (item.reason, item.detail)))}"
    changes = {"new": ingest.added, "updated": ingest.updated, "withdrawn": ingest.withdrawn, "back": ingest.restored}
    told = ", ".join(f"{number} {what}" for what, number in changes.items() if number)
    yield f"entries    {report.counts['entries']}{f' ({told})' if told else ''}"
    yield f"about      {', '.join(_count(report.counts.get(kind, 0), kind) for kind in ('show', 'person'))}"
    written = sum(path.endswith(".atom") and not _is_archive(path) for path in publish.written)
    yield f"feeds      {publish.feeds} in {output}, {written or 'none'} of them written anew"
    if report.export:
        files, written = _count(report.export.files, "file"), report.export.written
        folder = click.format_filename(report.export.folder)
        yield f"exported   {files} to {folder}, {written or 'none'} of them written anew"
    if report.pending:
        yield f"alerts     {report.pending} to be sent; `feeder serve` sends them"
    yield ""
    yield f"Next: {_next(report, settings)}"


def _next(report: BuildReport, settings: Settings) -> str:
    if not report.counts["entries"]:
        folder = click.format_filename(settings.source_folder)
        return f"drop articles (.txt, .md, .html) into {folder} and run `feeder build` again."
    return (
        f"run `feeder serve` and subscribe to {settings.site.base_url}/feeds/all.atom, "
        f"or choose a feed on {settings.site.base_url}/"
    )


def _is_archive(path: str) -> bool:
    """ "feeds/show/24/3.atom", but not "feeds/show/24.atom"."""
    return path.count("/") == 3 or path.startswith("feeds/all/")


def _count(number: int, what: str) -> str:
    return f"{number} {what if number == 1 else {'person': 'people'}.get(what, f'{what}s')}"
