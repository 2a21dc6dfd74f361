"""Messages to endpoints of any kind: each is written for its channel, sent once, and its answer judged."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from feeder.alerts import webhook
from feeder.alerts.receipts import Receipt, excerpt
from feeder.errors import PermanentDeliveryError, TemplateError
from feeder.model import Delivery, Endpoint, EndpointKind

if TYPE_CHECKING:  # each of these costs more to import than a build without alerts takes
    from feeder.alerts.channels import Style, Words
    from feeder.egress import Client, Mailer
    from feeder.rendering import Phrasebook


def _client(allow_networks: Sequence[str]) -> Client:
    from feeder.egress import Client

    return Client(allow_networks=allow_networks)


def _mailer(allow_networks: Sequence[str]) -> Mailer:
    from feeder.egress import Mailer

    return Mailer(allow_networks=allow_networks)


class Courier:
    """Keeps clients and templates from one message to the next. Threads may share it. Close it.

    `templates` is the owner's folder.
    """

    def __init__(
        self,
        *,
        templates: Path | None = None,
        open_client: Callable[[Sequence[str]], Client] = _client,
        open_mailer: Callable[[Sequence[str]], Mailer] = _mailer,
    ) -> None:
        self._templates = templates
        self._open_client = open_client
        self._open_mailer = open_mailer
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, ...], Client] = {}
        self._mailers: dict[tuple[str, ...], Mailer] = {}
        self._phrases: dict[EndpointKind, Phrasebook] = {}

    def __enter__(self) -> Courier:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Those under way run to their end."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def send(self, delivery: Delivery, endpoint: Endpoint, *, now: datetime) -> Receipt:
        """One attempt at `now`. Raises DeliveryError; its message shows nothing of the endpoint's secrets."""
        match endpoint.kind:
            case EndpointKind.WEBHOOK:
                return webhook.send(delivery, endpoint, now=now, client=self._client(endpoint))
            case EndpointKind.EMAIL:
                return self._mail(delivery, endpoint)
            case EndpointKind.APPRISE:
                from feeder.alerts.channels import apprise

                return apprise.send(endpoint, self._words(delivery, endpoint.kind, apprise.STYLE))
            case kind:
                from feeder.alerts.channels import CHANNELS

                channel = CHANNELS[kind]
                post = channel.post(endpoint, self._words(delivery, kind, channel.style))
                answer = self._client(endpoint).post(post.url, headers=post.headers, body=post.body)
                return channel.judge(answer, endpoint, now=now)

    def _mail(self, delivery: Delivery, endpoint: Endpoint) -> Receipt:
        from feeder.alerts.channels import mail
        from feeder.egress import Mailbox

        words = self._words(delivery, endpoint.kind, mail.STYLE)
        dated = datetime.fromisoformat(json.loads(delivery.body)["timestamp"].replace("Z", "+00:00"))
        said = self._mailer(endpoint).send(
            mail.letter(delivery, endpoint, words, dated=dated),
            Mailbox(url=endpoint.url, user=endpoint.user, password=endpoint.password),
            sender=endpoint.sender,
            recipient=endpoint.to,
        )
        return Receipt(status=mail.ACCEPTED, said=excerpt(said, endpoint))

    def _words(self, delivery: Delivery, kind: EndpointKind, style: Style) -> Words:
        from feeder.alerts.channels import write

        try:
            return write(delivery.body, style, self._phrasebook(kind, style))
        except TemplateError as error:
            raise PermanentDeliveryError(f"its template fails: {error}") from error

    def _phrasebook(self, kind: EndpointKind, style: Style) -> Phrasebook:
        from feeder.rendering import Phrasebook

        with self._lock:
            if kind not in self._phrases:
                self._phrases[kind] = Phrasebook(kind, style.markings, folder=self._templates)
            return self._phrases[kind]

    def _client(self, endpoint: Endpoint) -> Client:
        with self._lock:
            if endpoint.allow_networks not in self._clients:
                self._clients[endpoint.allow_networks] = self._open_client(endpoint.allow_networks)
            return self._clients[endpoint.allow_networks]

    def _mailer(self, endpoint: Endpoint) -> Mailer:
        with self._lock:
            if endpoint.allow_networks not in self._mailers:
                self._mailers[endpoint.allow_networks] = self._open_mailer(endpoint.allow_networks)
            return self._mailers[endpoint.allow_networks]
