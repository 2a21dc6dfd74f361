"""Two or three whole sentences of an article that tell what it says."""

from feeder.summarizing.extractive import summarize

__all__ = ["summarize"]
