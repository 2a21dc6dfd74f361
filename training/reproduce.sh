#!/bin/sh
# Makes feeder/tagging/model and decisions.json anew from training/data and prints the figures of MODEL_CARD.md. Run it in the project's folder.
set -eu
out=${1:-build/mention-model}
# two stretches, each with its own decay and fresh optimizer: a warm restart
python -m training.train "$out/first" --half --batch 16 --steps 2000 --rate 2e-4 --seed 1
python -m training.train "$out/second" --half --batch 16 --steps 2000 --rate 1.6e-4 --start "$out/first/network.pt" --seed 2
python -m training.export "$out/second/network.pt" feeder/tagging/model
python -m training.decide
python -m training.evaluate feeder/tagging/model
