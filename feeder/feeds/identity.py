"""Ids that never change: RFC 4151 `tag:` URIs.

A reader knows an entry by its id alone, so an id carries nothing that could ever change: no host that serves, no
path, no title, no date of the article. They are plain ASCII because FreshRSS drops every other byte before it
compares, and have no character that an intermediary could escape in another way.
"""

from __future__ import annotations

import base64
import hashlib
import re

from feeder.model import Topic

# RFC 4151 section 2.1: a domain name or mail address, and a day on which it was the owner's
_AUTHORITY = re.compile(
    r"(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
    r",[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?"
)


def tag_uri(authority: str, specific: str) -> str:
    """`tag:<authority>:<specific>`. Raises ValueError when the authority is none: a bad id would last for ever."""
    if not _AUTHORITY.fullmatch(authority):
        raise ValueError(f'not a tagging authority such as "example.org,2026": {authority!r}')
    return f"tag:{authority}:{specific}"


def entry_id(authority: str, seed: str) -> str:
    """The id of the entry that was first made from `seed`; equal seeds give equal ids."""
    return tag_uri(authority, f"entry-{_opaque(seed)}")


def topic_id(authority: str, topic: Topic) -> str:
    """The id of the topic's feed; follows its kind and its first key alone, so a new label, slug or key keeps it."""
    return tag_uri(authority, f"feed-{_opaque(f'{topic.kind.value}/{topic.origin or topic.key}')}")


def _opaque(seed: str) -> str:
    # 130 bits: no two articles of any archive will ever meet
    digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest).decode("ascii").lower()[:26]
