"""The folder articles are dropped into."""

from feeder.sources.folder import Folder, Found, Refused, Stamp, Unchanged
from feeder.sources.keys import key_of, name_of
from feeder.sources.listening import hints

__all__ = ["Folder", "Found", "Refused", "Stamp", "Unchanged", "hints", "key_of", "name_of"]
