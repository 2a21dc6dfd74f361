"""What a request's headers ask for (RFC 9110 sections 12.5.3 and 13). Pure; malformed headers ask for nothing."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache

_QVALUE = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_ENCODED_BY_PROXY = re.compile(r"([-;](gzip|br|zstd|df|deflate))+$")


def held(if_none_match: str, etags: Collection[str]) -> str | None:
    """Which of these entity tags of one version the client holds; the first one for "*".

    Weak comparison (section 13.1.2). Compressing proxies add the encoding to a tag; that is still this version.
    """
    if if_none_match.strip() == "*":
        return next(iter(etags), None)
    by_value = {etag.strip('"'): etag for etag in etags}
    for item in if_none_match.split(","):
        value = item.strip().removeprefix("W/").strip('"')
        found = by_value.get(value) or by_value.get(_ENCODED_BY_PROXY.sub("", value))
        if found is not None:
            return found
    return None


def unchanged_since(if_modified_since: str, modified: int) -> bool:
    """Whether a version from `modified` (POSIX seconds) is no newer than the date; False for what is no date."""
    try:
        date = parsedate_to_datetime(if_modified_since)
        if date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        return modified <= date.timestamp()
    except (ValueError, OverflowError):
        return False


@lru_cache(maxsize=256)  # readers send a handful of different ones
def preferred(accept_encoding: str, available: tuple[str, ...]) -> str | None:
    """Which of the codings is welcome most, the first of those that are alike; None: plain bytes are.

    Nobody gets a coding that they have not spoken of.
    """
    weights: dict[str, float] = {}
    for item in accept_encoding.lower().split(","):
        coding, _, parameters = item.partition(";")
        weights[coding.strip().removeprefix("x-")] = _weight(parameters)
    best = max(available, key=lambda coding: weights.get(coding, weights.get("*", 0.0)), default="")
    weight = weights.get(best, weights.get("*", 0.0))
    return best if best and weight > 0 and weight >= weights.get("identity", 0.0) else None


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether gzip is welcome, at least as much as plain bytes."""
    return preferred(accept_encoding, ("gzip",)) is not None


def manipulations(a_im: str) -> frozenset[str]:
    """Names of the instance manipulations that an A-IM header asks for (RFC 3229 section 10.5.3)."""
    found = (item.partition(";") for item in a_im.lower().split(","))
    return frozenset(name.strip() for name, _, parameters in found if _weight(parameters) > 0)


def tags(if_none_match: str) -> tuple[str, ...]:
    """The opaque parts of the entity tags in the header, without what a proxy or a coding adds to them."""
    found = (item.strip().removeprefix("W/").strip('"') for item in if_none_match.split(","))
    return tuple(_ENCODED_BY_PROXY.sub("", value) for value in found if value)


def _weight(parameters: str) -> float:
    """Of a qvalue, at most three decimals (RFC 9110 section 12.4.2); 0 for what is none."""
    name, _, value = parameters.partition("=")
    if name.strip() != "q":
        return 1.0
    return float(value) if _QVALUE.fullmatch(value.strip()) else 0.0
