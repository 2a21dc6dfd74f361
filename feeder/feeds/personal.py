"""Published documents as one subscriber of private feeds is to get them: every address of a feed in them is theirs."""

from __future__ import annotations

import re
from collections.abc import Callable

#: Where the first entry of a feed begins, in each form; what follows is the same for everybody.
_ENTRIES = re.compile(rb'<entry[ >]|<item[ >]|"items":\[')
# No hub gets to know a private address.
_HUBS = re.compile(rb'<(?:atom:)?link [^>]*rel="hub"[^>]*/>|"hubs":\[[^]]*\],')


def readdressed(data: bytes, *, base_url: str, below: str) -> bytes:
    """A feed or OPML list with its feeds' addresses below `base_url`/`below` ("s/..."), and without hubs.

    What an entry links to stays: people pass that on.
    """
    found = _ENTRIES.search(data)
    end = len(data) if found is None else found.start()
    head = _HUBS.sub(b"", data[:end])
    return head.replace(f'"{base_url}/feeds/'.encode(), f'"{base_url}/{below}/feeds/'.encode()) + data[end:]


def listed(opml: bytes, *, base_url: str, private: Callable[[str], bool]) -> bytes:
    """An OPML list without the feeds whose paths ("feeds/show/gilmore-girls.atom") are private."""
    feed = re.compile(rf'xmlUrl="{re.escape(base_url)}/([^"]*)"'.encode())

    def public(line: bytes) -> bool:
        found = feed.search(line)
        return found is None or not private(found[1].decode())

    return b"".join(line for line in opml.splitlines(keepends=True) if public(line))
