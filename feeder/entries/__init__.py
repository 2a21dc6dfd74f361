"""Articles become entries: the same entry for as long as it is the same article.

`identify` decides whether an article is already known, `seeds` says from what its id is made when it is not,
`compose` puts an entry together and decides what its readers see as changed, `digest` is what they would notice.
"""

from feeder.entries.composing import compose, digest, is_dated, own_date, settled
from feeder.entries.identity import Known, Recogniser, canonical_link, identify, recognisers, seeds

__all__ = [
    "Known",
    "Recogniser",
    "canonical_link",
    "compose",
    "digest",
    "identify",
    "is_dated",
    "own_date",
    "recognisers",
    "seeds",
    "settled",
]
