"""Write a trained network as the model folder that feeder ships.

usage: python -m training.export NETWORK.pt FOLDER [--precision int8|float32]

int8: matrices by channel, embeddings by tensor, activations at run time (ONNX Runtime's dynamic quantisation).
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from feeder.tagging.features import FLAGS, SHAPES
from feeder.tagging.mentions import DESCRIPTION, NETWORK, TOKENIZER, Said, described
from training.network import BASE, Network, tokenizer

_INPUTS = ["ids", "shapes", "segments", "flags"]
NOTICE = Path(__file__).parent / "NOTICE"


class Reader(nn.Module):
    """One window, unpadded: what the reader calls."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, shapes: Tensor, segments: Tensor, flags: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        out = self.network(ids, shapes, segments, flags)
        return out.labels.softmax(-1), out.answers, out.plays


def export(weights: Path, folder: Path, *, precision: str) -> None:
    network = Network()
    network.load_state_dict(torch.load(weights, weights_only=True))
    reader = Reader(network).eval()
    folder.mkdir(parents=True, exist_ok=True)
    sample = torch.ones((1, 12), dtype=torch.long)
    with tempfile.TemporaryDirectory() as scratch:
        full, prepared = Path(scratch) / "full.onnx", Path(scratch) / "prepared.onnx"
        torch.onnx.export(
            reader,
            (sample, sample, sample, torch.zeros((1, 12, FLAGS))),
            str(full),
            input_names=_INPUTS,
            output_names=list(Said._fields),
            dynamic_axes={name: {1: "pieces"} for name in [*_INPUTS, *Said._fields]},
            opset_version=17,
            dynamo=False,
        )
        _check(reader, full)
        if precision == "int8":
            quant_pre_process(str(full), str(prepared), skip_symbolic_shape=True)
            quantize_dynamic(
                str(prepared), str(folder / NETWORK), per_channel=True, reduce_range=False, weight_type=QuantType.QInt8
            )
        else:
            shutil.copy(full, folder / NETWORK)
    tokenizer().save(str(folder / TOKENIZER), pretty=False)
    (folder / DESCRIPTION).write_text(json.dumps(described(precision), indent=1) + "\n", "utf-8")
    shutil.copy(NOTICE, folder / "NOTICE")
    size = sum(p.stat().st_size for p in folder.iterdir()) / 1e6
    print(f"{folder}: {size:.1f} MB from {weights.name}, {BASE.name} tokenizer")


def _check(reader: Reader, exported: Path) -> None:
    """The exported graph must say what the network says, at lengths it was not traced with."""
    session = onnxruntime.InferenceSession(str(exported), providers=["CPUExecutionProvider"])
    for pieces in (3, 40, 226):
        inputs = [torch.randint(1, top, (1, pieces)) for top in (20_000, SHAPES, 2)]
        inputs.append((torch.rand(1, pieces, FLAGS) < 0.1).float())
        with torch.no_grad():
            expected = reader(*inputs)
        got = session.run(None, {name: x.numpy() for name, x in zip(_INPUTS, inputs, strict=True)})
        for have, want in zip(got, expected, strict=True):
            torch.testing.assert_close(torch.from_numpy(have), want, atol=1e-4, rtol=1e-3)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("network", type=Path)
    options.add_argument("folder", type=Path)
    options.add_argument("--precision", choices=("int8", "float32"), default="int8")
    given = options.parse_args()
    export(given.network, given.folder, precision=given.precision)


if __name__ == "__main__":
    main()
