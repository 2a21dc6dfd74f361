"""feeder watch"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from feeder.cli.invocation import Invocation, pass_invocation
from feeder.cli.progress import Bar

if TYPE_CHECKING:
    from feeder.service.trial import Heard, Trial

_F = TypeVar("_F", bound=Callable[..., Any])
_KINDS = ("person", "show", "event", "query")


@click.group()
def watch() -> None:
    """Who and what is watched, and what a watch would send.

    Watches stand in config.toml as [[watches]]; `add` and `remove` edit that file and keep its comments. A service that
    runs notices it.
    """


def _deciding(command: _F) -> _F:
    """Options that say what a watch is on; the same for `add` and `test`."""
    for option in reversed(
        (
            click.option("--alias", "aliases", multiple=True, metavar="NAME", help="Another name of the same."),
            click.option("--kind", type=click.Choice(_KINDS), help="What the name is of; a person if not given."),
            click.option("--query", metavar="QUERY", help="Watch what this query finds; see README.md."),
            click.option(
                "--not", "not", multiple=True, metavar="WORDS", help="Words or a show that speak for a namesake."
            ),
            click.option("--main", is_flag=True, help="Only where the article is about it."),
            click.option("--event", "events", multiple=True, metavar="TYPE", help="Only with such news: casting, ..."),
            click.option("--min-score", type=click.FloatRange(0, 1), default=0.0, help="Only tags as certain as this."),
        )
    ):
        command = option(command)
    return command


@watch.command()
@click.argument("name")
@click.option(
    "--endpoint", "endpoint", multiple=True, metavar="NAME", help="Where alerts go; may be left out if there is one."
)
@_deciding
@click.option("--max-age", metavar="AGE", help='Do not ring for articles older than, say, "7d".')
@click.option("--when", metavar="WHEN", help='"at once" or "daily at 08:00 Europe/Berlin".')
@click.option("--quiet-hours", "quiet", metavar="HOURS", help='"22:00 to 07:00 Europe/Berlin".')
@click.option("--mute-until", metavar="DATE", help='Hold what comes before "2026-12-24" or "2026-12-24 18:00".')
@pass_invocation
def add(invocation: Invocation, /, **table: Any) -> None:
    """Watch NAME from now on."""
    from feeder.service import ownership

    settings = invocation.settings()
    if not table["endpoint"]:
        known = [endpoint.name for endpoint in settings.endpoints]
        if len(known) != 1:
            raise click.UsageError(
                f"say with --endpoint where alerts go: {', '.join(known)}"
                if known
                else "nothing says where alerts go: write an [[endpoints]] table into config.toml, "
                "or give --endpoint an http or https address"
            )
        table["endpoint"] = known
    ownership.watch(settings, _table(table))
    name = table["name"]
    invocation.say(f"{name} is watched; alerts go to {', '.join(table['endpoint'])}")
    invocation.say(f'Next: `feeder watch test "{name}"` shows what it would have sent.')


def _table(options: Mapping[str, Any]) -> dict[str, object]:
    """Options as config.toml has them."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in options.items()}


@watch.command()
@click.argument("name")
@pass_invocation
def remove(invocation: Invocation, name: str) -> None:
    """Do not watch NAME any more. Messages that wait are sent all the same."""
    from feeder.service import ownership

    ownership.unwatch(invocation.settings(), name)
    invocation.say(f"{name} is not watched any more")


@watch.command("list")
@pass_invocation
def list_(invocation: Invocation) -> None:
    """What is watched, and where alerts go."""
    from feeder.config import watch_table

    settings = invocation.settings()
    for it in settings.watches:
        click.echo(f"{it.name}: {', '.join(_facts(watch_table(it, settings)))}")
    if not settings.watches:
        invocation.say("nothing is watched; `feeder watch add` begins with it")


def _facts(table: Mapping[str, Any]) -> Iterator[str]:
    yield table.get("kind", "person")
    for key, words in (
        ("aliases", "also"),
        ("query", ""),
        ("not", "not with"),
        ("main", "main only"),
        ("events", "with"),
        ("min_score", "score from"),
        ("max_age", "no older than"),
        ("when", ""),
        ("quiet", "quiet from"),
        ("mute_until", "muted until"),
        ("endpoint", "to"),
    ):
        match table.get(key):
            case None:
                pass
            case True:
                yield words
            case list(values):
                yield f"{words} {', '.join(values)}"
            case value:
                yield f"{words} {value}".strip()


@watch.command()
@click.argument("name")
@click.option("--days", type=click.IntRange(1, 36500), default=90, show_default=True, help="How far to look back.")
@_deciding
@pass_invocation
def test(invocation: Invocation, /, days: int, **table: Any) -> None:
    """Show what a watch on NAME would have sent, with the sentences. Sends and writes nothing.

    NAME need not be watched yet; if it is, its own settings count and options are not to be given.
    """
    settings = invocation.settings()
    from feeder.config import watch_table
    from feeder.service import clock
    from feeder.service.app import open_app
    from feeder.service.trial import tried

    folded = " ".join(table["name"].split()).casefold()
    known = next((it for it in settings.watches if it.name.casefold() == folded), None)
    given = any(value for key, value in table.items() if key != "name")
    wanted = watch_table(known, settings) if known and not given else _table(table)
    with open_app(settings, write=False) as app, Bar(shown=not invocation.quiet) as bar:
        found = tried(app, wanted, replacing=known.name if known else None, days=days, now=clock.now(), progress=bar)
    click.echo("\n".join(_lines(found)))


def _lines(found: Trial) -> Iterator[str]:
    yield str(found)
    for it in found.heard:
        yield ""
        yield from _told(it)


def _told(it: Heard) -> Iterator[str]:
    entry = it.stored.entry
    outlet = f" ({entry.article.outlet})" if entry.article.outlet else ""
    mark = "=" if not it.told else "?" if it.alert.doubt else "!"
    news = f" - new: {', '.join(it.news)}" if it.news else ""
    yield f"{mark} {entry.published:%Y-%m-%d}  {entry.title}{outlet}{news}"
    if it.alert.doubt:
        yield f"    held: {it.alert.doubt}"
    for proof in it.proofs[:3]:
        yield f"    {' '.join(proof.sentence.text.split())}"
    if len(it.proofs) > 3:
        yield f"    and {len(it.proofs) - 3} more"
