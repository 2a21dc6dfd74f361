"""When an entry rings for a watch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from feeder import topics
from feeder.alerts.spelling import is_slip, spelt
from feeder.model import Alert, Entry, Event, Evidence, Role, Sentence, Tag, TagKind, Watch, WatchKind

#: Of the tag of a misspelt name: whoever it is, somebody of this name is certainly there.
_SURE = 0.8
#: What a person of television does: it speaks for a misspelt name being the watched one.
_TRADES = frozenset(Role) - {Role.OTHER, Role.POLITICIAN, Role.ATHLETE, Role.JOURNALIST}


def find(watch: Watch, entry: Entry) -> Alert | None:
    """The alert when the entry is certainly about what is watched; never one that could be about somebody else.

    A false alarm costs an owner more trust than a namesake's entry, which stays visible in the feed.
    """
    alert = judge(watch, entry)
    return alert if alert is not None and not alert.doubt else None


def judge(watch: Watch, entry: Entry) -> Alert | None:
    """The same, with an alert in doubt where it may be somebody else as well.

    A person or show is the watched one by its label, by a full name as printed, or by its id in the catalog. Names are
    compared without case, accents and punctuation: "Sterling K Brown" watches Sterling K. Brown. A name that nobody
    knows and that looks like a slip of the watched one is taken for it if the person is certain and works in
    television, else in doubt. What the watch says besides (`unless`, `main`, `events`, `min_score`) is asked of
    certain and doubtful alike.
    """
    if any(_speaks(hint, entry) for hint in watch.unless):
        return None
    match watch.kind:
        case WatchKind.PERSON:
            return _by_tags(watch, entry, entry.people)
        case WatchKind.SHOW:
            return _by_tags(watch, entry, entry.shows)
        case WatchKind.EVENT:
            return _alert(watch, entry, tags=(), events=_wanted(watch, entry.events))
        case WatchKind.QUERY:
            return _by_query(watch, entry)


def _by_tags(watch: Watch, entry: Entry, tags: Iterable[Tag]) -> Alert | None:
    wanted = frozenset(spelt(name) for name in (watch.name, *watch.aliases)) - {""}
    certain: list[Tag] = []
    doubtful: list[tuple[Tag, str]] = []
    for tag in tags:
        if tag.score < watch.min_score or (watch.main and not tag.main):
            continue
        named = not wanted.isdisjoint(_names(tag))
        if tag.candidates:
            if named or not set(watch.ids).isdisjoint((tag.id, *tag.candidates)):
                doubtful.append((tag, f"{tag.label} could be any of {', '.join(dict.fromkeys(tag.candidates))}"))
        elif named or tag.id in watch.ids:
            certain.append(tag)
        elif (slip := _slip(tag, wanted)) is not None:
            if _works_in_television(tag):
                certain.append(tag)
            else:
                doubtful.append((tag, f"{slip} may be a misspelling of {watch.name}"))
    if certain:
        return _alert(watch, entry, tags=certain, events=_about(certain, entry, watch))
    if doubtful:
        those = [tag for tag, _ in doubtful]
        return _alert(watch, entry, tags=those, events=_about(those, entry, watch), doubt=doubtful[0][1])
    return None


def _by_query(watch: Watch, entry: Entry) -> Alert | None:
    condition = _parsed(watch.query)
    if not topics.matches(condition, topics.Reading(entry)):
        return None
    named = [tag for tag in entry.tags if not tag.candidates]
    main = [tag for tag in named if tag.main] or named
    return _alert(watch, entry, tags=main[:3], events=entry.events, any_events=True)


@lru_cache(maxsize=256)
def _parsed(query: str) -> topics.Condition:
    return topics.parse(query)


def _alert(
    watch: Watch,
    entry: Entry,
    *,
    tags: Iterable[Tag],
    events: Iterable[Event],
    doubt: str = "",
    any_events: bool = False,
) -> Alert | None:
    """None where the watch wants other events than these."""
    tags, events = tuple(tags), tuple(events)
    asked = bool(watch.events) and not any_events
    if asked and not events:
        return None
    proofs = [proof for tag in tags for proof in tag.evidence or (_beginning(entry, f"{tag.label} {_OWNERS}"),)]
    if asked or not proofs:
        proofs += [proof for event in events for proof in event.evidence]
    if not proofs:
        proofs = [_beginning(entry, f"what {watch.name} asks for" if watch.query else "so it begins")]
    return Alert(
        watch=watch.name,
        entry_id=entry.id,
        evidence=tuple(sorted(dict.fromkeys(proofs), key=lambda proof: (proof.start, proof.end))),
        events=events,
        tags=tags,
        doubt=doubt,
    )


def _about(tags: Iterable[Tag], entry: Entry, watch: Watch) -> Iterator[Event]:
    """News of the wanted types (of any type where none is named) that is about one of these.

    News that names nobody is about the article's main subjects.
    """
    ids = {tag.id for tag in tags}
    is_main = any(tag.main for tag in tags)
    for event in _wanted(watch, entry.events):
        named = {*event.people, *((event.show,) if event.show else ())}
        people = event.people if watch.kind is WatchKind.PERSON else named
        if not ids.isdisjoint(named) or (not people and is_main):
            yield event


def _wanted(watch: Watch, events: Iterable[Event]) -> Iterator[Event]:
    return (event for event in events if not watch.events or event.type in watch.events)


def _names(tag: Tag) -> frozenset[str]:
    """What the tag is called. A bare "Milo" in the text may be any Milo: of people only names of two words count."""
    printed = (spelt(proof.surface) for proof in tag.evidence)
    return frozenset((spelt(tag.label), *(name for name in printed if " " in name or tag.kind is TagKind.SHOW)))


def _slip(tag: Tag, wanted: Iterable[str]) -> str | None:
    """What is printed, if nobody is known by that name and it looks like a slip of a wanted one."""
    if tag.kind is not TagKind.PERSON or tag.known or tag.score < _SURE:
        return None
    name = spelt(tag.label)
    return tag.label if any(is_slip(name, meant) for meant in wanted) else None


def _works_in_television(tag: Tag) -> bool:
    return bool(tag.characters) or not _TRADES.isdisjoint(tag.roles)


def _speaks(hint: str, entry: Entry) -> bool:
    """Whether the article has these words, or is about a show or person of this name."""
    words = spelt(hint)
    if not words:
        return False
    return f" {words} " in f" {_article(entry.article.text)} " or any(
        words in _names(tag) and not tag.candidates for tag in entry.tags
    )


@lru_cache(maxsize=8)
def _article(text: str) -> str:
    return spelt.__wrapped__(text)  # too long to be kept with the names


_OWNERS = "is named in the front matter"


def _beginning(entry: Entry, why: str) -> Evidence:
    """How the article begins: the proof of what no word of it proves, as the owner's word in the front matter."""
    if entry.summary:
        sentence = entry.summary[0]
    else:
        text = entry.article.text
        end = len(text.split("\n", 1)[0])
        sentence = Sentence(start=0, end=end, text=text[:end])
    return Evidence(start=sentence.start, end=sentence.end, surface=sentence.text, sentence=sentence, why=why)
