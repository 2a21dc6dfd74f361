"""An article as the deciders see it: sentences, the headline, the lead, and which lines are not the story."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from feeder.model import Article, Sentence
from feeder.text import sentences

# Lines of a page that are not the story: links to other stories, captions, bylines, calls to subscribe.
_BOILERPLATE = re.compile(
    r"""^\W*(?:
        (?:related|read\s+(?:more|next|also|now)|also\s+read|see\s+also|more\s+(?:from|on|stories)|recommended
          |you\s+(?:may|might)\s+also\s+like|don['’]t\s+miss|trending(?:\s+now)?|most\s+(?:read|popular)|editors?['’]\s+picks
          |watch\s+(?:now|next|the\s+video)|latest\s+(?:news|stories))\b[^.]{0,60}?(?::|\||>|\u2013|\u2014|$)
      | popular\s+on\s+[A-Z]
      | (?i:photo|image|picture|pictured|video|credit|caption|getty\s+images?)s?\s*(?:by|credit|courtesy|:|/)
      | by\s+(?:[A-Z][\w.'’-]*\s*){1,4}(?:,\s*[^.]{0,60})?(?:\||$)
      | (?:sign\s+up|subscribe|follow\s+us|share\s+this|advertisement|click\s+here|copyright|\u00a9)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_CREDIT = re.compile(r"\((?:photo|image|credit|picture|getty|ap photo|courtesy)[^()]{0,120}\)", re.IGNORECASE)
_CREDIT_TAIL = re.compile(
    r"(?:getty images|/\s*(?:afp|netflix|hbo|nbc|abc|cbs|fox|shutterstock|wireimage))\W*$", re.IGNORECASE
)
_LONGEST_BOILERPLATE = 200  # characters; a longer line is a paragraph of the story, whatever it starts with


@dataclass(frozen=True, slots=True)
class Document:
    """`text` with its sentences in order; `headline_end` is 0 where the article has no headline of its own."""

    text: str
    headline_end: int
    sentences: tuple[Sentence, ...]
    starts: tuple[int, ...]  #: where each sentence starts, for bisecting
    boilerplate: tuple[tuple[int, int], ...]  #: half-open ranges that are not the story

    @classmethod
    def of(cls, article: Article) -> Document:
        return cls.build(article.text, article.body_start)

    @classmethod
    def build(cls, text: str, body_start: int) -> Document:
        whole = tuple(sentences(text, body_start=body_start))
        return cls(text, body_start, whole, tuple(s.start for s in whole), _boilerplate(text, body_start))

    def index(self, position: int) -> int:
        """The number of the sentence around `position`, or the nearest one before it."""
        return max(0, bisect_right(self.starts, position) - 1)

    def sentence(self, position: int) -> Sentence:
        if not self.sentences:
            return Sentence(start=0, end=len(self.text), text=self.text)
        return self.sentences[self.index(position)]

    def in_headline(self, position: int) -> bool:
        return position < self.headline_end

    @property
    def lead(self) -> tuple[int, int]:
        """The first two sentences of the body, as a range of offsets."""
        body = [s for s in self.sentences if s.start >= self.headline_end][:2]
        return (body[0].start, body[-1].end) if body else (0, len(self.text))

    def is_boilerplate(self, start: int, end: int) -> bool:
        return any(a <= start and end <= b for a, b in self.boilerplate)


def _boilerplate(text: str, body_start: int) -> tuple[tuple[int, int], ...]:
    ranges = [(m.start(), m.end()) for m in _CREDIT.finditer(text)]
    position = body_start
    for line in text[body_start:].splitlines(keepends=True):
        bare = line.strip()
        if bare and len(bare) <= _LONGEST_BOILERPLATE and (_BOILERPLATE.match(bare) or _CREDIT_TAIL.search(bare)):
            ranges.append((position, position + len(line)))
        position += len(line)
    return tuple(ranges)


def within(position: int, span: tuple[int, int]) -> bool:
    return span[0] <= position < span[1]
