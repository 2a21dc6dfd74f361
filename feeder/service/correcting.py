"""The owner's word about tags: kept, taken back, and remembered for finding out which entries it changes.

What commands do here, pages and the API do through the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from feeder import corrections
from feeder.config import Settings
from feeder.corrections import Corrections, Line
from feeder.errors import CorrectionsError, NotAnArticle
from feeder.model import Article, Correction, TagKind, Verdict
from feeder.service import catalogs
from feeder.sources import Folder, Found, Stamp, key_of, name_of
from feeder.storage import Store
from feeder.text import fold

if TYPE_CHECKING:
    from feeder.catalog import Catalog

_FACT = "corrections"  # what all entries in the store were tagged with
_BEGUN = "corrections-begun"  # what some of them were


def load(settings: Settings) -> Corrections:
    """All that is kept. Raises CorrectionsError."""
    return corrections.read(settings.corrections_file)


def affected(store: Store, now: Corrections) -> Callable[[Article], bool] | None:
    """Whether an article's owner says something else about it than when it was tagged; None where of no article."""
    before = tuple(_remembered(text) for text in map(store.fact, (_FACT, _BEGUN)) if text is not None)
    if all(said == now for said in before or (Corrections(),)):
        return None
    return lambda article: any(said.about(article) != now.about(article) for said in before or (Corrections(),))


def begun(now: Corrections) -> Mapping[str, str]:
    """Facts to be stored before the first entry is tagged by these: a run that is killed leaves some tagged by them."""
    return {_BEGUN: corrections.render(now)}


def done(now: Corrections) -> Mapping[str, str]:
    """Facts to be stored when every entry is."""
    return dict.fromkeys((_FACT, _BEGUN), corrections.render(now))


def _remembered(text: str) -> Corrections:
    try:
        return corrections.parse(_FACT, text)
    except CorrectionsError:  # kept by another version of feeder: as if nothing had been said
        return Corrections()


def correct(
    settings: Settings, words: Sequence[Correction], *, article: str | None = None, now: float = 0.0
) -> tuple[Line, ...]:
    """Keep these words about one article, or for good where none is given; the next build tags anew what they change.

    `article` is the path of a file or its key below the source folder; `now`: wall time in seconds. Raises
    CorrectionsError for an article that is not there or whose front matter has the last word, and for a name that
    nobody has heard of or that several shows or people have.
    """
    known = cache(lambda: catalogs.open_catalog(settings))
    found = find(settings, article, now=now) if article is not None else None
    lines = []
    for word in words:
        said = replace(word, name=corrections.checked_name(word.name), always=found is None)
        if said.main is not None and (said.always or said.verdict is Verdict.REJECT):
            raise CorrectionsError("main or in passing can only be said of what is accepted in one article")
        if found is not None:
            _check_front_matter(found, said)
            if not corrections.stands_in(said.name, fold(found.text)) and not _ids(known(), said):
                raise CorrectionsError(f"{said.name!r} stands neither in {found.key} nor in the catalog")
        if said.verdict is Verdict.ACCEPT:
            _check_one(known(), said)
        lines.append(Line(correction=said, article=corrections.subject_of(found) if found else None))
    for line in lines:
        if sum(line.about == other.about for other in lines) > 1:
            raise CorrectionsError(f"{line.correction.name!r} is accepted and rejected, or named twice: say one of it")
    corrections.add(settings.corrections_file, lines)
    return tuple(lines)


def forget(settings: Settings, number: int) -> Line:
    """Take back the correction with this number, from 1. Raises CorrectionsError."""
    return corrections.remove(settings.corrections_file, number)


def find(settings: Settings, article: str, *, now: float) -> Article:
    """The article of this key or path, read from the source folder. Raises CorrectionsError."""
    from feeder import extraction  # brings HTML and encoding libraries along

    root = settings.source_folder.resolve()
    places = [root.joinpath(*map(name_of, article.split("/"))), Path(article)]
    path = next((p.resolve() for p in places if p.is_file() and p.resolve().is_relative_to(root)), None)
    if path is None:
        raise CorrectionsError(f"{article}: no file in the article folder {settings.source_folder}")
    key = "/".join(map(key_of, path.relative_to(root).parts))
    try:
        status = path.stat()
        stamp = Stamp(size=status.st_size, mtime_ns=status.st_mtime_ns, inode=status.st_ino)
        raw = Folder(root, max_bytes=settings.max_bytes, settle=0).read(Found(key=key, stamp=stamp))
        return extraction.read(raw, zone=settings.zone, now=datetime.fromtimestamp(now, UTC))
    except OSError as error:
        raise CorrectionsError(f"{article}: cannot be read: {error.strerror}") from None
    except NotAnArticle as error:
        raise CorrectionsError(f"{article}: is no article: {error}") from None


def key_below(settings: Settings, folder: Path) -> str | None:
    """What the keys of the folder's files begin with in the source folder; None where it is another folder."""
    try:
        parts = folder.resolve().relative_to(settings.source_folder.resolve()).parts
    except ValueError:
        return None
    return "".join(f"{key_of(part)}/" for part in parts)


def _check_front_matter(article: Article, said: Correction) -> None:
    listed = article.owner.shows if said.kind is TagKind.SHOW else article.owner.people
    if listed is not None:
        key = "shows" if said.kind is TagKind.SHOW else "people"
        raise CorrectionsError(
            f"{article.key}: its front matter lists its {key} and has the last word: change it there"
        )


def _check_one(known: Catalog, said: Correction) -> None:
    """A homonym would be guessed."""
    ids = _ids(known, said)
    if len(ids) > 1:
        several = "shows" if said.kind is TagKind.SHOW else "people"
        choice = " or ".join(f"{said.kind}:{key}" for key in ids)
        raise CorrectionsError(f"{said.name!r} is the name of several {several}; write {choice}")


def _ids(known: Catalog, said: Correction) -> tuple[str, ...]:
    """What the name may stand for in the catalog; an id stands for itself."""
    if said.kind is TagKind.SHOW:
        return (said.name,) if known.show(said.name) else tuple(s.id for s in known.shows_named(said.name))
    return (said.name,) if known.person(said.name) else tuple(p.id for p in known.people_named(said.name))
