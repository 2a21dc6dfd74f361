"""feeder watch"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import click

from feeder.cli.invocation import Invocation, pass_invocation
from feeder.cli.progress import Bar

if TYPE_CHECKING:
    from feeder.model import Watch
    from feeder.service.trial import Heard, Trial

_F = TypeVar("_F", bound=Callable[..., Any])
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
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
                "--not", "unless", multiple=True, metavar="WORDS", help="Words or a show that speak for a namesake."
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
    "--endpoint", "endpoints", multiple=True, metavar="NAME", help="Where alerts go; may be left out if there is one."
)
@_deciding
@click.option("--when", metavar="WHEN", help='"at once" or "daily at 08:00 Europe/Berlin".')
@click.option("--quiet-hours", "quiet", metavar="HOURS", help='"22:00 to 07:00 Europe/Berlin".')
@click.option("--max-age", metavar="AGE", help='Do not ring for articles older than, say, "7d".')
@pass_invocation
def add(
    invocation: Invocation,
    /,
    name: str,
    endpoints: tuple[str, ...],
    aliases: tuple[str, ...],
    unless: tuple[str, ...],
    events: tuple[str, ...],
    **more: Any,
) -> None:
    """Watch NAME from now on."""
    from feeder import config

    settings = invocation.settings()
    if not endpoints:
        known = [endpoint.name for endpoint in settings.endpoints]
        if len(known) != 1:
            raise click.UsageError(f"say --endpoint; config.toml has: {', '.join(known) or 'none yet'}")
        endpoints = (known[0],)
    told: dict[str, object] = {key: value for key, value in more.items() if value}
    told |= {key: list(value) for key, value in (("not", unless), ("events", events)) if value}
    config.add_watch(invocation.config_path, name, aliases=aliases, endpoints=endpoints, more=told)
    invocation.say(f"{name} is watched; alerts go to {', '.join(endpoints)}")
    invocation.say(f'Next: `feeder watch test "{name}"` shows what it would have sent.')


@watch.command()
@click.argument("name")
@pass_invocation
def remove(invocation: Invocation, name: str) -> None:
    """Do not watch NAME any more. Messages that wait are sent all the same."""
    from feeder import config

    config.remove_watch(invocation.config_path, name)
    invocation.say(f"{name} is not watched any more")


@watch.command("list")
@pass_invocation
def list_(invocation: Invocation) -> None:
    """What is watched, and where alerts go."""
    for it in invocation.settings().watches:
        click.echo(f"{it.name}: {', '.join(_facts(it))}")


def _facts(it: Watch) -> Iterator[str]:
    yield it.kind.value
    if it.aliases:
        yield f"also {', '.join(it.aliases)}"
    if it.query:
        yield it.query
    if it.unless:
        yield f"not with {', '.join(it.unless)}"
    if it.main:
        yield "main only"
    if it.events:
        yield f"with {', '.join(it.events)}"
    if it.min_score:
        yield f"score {it.min_score} and more"
    if it.digest is not None:
        every = "daily" if it.digest.weekday is None else f"weekly on {_DAYS[it.digest.weekday]}"
        yield f"{every} at {it.digest.at:%H:%M} {it.digest.zone.key}"
    if it.quiet is not None:
        yield f"quiet from {it.quiet.start:%H:%M} to {it.quiet.end:%H:%M} {it.quiet.zone.key}"
    if it.muted_until is not None:
        yield f"muted until {it.muted_until:%Y-%m-%d %H:%M} UTC"
    yield f"to {', '.join(it.endpoints)}"


@watch.command()
@click.argument("name")
@click.option("--days", type=click.IntRange(1, 36500), default=90, show_default=True, help="How far to look back.")
@_deciding
@pass_invocation
def test(
    invocation: Invocation,
    name: str,
    days: int,
    aliases: tuple[str, ...],
    kind: str | None,
    query: str | None,
    unless: tuple[str, ...],
    main: bool,
    events: tuple[str, ...],
    min_score: float,
) -> None:
    """Show what a watch on NAME would have sent, with the sentences. Sends and writes nothing.

    NAME need not be watched yet; if it is, its own settings count and options are not to be given.
    """
    settings = invocation.settings()
    from feeder.model import EventType, Watch, WatchKind
    from feeder.service import clock
    from feeder.service.app import open_app
    from feeder.service.trial import trial
    from feeder.topics import parse

    given = aliases or kind or query or unless or main or events or min_score
    it = next((it for it in settings.watches if it.name.casefold() == name.casefold()), None)
    if it is None or given:
        if query:
            parse(query)
        unknown = [event for event in events if event not in tuple(EventType)]
        if unknown:
            raise click.UsageError(f"no such news: {unknown[0]}; known: {', '.join(EventType)}")
        it = Watch(
            name=name,
            aliases=aliases,
            kind=WatchKind(kind) if kind else WatchKind.QUERY if query else WatchKind.PERSON,
            query=query or "",
            unless=unless,
            main=main,
            events=tuple(map(EventType, events)),
            min_score=min_score,
        )
    with open_app(settings, write=False) as app, Bar(shown=not invocation.quiet) as bar:
        found = trial(app, it, days=days, now=clock.now(), progress=bar)
    click.echo("\n".join(_lines(found, days)))


def _lines(found: Trial, days: int) -> Iterator[str]:
    yield (
        f"{_count(len(found.sent), 'alert')} in {_count(days, 'day')}, {len(found.held)} held in doubt, "
        f"{_count(len(found.counted), 'more article')} of the same stories; {found.entries} looked at"
    )
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
    sentences = dict.fromkeys(" ".join(proof.sentence.text.split()) for proof in it.alert.evidence)
    for sentence in list(sentences)[:3]:
        yield f"    {sentence}"
    if len(sentences) > 3:
        yield f"    and {len(sentences) - 3} more"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
