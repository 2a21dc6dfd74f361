"""Secrets in the text of a config.toml, for copies that must not have them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

#: Keys of config.toml whose values are nobody else's business.
SECRET_KEYS = frozenset({"secret", "password", "token"})
#: Stands in a copy where a secret was.
REMOVED = "removed-from-backup"


def _secrets(text: str) -> Iterator[tuple[str, str]]:
    """(key, value) of every secret in the text of a config.toml, as it is written there."""

    def within(table: object) -> Iterator[tuple[str, str]]:
        values = table.items() if isinstance(table, dict) else ()
        for key, value in values:
            for one in value if isinstance(value, list) else (value,):
                if isinstance(one, str) and key in SECRET_KEYS:
                    yield key, one
                yield from within(one)

    yield from within(tomllib.loads(text))


def without_secrets(text: str) -> str:
    """Its comments and all else as they were."""
    for _, secret in set(_secrets(text)):
        if secret and not secret.startswith(("file:", "${")):
            text = text.replace(secret, REMOVED)
    return text


def with_any_secrets(text: str) -> str:
    """With a key that anybody may know in place of each: to be read for everything else."""
    for key, secret in set(_secrets(text)):
        if secret:
            text = text.replace(secret, f"whsec_{'A' * 40}" if key == "secret" else "")
    return text


def secret_files(text: str, folder: Path) -> tuple[Path, ...]:
    """Of the text of a config.toml in `folder`, in order."""
    names = dict.fromkeys(secret.removeprefix("file:") for _, secret in _secrets(text) if secret.startswith("file:"))
    return tuple((folder / Path(name)).resolve() for name in names)
