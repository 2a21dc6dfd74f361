"""The sentences that prove an entry's tags, each shown once although it often proves several."""

from __future__ import annotations

from dataclasses import dataclass

from feeder.model import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A sentence of the article and the tags that stand on it."""

    sentence: str
    labels: tuple[str, ...]  #: "Gilmore Girls", in the order of the entry's tags


def proofs(entry: Entry) -> tuple[Proof, ...]:
    """One proof for each sentence that is the first evidence of a tag, in text order.

    A tag without evidence is the owner's word and has no proof.
    """
    by_sentence: dict[tuple[int, str], list[str]] = {}
    for tag in (*entry.shows, *entry.people):
        if tag.evidence:
            sentence = tag.evidence[0].sentence
            by_sentence.setdefault((sentence.start, sentence.text), []).append(tag.label)
    return tuple(
        Proof(sentence=" ".join(text.split()), labels=tuple(dict.fromkeys(labels)))
        for (_, text), labels in sorted(by_sentence.items())
    )
