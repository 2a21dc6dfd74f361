"""Where sentences end in news English.

A word that ends in a full stop, an exclamation or a question mark ends a sentence unless it is an abbreviation, an
initial or the like, or what follows shows that the sentence goes on. Closing quotes and brackets belong to it. The
decision looks at one word and the few after it, so any text takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from feeder.model import Sentence

_WORD = re.compile(r"\S+")
_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n\s*")
_CLOSERS = "\"'”’»)]}"
_OPENERS = "\"'“‘«([{—–-¿¡*"
_TERMINATORS = ".!?…"


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# always followed by the name, number or text they belong to
_BEFORE_A_NAME = _words(
    """
    mr mrs ms mx dr prof ste gov sen rep reps gen lt col capt cpt maj sgt cmdr adm rev hon mt ft messrs mme mlle
    det pres supt insp fr vs v feat e.g i.e cf approx viz
    """
)
# such an abbreviation only before a digit; otherwise a word as any other: "He said no."
_BEFORE_A_NUMBER = _words(
    """
    no nos vol vols ep eps ch pp p sec fig art jan feb mar apr jun jul aug sept sep oct nov dec
    """
)
# may stand anywhere; they end a sentence only where the next word is one that seldom goes on with a name
_ANYWHERE = _words(
    """
    st inc co corp ltd llc bros jr sr etc esq dept univ assn bldg ave blvd ph.d al ed
    """
)
# names that carry their mark with them
_EXCLAIMING = _words(
    """
    jeopardy yahoo rouge oklahoma wham boom airplane
    """
)
_AFTER_A_TIME = _words(
    """
    et est edt pt pst pdt ct cst cdt mt gmt utc bst eastern pacific central monday tuesday wednesday thursday
    friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    """
)
_STARTERS = _words(
    """
    a after all also although an and another any are as asked at back because before both but by can could
    despite did do does during each earlier even every few fans first following for former from had has have he
    her here his how however i if in instead is it it's its just last later like many meanwhile more most much
    my neither no nor not now of on once one only or other our over perhaps previously several she show since so
    some still such than that that's the their then there there's these they they're this those though through
    to today together two under until upon viewers was we we're we've were what when where whether which while
    who why will with would yes yet you your
    """
)
_SAYING = re.compile(
    r"(?:said|says|asked|asks|told|added|adds|wrote|writes|replied|exclaimed|joked|quipped|recalled|tweeted|continued|"
    r"shouted|wondered|laughed|answered)\b"
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?$")
_NAME_WORDS_BEFORE_SAYING = 4


def sentences(text: str, *, body_start: int = 0) -> tuple[Sentence, ...]:
    """The sentences of `text` in order; every character but white space is in exactly one.

    The headline `text[:body_start]` is one sentence of its own. A blank line ends a sentence, a single line
    end does not.
    """
    spans = [(start, end) for start, end in [_trim(text, 0, body_start)] if start < end]
    start = body_start
    for gap in _PARAGRAPH_END.finditer(text, body_start):
        spans.extend(_split(text, start, gap.start()))
        start = gap.end()
    spans.extend(_split(text, start, len(text)))
    return tuple(Sentence(start=start, end=end, text=text[start:end]) for start, end in spans)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def _split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of one paragraph."""
    words = [m.span() for m in _WORD.finditer(text, start, end)]
    first = 0
    for i, (a, b) in enumerate(words):
        if i + 1 < len(words):
            if text[b - 1] not in _TERMINATORS and text[b - 1] not in _CLOSERS:
                continue
            following = [text[s:e] for s, e in words[i + 1 : i + 2 + _NAME_WORDS_BEFORE_SAYING]]
            if not _ends(text[a:b], following, alone=i == first):
                continue
        yield words[first][0], b
        first = i + 1


def _ends(word: str, following: Sequence[str], *, alone: bool) -> bool:
    """Whether a sentence ends after `word`, which is followed by at least one more; `alone`: it would be all of it."""
    bare = word.rstrip(_CLOSERS)
    mark = bare[-1:]
    if not mark or mark not in _TERMINATORS:
        return False
    opened = following[0].lstrip(_OPENERS)
    if opened[:1].islower() and not _starts_lower(opened):
        return False
    quoted = len(bare) < len(word)
    stem = bare.rstrip(_TERMINATORS).lstrip(_OPENERS).casefold()
    starter = opened.rstrip(",;:" + _TERMINATORS + _CLOSERS).casefold().replace("’", "'") in _STARTERS
    if mark in "!?":
        if quoted and _is_attribution(following):
            return False
        return starter or stem not in _EXCLAIMING
    if bare.endswith(("..", "…")):
        return True
    return _full_stop_ends(stem, opened, starter=starter, quoted=quoted, alone=alone)


def _full_stop_ends(stem: str, opened: str, *, starter: bool, quoted: bool, alone: bool) -> bool:
    if stem in _BEFORE_A_NAME:
        return False
    if stem in _BEFORE_A_NUMBER:
        return not opened[:1].isdigit()
    if stem.isdigit() and alone:
        return False  # the number of an item in a list
    if stem in ("a.m", "p.m"):
        return opened.rstrip(",.;:)").casefold() not in _AFTER_A_TIME
    if stem in _ANYWHERE or _INITIALS.match(stem) or (len(stem) == 1 and stem.isalpha()):
        return starter or (quoted and opened[:1].isupper())
    return True


def _starts_lower(opened: str) -> bool:
    """Names that begin in lower case may begin a sentence: iCarly, iZombie, eBay."""
    return len(opened) > 1 and opened[1].isupper()


def _is_attribution(following: Sequence[str]) -> bool:
    """'"Never again!" Amy Sherman-Palladino said': the words after the quote name its speaker."""
    for word in following:
        if _SAYING.match(word):
            return True
        if not word[:1].isupper() or word[-1:] in _TERMINATORS:
            return False
    return False
