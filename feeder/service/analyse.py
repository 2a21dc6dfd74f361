"""Articles tagged and summarized outside of any store: for `feeder tag`, `feeder explain` and for measuring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from feeder import extraction
from feeder.config import Settings
from feeder.errors import NotAnArticle, SourceError
from feeder.model import Article, Event, Evidence, Sentence, Tag, Tagging, TagKind
from feeder.service import correcting
from feeder.service.tagger import Tags
from feeder.sources import Folder, Found, Refused, Stamp, key_of
from feeder.summarizing import summarize
from feeder.text import sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """One article and all that was found in it."""

    key: str  #: path below the folder that was given; the file's name where a file was given
    article: Article
    summary: tuple[Sentence, ...]
    tagging: Tagging


def analyse(paths: Sequence[Path], *, settings: Settings, tagger: Tags, now: float) -> Iterator[Analysed | Refused]:
    """Each article of these files and folders: in the order given, those of a folder by key. `now`: wall time in s.

    The owner's corrections count, as they do in a build. Raises SourceError for a path that is not there or a folder
    that cannot be read, CorrectionsError.
    """
    corrections = correcting.load(settings)
    for path, item in _articles(paths, settings=settings, now=now):
        if isinstance(item, Refused):
            yield item
            continue
        below = correcting.key_below(settings, path if path.is_dir() else path.resolve().parent)
        spoken = corrections.spoken(item if below is None else replace(item, key=f"{below}{item.key}"))
        parts = sentences(item.text, body_start=item.body_start)
        yield Analysed(key=item.key, article=item, summary=summarize(item, parts), tagging=tagger.tag(spoken))


def own_articles(settings: Settings, *, now: float) -> Iterator[Article]:
    """Those of the source folder, by key; what is none is left out. Raises SourceError."""
    for _, item in _articles([settings.source_folder], settings=settings, now=now):
        if isinstance(item, Article):
            yield item


def _articles(paths: Sequence[Path], *, settings: Settings, now: float) -> Iterator[tuple[Path, Article | Refused]]:
    today = datetime.fromtimestamp(now, UTC)
    for path in paths:
        folder, items = _look(path, settings=settings, now=now)
        for item in items:
            if isinstance(item, Refused):
                yield path, item
                continue
            try:
                yield path, extraction.read(folder.read(item), zone=settings.zone, now=today)
            except NotAnArticle as error:
                yield path, Refused(key=item.key, reason=error.reason, detail=error.detail)


def _look(path: Path, *, settings: Settings, now: float) -> tuple[Folder, Iterator[Found | Refused]]:
    try:
        real = path.resolve(strict=True)
        status = real.stat()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from None
    if real.is_dir():
        folder = Folder(real, max_bytes=settings.max_bytes, settle=0)
        seen = folder.scan({}, now=now, wait=_no_wait)
        return folder, (item for item in seen if isinstance(item, (Found, Refused)))
    stamp = Stamp(size=status.st_size, mtime_ns=status.st_mtime_ns, inode=status.st_ino)
    folder = Folder(real.parent, max_bytes=settings.max_bytes, settle=0)
    return folder, iter((Found(key=key_of(real.name), stamp=stamp),))


def _no_wait(seconds: float) -> None:
    """What was pointed at is read as it is now."""


def as_json(found: Analysed) -> dict[str, object]:
    """The stable form, documented in README.md: keys are only ever added."""
    tagging = found.tagging
    names = {tag.id: tag.label for tag in tagging.tags}
    return {
        "key": found.key,
        "title": found.article.title,
        "summary": " ".join(sentence.text for sentence in found.summary),
        "published": found.article.published.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "shows": [_show(tag) for tag in tagging.tags if tag.kind is TagKind.SHOW],
        "people": [_person(tag) for tag in tagging.tags if tag.kind is TagKind.PERSON],
        "events": [_event(event, names) for event in tagging.events],
    }


def _show(tag: Tag) -> dict[str, object]:
    return {"id": tag.id, "title": tag.label, **_certainty(tag), "year": tag.year, **_evidence(tag.evidence)}


def _person(tag: Tag) -> dict[str, object]:
    return {
        "id": tag.id,
        "name": tag.label,
        **_certainty(tag),
        "roles": [role.value for role in tag.roles],
        "characters": list(tag.characters),
        **_evidence(tag.evidence),
    }


def _certainty(tag: Tag) -> dict[str, object]:
    return {
        "score": round(tag.score, 3),
        "main": tag.main,
        "known": tag.known,
        "candidates": list(tag.candidates),
    }


def _event(event: Event, names: dict[str, str]) -> dict[str, object]:
    return {
        "type": event.type.value,
        "show": names.get(event.show) if event.show else None,
        "people": [names[person] for person in event.people if person in names],
        **_evidence(event.evidence),
    }


def _evidence(evidence: Sequence[Evidence]) -> dict[str, object]:
    return {
        "evidence": [
            {"text": e.surface, "start": e.start, "end": e.end, "sentence": e.sentence.text, "why": e.why}
            for e in evidence
        ]
    }
