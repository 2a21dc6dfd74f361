"""What the store remembers of the output folder as a whole; of its feeds it is `Store.topics` that knows."""

from __future__ import annotations

#: Fact: the App.output_version of all that is published; empty until all of it has been made anew.
VERSION = "output"

#: Fact: whether index page, OPML and the like have to follow feeds that were written: DUE, or DONE.
LISTS, DUE, DONE = "lists", "due", "done"

#: Fact: what each page and list shows that is published (rendering.Sheet), as JSON.
SHEETS = "sheets"
