"""From the bytes of a file to an article: one reader a format, one way to finish."""

from feeder.extraction.reading import READERS, Reader, media_type, read

__all__ = ["READERS", "Reader", "media_type", "read"]
