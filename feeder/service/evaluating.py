"""How well feeder tags: on annotated articles, and on what the owner has said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from feeder import alerts, evaluation
from feeder.config import Settings
from feeder.corrections import Corrections, Line
from feeder.errors import AnnotationError
from feeder.evaluation import Alarm, AlarmScores, Count, Facts, Mistake, OwnScores, Scores
from feeder.model import Article, Correction, Entry, OwnerWord, Tag, Tagging, TagKind, Watch
from feeder.service import correcting
from feeder.service.analyse import own_articles
from feeder.service.crew import Crew
from feeder.service.progress import Progress, unseen
from feeder.service.tagger import KnowsNames, Tags, named
from feeder.text import fold

_PATTERN = "*.ann"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReport:
    """What came of measuring with the owner's word."""

    scores: OwnScores
    astray: tuple[Line, ...]  #: corrections of articles that are not in the source folder


def annotated(paths: Sequence[Path], *, tagger: Tags, progress: Progress = unseen) -> Scores:
    """On annotated articles: files of any name, and those called *.ann in folders. Raises AnnotationError."""
    known = [facts for file in _files(paths) for facts in read(file)]
    scores = Scores()
    for facts, tagging in _tagged(known, tagger, progress):
        scores.add(facts, tagging)
    progress("tagging", len(known), len(known))
    return scores


def alarms(
    paths: Sequence[Path],
    settings: Settings,
    *,
    open_tagger: Callable[[Settings], Tags],
    names: Sequence[str] = (),
    progress: Progress = unseen,
) -> AlarmScores:
    """Whose watches would have rung on annotated articles, as if these names were watched.

    With no names, everybody whom the articles name (evaluation.people). Each article is judged by itself: that a story
    is told once has no part in it. Raises AnnotationError.
    """
    known = [facts for file in _files(paths) for facts in read(file)]
    watched = tuple(names) or evaluation.people(known)
    watches = tuple(Watch(name=name) for name in watched)
    tagger = open_tagger(replace(settings, watches=watches))
    watches = tuple(named(watch, tagger) for watch in watches)
    scores = AlarmScores(names=len(watched))
    for facts, tagging in _tagged(known, tagger, progress):
        entry = Entry(
            id=facts.id, article=facts.article, summary=(), tags=tagging.tags, events=tagging.events, digest=""
        )
        judged = [alert for alert in (alerts.judge(watch, entry) for watch in watches) if alert is not None]
        scores.add(
            facts,
            watched=watched,
            rang=(alert.watch for alert in judged if not alert.doubt),
            held=(alert.watch for alert in judged if alert.doubt),
        )
    progress("tagging", len(known), len(known))
    return scores


def _tagged(known: Sequence[Facts], tagger: Tags, progress: Progress) -> Iterator[tuple[Facts, Tagging]]:
    with Crew() as crew:
        for done, (facts, outcome) in enumerate(crew.each(lambda it: tagger.tag(it.article), known)):
            progress("tagging", done, len(known))
            yield facts, outcome.result()


def read(file: Path) -> Iterator[Facts]:
    """What the articles of one file say to be true. Raises AnnotationError naming file and line."""
    try:
        content = file.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise AnnotationError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise AnnotationError(f"{file}:{line}: not UTF-8; save the file as UTF-8") from None
    found = list(map(evaluation.facts, evaluation.articles(str(file), text)))
    if not found:
        raise AnnotationError(f"{file}: holds no article")
    yield from found


def own(settings: Settings, *, tagger: Tags, now: float, progress: Progress = unseen) -> OwnReport:
    """On corrections and front matter: tags found without them against tags found with them. `now`: wall time in s.

    Raises SourceError, CorrectionsError.
    """
    from feeder.tagging import is_owners  # costs more to load than a look at the folder takes

    said = correcting.load(settings)
    everything = list(own_articles(settings, now=now))
    spoken = [article for article in everything if _spoken_of(article, said)]
    scores = OwnScores()
    for done, article in enumerate(spoken):
        progress("tagging", done, len(spoken))
        wanted = tagger.tag(said.spoken(article)).tags
        scores.add(
            article.key,
            tagger.tag(replace(article, owner=OwnerWord())).tags,
            wanted,
            listed=_listed(article.owner),
            is_owners=is_owners,
            mains=_mains(said.about(article), [tag for tag in wanted if is_owners(tag)], tagger),
        )
    progress("tagging", len(spoken), len(spoken))
    astray = (x for x in said.lines if x.article is not None and not any(map(x.article.is_of, everything)))
    return OwnReport(scores=scores, astray=tuple(astray))


def _mains(said: Sequence[Correction], owners: Sequence[Tag], tagger: Tags) -> Mapping[tuple[TagKind, str], bool]:
    """Of which tags the owner says whether the article is about them, and what."""
    mains = {}
    for correction in said:
        if correction.main is not None:
            ids = tagger.ids_named(correction.kind, correction.name) if isinstance(tagger, KnowsNames) else ()
            for tag in owners:
                named = tag.id in (correction.name, *ids) or fold(tag.label) == fold(correction.name)
                if tag.kind is correction.kind and named:
                    mains[tag.kind, tag.id] = correction.main
    return mains


def _listed(word: OwnerWord) -> tuple[TagKind, ...]:
    kinds = {TagKind.SHOW: word.shows, TagKind.PERSON: word.people}
    return tuple(kind for kind, names in kinds.items() if names is not None)


def _spoken_of(article: Article, said: Corrections) -> bool:
    return bool(_listed(article.owner) or said.about(article))


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(path.rglob(_PATTERN))
        if not found:
            raise AnnotationError(f"{path}: holds no annotated articles ({_PATTERN})")
        yield from found


def as_json(scores: Scores | OwnScores | AlarmScores) -> dict[str, Any]:
    """The stable form, documented in README.md: keys are only ever added."""
    told: dict[str, Any] = {"articles": scores.articles}
    told |= {name.replace(" ", "_"): _figures(count) for name, count in scores.counts.items()}
    if isinstance(scores, Scores):
        told |= {"characters_as_people": scores.characters_as_people, "works_as_shows": scores.works_as_shows}
    if isinstance(scores, AlarmScores):
        told |= {"names": scores.names, "held": scores.held, "doubts": scores.doubts}
    return told | {"mistakes": [_mistake(mistake) for mistake in scores.mistakes]}


def _figures(count: Count) -> dict[str, float | int | None]:
    shares = {"precision": count.precision, "recall": count.recall, "f1": count.f1}
    return {
        **{name: None if share is None else round(share, 4) for name, share in shares.items()},
        "right": count.right,
        "wrong": count.wrong,
        "missed": count.missed,
    }


def _mistake(mistake: Mistake | Alarm) -> dict[str, str | bool]:
    if isinstance(mistake, Alarm):
        what = ("held" if mistake.held else "missed") if mistake.missed else "wrong"
        return {"article": mistake.article, "name": mistake.name, "mistake": what}
    return {
        "article": mistake.article,
        "kind": mistake.kind.value,
        "name": mistake.name,
        "mistake": "missed" if mistake.missed else "wrong",
        "main": mistake.main,
    }
