"""Compressed files beside large ones: the same content, the same bytes every time, and only where it pays."""

from __future__ import annotations

import gzip
import random

import brotli
import pytest

from feeder.feeds import compressed
from feeder.feeds.compression import LARGE
from tests import feed_values

FEED = feed_values.feed([feed_values.hostile_entry(f"{text} {n}") for n in range(3) for text in feed_values.HOSTILE])


def test_what_a_browser_unpacks_is_the_file() -> None:
    assert len(FEED) > LARGE
    found = compressed(FEED)
    assert set(found) == {".gz", ".br"}
    assert gzip.decompress(found[".gz"]) == brotli.decompress(found[".br"]) == FEED
    assert max(map(len, found.values())) < len(FEED) / 3


def test_the_same_file_is_compressed_to_the_same_bytes_at_any_time() -> None:
    first = compressed(FEED)
    assert first == compressed(FEED)
    assert first[".gz"][4:8] == b"\0\0\0\0"  # RFC 1952: no time


@pytest.mark.parametrize("data", [b"", b"x", b"x" * (LARGE - 1), random.Random(7).randbytes(LARGE)])
def test_nothing_is_written_that_saves_nothing(data: bytes) -> None:
    assert compressed(data) == {}
