"""When an entry rings for a watch."""

from __future__ import annotations

import re

from feeder.model import Alert, Entry, Evidence, Sentence, Tag, Watch
from feeder.text import fold

_BETWEEN_WORDS = re.compile(r"[\W_]+")


def find(watch: Watch, entry: Entry) -> Alert | None:
    """The alert when a person tag of the entry is the watched one, by its label or by a full name as printed.

    Names are compared folded and without punctuation, so that "Sterling K Brown" watches Sterling K. Brown. A tag that
    could be somebody else as well never rings: a false alarm costs an owner more trust than a namesake's entry, which
    stays visible in the feed.
    """
    wanted = {_key(name) for name in (watch.name, *watch.aliases)} - {""}
    evidence = [
        proof
        for tag in entry.people
        if not tag.candidates and not wanted.isdisjoint(_names(tag))
        for proof in tag.evidence or (_word_of_the_owner(tag, entry),)
    ]
    if not evidence:
        return None
    return Alert(
        watch=watch.name,
        entry_id=entry.id,
        evidence=tuple(sorted(dict.fromkeys(evidence), key=lambda proof: (proof.start, proof.end))),
    )


def _names(tag: Tag) -> set[str]:
    """What the tag is called. A bare "Milo" in the text may be any Milo: only names of two words and more count."""
    printed = (_key(proof.surface) for proof in tag.evidence)
    return {_key(tag.label), *(name for name in printed if " " in name)}


def _key(name: str) -> str:
    return _BETWEEN_WORDS.sub(" ", fold(name).replace("'", "")).strip()


def _word_of_the_owner(tag: Tag, entry: Entry) -> Evidence:
    """A tag without evidence is the owner's word in the front matter; the alert then shows how the article begins."""
    if entry.summary:
        sentence = entry.summary[0]
    else:
        text = entry.article.text
        end = len(text.split("\n", 1)[0])
        sentence = Sentence(start=0, end=end, text=text[:end])
    return Evidence(
        start=sentence.start,
        end=sentence.end,
        surface=sentence.text,
        sentence=sentence,
        why=f"{tag.label} is named in the front matter",
    )
