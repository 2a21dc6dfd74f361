"""For whoever operates feeder: /healthz, /readyz and /metrics, beside whatever else is served.

The text form of Prometheus (exposition format 0.0.4) is a few lines; its client library would keep a second set of
numbers beside those in the store, from which all but one of these come. Labels have few values whatever happens:
statuses, kinds, states and names of jobs.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feeder import __version__
from feeder.errors import FeederError
from feeder.model import DeliveryState
from feeder.service.health import Health
from feeder.storage import JobOutcome

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"


class Operations:
    """Wraps an application: answers those three paths itself and counts the answers of the rest by status."""

    def __init__(self, rest: ASGIApp, *, health: Callable[[], Health], model_loaded: Callable[[], bool]) -> None:
        self._rest = rest
        self._health = health
        self._model_loaded = model_loaded
        self._statuses: Counter[int] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._rest(scope, receive, send)
        match scope["path"]:
            case "/healthz":
                return await _answer(scope, send, 200, "alive\n")
            case "/readyz":
                return await self._ready(scope, send)
            case "/metrics":
                return await self._metrics(scope, send)
        return await self._counted(scope, receive, send)

    def count(self, status: int) -> None:
        """An answer with this status was given past this application."""
        self._statuses[status] += 1

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._statuses[message["status"]] += 1
            await send(message)

        await self._rest(scope, receive, noting)

    async def _ready(self, scope: Scope, send: Send) -> None:
        try:
            health = await asyncio.to_thread(self._health)
        except FeederError as error:
            return await _answer(scope, send, 503, f"not ready: {error}\n")
        told = "".join(f"{problem}\n" for problem in health.problems)
        if health.ready:
            return await _answer(scope, send, 200, f"ready\n{told}")
        return await _answer(scope, send, 503, f"not ready\n{told}")

    async def _metrics(self, scope: Scope, send: Send) -> None:
        try:
            health = await asyncio.to_thread(self._health)
        except FeederError as error:
            return await _answer(scope, send, 503, f"# {' '.join(str(error).split())}\n")
        body = exposition(health, statuses=self._statuses, model_loaded=self._model_loaded())
        return await _answer(scope, send, 200, body, content_type=_METRICS_TYPE)


def exposition(health: Health, *, statuses: Mapping[int, int], model_loaded: bool) -> str:
    """`statuses`: answers given so far, by HTTP status."""
    return "".join(_lines(health, statuses, model_loaded))


def _lines(health: Health, statuses: Mapping[int, int], model_loaded: bool) -> Iterator[str]:
    jobs, counts = health.jobs, health.counts
    yield from _family("info", "gauge", "The program.", [({"version": __version__}, 1)])
    yield from _family("ready", "gauge", "Whether feeds are there and fresh.", [({}, int(health.ready))])
    yield from _family(
        "articles",
        "gauge",
        "Articles by whether they are in the feeds.",
        [({"state": "published"}, counts["entries"]), ({"state": "withdrawn"}, counts["withdrawn"])],
    )
    topics = health.topics.items()
    yield from _family("feeds", "gauge", "Published feeds.", [({"kind": kind}, it.feeds) for kind, it in topics])
    yield from _family(
        "tags",
        "gauge",
        "Entries in published feeds, each as often as it is in one.",
        [({"kind": kind}, it.postings) for kind, it in topics],
    )
    yield from _family(
        "deliveries", "gauge", "Alerts by state.", [({"state": state}, counts[state]) for state in DeliveryState]
    )
    yield from _family("lag_seconds", "gauge", "By how much the most overdue job or alert is late.", [({}, health.lag)])
    yield from _family(
        "endpoint_failing",
        "gauge",
        "Of endpoints of which something is to be said: whether one fails or is closed.",
        [({"endpoint": it.name}, int(bool(it.failing_since or it.closed_since))) for it in health.endpoints],
    )
    yield from _family(
        "endpoint_waiting",
        "gauge",
        "Alerts that wait for such an endpoint, or are held for it.",
        [({"endpoint": it.name}, it.waiting) for it in health.endpoints],
    )
    yield from _family(
        "config_refused",
        "gauge",
        "Whether config.toml as it stands was refused.",
        [({}, int(bool(health.config_error)))],
    )
    yield from _family("model_loaded", "gauge", "Whether the mention model is in memory.", [({}, int(model_loaded))])
    yield from _family(
        "job_runs_total",
        "counter",
        "Runs of each job by how they ended: all, or failed.",
        [
            ({"job": job.name, "outcome": outcome}, number)
            for job in jobs
            for outcome, number in (("all", job.runs), ("failed", job.failures))
        ],
    )
    yield from _family(
        "job_last_success_timestamp_seconds",
        "gauge",
        "When a run of each job was done last, seconds since 1970.",
        [({"job": job.name}, job.succeeded.timestamp()) for job in jobs if job.succeeded is not None],
    )
    yield from _family(
        "job_last_duration_seconds",
        "gauge",
        "How long the last run of each job took.",
        [({"job": job.name}, job.seconds) for job in jobs if job.seconds is not None],
    )
    yield from _family(
        "job_failing",
        "gauge",
        "Whether the last run of each job failed.",
        [({"job": job.name}, int(job.outcome is JobOutcome.FAILED)) for job in jobs],
    )
    yield from _family(
        "http_responses_total",
        "counter",
        "Answers since the start, by status.",
        [({"status": str(status)}, number) for status, number in sorted(statuses.items())],
    )


def _family(name: str, kind: str, text: str, samples: Iterable[tuple[Mapping[str, str], float]]) -> Iterator[str]:
    yield f"# HELP feeder_{name} {text}\n# TYPE feeder_{name} {kind}\n"
    for labels, value in samples:
        told = ",".join(f'{label}="{_escaped(said)}"' for label, said in labels.items())
        yield f"feeder_{name}{{{told}}} {value}\n" if told else f"feeder_{name} {value}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


async def _answer(scope: Scope, send: Send, status: int, text: str, *, content_type: str = _TEXT) -> None:
    body = text.encode()
    headers = {
        "content-type": content_type,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    if scope["method"] not in ("GET", "HEAD"):
        status, body, headers = 405, b"", {"allow": "GET, HEAD", "content-length": "0"}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
