"""What it costs to keep the feeds of 100,000 articles and 20,000 topics up to date.

    python bench/feeds_100k.py [ARTICLES [TOPICS]]            default 100,000 and 20,000

Limits, of process CPU time unless said otherwise; exits with 1 where one is passed:

    100 new articles to all changed feeds, in memory          0.15 s a form (Atom, RSS, JSON Feed)
    the same with files, until they are safe on the disk      0.6 s a form
    all feeds from nothing, a form                            30 times faster than a form by feedgen alone
    the latest 50 of a topic with all forms, median           0.3 ms

By feedgen alone: the same Atom and RSS documents made feed by feed, each entry read from the store, rendered and put
together by feedgen as often as it stands in one; measured over a sample of topics, carried over by entries; feedgen's
own share is told beside it. The entries of the store are copies of a few hundred that were truly serialised, each under
its own id. Pages and the OPML file, which list every topic, are told apart.
"""

from __future__ import annotations

import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from feeder import config, entries, feeds
from feeder.feeds import CURRENT, atom, rss
from feeder.feeds.items import Item, item
from feeder.model import (
    Article,
    DateSource,
    Event,
    EventType,
    Evidence,
    Form,
    Sentence,
    SiteInfo,
    StoredEntry,
    Tag,
    Tagging,
    TagKind,
    TopicListing,
)
from feeder.service.app import App, open_app
from feeder.service.output import VERSION
from feeder.service.pressing import Press, Shelf
from feeder.service.progress import unseen
from feeder.text import sentences
from feeder.topics import ALL

NEW = 100
IN_MEMORY, WITH_FILES = 0.15, 0.6  # s
TIMES_FEEDGEN = 30
LATEST = 0.3e-3  # s
_DISTINCT = 400  # entries that are serialised; the others are copies of these
_SAMPLE = 100  # topics for feedgen

_BEGAN = datetime(2016, 1, 1, tzinfo=UTC)
_TEXT = (
    "network series season drama comedy production announced episode writer director studio premiere cast returns "
    "joins Monday star finale story family critics viewers million audience channel streaming autumn contract"
)
_WORDS = _TEXT.split()


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

    def __init__(self) -> None:
        self.files = self.bytes = 0

    def write_all(self, files: Iterable[tuple[str, bytes]]) -> tuple[str, ...]:
        written = tuple((path, len(data)) for path, data in files)
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
                app.store.topics.keep_serialised(entry_id, copies, fingerprint=app.entry_version)


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """(CPU, wall) in seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def feedgen_alone(app: App, listings: Sequence[TopicListing]) -> tuple[float, float]:
    """CPU seconds an entry of whole Atom and RSS feeds: all of it, and feedgen's own share."""
    number, seconds, own = 0, 0.0, 0.0
    for listing in listings:
        items: list[Item] = []
        seconds += measured(partial(read, app, listing, items))[0]
        own += measured(partial(whole, listing, items, app.site))[0]
        number += len(items)
    return (seconds + own) / number, own / number


def read(app: App, listing: TopicListing, items: list[Item]) -> None:
    for stored in app.store.topics.latest(listing.topic, app.settings.feed_limit):
        html = app.renderer.entry_html(stored, content="full")
        items.append(item(stored, html=html, site=app.site))


def whole(listing: TopicListing, items: Sequence[Item], site: SiteInfo) -> None:
    as_atom = atom.feed_of(listing, site, CURRENT, ())
    as_rss = rss.channel_of(listing, site, CURRENT)
    for it in items:
        as_atom.add_entry(atom.entry_of(it), order="append")
        as_rss.add_entry(rss.item_of(it), order="append")
    as_atom.atom_str()
    as_rss.rss_str()


class Table:
    """Rows as they are known; whether a limit was passed."""

    failed = False

    def row(self, what: str, value: str, *, ok: bool = True) -> None:
        self.failed |= not ok
        print(f"{what:70} {value}{'' if ok else '   <- over the limit'}", flush=True)


def main(articles: int, topics: int) -> int:
    table = Table()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        (folder / "seeds").mkdir()
        (folder / "config.toml").write_text('[site]\nauthority = "example.org,2026"\n')
        with open_app(config.load(folder / "config.toml"), write=True) as app:
            desk = Newsdesk(topics)
            table.row(f"{articles} articles stored", f"{measured(partial(filled, app, desk, articles))[0]:.1f} s")
            from_nothing(app, table)
            latest(app, table)
            changed(app, desk, table, "in memory", IN_MEMORY, Memory())
            run = changed(app, desk, table, "with files", WITH_FILES, feeds.Tree(folder / "public"))
            table.row("pages and OPML of all topics", f"{measured(run.lists)[0]:.2f} s")
            with app.store.transaction():  # as after a whole build: what is known of the lists counts from now on
                app.store.set_fact(VERSION, app.output_version)
            table.row("the same when nothing that they show has changed", f"{measured(run.lists)[0]:.2f} s")
    return int(table.failed)


_FEEDGENS_FORMS = 2  # it knows no JSON Feed


def from_nothing(app: App, table: Table) -> None:
    memory = Memory()
    spent, _ = measured(partial(Press(app, memory, _BEGAN).topics, unseen))
    listings, archives = app.store.topics.listings(), app.store.topics.archives()
    made = f"{memory.files} files, {memory.bytes / 1e6:.0f} MB"
    table.row(f"all {len(listings)} topics from nothing", f"{spent:.2f} s; {made}")
    each, own = feedgen_alone(app, random.Random(1).sample(listings, min(_SAMPLE, len(listings))))
    limit = app.settings.feed_limit
    number = sum(min(it.count, limit) for it in listings) + limit * sum(archives.values())
    alone = each * number
    table.row(
        "  the Atom and RSS documents of them by feedgen alone",
        f"{alone:.1f} s; {each * 1e6:.0f} us an entry, of which {own * 1e6:.0f} are feedgen's own",
    )
    times = (alone / _FEEDGENS_FORMS) / (spent / len(Form))
    table.row(
        f"  that is (limit {TIMES_FEEDGEN})",
        f"{times:.0f} times as long, form for form; its two {alone / spent:.0f} times as long as our three",
        ok=times >= TIMES_FEEDGEN,
    )


def latest(app: App, table: Table) -> None:
    topics = [it.topic for it in app.store.topics.listings()]
    ask = partial(app.store.topics.arrivals, limit=50, fingerprint=app.entry_version)
    for label, chosen in (("any topic", random.Random(2).choices(topics, k=200)), ("everything", [ALL] * 200)):
        median = statistics.median(measured(partial(ask, topic))[1] for topic in chosen)
        what = f"latest 50 of {label}, with all forms (limit {LATEST * 1e3:.1f} ms)"
        table.row(what, f"{median * 1e3:.3f} ms", ok=median <= LATEST)


def changed(app: App, desk: Newsdesk, table: Table, where: str, limit: float, shelf: Shelf) -> Press:
    new = list(desk.entries(NEW))
    stored, made = measured(partial(put, app, new))[0], measured(partial(serialise, app, new))[0]
    dirty = len(app.store.topics.dirty())
    run = Press(app, shelf, _BEGAN)
    cpu, wall = measured(partial(run.topics, unseen))
    table.row(
        f"{NEW} new articles to {dirty} feeds {where} (limit {limit} s a form)",
        f"{cpu / len(Form):.3f} s a form; {cpu:.3f} s CPU, {wall:.2f} s wall, {len(run.written)} files",
        ok=cpu / len(Form) <= limit,
    )
    table.row("  before that: stored, serialised", f"{stored:.3f} s, {made:.3f} s")
    return run


def put(app: App, new: Sequence[StoredEntry]) -> None:
    with app.store.transaction():
        for stored in new:
            app.store.put_entry(stored, topics=app.filing.topics(stored.entry), marks=())


def serialise(app: App, new: Sequence[StoredEntry]) -> None:
    with app.store.transaction():
        for stored in new:
            made = feeds.serialise(stored, html=app.renderer.entry_html(stored, content="full"), site=app.site)
            app.store.topics.keep_serialised(
                stored.entry.id, (made.atom, made.rss, made.json), fingerprint=app.entry_version
            )


if __name__ == "__main__":
    numbers = [int(it) for it in sys.argv[1:]]
    sys.exit(main(*(numbers + [100_000, 20_000][len(numbers) :])))
