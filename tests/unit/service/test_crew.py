"""Many threads make what one makes, in the same order, and never hold more than a few articles."""

from __future__ import annotations

import threading
import time

import pytest

from feeder.service.crew import Crew


def test_what_comes_of_each_is_taken_in_the_order_they_were_given() -> None:
    def work(n: int) -> int:
        time.sleep(0.002 * (n % 5))
        return n * n

    with Crew(4) as crew:
        assert [(n, it.result()) for n, it in crew.each(work, range(50))] == [(n, n * n) for n in range(50)]


def test_two_threads_work_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=30)
    with Crew(2) as crew:
        assert [it.result() in (0, 1) for _, it in crew.each(lambda _: both.wait(), range(2))] == [True, True]


def test_no_more_than_a_few_are_begun_before_the_first_is_taken() -> None:
    go, begun = threading.Event(), 0

    def items():
        nonlocal begun
        for n in range(100):
            begun += 1
            if begun == 5:
                go.set()  # the fifth is drawn while four wait for the first
            yield n

    def work(n: int) -> int:
        assert go.wait(30) or n
        return n

    with Crew(2) as crew:
        for n, it in crew.each(work, items()):
            assert it.result() == n
            assert begun - n <= 6, "of a folder with a million articles a handful is in memory"


def test_what_goes_wrong_with_one_is_that_ones_own_fault() -> None:
    def work(n: int) -> int:
        return 1 // (n - 3)

    with Crew(2) as crew:
        outcomes = [it.exception() for _, it in crew.each(work, range(6))]
    assert [type(error) for error in outcomes if error] == [ZeroDivisionError]
    assert outcomes.index(next(filter(None, outcomes))) == 3


def test_what_was_not_begun_is_not_worked_on_when_everything_ends() -> None:
    done: list[int] = []

    def work(n: int) -> None:
        done.append(n)
        time.sleep(0.05)

    def end_early() -> None:
        with Crew(1) as crew:
            for n in range(2):
                crew.begin(work, n)
            raise RuntimeError("asked to stop")

    with pytest.raises(RuntimeError):
        end_early()
    assert done in ([0], []), "what is under way is waited for, what waits is dropped"
