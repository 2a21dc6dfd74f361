"""feeder alerts"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from feeder.cli.invocation import Invocation, pass_invocation

if TYPE_CHECKING:
    from datetime import datetime

    from feeder.storage import EndpointState, Message

_STATES = ("pending", "done", "dead", "held")
_REASONS = ("endpoint", "doubt", "muted", "owner")


class _Date(click.DateTime):
    """Says what is expected in words, not as a format."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f'expected a date like 2026-12-24 or "2026-12-24 18:00", got "{value}"', param, ctx)


_DAY = _Date(("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"))


@click.group()
def alerts() -> None:
    """Messages: what was sent, what waits, what was given up; have it sent again, hold it, let it go.

    Works beside `feeder serve`, which sends.
    """


@alerts.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only those.")
@click.option("--watch", metavar="NAME", help="Only of this watch.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@pass_invocation
def list_(invocation: Invocation, state: str | None, watch: str | None, limit: int) -> None:
    """The newest messages, and endpoints that want a look."""
    from feeder.model import DeliveryState
    from feeder.service import outbox

    with outbox.desk(invocation.settings(), write=False) as store:
        found = store.lookup.messages(limit=limit, state=DeliveryState(state) if state else None, watch=watch)
        for it in found:
            click.echo(_line(it))
        for endpoint in store.alerting.endpoint_states():
            click.echo(_of(endpoint), err=True)
        waiting = store.alerting.items_waiting()
    if waiting:
        invocation.say(f"{waiting} more wait for a digest")
    if not found:
        invocation.say("no message" if state is None and watch is None else "no such message")


def _line(it: Message) -> str:
    sent = it.delivery
    why = f" ({sent.held_for.value})" if sent.held_for else ""
    tries = f", {sent.attempts} tried" if sent.attempts else ""
    what = f": {it.title}" if it.title else ""
    return f"{sent.id}  {it.created:%Y-%m-%d %H:%M}  {sent.state}{why}{tries}  {sent.watch} -> {sent.endpoint}{what}"


def _of(state: EndpointState) -> str:
    facts = [f"{state.waiting} waiting", f"{state.dead} given up"]
    if state.closed_since is not None and state.closed is not None:
        facts.append(f"closed since {state.closed_since:%Y-%m-%d %H:%M} ({state.closed.value})")
    elif state.failing_since is not None:
        facts.append(f"failing since {state.failing_since:%Y-%m-%d %H:%M}: {state.error}")
    return f"endpoint {state.name}: {', '.join(facts)}"


@alerts.command()
@click.argument("message_id", metavar="ID")
@pass_invocation
def show(invocation: Invocation, message_id: str) -> None:
    """All of one message: what it says, and every attempt. The beginning of its ID is enough."""
    from feeder.service import outbox

    with outbox.desk(invocation.settings(), write=False) as store:
        click.echo("\n".join(_all_of(outbox.message(store, message_id))))


def _all_of(it: Message) -> Iterator[str]:
    import json

    yield _line(it)
    if it.delivery.state == "pending":
        yield f"next attempt {it.delivery.next_at:%Y-%m-%d %H:%M:%S} UTC"
    for attempt in it.attempts:
        outcome = attempt.outcome.value if attempt.outcome else "under way"
        status = f" {attempt.status}" if attempt.status else ""
        error = f": {attempt.error}" if attempt.error else ""
        yield f"attempt {attempt.number}  {attempt.started:%Y-%m-%d %H:%M:%S}  {outcome}{status}{error}"
    yield json.dumps(json.loads(it.delivery.body), ensure_ascii=False, indent=2)


@alerts.command()
@click.argument("message_ids", metavar="[ID]...", nargs=-1)
@click.option("--state", type=click.Choice(("dead", "held")), help="Instead of IDs: all that are so.")
@click.option("--endpoint", metavar="NAME", help="Of those, only the ones for this endpoint.")
@click.option("--watch", metavar="NAME", help="Of those, only the ones of this watch.")
@click.option("--held-for", type=click.Choice(_REASONS), help="Of those, only the ones held for this reason.")
@click.option("--since", type=_DAY, metavar="DATE", help="Of those, only the ones made from then on, in UTC.")
@click.option("--until", type=_DAY, metavar="DATE", help="Of those, only the ones made before.")
@pass_invocation
def replay(
    invocation: Invocation,
    message_ids: tuple[str, ...],
    state: str | None,
    endpoint: str | None,
    watch: str | None,
    held_for: str | None,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Have messages that were given up or held sent again, under their ids, by `feeder serve`."""
    from datetime import UTC

    from feeder.model import DeliveryState, Held
    from feeder.service import clock, outbox

    if bool(message_ids) is bool(state):
        raise click.UsageError("say either IDs or --state")
    if message_ids and (endpoint or watch or held_for or since or until):
        raise click.UsageError("--endpoint, --watch, --held-for, --since and --until go with --state")
    with outbox.desk(invocation.settings(), write=True) as store:
        if message_ids:
            count = outbox.replay(store, message_ids, now=clock.now())
        else:
            wanted = outbox.Range(
                state=DeliveryState(state or ""),
                endpoint=endpoint,
                watch=watch,
                held_for=Held(held_for) if held_for else None,
                since=since.replace(tzinfo=UTC) if since else None,
                until=until.replace(tzinfo=UTC) if until else None,
            )
            count = outbox.replay_range(store, wanted, now=clock.now())
    invocation.say(f"{_count(count)} to be sent again")


@alerts.command()
@click.argument("names", metavar="ID|ENDPOINT...", nargs=-1, required=True)
@pass_invocation
def hold(invocation: Invocation, names: tuple[str, ...]) -> None:
    """Hold messages that wait, or all that is for an endpoint, now and later."""
    from feeder.service import clock, outbox

    settings = invocation.settings()
    with outbox.desk(settings, write=True) as store:
        for name in names:
            held = _count(outbox.hold(store, settings, name, now=clock.now()))
            invocation.say(f"{name}: {held} held{'' if outbox.is_message(name) else ', and all that comes'}")


@alerts.command()
@click.argument("names", metavar="ID|ENDPOINT...", nargs=-1, required=True)
@pass_invocation
def release(invocation: Invocation, names: tuple[str, ...]) -> None:
    """Let held messages go, or open an endpoint again that was closed."""
    from feeder.service import clock, outbox

    settings = invocation.settings()
    with outbox.desk(settings, write=True) as store:
        for name in names:
            freed = _count(outbox.release(store, settings, name, now=clock.now()))
            invocation.say(f"{name}: {'' if outbox.is_message(name) else 'open again, '}{freed} to be sent")


def _count(number: int) -> str:
    return f"{number} message{'' if number == 1 else 's'}"
