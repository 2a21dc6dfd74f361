"""Logistic regression over named features: samples, fitting, and how well a decision does.

An L2 penalty, Newton steps on numpy arrays; the objective is convex, so the result does not depend on a seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from feeder.tagging.decisions import Decision


@dataclass
class Sample:
    """Rows of one question."""

    rows: list[dict[str, float]] = field(default_factory=list)
    labels: list[bool] = field(default_factory=list)
    held_out: list[bool] = field(default_factory=list)
    articles: list[str] = field(default_factory=list)  #: ids

    def add(self, row: Mapping[str, float], label: bool, *, article: str, held_out: bool) -> None:
        """Four digits of each number are kept: samples are written down, and must be the same when read again."""
        self.rows.append({k: round(v, 4) for k, v in row.items() if v})
        self.labels.append(label)
        self.held_out.append(held_out)
        self.articles.append(article)

    def evenly(self) -> NDArray[np.float64]:
        """Weights by which every article counts the same, however many names it lists; 1 on average."""
        counts = Counter(self.articles)
        weights = np.array([1 / counts[a] for a in self.articles])
        return weights / weights.mean() if len(weights) else weights

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
    signs: Mapping[str, int] | None = None,
    even: bool = False,
) -> Decision:
    """Weights for features that occur `least` times or more among the used rows.

    `signs`: on which side of 0 a weight may be, by what its feature means. One that comes out on the other side is left
    out and the rest fitted anew, until none does: the articles are too few and too short to be believed on that.
    `even`: see Sample.evenly.
    """
    decision = _fit(sample, penalty=penalty, least=least, use=use, even=even)
    while wrong := {k for k, w in decision.weights.items() if w * (signs or {}).get(k, 0) < 0}:
        rows = [{k: v for k, v in row.items() if k not in wrong} for row in sample.rows]
        sample = replace(sample, rows=rows)
        decision = _fit(sample, penalty=penalty, least=least, use=use, even=even)
    return decision


def _fit(sample: Sample, *, penalty: float, least: int, use: Sequence[bool], even: bool) -> Decision:
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
    share = sample.evenly()[np.array(use, dtype=bool)] if even else np.ones(len(rows))
    w = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], penalty)
    ridge[-1] = 0.01
    rate = min(max(float(y.mean()), 1e-3), 1 - 1e-3) if len(y) else 0.5
    w[-1] = np.log(rate / (1 - rate))
    loss = _loss(x, y, w, ridge, share)
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (share * (p - y)) + ridge * w
        hessian = (x * (share * p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        # where the curve is flat a whole Newton step overshoots: halve it until the loss falls
        while size > 1e-6 and (new := _loss(x, y, w - size * step, ridge, share)) > loss:
            size /= 2
        w = w - size * step
        if loss - new < 1e-4:
            break
        loss = new
    weights = {k: round(float(w[i]), 3) for k, i in index.items() if abs(w[i]) >= 0.02}
    return Decision(round(float(w[-1]), 3), weights)


def _loss(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    w: NDArray[np.float64],
    ridge: NDArray[np.float64],
    share: NDArray[np.float64],
) -> float:
    """Negative log-likelihood with the penalty."""
    z = x @ w
    return float(np.sum(share * (np.logaddexp(0, z) - y * z)) + 0.5 * np.sum(ridge * w * w))


def balanced(
    decision: Decision, sample: Sample, use: Sequence[bool], *, even: bool = False, beta: float = 1.0
) -> Decision:
    """The same weights with the bias at which F-beta over the used rows is best; midway between two rows.

    Below 1 a wrong yes counts for more than a missed one. `even`: see Sample.evenly.
    """
    share = sample.evenly() if even else np.ones(len(sample.rows))
    rows = zip(sample.rows, sample.labels, share, use, strict=True)
    scored = sorted(((decision.probability(r), label, float(s)) for r, label, s, u in rows if u), reverse=True)
    total = sum(s for _, label, s in scored if label)
    best, cut, hits, said = 0.0, 0.5, 0.0, 0.0
    for n, (p, label, s) in enumerate(scored, start=1):
        hits += s * label
        said += s
        f = (1 + beta**2) * hits / (said + beta**2 * total)
        if f > best and p > 0.1:
            best, cut = f, (p + (scored[n][0] if n < len(scored) else 0.0)) / 2
    cut = min(max(cut, 0.1), 0.8)
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
