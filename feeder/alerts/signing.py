"""Signatures by Standard Webhooks 1.0.0, scheme v1 (HMAC-SHA256)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

#: Bytes of a key (Standard Webhooks 1.0.0).
SHORTEST_KEY, LONGEST_KEY = 24, 64


def sign(*, message_id: str, attempted: datetime, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    """The three headers of one attempt; `attempted` is its own time, not that of the event.

    Each key gives a signature, in the order of `secrets`: during a rotation a receiver accepts the old or the new one.
    Raises ValueError where no key is given, a key has the wrong length, or the id holds a dot.
    """
    if not secrets:
        raise ValueError("there is no secret to sign with")
    if any(not SHORTEST_KEY <= len(key) <= LONGEST_KEY for key in secrets):
        raise ValueError(f"a secret has {SHORTEST_KEY} to {LONGEST_KEY} bytes")
    if "." in message_id:
        raise ValueError("a message id holds no dot: dots join the signed text")
    timestamp = str(int(attempted.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_hmac(key, signed)}" for key in secrets),
    }


def _hmac(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")
