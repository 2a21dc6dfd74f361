"""What is watched: when an entry rings, what is sent, how it is signed, when it is tried again.

`rules`, `spelling`, `timing`, `messages`, `digests`, `notices`, `signing`, `receipts` and `retry` are pure; `courier`
sends one message to an endpoint of any kind, by `webhook` or one of the `channels`. What is due is the store's to say.
"""

from feeder.alerts.courier import Courier
from feeder.alerts.digests import DIGEST, digest, room
from feeder.alerts.messages import MENTION_NEW, MENTION_TEST, Telling, message_id, payload, story_id
from feeder.alerts.notices import CLOSED, FAILING, RECOVERED, notice
from feeder.alerts.receipts import Receipt
from feeder.alerts.retry import LONGEST_WAIT, asked_wait, next_attempt
from feeder.alerts.rules import find, judge
from feeder.alerts.signing import public_key, sign
from feeder.alerts.timing import audible, is_muted, is_too_old, next_digest
from feeder.alerts.webhook import send

__all__ = [
    "CLOSED",
    "DIGEST",
    "FAILING",
    "LONGEST_WAIT",
    "MENTION_NEW",
    "MENTION_TEST",
    "RECOVERED",
    "Courier",
    "Receipt",
    "Telling",
    "asked_wait",
    "audible",
    "digest",
    "find",
    "is_muted",
    "is_too_old",
    "judge",
    "message_id",
    "next_attempt",
    "next_digest",
    "notice",
    "payload",
    "public_key",
    "room",
    "send",
    "sign",
    "story_id",
]
