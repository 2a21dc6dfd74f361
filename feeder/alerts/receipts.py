"""What an answer means: a receipt, or an error that says whether and when to try again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from feeder.alerts.retry import asked_wait
from feeder.errors import EndpointGone, PermanentDeliveryError, TemporaryDeliveryError
from feeder.model import Endpoint
from feeder.text import one_line

if TYPE_CHECKING:
    from feeder.egress import Answer  # reading articles needs this room's rules, not an HTTP client

#: Code points of an answer that are shown.
_SHOWN = 200
_MEANING = {
    1: " instead of a final answer",
    3: ", a redirect, which is not followed: write its target into the endpoint's url",
    4: ": it does not accept the message; look at its address and its secret",
    5: ": the fault is on its side",
}
_TOO_MANY = ": it wants fewer messages, or later; `rate` of the endpoint keeps to a number"
#: The message is what is wrong: it will not be another one at the next try.
_UNREADABLE = frozenset({400, 413, 422})


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The other side has the message."""

    status: int  #: of HTTP or SMTP; 0 where the channel has none
    said: str = ""  #: on one line, shortened, without the endpoint's secrets


def excerpt(said: bytes | str, endpoint: Endpoint) -> str:
    """What the other side said, for people and logs: one line, shortened, nothing of the endpoint's secrets."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return hidden(one_line(text), endpoint)[:_SHOWN]


def hidden(text: str, endpoint: Endpoint) -> str:
    """The text without the endpoint's secrets."""
    for piece in endpoint.confidential:
        text = text.replace(piece, "...")
    return text


def judge(answer: Answer, endpoint: Endpoint, *, now: datetime) -> Receipt:
    """As Standard Webhooks 1.0.0 has it: only 2xx is success, 410 raises EndpointGone, and every other status
    TemporaryDeliveryError, 4xx too: a 401, 404 or 400 is as a rule a receiver that is being set up, moved or mended,
    and a schedule of three days is there to outlast that.
    """
    if 200 <= answer.status < 300:
        return Receipt(status=answer.status, said=excerpt(answer.body, endpoint))
    if answer.status == 410:
        raise EndpointGone("answered 410 Gone: it asks never to be called again", status=410)
    raise refused(answer, now=now)


def judge_chat(answer: Answer, endpoint: Endpoint, *, now: datetime) -> Receipt:
    """The same for what people read, but that a message which is called malformed is not sent ten times."""
    if answer.status in _UNREADABLE:
        said = excerpt(answer.body, endpoint)
        raise PermanentDeliveryError(f"answered {answer.status}: {said or 'it cannot read this'}", status=answer.status)
    return judge(answer, endpoint, now=now)


def refused(answer: Answer, *, now: datetime, why: str = "", wait: float | None = None) -> TemporaryDeliveryError:
    """For an answer that is no success; `wait` in seconds where it asks for more than its Retry-After says."""
    meaning = _TOO_MANY if answer.status == 429 else _MEANING.get(answer.status // 100, "")
    asked = [it for it in (asked_wait(answer.retry_after, now=now), wait) if it is not None]
    return TemporaryDeliveryError(
        f"answered {answer.status}{f': {why}' if why else meaning}",
        status=answer.status,
        retry_after=max(asked, default=None),
    )
