"""What a reader found in a file, before it is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from feeder.model import DateSource, OwnerWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Words as they stand in the file; nothing is cleaned, parsed or chosen yet.

    Every reader fills what its format can say. `reading` makes an Article of it.
    """

    title: str = ""
    paragraphs: tuple[str, ...] = ()  #: in order; the title is not among them
    dates: tuple[tuple[DateSource, str], ...] = ()  #: candidates, the most trustworthy first
    updated: str = ""
    links: tuple[str, ...] = ()  #: candidates for the address of the original, best first
    byline: tuple[str, ...] = ()
    outlet: str = ""
    image: str = ""
    language: str = ""
    owner: OwnerWord = field(default_factory=OwnerWord)

    def completed_by(self, other: Draft) -> Draft:
        """This draft, with what it does not say taken from `other`; the body stays its own."""
        return replace(
            self,
            title=self.title or other.title,
            dates=self.dates + other.dates,
            updated=self.updated or other.updated,
            links=self.links + other.links,
            byline=self.byline or other.byline,
            outlet=self.outlet or other.outlet,
            image=self.image or other.image,
            language=self.language or other.language,
        )

    def with_paragraphs(self, paragraphs: Sequence[str]) -> Draft:
        return replace(self, paragraphs=tuple(paragraphs))
