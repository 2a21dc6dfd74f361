#!/bin/sh
# Makes feeder/tagging/model anew from training/data and prints the figures of MODEL_CARD.md. Run it in the project's folder.
set -eu
out=${1:-build/mention-model}
# three stretches, each with its own decay and fresh optimizer: warm restarts
python -m training.train "$out/first" --steps 200 --decay-over 675 --seed 1
python -m training.train "$out/second" --start "$out/first/network.pt" --steps 300 --rate 1.4e-4 --new-rate 7e-4 --seed 2
python -m training.train "$out/third" --start "$out/second/network.pt" --steps 380 --rate 1.4e-4 --new-rate 7e-4 --seed 3
python -m training.export "$out/third/network.pt" feeder/tagging/model
python -m training.evaluate feeder/tagging/model
