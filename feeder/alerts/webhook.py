"""One attempt to deliver one message."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from feeder.alerts.retry import asked_wait
from feeder.alerts.signing import sign
from feeder.errors import EndpointGone, PermanentDeliveryError, TemporaryDeliveryError
from feeder.model import Delivery, Endpoint

if TYPE_CHECKING:
    from feeder.egress import Client  # reading articles needs this room's rules, not an HTTP client


def send(delivery: Delivery, endpoint: Endpoint, *, now: datetime, client: Client) -> int:
    """POST the delivery's bytes, signed for this attempt at `now`. The status of the answer, always 2xx.

    Only 2xx is success (Standard Webhooks 1.0.0): a redirect is not followed and is a failure. 410 raises
    EndpointGone. Every other status raises TemporaryDeliveryError, 4xx too: a 401, 404 or 400 is as a rule a receiver
    that is being set up, moved or mended, and a schedule of three days is there to outlast that. Where no answer came,
    the error says whether the message may have arrived all the same. An endpoint without a usable secret, or with an
    address the guard refuses, raises PermanentDeliveryError.
    """
    try:
        signature = sign(message_id=delivery.id, attempted=now, body=delivery.body, secrets=endpoint.secrets)
    except ValueError as problem:
        raise PermanentDeliveryError(f"the message cannot be signed: {problem}") from problem
    answer = client.post(endpoint.url, headers={"content-type": "application/json", **signature}, body=delivery.body)
    if 200 <= answer.status < 300:
        return answer.status
    if answer.status == 410:
        raise EndpointGone("answered 410 Gone: it asks never to be called again", status=410)
    raise TemporaryDeliveryError(
        f"answered {answer.status}{_MEANING.get(answer.status // 100, '')}",
        status=answer.status,
        retry_after=asked_wait(answer.retry_after, now=now),
    )


_MEANING = {
    1: " instead of a final answer",
    3: ", a redirect, which webhooks do not follow: write its target into the endpoint's url",
    4: ": it does not accept the message; look at its address and its secret",
}
