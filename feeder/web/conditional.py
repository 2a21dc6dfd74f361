"""What a request's headers ask for (RFC 9110 sections 12.5.3 and 13). Pure; malformed headers ask for nothing."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC
from email.utils import parsedate_to_datetime

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


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether gzip is welcome, at least as much as plain bytes."""
    weights: dict[str, float] = {}
    for item in accept_encoding.lower().split(","):
        coding, _, parameters = item.partition(";")
        weights[coding.strip()] = _weight(parameters)
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
