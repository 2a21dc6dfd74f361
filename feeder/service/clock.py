"""The only reader of the clock. Everything else is told what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def wall() -> float:
    """Seconds since 1970, with fractions; goes back when somebody sets the clock."""
    return time.time()


def monotonic() -> float:
    """Seconds since some moment; never goes back."""
    return time.monotonic()


def wait(seconds: float) -> None:
    time.sleep(seconds)
