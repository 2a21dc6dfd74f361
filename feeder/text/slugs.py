"""Names for files and addresses."""

from __future__ import annotations

import hashlib
import re

from feeder.text.folding import fold

_LONGEST = 80
_OTHER = re.compile(r"[^a-z0-9]+")


def slug(s: str) -> str:
    """ASCII `[a-z0-9-]{1,80}`, no hyphen at the ends; equal for names that fold alike. Idempotent.

    Not unique: whoever needs that keeps a record. Without a Latin letter or digit: 'x-' and eight hex digits.
    """
    folded = fold(s)
    made = _OTHER.sub("-", folded.replace("'", "").replace("&", " and ")).strip("-")[:_LONGEST].strip("-")
    if made:
        return made
    return "x-" + hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:8]
