"""What it costs to deliver: messages from the outbox to a receiver on this machine, beside plain httpx in the same run.

    python -m bench.deliveries [MESSAGES] [ARTICLES]          default 10000 and 1000

Each message is claimed, signed, sent over a connection of its own to an address that was checked, settled and recorded,
all of it safe on the disk, a few messages at a time. Plain httpx does nothing but send: one connection for all, and
one for each. Then so many articles come at once for a watch with a digest: each must be told in one message, and memory
must not grow with them.

Limits: 0.5 of what httpx delivers for the same processor time with a connection for each message; nothing lost; the
digests of all articles cost at most 40 MB more than those of a tenth of them.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import time as time_of_day
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from feeder.model import Delivery, Endpoint, Rhythm
from feeder.service import clock
from feeder.service.build import refresh
from feeder.service.digesting import gather
from feeder.service.notify import dispatch
from feeder.topics import ALL
from tests.builders import a_delivery, a_watch, an_endpoint
from tests.fakes.newsroom import Newsroom, an_article_text
from tests.outbox import deliveries

SHARE = 0.5
MEGABYTES = 40.0
_ENDPOINTS = 8
_LOCAL = ("127.0.0.0/8",)
_RECEIVER = """
import asyncio, sys

seen = 0

async def serve(reader, writer):
    global seen
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            lines = head.lower().split(b"\\r\\n")
            length = next((int(it.split(b":")[1]) for it in lines if it.startswith(b"content-length")), 0)
            await reader.readexactly(length)
            seen += lines[0].startswith(b"post")
            body = b"%d" % seen
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(body), body))
            await writer.drain()
            if b"connection: close" in lines:
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=500)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the wall and of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def delivered(folder: Path, port: int, count: int) -> tuple[float, float]:
    endpoints = tuple(
        an_endpoint(f"endpoint {n}", url=f"http://127.0.0.1:{port}/{n}", allow_networks=_LOCAL)
        for n in range(_ENDPOINTS)
    )
    room = Newsroom(folder, endpoints=endpoints, watches=(a_watch(endpoints=("endpoint 0",)),))
    room.write("a.md", an_article_text())
    room.build()
    with room.open() as app:
        entry = next(iter(app.store.topics.latest(ALL, 1))).entry.id
        with app.store.transaction():
            for delivery in some_deliveries(count, endpoints, entry):
                app.store.outbox.add(delivery, now=clock.now())
        return measured(lambda: check(dispatch(app).delivered, count))


def some_deliveries(count: int, endpoints: tuple[Endpoint, ...], entry: str) -> list[Delivery]:
    body = json.dumps({"type": "mention.new", "data": {"summary": "x" * 2500}}).encode()
    now = clock.now() - timedelta(seconds=1)
    return [
        a_delivery(
            id=f"msg_{n:026}",
            endpoint=endpoints[n % len(endpoints)].name,
            entry_id=entry,
            watch=f"watch {n}",
            body=body,
            next_at=now,
        )
        for n in range(count)
    ]


def check(found: int, wanted: int) -> None:
    if found != wanted:
        raise SystemExit(f"lost: {found} of {wanted} were delivered")


def plainly(port: int, count: int, *, close: bool) -> tuple[float, float]:
    body = b"x" * 2560
    headers = {"content-type": "application/json", **({"connection": "close"} if close else {})}

    def send(share: int) -> None:
        with httpx.Client(trust_env=False) as client:
            for _ in range(share):
                client.post(f"http://127.0.0.1:{port}/", content=body, headers=headers).raise_for_status()

    def all_of_them() -> None:
        with ThreadPoolExecutor(_ENDPOINTS) as pool:
            list(pool.map(send, [count // _ENDPOINTS] * _ENDPOINTS))

    return measured(all_of_them)


def digests(folder: Path, articles: int) -> tuple[int, float]:
    """How many messages tell them, and the peak of this process in megabytes."""
    rhythm = Rhythm(at=time_of_day(8), zone=ZoneInfo("UTC"))
    room = Newsroom(folder, watches=(replace(a_watch(), digest=rhythm),), endpoints=(an_endpoint(),))
    room.build()
    for n in range(articles):
        words = " ".join(f"w{n * 37 + k}" for k in range(30))
        room.write(f"{n // 1000}/{n}.md", an_article_text(f"Story {n}", f"Milo Ventimiglia {words}."))
    told: set[str] = set()
    with room.open() as app:
        refresh(app)
        later = clock.now() + timedelta(days=2)
        made = gather(app.store, site=app.site, now=later, endpoints=app.settings.endpoints)
        for delivery in deliveries(app.store):
            told.update(it["title"] for it in json.loads(delivery.body)["data"]["alerts"])
    check(len(told), articles)
    return made, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_a_process(articles: int) -> tuple[int, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.deliveries", "digests", str(articles)],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ,
    )
    made, peak = done.stdout.split()
    return int(made), float(peak)


def main(count: int, articles: int) -> int:
    receiver = subprocess.Popen([sys.executable, "-c", _RECEIVER], stdout=subprocess.PIPE, text=True)
    assert receiver.stdout is not None
    port = int(receiver.stdout.readline())
    try:
        with tempfile.TemporaryDirectory() as folder:
            wall, cpu = delivered(Path(folder), port, count)
        kept_wall, kept_cpu = plainly(port, count, close=False)
        peer_wall, peer_cpu = plainly(port, count, close=True)
    finally:
        receiver.kill()
        receiver.communicate()
    share = peer_cpu / cpu
    print(f"{count} messages to {_ENDPOINTS} endpoints: a second / a second of this process")
    print(f"  feeder, from the outbox         {count / wall:8.0f} {count / cpu:8.0f}")
    print(f"  httpx, a connection for each    {count / peer_wall:8.0f} {count / peer_cpu:8.0f}")
    print(f"  httpx, one connection           {count / kept_wall:8.0f} {count / kept_cpu:8.0f}")
    print(f"  share of httpx with a connection for each: {share:.2f} (limit {SHARE})")
    few, low = in_a_process(articles // 10)
    many, high = in_a_process(articles)
    print(f"{articles // 10} articles at once: {few} digests, peak {low:.0f} MB")
    print(f"{articles} articles at once: {many} digests, peak {high:.0f} MB (limit {MEGABYTES:.0f} more), none lost")
    return int(share < SHARE or high - low > MEGABYTES)


if __name__ == "__main__":
    if sys.argv[1:2] == ["digests"]:
        with tempfile.TemporaryDirectory() as place:
            print(*digests(Path(place), int(sys.argv[2])))
        sys.exit(0)
    sizes = [int(it) for it in sys.argv[1:]]
    sys.exit(main(*(sizes + [10_000, 1_000][len(sizes) :])))
