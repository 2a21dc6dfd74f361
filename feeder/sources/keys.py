"""File names as keys: printable, unique, and with the way back to the file.

A POSIX file name is any bytes but NUL and "/": line ends, escape sequences, invalid UTF-8, characters that reverse the
reading direction. What cannot be printed is written as %XX (as in RFC 3986, section 2.1, upper case), byte by byte. A
percent sign is escaped only where it could be read as the start of such a triplet, so ordinary names stay as they are.
"""

from __future__ import annotations

import os
import re

_ESCAPE_LOOKALIKE = re.compile(r"%(?=[0-9A-F]{2})")
_ESCAPED = re.compile(rb"%([0-9A-F]{2})")


def key_of(name: str) -> str:
    """The printable form of one file name as `os` gives it (undecodable bytes as surrogates)."""
    name = _ESCAPE_LOOKALIKE.sub("%25", name)
    if name.isprintable():
        return name
    return "".join(c if c.isprintable() else "".join(f"%{b:02X}" for b in os.fsencode(c)) for c in name)


def name_of(key: str) -> str:
    """The file name that `key_of` made `key` from."""
    return os.fsdecode(_ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), os.fsencode(key)))
