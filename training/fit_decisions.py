"""Fit the weights of feeder/tagging/decisions.json on annotated articles.

usage: python -m training.fit_decisions FILE.ann ... [--out feeder/tagging/decisions.json] [--model]

Each decision is a logistic regression with an L2 penalty (Newton steps on numpy arrays; the objective is convex, so the
result does not depend on a seed). A fifth of the articles (by a hash of the id) is held out and only reported on.
Mentions are those of the annotation with some noise. With `--model` what is judged by the model's own mentions (is it a
show? a person?) is fitted on those it finds in the held-out articles, which it has not seen: on four fifths of them for
the report, on all of them for the weights.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from feeder import catalog
from feeder.catalog import Catalog
from feeder.model import MentionKind, Role
from feeder.tagging import MentionFinder, MentionModel, acceptance, coreference, events, plays, roles, salience
from feeder.tagging.context import companions
from feeder.tagging.coreference import Name
from feeder.tagging.decisions import Decision, Decisions, parse
from feeder.tagging.names import person_words, title_words
from feeder.tagging.spans import Span
from feeder.tagging.survey import Survey
from feeder.tagging.tagger import Subject, Tagger
from training.facts import Facts, Oracle, read, without_headline

#: Being named more, earlier or alone never makes a name less central.
CENTRAL = {
    **dict.fromkeys(("headline", "headline-alone", "lead", "opening-sentence", "first-of-its-kind", "thrice"), 1),
    **dict.fromkeys(
        (
            "share",
            "lead-subject",
            "subject",
            "first-subject",
            "front",
            "front-lead",
            "front-first",
            "most-often",
            "most-often-by-far",
            "only-one",
            "of-top",
            "spread",
            "opens-sentence",
            "known",
        ),
        1,
    ),
    **dict.fromkeys(
        ("modifier", "once", "seldom", "first-in-body", "many-peers", "speaks", "maker", "aside", "background"), -1
    ),
}
#: Features of one word each: many, and rarely seen; held down more than the others.
SINGLE_WORDS = ("h:", "l:")

OUT = Path(__file__).parent.parent / "feeder" / "tagging" / "decisions.json"


@dataclass
class Sample:
    """Rows of one question."""

    rows: list[dict[str, float]] = field(default_factory=list)
    labels: list[bool] = field(default_factory=list)
    held_out: list[bool] = field(default_factory=list)

    def add(self, row: dict[str, float], label: bool, held_out: bool) -> None:
        self.rows.append({k: v for k, v in row.items() if v})
        self.labels.append(label)
        self.held_out.append(held_out)


def fit(
    sample: Sample,
    *,
    penalty: float,
    least: int,
    use: Sequence[bool],
    own: str = "",
    signs: Mapping[str, int] | None = None,
) -> Decision:
    """Weights for features that occur `least` times or more among the used rows; those ending in `own` held less.

    `signs`: on which side of 0 a weight may be, by what its feature means. One that comes out on the other side is left
    out and the rest fitted anew, until none does: the articles are too few and too short to be believed on that.
    """
    decision = _fit(sample, penalty=penalty, least=least, use=use, own=own)
    while wrong := {k for k, w in decision.weights.items() if w * (signs or {}).get(k.removeprefix("bare:"), 0) < 0}:
        rows = [{k: v for k, v in row.items() if k not in wrong} for row in sample.rows]
        sample = replace(sample, rows=rows)
        decision = _fit(sample, penalty=penalty, least=least, use=use, own=own)
    return decision


def _fit(sample: Sample, *, penalty: float, least: int, use: Sequence[bool], own: str) -> Decision:
    rows = [r for r, u in zip(sample.rows, use, strict=True) if u]
    y = np.array([float(label) for label, u in zip(sample.labels, use, strict=True) if u])
    counts = Counter(k for r in rows for k in r)
    names = sorted(k for k, n in counts.items() if n >= least)
    index = {k: i for i, k in enumerate(names)}
    x = np.zeros((len(rows), len(names) + 1))
    x[:, -1] = 1.0
    for i, r in enumerate(rows):
        for k, v in r.items():
            if k in index:
                x[i, index[k]] = v
    w = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], penalty)
    ridge[[i for k, i in index.items() if k.startswith(SINGLE_WORDS)]] = 4 * penalty
    if own:
        ridge[[i for k, i in index.items() if ":" in k and not k.endswith(own)]] = 6 * penalty
    ridge[-1] = 0.01
    rate = min(max(float(y.mean()), 1e-3), 1 - 1e-3) if len(y) else 0.5
    w[-1] = np.log(rate / (1 - rate))
    loss = _loss(x, y, w, ridge)
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (p - y) + ridge * w
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        # where the curve is flat a whole Newton step overshoots: halve it until the loss falls
        while size > 1e-6 and (new := _loss(x, y, w - size * step, ridge)) > loss:
            size /= 2
        w = w - size * step
        if loss - new < 1e-4:
            break
        loss = new
    weights = {k: round(float(w[i]), 3) for k, i in index.items() if abs(w[i]) >= 0.02}
    return Decision(round(float(w[-1]), 3), weights)


def _loss(x: NDArray[np.float64], y: NDArray[np.float64], w: NDArray[np.float64], ridge: NDArray[np.float64]) -> float:
    """Negative log-likelihood with the penalty."""
    z = x @ w
    return float(np.sum(np.logaddexp(0, z) - y * z) + 0.5 * np.sum(ridge * w * w))


def balanced(decision: Decision, sample: Sample, use: Sequence[bool]) -> Decision:
    """The same weights with the bias at which F1 over the used rows is best; midway between two rows."""
    scored = sorted(
        ((decision.probability(r), label) for r, label, u in zip(sample.rows, sample.labels, use, strict=True) if u),
        reverse=True,
    )
    total = sum(label for _, label in scored)
    best, cut, hits = 0.0, 0.5, 0
    for n, (p, label) in enumerate(scored, start=1):
        hits += label
        f1 = 2 * hits / (n + total)
        if f1 > best and p > 0.2:
            best, cut = f1, (p + (scored[n][0] if n < len(scored) else 0.0)) / 2
    cut = min(max(cut, 0.2), 0.7)
    return Decision(round(decision.bias - float(np.log(cut / (1 - cut))), 3), decision.weights)


def report(name: str, sample: Sample, decision: Decision, use: Sequence[bool]) -> str:
    tp = fp = fn = 0
    for row, label, u in zip(sample.rows, sample.labels, use, strict=True):
        if u:
            said = decision.probability(row) > 0.5
            tp, fp, fn = tp + (said and label), fp + (said and not label), fn + (label and not said)
    f1 = 2 * tp / max(1, 2 * tp + fp + fn)
    counted = f"{name:24s} rows {len(sample.rows):6d}  true {sum(sample.labels):5d}"
    return f"{counted}  held out: F1 {f1:.3f} (tp {tp} fp {fp} fn {fn})"


class Fitting:
    """The decisions so far; each stage is fitted on articles seen through the stages before."""

    def __init__(
        self, facts: Sequence[Facts], finder: MentionFinder, known: Catalog, *, model: MentionFinder | None = None
    ) -> None:
        self.model = model
        self.facts = facts
        self.finder = finder
        self.catalog = known
        self.table: dict[str, Decision] = {}
        self._surveys: list[tuple[Facts, Survey]] = []
        self._subjects: list[tuple[Facts, Survey, list[Subject], list[Subject], list[Name]]] = []

    def settle(
        self,
        name: str,
        sample: Sample,
        *,
        penalty: float,
        least: int = 3,
        unseen_only: bool = False,
        rare: bool = False,
        own: str = "",
        signs: Mapping[str, int] | None = None,
    ) -> None:
        """Fit and report on the held-out fifth; `unseen_only`: fit on a part of that fifth, report on the rest of it.

        `rare`: few are true and the annotation is not complete; the bias is moved so that 'more likely than not'
        becomes the point of the best F1 on what was fitted.
        """
        if unseen_only:
            place = [h and i % 5 for i, h in enumerate(sample.held_out)]
            train = [bool(p) for p in place]
            test = [h and not p for h, p in zip(sample.held_out, place, strict=True)]
            final = sample.held_out
        else:
            train = [not h for h in sample.held_out]
            test = sample.held_out
            final = train
        trial = fit(sample, penalty=penalty, least=least, use=train, own=own, signs=signs)
        if rare:
            trial = balanced(trial, sample, train)
        print(report(name, sample, trial, test), flush=True)
        if final is train:
            self.table[name] = trial
            return
        self.table[name] = fit(sample, penalty=penalty, least=least, use=final, own=own, signs=signs)

    @property
    def tagger(self) -> Tagger:
        return Tagger(catalog=self.catalog, mentions=self.finder, decisions=Decisions(self.table))

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
                        sample.add(row, truth[short] == truth[long], f.held_out)
        self.settle("same-show", sample, penalty=1.0, least=2)

    def _titled(self, spans: Sequence[Span]) -> bool:
        return any(self.catalog.shows_named(s.surface) for s in spans)

    def fit_acceptance(self) -> None:
        shows, people = Sample(), Sample()
        looked_at = self.surveys()
        if self.model is not None:
            tagger = Tagger(catalog=self.catalog, mentions=self.model, decisions=Decisions(self.table))
            looked_at = [(f, tagger.survey(f.article)) for f in self.facts if f.held_out]
        unseen_only = self.model is not None
        for f, found in looked_at:
            for name in found.shows:
                row = acceptance.show_features(found.document, name)
                shows.add(row, truth(f, name, "SHOW") is not None, f.held_out)
            for name in found.people:
                row = acceptance.person_features(found.document, name, found.characters, found.tokens)
                people.add(row, _is_person(f, name), f.held_out)
        self.settle("show", shows, penalty=1.0, unseen_only=unseen_only)
        self.settle("person", people, penalty=1.0, unseen_only=unseen_only)

    def surveys(self) -> list[tuple[Facts, Survey]]:
        """Candidates of each article; to be asked for once `same-show` stands."""
        if not self._surveys:
            tagger = self.tagger
            self._surveys = [(f, tagger.survey(f.article)) for f in self.facts]
        return self._surveys

    def subjects(self) -> list[tuple[Facts, Survey, list[Subject], list[Subject], list[Name]]]:
        """Accepted names of each article; to be asked for once `show` and `person` stand."""
        if not self._subjects:
            tagger = self.tagger
            self._subjects = [(f, found, *tagger.subjects(f.article, found)) for f, found in self.surveys()]
        return self._subjects

    def fit_plays(self) -> None:
        sample = Sample()
        tagger = self.tagger
        for f, found, _, people, characters in self.subjects():
            pairs = plays.candidates(
                found.document, [s.name for s in people], characters, cast=tagger.cast(people), spans=found.spans
            )
            for pair in pairs:
                person = truth(f, people[pair.person].name, "PER")
                character = truth(f, characters[pair.character], "CHAR")
                sample.add(dict(pair.features), (person, character) in f.plays, f.held_out)
        self.settle("plays", sample, penalty=0.5, least=2)

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
                    alone.add(row, "actor" in f.roles.get(who, ()), f.held_out)
        self.settle("actor-alone", alone, penalty=1.0, least=20)
        samples = {role: Sample() for role in roles.DECIDED}
        for f, found, people, rows in seen:
            owner = {m.start: n for n, s in enumerate(people) for m in s.name.mentions}
            roles.add_company(rows, companions(found.tokens, owner), self.table["actor-alone"])
            for subject, row in zip(people, rows, strict=True):
                who = truth(f, subject.name, "PER")
                if who is not None:
                    for role, sample in samples.items():
                        sample.add(row, role.value in f.roles.get(who, ()), f.held_out)
        for role, sample in samples.items():
            self.settle(f"role:{role.value}", sample, penalty=1.0, least=20, rare=role is not Role.ACTOR)

    def fit_salience(self) -> None:
        samples = {"SHOW": Sample(), "PER": Sample()}
        # articles without a headline of their own are read too, so each one is shown once more without it
        bare = [without_headline(f) for f in self.facts]
        tagger = Tagger(catalog=self.catalog, mentions=Oracle(bare), decisions=Decisions(self.table))
        settled, again = Decisions(self.table), []
        for f in bare:
            found = tagger.survey(f.article)
            again.append((f, found, *tagger.subjects(f.article, found)))
        for f, found, shows, people, characters in [*self.subjects(), *again]:
            played = tagger.played(found, people, characters)
            decided = [roles.decide(row, settled) for row in tagger.role_features(found, people, played, shows)]
            makers = [roles.is_maker(d) for d in decided]
            for kind, subjects, flags in (("SHOW", shows, [False] * len(shows)), ("PER", people, makers)):
                peers = [s.name for s in subjects]
                for s, maker in zip(subjects, flags, strict=True):
                    row = salience.features(found.document, s.name, peers, known=s.link.known, maker=maker)
                    samples[kind].add(row, truth(f, s.name, kind) in f.main, f.held_out)
        self.settle("main-show", samples["SHOW"], penalty=1.0, rare=True, signs=CENTRAL)
        self.settle("main-person", samples["PER"], penalty=1.0, rare=True, signs=CENTRAL)

    def fit_events(self) -> None:
        """First whether the article tells of such an event at all, then of which of its shows."""
        samples = {kind: Sample() for kind in events.DECIDED}
        rows = []
        for f, found, shows, _, _ in self.subjects():
            article = events.article_features(found.document, found.tokens)
            happened = {k for k, _ in f.events}
            for kind, sample in samples.items():
                sample.add(article, kind.value in happened, f.held_out)
            peers = [s.name for s in shows]
            mains = [
                self.table["main-show"].probability(
                    salience.features(found.document, s.name, peers, known=s.link.known)
                )
                for s in shows
            ]
            rows.append((f, found, shows, mains, article))
        for kind, sample in samples.items():
            self.settle(f"event:{kind.value}", sample, penalty=0.5, least=12, own=f":{kind.value}")
        # weights are too sure of what they were fitted on: the second stage sees what four parts say of each other
        crossed = {kind: self._crossed(sample, own=f":{kind.value}") for kind, sample in samples.items()}
        attach = Sample()
        for number, (f, found, shows, mains, _) in enumerate(rows):
            for kind in events.DECIDED:
                p = crossed[kind][number]
                if p < 0.05:
                    continue
                subjects: list[tuple[Subject | None, float]] = [*zip(shows, mains, strict=True), (None, 0.0)]
                for s, main in subjects:
                    row = events.show_features(found.document, kind, s.name if s else None, main=main, mains=mains)
                    row["happened"] = float(np.log(p / (1 - min(p, 0.999))))
                    attach.add(row, (kind.value, truth(f, s.name, "SHOW") if s else "") in f.events, f.held_out)
        self.settle("event-show", attach, penalty=1.0, least=8, rare=True)

    def _crossed(self, sample: Sample, *, own: str) -> list[float]:
        """Probabilities of each row by weights that were fitted on other rows."""
        found = [0.0] * len(sample.rows)
        for part in range(4):
            use = [not h and i % 4 != part for i, h in enumerate(sample.held_out)]
            decision = fit(sample, penalty=0.5, least=12, use=use, own=own)
            for i, row in enumerate(sample.rows):
                if i % 4 == part:
                    found[i] = decision.probability(row)
        return found


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
    parser.add_argument("--model", action="store_true", help="mentions from the shipped model")
    parser.add_argument(
        "--only", nargs="*", help="stages to fit anew (acceptance plays roles salience events); others stay"
    )
    given = parser.parse_args()
    facts = list(read(given.files))
    model = MentionModel.load() if given.model else None
    fitting = Fitting(facts, Oracle(facts, missed=0.03, confused=0.03), catalog.load(), model=model)
    stages = {
        "same-show": fitting.fit_same_show,
        "acceptance": fitting.fit_acceptance,
        "plays": fitting.fit_plays,
        "roles": fitting.fit_roles,
        "salience": fitting.fit_salience,
        "events": fitting.fit_events,
    }
    if given.only is not None:
        fitting.table.update(parse(given.out.read_text("utf-8")).by_name)
    for name, stage in stages.items():
        if given.only is None or name in given.only:
            stage()
    table = {name: {"bias": d.bias, "weights": dict(d.weights)} for name, d in sorted(fitting.table.items())}
    given.out.write_text(json.dumps(table, indent=0, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
