"""What the model says of a place in the text is what is asked for there, and many mentions speak for one name."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.catalog import Hit
from feeder.model import MentionKind
from feeder.tagging import features, reading
from feeder.tagging.features import FLAGS, KINDS
from feeder.tagging.reading import ANSWERS, EVENTS, PARTS, ROLES, Reading, Words

TEXT = "Ida Marlowe leaves Harbor Lights"
OFFSETS = [(0, 3), (4, 11), (12, 18), (19, 25), (26, 32)]


def words(starts: list[int], *, base: float, whole: float = 0.0) -> Words:
    return Words(
        starts=starts,
        end=next(end for start, end in OFFSETS if start == starts[-1]),
        kinds=[[base + i / 100] * len(KINDS) for i in range(len(starts))],
        answers=[[base + i] * ANSWERS for i in range(len(starts))],
        plays=[[base + i] * (2 * PARTS) for i in range(len(starts))],
        whole=[whole] * ANSWERS,
    )


def test_signs_are_those_of_the_first_word_and_kinds_the_mean_of_all() -> None:
    signs = Reading((), (words([start for start, _ in OFFSETS], base=0.1),)).signs(19, 32)
    assert signs is not None
    assert signs.central == pytest.approx(3.1)
    assert len(signs.roles) == len(ROLES)
    assert len(signs.events) == len(EVENTS)
    assert signs.kinds[0] == pytest.approx((0.13 + 0.14) / 2)


def test_a_place_in_a_later_stretch_is_looked_up_there() -> None:
    signs = Reading((), (words([0, 4], base=0.0), words([12, 19, 26], base=0.5))).signs(19, 25)
    assert signs is not None
    assert signs.central == pytest.approx(1.5)


def test_of_what_was_not_read_nothing_is_said() -> None:
    assert Reading(()).signs(0, 3) is None
    assert Reading(()).untied == ()
    assert Reading((), (words([4], base=0.0),)).signs(0, 3) is None
    assert Reading((), (words([0, 4], base=0.0),)).signs(12, 18) is None, "a text goes on after what was read of it"


def test_an_event_of_no_show_is_as_likely_as_the_stretch_that_tells_it() -> None:
    found = Reading((), (words([0], base=0.0, whole=-4.0), words([4], base=0.0, whole=2.5))).untied
    assert found == (2.5,) * len(EVENTS)


def test_an_event_is_told_at_all_where_the_likeliest_stretch_tells_it_whatever_show_it_is_of() -> None:
    found = Reading((), (words([0], base=9.0, whole=-4.0), words([4], base=9.0, whole=1.5))).told
    assert found == (1.5,) * len(EVENTS)
    assert Reading(()).told == ()


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=12))
def test_one_mention_that_says_it_is_enough_and_none_takes_it_back(values: list[float]) -> None:
    together = reading.pooled(values)
    assert max(values) - 1e-9 <= together <= max(values) + math.log(len(values)) + 1e-9


@given(st.floats(0, 1))
def test_log_odds_stay_within_bounds_and_in_order(p: float) -> None:
    assert -6 <= reading.log_odds(p) <= 6
    assert reading.log_odds(p) <= reading.log_odds(min(1.0, p + 0.1))


class TestFlags:
    def test_a_name_of_the_catalog_is_flagged_from_its_first_piece_to_its_last(self) -> None:
        hits = [
            Hit(kind=MentionKind.PERSON, start=0, end=11, surface="Ida Marlowe", ids=("ida",)),
            Hit(kind=MentionKind.SHOW, start=19, end=32, surface="Harbor Lights", ids=("harbor-lights",)),
        ]
        person, show = 2 * KINDS.index(MentionKind.PERSON), 2 * KINDS.index(MentionKind.SHOW)
        assert features.flags(OFFSETS, hits) == [(person,), (person + 1,), (), (show,), (show + 1,)]

    def test_a_name_that_could_be_two_things_raises_both_flags(self) -> None:
        hits = [
            Hit(kind=kind, start=0, end=11, surface="Ida Marlowe", ids=("x",))
            for kind in (MentionKind.CHARACTER, MentionKind.SHOW)
        ]
        raised = features.flags(OFFSETS, hits)
        assert [len(r) for r in raised] == [2, 2, 0, 0, 0]
        assert all(0 <= flag < FLAGS for row in raised for flag in row)
