"""What a watch would have sent: tried on the entries that are in the store, before it is switched on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feeder import alerts, config, stories
from feeder.model import Alert, Entry, Evidence, StoredEntry, Watch, WatchKind
from feeder.service import correcting, watching
from feeder.service.app import App
from feeder.service.progress import Progress, unseen
from feeder.storage import Wanted
from feeder.text import fold

#: That a trial looks back, unless it is told otherwise.
DAYS = 90
_PAGE = 200  # entries read at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An entry that a watch rings for."""

    stored: StoredEntry
    alert: Alert
    told: bool  #: False: its story had been told, so that it would only have been counted
    news: tuple[str, ...]  #: types of events for which its story would have been told once more

    @property
    def proofs(self) -> tuple[Evidence, ...]:
        """Where the entry says so, each sentence once."""
        found: dict[str, Evidence] = {}
        for it in self.alert.evidence:
            found.setdefault(" ".join(it.sentence.text.split()), it)
        return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of it, the earliest first."""

    heard: tuple[Heard, ...]
    entries: int  #: looked at
    days: int  #: that they are from

    def __str__(self) -> str:
        return (
            f"{_count(len(self.sent), 'alert')} in {_count(self.days, 'day')}, {len(self.held)} held in doubt, "
            f"{_count(len(self.counted), 'more article')} of the same stories; "
            f"{_count(self.entries, 'article')} looked at"
        )

    @property
    def sent(self) -> tuple[Heard, ...]:
        return tuple(it for it in self.heard if it.told and not it.alert.doubt)

    @property
    def held(self) -> tuple[Heard, ...]:
        return tuple(it for it in self.heard if it.told and it.alert.doubt)

    @property
    def counted(self) -> tuple[Heard, ...]:
        return tuple(it for it in self.heard if not it.told)


def trial(app: App, watch: Watch, *, days: int, now: datetime, progress: Progress = unseen) -> Trial:
    """On entries published in the last `days`. Their own tags count; an article that has the name in it without the
    tag, as nobody knew the name when it was tagged, is tagged again with it. Writes nothing. Raises FeederError.
    """
    others = tuple(it for it in app.settings.watches if it.name.casefold() != watch.name.casefold())
    known = watch in app.settings.watches
    probe = app if known else app.renewed(replace(app.settings, watches=(*others, watch)))
    resolved = next(it for it in probe.watches if it.name == watch.name)
    hits = []
    looked = 0
    corrections = correcting.load(app.settings)
    since = now - timedelta(days=days)
    total = app.store.lookup.count(Wanted(since=since), most=1_000_000)
    for stored in _entries(app, since):
        progress("looking", looked, total)
        looked += 1
        entry = stored.entry
        alert = alerts.judge(resolved, entry)
        if alert is None and not known and _may_be_named(watch, entry):
            tagging = probe.tagger.tag(corrections.spoken(entry.article))
            entry = replace(entry, tags=tagging.tags, events=tagging.events)
            alert = alerts.judge(resolved, entry)
        if alert is not None:
            hits.append((replace(stored, entry=entry), alert))
    progress("looking", total, total)
    hits.sort(key=lambda hit: (hit[0].entry.published, hit[0].entry.id))
    return Trial(heard=tuple(_told(hits)), entries=looked, days=days)


def tried(
    app: App,
    table: Mapping[str, object],
    *,
    replacing: str | None = None,
    days: int = DAYS,
    now: datetime,
    progress: Progress = unseen,
) -> Trial:
    """`trial` of a watch as config.toml would have it; see `config.write_watch`. It needs no endpoint."""
    watch = config.try_watch(app.settings.path, table, replacing=replacing)
    return trial(app, watch, days=days, now=now, progress=progress)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _entries(app: App, since: datetime) -> Iterator[StoredEntry]:
    before: int | None = None
    while page := app.store.lookup.find(Wanted(since=since), limit=_PAGE, before=before):
        for sighting in page:
            yield sighting.stored
        before = page[-1].place


def _may_be_named(watch: Watch, entry: Entry) -> bool:
    if watch.kind is not WatchKind.PERSON:
        return False
    text = fold(entry.article.text)
    return any(fold(name) in text for name in (watch.name, *watch.aliases))


def _told(hits: list[tuple[StoredEntry, Alert]]) -> Iterator[Heard]:
    """In the order of their dates, as if each had been the newest one when it came."""
    traces: list[tuple[stories.Trace, int]] = []  # with the number of the story
    told: dict[int, frozenset[str]] = {}
    for stored, alert in hits:
        mine = stories.trace(stored.entry)
        like = (story for trace, story in reversed(traces) if stories.same(mine, trace))
        story = next(like, len(traces))
        traces.append((mine, story))
        news, more = watching.verdict(alert, stored.entry, told.get(story, frozenset()))
        told[story] = told.get(story, frozenset()) | more
        yield Heard(stored=stored, alert=alert, told=news is not None, news=tuple(sorted(news or ())))
