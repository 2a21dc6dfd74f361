"""What it costs to keep the feeds of 100,000 articles and 20,000 topics up to date.

    python bench/feeds_100k.py [ARTICLES [TOPICS]]            default 100,000 and 20,000

Limits, of process CPU time unless said otherwise; exits with 1 where one is passed:

    100 new articles to all changed Atom feeds, in memory     0.15 s
    the same with files, until they are safe on the disk      0.6 s
    all feeds from nothing                                    30 times faster than feedgen alone, in this run
    the latest 50 of a topic, median and the busiest topic    0.3 ms

feedgen alone: the same feeds from the same entries, measured over a sample of topics and carried over by entries. The
entries of the store are copies of a few hundred that were truly serialised, each under its own id.
"""

from __future__ import annotations

import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feeder import config, entries, feeds
from feeder.feeds.atom import entry_of, feed_of
from feeder.feeds.chapters import CURRENT
from feeder.feeds.items import item
from feeder.model import (
    Article,
    DateSource,
    Event,
    EventType,
    Evidence,
    Form,
    Sentence,
    StoredEntry,
    Tag,
    Tagging,
    TagKind,
    Topic,
)
from feeder.service.app import App, open_app
from feeder.service.pressing import Press
from feeder.service.progress import unseen
from feeder.text import sentences
from feeder.topics import ALL

NEW = 100
CHANGED_IN_MEMORY, CHANGED_WITH_FILES = 0.15, 0.6  # s
TIMES_FEEDGEN = 30
LATEST = 0.3e-3  # s
_DISTINCT = 400  # entries that are serialised; the others are copies of these
_SAMPLE = 100  # topics for feedgen

_BEGAN = datetime(2016, 1, 1, tzinfo=UTC)
_WORDS = [
    "network",
    "series",
    "season",
    "drama",
    "comedy",
    "production",
    "announced",
    "episode",
    "writer",
    "director",
    "studio",
    "premiere",
    "cast",
    "returns",
    "joins",
    "Monday",
    "star",
    "finale",
    "story",
    "family",
    "critics",
    "viewers",
    "million",
    "audience",
    "channel",
    "streaming",
    "autumn",
    "contract",
]


class Newsdesk:
    """Articles about shows and people, some of whom are in the news far more often than others (Zipf)."""

    def __init__(self, topics: int) -> None:
        self.dice = random.Random(7)
        shows = topics // 4
        self._shows = [f"Show {n}" for n in range(shows)]
        self._people = [f"Person {n}" for n in range(topics - shows)]
        self._show_weights = list(itertools.accumulate(1 / (n + 1) for n in range(len(self._shows))))
        self._people_weights = list(itertools.accumulate(1 / (n + 1) for n in range(len(self._people))))
        self._number = 0

    def article(self) -> tuple[Article, Tagging]:
        number, dice = self._number, self.dice
        self._number += 1
        # every topic is in the news once; from then on by weight
        show = (
            self._shows[number]
            if number < len(self._shows)
            else dice.choices(self._shows, cum_weights=self._show_weights)[0]
        )
        people = dice.choices(self._people, cum_weights=self._people_weights, k=3)
        if number < len(self._people):
            people[0] = self._people[number]
        title = f"{people[0]} on {show}, report {number}"
        paragraphs = [
            " ".join(f"{' '.join(dice.choices(_WORDS, k=12)).capitalize()}." for _ in range(4)) for _ in range(5)
        ]
        text = f"{title}\n\n" + "\n\n".join(paragraphs)
        article = Article(
            key=f"{number}.md",
            title=title,
            text=text,
            body_start=len(title) + 2,
            published=_BEGAN + timedelta(minutes=45 * number),
            published_from=DateSource.METADATA,
            link=f"https://news.example/{number}",
            outlet="The Example",
            digest=str(number),
        )
        names = [(TagKind.SHOW, show), *((TagKind.PERSON, name) for name in dict.fromkeys(people))]
        tags = tuple(_tag(kind, name, article) for kind, name in names)
        event = Event(type=dice.choice(list(EventType)), evidence=tags[0].evidence)
        return article, Tagging(tags=tags, events=(event,))

    def entries(self, number: int) -> Iterator[StoredEntry]:
        for _ in range(number):
            article, tagging = self.article()
            yield entries.compose(
                article,
                id=feeds.entry_id("example.org,2026", article.digest),
                summary=sentences(article.text, body_start=article.body_start)[1:4],
                tagging=tagging,
                before=None,
                now=article.published,
            )


def _tag(kind: TagKind, name: str, article: Article) -> Tag:
    end = len(article.title)
    sentence = Sentence(start=0, end=end, text=article.title)
    proof = Evidence(start=0, end=len(name), surface=name, sentence=sentence, why="catalog; p=0.97")
    return Tag(kind=kind, id=name.lower().replace(" ", "-"), label=name, score=0.97, main=True, evidence=(proof,))


class Memory:
    """A shelf that counts what is put on it."""

    def __init__(self, form: Form | None) -> None:
        self.suffix = f".{form}" if form else ""
        self.files = self.bytes = 0

    def write_all(self, files: Iterable[tuple[str, bytes]]) -> tuple[str, ...]:
        written = tuple((path, len(data)) for path, data in files if path.endswith(self.suffix))
        self.files += len(written)
        self.bytes += sum(size for _, size in written)
        return tuple(path for path, _ in written)

    def remove(self, _: str) -> bool:
        return True


def filled(app: App, desk: Newsdesk, number: int) -> None:
    """The store with its entries and their forms."""
    originals: list[tuple[str, tuple[bytes, ...]]] = []
    made = desk.entries(number)
    while batch := list(itertools.islice(made, 1000)):
        with app.store.transaction():
            for at, stored in enumerate(batch):
                entry_id = stored.entry.id
                app.store.put_entry(stored, topics=app.filing.topics(stored.entry), marks=())
                if len(originals) < _DISTINCT:
                    html = app.renderer.entry_html(stored, content="full")
                    forms = feeds.serialise(stored, html=html, site=app.site)
                    originals.append((entry_id, (forms.atom, forms.rss, forms.json)))
                of, forms_of = originals[at % len(originals)]
                copies = [form.replace(of.encode(), entry_id.encode()) for form in forms_of]
                app.store.keep_serialised(entry_id, copies, fingerprint=app.entry_version)


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """(CPU, wall) in seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def feedgen_alone(app: App, topics: list[Topic]) -> float:
    """CPU seconds an entry of whole Atom feeds made by nothing but feedgen."""
    number, seconds = 0, 0.0
    for topic in topics:
        stored = app.store.latest(topic, 50)
        items = [item(it, html=app.renderer.entry_html(it, content="full"), site=app.site) for it in stored]
        listing = next(it for it in app.store.listings() if it.topic == topic)

        def whole(items: list = items, listing: object = listing) -> bytes:  # type: ignore[type-arg]
            feed = feed_of(listing, app.site, CURRENT, ())  # type: ignore[arg-type]
            for it in items:
                feed.add_entry(entry_of(it), order="append")
            made: bytes = feed.atom_str()
            return made

        seconds += measured(whole)[0]
        number += len(items)
    return seconds / number


def main(articles: int, topics: int) -> int:
    failed = False

    def row(what: str, value: str, *, ok: bool = True) -> None:
        nonlocal failed
        failed |= not ok
        print(f"{what:66} {value}{'' if ok else '   <- over the limit'}", flush=True)

    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        (folder / "seeds").mkdir()
        (folder / "config.toml").write_text('[site]\nauthority = "example.org,2026"\n')
        settings = config.load(folder / "config.toml")
        with open_app(settings, write=True) as app:
            desk = Newsdesk(topics)
            cpu, _ = measured(lambda: filled(app, desk, articles))
            row(f"{articles} articles stored", f"{cpu:.1f} s")

            memory = Memory(Form.ATOM)
            everything, _ = measured(lambda: Press(app, memory, _BEGAN).topics(unseen))
            listings = app.store.listings()
            row(f"all {len(listings)} topics from nothing: {memory.files} Atom documents", f"{everything:.2f} s")
            row("  of all forms, with archives", f"{memory.bytes / 1e6:.0f} MB of them Atom")

            latest = [listing.topic for listing in listings]
            busiest = sorted(listings, key=lambda it: -it.count)
            sample = [it.topic for it in random.Random(1).sample(busiest, min(_SAMPLE, len(busiest)))]
            each = feedgen_alone(app, sample)
            shown = sum(min(it.count, settings.feed_limit) for it in listings)
            archived = settings.feed_limit * sum(app.store.archives().values())
            alone = each * (shown + archived)
            row("  the same Atom documents by feedgen alone", f"{alone:.1f} s ({each * 1e6:.0f} us an entry)")
            times = alone / everything
            row(f"  that is (limit {TIMES_FEEDGEN} times)", f"{times:.0f} times faster", ok=times >= TIMES_FEEDGEN)

            for label, chosen in (("any topic", random.Random(2).sample(latest, 200)), ("all", [ALL])):
                spent = []
                for topic in chosen * (200 // len(chosen)):
                    spent.append(measured(lambda t=topic: app.store.arrivals(t, 50, fingerprint=app.entry_version))[1])  # type: ignore[misc]
                median = statistics.median(spent)
                row(
                    f"latest 50 of {label}, with all forms (limit {LATEST * 1e3:.1f} ms)",
                    f"{median * 1e3:.3f} ms",
                    ok=median <= LATEST,
                )

            for label, limit, shelf in (
                ("in memory", CHANGED_IN_MEMORY, Memory(None)),
                ("with files", CHANGED_WITH_FILES, feeds.Tree(folder / "public")),
            ):
                new = list(desk.entries(NEW))
                store_cpu, _ = measured(lambda new=new: put(app, new))  # type: ignore[misc]
                form_cpu, _ = measured(lambda new=new: serialise(app, new))  # type: ignore[misc]
                dirty = len(app.store.dirty())
                run = Press(app, shelf, _BEGAN)
                cpu, wall = measured(lambda run=run: run.topics(unseen))  # type: ignore[misc]
                row(
                    f"{NEW} new articles to {dirty} feeds {label} (limit {limit} s)",
                    f"{cpu:.3f} s CPU, {wall:.3f} s wall, {len(run.written)} documents",
                    ok=cpu <= limit,
                )
                row("  before that: stored, serialised", f"{store_cpu:.3f} s, {form_cpu:.3f} s")
            lists_cpu, _ = measured(run.lists)
            row("pages and OPML of all topics", f"{lists_cpu:.2f} s")
    return int(failed)


def put(app: App, new: list[StoredEntry]) -> None:
    with app.store.transaction():
        for stored in new:
            app.store.put_entry(stored, topics=app.filing.topics(stored.entry), marks=())


def serialise(app: App, new: list[StoredEntry]) -> None:
    with app.store.transaction():
        for stored in new:
            made = feeds.serialise(stored, html=app.renderer.entry_html(stored, content="full"), site=app.site)
            app.store.keep_serialised(stored.entry.id, (made.atom, made.rss, made.json), fingerprint=app.entry_version)


if __name__ == "__main__":
    numbers = [int(it) for it in sys.argv[1:]]
    sys.exit(main(*(numbers + [100_000, 20_000][len(numbers) :])))
