"""Words and characters: cleaned at the door, folded for comparison, cut into sentences, made into file names."""

from feeder.text.cleaning import clean, one_line
from feeder.text.folding import Folded, fold
from feeder.text.sentences import sentences
from feeder.text.slugs import slug

__all__ = ["Folded", "clean", "fold", "one_line", "sentences", "slug"]
