"""What feed readers make of a feed: which entries they show their subscribers as new, again, or never.

`read` turns a document's bytes into values, `READERS` are the readers that are modelled, a `Subscriber` follows feeds
with one of them, `compare` has all of them visit an old and a new edition of a folder of feeds.
"""

from feeder.readers.comparison import Outcome, compare, gone
from feeder.readers.documents import Document, Shown, read
from feeder.readers.marks import differing, marks
from feeder.readers.models import READERS, Reader
from feeder.readers.subscriber import Subscriber, Visit, traces

__all__ = [
    "READERS",
    "Document",
    "Outcome",
    "Reader",
    "Shown",
    "Subscriber",
    "Visit",
    "compare",
    "differing",
    "gone",
    "marks",
    "read",
    "traces",
]
