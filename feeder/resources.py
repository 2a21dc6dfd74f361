"""Files that are shipped beside the code: templates/ and config.toml.

A wheel carries them in feeder/_shipped/; a checkout has them at its top level, where people edit them.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_PLACES = (_PACKAGE / "_shipped", _PACKAGE.parent)


def _find(name: str) -> Path:
    for place in _PLACES:
        if (place / name).exists():
            return place / name
    raise FileNotFoundError(
        f"{name} is missing beside {_PACKAGE}: the installation is incomplete, install feeder again"
    )


def templates() -> Path:
    """The folder of the templates that feeder comes with."""
    return _find("templates")


def config() -> Path:
    """The commented config.toml that `feeder init` writes."""
    return _find("config.toml")
