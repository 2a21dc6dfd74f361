"""The names of an article, before anything is decided about them: who may be a person, a character, a show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from feeder.catalog import Catalog
from feeder.model import MentionKind
from feeder.tagging import coreference
from feeder.tagging.context import NEWS_LIST_MARKS, Token, companions, masked_tokens
from feeder.tagging.coreference import Name
from feeder.tagging.decisions import Decision
from feeder.tagging.document import Document
from feeder.tagging.names import is_short_form, person_words, title_words
from feeder.tagging.reading import Reading
from feeder.tagging.spans import Span

_TITLED = frozenset(
    {MentionKind.FILM, MentionKind.WORK, MentionKind.ORGANISATION, MentionKind.CHARACTER, MentionKind.PLACE}
)


@dataclass(frozen=True, slots=True)
class Survey:
    """Candidates; each group in order of first mention."""

    document: Document
    spans: tuple[Span, ...]
    tokens: tuple[tuple[Token, ...], ...]  #: by sentence
    people: tuple[Name, ...]
    characters: tuple[Name, ...]
    shows: tuple[Name, ...]
    kinds: dict[MentionKind, int]  #: how many spans of each kind
    untied: tuple[float, ...] = ()  #: reading.Reading.untied
    told: tuple[float, ...] = ()  #: reading.Reading.told

    def listed_with(self, names: Sequence[Name]) -> list[tuple[Name, ...]]:
        """For each of the names, those of them that stand in one list with it: what is said of one is said of all."""
        owner = {m.start: i for i, name in enumerate(names) for m in name.mentions}
        together = companions(self.tokens, owner, marks=NEWS_LIST_MARKS)
        return [tuple(names[j] for j in sorted(together.get(i, ()))) for i in range(len(names))]


def take(
    document: Document, spans: Sequence[Span], catalog: Catalog, same_show: Decision, *, reading: Reading
) -> Survey:
    """All candidate names of the spans, which were found in this reading."""
    show_keys = {title_words(s.surface) for s in spans if s.kind is MentionKind.SHOW}

    def titles(span: Span) -> bool:
        """The catalog knows it as a show and as nobody, and the article speaks of it as a show elsewhere."""
        nobody = not span.catalog.keys() & {MentionKind.PERSON, MentionKind.CHARACTER}
        return MentionKind.SHOW in span.catalog and nobody and title_words(span.surface) in show_keys

    person_spans = [s for s in spans if s.kind is MentionKind.PERSON and not titles(s)]
    character_spans = [s for s in spans if s.kind is MentionKind.CHARACTER and not titles(s)]
    person_spans, character_spans = _swap_short_forms(person_spans, character_spans)
    show_spans = [
        s
        for s in spans
        if (s.kind is MentionKind.SHOW and (s.catalog or not _generic(s)))
        or titles(s)
        or (s.kind in _TITLED and (MentionKind.SHOW in s.catalog or title_words(s.surface) in show_keys))
    ]

    def titled(surface: str) -> tuple[str, ...]:
        return tuple(s.id for s in catalog.shows_named(surface))

    kinds: dict[MentionKind, int] = {}
    for span in spans:
        kinds[span.kind] = kinds.get(span.kind, 0) + 1
    return Survey(
        document,
        tuple(spans),
        masked_tokens(document, spans),
        coreference.people(document, person_spans, MentionKind.PERSON),
        coreference.people(document, character_spans, MentionKind.CHARACTER),
        coreference.shows(show_spans, kind=MentionKind.SHOW, same=same_show, titled=titled),
        kinds,
        reading.untied,
        reading.told,
    )


# Words for kinds of programmes and prizes: "Comedy Series" is no title, unless the catalog has one.
_GENERIC = frozenset(
    [
        "comedy",
        "drama",
        "series",
        "show",
        "shows",
        "season",
        "seasons",
        "finale",
        "premiere",
        "reality",
        "program",
        "programme",
        "outstanding",
        "limited",
        "movie",
        "film",
        "special",
        "episode",
        "episodes",
        "television",
        "tv",
        "best",
        "lead",
        "supporting",
        "actor",
        "actress",
        "guest",
        "original",
        "variety",
        "sitcom",
        "soap",
        "anthology",
        "competition",
        "award",
        "awards",
        "pilot",
        "reboot",
        "revival",
        "spinoff",
        "musical",
        "animated",
        "daytime",
        "primetime",
        # prizes are given for these
        "music",
        "supervision",
        "directing",
        "writing",
        "casting",
        "editing",
        "cinematography",
        "costume",
        "costumes",
        "makeup",
        "hairstyling",
        "production",
        "design",
        "ensemble",
    ]
)


def _generic(span: Span) -> bool:
    return all(word in _GENERIC for word in title_words(span.surface))


def _swap_short_forms(people: list[Span], characters: list[Span]) -> tuple[list[Span], list[Span]]:
    """One-word names go to the side that has the full name: 'Midge' to Midge Maisel, 'Kirby' to Luke Kirby."""
    full_people = [p for p in (person_words(s.surface) for s in people) if len(p) > 1]
    full_characters = [c for c in (person_words(s.surface) for s in characters) if len(c) > 1]
    kept_people: list[Span] = []
    kept_characters: list[Span] = []
    for span in people:
        parts = person_words(span.surface)
        to_character = (
            len(parts) == 1
            and not any(is_short_form(parts, p) for p in full_people)
            and any(is_short_form(parts, c) for c in full_characters)
        )
        if to_character:
            kept_characters.append(replace(span, kind=MentionKind.CHARACTER))
        else:
            kept_people.append(span)
    for span in characters:
        parts = person_words(span.surface)
        to_person = (
            len(parts) == 1
            and span.score < 0.9
            and any(is_short_form(parts, p) == "surname" for p in full_people)
            and not any(is_short_form(parts, c) for c in full_characters)
        )
        if to_person:
            kept_people.append(replace(span, kind=MentionKind.PERSON))
        else:
            kept_characters.append(span)
    return (
        sorted(kept_people, key=lambda s: s.start),
        sorted(kept_characters, key=lambda s: s.start),
    )
