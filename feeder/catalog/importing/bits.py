"""A set of whole numbers in a bit each."""

from __future__ import annotations

#: Numbers of IMDb and Wikidata go to some 140 million: 18 MB here, in a set of Python's integers 8 GB.
HIGHEST = 1_000_000_000


class Bits:
    """Numbers from 0 to `HIGHEST`; memory grows with the highest one."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, n: int) -> None:
        if not 0 <= n <= HIGHEST:
            raise ValueError(n)
        if n >> 3 >= len(self._bits):
            self._bits.extend(bytes((n >> 3) + 4096 - len(self._bits)))
        self._bits[n >> 3] |= 1 << (n & 7)

    def __contains__(self, n: int) -> bool:
        return n >> 3 < len(self._bits) and bool(self._bits[n >> 3] & 1 << (n & 7))
