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

from training.annotated import DATA, flatten, load
from training.augment import Augmenter
from training.examples import IGNORED, batches, collate, examples, without_case
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
    options.add_argument("--everything", action="store_true")
    given = options.parse_args()

    torch.manual_seed(given.seed)
    torch.set_num_threads(given.threads)
    rng = random.Random(given.seed)
    given.out.mkdir(parents=True, exist_ok=True)

    articles = [a for a in load(sorted(DATA.glob("*.ann"))) if given.everything or not a.held_out]
    tok, augmenter, network = tokenizer(), Augmenter(articles, rng), Network()
    if given.start:
        network.load_state_dict(torch.load(given.start, weights_only=True))
    per_epoch = sum(1 for a in articles for _ in examples(flatten(a), tok)) // given.batch + 1
    steps = given.steps or given.epochs * per_epoch
    print(f"{len(articles)} articles, {per_epoch} steps an epoch, {steps} steps", flush=True)

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
    loss_of = nn.CrossEntropyLoss(ignore_index=IGNORED)

    network.train()
    began, step, smooth = time.monotonic(), 0, 0.0
    while step < steps:
        rows = [
            without_case(row, rng, share=0.08) for a in articles for row in examples(flatten(augmenter.variant(a)), tok)
        ]
        for group in batches(rows, given.batch, rng):
            if step == steps:
                break
            batch = collate(group, tok)
            logits = network(batch.ids, batch.shapes, batch.segments, batch.mask)
            loss = loss_of(logits.flatten(0, 1), batch.labels.flatten())
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([p for _, p in weights], 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            smooth = loss.item() if step == 1 else 0.95 * smooth + 0.05 * loss.item()
            if step % 10 == 0 or step == steps:
                print(f"step {step}/{steps} loss {smooth:.4f} {time.monotonic() - began:.0f} s", flush=True)
            if step % given.save_every == 0:
                torch.save(network.state_dict(), given.out / f"step-{step}.pt")
    torch.save(network.state_dict(), given.out / "network.pt")


if __name__ == "__main__":
    main()
