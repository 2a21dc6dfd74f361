"""A slip of the pen is forgiven; another person's name is not taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.alerts.spelling import is_slip, spelt


@pytest.mark.parametrize(
    "written",
    [
        "Milo Ventimilia",
        "Milo Ventimigila",
        "Milo Ventimiglai",
        "Mlio Ventimiglia",
        "MILO VENTIMIGLLIA",
        "Milo Ventamilia",
    ],
)
def test_a_slip_of_the_pen_is_seen(written: str) -> None:
    assert is_slip(spelt(written), spelt("Milo Ventimiglia"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Milo Ventimiglia", "Milo Ventimiglia"),
        ("Ventimilia", "Ventimiglia"),
        ("Silo Ventimiglia", "Milo Ventimiglia"),
        ("Jon Ham", "Jon Hamm"),
        ("Emma Stone", "Emma Stine Jones"),
        ("Chris Evens", "Chris Pines"),
        ("Milo James Ventimiglia", "Milo Ventimiglia"),
        ("", "Milo Ventimiglia"),
    ],
    ids=["right", "one word", "another letter first", "short", "more words", "two names", "a middle name", "nothing"],
)
def test_what_is_no_slip_or_may_well_be_somebody_else_is_not(written: str, meant: str) -> None:
    assert not is_slip(spelt(written), spelt(meant))


@given(st.text("abc é-", max_size=14), st.text("abc é-", max_size=14))
def test_slips_have_no_direction(a: str, b: str) -> None:
    assert is_slip(spelt(a), spelt(b)) == is_slip(spelt(b), spelt(a))
