"""Values for tests: `an_article(title="...")` gives a whole, consistent one; name only what the test is about."""

# ruff: noqa: A002 - the parameters are named after the fields they fill
from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from feeder.model import (
    Alert,
    Article,
    DateSource,
    Delivery,
    DeliveryState,
    Endpoint,
    Entry,
    Event,
    EventType,
    Evidence,
    Mention,
    MentionKind,
    OwnerWord,
    RawDocument,
    Role,
    Sentence,
    StoredEntry,
    Tag,
    TagKind,
    Topic,
    TopicKind,
    Watch,
)

#: A Tuesday in June: the moment most values below are from.
NOON = datetime(2021, 6, 15, 12, 0, 0, tzinfo=UTC)

TITLE = "Milo Ventimiglia Joins The Marvelous Mrs. Maisel"
BODY = (
    "Milo Ventimiglia has joined the fourth season of The Marvelous Mrs. Maisel.\n\n"
    "It reunites him with Amy Sherman-Palladino, who created Gilmore Girls. The new season starts next year."
)


def a_raw_document(
    text: str | bytes = f"{TITLE}\n\n{BODY}\n",
    *,
    key: str = "maisel.txt",
    media_type: str = "text/plain",
    modified: datetime = NOON,
) -> RawDocument:
    content = text if isinstance(text, bytes) else text.encode()
    return RawDocument(key=key, media_type=media_type, content=content, modified=modified)


def an_article(
    *,
    key: str = "maisel.txt",
    title: str = TITLE,
    body: str = BODY,
    published: datetime = NOON,
    published_from: DateSource = DateSource.METADATA,
    updated: datetime | None = None,
    link: str | None = None,
    byline: tuple[str, ...] = (),
    outlet: str | None = None,
    image: str | None = None,
    language: str = "en",
    digest: str | None = None,
    owner: OwnerWord | None = None,
) -> Article:
    """An article with a headline; its digest follows from title and body unless given."""
    text = f"{title}\n\n{body}"
    folded = " ".join(text.casefold().split())
    return Article(
        key=key,
        title=title,
        text=text,
        body_start=len(title) + 2,
        published=published,
        published_from=published_from,
        updated=updated,
        link=link,
        byline=byline,
        outlet=outlet,
        image=image,
        language=language,
        digest=hashlib.sha256(folded.encode()).hexdigest() if digest is None else digest,
        owner=OwnerWord() if owner is None else owner,
    )


def a_sentence(article: Article, text: str) -> Sentence:
    """The sentence `text` where it first stands in the article."""
    start = article.text.index(text)
    return Sentence(start=start, end=start + len(text), text=text)


def some_evidence(article: Article, surface: str, *, why: str = "catalog alias; p=0.98") -> Evidence:
    """The first place where `surface` stands, within its line."""
    start = article.text.index(surface)
    line_start = article.text.rfind("\n", 0, start) + 1
    line_end = article.text.find("\n", start)
    line_end = len(article.text) if line_end < 0 else line_end
    sentence = Sentence(start=line_start, end=line_end, text=article.text[line_start:line_end])
    return Evidence(start=start, end=start + len(surface), surface=surface, sentence=sentence, why=why)


def a_mention(
    article: Article, surface: str, *, kind: MentionKind = MentionKind.PERSON, score: float = 0.98
) -> Mention:
    start = article.text.index(surface)
    return Mention(kind=kind, start=start, end=start + len(surface), surface=surface, score=score)


def slugged(name: str) -> str:
    """An id in the catalog's manner for an ASCII name."""
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def a_show_tag(
    label: str = "The Marvelous Mrs. Maisel",
    *,
    article: Article | None = None,
    id: str | None = None,
    score: float = 0.97,
    main: bool = True,
    known: bool = True,
    year: int | None = None,
    candidates: tuple[str, ...] = (),
    evidence: tuple[Evidence, ...] | None = None,
) -> Tag:
    """A show; with `article`, its evidence is the first place where the label stands there."""
    if evidence is None:
        evidence = () if article is None else (some_evidence(article, label),)
    return Tag(
        kind=TagKind.SHOW,
        id=slugged(label) if id is None else id,
        label=label,
        score=score,
        main=main,
        known=known,
        year=year,
        candidates=candidates,
        evidence=evidence,
    )


def a_person_tag(
    label: str = "Milo Ventimiglia",
    *,
    article: Article | None = None,
    id: str | None = None,
    score: float = 0.97,
    main: bool = True,
    known: bool = True,
    roles: tuple[Role, ...] = (Role.ACTOR,),
    characters: tuple[str, ...] = (),
    candidates: tuple[str, ...] = (),
    evidence: tuple[Evidence, ...] | None = None,
) -> Tag:
    """A person; with `article`, the evidence is the first place where the label stands there."""
    if evidence is None:
        evidence = () if article is None else (some_evidence(article, label),)
    return Tag(
        kind=TagKind.PERSON,
        id=slugged(label) if id is None else id,
        label=label,
        score=score,
        main=main,
        known=known,
        roles=roles,
        characters=characters,
        candidates=candidates,
        evidence=evidence,
    )


def an_event(type: EventType = EventType.CASTING, *, show: str | None = None, people: tuple[str, ...] = ()) -> Event:
    return Event(type=type, show=show, people=people)


def an_entry(
    article: Article | None = None,
    *,
    id: str = "tag:example.org,2026:entry-1",
    summary: Sequence[Sentence] | None = None,
    tags: tuple[Tag, ...] | None = None,
    events: tuple[Event, ...] = (),
    digest: str | None = None,
) -> Entry:
    """An entry of `article` (the Maisel one unless given); summary: its first sentence; tags: show and person of it."""
    default = article is None
    article = an_article() if article is None else article
    if summary is None:
        first = article.body.split("\n")[0]
        summary = (Sentence(start=article.body_start, end=article.body_start + len(first), text=first),)
    if tags is None:
        tags = (a_show_tag(article=article), a_person_tag(article=article)) if default else ()
    return Entry(
        id=id,
        article=article,
        summary=tuple(summary),
        tags=tags,
        events=events,
        digest=hashlib.sha256(repr((article.title, article.text)).encode()).hexdigest() if digest is None else digest,
    )


def a_stored_entry(
    entry: Entry | None = None,
    *,
    first_seen: datetime = NOON,
    changed: datetime | None = None,
) -> StoredEntry:
    """Unchanged since its own date unless `changed` is given."""
    entry = an_entry() if entry is None else entry
    return StoredEntry(
        entry=entry,
        first_seen=first_seen,
        changed=(entry.article.updated or entry.published) if changed is None else changed,
    )


def a_topic(label: str = "Gilmore Girls", *, kind: TopicKind = TopicKind.SHOW, key: str | None = None) -> Topic:
    return Topic(kind=kind, key=slugged(label) if key is None else key, label=label)


def a_watch(
    name: str = "Milo Ventimiglia",
    *,
    aliases: tuple[str, ...] = (),
    endpoints: tuple[str, ...] = ("desk",),
    **more: Any,
) -> Watch:
    return Watch(name=name, aliases=aliases, endpoints=endpoints, **more)


def an_endpoint(
    name: str = "desk",
    *,
    url: str = "https://hooks.example.org/feeder",
    secrets: tuple[bytes, ...] = (b"0123456789abcdef0123456789abcdef",),
    allow_networks: tuple[str, ...] = (),
) -> Endpoint:
    return Endpoint(name=name, url=url, secrets=secrets, allow_networks=allow_networks)


def an_alert(entry: Entry | None = None, *, watch: str = "Milo Ventimiglia") -> Alert:
    entry = an_entry() if entry is None else entry
    return Alert(watch=watch, entry_id=entry.id, evidence=(some_evidence(entry.article, watch),))


def a_delivery(
    *,
    id: str = "msg_2b4kq7xw3n5t6y8m9p0r1s2v3a",
    endpoint: str = "desk",
    watch: str = "Milo Ventimiglia",
    entry_id: str = "tag:example.org,2026:entry-1",
    event_type: str = "mention.new",
    body: bytes = b'{"type":"mention.new"}',
    state: DeliveryState = DeliveryState.PENDING,
    attempts: int = 0,
    next_at: datetime = NOON,
) -> Delivery:
    return Delivery(
        id=id,
        endpoint=endpoint,
        watch=watch,
        entry_id=entry_id,
        event_type=event_type,
        body=body,
        state=state,
        attempts=attempts,
        next_at=next_at,
    )
