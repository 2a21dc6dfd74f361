"""Signatures by Standard Webhooks 1.0.0: v1 (HMAC-SHA256) and v1a (ed25519)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

#: Bytes of an HMAC key (Standard Webhooks 1.0.0).
SHORTEST_KEY, LONGEST_KEY = 24, 64
#: Bytes of the seed of an ed25519 key (RFC 8032).
SEED = 32


def sign(
    *,
    message_id: str,
    attempted: datetime,
    body: bytes,
    secrets: Sequence[bytes],
    signing_keys: Sequence[bytes] = (),
) -> dict[str, str]:
    """The three headers of one attempt; `attempted` is its own time, not that of the event.

    Each key gives a signature, in the order of `secrets` (v1) and then of `signing_keys` (v1a): during a rotation a
    receiver accepts the old or the new one. Raises ValueError where no key is given, a key has the wrong length, the id
    holds a dot, or ed25519 is asked for without the package that knows it.
    """
    if not (secrets or signing_keys):
        raise ValueError("there is no secret to sign with")
    if any(not SHORTEST_KEY <= len(key) <= LONGEST_KEY for key in secrets):
        raise ValueError(f"a secret has {SHORTEST_KEY} to {LONGEST_KEY} bytes")
    if any(len(key) != SEED for key in signing_keys):
        raise ValueError(f"the secret of a signing key has {SEED} bytes")
    if "." in message_id:
        raise ValueError("a message id holds no dot: dots join the signed text")
    timestamp = str(int(attempted.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = [
        *(f"v1,{_base64(hmac.digest(key, signed, hashlib.sha256))}" for key in secrets),
        *(f"v1a,{_base64(_ed25519(key, signed))}" for key in signing_keys),
    ]
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": " ".join(signatures)}


def public_key(seed: bytes) -> str:
    """What a receiver verifies v1a with, "whpk_...". Raises ValueError as `sign`."""
    return "whpk_" + _base64(_private(seed).public_key().public_bytes_raw())


def _ed25519(seed: bytes, signed: bytes) -> bytes:
    return _private(seed).sign(signed)


def _private(seed: bytes) -> Ed25519PrivateKey:
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise ValueError("signing with ed25519 needs another package: pip install 'feeder[ed25519]'") from None
    return Ed25519PrivateKey.from_private_bytes(seed)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
