"""Train the mention model.

usage: python -m training.train OUT_FOLDER [--epochs N | --steps N] [--start NETWORK.pt] [--seed N] [--everything]

Reads training/data only. A fifth of the articles is held out of training; `--everything` trains on them too. Writes
OUT_FOLDER/network.pt at the end and OUT_FOLDER/step-N.pt on the way.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import torch
from torch import nn

from feeder import catalog
from training.annotated import DATA, load
from training.augment import Augmenter
from training.examples import Example, Truth, batches, collate, example, without_case
from training.losses import losses, total
from training.network import Network, tokenizer


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("out", type=Path)
    options.add_argument("--epochs", type=int, default=9)
    options.add_argument("--steps", type=int, help="so many steps, whatever the epochs")
    options.add_argument("--decay-over", type=int, help="the rate falls to zero at this step, by default the last")
    options.add_argument("--start", type=Path, help="weights to go on from, with a fresh optimizer")
    options.add_argument("--batch", type=int, default=12)
    options.add_argument("--rate", type=float, default=2e-4, help="peak learning rate of the encoder")
    options.add_argument("--new-rate", type=float, default=1e-3, help="peak learning rate of the new layers")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--save-every", type=int, default=100)
    options.add_argument(
        "--half", action="store_true", help="multiply in bfloat16: twice as fast where the processor can"
    )
    options.add_argument("--everything", action="store_true")
    given = options.parse_args()

    torch.manual_seed(given.seed)
    torch.set_num_threads(given.threads)
    rng = random.Random(given.seed)
    given.out.mkdir(parents=True, exist_ok=True)

    articles = [a for a in load(sorted(DATA.glob("*.ann"))) if given.everything or not a.held_out]
    truths = [Truth.of(a) for a in articles]
    known = catalog.load()
    tok, augmenter, network = tokenizer(), Augmenter(articles, rng, known), Network()
    if given.start:
        fresh = network.load_state_dict(torch.load(given.start, weights_only=True), strict=False)
        print(f"new layers: {', '.join(fresh.missing_keys) or 'none'}", flush=True)

    def epoch() -> list[list[Example]]:
        rows = [
            example(augmenter.variant(a), truth, tok, known, hide=0.3, rng=rng)
            for a, truth in zip(articles, truths, strict=True)
        ]
        return batches([without_case(row, rng, share=0.08) for row in rows], given.batch, rng)

    groups = epoch()
    steps = given.steps or given.epochs * len(groups)
    print(f"{len(articles)} articles, {len(groups)} steps an epoch, {steps} steps", flush=True)

    weights = [(n, p) for n, p in network.named_parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for n, p in weights if n.startswith("encoder.")], "lr": given.rate},
            {"params": [p for n, p in weights if not n.startswith("encoder.")], "lr": given.new_rate},
        ],
        weight_decay=0.01,
    )
    end = given.decay_over or steps
    warm = max(1, end // 15)

    def pace(done: int) -> float:
        return min((done + 1) / warm, max(0.0, (end - done) / (end - warm)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, pace)
    network.train()
    began, step = time.monotonic(), 0
    smooth: dict[str, float] = {}
    while step < steps:
        for group in groups[: steps - step]:
            batch = collate(group, tok)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=given.half):
                out = network(batch.ids, batch.shapes, batch.segments, batch.flags, batch.mask)
            found = losses(out, batch)
            optimizer.zero_grad()
            total(found).backward()
            nn.utils.clip_grad_norm_([p for _, p in weights], 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            for name, value in found.items():
                smooth[name] = 0.95 * smooth.get(name, value.item()) + 0.05 * value.item()
            if step % 10 == 0 or step == steps:
                parts = " ".join(f"{name} {value:.4f}" for name, value in sorted(smooth.items()))
                print(f"step {step}/{steps} {parts} {time.monotonic() - began:.0f} s", flush=True)
            if step % given.save_every == 0:
                torch.save(network.state_dict(), given.out / f"step-{step}.pt")
        groups = epoch()
    torch.save(network.state_dict(), given.out / "network.pt")


if __name__ == "__main__":
    main()
