"""The list of faults has all of them, and names tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("README.md").read_text("utf-8")
#: How many rows of each letter the table has: crashes, receivers, input, time, configuration, serving.
ROWS = {"C": 18, "N": 22, "I": 16, "T": 6, "S": 4, "H": 7}
NAMED = sorted(set(re.findall(r"(tests/\S+\.py)::(test_\w+)", LIST)))


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _, name in NAMED])
def test_a_fault_that_is_listed_is_tested(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_one_of_the_73_faults_is_listed_with_its_test() -> None:
    listed = set(re.findall(r"^\| ([A-Z]\d+) \|[^|]+\| tests/\S+\.py::test_\w+ \|$", LIST, re.MULTILINE))
    assert listed == {f"{letter}{number}" for letter, count in ROWS.items() for number in range(1, count + 1)}
    assert len(listed) == 73


def test_a_test_that_is_named_after_a_fault_is_listed() -> None:
    """One that is not could be taken away without anybody's notice."""
    folder = Path(__file__).parent
    there = {
        (path.relative_to(ROOT).as_posix(), node.name)
        for path in folder.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and re.match(r"test_[a-z]\d+_", node.name)
    }
    assert len(there) >= 50
    assert there <= set(NAMED)
