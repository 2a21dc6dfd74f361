"""Watched names: when an entry rings, what is sent, how it is signed, when it is tried again.

`rules`, `messages`, `signing` and `retry` are pure; `webhook` sends one delivery. What is due is the store's to say.
"""

from feeder.alerts.messages import MENTION_NEW, message_id, payload
from feeder.alerts.retry import asked_wait, next_attempt
from feeder.alerts.rules import find
from feeder.alerts.signing import sign
from feeder.alerts.webhook import send

__all__ = ["MENTION_NEW", "asked_wait", "find", "message_id", "next_attempt", "payload", "send", "sign"]
