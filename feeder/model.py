"""The values that pass between the rooms. Frozen, slotted, keyword-only; no behaviour beyond derived properties.

Conventions: every datetime is aware UTC in whole seconds; offsets are code points into `Article.text`, half-open;
sequences are tuples; validation happened at the doors (config, extraction, catalog).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo


class DateSource(StrEnum):
    """Where an article's date was found, the most trustworthy first."""

    METADATA = "metadata"
    FRONT_MATTER = "front-matter"
    DATELINE = "dateline"
    FILE_NAME = "file-name"
    FILE_TIME = "file-time"


class MentionKind(StrEnum):
    """What a span of text names. The first six matter to tags; the rest exist to be told apart from them."""

    SHOW = "SHOW"
    PERSON = "PER"
    CHARACTER = "CHAR"
    FILM = "FILM"
    WORK = "WORK"  # a book, play, album, game, podcast, ...
    NETWORK = "NET"
    OUTLET = "OUT"
    ORGANISATION = "ORG"
    PLACE = "LOC"


class TagKind(StrEnum):
    """What a reader can subscribe to by name."""

    SHOW = "show"
    PERSON = "person"


class Role(StrEnum):
    """What a person does in this article."""

    ACTOR = "actor"
    CREATOR = "creator"
    SHOWRUNNER = "showrunner"
    PRODUCER = "producer"
    DIRECTOR = "director"
    WRITER = "writer"
    HOST = "host"
    EXECUTIVE = "executive"
    MUSICIAN = "musician"
    ATHLETE = "athlete"
    POLITICIAN = "politician"
    CONTESTANT = "contestant"
    JOURNALIST = "journalist"
    OTHER = "other"


class EventType(StrEnum):
    """What happened."""

    CASTING = "casting"
    DEPARTURE = "departure"
    RENEWAL = "renewal"
    CANCELLATION = "cancellation"
    PREMIERE = "premiere"
    TRAILER = "trailer"
    PRODUCTION = "production"
    SPINOFF = "spinoff"
    REUNION = "reunion"
    AWARD = "award"
    NOMINATION = "nomination"
    DEATH = "death"
    INTERVIEW = "interview"
    RATINGS = "ratings"
    RECAP = "recap"
    LEGAL = "legal"
    PERSONAL = "personal"
    OTHER = "other"


class TopicKind(StrEnum):
    """The kinds of feed; the value is also the folder under `feeds/` (but for `all`)."""

    ALL = "all"
    SHOW = "show"
    PERSON = "person"
    EVENT = "event"
    WATCH = "watch"
    QUERY = "topic"


class Form(StrEnum):
    """The forms a feed is published in; the value is also the end of its file's name. Atom is the one to recommend."""

    ATOM = "atom"  #: Atom 1.0, RFC 4287
    RSS = "rss"  #: RSS 2.0 by the profile of the RSS Advisory Board
    JSON = "json"  #: JSON Feed 1.1


@dataclass(frozen=True, slots=True, kw_only=True)
class RawDocument:
    """A file as it was read: all of it, and still the same after reading."""

    key: str  #: path below the source folder, "/"-separated, always valid Unicode
    media_type: str  #: by file name: text/plain, text/markdown, text/html
    content: bytes
    modified: datetime  #: the file's own time


class Verdict(StrEnum):
    """What the owner says of a tag."""

    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One word of the owner about a show or a person."""

    verdict: Verdict
    kind: TagKind
    name: str  #: as articles print it, or the id of a catalog
    main: bool | None = None  #: whether the article is about what is accepted; None where nothing was said
    always: bool = False  #: said of all articles: it counts where the name is written so, and is no word about one


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerWord:
    """What the owner says about an article, in its front matter or by corrections; it wins over everything found."""

    id: str | None = None  #: an identity of the owner's choice, kept over renames and edits
    shows: tuple[str, ...] | None = None  #: exactly these shows; None where nothing was said
    people: tuple[str, ...] | None = None  #: exactly these people; None where nothing was said
    tags: tuple[str, ...] = ()  #: free keywords; become plain categories
    corrections: tuple[Correction, ...] = ()  #: for the tagger, the weakest first; never kept with an entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article as a person would read it: clean text, one headline, one honest date."""

    key: str  #: of the file it came from
    title: str  #: plain text, one line, never empty
    text: str  #: all a reader sees: headline, blank line, paragraphs with a blank line between; NFC, LF, XML-safe
    body_start: int  #: where the body begins in text; 0 where the file has no headline and `title` was made
    published: datetime
    published_from: DateSource
    updated: datetime | None = None  #: the outlet's own "updated", where it says so
    link: str | None = None  #: absolute http(s) address of the original
    byline: tuple[str, ...] = ()  #: names of the authors, in order
    outlet: str | None = None  #: as printed: "TVLine"
    image: str | None = None  #: absolute http(s) address of the lead image
    language: str = "en"  #: BCP 47
    digest: str = ""  #: sha256 hex of the folded text: equal for re-saved, re-encoded, re-wrapped copies
    owner: OwnerWord = field(default_factory=OwnerWord)

    @property
    def body(self) -> str:
        return self.text[self.body_start :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A whole sentence of the article; `article.text[start:end] == text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A span that names something; `article.text[start:end] == surface`."""

    kind: MentionKind
    start: int
    end: int
    surface: str
    score: float  #: probability that it is of this kind, 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a tag or an event was given: the words, the sentence around them, and the rule or probability."""

    start: int
    end: int
    surface: str
    sentence: Sentence
    why: str  #: for people to read: "catalog alias; next to 'Season 4'; p=0.98"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A show or a person the article speaks of."""

    kind: TagKind
    id: str  #: catalog id, or one made from the name where no catalog knows it; ASCII [a-z0-9-]
    label: str  #: "The Marvelous Mrs. Maisel"
    score: float  #: probability that the article speaks of this very show or person, 0..1
    main: bool  #: a subscriber of this topic would want the article for it; else it is named in passing
    known: bool = True  #: stands in the catalog
    year: int | None = None  #: first year of a show, where known
    roles: tuple[Role, ...] = ()  #: of a person, the most certain first
    characters: tuple[str, ...] = ()  #: that the person plays, as this article names them
    candidates: tuple[str, ...] = ()  #: ids it could be as well: ambiguous, never guess it into an alert
    evidence: tuple[Evidence, ...] = ()  #: in text order, at least one unless it is the owner's word


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, with the sentence that says so."""

    type: EventType
    show: str | None = None  #: id of a show tag of the same entry
    people: tuple[str, ...] = ()  #: ids of person tags of the same entry
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging:
    """All that tagging found in one article."""

    tags: tuple[Tag, ...] = ()  #: shows first, then people; each main first, then by first mention
    events: tuple[Event, ...] = ()
    mentions: tuple[Mention, ...] = ()  #: every span, in text order; for `explain` and for errors to be looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An article, summarized and tagged, under the id it keeps for ever."""

    id: str  #: tag: URI (RFC 4151), ASCII, minted once
    article: Article
    summary: tuple[Sentence, ...]  #: two or three whole sentences of the article, in text order
    tags: tuple[Tag, ...]
    events: tuple[Event, ...]
    digest: str  #: sha256 hex over what a reader would notice: see entries.digest; not tags or scores

    @property
    def title(self) -> str:
        return self.article.title

    @property
    def published(self) -> datetime:
        return self.article.published

    @property
    def shows(self) -> tuple[Tag, ...]:
        return tuple(t for t in self.tags if t.kind is TagKind.SHOW)

    @property
    def people(self) -> tuple[Tag, ...]:
        return tuple(t for t in self.tags if t.kind is TagKind.PERSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry and what only time can tell."""

    entry: Entry
    first_seen: datetime
    changed: datetime  #: the article's own date until a reader would notice a difference; then the time of that change


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something to subscribe to. Two topics are the same when `kind` and `key` are."""

    kind: TopicKind
    key: str  #: the tag's id, the event type, the watch's or the query's name; "" for `all`
    label: str  #: for people: "Gilmore Girls"
    origin: str = ""  #: the key it was first published under where that is another one: the id of its feed follows it


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInfo:
    """What every feed and page says about where it comes from; the owner's words, checked by `config`."""

    title: str  #: "feeder"
    base_url: str  #: absolute http(s) address of the published folder, without a trailing slash
    author: str  #: who answers for the feeds; the author of an entry that names nobody
    language: str  #: BCP 47, of the feeds themselves
    authority: str  #: tagging authority of all ids (RFC 4151): "example.org,2026"; fixed once, never follows base_url
    hubs: tuple[str, ...] = ()  #: addresses of WebSub hubs that tell subscribers of changes


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicListing:
    """A topic as it is published."""

    topic: Topic
    slug: str  #: its place in addresses; [a-z0-9-], unique among topics of its kind
    count: int  #: entries the topic has in all, also beyond the feed's limit
    updated: datetime  #: `changed` of the entry that changed last


class WatchKind(StrEnum):
    """What a watch is on."""

    PERSON = "person"
    SHOW = "show"
    EVENT = "event"  #: any news of the types in `Watch.events`, whoever they are about
    QUERY = "query"  #: whatever a topic query finds


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When a digest goes out: every day, or one day a week, at this time of that place's clocks."""

    at: time  #: without a zone, whole minutes
    zone: ZoneInfo
    weekday: int | None = None  #: 0 is Monday; None: every day


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours of each day in which nothing is sent; they may run over midnight."""

    start: time  #: without a zone, whole minutes
    end: time  #: exclusive; never equal to `start`
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the owner wants to be told about."""

    name: str  #: "Milo Ventimiglia"; unique in the config
    aliases: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()  #: names of endpoints, at least one
    kind: WatchKind = WatchKind.PERSON
    query: str = ""  #: in the language of feeder.topics; of a QUERY only
    unless: tuple[str, ...] = ()  #: words or shows in an article that speak for a namesake; `not` in the config
    main: bool = False  #: only where it is what the article is about
    events: tuple[EventType, ...] = ()  #: only with news of one of these types; (): with or without news
    min_score: float = 0.0  #: of the tag, 0..1
    max_age: float | None = None  #: seconds since the article's date; an older one does not ring
    digest: Rhythm | None = None  #: None: at once
    quiet: Quiet | None = None
    muted_until: datetime | None = None  #: what rings before is held
    ids: tuple[str, ...] = ()  #: of the catalog's person or show that has this name; filled in by `service`


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How much an endpoint is sent at most."""

    messages: int  #: at least 1
    seconds: float  #: in any stretch of so long


class EndpointKind(StrEnum):
    """How an endpoint wants to be told."""

    WEBHOOK = "webhook"  #: JSON, signed (Standard Webhooks)
    SLACK = "slack"
    DISCORD = "discord"
    TEAMS = "teams"  #: Microsoft Teams, by a workflow
    NTFY = "ntfy"
    TELEGRAM = "telegram"
    MATTERMOST = "mattermost"
    EMAIL = "email"
    APPRISE = "apprise"  #: what Apprise knows and feeder does not


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where alerts go. What is not in its repr is a secret, or may be."""

    name: str
    url: str = field(repr=False)  #: of an EMAIL, the server mail is handed in to: "smtps://host", "smtp://host:587"
    kind: EndpointKind = EndpointKind.WEBHOOK
    secrets: tuple[bytes, ...] = field(default=(), repr=False)  #: HMAC keys, newest first; 24..64 bytes each
    signing_keys: tuple[bytes, ...] = field(default=(), repr=False)  #: ed25519 seeds, newest first; 32 bytes each
    token: str = field(default="", repr=False)  #: of a TELEGRAM bot, or for an NTFY server
    user: str = ""  #: for the server of an EMAIL
    password: str = field(default="", repr=False)
    sender: str = ""  #: of an EMAIL
    to: str = ""  #: the one recipient of an EMAIL; the chat of a TELEGRAM
    allow_networks: tuple[str, ...] = ()  #: CIDRs beyond the public internet that this endpoint may resolve to
    rate: Rate | None = None  #: None: as fast as it answers

    @property
    def shown(self) -> str:
        """Where that is, for people: nothing of it is secret."""
        scheme, _, rest = self.url.partition("://")
        host = f"{scheme}://{rest}" if self.kind is EndpointKind.EMAIL else f"{scheme}://{_host(rest)}"
        if self.kind is EndpointKind.APPRISE:  # what stands for a host is a password there as often as not
            host = f"{scheme}://..."
        if self.kind is EndpointKind.EMAIL:
            return f"{self.to} ({host})"
        return f"{self.kind}, {host}"

    @property
    def place(self) -> str:
        """Changes when the endpoint moves; a hash, for what it is made of is secret."""
        return hashlib.sha256("\n".join((self.kind, self.url, self.token, self.to)).encode()).hexdigest()[:32]

    @property
    def confidential(self) -> tuple[str, ...]:
        """Pieces of text that nobody else may see, longest first."""
        rest = self.url.partition("://")[2]
        secret = rest if self.kind is EndpointKind.APPRISE else rest.partition("/")[2]
        pieces = {self.url, self.token, self.password, *re.split(r"[/?&=:@]", secret)}
        return tuple(sorted((piece for piece in pieces if len(piece) >= 8), key=len, reverse=True))


def _host(rest: str) -> str:
    return re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One watch found in one entry."""

    watch: str  #: its name
    entry_id: str
    evidence: tuple[Evidence, ...]  #: at least one
    events: tuple[Event, ...] = ()  #: of the entry that are about what is watched
    tags: tuple[Tag, ...] = ()  #: of the entry that are what is watched
    doubt: str = ""  #: why it may well be somebody else, for people: such an alert waits for the owner's word


class Held(StrEnum):
    """Why a message waits for somebody's word."""

    ENDPOINT = "endpoint"  #: its endpoint is closed; it goes out when that is opened again
    DOUBT = "doubt"  #: it may be about somebody else
    MUTED = "muted"  #: its watch was muted
    OWNER = "owner"  #: the owner held it


class DeliveryState(StrEnum):
    """pending -> done | pending (later) | dead | held; dead, held -> pending by replay."""

    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert for one endpoint, as it stands in the outbox."""

    id: str  #: "msg_..."; the same for every attempt and after a rebuild: hash of entry, watch, endpoint and event type
    endpoint: str
    watch: str  #: its name; of a digest and of a word about feeder itself, what it is
    entry_id: str  #: "" where it is not about one entry
    event_type: str  #: "mention.new", "mention.digest", "endpoint.failing", ...
    body: bytes = field(repr=False)  #: the exact bytes to send, rendered once
    state: DeliveryState
    attempts: int
    next_at: datetime
    held_for: Held | None = None  #: set if and only if `state` is HELD
    replayed: int = 0  #: of `attempts`, those before the owner had it sent anew: the schedule starts over
