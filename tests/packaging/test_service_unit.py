"""The systemd unit keeps feeder away from the rest of the machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "deploy" / "feeder.service"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_the_unit_exposes_no_more_than_it_did() -> None:
    """systemd counts from 0 (safe) to 10; a bare unit has 9.2."""
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", UNIT],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert rated.returncode == 0, rated.stdout[-500:] + rated.stderr
    assert "Overall exposure level" in rated.stdout
