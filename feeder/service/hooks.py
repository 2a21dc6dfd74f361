"""Endpoints, tried out before anything depends on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from feeder import alerts
from feeder.config import Settings
from feeder.errors import OutboxError
from feeder.model import Alert, Delivery, DeliveryState, Endpoint
from feeder.rendering import samples

_WATCH = "Ada Sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back."""

    endpoint: Endpoint
    receipt: alerts.Receipt
    message: str  #: its id


def endpoint(settings: Settings, name: str) -> Endpoint:
    """Raises OutboxError."""
    found = next((it for it in settings.endpoints if it.name == name), None)
    if found is None:
        known = ", ".join(it.name for it in settings.endpoints) or "none"
        raise OutboxError(f"there is no endpoint {name}; known: {known}")
    return found


def sample(settings: Settings, name: str, *, now: datetime) -> Delivery:
    """A message of type mention.test for an endpoint: in all but its type like one of mention.new."""
    stored = samples.ENTRIES[0]
    entry = stored.entry
    person = next(tag for tag in entry.people if tag.label == _WATCH)
    alert = Alert(watch=_WATCH, entry_id=entry.id, evidence=person.evidence, events=entry.events, tags=(person,))
    moment = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    return Delivery(
        id=alerts.message_id(entry_id=moment, watch=_WATCH, endpoint=name, event_type=alerts.MENTION_TEST),
        endpoint=name,
        watch=_WATCH,
        entry_id=entry.id,
        event_type=alerts.MENTION_TEST,
        body=alerts.payload(
            alert,
            stored,
            site=settings.site,
            feed_url=f"{settings.site.base_url}/",
            now=now,
            story=alerts.Telling(id=alerts.story_id(entry.id)),
            event_type=alerts.MENTION_TEST,
        ),
        state=DeliveryState.PENDING,
        attempts=0,
        next_at=now,
    )


def try_out(settings: Settings, name: str, *, now: datetime) -> Answered:
    """Send a sample, once and past the outbox. Raises OutboxError for an unknown name, DeliveryError as the courier."""
    known = endpoint(settings, name)
    delivery = sample(settings, name, now=now)
    with alerts.Courier(templates=settings.templates_folder) as courier:
        receipt = courier.send(delivery, known, now=now)
    return Answered(endpoint=known, receipt=receipt, message=delivery.id)


def public_keys(settings: Settings, name: str) -> tuple[str, ...]:
    """What the receiver verifies v1a signatures with, "whpk_...", newest first. Raises OutboxError."""
    found = endpoint(settings, name)
    if not found.signing_keys:
        raise OutboxError(f'the endpoint {name} has no ed25519 key: a secret that begins with "whsk_"')
    return tuple(map(alerts.public_key, found.signing_keys))


def schema() -> str:
    """The JSON Schema of every message, as text."""
    return files("feeder.alerts").joinpath("message.schema.json").read_text("utf-8")
