"""How a name may be printed: the other spellings of it, and which letter cases still are that name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

#: Words that titles print in either case: "This is Us", "the Handmaid's Tale".
_SMALL = frozenset(
    (
        "a",
        "an",
        "the",
        "and",
        "or",
        "but",
        "nor",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "with",
        "as",
        "is",
        "vs",
        "into",
        "onto",
        "over",
        "up",
        "off",
        "de",
        "del",
        "la",
        "le",
        "van",
        "von",
    )
)
_ARTICLES = frozenset(("a", "an", "the"))
#: Up to this many letters a single word means its name in its own case only: "GoT" is not "got", "Us" is not "US".
_SHORT = 5
_TINY = 3
#: Below this many characters a name in lower case is more likely plain words.
_TELLING = 8

_NICKNAME = re.compile(r"""(?<=\s)["'“‘](?P<nick>[^"'“”‘’]+)["'”’]\s+""")
_HONORIFIC = re.compile(r"(?:Dr|Det|Lt|Sgt|Capt|Col|Prof|Rev)\. (?=\S+ \S)|(?:Detective|Doctor|Captain) (?=\S+ \S)")

#: What a name must have for any respelling to change it; most names have none of it.
_VARIABLE = re.compile(r"""[&:'’"“.,*!?]|\b(?:and|Jr|Sr|Detective|Doctor|Captain)\b""")

_Respell = Callable[[str], str]

_RESPELLINGS: tuple[_Respell, ...] = (
    lambda s: s.replace(" & ", " and "),
    lambda s: re.sub(r" and ", " & ", s),
    lambda s: s.replace(": ", " "),
    lambda s: re.sub(r"(?<=\w)['’](?=\w)", "", s) if " " in s else s,  # Greys Anatomy
    lambda s: re.sub(r",? (Jr|Sr)\.?$", r" \1", s),
    lambda s: re.sub(r",? (Jr|Sr)\.?$", r", \1.", s),
    lambda s: re.sub(r"\b(Mrs|Mr|Ms|Dr|St)\.", r"\1", s),
    lambda s: re.sub(r"\b([A-Z])\.(?=[A-Z]\.)", r"\1. ", s),  # J. K. Simmons
    lambda s: re.sub(r"(?<=\b[A-Z])[.*](?=[A-Z]\b)|(?<=\b[A-Z])\.(?!\w)", "", s) if _initials(s) else s,  # JK Simmons
    lambda s: re.sub(r"(?<=\w)[!?]+$", "", s),
)


def _initials(s: str) -> bool:
    return re.search(r"\b[A-Z][.*][A-Z]\b", s) is not None


def spellings(name: str) -> tuple[str, ...]:
    """The name and the other ways outlets print it, the name first: '&' and 'and', initials, apostrophes, colons, Jr.

    Never without its leading article or any other word: that is for an alias to say. Nicknames in quotes and
    honorifics are the exception: `Miriam "Midge" Maisel` is also Miriam Maisel and Midge Maisel.
    """
    if not _VARIABLE.search(name):
        return (name,)
    forms = dict.fromkeys(_persons(name))
    for respell in _RESPELLINGS:
        forms.update(dict.fromkeys([respell(form) for form in forms]))
    return tuple(forms)


def _persons(name: str) -> Iterator[str]:
    yield name
    if nick := _NICKNAME.search(name):
        yield name[: nick.start()] + name[nick.end() :]
        yield nick["nick"] + " " + name[nick.end() :]
    if rank := _HONORIFIC.match(name):
        yield from _persons(name[rank.end() :])


def fits(printed: str, surface: str, *, caseless: bool = False) -> bool:
    """Whether `surface` is the name `printed` by its letter case; both fold to the same text.

    Every capital that begins a word of the name must be one in the surface too, small words aside; a short one-word
    name that is an acronym, camel-cased or tiny (SVU, GoT, Us) must match exactly. `caseless`: the line around has
    no capitals at all, so that case says nothing; long names of two words and more then count.
    """
    words = printed.split()
    if len(words) == 1 and len(printed) <= _SHORT and (len(printed) <= _TINY or _shouted(printed)):
        return _letters(printed) == _letters(surface)
    if caseless and printed.lower() != printed:
        return len(words) > 1 and len(printed) >= _TELLING
    theirs = surface.split()
    if len(theirs) != len(words):  # spaces around a dash; the first and the last word still say enough
        words, theirs = [words[0], words[-1]], [theirs[0], theirs[-1]]
    last = len(words) - 1
    return all(
        not _lowered(word, seen)
        or (word.lower() in _ARTICLES if n in (0, last) and last else word.lower() in _SMALL and last > 0)
        for n, (word, seen) in enumerate(zip(words, theirs, strict=True))
    )


def may_begin_lower(printed: str) -> bool:
    """Whether `fits` may hold for a surface that begins in lower case, in a line that has capitals."""
    first = printed.split(maxsplit=1)[0]
    return not first[0].isupper() or first.lower() in _ARTICLES


def _letters(s: str) -> str:
    return "".join(c for c in s if c.isalnum())


def _shouted(word: str) -> bool:
    return any(c.isupper() for c in word[1:])


def _lowered(word: str, seen: str) -> bool:
    """The name begins this word with a capital and the surface does not."""
    return _first_letter(word).isupper() and _first_letter(seen).islower()


def _first_letter(word: str) -> str:
    return next((c for c in word if c.isalpha()), "")
