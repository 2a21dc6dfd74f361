"""Tagging: which shows and people an article is about, and what happened to them.

The pipeline is `tagger`; every other module answers one question (see its first line). Weights: `decisions.json`.
"""

from feeder.tagging.mentions import MentionModel
from feeder.tagging.tagger import MentionFinder, Tagger
from feeder.tagging.verdicts import is_owners

__all__ = ["MentionFinder", "MentionModel", "Tagger", "is_owners"]
