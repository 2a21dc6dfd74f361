"""A new installation: config.toml, its folders, and what nobody else may have: an authority and a key for webhooks."""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feeder import config, resources
from feeder.config import Settings
from feeder.config.file import DEFAULT_AUTHORITY
from feeder.errors import ConfigError

_KEY_FILE = "webhook.secret"
_KEY_SETTING = '# secret = "${FEEDER_WEBHOOK_SECRET}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What is there now."""

    settings: Settings
    created: tuple[Path, ...]  #: files and folders that were not there before, in the order they were made


def create(folder: Path, *, now: datetime) -> Installation:
    """Write a commented config.toml and create what it speaks of. Overwrites nothing.

    Raises ConfigError where a config.toml is there already or the folder cannot be written.
    """
    target = folder.absolute() / "config.toml"
    created: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        secret = target.with_name(_KEY_FILE)
        _write_new(target, _own_config(now))
        created.append(target)
        if not secret.exists():
            _write_new(secret, f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}\n", private=True)
            created.append(secret)
        settings = config.load(target)
        for place in (settings.source_folder, settings.state_folder, settings.output_folder):
            if not place.exists():
                place.mkdir(parents=True)
                created.append(place)
    except FileExistsError:
        raise ConfigError(f"{target} is there already; feeder init never overwrites one") from None
    except OSError as error:
        raise ConfigError(f"{error.filename}: cannot be created: {error.strerror}") from None
    return Installation(settings=settings, created=tuple(created))


def _own_config(now: datetime) -> str:
    """The shipped file with an authority that nobody else has (RFC 4151; .invalid belongs to nobody: RFC 2606)."""
    text = resources.config().read_text("utf-8")
    authority = f"feeder-{secrets.token_hex(8)}.invalid,{now:%Y-%m-%d}"
    for old, new in (
        (f'"{DEFAULT_AUTHORITY}"', f'"{authority}"'),
        (_KEY_SETTING, f'secret = "file:{_KEY_FILE}"'),
    ):
        if text.count(old) != 1:
            raise ConfigError(f"the config.toml that comes with feeder lacks {old}: install feeder again")
        text = text.replace(old, new)
    return text


def _write_new(path: Path, text: str, *, private: bool = False) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644), "w") as file:
        file.write(text)
