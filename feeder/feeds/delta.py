"""What of a feed is new to somebody who has an earlier version of it: RFC 3229 with the instance manipulation "feed"
(Wyman 2004), in which a delta is a feed with fewer entries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Set
from xml.parsers import expat

from feeder.model import Form

_ENTRY = {Form.ATOM: "entry", Form.RSS: "item"}
_BETWEEN = {Form.ATOM: b"", Form.RSS: b"", Form.JSON: b","}
_DEPTH = {Form.ATOM: 1, Form.RSS: 2}  # elements around an entry


def fingerprints(form: Form, data: bytes) -> frozenset[bytes]:
    """One for each entry of a feed as feeder writes it; an entry with other bytes has another one."""
    return frozenset(_fingerprint(data[start:end]) for start, end in _spans(form, data))


def delta(form: Form, data: bytes, known: Set[bytes]) -> bytes:
    """The same feed without the entries whose `fingerprints` are known: it may have none left."""
    spans = list(_spans(form, data))
    if not spans:
        return data
    entries = (data[start:end] for start, end in spans)
    new = _BETWEEN[form].join(entry for entry in entries if _fingerprint(entry) not in known)
    return b"".join((data[: spans[0][0]], new, data[spans[-1][1] :]))


def _fingerprint(entry: bytes) -> bytes:
    return hashlib.blake2b(entry, digest_size=12).digest()


def _spans(form: Form, data: bytes) -> Iterator[tuple[int, int]]:
    """Where each entry begins and ends, in bytes."""
    return _items(data) if form is Form.JSON else iter(_elements(form, data))


def _elements(form: Form, data: bytes) -> list[tuple[int, int]]:
    """By a parser, which is not misled by what is in comments, attributes or CDATA."""
    parser = expat.ParserCreate()
    name, depth = _ENTRY[form], _DEPTH[form]
    spans: list[tuple[int, int]] = []
    level, start = 0, 0

    def opened(tag: str, _: object) -> None:
        nonlocal level, start
        if level == depth and tag == name:
            start = parser.CurrentByteIndex
        level += 1

    def closed(tag: str) -> None:
        nonlocal level
        level -= 1
        if level == depth and tag == name:
            spans.append((start, data.index(b">", parser.CurrentByteIndex) + 1))

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.Parse(data, True)
    return spans


def _items(data: bytes) -> Iterator[tuple[int, int]]:
    """In the bytes that `jsonfeed` writes: each item is followed by a comma or the end of the list."""
    text = data.decode()
    mark = '"items":['
    place = text.index(mark) + len(mark)
    decoder = json.JSONDecoder()
    offset = len(text[:place].encode())
    while text[place] != "]":
        if text[place] == ",":
            place, offset = place + 1, offset + 1
        _, end = decoder.raw_decode(text, place)
        length = len(text[place:end].encode())
        yield offset, offset + length
        place, offset = end, offset + length
