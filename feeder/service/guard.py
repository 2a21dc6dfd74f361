"""Nothing is published that a reader would show its subscribers a second time.

What readers tell an entry apart by is kept with it (readers.marks) and compared whenever it is serialised anew; an
entry that did not change costs nothing. A store that knows nothing of feeds that are there already, because it was
lost or made anew, is compared with them feed by feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from feeder import feeds, readers
from feeder.errors import NotAFeed, PublishError, RepeatsRefused
from feeder.model import Form, SiteInfo, TopicListing
from feeder.storage import Store
from feeder.topics import ALL

_NAMED = 10  # entries in a message


class Repeats(Exception):  # noqa: N818 - no error: it tells the press to leave a feed as it is
    """A feed holds an entry that is not to be published."""


@dataclass(slots=True)
class Guard:
    """One for each run of the press."""

    store: Store
    site: SiteInfo
    output: Path
    now: datetime
    force: bool = False  #: let everything pass
    refused: dict[str, tuple[str, Sequence[str]]] = field(default_factory=dict)  #: entry id -> its title, readers
    feeds: int = 0  #: that stay as they are

    def marks(self, made: Mapping[str, tuple[bytes, ...]]) -> Mapping[str, str]:
        """Of entries that were serialised anew (forms by id, in the order of model.Form), those that may be published:
        what readers tell them apart by. Raises PublishError where a feed of them could not be read."""
        shown = {form: self._read(form, [forms[at] for forms in made.values()]) for at, form in enumerate(Form)}
        passed = {}
        for at, entry_id in enumerate(made):
            entry = {form: entries[at] for form, entries in shown.items()}
            marks = readers.marks(entry)
            before = self.store.topics.told_apart(entry_id)
            others = readers.differing(before, marks) if before else ()
            if others and not self.force:
                self.refused[entry_id] = (entry[Form.ATOM].title, others)
            else:
                passed[entry_id] = marks
        return passed

    def stop(self, entry_ids: Iterable[str]) -> None:
        """Raises Repeats if any of them has been refused."""
        if self.refused and not self.refused.keys().isdisjoint(entry_ids):
            self.feeds += 1
            raise Repeats

    def compare(self, documents: Iterable[tuple[str, bytes]]) -> None:
        """Current documents of a feed that this store has never published, with what is there. Raises Repeats."""
        if self.force:
            return
        old, new = {}, {}
        for path, data in documents:
            try:
                old[path] = readers.read((self.output / path).read_bytes())
            except (OSError, NotAFeed):
                continue  # nobody can have subscribed to that
            new[path] = readers.read(data)
        found: dict[str, tuple[str, list[str]]] = {}
        for outcome in readers.compare(old, new, now=self.now):
            for entry in outcome.visit.repeats:
                names = found.setdefault(entry.id, (entry.title, []))[1]
                if outcome.reader not in names:
                    names.append(outcome.reader)
        if found:
            self.refused |= found
            self.feeds += 1
            raise Repeats

    def refusal(self) -> RepeatsRefused | None:
        """What to raise when all the rest is published."""
        if not self.refused:
            return None
        named = [
            f'"{title}" <{entry_id}> ({", ".join(names)})' for entry_id, (title, names) in sorted(self.refused.items())
        ]
        more = len(named) - _NAMED
        return RepeatsRefused(
            "\n".join(
                (
                    f"{_count(len(named), 'entry', 'entries')} would be shown a second time to those who subscribe; "
                    f"{_count(self.feeds, 'feed')} left as published before, all others are up to date:",
                    *(f"  {it}" for it in named[:_NAMED]),
                    *((f"  and {more} more",) if more > 0 else ()),
                    "Was the state folder lost or changed? Restore it; or run `feeder build --force` to publish them "
                    "all the same.",
                )
            )
        )

    def _read(self, form: Form, entries: Sequence[bytes]) -> Sequence[readers.Shown]:
        listing = TopicListing(topic=ALL, slug=ALL.kind.value, count=len(entries), updated=self.now)
        try:
            found = readers.read(feeds.feed(form, listing, entries, site=self.site)).entries
        except NotAFeed as error:
            raise PublishError(
                f"what was made of these entries is no {form} ({error}); nothing was replaced"
            ) from error
        if len(found) != len(entries):
            raise PublishError(f"{len(entries)} entries became {len(found)} in {form}; nothing was replaced")
        return found


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"
