"""Files for web servers that send what is compressed already: `.gz` and `.br` beside a large file."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

import brotli

LARGE = 16 * 1024  #: bytes; below that a server compresses on the way, and two more files cost more than they save
_GZIP_LEVEL = 6
_BROTLI_QUALITY = 5  # the highest that is as fast as gzip; 11 is sixty times slower for a tenth of the size


def compressed(data: bytes) -> Mapping[str, bytes]:
    """What to add to the file's name -> its bytes; empty for files that are not worth it.

    The same bytes give the same bytes: no time, no file name.
    """
    if len(data) < LARGE:
        return {}
    found = {
        ".gz": gzip.compress(data, compresslevel=_GZIP_LEVEL, mtime=0),
        ".br": brotli.compress(data, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY),
    }
    return {name: it for name, it in found.items() if len(it) < len(data)}
