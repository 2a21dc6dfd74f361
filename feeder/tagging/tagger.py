"""From an article to its tags and events: asks each module its question, in order, and writes down the evidence."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from feeder.catalog import Catalog, Hit
from feeder.model import Article, Event, EventType, Evidence, Mention, MentionKind, Role, Tag, Tagging, TagKind
from feeder.tagging import acceptance, events, linking, plays, roles, salience, spans, survey
from feeder.tagging.context import companions
from feeder.tagging.coreference import Name
from feeder.tagging.decisions import Decisions, shipped
from feeder.tagging.document import Document
from feeder.tagging.linking import Clues, Link
from feeder.tagging.names import person_words
from feeder.tagging.plays import Play
from feeder.tagging.survey import Survey
from feeder.text import fold

_MOST_EVIDENCE = 12  # mentions shown for one tag; the first ones
_ACCEPTED = 0.5
_EVENT_AT_ALL = 0.05  # below this an event of a type is not looked for show by show
_OWNER = "the owner's word"


class MentionFinder(Protocol):
    """Finds names in running text; what the learned model does."""

    def find(self, text: str, *, headline_end: int, hits: Sequence[Hit] = ()) -> tuple[Mention, ...]:
        """Spans with probabilities, in text order; `headline_end` is where the headline ends in `text`."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """A name that was accepted, and who or what it is."""

    name: Name
    link: Link
    score: float
    why: str


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
        mentions = self._mentions.find(article.text, headline_end=article.body_start, hits=hits)
        return survey.take(document, spans.merge(document, mentions, hits), self._catalog, self._decisions["same-show"])

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
        shows = _merged(Subject(n, linking.link_show(n, self._catalog, clues), p, why) for n, p, why in accepted_shows)
        people = _merged(
            Subject(n, linking.link_person(n, self._catalog, clues), p, why) for n, p, why in accepted_people
        )
        kept = {id(n) for n, _, _ in accepted_people}
        turned_down = [n for n in found.people if id(n) not in kept]
        return shows, people, _characters(found.characters, turned_down)

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
            own.setdefault(link.id, Subject(named or Name(kind, link.label, ()), link, 1.0, _OWNER))
        return list(own.values())

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
        main_shows = [self._main(document, s, shows, "main-show") for s in shows]
        decided = [roles.decide(row, self._decisions) for row in self.role_features(found, people, played, shows)]
        makers = [roles.is_maker(d) for d in decided]
        main_people = [
            self._main(document, s, people, "main-person", maker=m) for s, m in zip(people, makers, strict=True)
        ]
        tags = [
            _tag(document, TagKind.SHOW, subject, main=p > 0.5, owner=article.owner.shows is not None)
            for subject, p in zip(shows, main_shows, strict=True)
        ]
        for number, (subject, p) in enumerate(zip(people, main_people, strict=True)):
            own = [j for j in played if j.person == number]
            tags.append(
                _tag(
                    document,
                    TagKind.PERSON,
                    subject,
                    main=p > 0.5,
                    owner=article.owner.people is not None,
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

    def _main(
        self, document: Document, subject: Subject, peers: Sequence[Subject], question: str, *, maker: bool = False
    ) -> float:
        if not subject.name.mentions:
            return 0.0
        if subject.why == _OWNER:
            return float(any(m.start < document.lead[1] for m in subject.name.mentions))
        named = [p.name for p in peers if p.name.mentions]
        return self._decisions[question].probability(
            salience.features(document, subject.name, named, known=subject.link.known, maker=maker)
        )

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
        document = found.document
        article = events.article_features(document, found.tokens)
        decided: list[tuple[float, Event]] = []
        about: list[tuple[Subject | None, float]] = [
            (s, p) for s, p in zip(shows, mains, strict=True) if s.name.mentions
        ]
        about.append((None, 0.0))  # what happened may be about a person only
        attach = self._decisions["event-show"]
        for kind in events.DECIDED:
            decision = self._decisions[f"event:{kind.value}"]
            happened = decision.probability(article)
            if happened < _EVENT_AT_ALL:
                continue
            why = f"{kind.value}: {', '.join(decision.reasons(article))}; p={happened:.2f}"
            for subject, main in about:
                name = subject.name if subject else None
                row = events.show_features(document, kind, name, main=main, mains=mains)
                row["happened"] = math.log(happened / (1 - min(happened, 0.999)))
                p = attach.probability(row)
                if p > 0.5:
                    reason = f"{why}; this show: {', '.join(attach.reasons(row))} p={p:.2f}"
                    decided.append((p, _event(document, kind, subject, people, reason)))
        return tuple(e for _, e in sorted(decided, key=lambda d: (-d[0], d[1].type.value, d[1].show or "")))


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
        mentions = tuple(sorted({*other.name.mentions, *subject.name.mentions}, key=lambda s: s.start))
        fuller = max(other, subject, key=lambda s: len(s.name.label))
        better = max(other, subject, key=lambda s: s.score)
        link = subject.link if other.link.candidates and not subject.link.candidates else other.link
        name = Name(fuller.name.kind, fuller.name.label, mentions, other.name.lone and subject.name.lone)
        by_id[subject.link.id] = Subject(name, link, better.score, better.why)
    return sorted(by_id.values(), key=lambda s: s.name.first)


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
    owner: bool,
    decided: Sequence[tuple[Role, float, tuple[str, ...]]] = (),
    played: Sequence[tuple[Play, str]] = (),
) -> Tag:
    link = subject.link
    evidence = []
    for span in subject.name.mentions[:_MOST_EVIDENCE]:
        reasons = [_OWNER] if owner else [_source(span), subject.why]
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
        score=1.0 if owner else round(subject.score / max(1, len(link.candidates)), 4),
        main=main,
        known=link.known,
        year=link.year,
        roles=tuple(r for r, _, _ in decided),
        characters=tuple(dict.fromkeys(character for _, character in played)),
        candidates=() if owner else link.candidates,
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
