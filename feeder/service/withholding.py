"""Secrets in the text of a config.toml: left out of copies that must not have them, and not for everybody to read."""

from __future__ import annotations

import stat
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import tomlkit

from feeder.model import EndpointKind

#: Keys of config.toml whose values are nobody else's business.
SECRET_KEYS = frozenset({"secret", "password", "token", "heartbeat"})
#: Stands in a copy where a secret was.
REMOVED = "removed-from-backup"

#: Endpoints whose address is a password in itself: whoever has it may write there.
_CHATS = frozenset({EndpointKind.SLACK, EndpointKind.DISCORD, EndpointKind.TEAMS, EndpointKind.MATTERMOST})
_SECRET_ADDRESSES = _CHATS | {EndpointKind.APPRISE}
_REFERENCES = ("file:", "${")

_Table = MutableMapping[str, Any]


def holds_secrets(text: str) -> bool:
    """Whether they are in it themselves, not only where they are to be found."""
    return without_secrets(text) != text


def without_secrets(text: str) -> str:
    """Its comments and all else as they were."""
    secrets = {value for *_, value in _secrets(tomlkit.parse(text)) if value and not value.startswith(_REFERENCES)}
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, REMOVED)
    return text


def with_any_secrets(text: str) -> str:
    """With one that anybody may know in place of each: to be read for everything else."""
    document = tomlkit.parse(text)
    for table, key, value in list(_secrets(document)):
        if value:
            table[key] = _anything(table, key)
    return tomlkit.dumps(document)


def secret_files(text: str, folder: Path) -> tuple[Path, ...]:
    """Of the text of a config.toml in `folder`, in order."""
    found = (value for *_, value in _secrets(tomlkit.parse(text)) if value.startswith("file:"))
    return tuple((folder / Path(name.removeprefix("file:"))).resolve() for name in dict.fromkeys(found))


def exposed(config: Path) -> tuple[Path, ...]:
    """Files with secrets of an installation, config.toml and those it names, that everybody here may read."""
    try:
        text = config.read_text("utf-8-sig")
        holds_any = holds_secrets(text)
        named = secret_files(text, config.parent)
    except (OSError, ValueError):  # whoever needs it will say what is wrong with it
        return ()
    return tuple(filter(_is_open, (*((config,) if holds_any else ()), *named)))


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False


def _secrets(table: _Table) -> Iterator[tuple[_Table, str, str]]:
    """(table, key, value) of every secret, as it is written there."""
    for key, value in table.items():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, MutableMapping):
                yield from _secrets(one)
            elif isinstance(one, str) and _is_secret(table, key, one):
                yield table, key, str(one)


def _is_secret(table: _Table, key: str, value: str) -> bool:
    if key == "url":
        return table.get("kind") in _SECRET_ADDRESSES or value.startswith(_REFERENCES)
    return key in SECRET_KEYS


def _anything(table: _Table, key: str) -> str:
    kind = table.get("kind")
    match key:
        case "secret":
            return f"whsec_{'A' * 40}"
        case "url":
            return {"apprise": "gotify://removed.invalid/x", "email": "smtps://removed.invalid"}.get(
                str(kind), "https://removed.invalid/x"
            )
        case "token" if kind == EndpointKind.TELEGRAM:
            return f"1:{'A' * 30}"
        case "token" | "password" if "name" in table:  # of an endpoint, which may not do without
            return REMOVED
        case _:
            return ""
