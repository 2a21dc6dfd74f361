"""What is watched: when an entry rings, what is sent, how it is signed, when it is tried again.

`rules`, `spelling`, `timing`, `messages`, `digests`, `notices`, `signing` and `retry` are pure; `webhook` sends one
delivery. What is due is the store's to say.
"""

from feeder.alerts.digests import DIGEST, digest
from feeder.alerts.messages import MENTION_NEW, Telling, message_id, payload, story_id
from feeder.alerts.notices import CLOSED, FAILING, RECOVERED, notice
from feeder.alerts.retry import asked_wait, next_attempt
from feeder.alerts.rules import find, judge
from feeder.alerts.signing import sign
from feeder.alerts.timing import audible, is_muted, is_too_old, next_digest
from feeder.alerts.webhook import send

__all__ = [
    "CLOSED",
    "DIGEST",
    "FAILING",
    "MENTION_NEW",
    "RECOVERED",
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
    "send",
    "sign",
    "story_id",
]
