"""What all readers know one entry by, short enough to be kept with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from feeder.model import Form
from feeder.readers.documents import Document, Shown
from feeder.readers.models import READERS

_LENGTH = 12  # hex digits: an entry is only ever compared with its former self


def marks(shown: Mapping[Form, Shown]) -> str:
    """ "FreshRSS:0123456789ab Miniflux:..." of an entry in all its forms, by `READERS`; equal as long as every reader
    takes it for the same entry."""
    found = []
    for reader in READERS:
        keys = (
            reader.keys(Document(form=form, entries=(entry,)), False).found[0] for form, entry in sorted(shown.items())
        )
        digest = hashlib.sha256("\0".join(key or "" for key in keys).encode("utf-8", "surrogatepass")).hexdigest()
        found.append(f"{reader.name}:{digest[:_LENGTH]}")
    return " ".join(found)


def differing(before: str, after: str) -> Sequence[str]:
    """Names of the readers that would take the entry for another one; those that are in one of the two alone cannot
    tell."""
    old, new = (dict(part.split(":") for part in it.split()) for it in (before, after))
    return [name for name in new if name in old and old[name] != new[name]]
