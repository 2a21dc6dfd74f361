"""What people look at: the latest, a topic, an entry, a search, messages. Pages and API show the same answers.

Reads the store and nothing else, from any thread. Every list comes in pages: `next` is where the following one begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from feeder.catalog import Catalog
from feeder.model import DeliveryState, Entry, Sentence, StoredEntry, Tag, Topic, TopicKind, TopicListing, Watch
from feeder.rendering import feed_path
from feeder.service import questions
from feeder.service.app import App
from feeder.service.privacy import is_private
from feeder.service.questions import Question, Words
from feeder.storage import Companion, Former, Message, Month, Wanted
from feeder.text import sentences, slug
from feeder.topics import ALL

PAGE = 20  #: entries, and messages, of a page
TOPICS = 100  #: topics of a page
#: Results are counted up to this.
COUNTED = 1000
_BUSIEST = 12
_WITH = 12  # related topics
_AMONG = 500  # of the topic's newest entries
_CAST = 24
#: Months that a chart shows month by month; what goes back further is shown by years.
_MONTHS = 36
_YEARS = 20
_FEWEST = 12  # bars, so that one alone is no wall

_KINDS = {"show": TopicKind.SHOW, "person": TopicKind.PERSON}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A tag and the feed that follows it."""

    tag: Tag
    listing: TopicListing | None  #: None: it has none, or it is not certain who is meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An entry in a list."""

    stored: StoredEntry
    named: tuple[Named, ...]  #: what it is mainly about first
    excerpt: Sentence | None = None  #: of a search: the sentence with most of what was asked for
    marks: tuple[tuple[int, int], ...] = ()  #: in the excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """A page of entries, newest first."""

    cards: tuple[Card, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A watched name."""

    watch: Watch
    listing: TopicListing | None  #: of its feed; None before the first build that knows it
    latest: StoredEntry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The front page."""

    latest: Cards
    everything: TopicListing | None
    busiest: tuple[tuple[TopicKind, tuple[TopicListing, ...]], ...]  #: kinds that have topics
    watched: tuple[Watched, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Somebody in the cast of a show, or a show somebody is known for."""

    name: str
    note: str  #: the character, the years; "" where nothing is known
    listing: TopicListing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Entries of a month or a year."""

    label: str  #: "2026-03", "2026"
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A topic."""

    listing: TopicListing
    entries: Cards
    companions: tuple[Companion, ...]
    bars: tuple[Bar, ...]  #: in order, without gaps, up to now
    facts: tuple[str, ...]  #: years and networks of a show, what a person is
    cast: tuple[Part, ...]
    credits: tuple[Part, ...]
    watch: Watch | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """An entry, with all that is known of it."""

    stored: StoredEntry
    named: tuple[Named, ...]
    withdrawn: datetime | None
    labels: Mapping[str, str]  #: of shows and people by id, for its events


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found."""

    question: Question
    entries: Cards
    count: int  #: of all that was found, up to COUNTED
    topics: tuple[TopicListing, ...]  #: whose names the text begins; on the first page only
    unknown: tuple[str, ...]  #: filters that name nothing: "show", "person", "event"


class Reading:
    """`catalog` says what is known at this moment; None while it is being loaded. `trusted`: private topics, too.

    What is private is not there for others: neither its topic nor that entries are in it. Entries are not private by
    themselves, they may stand in other feeds.
    """

    def __init__(self, app: App, *, catalog: Callable[[], Catalog | None], trusted: bool) -> None:
        self._app = app
        self._store = app.store
        self._catalog = catalog
        self._private = () if trusted else app.settings.private

    @property
    def closed(self) -> bool:
        """Whether there is nothing at all to look at: the feed of all articles is private."""
        return bool(self._private) and is_private(self._app.settings, feed_path(ALL, ""))

    def home(self, before: int | None = None) -> Home:
        lookup = self._store.lookup
        kinds = (kind for kind in TopicKind if kind is not TopicKind.ALL)
        busiest = ((kind, self._open(lookup.busiest(kind, _BUSIEST))) for kind in kinds)
        return Home(
            latest=self._cards(Wanted(), before),
            everything=self.everything(),
            busiest=tuple((kind, listings) for kind, listings in busiest if listings),
            watched=self.watched(),
        )

    def everything(self) -> TopicListing | None:
        """The feed of all articles."""
        return self._shown(self._store.lookup.listing_of(ALL))

    def listing(self, kind: TopicKind, place: str) -> TopicListing | None:
        """The topic at this address."""
        return self._shown(self._store.lookup.listing(kind, place))

    def former(self, kind: TopicKind, place: str) -> Former | None:
        """What became of the topic that once was at this address."""
        found = self._store.topics.former(kind, place)
        if found is None or found.slug is None:
            return found
        return None if self._hidden(found.topic.kind, found.slug) else found

    def watched(self) -> tuple[Watched, ...]:
        """The watched names of the configuration, in its order."""
        found = map(self._watched, self._app.settings.watches)
        if not self._private:
            return tuple(found)
        return tuple(it for it in found if it.listing is not None)  # one without a feed yet may be private

    def topics(self, *, kind: TopicKind | None, text: str, after: str = "") -> tuple[Sequence[TopicListing], str]:
        """Topics with these words in their address, and where the next page begins ("" on the last one)."""
        found = self._store.lookup.topics(kind, has=_slug(text), limit=TOPICS + 1, after=after)
        page = found[:TOPICS]
        return self._open(page), f"{page[-1].slug}/{page[-1].topic.kind}" if len(found) > TOPICS else ""

    def about(self, kind: TopicKind, place: str, *, now: datetime, before: int | None = None) -> About | None:
        """The topic at this address; None: none is published there."""
        lookup = self._store.lookup
        listing = self.listing(kind, place)
        if listing is None:
            return None
        topic = listing.topic
        facts, cast, known_for = self._known(topic)
        return About(
            listing=listing,
            entries=self._cards(Wanted(topics=((kind, topic.key),)), before),
            companions=tuple(
                it
                for it in lookup.companions(topic, among=_AMONG, limit=_WITH)
                if not self._hidden(it.listing.topic.kind, it.listing.slug)
            ),
            bars=bars(lookup.months(topic), now=now),
            facts=facts,
            cast=cast,
            credits=known_for,
            watch=next(
                (w for w in self._app.settings.watches if kind is TopicKind.WATCH and w.name == topic.key), None
            ),
        )

    def entry(self, token: str) -> Whole | None:
        """By the last part of its id, "dgzfqvxbyfimva2m77ellgzdvw"; None: there never was one."""
        remembered = self._store.remembered(f"tag:{self._app.site.authority}:entry-{token}")
        if remembered is None:
            return None
        entry = remembered.stored.entry
        return Whole(
            stored=remembered.stored,
            named=self._named(entry, {}),
            withdrawn=remembered.withdrawn,
            labels={tag.id: tag.label for tag in entry.tags},
        )

    def search(self, question: Question, *, before: int | None = None) -> Answer:
        asked = questions.words(question.text)
        unknown, topics = [], []
        for kind in (TopicKind.SHOW, TopicKind.PERSON, TopicKind.EVENT):
            name = getattr(question, kind.value)
            if not name:
                continue
            listing = self.listing(kind, _slug(name))
            topics.append((kind, listing.topic.key if listing else ""))
            if listing is None:
                unknown.append(kind.value)
        if question.kind is not None and any(it.startswith(f"{question.kind}/") for it in self._private):
            unknown.append(f"feed of the kind {question.kind}")
            topics.append((question.kind, ""))
        wanted = Wanted(
            phrases=asked.phrases,
            beginnings=asked.beginnings,
            without=asked.without,
            outlet=question.outlet,
            topics=tuple(topics),
            kind=question.kind,
            since=questions.midnight(question.since),
            until=questions.midnight(question.until, after=True),
        )
        first = before is None and bool(asked.phrases) and not topics
        return Answer(
            question=question,
            entries=self._cards(wanted, before, asked),
            count=self._store.lookup.count(wanted, most=COUNTED),
            topics=self._open(
                self._store.lookup.topics(question.kind, has=_slug(question.text), limit=6) if first else ()
            ),
            unknown=tuple(unknown),
        )

    def messages(
        self, *, before: int | None = None, state: DeliveryState | None = None, watch: str | None = None
    ) -> tuple[Sequence[Message], int | None]:
        """Messages to endpoints, the last made first, and where the next page begins."""
        found = self._store.lookup.messages(limit=PAGE + 1, before=before, state=state, watch=watch)
        return found[:PAGE], found[PAGE - 1].nr if len(found) > PAGE else None

    def _watch(self, topic: Topic) -> Watch | None:
        watches = self._app.settings.watches if topic.kind is TopicKind.WATCH else ()
        return next((watch for watch in watches if watch.name == topic.key), None)

    def _watched(self, watch: Watch) -> Watched:
        topic = Topic(kind=TopicKind.WATCH, key=watch.name, label=watch.name)
        latest = self._store.topics.latest(topic, 1)
        return Watched(watch=watch, listing=self._of_watch(topic), latest=latest[0] if latest else None)

    def _of_watch(self, topic: Topic) -> TopicListing | None:
        return self._shown(self._store.lookup.listing_of(topic))

    def _cards(self, wanted: Wanted, before: int | None, asked: Words | None = None) -> Cards:
        found = self._store.lookup.find(wanted, limit=PAGE + 1, before=before)
        listings: dict[tuple[str, str], TopicListing | None] = {}
        return Cards(
            cards=tuple(self._card(it.stored, listings, asked) for it in found[:PAGE]),
            next=found[PAGE - 1].place if len(found) > PAGE else None,
        )

    def _card(
        self, stored: StoredEntry, listings: dict[tuple[str, str], TopicListing | None], asked: Words | None
    ) -> Card:
        card = Card(stored=stored, named=self._named(stored.entry, listings))
        if asked is None or not (asked.phrases or asked.beginnings):
            return card
        article = stored.entry.article
        parts = sentences(article.text, body_start=article.body_start)
        told = questions.telling(asked, [it for it in parts if it.start >= article.body_start])
        return card if told is None else replace(card, excerpt=told, marks=questions.places(asked, told.text))

    def _named(self, entry: Entry, listings: dict[tuple[str, str], TopicListing | None]) -> tuple[Named, ...]:
        ordered = sorted((*entry.shows, *entry.people), key=lambda tag: not tag.main)
        return tuple(Named(tag=tag, listing=self._of_tag(tag, listings)) for tag in ordered)

    def _of_tag(self, tag: Tag, listings: dict[tuple[str, str], TopicListing | None]) -> TopicListing | None:
        if tag.candidates:  # a name that could be several people's leads to none of them
            return None
        at = (tag.kind.value, tag.id)
        if at not in listings:
            listings[at] = self._of(_KINDS[tag.kind], tag.id)
        return listings[at]

    def _of(self, kind: TopicKind, key: str) -> TopicListing | None:
        return self._shown(self._store.lookup.listing_of(Topic(kind=kind, key=key, label="")))

    def _open(self, listings: Sequence[TopicListing]) -> tuple[TopicListing, ...]:
        return tuple(it for it in listings if not self._hidden(it.topic.kind, it.slug))

    def _shown(self, listing: TopicListing | None) -> TopicListing | None:
        return listing if listing and not self._hidden(listing.topic.kind, listing.slug) else None

    def _hidden(self, kind: TopicKind, place: str) -> bool:
        if not self._private:
            return False
        return is_private(self._app.settings, feed_path(Topic(kind=kind, key="", label=""), place))

    def _known(self, topic: Topic) -> tuple[tuple[str, ...], tuple[Part, ...], tuple[Part, ...]]:
        """What the catalog has to say: facts, cast, credits."""
        known = self._catalog() if topic.kind in _KINDS.values() else None
        if known is None:
            return (), (), ()
        if topic.kind is TopicKind.SHOW:
            show = known.show(topic.key)
            if show is None:
                return (), (), ()
            facts = (*([_years(show.years)] if show.years else []), *show.networks)
            people = ((member.person, member.character) for member in show.cast[:_CAST])
            return facts, tuple(self._part(known, TopicKind.PERSON, *it) for it in people), ()
        person = known.person(topic.key)
        if person is None:
            return (), (), ()
        shows = [(key, known.show(key)) for key in person.credits[:_CAST]]
        credits_ = [
            self._part(known, TopicKind.SHOW, key, _years(s.years) if s and s.years else "") for key, s in shows
        ]
        titles = {part.name for part in credits_}
        credits_ += [Part(name=it, note="", listing=None) for it in person.known_for if it not in titles]
        return tuple(role.value for role in person.roles), (), tuple(credits_)

    def _part(self, known: Catalog, kind: TopicKind, key: str, character: str = "") -> Part:
        if kind is TopicKind.SHOW:
            show = known.show(key)
            name, note = (show.title, _years(show.years) if show.years else "") if show else (key, "")
        else:
            person = known.person(key)
            name, note = person.name if person else key, character
        return Part(name=name, note=note, listing=self._of(kind, key))


def bars(months: Sequence[Month], *, now: datetime) -> tuple[Bar, ...]:
    """A bar for each month up to now where that goes back three years at most, else for each of the last years."""
    if not months:
        return ()
    counts = {(it.year, it.month): it.entries for it in months}
    last = max((now.year, now.month), (months[-1].year, months[-1].month))
    first = (months[0].year, months[0].month)
    span = _index(last) - _index(first) + 1
    if span > _MONTHS:
        years: dict[int, int] = {}
        for it in months:
            years[it.year] = years.get(it.year, 0) + it.entries
        return tuple(
            Bar(label=str(year), entries=years.get(year, 0))
            for year in range(max(min(first[0], last[0] - _FEWEST + 1), last[0] - _YEARS + 1), last[0] + 1)
        )
    begin = min(_index(first), _index(last) - _FEWEST + 1)
    made = ((number // 12, number % 12 + 1) for number in range(begin, _index(last) + 1))
    return tuple(Bar(label=f"{year}-{month:02}", entries=counts.get((year, month), 0)) for year, month in made)


def _index(month: Iterable[int]) -> int:
    year, number = month
    return year * 12 + number - 1


def _years(years: tuple[int, int | None]) -> str:
    first, last = years
    return f"{first}–" if last is None else str(first) if first == last else f"{first}–{last}"


def _slug(text: str) -> str:
    """As addresses have it; "" for a text without letters and digits."""
    return slug(text) if any(c.isalnum() for c in text) else ""
