"""Fit the weights of feeder/tagging/decisions.json on annotated articles.

usage: python -m training.fit_decisions FILE.ann ... [--out feeder/tagging/decisions.json] [--model]

Each decision is a logistic regression with an L2 penalty (Newton steps on numpy arrays; the objective is convex, so the
result does not depend on a seed). A fifth of the articles (by a hash of the id) is held out of the first fit, whose
mentions are those of the annotation with some noise. With `--model` the held-out articles, which the model has not
seen, are read by it: what is judged by its own mentions (is it a show? a person?) is fitted on them alone, and every
other decision is weighed anew against what the model makes of each name (features that begin with `read`). The report
is cross-validated over the articles: each part is judged by weights fitted on the others.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feeder import catalog
from feeder.catalog import Catalog, Hit
from feeder.model import MentionKind, Role
from feeder.tagging import MentionFinder, MentionModel, acceptance, coreference, events, plays, roles, salience
from feeder.tagging.coreference import Name
from feeder.tagging.decisions import Decision, Decisions, parse
from feeder.tagging.mentions import SHIPPED
from feeder.tagging.names import person_words, title_words
from feeder.tagging.reading import Reading
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
            "read",
            "read-best",
            "read-first",
            "read-ahead",
            "read-highest",
            "read-event",
            "read-told-of-many",
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
    articles: list[str] = field(default_factory=list)  #: ids

    def add(self, row: Mapping[str, float], label: bool, f: Facts) -> None:
        self.rows.append({k: v for k, v in row.items() if v})
        self.labels.append(label)
        self.held_out.append(f.held_out)
        self.articles.append(f.id)

    def parts(self, count: int) -> Iterator[list[bool]]:
        """Masks of `count` parts of the articles."""
        numbers = {a: i % count for i, a in enumerate(dict.fromkeys(self.articles))}
        for part in range(count):
            yield [numbers[a] == part for a in self.articles]


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
        f = 2 * hits / (n + total)
        if f > best and p > 0.1:
            best, cut = f, (p + (scored[n][0] if n < len(scored) else 0.0)) / 2
    cut = min(max(cut, 0.1), 0.7)
    return Decision(round(decision.bias - float(np.log(cut / (1 - cut))), 3), decision.weights)


def report(name: str, sample: Sample, judged: Sequence[tuple[Decision, Sequence[bool]]]) -> tuple[float, str]:
    """F1 of decisions, each over its own rows; and in words."""
    tp = fp = fn = 0
    for decision, use in judged:
        for row, label, u in zip(sample.rows, sample.labels, use, strict=True):
            if u:
                said = decision.probability(row) > 0.5
                tp, fp, fn = tp + (said and label), fp + (said and not label), fn + (label and not said)
    f1 = 2 * tp / max(1, 2 * tp + fp + fn)
    counted = f"{name:28s} rows {len(sample.rows):6d}  true {sum(sample.labels):5d}"
    return f1, f"{counted}  held out: F1 {f1:.3f} (tp {tp} fp {fp} fn {fn})"


def is_read(feature: str) -> bool:
    """Whether a feature is the mention model's own opinion, or that it has none."""
    return feature.startswith("read") or feature == "unread"


def with_unread(sample: Sample, use: Sequence[bool]) -> tuple[Sample, list[bool]]:
    """Every fourth used row once more, as it is where the model does not read so far: then the rest has to decide."""
    more = [i for i, u in enumerate(use) if u][::4]
    rows = [{**{k: v for k, v in sample.rows[i].items() if not is_read(k)}, "unread": 1.0} for i in more]

    def grown(values: list[Any]) -> list[Any]:
        return values + [values[i] for i in more]

    larger = Sample([*sample.rows, *rows], grown(sample.labels), grown(sample.held_out), grown(sample.articles))
    return larger, [*use, *(True for _ in more)]


def accepted(sample: Sample, use: Sequence[bool]) -> Decision:
    """What the model's own mentions are judged by."""
    larger, used = with_unread(sample, use)
    return fit(larger, penalty=1.0, least=3, use=used)


def anew(sample: Sample, use: Sequence[bool], *, rare: bool, signs: Mapping[str, int] | None = None) -> Decision:
    """All features, fitted on these rows alone: few, but as the model mentions them."""
    larger, used = with_unread(sample, use)
    decision = fit(larger, penalty=4.0, least=5, use=used, signs=signs)
    return balanced(decision, sample, use) if rare else decision


def weighed(base: Decision, sample: Sample, use: Sequence[bool], *, rare: bool) -> Decision:
    """The base decision's log-odds and the model's opinions in one decision, fitted on the used rows."""
    rows = [
        {**{k: v for k, v in row.items() if is_read(k)}, "base": max(-8.0, min(8.0, base.log_odds(row)))}
        for row in sample.rows
    ]
    small = Sample(rows, sample.labels, sample.held_out, sample.articles)
    signs = {"base": 1, "read": 1, "read-ahead": 1, "read-behind": 1, "read:show": 1, "read:untied": 1}
    larger, used = with_unread(small, use)
    over = fit(larger, penalty=1.0, least=5, use=used, signs=signs)
    share = over.weights.get("base", 0.0)
    weights = {k: round(share * w, 3) for k, w in base.weights.items() if not is_read(k)}
    weights |= {k: w for k, w in over.weights.items() if k != "base"}
    decision = Decision(round(share * base.bias + over.bias, 3), {k: w for k, w in weights.items() if abs(w) >= 0.01})
    return balanced(decision, sample, use) if rare else decision


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
        self.table: dict[str, Decision] = {}
        self._surveys: list[tuple[Facts, Survey]] = []
        self._subjects: list[Seen] = []

    def settle(
        self,
        name: str,
        sample: Sample,
        *,
        penalty: float,
        least: int = 3,
        rare: bool = False,
        own: str = "",
        signs: Mapping[str, int] | None = None,
    ) -> None:
        """Fit on all but the held-out fifth, report on that.

        `rare`: few are true and the annotation is not complete; the bias is moved so that 'more likely than not'
        becomes the point of the best F1 on what was fitted.
        """
        use = [not h for h in sample.held_out]
        decision = fit(sample, penalty=penalty, least=least, use=use, own=own, signs=signs)
        if rare:
            decision = balanced(decision, sample, use)
        print(report(name, sample, [(decision, sample.held_out)])[1], flush=True)
        self.table[name] = decision

    def settle_unseen(self, name: str, sample: Sample, *ways: Callable[[Sequence[bool]], Decision]) -> None:
        """Make the decision of all rows, which are of articles that the model has not seen; report by parts.

        Of several ways the one is taken that judges the parts best by what it made of the others.
        """
        tried = []
        for way in ways:
            judged = [(way([not p for p in part]), part) for part in sample.parts(5)]
            f1, said = report(f"{name}, {getattr(way, 'func', way).__name__}", sample, judged)
            print(said, flush=True)
            tried.append((f1, way))
        best = max(tried, key=lambda t: t[0])[1]
        self.table[name] = best([True] * len(sample.rows))

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
                        sample.add(row, truth[short] == truth[long], f)
        self.settle("same-show", sample, penalty=1.0, least=2)

    def _titled(self, spans: Sequence[Span]) -> bool:
        return any(self.catalog.shows_named(s.surface) for s in spans)

    def fit_acceptance(self) -> None:
        for question, sample in self._acceptance(self.surveys()).items():
            self.settle(question, sample, penalty=1.0)

    def _acceptance(self, looked_at: Sequence[tuple[Facts, Survey]]) -> dict[str, Sample]:
        shows, people = Sample(), Sample()
        for f, found in looked_at:
            for name in found.shows:
                row = acceptance.show_features(found.document, name)
                shows.add(row, truth(f, name, "SHOW") is not None, f)
            for name in found.people:
                row = acceptance.person_features(found.document, name, found.characters, found.tokens)
                people.add(row, _is_person(f, name), f)
        return {"show": shows, "person": people}

    # -- the same questions once more, of articles as the model reads them ----------------------------------------

    def weigh(self, model: MentionFinder) -> None:
        """Fit acceptance on the model's mentions, and weigh the other decisions against its opinions."""
        unseen = [f for f in self.facts if f.held_out]
        kept = Kept(model)
        tagger = Tagger(catalog=self.catalog, mentions=kept, decisions=Decisions(self.table))
        surveys = [(f, tagger.survey(f.article)) for f in unseen]
        for question, sample in self._acceptance(surveys).items():
            self.settle_unseen(question, sample, partial(accepted, sample))

        def read() -> list[Seen]:
            settled = Tagger(catalog=self.catalog, mentions=kept, decisions=Decisions(self.table))
            return [(f, found, *settled.subjects(f.article, found)) for f, found in surveys]

        sample = self._plays(read())
        self.settle_unseen("plays", sample, partial(weighed, self.table["plays"], sample, rare=True))
        for role, sample in self._roles(read()).items():
            self._weigh(f"role:{role.value}", sample, rare=role is not Role.ACTOR)
        for question, sample in self._salience(read()).items():
            self._weigh(question, sample, rare=True, signs=CENTRAL)
        self._weigh("event-show", self._events(read()), rare=True)

    def _weigh(self, name: str, sample: Sample, *, rare: bool = False, signs: Mapping[str, int] | None = None) -> None:
        self.settle_unseen(
            name,
            sample,
            partial(weighed, self.table[name], sample, rare=rare),
            partial(anew, sample, rare=rare, signs=signs),
        )

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
        self.settle("plays", self._plays(self.subjects()), penalty=0.5, least=2)

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
                sample.add(pair.features, (person, character) in f.plays, f)
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
                    alone.add(row, "actor" in f.roles.get(who, ()), f)
        self.settle("actor-alone", alone, penalty=1.0, least=20)
        for role, sample in self._roles(self.subjects()).items():
            self.settle(f"role:{role.value}", sample, penalty=1.0, least=20, rare=role is not Role.ACTOR)

    def _roles(self, seen: Sequence[Seen]) -> dict[Role, Sample]:
        tagger = self.tagger
        samples: dict[Role, Sample] = {role: Sample() for role in roles.DECIDED}
        for f, found, shows, people, characters in seen:
            played = tagger.played(found, people, characters)
            for subject, row in zip(people, tagger.role_features(found, people, played, shows), strict=True):
                who = truth(f, subject.name, "PER")
                if who is not None:
                    for role, sample in samples.items():
                        sample.add(row, role.value in f.roles.get(who, ()), f)
        return samples

    def fit_salience(self) -> None:
        # articles without a headline of their own are read too, so each one is shown once more without it
        bare = [without_headline(f) for f in self.facts]
        tagger = Tagger(catalog=self.catalog, mentions=Oracle(bare), decisions=Decisions(self.table))
        again: list[Seen] = []
        for f in bare:
            found = tagger.survey(f.article)
            again.append((f, found, *tagger.subjects(f.article, found)))
        for question, sample in self._salience([*self.subjects(), *again]).items():
            self.settle(question, sample, penalty=1.0, rare=True, signs=CENTRAL)

    def _salience(self, seen: Sequence[Seen]) -> dict[str, Sample]:
        tagger, settled = self.tagger, Decisions(self.table)
        samples = {"main-show": Sample(), "main-person": Sample()}
        for f, found, shows, people, characters in seen:
            played = tagger.played(found, people, characters)
            decided = [roles.decide(row, settled) for row in tagger.role_features(found, people, played, shows)]
            makers = [roles.is_maker(d) for d in decided]
            for sample, kind, subjects, flags in (
                (samples["main-show"], "SHOW", shows, [False] * len(shows)),
                (samples["main-person"], "PER", people, makers),
            ):
                peers = [s.name for s in subjects]
                for s, maker in zip(subjects, flags, strict=True):
                    row = salience.features(found.document, s.name, peers, known=s.link.known, maker=maker)
                    sample.add(row, truth(f, s.name, kind) in f.main, f)
        return samples

    def fit_events(self) -> None:
        """First whether the article tells of such an event at all, then of which of its shows."""
        samples = {kind: Sample() for kind in events.DECIDED}
        rows = []
        for f, found, shows, _, _ in self.subjects():
            article = events.article_features(found.document, found.tokens)
            happened = {k for k, _ in f.events}
            for kind, sample in samples.items():
                sample.add(article, kind.value in happened, f)
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
                    attach.add(row, (kind.value, truth(f, s.name, "SHOW") if s else "") in f.events, f)
        self.settle("event-show", attach, penalty=1.0, least=8, rare=True)

    def _events(self, seen: Sequence[Seen]) -> Sample:
        sample, tagger = Sample(), self.tagger
        for f, found, shows, _, _ in seen:
            mains = [tagger.main(found.document, s, shows, "main-show") for s in shows]
            for kind, s, row, _ in tagger.event_features(found, shows, mains):
                sample.add(row, (kind.value, truth(f, s.name, "SHOW") if s else "") in f.events, f)
        return sample

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
    parser.add_argument(
        "--model", type=Path, nargs="?", const=SHIPPED, help="weigh against this model, or the shipped one"
    )
    parser.add_argument("--base", type=Path, help="keep the first fit here; `--only` starts from it")
    parser.add_argument(
        "--only", nargs="*", help="stages to fit anew (acceptance plays roles salience events); others stay"
    )
    given = parser.parse_args()
    facts = list(read(given.files))
    fitting = Fitting(facts, Oracle(facts, missed=0.03, confused=0.03), catalog.load())
    stages = {
        "same-show": fitting.fit_same_show,
        "acceptance": fitting.fit_acceptance,
        "plays": fitting.fit_plays,
        "roles": fitting.fit_roles,
        "salience": fitting.fit_salience,
        "events": fitting.fit_events,
    }
    if given.only is not None:
        fitting.table.update(parse((given.base or given.out).read_text("utf-8")).by_name)
    for name, stage in stages.items():
        if given.only is None or name in given.only:
            stage()
    if given.base is not None:
        given.base.write_text(rendered(fitting.table), "utf-8")
    if given.model is not None:
        fitting.weigh(MentionModel.load(given.model))
    given.out.write_text(rendered(fitting.table), "utf-8")


def rendered(table: Mapping[str, Decision]) -> str:
    rows = {name: {"bias": d.bias, "weights": dict(d.weights)} for name, d in sorted(table.items())}
    return json.dumps(rows, indent=0, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
