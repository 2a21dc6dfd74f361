"""Kill a feeder at random moments, over and over, while its receiver fails, hangs and loses answers.

    python -m tests.faults.crash_rounds 150

Nothing is lost; whatever arrives twice arrives twice under one id, and only where an attempt ended without an answer.
`test_crashes.py` runs a few rounds of it.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from datetime import timedelta
from pathlib import Path

import feeder.egress  # noqa: F401 - a child that is forked without it would be killed while it imports it
from feeder.model import DeliveryState
from feeder.service import clock
from feeder.service.build import refresh
from feeder.service.delivering import deliver
from feeder.storage import Outcome
from tests.builders import a_watch, an_endpoint
from tests.fakes.newsroom import Newsroom, an_article_text
from tests.fakes.receiver import Exchange, Receiver
from tests.outbox import attempts, deliveries

#: Articles that come in each round.
ARTICLES = 2
#: Of a hundred requests: refused, acted upon without an answer, and answered late.
REFUSED, EATEN, LATE = 5, 5, 3
#: Seconds after which a process is killed, at least and at most: from its start, or, every other time, from the first
#: request that it sends, so that a slow machine does not kill them all before they get that far.
SOON, LATER = 0.02, 0.6
#: Seconds within which that request comes, if there is anything to send.
PATIENCE = 10.0


class Hostile:
    """A receiver that remembers which messages it has acted upon, and how often."""

    def __init__(self, seed: int) -> None:
        self.acted: Counter[str] = Counter()
        self.bodies: dict[str, set[bytes]] = {}
        self._dice = random.Random(seed)
        self._lock = threading.Lock()
        self.calm = False
        self.asked = threading.Event()

    def __call__(self, x: Exchange) -> None:
        self.asked.set()
        with self._lock:
            fate = 100 if self.calm else self._dice.randrange(100)
            self.bodies.setdefault(x.request.headers["webhook-id"], set()).add(x.request.body)
            if fate >= REFUSED:
                self.acted[x.request.headers["webhook-id"]] += 1
        if fate < REFUSED:
            x.answer(503)
        elif fate < REFUSED + EATEN:
            x.reset()
        else:
            if fate < REFUSED + EATEN + LATE:
                x.pause(LATER)
            x.answer(200)


def run(rounds: int, folder: Path, *, seed: int = 0) -> dict[str, int]:
    """What was counted; raises AssertionError where a promise is broken."""
    dice = random.Random(seed)
    hostile = Hostile(seed)
    with Receiver() as receiver:
        receiver.behave("/desk", hostile)
        endpoint = an_endpoint(url=receiver.url("/desk"), allow_networks=("127.0.0.0/8",))
        newsroom = Newsroom(folder, watches=(a_watch(),), endpoints=(endpoint,))
        newsroom.build()
        killed = sum(_round(newsroom, number, dice, hostile.asked) for number in range(rounds))
        hostile.calm = True
        _settle(newsroom)
    with newsroom.open(write=False) as app:
        assert list(app.store.check()) == []
        messages = deliveries(app.store)
        tries = {it.id: attempts(app.store, it.id) for it in messages}
    assert len(newsroom.ids()) == len(messages) == rounds * ARTICLES, "an article or its alert is lost"
    assert {it.state for it in messages} == {DeliveryState.DONE}, "a message was never delivered"
    assert set(hostile.acted) == {it.id for it in messages}, "a message never arrived, or one nobody made"
    assert all(len(bodies) == 1 for bodies in hostile.bodies.values()), "one id, two messages"
    for id_, times in hostile.acted.items():
        unsure = sum(it.outcome is Outcome.UNKNOWN for it in tries[id_])
        assert times <= 1 + unsure, f"{id_} came {times} times, but only {unsure} attempts ended without an answer"
    return {
        "rounds": rounds,
        "killed": killed,
        "messages": len(messages),
        "attempts": sum(map(len, tries.values())),
        "without an answer": sum(it.outcome is Outcome.UNKNOWN for them in tries.values() for it in them),
        "arrived twice or more": sum(times > 1 for times in hostile.acted.values()),
    }


def _round(newsroom: Newsroom, number: int, dice: random.Random, asked: threading.Event) -> bool:
    """Whether the process was killed before it came to its end."""
    for n in range(number * ARTICLES, (number + 1) * ARTICLES):
        words = " ".join(f"{dice.choice(('oar', 'swan', 'bread', 'street', 'tower'))}{n}x{k}" for k in range(30))
        newsroom.write(f"{n}.md", an_article_text(f"Number {n}", f"Milo Ventimiglia {words}."))
    asked.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking while the receiver runs: it stays the parent's
        process = os.fork()
    if not process:
        try:
            _work(newsroom)
        finally:
            os._exit(0)
    after = dice.uniform(SOON, LATER)
    if number % 2:
        asked.wait(PATIENCE)
        after /= 4
    time.sleep(after)
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    return os.WIFSIGNALED(status)


def _work(newsroom: Newsroom) -> None:
    with newsroom.open() as app:
        for later in (0, 10, 400):
            refresh(app)
            deliver(app, now=lambda: clock.now() + timedelta(seconds=later))  # noqa: B023 - called at once


def _settle(newsroom: Newsroom) -> None:
    """As if days passed without a kill."""
    with newsroom.open() as app:
        refresh(app)
        for hours in range(0, 80, 8):
            deliver(app, now=lambda: clock.now() + timedelta(hours=hours))  # noqa: B023 - called at once


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        counted = run(rounds, Path(folder), seed=rounds)
    counts = ", ".join(f"{name} {number}" for name, number in counted.items())
    sys.stdout.write(f"nothing lost: {counts}; {time.monotonic() - begun:.0f} s\n")


if __name__ == "__main__":
    main()
