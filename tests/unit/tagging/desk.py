"""Small articles with their mentions marked, and a small catalog: what the tagging tests share.

`tagged("[Jane Lynch|PER] plays [Sophie Lennon|CHAR].")` tags the plain text with a finder that knows exactly the marked
spans, so that a test is about what follows from the mentions and not about the learned model.
"""

# ruff: noqa: E501 - articles and catalog rows are easier to read in one line each
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from feeder.catalog import CastMember as Part
from feeder.catalog import Catalog, Hit, Person, Show
from feeder.model import Article, DateSource, EventType, Mention, MentionKind, OwnerWord, Role, Tag, Tagging, TagKind
from feeder.tagging import Tagger
from feeder.tagging.features import KINDS
from feeder.tagging.reading import AT_ALL, EVENTS, OF_IT, PARTS, ROLES, Reading, Words
from tests.builders import NOON

_MARK = re.compile(r"\[([^\[\]|]+)\|([A-Z]+)\]")

CATALOG = Catalog(
    shows=[
        Show(id="ghosts-2019", title="Ghosts", years=(2019, 2023), networks=("BBC One",), creators=("mathew-baynton",), cast=(Part(person="charlotte-ritchie", character="Alison Cooper"),)),
        Show(id="ghosts-2021", title="Ghosts", years=(2021, None), networks=("CBS",), cast=(Part(person="rose-mciver", character="Samantha Arondekar"),)),
        Show(id="the-marvelous-mrs-maisel", title="The Marvelous Mrs. Maisel", years=(2017, 2023), aliases=("Mrs. Maisel",), creators=("amy-sherman-palladino", "daniel-palladino"), cast=(Part(person="rachel-brosnahan", character="Midge Maisel"),)),
        Show(id="law-and-order", title="Law & Order", years=(1990, None)),
        Show(id="law-and-order-svu", title="Law & Order: Special Victims Unit", years=(1999, None), aliases=("Law & Order: SVU", "SVU")),
        Show(id="you", title="You", years=(2018, 2025), networks=("Netflix",)),
        Show(id="soul-food", title="Soul Food", years=(2000, 2004)),
        Show(id="ugly-betty", title="Ugly Betty", years=(2006, 2010)),
    ],
    people=[
        Person(id="charlotte-ritchie", name="Charlotte Ritchie", roles=(Role.ACTOR,), credits=("ghosts-2019",)),
        Person(id="rose-mciver", name="Rose McIver", roles=(Role.ACTOR,), credits=("ghosts-2021",)),
        Person(id="mathew-baynton", name="Mathew Baynton", roles=(Role.CREATOR,), credits=("ghosts-2019",)),
        Person(id="rachel-brosnahan", name="Rachel Brosnahan", roles=(Role.ACTOR,), credits=("the-marvelous-mrs-maisel",)),
        Person(id="amy-sherman-palladino", name="Amy Sherman-Palladino", roles=(Role.CREATOR,), credits=("the-marvelous-mrs-maisel",)),
        Person(id="daniel-palladino", name="Daniel Palladino", roles=(Role.CREATOR,), credits=("the-marvelous-mrs-maisel",)),
        Person(id="vanessa-a-williams", name="Vanessa Williams", credits=("soul-food",), prominence=0.4),
        Person(id="vanessa-l-williams", name="Vanessa Williams", aliases=("Vanessa L. Williams",), credits=("ugly-betty",), prominence=0.6),
    ],
)  # fmt: skip


class Marked:
    """Finds the spans that were marked in the text, and nothing else; what `told` says, it reads of shows so named."""

    def __init__(self, mentions: Sequence[Mention], told: Mapping[EventType, str] | None = None) -> None:
        self._mentions = tuple(mentions)
        self._told = told or {}

    def read(self, text: str, *, headline_end: int, hits: Sequence[Hit] = ()) -> Reading:
        if not self._told:
            return Reading(self._mentions)
        starts = [m.start() for m in re.finditer(r"\w+", text)]
        at = {m.start: m for m in self._mentions}
        nothing = [0.0] * (1 + len(ROLES)) + [-6.0] * (2 * len(EVENTS))
        rows = []
        for start in starts:
            row = list(nothing)
            for kind, title in self._told.items():
                if start in at and at[start].surface == title:
                    row[OF_IT.start + EVENTS.index(kind)] = 5.0
            rows.append(row)
        whole = list(nothing)
        for kind in self._told:
            whole[AT_ALL.start + EVENTS.index(kind)] = 5.0
        kinds = [[float(start in at and at[start].kind.value == kind) for kind in KINDS] for start in starts]
        words = Words(starts, len(text), kinds, rows, [[0.0] * (2 * PARTS)] * len(starts), whole)
        return Reading(self._mentions, (words,))


def unmarked(marked: str, *, score: float = 0.99) -> tuple[str, tuple[Mention, ...]]:
    text, mentions, last = "", [], 0
    for m in _MARK.finditer(marked):
        text += marked[last : m.start()]
        mentions.append(
            Mention(kind=MentionKind(m[2]), start=len(text), end=len(text) + len(m[1]), surface=m[1], score=score)
        )
        text += m[1]
        last = m.end()
    return text + marked[last:], tuple(mentions)


def article(marked: str, *, owner: OwnerWord | None = None) -> tuple[Article, tuple[Mention, ...]]:
    """The part before the first blank line is the headline."""
    text, mentions = unmarked(marked)
    body_start = text.index("\n\n") + 2 if "\n\n" in text else 0
    made = Article(
        key="a.txt",
        title=text[: max(0, body_start - 2)] or text[:40],
        text=text,
        body_start=body_start,
        published=NOON,
        published_from=DateSource.METADATA,
        owner=owner or OwnerWord(),
    )
    return made, mentions


def tagged(
    marked: str,
    *,
    owner: OwnerWord | None = None,
    catalog: Catalog = CATALOG,
    told: Mapping[EventType, str] | None = None,
) -> Tagging:
    made, mentions = article(marked, owner=owner)
    return Tagger(catalog=catalog, mentions=Marked(mentions, told)).tag(made)


def labels(tagging: Tagging, kind: TagKind) -> list[str]:
    return [t.label for t in tagging.tags if t.kind is kind]


def shows(tagging: Tagging) -> list[str]:
    return labels(tagging, TagKind.SHOW)


def people(tagging: Tagging) -> list[str]:
    return labels(tagging, TagKind.PERSON)


def named(tagging: Tagging, label: str) -> Tag:
    return next(t for t in tagging.tags if t.label == label)
