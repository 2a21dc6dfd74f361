"""How each decision is made from its samples; and the samples as a file, from which all are made again.

usage: python -m training.decide [--samples training/data/samples.jsonl.gz] [--out feeder/tagging/decisions.json]

The samples are numbers only. They were taken by `training.fit_decisions` from articles with their real names, because
what the catalog knows of a name is a feature; the articles themselves are not part of the project.

First samples are of mentions as the annotation has them. A fifth of the articles (by a hash of the id) is held out of
the first fit, and the mention model has not seen it: later samples are of these articles as the model reads them. What
is judged by its mentions (is it a show? a person?), what is central and what it tells of events is fitted on those
alone; every other decision is weighed anew against what the model makes of each name (features that begin with `read`).
The report is cross-validated over the articles: each part is judged by weights fitted on the others.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from feeder.model import Role
from feeder.tagging.decisions import Decision
from feeder.tagging.reading import ROLES
from training.logistic import Sample, balanced, fit, report

SAMPLES = Path(__file__).parent / "data" / "samples.jsonl.gz"
OUT = Path(__file__).parent.parent / "feeder" / "tagging" / "decisions.json"

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
            "read-mates",
        ),
        1,
    ),
    **dict.fromkeys(
        (
            "modifier",
            "once",
            "late",
            "late-once",
            "cast-behind",
            "maker-behind",
            "seldom",
            "first-in-body",
            "many-peers",
            "speaks",
            "maker",
            "aside",
            "background",
        ),
        -1,
    ),
}
#: F-beta of main people. An article names a dozen, and who asks for main only wants to be spared the others.
WRONG_IS_WORSE = 0.7
#: The more the model reads of an event, the likelier it is.
TOLD = dict.fromkeys(
    ("read:show", "read:untied", "read-told:show", "read-told:untied", "read-told-main", "read-both", "read-behind"), 1
)


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


def accepted(sample: Sample, use: Sequence[bool], *, even: bool) -> Decision:
    """What the model's own mentions are judged by."""
    larger, used = with_unread(sample, use)
    return fit(larger, penalty=1.0, least=3, use=used, even=even)


def anew(
    sample: Sample,
    use: Sequence[bool],
    *,
    rare: bool,
    signs: Mapping[str, int] | None = None,
    even: bool = False,
    beta: float = 1.0,
) -> Decision:
    """All features, fitted on these rows alone: few, but as the model mentions them."""
    larger, used = with_unread(sample, use)
    decision = fit(larger, penalty=4.0, least=5, use=used, signs=signs, even=even)
    return balanced(decision, sample, use, even=even, beta=beta) if rare else decision


def read_alone(sample: Sample, use: Sequence[bool]) -> Decision:
    """What is only ever decided of places the model has read."""
    return balanced(fit(sample, penalty=2.0, least=8, use=use, signs=TOLD), sample, use)


def weighed(base: Decision, sample: Sample, use: Sequence[bool], *, rare: bool) -> Decision:
    """The base decision's log-odds and the model's opinions in one decision, fitted on the used rows."""
    rows = [
        {**{k: v for k, v in row.items() if is_read(k)}, "base": max(-8.0, min(8.0, base.log_odds(row)))}
        for row in sample.rows
    ]
    small = Sample(rows, sample.labels, sample.held_out, sample.articles)
    signs = dict.fromkeys(("base", "read", "read-ahead"), 1)
    larger, used = with_unread(small, use)
    over = fit(larger, penalty=1.0, least=5, use=used, signs=signs)
    share = over.weights.get("base", 0.0)
    weights = {k: round(share * w, 3) for k, w in base.weights.items() if not is_read(k)}
    weights |= {k: w for k, w in over.weights.items() if k != "base"}
    decision = Decision(round(share * base.bias + over.bias, 3), {k: w for k, w in weights.items() if abs(w) >= 0.01})
    return balanced(decision, sample, use) if rare else decision


#: Of the first samples: penalty, in how many rows a feature must stand, whether few are true.
_FIRST: dict[str, tuple[float, int, bool]] = {
    "same-show": (1.0, 2, False),
    "show": (1.0, 3, False),
    "person": (1.0, 3, False),
    "plays": (0.5, 2, False),
    "actor-alone": (1.0, 20, False),
    **{f"role:{r.value}": (1.0, 20, r is not Role.ACTOR) for r in ROLES},
}


@dataclass
class Table:
    """The decisions so far, and all samples they were made from, in order."""

    by_name: dict[str, Decision] = field(default_factory=dict)
    kept: list[tuple[str, bool, Sample]] = field(default_factory=list)  #: question, of the model's reading, sample

    def first(self, name: str, sample: Sample) -> None:
        """Fit on all but the held-out fifth, report on that.

        Where few are true the annotation is not complete: the bias is moved so that 'more likely than not' becomes the
        point of the best F1 on what was fitted.
        """
        self.kept.append((name, False, sample))
        penalty, least, rare = _FIRST[name]
        use = [not h for h in sample.held_out]
        decision = fit(sample, penalty=penalty, least=least, use=use)
        if rare:
            decision = balanced(decision, sample, use)
        print(report(name, sample, [(decision, sample.held_out)])[1], flush=True)
        self.by_name[name] = decision

    def again(self, name: str, sample: Sample) -> None:
        """Make the decision of all rows, which are of articles that the model has not seen; report by parts.

        Of several ways the one is taken that judges the parts best by what it made of the others.
        """
        self.kept.append((name, True, sample))
        tried = []
        for way in self._ways(name, sample):
            judged = [(way([not p for p in part]), part) for part in sample.parts(5)]
            f1, said = report(f"{name}, {getattr(way, 'func', way).__name__}", sample, judged)
            print(said, flush=True)
            tried.append((f1, way))
        best = max(tried, key=lambda t: t[0])[1]
        self.by_name[name] = best([True] * len(sample.rows))

    def _ways(self, name: str, sample: Sample) -> list[Callable[[Sequence[bool]], Decision]]:
        if name in {"show", "person"}:
            return [partial(accepted, sample, even=name == "show")]  # titles are listed by the dozen
        if name == "event-show":
            return [partial(read_alone, sample)]
        rare = name != f"role:{Role.ACTOR.value}"
        if name.startswith("main-"):
            beta = WRONG_IS_WORSE if name == "main-person" else 1.0
            return [partial(anew, sample, rare=True, signs=CENTRAL, even=True, beta=beta)]
        ways: list[Callable[[Sequence[bool]], Decision]] = [partial(weighed, self.by_name[name], sample, rare=rare)]
        if name != "plays":
            ways.append(partial(anew, sample, rare=rare))
        return ways

    def save(self, decisions: Path, samples: Path | None) -> None:
        decisions.write_text(rendered(self.by_name), "utf-8")
        if samples is not None:
            with gzip.GzipFile(samples, "wb", mtime=0) as file:
                for line in _written(self.kept):
                    file.write(line.encode())


def _written(kept: Sequence[tuple[str, bool, Sample]]) -> Iterable[str]:
    """A line for each sample, then its rows; questions about the same rows share them. Articles are numbers."""
    numbers: dict[str, int] = {}
    before: Sample | None = None
    for name, read, sample in kept:
        shared = before is not None and sample.rows == before.rows and sample.articles == before.articles
        labels = "".join("01"[label] for label in sample.labels)
        yield (
            json.dumps({"question": name, "read": read, "labels": labels, "rows": 0 if shared else len(sample.rows)})
            + "\n"
        )
        if not shared:
            for row, article, held_out in zip(sample.rows, sample.articles, sample.held_out, strict=True):
                number = numbers.setdefault(article, len(numbers))
                yield json.dumps([number, int(held_out), row], separators=(",", ":"), sort_keys=True) + "\n"
        before = sample


def load(path: Path) -> Iterable[tuple[str, bool, Sample]]:
    """Question, whether the rows are of the model's reading, and the sample; in the order they were taken."""
    rows: list[list[Any]] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            head = json.loads(line)
            if head["rows"]:
                rows = [json.loads(next(file)) for _ in range(head["rows"])]
            sample = Sample(
                [row for _, _, row in rows],
                [mark == "1" for mark in head["labels"]],
                [bool(held_out) for _, held_out, _ in rows],
                [str(number) for number, _, _ in rows],
            )
            yield head["question"], head["read"], sample


def rendered(table: Mapping[str, Decision]) -> str:
    rows = {name: {"bias": d.bias, "weights": dict(d.weights)} for name, d in sorted(table.items())}
    return json.dumps(rows, indent=0, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=Path, default=SAMPLES)
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    table = Table()
    for name, read, sample in load(given.samples):
        if read:
            table.again(name, sample)
        else:
            table.first(name, sample)
    table.save(given.out, None)


if __name__ == "__main__":
    main()
