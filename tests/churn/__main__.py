# ruff: noqa: T201 - prints its report
"""The churn test at any length: `python -m tests.churn --articles 5000 --events 500 --seed 7`.

Prints what each reader would show twice or never, over feeder and over the baseline; ends with 1 if feeder is not
without any.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from feeder.model import Form
from feeder.readers import READERS
from tests.churn.audience import Audience
from tests.churn.desk import DAY_ONE, random_script
from tests.churn.newsrooms import FEEDS, FeederDesk, NaiveDesk

_STEP = timedelta(hours=7)


def follow(
    room: FeederDesk | NaiveDesk, audience: Audience, arguments: argparse.Namespace
) -> tuple[Counter[str], Counter[str]]:
    """Repeats and losses by reader."""
    audience.visit(room.publish(), DAY_ONE)
    arrived: dict[str, set[int]] = {feed: set() for feed in FEEDS}
    repeats: Counter[str] = Counter()
    losses: Counter[str] = Counter()
    for number, event in enumerate(random_script(arguments.articles, arguments.events, arguments.seed), 1):
        room.desk.now += _STEP
        event.happen(room.desk)
        noticed = audience.visit(room.publish(event), DAY_ONE + number * _STEP)
        repeats += noticed.repeats
        losses += noticed.hidden
        arrived[FEEDS[0]] |= {*event.arrives}
        for told in noticed.told[:3] if isinstance(room, FeederDesk) else ():
            print(f"{number}: {event.what}: {told}", file=sys.stderr)
    for reader, lost in audience.losses(arrived).items():
        losses[reader] += len(lost)
    return repeats, losses


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.churn")
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--events", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder, "feeder"), Path(folder, "naive")
        ours.mkdir()
        theirs.mkdir()
        repeats, losses = follow(FeederDesk(ours, arguments.articles), Audience(FEEDS), arguments)
        baseline, _ = follow(NaiveDesk(theirs, arguments.articles), Audience(FEEDS[:1], (Form.ATOM,)), arguments)
    print(f"{'reader':12} {'repeats':>8} {'losses':>8} {'repeats of the baseline':>24}")
    for reader in READERS:
        print(f"{reader.name:12} {repeats[reader.name]:8} {losses[reader.name]:8} {baseline[reader.name]:24}")
    return 1 if repeats.total() or losses.total() else 0


if __name__ == "__main__":
    sys.exit(main())
