"""From an article to its tags and events: asks each module its question, in order, and writes down the evidence."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from feeder.catalog import Catalog, Hit
from feeder.model import (
    Article,
    Correction,
    Event,
    EventType,
    Evidence,
    Mention,
    MentionKind,
    Role,
    Tag,
    Tagging,
    TagKind,
    Verdict,
)
from feeder.tagging import acceptance, events, linking, plays, roles, salience, spans, survey, verdicts
from feeder.tagging.context import companions
from feeder.tagging.coreference import Name
from feeder.tagging.decisions import Decisions, shipped
from feeder.tagging.document import Document
from feeder.tagging.linking import Clues, Link
from feeder.tagging.names import person_words
from feeder.tagging.plays import Play
from feeder.tagging.reading import Reading
from feeder.tagging.survey import Survey
from feeder.text import fold

_MOST_EVIDENCE = 12  # mentions shown for one tag; the first ones
_ACCEPTED = 0.5
_READ_AT_ALL = -3.0  # log-odds of the model; below this an event of a type is not looked for show by show
_OWNER = verdicts.OWNER


class MentionFinder(Protocol):
    """Reads running text for names; what the learned model does."""

    def read(self, text: str, *, headline_end: int, hits: Sequence[Hit] = ()) -> Reading:
        """Spans with probabilities, and what is made of each; `headline_end` is where the headline ends in `text`."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """A name that was accepted, and who or what it is."""

    name: Name
    link: Link
    score: float
    why: str
    owned: bool = False  #: the owner says so
    main: bool | None = None  #: whether the article is about it, where the owner said that


class Tagger:
    """Tags articles. Holds no state of its own: the same article gives the same tags."""

    def __init__(self, *, catalog: Catalog, mentions: MentionFinder, decisions: Decisions | None = None) -> None:
        self._catalog = catalog
        self._mentions = mentions
        self._decisions = decisions or shipped()

    def tag(self, article: Article) -> Tagging:
        """Tags with evidence, shows first; events; and every mention that was looked at."""
        found = self.survey(article)
        shows, people, characters = self.subjects(article, found)
        if article.owner.corrections:
            shows, people, characters = self._corrected(article, found, shows, people, characters)
        if article.owner.shows is not None:
            shows = self._owners(article, found, article.owner.shows, shows, MentionKind.SHOW, linking.owner_show)
        if article.owner.people is not None:
            people = self._owners(
                article, found, article.owner.people, people, MentionKind.PERSON, linking.owner_person
            )
        return self._compose(article, found, shows, people, characters)

    def survey(self, article: Article) -> Survey:
        """All candidate names of the article, nothing decided yet."""
        document = Document.of(article)
        hits = self._catalog.hits(article.text)
        reading = self._mentions.read(article.text, headline_end=article.body_start, hits=hits)
        return survey.take(
            document,
            spans.merge(document, reading, hits),
            self._catalog,
            self._decisions["same-show"],
            reading=reading,
        )

    def subjects(self, article: Article, found: Survey) -> tuple[list[Subject], list[Subject], list[Name]]:
        """Accepted shows and people, linked and merged; and the characters."""
        document, decide = found.document, self._decisions
        accepted_shows = _accepted(found.shows, decide, "show", lambda n: acceptance.show_features(document, n))
        accepted_people = _accepted(
            found.people,
            decide,
            "person",
            lambda n: acceptance.person_features(document, n, found.characters, found.tokens),
        )
        clues = self._clues(
            article, [n for n, _, _ in accepted_shows], [n for n, _, _ in accepted_people], found.characters
        )
        taken = {id(n) for n, _, _ in accepted_people}
        alone = [n for n in found.people if n.lone and id(n) not in taken]
        accepted_people += linking.surnames(alone, self._catalog, clues)
        shows = _merged(Subject(n, linking.link_show(n, self._catalog, clues), p, why) for n, p, why in accepted_shows)
        taken = {id(n) for n, _, _ in accepted_people}
        alone = [n for n in alone if id(n) not in taken]
        couples = [Subject(*it) for it in linking.couples(document.text, alone, self._catalog, clues)]
        linked = (Subject(n, linking.link_person(n, self._catalog, clues), p, why) for n, p, why in accepted_people)
        people = _merged((*linked, *couples))
        kept = taken | {id(s.name) for s in couples}
        turned_down = [n for n in found.people if id(n) not in kept]
        shows = [s for s in shows if not self._rejected(TagKind.SHOW, s.link)]
        people = [s for s in people if not self._rejected(TagKind.PERSON, s.link)]
        return shows, people, _characters(found.characters, turned_down)

    def _rejected(self, kind: TagKind, link: Link) -> bool:
        return not link.known and self._catalog.rejected(kind, link.id)

    def _clues(
        self, article: Article, shows: Sequence[Name], people: Sequence[Name], characters: Sequence[Name]
    ) -> Clues:
        show_ids = {s.id for n in shows for s in self._catalog.shows_named(n.label)}
        person_ids = {p.id for n in people for p in self._catalog.people_named(n.label)}
        return Clues(
            text=fold(article.text),
            year=article.published.year,
            people=frozenset(person_ids | {fold(n.label) for n in people}),
            characters=frozenset(person_words(n.label) for n in characters),
            shows=frozenset(show_ids),
        )

    def _owners(
        self,
        article: Article,
        found: Survey,
        words: Sequence[str],
        subjects: Sequence[Subject],
        kind: MentionKind,
        resolve: Callable[[str, Catalog, Clues], Link],
    ) -> list[Subject]:
        """Exactly the subjects the owner names, each with the mentions that are in the article."""
        clues = self._clues(article, found.shows, found.people, found.characters)
        own: dict[str, Subject] = {}
        for word in words:
            link = resolve(word, self._catalog, clues)
            named = next((s.name for s in subjects if link.id in (s.link.id, *s.link.candidates)), None)
            if named is None:
                named = _searched(found, word, kind) or _searched(found, link.label, kind)
            own.setdefault(link.id, Subject(named or Name(kind, link.label, ()), link, 1.0, _OWNER, owned=True))
        return list(own.values())

    def _corrected(
        self,
        article: Article,
        found: Survey,
        shows: list[Subject],
        people: list[Subject],
        characters: list[Name],
    ) -> tuple[list[Subject], list[Subject], list[Name]]:
        """The owner's corrections, one after the other. A person who is rejected may be a character who is played."""
        clues = self._clues(article, found.shows, found.people, found.characters)
        before = people
        for said in article.owner.corrections:
            if said.verdict is Verdict.ACCEPT and said.kind is TagKind.SHOW:
                link = linking.owner_show(said.name, self._catalog, clues)
                shows = _with(shows, said, link, found, found.shows, MentionKind.SHOW)
            elif said.verdict is Verdict.ACCEPT:
                link = linking.owner_person(said.name, self._catalog, clues)
                people = _with(people, said, link, found, (*found.people, *characters), MentionKind.PERSON)
            elif said.kind is TagKind.SHOW:
                shows = _without(shows, said.name)
            else:
                people = _without(people, said.name)
        kept = {s.link.id for s in people}
        own = {m.start for s in people for m in s.name.mentions}
        others = _characters(characters, [s.name for s in before if s.link.id not in kept])
        return shows, people, [c for c in others if all(m.start not in own for m in c.mentions)]

    def _compose(
        self,
        article: Article,
        found: Survey,
        shows: Sequence[Subject],
        people: Sequence[Subject],
        characters: Sequence[Name],
    ) -> Tagging:
        document = found.document
        played = self.played(found, people, characters)
        main_shows = self.mains(found, shows, "main-show")
        decided = [roles.decide(row, self._decisions) for row in self.role_features(found, people, played, shows)]
        makers = [roles.is_maker(d) for d in decided]
        round_up = salience.is_round_up(s.name for s in shows)
        main_people = self.mains(found, people, "main-person", makers=makers, played=() if round_up else played)
        tags = [
            _tag(document, TagKind.SHOW, subject, main=p > 0.5) for subject, p in zip(shows, main_shows, strict=True)
        ]
        for number, (subject, p) in enumerate(zip(people, main_people, strict=True)):
            own = [j for j in played if j.person == number]
            tags.append(
                _tag(
                    document,
                    TagKind.PERSON,
                    subject,
                    main=p > 0.5,
                    decided=decided[number],
                    played=[(j, characters[j.character].label) for j in own],
                )
            )
        order = {TagKind.SHOW: 0, TagKind.PERSON: 1}
        tags.sort(key=lambda t: (order[t.kind], not t.main, t.evidence[0].start if t.evidence else len(article.text)))
        return Tagging(
            tags=tuple(tags),
            events=self._events(found, shows, people, main_shows),
            mentions=tuple(
                Mention(kind=s.kind, start=s.start, end=s.end, surface=s.surface, score=s.score) for s in found.spans
            ),
        )

    def played(self, found: Survey, people: Sequence[Subject], characters: Sequence[Name]) -> list[Play]:
        """Who of the people plays whom of the characters, by their numbers."""
        return list(
            plays.find(
                found.document,
                [s.name for s in people],
                characters,
                decision=self._decisions["plays"],
                cast=self.cast(people),
                spans=found.spans,
            )
        )

    def cast(self, people: Sequence[Subject]) -> dict[int, tuple[str, ...]]:
        """The characters the catalog knows each of the people to play, by their number."""
        known = {}
        for number, subject in enumerate(people):
            person = self._catalog.person(subject.link.id)
            if person is not None:
                shows = (self._catalog.show(c) for c in person.credits)
                known[number] = tuple(
                    c.character for s in shows if s is not None for c in s.cast if c.person == person.id and c.character
                )
        return known

    def mains(
        self,
        found: Survey,
        subjects: Sequence[Subject],
        question: str,
        *,
        makers: Sequence[bool] = (),
        played: Sequence[Play] = (),
    ) -> list[float]:
        """For each of the subjects, which are all of one kind: the probability that the article is about it."""
        document = found.document
        rows = self.central_features(found, subjects, makers=makers, played=played)
        found_out = []
        for subject, row in zip(subjects, rows, strict=True):
            if subject.main is not None:
                p = float(subject.main)
            elif not row:
                p = 0.0
            elif subject.why == _OWNER:
                p = float(any(m.start < document.lead[1] for m in subject.name.mentions))
            elif row["cast-list"]:
                p = 0.0  # a list of who is in it, behind the story
            else:
                p = self._decisions[question].probability(row)
            found_out.append(p)
        return found_out

    def central_features(
        self,
        found: Survey,
        subjects: Sequence[Subject],
        *,
        makers: Sequence[bool] = (),
        played: Sequence[Play] = (),
    ) -> list[dict[str, float]]:
        """What speaks for each being what the article is about; nothing for those that it does not name."""
        named = [s.name for s in subjects if s.name.mentions]
        mates = dict(zip((id(n) for n in named), found.listed_with(named), strict=True))
        peers = salience.Peers.of(found.document, named)
        cast = {j.person for j in played}
        return [
            salience.features(
                found.document,
                s.name,
                peers,
                known=s.link.known,
                maker=maker,
                cast=len(cast) * (i in cast),
                mates=mates[id(s.name)],
            )
            if s.name.mentions
            else {}
            for i, (s, maker) in enumerate(zip(subjects, makers or [False] * len(subjects), strict=True))
        ]

    def role_features(
        self, found: Survey, people: Sequence[Subject], played: Sequence[Play], shows: Sequence[Subject]
    ) -> list[dict[str, float]]:
        """For each person: what the words beside the name, the catalog and the company say about what they do."""
        rows = self.own_role_features(found, people, played, shows)
        owner = {m.start: n for n, s in enumerate(people) for m in s.name.mentions}
        roles.add_company(rows, companions(found.tokens, owner), self._decisions["actor-alone"])
        return rows

    def own_role_features(
        self, found: Survey, people: Sequence[Subject], played: Sequence[Play], shows: Sequence[Subject]
    ) -> list[dict[str, float]]:
        """The same without the company."""
        here = [s for s in (self._catalog.show(x.link.id) for x in shows) if s is not None]
        parts = {c.person for s in here for c in s.cast if c.character}
        appearing = {c.person for s in here for c in s.cast if not c.character}
        creators = {c for s in here for c in s.creators}
        rows = []
        for number, subject in enumerate(people):
            person = self._catalog.person(subject.link.id) if subject.link.known else None
            rows.append(
                roles.features(
                    found.document,
                    subject.name,
                    found.tokens,
                    plays=max((j.score for j in played if j.person == number), default=0.0),
                    catalog_roles=person.roles if person else (),
                    known=person is not None,
                    in_cast=person is not None and person.id in parts,
                    appears=person is not None and person.id in appearing,
                    made_it=person is not None and person.id in creators,
                    kinds=found.kinds,
                )
            )
        return rows

    def _events(
        self, found: Survey, shows: Sequence[Subject], people: Sequence[Subject], mains: Sequence[float]
    ) -> tuple[Event, ...]:
        attach = self._decisions["event-show"]
        decided = []
        for kind, subject, row, why in self.event_features(found, shows, mains):
            p = attach.probability(row)
            if p > 0.5:
                reason = f"{why}; this show: {', '.join(attach.reasons(row))} p={p:.2f}"
                decided.append((p, _event(found.document, kind, subject, people, reason)))
        return tuple(e for _, e in sorted(decided, key=lambda d: (-d[0], d[1].type.value, d[1].show or "")))

    def event_features(
        self, found: Survey, shows: Sequence[Subject], mains: Sequence[float]
    ) -> Iterator[tuple[EventType, Subject | None, dict[str, float], str]]:
        """Every type of event that the article may tell of, with each show it may be about, and with none."""
        document = found.document
        about: list[tuple[Subject | None, float]] = [
            (s, p) for s, p in zip(shows, mains, strict=True) if s.name.mentions
        ]
        mates = found.listed_with([s.name for s, _ in about if s])
        about.append((None, 0.0))  # what happened may be about a person only
        for kind, told in zip(events.DECIDED, found.told, strict=False):  # of an article without a word nothing is said
            reads = [events.read(kind, s.name if s else None, found.untied) for s, _ in about]
            if max((r for r in (*reads, told) if r is not None), default=-9.0) < _READ_AT_ALL:
                continue
            for number, ((subject, main), own) in enumerate(zip(about, reads, strict=True)):
                if own is None:
                    continue  # it stands in a part of the text that was not read
                beside = [events.read(kind, m, ()) for m in mates[number]] if subject else []
                row = events.show_features(
                    document,
                    kind,
                    subject.name if subject else None,
                    main=main,
                    mains=mains,
                    told=told,
                    own=own,
                    reads=[r for r in reads if r is not None],
                    mates=[r for r in beside if r is not None],
                )
                yield kind, subject, row, f"{kind.value}: told at all p={1 / (1 + math.exp(-told)):.2f}"


def _accepted(
    names: Sequence[Name], decisions: Decisions, question: str, features: Callable[[Name], dict[str, float]]
) -> list[tuple[Name, float, str]]:
    kept = []
    for name in names:
        row = features(name)
        p = decisions[question].probability(row)
        if p > _ACCEPTED:
            kept.append((name, p, ", ".join(decisions[question].reasons(row))))
    return kept


def _merged(subjects: Iterable[Subject]) -> list[Subject]:
    """One subject an id, with all mentions and the better score."""
    by_id: dict[str, Subject] = {}
    for subject in subjects:
        other = by_id.get(subject.link.id)
        if other is None:
            by_id[subject.link.id] = subject
            continue
        both = {m.start: m for m in (*other.name.mentions, *subject.name.mentions)}
        mentions = tuple(both[start] for start in sorted(both))
        fuller = max(other, subject, key=lambda s: len(s.name.label))
        better = max(other, subject, key=lambda s: s.score)
        link = subject.link if other.link.candidates and not subject.link.candidates else other.link
        name = Name(fuller.name.kind, fuller.name.label, mentions, other.name.lone and subject.name.lone)
        by_id[subject.link.id] = Subject(name, link, better.score, better.why)
    return sorted(by_id.values(), key=lambda s: s.name.first)


def _without(subjects: Sequence[Subject], word: str) -> list[Subject]:
    """What is left of them when the owner rejects the word."""
    left = ((s, verdicts.left(s.name, s.link, word)) for s in subjects)
    return [s if name is s.name else replace(s, name=name) for s, name in left if name is not None]


def _with(
    subjects: Sequence[Subject],
    said: Correction,
    link: Link,
    found: Survey,
    names: Sequence[Name],
    kind: MentionKind,
) -> list[Subject]:
    """They and what the owner accepts; its mentions are taken from whatever they were given to before."""
    own = next((s for s in subjects if link.id in (s.link.id, *s.link.candidates)), None)
    name = own.name if own else None
    if name is None and not said.always:
        name = verdicts.candidate(names, link, said.name, kind)
    name = name or verdicts.written(found, said.name, kind, strictly=said.always)
    if name is None and said.always:
        return list(subjects)
    if name is None:
        name = verdicts.written(found, link.label, kind, strictly=False) or Name(kind, link.label, ())
    score, why = (own.score, own.why) if own else (1.0, _OWNER)
    mine = Subject(name, link, score, why, owned=True, main=said.main)
    starts = frozenset(m.start for m in name.mentions)
    others = ((s, verdicts.without(s.name, starts)) for s in subjects if s is not own)
    kept = [s if left == s.name else replace(s, name=left) for s, left in others if left is not None]
    return sorted([*kept, mine], key=lambda s: s.name.first if s.name.mentions else len(found.document.text))


def _characters(characters: Sequence[Name], turned_down: Sequence[Name]) -> list[Name]:
    """Characters, and names that looked like people but are not: they may be played."""
    labels = {person_words(c.label) for c in characters}
    return [*characters, *(n for n in turned_down if person_words(n.label) not in labels)]


def _searched(found: Survey, word: str, kind: MentionKind) -> Name | None:
    """Where a name the model did not see stands in the text, whole words."""
    hits = [
        spans.Span(m.start(), m.end(), m[0], kind, 0.0)
        for m in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", found.document.text, re.IGNORECASE)
    ]
    return Name(kind, word, tuple(hits)) if hits else None


def _tag(
    document: Document,
    kind: TagKind,
    subject: Subject,
    *,
    main: bool,
    decided: Sequence[tuple[Role, float, tuple[str, ...]]] = (),
    played: Sequence[tuple[Play, str]] = (),
) -> Tag:
    link = subject.link
    evidence = []
    for span in subject.name.mentions[:_MOST_EVIDENCE]:
        found = [] if subject.why == _OWNER else [_source(span), subject.why]
        reasons = [_OWNER, *found] if subject.owned else found
        if span is subject.name.mentions[0]:
            reasons += [link.why, *(f"{r.value}: {', '.join(why)} p={p:.2f}" for r, p, why in decided)]
        reasons += [
            f"plays {character}: {', '.join(j.why)} p={j.score:.2f}"
            for j, character in played
            if j.start <= span.start < j.end
        ]
        evidence.append(
            Evidence(
                start=span.start,
                end=span.end,
                surface=span.surface,
                sentence=document.sentence(span.start),
                why="; ".join(r for r in reasons if r),
            )
        )
    return Tag(
        kind=kind,
        id=link.id,
        label=link.label,
        score=1.0 if subject.owned else round(subject.score / max(1, len(link.candidates)), 4),
        main=main,
        known=link.known,
        year=link.year,
        roles=tuple(r for r, _, _ in decided),
        characters=tuple(dict.fromkeys(character for _, character in played)),
        candidates=() if subject.owned else link.candidates,
        evidence=tuple(evidence),
    )


def _source(span: spans.Span) -> str:
    said = [f"model {span.kind.value} p={span.score:.2f}"] if span.by_model else []
    return ", ".join([*said, *(f"catalog {k.value}" for k in sorted(span.catalog))])


def _event(document: Document, kind: EventType, subject: Subject | None, people: Sequence[Subject], why: str) -> Event:
    number, cue = events.best_sentence(document, kind, subject.name if subject else None)
    sentence = document.sentences[number] if document.sentences else document.sentence(0)
    at = sentence.start + max(0, sentence.text.find(cue))
    end = at + len(cue) if cue else sentence.end
    return Event(
        type=kind,
        show=subject.link.id if subject else None,
        people=tuple(
            p.link.id for p in people if any(sentence.start <= m.start < sentence.end for m in p.name.mentions)
        ),
        evidence=(Evidence(start=at, end=end, surface=document.text[at:end], sentence=sentence, why=why),),
    )
