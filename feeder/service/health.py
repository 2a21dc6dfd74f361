"""How a feeder is doing: what pages show, monitors ask for and `feeder check` repeats. Read from the store alone, so
that any process can tell of a service that runs in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeder.model import TopicKind
from feeder.storage import Closed, EndpointState, JobOutcome, JobRecord, Store, TopicTotals

#: Names of facts in the store: the configuration that was refused, and since when.
CONFIG_ERROR = "config error"
CONFIG_ERROR_SINCE = "config error since"
#: What a changed configuration says that only a restart can bring about.
RESTART_FOR = "restart for"

#: A run may take so long before it counts as stuck.
_LONG_RUN = timedelta(hours=1)

#: The job whose success says that feeds are fresh.
REFRESH = "refresh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How it stands at one moment."""

    at: datetime
    ready: bool  #: feeds are there and fresh, and this process may write
    problems: tuple[str, ...]  #: for people, the worst first; () where all is well
    jobs: tuple[JobRecord, ...]  #: by name
    config_error: str | None  #: why a changed config.toml is not used; the one before still is
    config_error_since: datetime | None
    restart_for: tuple[str, ...]  #: settings that have changed and need a restart, "[server] port"
    lag: float  #: seconds by which the most overdue job or message is late; 0 where none is
    counts: Mapping[str, int]  #: as Store.counts
    topics: Mapping[TopicKind, TopicTotals]  #: of published topics
    endpoints: tuple[EndpointState, ...] = ()  #: of which something is to be said


def health(store: Store, *, now: datetime, endpoints: Sequence[str] = ()) -> Health:
    """`endpoints`: those that are configured; messages for others wait without being late. Raises StateError."""
    jobs = tuple(store.jobs())
    error = store.fact(CONFIG_ERROR) or None
    since = store.fact(CONFIG_ERROR_SINCE)
    restart_for = tuple(filter(None, (store.fact(RESTART_FOR) or "").split("\n")))
    problems = [problem for job in jobs for problem in _problems(job, now)]
    if error is not None:
        problems.append(f"config.toml was refused, the settings before it are in use: {error}")
    if restart_for:
        problems.append(f"restart feeder for {', '.join(restart_for)}")
    states = tuple(store.alerting.endpoint_states())
    problems += [problem for state in states for problem in _of_endpoint(state, endpoints)]
    return Health(
        at=now,
        ready=store.locked() and _fresh(jobs, now),
        problems=tuple(problems),
        jobs=jobs,
        config_error=error,
        config_error_since=datetime.fromisoformat(since) if error and since else None,
        restart_for=restart_for,
        lag=max((*(_late(job, now) for job in jobs), _overdue(store, endpoints, now))),
        counts=store.counts(),
        topics=store.topics.topic_totals(),
        endpoints=states,
    )


def _fresh(jobs: tuple[JobRecord, ...], now: datetime) -> bool:
    return any(job.name == REFRESH and job.succeeded is not None and not _stale(job, now) for job in jobs)


def _stale(job: JobRecord, now: datetime) -> bool:
    """A long run, like that after ten thousand articles came at once, is none yet."""
    running = job.started is not None and job.seconds is None and now - job.started < _LONG_RUN
    return job.stale_at is not None and now > job.stale_at and not running


def _problems(job: JobRecord, now: datetime) -> list[str]:
    found = []
    if job.outcome is JobOutcome.FAILED:
        found.append(f"{job.name} failed: {job.detail}")
    if _stale(job, now):
        since = "never" if job.succeeded is None else f"not since {job.succeeded:%Y-%m-%d %H:%M} UTC"
        found.append(f"{job.name} has succeeded {since}")
    return found


def _of_endpoint(state: EndpointState, configured: Sequence[str]) -> list[str]:
    found = []
    waiting = f"{state.waiting} message{'' if state.waiting == 1 else 's'}"
    if state.closed_since is not None:
        why = {Closed.GONE: "it answered 410", Closed.FAILING: "it failed for days", Closed.OWNER: "by the owner"}
        closed = why[state.closed or Closed.OWNER]
        found.append(f"endpoint {state.name} is closed since {_day(state.closed_since)} ({closed}): {waiting} held")
    elif state.failing_since is not None:
        found.append(f"endpoint {state.name} has failed since {_day(state.failing_since)}: {state.error}")
    if state.waiting and configured and state.name not in configured:
        found.append(f"{waiting} for the endpoint {state.name}, which config.toml does not have")
    if state.dead:
        found.append(f"endpoint {state.name}: {state.dead} given up; `feeder alerts list --state dead`")
    return found


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _late(job: JobRecord, now: datetime) -> float:
    """Of a job that runs, nothing: it has begun."""
    running = job.started is not None and job.seconds is None
    if job.next_run is None or running:
        return 0.0
    return max(0.0, (now - job.next_run).total_seconds())


def _overdue(store: Store, endpoints: Sequence[str], now: datetime) -> float:
    since = store.outbox.due_since(endpoints, now=now)
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
