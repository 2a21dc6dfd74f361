"""Folder -> articles -> entries and alerts in the store.

The store is up to date with the folder when `ingest` returns. Killed at any moment it has lost nothing: what a
transaction holds (a hundred articles with their entries, postings and alerts) is there or will be made again.

What belongs to which entry is decided one article after the other; tagging, which takes most of the time, goes on
behind it for a few at once. What is stored, and in which order, does not depend on how many.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime

import feeder
from feeder import entries, topics
from feeder.corrections import Corrections
from feeder.errors import FeederError, NotAnArticle
from feeder.model import Article, Sentence, StoredEntry, Tagging
from feeder.service import clock, correcting, watching
from feeder.service.app import App
from feeder.service.crew import Crew
from feeder.service.progress import Progress, unseen
from feeder.service.tagger import Tags
from feeder.service.trail import Trail
from feeder.sources import Found, Refused, Unchanged
from feeder.sources import Stamp as SourceStamp
from feeder.storage import Fate, FileRecord, Remembered, Stamp

_BATCH = 100  # articles a transaction

#: The file may well be an article, only not at this moment: what was known of it stays.
_PASSING = frozenset({"unsettled", "unreadable"})
#: Reason code of a file that feeder could not digest.
FAILED = "failed"

_log = logging.getLogger(__name__)


class EndsTheProcess(Exception):  # noqa: N818 - never raised: it is what is told of the article
    """Reading an article ended the process: no memory, a fault in a library, somebody's patience."""


def _never() -> bool:
    return False


class _Stopped(Exception):  # noqa: N818 - no error
    """Asked to stop; what was done is in the store."""


_NOTHING = dict.fromkeys(("read", "added", "updated", "withdrawn", "restored", "alerts"), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A file that is in no feed, or not as it stands now."""

    key: str
    reason: str  #: as in errors.NotAnArticle, or "failed"
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What one look at the folder came to."""

    files: int  #: seen, of any kind
    read: int  #: new or changed articles
    added: int  #: entries
    updated: int  #: entries of which a reader notices a change
    withdrawn: int
    restored: int
    retagged: int
    refiled: bool  #: whether all entries were filed anew under the watches and the owner's topics
    alerts: int  #: messages put into the outbox
    complete: bool  #: False: it was stopped; the next run goes on from there
    set_aside: tuple[SetAside, ...]  #: by key, also those known from earlier


def ingest(
    app: App,
    *,
    progress: Progress = unseen,
    stopping: Callable[[], bool] = _never,
    wait: Callable[[float], object] = clock.wait,
    backfill: bool = False,
    workers: int | None = None,
) -> IngestReport:
    """Bring the store up to date with the folder. Raises SourceError, StateError, CatalogError, CorrectionsError.

    The first run over a new store is the baseline: it alerts nobody, except with `backfill`. `stopping` is asked
    between articles; on True what was done is kept and nothing counts as gone. `wait`: for files that are too young;
    may come back early. `workers`: threads that tag; None: as many as there are cores.
    """
    with Crew(workers) as crew:
        return _ingest(app, crew, progress=progress, stopping=stopping, wait=wait, backfill=backfill)


def _ingest(
    app: App,
    crew: Crew,
    *,
    progress: Progress,
    stopping: Callable[[], bool],
    wait: Callable[[float], object],
    backfill: bool,
) -> IngestReport:
    store, now = app.store, clock.now()
    corrections = correcting.load(app.settings)
    try:
        retagged = _prepare(app, crew, corrections, now=now, progress=progress, stopping=stopping)
        refiled = _file_anew(app, progress=progress, stopping=stopping)
    except _Stopped:
        return IngestReport(files=0, retagged=0, refiled=False, set_aside=(), complete=False, **_NOTHING)
    failed = {record.key for record in store.files(fate=Fate.FAILED)}  # tried again each time: the fault may be ours
    known = {
        key: SourceStamp(size=s.size, mtime_ns=s.mtime_ns, inode=s.inode)
        for key, s in store.stamps().items()
        if key not in failed
    }
    identity = app.folder.identity()
    seen = tuple(app.folder.scan(known, now=clock.wall(), wait=wait, identity=store.fact("source")))
    gone = _gone(store.file_keys(), seen)
    trail = Trail(app.settings.state_folder, program=store.fact("program") or "")
    # what the process has ended with before comes last: the others are stored by then
    found = sorted((outcome for outcome in seen if isinstance(outcome, Found)), key=trail.ends)
    silent = store.fact("baseline") is None and not backfill
    run = _Run(app, crew, now=now, gone=gone, silent=silent, corrections=corrections)
    stopped = False
    try:
        for done, item in enumerate(found):
            if stopped := stopping():
                break
            progress("reading", done, len(found))
            if trail.hopeless(item):
                run.give_up(item)
                continue
            if trail.ends(item):
                run.flush()
            trail.begin(item, beside=run.under_way)
            run.take(item)
            if trail.ends(item):
                run.flush()  # alone, so that nobody is suspected with it
        run.refuse(outcome for outcome in seen if isinstance(outcome, Refused))
        run.flush()
    finally:  # whatever is raised here, the process goes on
        trail.end()
    if not stopped:
        run.let_go()
        _set_facts(app, {"source": identity, "baseline": store.fact("baseline") or now.isoformat()})
        progress("reading", len(found), len(found))
    return IngestReport(
        files=len(seen),
        retagged=retagged,
        refiled=refiled,
        set_aside=tuple(_set_aside(app, run.kept)),
        complete=not stopped,
        **run.counts,
    )


def _prepare(
    app: App, crew: Crew, corrections: Corrections, *, now: datetime, progress: Progress, stopping: Callable[[], bool]
) -> int:
    """What a new program, catalog, watch or correction asks for before the folder is read; entries tagged again."""
    store = app.store
    retagged = 0
    spoken_anew = correcting.affected(store, corrections)
    program = f"{feeder.__version__} {app.tagging_version}"
    if store.fact("program") != program:
        with store.transaction():
            store.forget_stamps(fate=Fate.SET_ASIDE)
            store.set_fact("program", program)
    everything = store.fact("tagging") not in (None, app.tagging_version)
    if everything or spoken_anew is not None:
        _set_facts(app, correcting.begun(corrections))
        retagged = _retag(
            app,
            crew,
            corrections,
            now=now,
            progress=progress,
            stopping=stopping,
            spoken_anew=spoken_anew or _nothing,
            everything=everything,
        )
    facts = {"tagging": app.tagging_version, "authority": app.site.authority}
    _set_facts(app, {**facts, **correcting.done(corrections)})
    return retagged


def _nothing(article: Article) -> bool:  # noqa: ARG001 - of whichever article
    return False


def _retag(
    app: App,
    crew: Crew,
    corrections: Corrections,
    *,
    now: datetime,
    progress: Progress,
    stopping: Callable[[], bool],
    spoken_anew: Callable[[Article], bool],
    everything: bool,
) -> int:
    """Tag entries again, without an alert and without a change readers would notice; how many differ.

    `spoken_anew`: of which articles the owner says something else now; the others only if `everything` is to be. Raises
    _Stopped; the next run then looks at all of them once more.
    """
    store, differing = app.store, 0
    batch: list[StoredEntry] = []
    moves = topics.Moves()

    def flush() -> None:
        with store.transaction():
            for stored in batch:
                store.put_entry(stored, topics=app.filing.topics(stored.entry), marks=())
        batch.clear()

    total = store.counts()["entries"]
    stopped = False

    def wanted() -> Iterator[tuple[StoredEntry, bool, Tags]]:
        """Each entry to be tagged again, whether the owner says something else of it, and by whom."""
        nonlocal stopped
        for done, stored in enumerate(store.entries()):
            if stopped := stopping():
                return
            progress("tagging again", done, total)
            anew = spoken_anew(stored.entry.article)
            if anew or everything:
                yield stored, anew, app.tagger  # opened here, when it is needed, and once

    def tag(it: tuple[StoredEntry, bool, Tags]) -> Tagging:
        stored, _, tagger = it
        return tagger.tag(corrections.spoken(stored.entry.article))

    for (before, anew, _), outcome in crew.each(tag, wanted()):
        entry = before.entry
        try:
            tagging = outcome.result()
        except FeederError:
            raise
        except Exception as error:  # one article must not stop the others; its old tags stay
            _log.warning("tagging failed: key=%s error=%s", entry.article.key, _told(error))
            continue
        after = entries.compose(
            entry.article, id=entry.id, summary=entry.summary, tagging=tagging, before=before, now=now
        )
        if after != before:
            differing += 1
            if not anew:  # a word about an article says nothing about what a topic is
                moves.note(entry, after.entry)
            batch.append(after)
            if len(batch) == _BATCH:
                flush()
    flush()
    with store.transaction():
        for old, new in moves.successions():
            if store.topics.succeed(old, new):
                _log.info("topic goes on under another id: kind=%s old=%s new=%s", old.kind, old.key, new.key)
    if stopped:
        raise _Stopped
    return differing


def _file_anew(app: App, *, progress: Progress, stopping: Callable[[], bool]) -> bool:
    """What a changed watch or topic of the owner's asks for: no entry is tagged again for it. Raises _Stopped."""
    store, filing = app.store, app.filing
    if store.fact("filing") == filing.version:
        return False
    with store.transaction():
        store.topics.declare(filing.standing, former=filing.former)
    total = store.counts()["entries"]
    batch: list[StoredEntry] = []
    for done, stored in enumerate(store.entries()):
        if stopping():
            _refile(app, batch)
            raise _Stopped
        progress("filing", done, total)
        batch.append(stored)
        if len(batch) == _BATCH:
            _refile(app, batch)
    _refile(app, batch)
    _set_facts(app, {"filing": filing.version})
    return total > 0


def _refile(app: App, batch: list[StoredEntry]) -> None:
    with app.store.transaction():
        for stored in batch:
            app.store.put_entry(stored, topics=app.filing.topics(stored.entry), marks=())
    batch.clear()


def _set_facts(app: App, facts: Mapping[str, str]) -> None:
    """Only what differs, so that a run without news writes nothing."""
    news = {name: value for name, value in facts.items() if app.store.fact(name) != value}
    if news:
        with app.store.transaction():
            for name, value in news.items():
                app.store.set_fact(name, value)


def _gone(known: frozenset[str], seen: Iterable[Found | Unchanged | Refused]) -> frozenset[str]:
    """Keys that did not come up, but for those below a folder that could not be looked into."""
    keys = {outcome.key for outcome in seen}
    closed = tuple(key for key in keys if key.endswith("/"))
    return frozenset(key for key in known - keys if not key.startswith(closed))


def _set_aside(app: App, kept: Mapping[str, Refused]) -> Iterator[SetAside]:
    records = {
        record.key: SetAside(key=record.key, reason=record.reason, detail=record.detail)
        for fate in (Fate.SET_ASIDE, Fate.FAILED)
        for record in app.store.files(fate=fate)
    }
    records |= {key: SetAside(key=key, reason=it.reason, detail=it.detail) for key, it in kept.items()}
    yield from (records[key] for key in sorted(records))


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


@dataclass(frozen=True, slots=True)
class _Change:
    """One file's outcome, to be stored."""

    record: FileRecord
    stored: StoredEntry | None = None
    marks: tuple[tuple[str, str], ...] = ()
    rings: tuple[watching.Ring, ...] = ()


@dataclass(frozen=True, slots=True)
class _Draft:
    """An article that is being analysed; what is known of its entry was decided before."""

    article: Article
    record: FileRecord
    marks: tuple[tuple[str, str], ...]
    entry_id: str
    remembered: Remembered | None
    seen: StoredEntry | None  #: what readers may have seen
    analysis: Future[tuple[tuple[Sentence, ...], Tagging]]


@dataclass(slots=True)
class _Run:
    """One pass over the folder. Works outside of transactions and stores what came of it in batches."""

    app: App
    crew: Crew
    _: KW_ONLY
    now: datetime
    gone: frozenset[str]
    silent: bool
    corrections: Corrections
    kept: dict[str, Refused] = field(default_factory=dict)  #: known articles that cannot be looked at now
    counts: dict[str, int] = field(default_factory=lambda: dict(_NOTHING))
    _new: set[str] = field(default_factory=set)  #: ids minted in this run: nobody has seen them yet
    _pending: list[_Change | _Draft | None] = field(default_factory=list)  #: None: nothing came of it
    _pending_marks: set[tuple[str, str]] = field(default_factory=set)
    _pending_ids: set[str] = field(default_factory=set)

    def take(self, found: Found) -> None:
        """One file that is new or has changed."""
        stamp = Stamp(found.stamp.size, found.stamp.mtime_ns, found.stamp.inode)
        try:
            article = self._read(found)
        except NotAnArticle as error:
            self._put_aside(found.key, error.reason, error.detail, stamp)
            return
        except FeederError:
            raise
        except Exception as error:  # a file nobody foresaw is quarantined and stops nothing
            self._quarantine(found.key, error, stamp)
            return
        marks = entries.recognisers(article)
        if not self._pending_marks.isdisjoint(marks):
            self.flush()  # the one it may be the same as must be in the store to be recognised
        try:
            self._add(self._change(article, stamp, marks))
        except FeederError:
            raise
        except Exception as error:
            self._quarantine(found.key, error, stamp)

    @property
    def under_way(self) -> tuple[str, ...]:
        """Keys of the articles that are being analysed."""
        return tuple(it.record.key for it in self._pending if isinstance(it, _Draft) and not it.analysis.done())

    def give_up(self, found: Found) -> None:
        """One that has ended the whole process, time and again."""
        stamp = Stamp(found.stamp.size, found.stamp.mtime_ns, found.stamp.inode)
        self._quarantine(found.key, EndsTheProcess("feeder was ended each time it read this"), stamp)

    def refuse(self, refused: Iterable[Refused]) -> None:
        """What the folder itself does not take for an article."""
        for outcome in refused:
            self._put_aside(outcome.key, outcome.reason, outcome.detail, None, outcome)

    def flush(self) -> None:
        """Store what is pending: entries, postings, files, alerts and deliveries together."""
        if not self._pending:
            return
        store = self.app.store
        changes = [change for it in self._pending if (change := self._ended(it)) is not None]
        with store.transaction():
            for change in changes:
                if change.stored is not None:
                    filed = self.app.filing.topics(change.stored.entry)
                    store.put_entry(change.stored, topics=filed, marks=change.marks)
                store.put_file(change.record)
                self.counts["alerts"] += watching.post(change.rings, store=store, site=self.app.site, now=self.now)
        self._pending.clear()
        self._pending_marks.clear()
        self._pending_ids.clear()

    def let_go(self) -> None:
        """Forget the files that are gone. An entry that lost its own goes on with its next one, or leaves."""
        store = self.app.store
        if self.gone:
            with store.transaction():
                for key in self.gone:
                    store.remove_file(key)
        tried: set[str] = set()
        while homeless := [entry_id for entry_id in store.unsettled() if entry_id not in tried]:
            for entry_id in homeless:
                files = [record for record in store.files(entry_id=entry_id) if record.key not in self.kept]
                if not files:
                    if not store.files(entry_id=entry_id):
                        self._withdraw(entry_id)
                    tried.add(entry_id)
                elif (stamp := files[0].stamp) is None:
                    tried.add(entry_id)
                else:
                    record = files[0]
                    self.take(
                        Found(
                            key=record.key,
                            stamp=SourceStamp(size=stamp.size, mtime_ns=stamp.mtime_ns, inode=stamp.inode),
                        )
                    )
                    self.flush()
                    if store.file(record.key) == record:
                        tried.add(entry_id)

    def _withdraw(self, entry_id: str) -> None:
        with self.app.store.transaction():
            self.app.store.withdraw(entry_id, now=self.now)
        self.counts["withdrawn"] += 1

    def _read(self, found: Found) -> Article:
        from feeder import extraction  # brings HTML and encoding libraries along

        article = extraction.read(self.app.folder.read(found), zone=self.app.settings.zone, now=self.now)
        self.counts["read"] += 1
        return article

    def _analyse(self, article: Article) -> Future[tuple[tuple[Sentence, ...], Tagging]]:
        from feeder.summarizing import summarize
        from feeder.text import sentences

        tagger = self.app.tagger  # opened here, once

        def work(article: Article) -> tuple[tuple[Sentence, ...], Tagging]:
            parts = sentences(article.text, body_start=article.body_start)
            return summarize(article, parts), tagger.tag(self.corrections.spoken(article))

        return self.crew.begin(work, article)

    def _change(self, article: Article, stamp: Stamp, marks: tuple[tuple[str, str], ...]) -> _Change | _Draft:
        remembered = self._recognise(article)
        if remembered is not None and remembered.stored.entry.id in self._pending_ids:
            self.flush()
            remembered = self._recognise(article)
        entry_id = self._mint(article) if remembered is None else remembered.stored.entry.id
        record = FileRecord(key=article.key, stamp=stamp, fate=Fate.ENTRY, digest=article.digest, entry_id=entry_id)
        if remembered is not None and not self._speaks_for(article, remembered):
            return _Change(record=record, stored=remembered.stored, marks=marks)
        before = None if remembered is None else remembered.stored
        seen = None if entry_id in self._new else before  # what readers may have seen
        article = entries.settled(article, seen)
        if before is not None and self._unchanged(before.entry.article, article):
            self._count_restored(remembered)
            stored = replace(before, entry=replace(before.entry, article=article))
            return _Change(record=record, stored=stored, marks=marks)
        return _Draft(
            article=article,
            record=record,
            marks=marks,
            entry_id=entry_id,
            remembered=remembered,
            seen=seen,
            analysis=self._analyse(article),
        )

    def _ended(self, it: _Change | _Draft | None) -> _Change | None:
        """What came of it; waits for a draft."""
        if not isinstance(it, _Draft):
            return it
        try:
            return self._composed(it, *it.analysis.result())
        except FeederError:
            raise
        except Exception as error:
            return self._quarantined(it.record.key, error, it.record.stamp)

    def _composed(self, draft: _Draft, summary: tuple[Sentence, ...], tagging: Tagging) -> _Change:
        seen = draft.seen
        before = None if draft.remembered is None else draft.remembered.stored
        stored = entries.compose(
            draft.article, id=draft.entry_id, summary=summary, tagging=tagging, before=seen, now=self.now
        )
        rings: tuple[watching.Ring, ...] = ()
        if not self.silent:
            told = before.entry if before else None
            rings = tuple(watching.rings(self.app.watches, stored, before=told, now=self.now))
        self._count_restored(draft.remembered)
        if before is None:
            self._new.add(draft.entry_id)
            self.counts["added"] += 1
        elif seen is not None and seen.entry.digest != stored.entry.digest:
            self.counts["updated"] += 1
        return _Change(record=draft.record, stored=stored, marks=draft.marks, rings=rings)

    def _count_restored(self, remembered: Remembered | None) -> None:
        if remembered is not None and remembered.withdrawn is not None:
            self.counts["restored"] += 1

    def _unchanged(self, before: Article, article: Article) -> bool:
        """Whether it is tagged already: nothing but its place is new, and its owner says the same of it there."""
        same = replace(before, key=article.key) == article
        return same and self.corrections.about(before) == self.corrections.about(article)

    def _recognise(self, article: Article) -> Remembered | None:
        """The entry this article belongs to, as the store has it."""
        candidates = [
            (mark, remembered)
            for mark, value in entries.recognisers(article)
            for remembered in self.app.store.recognised(mark, value)
        ]
        here = self.app.store.file(article.key)
        known = [
            entries.Known(
                id=it.stored.entry.id,
                by=mark,
                article=it.stored.entry.article,
                here=here is not None and here.entry_id == it.stored.entry.id,
            )
            for mark, it in candidates
        ]
        entry_id = entries.identify(article, known)
        return next((it for _, it in candidates if it.stored.entry.id == entry_id), None)

    def _mint(self, article: Article) -> str:
        from feeder.feeds import entry_id  # brings feedgen along

        return next(
            made
            for seed in entries.seeds(article)
            if self.app.store.remembered(made := entry_id(self.app.site.authority, seed)) is None
        )

    def _speaks_for(self, article: Article, remembered: Remembered) -> bool:
        """Whether the entry is to be as this file says: it is the file the entry came from, or takes its place.

        Of several files of one entry, the one the entry came from speaks for it, until another one is edited or a new
        one brings a later date. A copy just stands by.
        """
        own = remembered.stored.entry.article
        if remembered.withdrawn is not None or own.key == article.key or own.key in self.gone:
            return True
        source = self.app.store.file(own.key)
        if source is None or source.entry_id != remembered.stored.entry.id:
            return True
        if article.digest == own.digest:
            return False
        former = self.app.store.file(article.key)
        if former is not None and former.entry_id == remembered.stored.entry.id:
            return former.digest != article.digest
        return entries.own_date(article) > entries.own_date(own) and entries.is_dated(article)

    def _put_aside(
        self, key: str, reason: str, detail: str, stamp: Stamp | None, refused: Refused | None = None
    ) -> None:
        former = self.app.store.file(key)
        if reason in _PASSING:
            if former is not None and former.fate is Fate.ENTRY:
                self.kept[key] = refused or Refused(key=key, reason=reason, detail=detail)
                return
            stamp = None
        record = FileRecord(key=key, stamp=stamp, fate=Fate.SET_ASIDE, reason=reason, detail=detail)
        if record != former:
            self._add(_Change(record=record))

    def _quarantine(self, key: str, error: Exception, stamp: Stamp) -> None:
        if (change := self._quarantined(key, error, stamp)) is not None:
            self._add(change)

    def _quarantined(self, key: str, error: Exception, stamp: Stamp | None) -> _Change | None:
        """None: that is how it is known already."""
        former = self.app.store.file(key)
        record = FileRecord(
            key=key,
            stamp=stamp,
            fate=Fate.FAILED,
            digest=former.digest if former else None,
            entry_id=former.entry_id if former else None,
            reason=FAILED,
            detail=_told(error),
        )
        if record == former:
            return None
        _log.warning("article failed: key=%s error=%s", key, _told(error))
        return _Change(record=record)

    def _add(self, change: _Change | _Draft) -> None:
        for at, it in enumerate(self._pending):
            if isinstance(it, _Draft) and it.analysis.done():
                self._pending[at] = self._ended(it)  # while others are being analysed
        self._pending.append(change)
        self._pending_marks.update(change.marks)
        if isinstance(change, _Draft):
            self._pending_ids.add(change.entry_id)
        elif change.stored is not None:
            self._pending_ids.add(change.stored.entry.id)
        if len(self._pending) >= _BATCH:
            self.flush()
