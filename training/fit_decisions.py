"""Take samples of every decision from annotated articles, and make feeder/tagging/decisions.json of them.

usage: python -m training.fit_decisions FILE.ann ... [--out feeder/tagging/decisions.json] [--model [FOLDER]]
                                        [--samples training/data/samples.jsonl.gz]

What is fitted how: training/decide.py, which makes the same decisions again from the samples alone.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from feeder import catalog
from feeder.catalog import Catalog, Hit
from feeder.model import MentionKind, Role
from feeder.tagging import MentionFinder, MentionModel, acceptance, coreference, plays, roles, salience
from feeder.tagging.coreference import Name
from feeder.tagging.decisions import Decisions
from feeder.tagging.mentions import SHIPPED
from feeder.tagging.names import person_words, title_words
from feeder.tagging.reading import Reading
from feeder.tagging.spans import Span
from feeder.tagging.survey import Survey
from feeder.tagging.tagger import Subject, Tagger
from training.decide import OUT, Table
from training.facts import Facts, Oracle, read
from training.logistic import Sample

#: An article, its candidates, and the shows, people and characters that were accepted.
Seen = tuple[Facts, Survey, list[Subject], list[Subject], list[Name]]


class Kept:
    """Reads each text once."""

    def __init__(self, finder: MentionFinder) -> None:
        self._finder = finder
        self._known: dict[str, Reading] = {}

    def read(self, text: str, *, headline_end: int, hits: Sequence[Hit] = ()) -> Reading:
        if text not in self._known:
            self._known[text] = self._finder.read(text, headline_end=headline_end, hits=hits)
        return self._known[text]


class Fitting:
    """The decisions so far; each stage is fitted on articles seen through the stages before."""

    def __init__(self, facts: Sequence[Facts], finder: MentionFinder, known: Catalog) -> None:
        self.facts = facts
        self.finder = finder
        self.catalog = known
        self.table = Table()
        self._surveys: list[tuple[Facts, Survey]] = []
        self._subjects: list[Seen] = []

    @property
    def tagger(self) -> Tagger:
        return Tagger(catalog=self.catalog, mentions=self.finder, decisions=Decisions(self.table.by_name))

    def fit_same_show(self) -> None:
        sample = Sample()
        for f in self.facts:
            groups: dict[tuple[str, ...], list[Span]] = {}
            truth: dict[tuple[str, ...], str] = {}
            for m in f.markings:
                if m.type == "SHOW":
                    surface = f.article.text[m.start : m.end]
                    groups.setdefault(title_words(surface), []).append(
                        Span(m.start, m.end, surface, MentionKind.SHOW, 1.0)
                    )
                    truth[title_words(surface)] = m.name
            for short, spans in groups.items():
                for long, others in groups.items():
                    row = coreference.same_show_features(
                        spans, others, own=self._titled(spans), other=self._titled(others)
                    )
                    if row is not None:
                        sample.add(row, truth[short] == truth[long], article=f.id, held_out=f.held_out)
        self.table.first("same-show", sample)

    def _titled(self, spans: Sequence[Span]) -> bool:
        return any(self.catalog.shows_named(s.surface) for s in spans)

    def fit_acceptance(self) -> None:
        for question, sample in self._acceptance(self.surveys()).items():
            self.table.first(question, sample)

    def _acceptance(self, looked_at: Sequence[tuple[Facts, Survey]]) -> dict[str, Sample]:
        shows, people = Sample(), Sample()
        for f, found in looked_at:
            for name in found.shows:
                row = acceptance.show_features(found.document, name)
                shows.add(row, truth(f, name, "SHOW") is not None, article=f.id, held_out=f.held_out)
            for name in found.people:
                row = acceptance.person_features(found.document, name, found.characters, found.tokens)
                people.add(row, _is_person(f, name), article=f.id, held_out=f.held_out)
        return {"show": shows, "person": people}

    # -- the same questions once more, of articles as the model reads them ----------------------------------------

    def weigh(self, model: MentionFinder) -> None:
        """Fit acceptance on the model's mentions, and weigh the other decisions against its opinions."""
        unseen = [f for f in self.facts if f.held_out]
        kept = Kept(model)
        tagger = Tagger(catalog=self.catalog, mentions=kept, decisions=Decisions(self.table.by_name))
        surveys = [(f, tagger.survey(f.article)) for f in unseen]
        for question, sample in self._acceptance(surveys).items():
            self.table.again(question, sample)

        def read() -> list[Seen]:
            settled = Tagger(catalog=self.catalog, mentions=kept, decisions=Decisions(self.table.by_name))
            return [(f, found, *settled.subjects(f.article, found)) for f, found in surveys]

        self.table.again("plays", self._plays(read()))
        for role, sample in self._roles(read()).items():
            self.table.again(f"role:{role.value}", sample)
        for question, sample in self._salience(read()).items():
            self.table.again(question, sample)
        self.table.again("event-show", self._events(read()))

    def surveys(self) -> list[tuple[Facts, Survey]]:
        """Candidates of each article; to be asked for once `same-show` stands."""
        if not self._surveys:
            tagger = self.tagger
            self._surveys = [(f, tagger.survey(f.article)) for f in self.facts]
        return self._surveys

    def subjects(self) -> list[Seen]:
        """Accepted names of each article; to be asked for once `show` and `person` stand."""
        if not self._subjects:
            tagger = self.tagger
            self._subjects = [(f, found, *tagger.subjects(f.article, found)) for f, found in self.surveys()]
        return self._subjects

    def fit_plays(self) -> None:
        self.table.first("plays", self._plays(self.subjects()))

    def _plays(self, seen: Sequence[Seen]) -> Sample:
        sample = Sample()
        tagger = self.tagger
        for f, found, _, people, characters in seen:
            pairs = plays.candidates(
                found.document, [s.name for s in people], characters, cast=tagger.cast(people), spans=found.spans
            )
            for pair in pairs:
                person = truth(f, people[pair.person].name, "PER")
                character = truth(f, characters[pair.character], "CHAR")
                sample.add(pair.features, (person, character) in f.plays, article=f.id, held_out=f.held_out)
        return sample

    def fit_roles(self) -> None:
        """First who is an actor by their own words alone, then all roles with the company people are in."""
        tagger = self.tagger
        seen = []
        for f, found, shows, people, characters in self.subjects():
            played = tagger.played(found, people, characters)
            seen.append((f, found, people, tagger.own_role_features(found, people, played, shows)))
        alone = Sample()
        for f, _, people, rows in seen:
            for subject, row in zip(people, rows, strict=True):
                who = truth(f, subject.name, "PER")
                if who is not None:
                    alone.add(row, "actor" in f.roles.get(who, ()), article=f.id, held_out=f.held_out)
        self.table.first("actor-alone", alone)
        for role, sample in self._roles(self.subjects()).items():
            self.table.first(f"role:{role.value}", sample)

    def _roles(self, seen: Sequence[Seen]) -> dict[Role, Sample]:
        tagger = self.tagger
        samples: dict[Role, Sample] = {role: Sample() for role in roles.DECIDED}
        for f, found, shows, people, characters in seen:
            played = tagger.played(found, people, characters)
            for subject, row in zip(people, tagger.role_features(found, people, played, shows), strict=True):
                who = truth(f, subject.name, "PER")
                if who is not None:
                    for role, sample in samples.items():
                        sample.add(row, role.value in f.roles.get(who, ()), article=f.id, held_out=f.held_out)
        return samples

    def _salience(self, seen: Sequence[Seen]) -> dict[str, Sample]:
        tagger, settled = self.tagger, Decisions(self.table.by_name)
        samples = {"main-show": Sample(), "main-person": Sample()}
        for f, found, shows, people, characters in seen:
            played = tagger.played(found, people, characters)
            decided = [roles.decide(row, settled) for row in tagger.role_features(found, people, played, shows)]
            makers = [roles.is_maker(d) for d in decided]
            for sample, kind, subjects, flags in (
                (samples["main-show"], "SHOW", shows, [False] * len(shows)),
                (samples["main-person"], "PER", people, makers),
            ):
                own = played if kind == "PER" and not salience.is_round_up(s.name for s in shows) else ()
                rows = tagger.central_features(found, subjects, makers=flags, played=own)
                for s, row in zip(subjects, rows, strict=True):
                    if row["cast-list"]:
                        continue  # not asked
                    sample.add(row, truth(f, s.name, kind) in f.main, article=f.id, held_out=f.held_out)
        return samples

    def _events(self, seen: Sequence[Seen]) -> Sample:
        sample, tagger = Sample(), self.tagger
        for f, found, shows, _, _ in seen:
            mains = tagger.mains(found, shows, "main-show")
            for kind, s, row, _ in tagger.event_features(found, shows, mains):
                sample.add(
                    row,
                    (kind.value, truth(f, s.name, "SHOW") if s else "") in f.events,
                    article=f.id,
                    held_out=f.held_out,
                )
        return sample


def _is_person(f: Facts, name: Name) -> bool:
    """Whether a subscriber could want this name: a person, and if by one word only, then one who is known by it."""
    who = truth(f, name, "PER")
    return who is not None and (
        not name.lone or person_words(who) == person_words(name.label) or bool(name.ids(name.kind))
    )


def truth(f: Facts, name: Name, kind: str) -> str | None:
    """The canonical name most mentions of a found name stand for; None where most stand for none of that kind."""
    votes = Counter(f.named_at(m.start, m.end, kind) for m in name.mentions)
    return votes.most_common(1)[0][0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="the folder of the model that reads")
    parser.add_argument("--samples", type=Path, help="keep the samples here")
    given = parser.parse_args()
    facts = list(read(given.files))
    fitting = Fitting(facts, Oracle(facts, missed=0.03, confused=0.03), catalog.load())
    fitting.fit_same_show()
    fitting.fit_acceptance()
    fitting.fit_plays()
    fitting.fit_roles()
    fitting.weigh(MentionModel.load(given.model))
    fitting.table.save(given.out, given.samples)


if __name__ == "__main__":
    main()
