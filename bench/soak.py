"""feeder serve for a long while, as it lives: articles come, are edited and go, readers poll all the time.

    python -m bench.soak [MINUTES]            default 30

At every moment each feed that a reader gets must be whole and valid, and no reader, of all that feeder.readers models,
may show an entry a second time or lose one; nothing may be answered with an error or logged as one; in the end the
feeds hold exactly the articles that are there; and memory must be flat: in the last quarter of the time not more than
10 % and 10 MB above that in the second. Prints the figures and exits with 1 where one of these does not hold.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.serving import FEEDER, Serving
from feeder.errors import NotAFeed
from feeder.readers import READERS, Subscriber, read
from feeder.storage import open_store

GROWTH, GRACE = 0.10, 10.0  # of memory: share, and MB
_FEEDS = ("all", "show/gilmore-girls", "show/this-is-us", "person/milo-ventimiglia", "person/lauren-graham")
_FORMS = ("atom", "atom", "rss", "json")
_SHOWS = ("Gilmore Girls", "This Is Us")
_PEOPLE = ("Milo Ventimiglia", "Lauren Graham")
_NOUNS = """
    season episode network studio pilot finale premiere renewal script camera trailer guest audience critics writers
    room winter autumn reading table weekend project drama comedy lighthouse harbour village family mother daughter
    doctor nurse teacher baker firefighter judge reporter
"""
_WORDS = tuple(_NOUNS.split())


@dataclass(slots=True)
class Figures:
    """What a soak came to."""

    seconds: float = 0.0
    written: int = 0
    edited: int = 0
    deleted: int = 0
    polls: int = 0
    unchanged: int = 0  #: of them, answered with 304
    shown: int = 0  #: entries that readers showed as new
    memory: list[tuple[float, float]] = field(default_factory=list)  #: (seconds since the start, MB)
    wrong: list[str] = field(default_factory=list)

    def quarter(self, number: int) -> float:
        """Median memory in a quarter of the time, the first one is 1; MB."""
        found = [mb for at, mb in self.memory if (number - 1) / 4 <= at / self.seconds <= number / 4]
        return statistics.median(found) if found else 0.0

    def flat(self) -> bool:
        return self.quarter(4) <= self.quarter(2) * (1 + GROWTH) + GRACE


class Soak:
    """One run. `pace`: seconds between two things that happen in the folder."""

    def __init__(self, serving: Serving, *, seconds: float, pace: float, seed: int = 7) -> None:
        self._serving = serving
        self._seconds = seconds
        self._pace = pace
        self._dice = random.Random(seed)
        self._figures = Figures(seconds=seconds)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._live: dict[str, int] = {}  # file name -> version
        self._made = 0

    def run(self) -> Figures:
        threads = [threading.Thread(target=self._write)]
        threads += [threading.Thread(target=self._poll, args=(number,)) for number in range(len(READERS))]
        begun = time.monotonic()
        for thread in threads:
            thread.start()
        while (passed := time.monotonic() - begun) < self._seconds:
            self._figures.memory.append((passed, self._serving.memory()))
            self._over.wait(min(1.0, self._seconds / 20))
        self._over.set()
        for thread in threads:
            thread.join()
        self._settle()
        return self._figures

    def _note(self, problem: str) -> None:
        with self._lock:
            self._figures.wrong.append(problem)

    # -- the folder ---------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        while not self._over.wait(self._pace):
            what = self._dice.random()
            if what < 0.6 or len(self._live) < 5:
                self._made += 1
                self._put(f"{self._made % 50:02}/article-{self._made:06}.md", 1, slowly=what < 0.1)
                self._figures.written += 1
            elif what < 0.8:
                name = self._dice.choice(sorted(self._live))
                self._put(name, self._live[name] + 1)
                self._figures.edited += 1
            else:
                name = self._dice.choice(sorted(self._live))
                (self._serving.articles / name).unlink()
                del self._live[name]
                self._figures.deleted += 1

    def _put(self, name: str, version: int, *, slowly: bool = False) -> None:
        path = self._serving.articles / name
        path.parent.mkdir(exist_ok=True)
        text = _article(name, version)
        with path.open("w") as file:
            half = len(text) // 2
            file.write(text[:half])
            if slowly:  # longer than feeder waits: only that it is open for writing tells that more will come
                file.flush()
                self._over.wait(1.5)
            file.write(text[half:])
        self._live[name] = version

    def _settle(self) -> None:
        """In the end, what is served is what is there."""
        deadline = time.monotonic() + 120
        count = -1
        while time.monotonic() < deadline and count != len(self._live):
            store = open_store(self._serving.state, write=False)
            count = store.counts()["entries"]
            store.close()
            time.sleep(0.2)
        if count != len(self._live):
            self._note(f"{len(self._live)} articles are there, {count} entries are served")
        for line in self._serving.get("/metrics").body.decode().splitlines():
            if line.startswith('feeder_http_responses_total{status="5'):
                self._note(line)
        self._figures.wrong += [f"logged: {line}" for line in self._serving.errors]

    # -- the readers --------------------------------------------------------------------------------------------------

    def _poll(self, number: int) -> None:
        subscriber = Subscriber(READERS[number])
        dice = random.Random(number)
        versions: dict[str, tuple[str, datetime | None]] = {}
        etags: dict[str, str] = {}
        while not self._over.wait(dice.uniform(0.02, 0.2)):
            feed = dice.choice(_FEEDS)
            address = f"/feeds/{feed}.{_FORMS[number % len(_FORMS)]}"
            try:
                answer = self._serving.get(address, etag=etags.get(address, ""))
            except OSError as error:
                self._note(f"{address}: {error!r}")
                continue
            with self._lock:
                self._figures.polls += 1
                self._figures.unchanged += answer.status == 304
            if answer.status == 404 and address not in etags:
                continue  # nobody has been in the news yet
            if answer.status not in (200, 304):
                self._note(f"{address}: status {answer.status}")
            if answer.status == 200:
                etags[address] = answer.etag
                self._read(subscriber, address, answer.body, versions)

    def _read(
        self, subscriber: Subscriber, address: str, body: bytes, versions: dict[str, tuple[str, datetime | None]]
    ) -> None:
        who = subscriber.reader.name
        try:
            document = read(body)
        except NotAFeed as error:
            return self._note(f"{who}: {address}: {error}")
        visit = subscriber.visit(address, document, now=datetime.now(UTC))
        with self._lock:
            self._figures.shown += len(visit.new)
        for entry in visit.repeats:
            self._note(f"{who}: {address}: shown again: {entry.id} {entry.title}")
        for entry in visit.hidden:
            self._note(f"{who}: {address}: never shown: {entry.id} {entry.title}")
        for entry in document.entries:
            name, published = versions.setdefault(entry.id, (entry.title.partition(",")[0], entry.published))
            if entry.title.partition(",")[0] != name or entry.published != published:
                self._note(f"{who}: {address}: {entry.id} was {name} of {published}, is {entry.title}")
            if not entry.content.count("The end of"):
                self._note(f"{who}: {address}: half an article: {entry.title}")
        return None


def _article(name: str, version: int) -> str:
    dice = random.Random(f"{name} {version // 2}")
    number = Path(name).stem
    show, person = _SHOWS[sum(name.encode()) % 2], _PEOPLE[sum(name.encode()) // 2 % 2]
    paragraphs = [
        " ".join(
            f"The {dice.choice(_WORDS)} of the {dice.choice(_WORDS)} met the {dice.choice(_WORDS)} in {number}."
            for _ in range(6)
        )
        for _ in range(6)
    ]
    title = f"Report {number}, {person} talks about {show}"
    day = 1 + sum(name.encode()) % 28
    return (
        f'---\nid: "{number}"\ntitle: "{title}"\ndate: 2026-01-{day:02}\n---\n\n{person} of {show} spoke, version '
        f"{version}.\n\n" + "\n\n".join(paragraphs) + f"\n\nThe end of {number}.\n"
    )


def soak(
    folder: Path, *, seconds: float, pace: float, program: Sequence[str] = FEEDER, settle: str = "0.5s"
) -> Figures:
    """Run it in `folder`."""
    with Serving(folder, program=program, settle=settle) as serving:
        figures = Soak(serving, seconds=seconds, pace=pace).run()
        if status := serving.stop():
            figures.wrong.append(f"ended with status {status}")
    return figures


def main(minutes: float) -> int:
    with tempfile.TemporaryDirectory() as folder:
        it = soak(Path(folder), seconds=minutes * 60, pace=0.5)
    print(f"{minutes:g} minutes: {it.written} articles came, {it.edited} edits, {it.deleted} went")
    print(f"{it.polls} polls by {len(READERS)} kinds of reader, {it.unchanged / it.polls:.0%} of them not modified")
    print(f"{it.shown} entries shown as new, none of them twice" if not it.wrong else f"{len(it.wrong)} things wrong")
    print(f"memory, median of each quarter: {', '.join(f'{it.quarter(n):.0f} MB' for n in (1, 2, 3, 4))}")
    for problem in it.wrong[:50]:
        print(problem)
    return int(bool(it.wrong) or not it.flat())


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if sys.argv[1:] else 30))
