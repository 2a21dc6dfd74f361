"""Names that articles speak of again and again and the catalog does not know: the owner says what they are.

A name that no catalog knows is tagged and has its feed at once, under an id made from the name. Accepted, it stands in
the owner's tables under that very id, so that its feed goes on; rejected, it is not tagged again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from feeder.catalog import Catalog, owning
from feeder.config import Settings
from feeder.errors import CatalogError
from feeder.model import StoredEntry, TagKind, Topic, TopicKind
from feeder.service import catalogs, cataloguing
from feeder.service.cataloguing import Found
from feeder.storage import Store, open_store
from feeder.text import fold

#: Articles that must name it.
AT_LEAST = 3
_SHOWN = 3  # sentences of evidence, from as many of the newest entries
_LOOKED_AT = 20  # entries
_KINDS = {TopicKind.SHOW: TagKind.SHOW, TopicKind.PERSON: TagKind.PERSON}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A sentence that names it, and where."""

    entry: str  #: its title
    day: str  #: of publication, as in 2021-06-15
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A show or a person for the catalog."""

    kind: TagKind
    id: str
    label: str
    articles: int  #: that name it
    proofs: tuple[Proof, ...]  #: the newest first

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.id}"


def proposed(settings: Settings, *, at_least: int = AT_LEAST, known: Catalog | None = None) -> tuple[Proposal, ...]:
    """What is neither known nor rejected, the most frequent first. Raises StateError, CatalogError.

    `known`: the catalog, where it is open already.
    """
    known = catalogs.open_catalog(settings) if known is None else known
    store = open_store(settings.state_folder, write=False)
    try:
        found = [_proposal(store, topic, count) for topic, count in _unknown(store, known) if count >= at_least]
    finally:
        store.close()
    return tuple(sorted(found, key=lambda p: (-p.articles, p.key)))


def kind_of(settings: Settings, key: str) -> TagKind:
    """Whether an unknown key is a show's or a person's. Raises CatalogError."""
    return _of_key(settings, key).kind


def accept(
    settings: Settings, key: str, *, title: str | None = None, row: dict[str, owning.Value] | None = None
) -> tuple[Found, Path]:
    """Put it into the owner's tables under the id it has; `title` where its right name is another than the one found.

    The name that articles print stays an alias then. Raises CatalogError where nothing of that key is unknown.
    """
    proposal = _of_key(settings, key)
    fields = dict(row or {})
    if title is not None and fold(title) != fold(proposal.label):
        aliases = fields.get("aliases") or ()
        fields["aliases"] = (*((aliases,) if isinstance(aliases, str) else aliases), proposal.label)
    return cataloguing.add(settings, proposal.kind, title or proposal.label, {**fields, "id": proposal.id})


def reject(settings: Settings, key: str) -> tuple[Proposal, Path]:
    """Neither propose nor tag it again, unless a table of the catalog lists it one day. Raises CatalogError."""
    proposal = _of_key(settings, key)
    if catalogs.open_catalog(settings).rejected(proposal.kind, proposal.id):
        raise CatalogError(f"{proposal.key} is rejected already")
    return proposal, cataloguing.append(settings, owning.REJECTED, {"rejected": proposal.key, "name": proposal.label})


def _of_key(settings: Settings, key: str) -> Proposal:
    """However many articles name it."""
    known = catalogs.open_catalog(settings)
    kind, _, bare = key.rpartition("/")
    store = open_store(settings.state_folder, write=False)
    try:
        found = [
            _proposal(store, topic, count)
            for topic, count in _unknown(store, known, rejected=True)
            if topic.key == bare and kind in ("", _KINDS[topic.kind])
        ]
    finally:
        store.close()
    if not found:
        raise CatalogError(
            f"{key}: no article has an unknown show or person of that key; `feeder catalog proposed` lists them"
        )
    if len(found) > 1:
        raise CatalogError(f"{key}: a show and a person have this key; write {' or '.join(p.key for p in found)}")
    return found[0]


def _unknown(store: Store, known: Catalog, *, rejected: bool = False) -> Iterator[tuple[Topic, int]]:
    """Topics whose show or person stands in no catalog, each with the number of its entries."""
    for listing in store.topics.listings():
        topic = listing.topic
        if topic.kind not in _KINDS:
            continue
        kind = _KINDS[topic.kind]
        there = known.show(topic.key) if kind is TagKind.SHOW else known.person(topic.key)
        if there is None and (rejected or not known.rejected(kind, topic.key)):
            yield topic, listing.count


def _proposal(store: Store, topic: Topic, count: int) -> Proposal:
    kind = _KINDS[topic.kind]
    proofs: list[Proof] = []
    for stored in store.topics.latest(topic, _LOOKED_AT):
        proof = _proof(stored, kind, topic.key)
        if proof is not None and all(proof.sentence != p.sentence for p in proofs):
            proofs.append(proof)
        if len(proofs) == _SHOWN:
            break
    return Proposal(kind=kind, id=topic.key, label=topic.label, articles=count, proofs=tuple(proofs))


def _proof(stored: StoredEntry, kind: TagKind, key: str) -> Proof | None:
    """The first sentence of the body that names it, else the headline."""
    entry = stored.entry
    evidence = [e for tag in entry.tags if (tag.kind, tag.id) == (kind, key) for e in tag.evidence]
    if not evidence:
        return None
    best = next((e for e in evidence if e.sentence.start >= entry.article.body_start), evidence[0])
    return Proof(
        entry=entry.title,
        day=f"{entry.published:%Y-%m-%d}",
        sentence=" ".join(best.sentence.text.split()),
    )
