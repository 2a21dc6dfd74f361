"""The decisions that ship follow from the samples that ship, and samples come back as they were written."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeder.tagging.decisions import Decision, parse, shipped
from training.decide import OUT, SAMPLES, Table, load, rendered
from training.logistic import Sample

NAMES = st.text(string.ascii_lowercase + ":-", min_size=1, max_size=12)
ROWS = st.dictionaries(NAMES, st.floats(-8, 8).map(lambda v: round(v, 4)).filter(bool), max_size=4)


@pytest.mark.parametrize(("question", "read"), [("same-show", False), ("event-show", True)])
def test_the_shipped_decisions_are_what_the_shipped_samples_come_to(question: str, read: bool) -> None:
    table = Table()
    sample = next(s for name, of_reading, s in load(SAMPLES) if (name, of_reading) == (question, read))
    (table.again if read else table.first)(question, sample)
    made, ships = table.by_name[question], shipped()[question]
    assert made.weights.keys() == ships.weights.keys()
    assert made.bias == pytest.approx(ships.bias, abs=0.02)
    assert dict(made.weights) == pytest.approx(dict(ships.weights), abs=0.02)  # sums differ by processor


def test_every_shipped_decision_has_its_samples() -> None:
    assert {name for name, _, _ in load(SAMPLES)} == set(json.loads(OUT.read_text("utf-8")))


@settings(max_examples=30)
@given(st.lists(st.tuples(ROWS, st.booleans(), st.booleans(), st.sampled_from("abc")), min_size=1, max_size=8))
def test_samples_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[dict[str, float], bool, bool, str]]
) -> None:
    first, second = Sample(), Sample()
    for row, label, held_out, article in rows:
        first.add(row, label, article=article, held_out=held_out)
        second.add(row, not label, article=article, held_out=held_out)
    table = Table(kept=[("role:actor", False, first), ("role:host", True, second)])
    file = tmp_path_factory.mktemp("samples") / "samples.jsonl.gz"
    table.save(file.with_name("decisions.json"), file)
    found = list(load(file))
    assert [(name, read) for name, read, _ in found] == [("role:actor", False), ("role:host", True)]
    for (_, _, sample), written in zip(found, (first, second), strict=True):
        assert (sample.rows, sample.labels, sample.held_out) == (written.rows, written.labels, written.held_out)
        assert [a == sample.articles[0] for a in sample.articles] == [
            a == written.articles[0] for a in written.articles
        ]


def test_decisions_are_read_back_as_they_were_rendered(tmp_path: Path) -> None:
    table = {"show": Decision(-1.25, {"headline": 2.0, "read:é": -0.5}), "person": Decision(0.0, {})}
    file = tmp_path / "decisions.json"
    file.write_text(rendered(table), "utf-8")
    assert parse(file.read_text("utf-8")).by_name == table
