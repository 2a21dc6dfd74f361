"""What the network is trained for: to name spans, and to answer for names by all their mentions in an article.

What is true of a name shows at some of its mentions only. Their log-odds are pooled with log-sum-exp, so that one
mention that says it is enough (multiple-instance learning: Dietterich et al., 1997).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from feeder.tagging.reading import AT_ALL, OF_IT, PARTS, PLAYS_BIAS, ROLES
from training.examples import IGNORED, Batch
from training.network import Output

#: How much each question counts beside the naming of spans.
_WEIGHTS = {"central": 0.3, "roles": 0.15, "events": 0.25, "untied": 0.1, "told": 0.15, "plays": 0.3}


def pooled(values: Tensor, groups: Tensor, count: int) -> Tensor:
    """Log-sum-exp of the rows of `values` [n, k] in each group -> [count, k]; very low where a group is empty."""
    index = groups[:, None].expand_as(values)
    top = torch.full((count, values.shape[1]), -1e4).scatter_reduce(0, index, values, "amax")
    total = torch.zeros_like(top).scatter_add(0, index, (values - top[groups]).exp())
    return top + total.clamp_min(1e-6).log()


def losses(out: Output, batch: Batch) -> dict[str, Tensor]:
    """Each question's mean loss; `names` for the spans."""
    labels, answers, plays = (part.float() for part in out)
    found = {"names": cross_entropy(labels.flatten(0, 1), batch.labels.flatten(), ignore_index=IGNORED)}
    whole = pooled(answers[:, 0], batch.articles, len(batch.untied))
    for name, which, truth in (("untied", OF_IT, batch.untied), ("told", AT_ALL, batch.told)):
        found[name] = binary_cross_entropy_with_logits(whole[:, which], truth, reduction="none").sum(1).mean()
    if len(batch.central):
        at = answers[batch.place_window, batch.place_piece]
        by_name = pooled(at, batch.place_entity, len(batch.central))
        found["central"] = _masked(by_name[:, :1], batch.central[:, None])
        found["roles"] = _masked(by_name[:, 1 : 1 + len(ROLES)], batch.roles)
        found["events"] = _masked(by_name[:, OF_IT], batch.events)
    if len(batch.plays):
        vectors = plays[batch.place_window, batch.place_piece]
        actor, part = vectors[batch.pair_person, :PARTS], vectors[batch.pair_character, PARTS:]
        score = (actor * part).sum(1, keepdim=True) + PLAYS_BIAS
        pairs = pooled(score, batch.pair, len(batch.plays))
        found["plays"] = binary_cross_entropy_with_logits(pairs[:, 0], batch.plays)
    return found


def total(found: dict[str, Tensor]) -> Tensor:
    return torch.stack([value * _WEIGHTS.get(name, 1.0) for name, value in found.items()]).sum()


def _masked(logits: Tensor, target: Tensor) -> Tensor:
    """Summed over the questions, averaged over the names of which the answer is known."""
    known = target >= 0
    each = binary_cross_entropy_with_logits(logits, target.clamp_min(0), reduction="none") * known
    return each.sum() / known[:, 0].sum().clamp_min(1)
