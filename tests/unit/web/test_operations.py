"""What monitors, load balancers and Prometheus are told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from feeder.errors import StateError
from feeder.model import DeliveryState, TopicKind
from feeder.service.health import Health
from feeder.storage import JobOutcome, JobRecord, TopicTotals
from feeder.web.operations import Operations
from tests.builders import NOON
from tests.fakes.client import Reply

REFRESH = JobRecord(
    name="refresh",
    started=NOON,
    seconds=1.5,
    outcome=JobOutcome.DONE,
    succeeded=NOON + timedelta(seconds=1),
    runs=9,
    failures=2,
)
WELL = Health(
    at=NOON,
    ready=True,
    problems=(),
    jobs=(REFRESH,),
    config_error=None,
    config_error_since=None,
    restart_for=(),
    lag=2.0,
    counts={"entries": 3, "withdrawn": 1, **dict.fromkeys(DeliveryState, 0), "pending": 4},
    topics={TopicKind.ALL: TopicTotals(1, 3), TopicKind.SHOW: TopicTotals(5, 7)},
)


async def rest(scope: Scope, receive: Receive, send: Send) -> None:
    status = 404 if scope["path"] == "/nothing" else 200
    await PlainTextResponse("a feed", status)(scope, receive, send)


class Client:
    """Asks the application without a socket between."""

    def __init__(self, health: Health | Exception = WELL) -> None:
        def told() -> Health:
            if isinstance(health, Exception):
                raise health
            return health

        self._app = Operations(rest, health=told, model_loaded=lambda: True)

    def get(self, path: str, *, method: str = "GET") -> Reply:
        said: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(message: Message) -> None:
            said.append(message)

        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": []}
        asyncio.run(self._app(scope, receive, send))
        start, *bodies = said
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return Reply(start["status"], headers, b"".join(body["body"] for body in bodies))


def samples(it: Client) -> dict[tuple[str, ...], float]:
    """(name, label values...) -> value, as Prometheus itself reads it."""
    answer = it.get("/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }


def test_a_process_that_answers_is_alive_whatever_else_is_wrong() -> None:
    answer = Client(StateError("the disk is full")).get("/healthz")
    assert (answer.status, answer.body) == (200, b"alive\n")
    assert answer.headers["cache-control"] == "no-store"


def test_a_fresh_service_is_ready() -> None:
    assert Client().get("/readyz").status == 200


@pytest.mark.parametrize(
    ("health", "said"),
    [
        (replace(WELL, ready=False, problems=("refresh failed: no such folder",)), "refresh failed: no such folder"),
        (StateError("the disk is full"), "the disk is full"),
    ],
)
def test_one_that_is_not_says_why(health: Health | Exception, said: str) -> None:
    answer = Client(health).get("/readyz")
    assert answer.status == 503
    assert said in answer.body.decode()


def test_prometheus_reads_every_number() -> None:
    found = samples(Client())
    assert found[("feeder_articles", "published")] == 3
    assert found[("feeder_feeds", "show")] == 5
    assert found[("feeder_tags", "show")] == 7
    assert found[("feeder_deliveries", "pending")] == 4
    assert found[("feeder_lag_seconds",)] == 2
    assert found[("feeder_model_loaded",)] == 1
    assert found[("feeder_ready",)] == 1
    assert found[("feeder_config_refused",)] == 0
    assert found[("feeder_job_runs_total", "refresh", "all")] == 9
    assert found[("feeder_job_runs_total", "refresh", "failed")] == 2
    assert found[("feeder_job_last_duration_seconds", "refresh")] == 1.5
    assert found[("feeder_job_last_success_timestamp_seconds", "refresh")] == NOON.timestamp() + 1


def test_answers_are_counted_by_status_and_nothing_a_stranger_sends_makes_a_new_series() -> None:
    it = Client()
    for path in ("/feeds/all.atom", "/feeds/all.atom", "/nothing", "/nothing"):
        it.get(path)
    before = samples(it)
    assert before[("feeder_http_responses_total", "200")] == 2
    assert before[("feeder_http_responses_total", "404")] == 2
    for number in range(50):
        it.get(f'/feeds/{number}"}}\n', method=f"VERB{number}")
    assert samples(it).keys() == before.keys()


def test_a_store_that_cannot_be_read_leaves_a_hole_in_the_graph_not_a_wrong_number() -> None:
    assert Client(StateError("the disk\nis full")).get("/metrics").status == 503


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_they_are_only_for_reading(path: str) -> None:
    assert Client().get(path, method="POST").status == 405
    head = Client().get(path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
