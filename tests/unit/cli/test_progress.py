"""A bar for whoever waits at a terminal, and for nobody else."""

from __future__ import annotations

import os
import pty
import re
import sys

import pytest

from feeder.cli.progress import Bar


def drawn(monkeypatch: pytest.MonkeyPatch, *, shown: bool, patience: float) -> str:
    """What a terminal shows of some work, without its control sequences."""
    ours, theirs = pty.openpty()
    with monkeypatch.context() as patched, os.fdopen(theirs, "w") as stream:
        patched.setenv("TERM", "xterm")
        patched.setattr(sys, "stderr", stream)
        work(Bar(shown=shown, patience=patience))
        stream.flush()
        os.set_blocking(ours, False)
        try:
            raw = os.read(ours, 100_000).decode()
        except BlockingIOError:
            raw = ""
    os.close(ours)
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", raw)


def work(bar: Bar) -> None:
    with bar:
        for done in range(4):
            bar("reading", done, 3)
        bar("publishing", 0, 7)


def test_long_work_shows_how_far_it_is(monkeypatch):
    shown = drawn(monkeypatch, shown=True, patience=0)
    assert re.search(r"reading .* 3/3", shown)
    assert re.search(r"publishing .* 0/7", shown)


@pytest.mark.parametrize(("shown", "patience"), [(False, 0.0), (True, 60.0)], ids=["quiet", "quick work"])
def test_nothing_is_drawn_for_nobody_or_for_quick_work(monkeypatch, shown, patience):
    assert drawn(monkeypatch, shown=shown, patience=patience) == ""


def test_a_log_file_gets_no_bar(capsys):
    work(Bar(shown=True, patience=0))
    assert capsys.readouterr() == ("", "")
