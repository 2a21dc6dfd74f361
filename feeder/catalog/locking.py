"""Whoever changes the owner's catalog folder does it alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from feeder import durable
from feeder.errors import CatalogError


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Create the folder if it is not there, and hold its lock. Raises CatalogError when another process has it."""
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(durable.alone(folder, wait=False))
        except BlockingIOError as error:  # an import may take hours
            raise CatalogError(f"{folder}: another process is changing the catalog; wait until it is done") from error
        except OSError as error:
            raise CatalogError(durable.refusal(folder, error)) from error
        yield
