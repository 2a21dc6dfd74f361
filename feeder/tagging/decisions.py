"""Learned weights: every yes-or-no of this room is a logistic model over named features.

`decisions.json` holds, for each question, a bias and one weight a feature, in log-odds, fitted by
`training/fit_decisions.py`. A feature without a weight counts nothing. Features are numbers, most of them 0 or 1.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Decision:
    """One fitted question."""

    bias: float
    weights: Mapping[str, float]

    def log_odds(self, features: Features) -> float:
        total = self.bias
        weights = self.weights
        for name, value in features.items():
            weight = weights.get(name)
            if weight is not None:
                total += weight * value
        return max(-30.0, min(30.0, total))

    def probability(self, features: Features) -> float:
        return 1.0 / (1.0 + math.exp(-self.log_odds(features)))

    def reasons(self, features: Features, *, limit: int = 3) -> tuple[str, ...]:
        """The features that spoke for 'yes' the loudest, loudest first."""
        found = [(self.weights.get(n, 0.0) * v, n) for n, v in features.items()]
        return tuple(n for gain, n in sorted(found, key=lambda f: (-f[0], f[1]))[:limit] if gain > 0)


@dataclass(frozen=True, slots=True)
class Decisions:
    """All fitted questions, by name: `show`, `person`, `main-show`, `plays`, `role:actor`, `event:casting`, ..."""

    by_name: Mapping[str, Decision]

    def __getitem__(self, name: str) -> Decision:
        return self.by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self.by_name


def parse(text: str) -> Decisions:
    table = json.loads(text)
    return Decisions({name: Decision(row["bias"], row["weights"]) for name, row in table.items()})


@cache
def shipped() -> Decisions:
    """The weights that come with feeder; read once."""
    return parse(files(__package__).joinpath("decisions.json").read_text("utf-8"))
