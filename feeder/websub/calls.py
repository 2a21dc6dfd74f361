"""The requests that a hub makes, and a publisher to hubs of others."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from feeder.errors import EndpointGone, TemporaryDeliveryError

if TYPE_CHECKING:
    from feeder.egress import Answer, Client

_ANSWER_CAP = 4096  # bytes: a challenge is returned as it came


def confirmed(
    client: Client, callback: str, *, mode: str, topic: str, challenge: str, lease: int | None = None
) -> bool:
    """Whether the callback wants what was asked for in its name (section 5.3): 2xx, and the challenge word for word.

    Raises TemporaryDeliveryError where it did not answer or is in trouble, PermanentDeliveryError where it must not be
    called.
    """
    asked = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge}
    if lease is not None:
        asked["hub.lease_seconds"] = str(lease)
    answer = client.get(_with_query(callback, asked), headers={}, cap=_ANSWER_CAP)
    if answer.status >= 500 or answer.status == 429:
        raise _refused(answer)
    return 200 <= answer.status < 300 and hmac.compare_digest(answer.body, challenge.encode())


def deny(client: Client, callback: str, *, topic: str, reason: str) -> None:
    """Tell a subscriber that it will not be told of this topic (any more; section 5.2). Raises as `confirmed`."""
    client.get(
        _with_query(callback, {"hub.mode": "denied", "hub.topic": topic, "hub.reason": reason}),
        headers={},
        cap=_ANSWER_CAP,
    )


def deliver(
    client: Client,
    callback: str,
    *,
    body: bytes,
    media_type: str,
    topic: str,
    hubs: Sequence[str],
    secret: bytes,
) -> int:
    """The whole feed (section 7); the status of the answer, always 2xx.

    410 raises EndpointGone: no subscriber is there any more. Otherwise as alerts.send.
    """
    links = [*(f'<{hub}>; rel="hub"' for hub in hubs), f'<{topic}>; rel="self"']
    headers = {"content-type": media_type, "link": ", ".join(links), **signature(body, secret)}
    answer = client.post(callback, headers=headers, body=body)
    if answer.status == 410:
        raise EndpointGone("answered 410 Gone", status=410)
    return _success(answer)


def signature(body: bytes, secret: bytes) -> Mapping[str, str]:
    """The header that proves to a subscriber with a secret that its hub has sent this body (section 7.1)."""
    if not secret:
        return {}
    return {"x-hub-signature": f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"}


def ping(client: Client, hub: str, *, topic: str) -> int:
    """Tell a hub that the topic has changed: it fetches the feed. Both names of the field are in use.

    WebSub leaves this to hub and publisher; the form is that of PubSubHubbub 0.4, which all public hubs take. Raises
    as `deliver`.
    """
    body = urlencode({"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}).encode()
    return _success(client.post(hub, headers={"content-type": "application/x-www-form-urlencoded"}, body=body))


def _success(answer: Answer) -> int:
    if 200 <= answer.status < 300:
        return answer.status
    raise _refused(answer)


def _refused(answer: Answer) -> TemporaryDeliveryError:
    seconds = (answer.retry_after or "").strip()
    wait = float(seconds) if seconds.isascii() and seconds.isdecimal() else None
    return TemporaryDeliveryError(f"answered {answer.status}", status=answer.status, retry_after=wait)


def _with_query(address: str, fields: Mapping[str, str]) -> str:
    """The query that is there already stays (section 5.3: "MUST preserve the query string")."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(fields)}"
