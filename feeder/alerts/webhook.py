"""One attempt to deliver one message as a webhook."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from feeder.alerts.receipts import Receipt, judge
from feeder.alerts.signing import sign
from feeder.errors import PermanentDeliveryError
from feeder.model import Delivery, Endpoint

if TYPE_CHECKING:
    from feeder.egress import Client  # reading articles needs this room's rules, not an HTTP client


def send(delivery: Delivery, endpoint: Endpoint, *, now: datetime, client: Client) -> Receipt:
    """POST the delivery's bytes, signed for this attempt at `now`; what the answer means is `receipts.judge`'s to say.

    Where no answer came, the error says whether the message may have arrived all the same. An endpoint without a usable
    secret, or with an address the guard refuses, raises PermanentDeliveryError.
    """
    try:
        signature = sign(
            message_id=delivery.id,
            attempted=now,
            body=delivery.body,
            secrets=endpoint.secrets,
            signing_keys=endpoint.signing_keys,
        )
    except ValueError as problem:
        raise PermanentDeliveryError(f"the message cannot be signed: {problem}") from problem
    answer = client.post(endpoint.url, headers={"content-type": "application/json", **signature}, body=delivery.body)
    return judge(answer, endpoint, now=now)
