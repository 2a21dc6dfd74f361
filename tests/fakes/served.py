"""`python -m tests.fakes.served --config FILE serve`: feeder itself, but for the tagger, which is there at once."""

from __future__ import annotations

import sys

from feeder.cli import main
from feeder.service import tagger
from tests.fakes.tagger import FakeTagger

if __name__ == "__main__":
    tagger.open_tagger = lambda settings: FakeTagger()  # type: ignore[assignment]
    sys.exit(main())
