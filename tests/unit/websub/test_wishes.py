"""Whatever is posted to a hub is a wish or is refused with a reason."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.websub import LONGEST_LEASE, SHORTEST_LEASE, Refused, signature, wish

_NAMES = [f"hub.{name}" for name in ("mode", "topic", "callback", "secret", "lease_seconds")]
_VALUES = st.text() | st.sampled_from(["subscribe", "https://a.example/?x#y", "https://[", "1", "http://é/", "\ud800"])


@given(st.dictionaries(st.sampled_from(_NAMES), st.lists(_VALUES, max_size=2)))
def test_any_form_is_a_wish_that_can_be_granted_or_is_refused(form: dict[str, list[str]]) -> None:
    try:
        found = wish(form)
    except Refused:
        return
    assert found.callback.startswith(("http://", "https://"))
    assert found.callback.isascii()
    assert SHORTEST_LEASE <= found.lease <= LONGEST_LEASE
    assert len(found.secret) < 200
    assert found.callback not in repr(found)


def test_a_refusal_says_why() -> None:
    with pytest.raises(Refused, match=r"hub\.mode is there more than once"):
        wish({"hub.mode": ["subscribe", "unsubscribe"]})


def test_the_signature_is_that_of_the_recommendation() -> None:
    expected = hmac.new(b"key", b"<feed/>", hashlib.sha256).hexdigest()
    assert signature(b"<feed/>", b"key") == {"x-hub-signature": f"sha256={expected}"}
    assert signature(b"<feed/>", b"") == {}
