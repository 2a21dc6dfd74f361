"""What only the owner may do, and how the owner is recognised. Pages and API call these functions.

Each fact has one home: watches are in config.toml, corrections and the catalog in files of their own, messages in the
store.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

from feeder import config
from feeder.config import Owner, Settings
from feeder.errors import CorrectionsError
from feeder.model import Correction, TagKind, Verdict
from feeder.service import clock, correcting
from feeder.service.app import App

_LOG2_COST, _BLOCK, _LANES = 15, 8, 1  # 32 MB and a tenth of a second
_MEMORY = 256 * 1024 * 1024  # bytes that a hash of the configuration may ask for


def hash_password(password: str) -> str:
    """For [owner] password: "scrypt:15:8:1:<salt>:<key>" (RFC 7914)."""
    salt = secrets.token_bytes(16)
    key = _scrypt(password, salt, _LOG2_COST, _BLOCK, _LANES)
    return ":".join(("scrypt", *map(str, (_LOG2_COST, _BLOCK, _LANES)), *(map(_base64, (salt, key)))))


def recognised(owner: Owner, secret: str) -> bool:
    """Whether it is the owner's password or token. Takes as long for a wrong one as for the right one."""
    return _is_token(owner, secret) | _is_password(owner, secret)


def is_token(owner: Owner, secret: str) -> bool:
    """Whether it is the owner's token: quick, for every request of a program."""
    return _is_token(owner, secret)


def _is_token(owner: Owner, secret: str) -> bool:
    known, given = (hashlib.sha256(it.encode("utf-8", "surrogatepass")).digest() for it in (owner.token, secret))
    return bool(owner.token) & hmac.compare_digest(known, given)


def _is_password(owner: Owner, secret: str) -> bool:
    if not owner.password:
        return False
    _, cost, block, lanes, salt, key = owner.password.split(":")
    given = _scrypt(secret, base64.b64decode(salt), int(cost), int(block), int(lanes))
    return hmac.compare_digest(given, base64.b64decode(key))


def _scrypt(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    data = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(data, salt=salt, n=1 << cost, r=block, p=lanes, maxmem=_MEMORY, dklen=32)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def watch(settings: Settings, table: Mapping[str, object], *, replacing: str | None = None) -> Mapping[str, object]:
    """From the next build on; see `config.write_watch`. The table as it is now. Raises ConfigError, WatchError."""
    after = config.write_watch(settings.path, table, replacing=replacing)
    name = " ".join(str(table["name"]).split())
    return config.watch_table(next(it for it in after.watches if it.name == name), after)


def unwatch(settings: Settings, name: str) -> None:
    """Raises ConfigError."""
    config.remove_watch(settings.path, name)


def correct(app: App, entry_id: str, *, kind: TagKind, name: str, verdict: str) -> None:
    """`verdict`: "reject", "accept", "main" or "passing"; for this article. Raises CorrectionsError."""
    remembered = app.store.remembered(entry_id)
    if remembered is None or remembered.withdrawn is not None:
        raise CorrectionsError("There is no such article any more.")
    if verdict not in ("reject", "accept", "main", "passing"):
        raise CorrectionsError(f"{verdict!r} says nothing about a tag.")
    said = Correction(
        verdict=Verdict.REJECT if verdict == "reject" else Verdict.ACCEPT,
        kind=kind,
        name=name,
        main={"main": True, "passing": False}.get(verdict),
    )
    correcting.correct(app.settings, (said,), article=remembered.stored.entry.article.key, now=clock.wall())


def replay(app: App, delivery_ids: Sequence[str]) -> int:
    """Send these again that are dead or held; how many. Raises StateError."""
    return sum(app.store.outbox.replay(it, now=clock.now()) for it in delivery_ids)
