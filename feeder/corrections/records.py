"""Corrections as values: each speaks of one article, or of all that write a name so."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from feeder.model import Article, Correction, TagKind, Verdict
from feeder.text import fold

#: Hex digits of an article's digest that are kept: enough to tell a few million articles apart.
DIGEST = 16
#: An edited article under its old key is the same one if it shares so much of the shorter headline's words.
_HEADLINE_SHARE = 0.5

_WORD = re.compile(r"[^\W_]+")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An article as a correction remembers it."""

    key: str
    headline: str  #: one line without "|"
    digest: str  #: the first DIGEST hex digits of the article's; "" where it is not known

    def is_of(self, article: Article) -> bool:
        """The same text, whatever the file is called now; or the same file, unless the headline is another one."""
        if self.digest and article.digest.startswith(self.digest):
            return True
        return self.key == article.key and (not self.headline or _alike(self.headline, article.title))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One correction and the article it is about; None where it is about all."""

    correction: Correction
    article: Subject | None

    @property
    def about(self) -> tuple[str | None, TagKind, str]:
        """What two lines have in common of which only the later one counts."""
        return self.article.key if self.article else None, self.correction.kind, fold(self.correction.name)


@dataclass(frozen=True, slots=True)
class Corrections:
    """All of them, in the order of the file."""

    lines: tuple[Line, ...] = ()

    def about(self, article: Article) -> tuple[Correction, ...]:
        """Those that count for it, in the order to apply them in: for good before for this one, no before yes.

        Of several about one name the last counts. What is said for good is left out where the name does not stand in
        the text, so that articles with equal answers before and after a change need not be tagged again.
        """
        found: dict[tuple[bool, TagKind, str], Correction] = {}
        text = fold(article.text) if any(line.article is None for line in self.lines) else ""
        for line in self.lines:
            said = line.correction
            if line.article.is_of(article) if line.article is not None else stands_in(said.name, text):
                key = (said.always, said.kind, fold(said.name))
                found.pop(key, None)
                found[key] = said
        return tuple(sorted(found.values(), key=lambda c: (not c.always, c.verdict is Verdict.ACCEPT)))

    def spoken(self, article: Article) -> Article:
        """The article as the tagger is to see it, with what its owner says of it."""
        said = self.about(article)
        return replace(article, owner=replace(article.owner, corrections=said)) if said else article


def subject_of(article: Article) -> Subject:
    """What is remembered of an article."""
    headline = " ".join(article.title.replace("|", "/").split())
    return Subject(key=article.key, headline=headline, digest=article.digest[:DIGEST])


def stands_in(name: str, folded: str) -> bool:
    """Whether a folded text has the name as whole words; an id need not stand in it."""
    return bool(_ID.fullmatch(name) or re.search(rf"(?<!\w){re.escape(fold(name))}(?!\w)", folded))


def _alike(a: str, b: str) -> bool:
    one, other = (frozenset(_WORD.findall(fold(s))) for s in (a, b))
    if not one or not other:
        return fold(a) == fold(b)
    return len(one & other) >= _HEADLINE_SHARE * min(len(one), len(other))
