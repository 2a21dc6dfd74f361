"""How long after a file is closed its article is in its feeds: from close(2) to the first answer with a new ETag.

    python -m bench.freshness [ARTICLES]            default 40

Limit: 2 s at the 95th percentile on an idle machine. The peer in the same run is what the owner asked for: the time for
which a file must not have changed ([source] settle), which nobody can be faster than.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.serving import FEEDER, Serving
from bench.soak import _article

LIMIT = 2.0  # seconds, p95
SETTLE = 0.5  # seconds, the default
_FEED = "/feeds/all.atom"


def freshness(folder: Path, articles: int, *, program: Sequence[str] = FEEDER, settle: float = SETTLE) -> list[float]:
    """Seconds for each of so many articles, one after the other."""
    dice = random.Random(1)
    taken: list[float] = []
    with Serving(folder, program=program, settle=f"{settle}s") as serving:
        _arrival(serving, "warm-up-000000.md")  # catalog and model are loaded with the first article
        for number in range(articles):
            time.sleep(dice.uniform(0, 0.5))
            taken.append(_arrival(serving, f"article-{number:06}.md"))
    return taken


def _arrival(serving: Serving, name: str) -> float:
    before = serving.get(_FEED, method="HEAD").etag
    with (serving.articles / name).open("w") as file:
        file.write(_article(name, 1))
    closed = time.monotonic()
    while (answer := serving.get(_FEED, etag=before, method="HEAD")).status != 200 or answer.etag == before:
        if time.monotonic() - closed > 300:
            raise RuntimeError(f"{name} never came: {serving.errors}")
        time.sleep(0.01)
    return time.monotonic() - closed


def main(articles: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        taken = sorted(freshness(Path(folder), articles))
    p50, p95 = statistics.median(taken), taken[int(0.95 * (len(taken) - 1))]
    print(f"{articles} articles, file closed -> new ETag: p50 {p50:.2f} s, p95 {p95:.2f} s (limit {LIMIT} s)")
    print(f"of which {SETTLE} s are [source] settle")
    return int(p95 > LIMIT)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 40))
