"""What an attempt at an endpoint means for its message."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feeder.errors import EndpointGone, PermanentDeliveryError, TemporaryDeliveryError
from feeder.model import DeliveryState
from feeder.service.notify import Verdict, verdict
from feeder.storage import Outcome
from tests.builders import NOON


def judged(result: int | Exception, *, attempts: int = 1) -> Verdict:
    return verdict(result, attempts=attempts, now=NOON, jitter=0.5)


def test_an_accepted_message_is_done() -> None:
    assert judged(204) == Verdict(state=DeliveryState.DONE, next_at=NOON, outcome=Outcome.DELIVERED, status=204)


@pytest.mark.parametrize("problem", [TemporaryDeliveryError("busy", status=503), RuntimeError("a mistake of ours")])
def test_a_failed_message_is_tried_again_later(problem: Exception) -> None:
    result = judged(problem)
    assert (result.state, result.outcome, result.error) == (DeliveryState.PENDING, Outcome.FAILED, str(problem))
    assert result.next_at > NOON
    assert result.status == getattr(problem, "status", None)


def test_an_attempt_that_got_no_answer_is_told_apart_from_one_that_was_refused() -> None:
    assert judged(TemporaryDeliveryError("no answer", ambiguous=True)).outcome is Outcome.UNKNOWN


def test_a_receiver_is_given_the_time_it_asks_for() -> None:
    assert judged(TemporaryDeliveryError("busy", status=429, retry_after=7200)).next_at == NOON + timedelta(hours=2)


def test_after_the_last_attempt_a_message_is_dead() -> None:
    assert judged(TemporaryDeliveryError("busy"), attempts=10).state is DeliveryState.DEAD


def test_an_address_that_can_never_work_is_dead_at_once() -> None:
    assert judged(PermanentDeliveryError("refused by the guard")).state is DeliveryState.DEAD


def test_a_receiver_that_is_gone_is_held() -> None:
    assert judged(EndpointGone("gone", status=410)).state is DeliveryState.HELD
