"""Forms of a name: what is the same name written differently, and what is a short form of a longer one."""

# ruff: noqa: E501 - patterns and word lists are tables: one row each reads best
from __future__ import annotations

import re
from functools import lru_cache

from feeder.text import fold

_HONORIFIC = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "sir",
        "dame",
        "lord",
        "lady",
        "king",
        "queen",
        "prince",
        "princess",
        "president",
        "senator",
        "sen",
        "rep",
        "gov",
        "captain",
        "capt",
        "detective",
        "det",
        "sgt",
        "sergeant",
        "officer",
        "agent",
        "professor",
        "prof",
        "father",
        "sister",
        "brother",
        "aunt",
        "uncle",
        "rev",
        "judge",
        "coach",
        "chef",
        "lieutenant",
        "lt",
        "colonel",
        "col",
        "general",
        "gen",
        "major",
        "commander",
    ]
)
_SUFFIX = frozenset({"jr", "sr", "ii", "iii", "iv"})
_PARTICLE = frozenset(
    {
        "de",
        "del",
        "della",
        "der",
        "di",
        "da",
        "du",
        "la",
        "le",
        "van",
        "von",
        "bin",
        "al",
        "el",
        "st",
        "mac",
        "lo",
        "ter",
    }
)

# Everyday short forms of first names, each with the forms it may stand for.
_NICKNAMES = {
    "alex": "alexander alexandra alexandria alejandro alexis", "andy": "andrew", "drew": "andrew", "tony": "anthony antonio",
    "ben": "benjamin benedict", "bill": "william", "billy": "william", "will": "william", "willie": "william",
    "bob": "robert", "bobby": "robert", "rob": "robert", "robbie": "robert", "cathy": "catherine kathleen",
    "charlie": "charles charlotte", "charley": "charles", "chuck": "charles", "chris": "christopher christine christina",
    "christy": "christine christina", "cindy": "cynthia", "dan": "daniel", "danny": "daniel", "dave": "david",
    "davey": "david", "deb": "deborah debra", "debbie": "deborah debra", "dick": "richard", "rich": "richard",
    "rick": "richard eric frederick", "ricky": "richard", "ed": "edward edwin edgar", "eddie": "edward edwin", "ted": "edward theodore",
    "teddy": "edward theodore", "frank": "francis franklin", "fred": "frederick alfred", "freddie": "frederick", "gabe": "gabriel",
    "greg": "gregory", "hank": "henry", "harry": "henry harold", "jack": "john jackson", "jake": "jacob",
    "jeff": "jeffrey geoffrey", "jen": "jennifer", "jenny": "jennifer", "jerry": "gerald jerome gerard", "jess": "jessica jesse",
    "jim": "james", "jimmy": "james", "jamie": "james", "joe": "joseph", "joey": "joseph", "jon": "jonathan", "josh": "joshua",
    "kate": "katherine catherine", "kathy": "katherine kathleen catherine", "katie": "katherine", "ken": "kenneth", "kenny": "kenneth",
    "larry": "lawrence laurence", "len": "leonard", "lenny": "leonard", "leo": "leonard leonardo", "liz": "elizabeth", "beth": "elizabeth",
    "lou": "louis", "maggie": "margaret", "meg": "margaret megan", "peggy": "margaret", "matt": "matthew", "max": "maxwell maximilian",
    "mike": "michael", "mickey": "michael", "mick": "michael", "nat": "nathan nathaniel natalie", "nate": "nathan nathaniel",
    "nick": "nicholas", "pat": "patrick patricia", "patty": "patricia", "pete": "peter", "phil": "philip phillip", "ray": "raymond",
    "ron": "ronald", "ronnie": "ronald veronica", "russ": "russell", "sam": "samuel samantha", "sammy": "samuel", "sandy": "sandra alexander",
    "steve": "steven stephen", "stu": "stuart", "sue": "susan suzanne", "susie": "susan", "tim": "timothy", "tom": "thomas",
    "tommy": "thomas", "val": "valerie", "vic": "victor", "vicky": "victoria", "vince": "vincent", "walt": "walter", "zach": "zachary",
    "zack": "zachary", "abby": "abigail", "mandy": "amanda", "becky": "rebecca", "barb": "barbara", "carrie": "caroline carolyn",
    "ellie": "eleanor", "gwen": "gwendolyn", "jackie": "jacqueline", "kim": "kimberly", "lexi": "alexandra alexis", "mel": "melissa melanie melvin",
    "sherry": "cheryl", "steph": "stephanie", "tess": "theresa", "tina": "christina", "trish": "patricia", "ty": "tyler tyrone",
}  # fmt: skip
_SAME_FIRST = {short: frozenset(longs.split()) for short, longs in _NICKNAMES.items()}


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """Folded words without full stops: 'J.K. Simmons' -> ('jk', 'simmons'); a hyphen stays inside its word."""
    folded = fold(name).replace("’", "'")
    folded = re.sub(r"\b([a-z])\.\s*(?=[a-z]\.)", r"\1", folded)  # initials grow together: "j. k." and "j.k." are "jk."
    folded = re.sub(r"(?<=[a-z])['’]s$", "", folded)
    return tuple(w for w in re.findall(r"[\w'*!+%$#-]+", folded.replace(".", "")) if w.strip("-'"))


@lru_cache(maxsize=8192)
def person_words(name: str) -> tuple[str, ...]:
    """Words of a name without honorifics and nicknames in quotes; a suffix such as Jr. stays."""
    found = words(re.sub(r"[\"“‘'(][\w .]+[\"”’')]\s", "", name))
    while len(found) > 1 and found[0] in _HONORIFIC:
        found = found[1:]
    return found


def bare(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Without Jr., Sr., III."""
    return parts[:-1] if len(parts) > 1 and parts[-1] in _SUFFIX else parts


def surname(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The last word with the particles before it: ('del', 'tredici')."""
    parts = bare(parts)
    i = len(parts) - 1
    while i > 1 and parts[i - 1] in _PARTICLE:
        i -= 1
    return parts[i:]


def same_first(a: str, b: str) -> bool:
    """Is one first name the other one, its short form or its initial?"""
    if a == b or b in _SAME_FIRST.get(a, ()) or a in _SAME_FIRST.get(b, ()):
        return True
    short, long = sorted((a, b), key=len)
    return len(short) == 1 and long.startswith(short)


def same_person(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Do two full names (two words or more each) name one person? Middle names may be missing, Jr. may not differ."""
    suffix_a, suffix_b = a[len(bare(a)) :], b[len(bare(b)) :]
    if suffix_a and suffix_b and suffix_a != suffix_b:
        return False
    a, b = bare(a), bare(b)
    if a == b:
        return not (suffix_a or suffix_b) or suffix_a == suffix_b
    if len(a) < 2 or len(b) < 2 or suffix_a != suffix_b:
        return False
    if surname(a) == surname(b) or a[-1] == b[-1]:
        middle = a[1:-1], b[1:-1]
        if middle[0] and middle[1] and middle[0][0][0] != middle[1][0][0]:
            return False
        return same_first(a[0], b[0])
    return False


def is_short_form(short: tuple[str, ...], full: tuple[str, ...]) -> str | None:
    """How `short` may stand for the person `full`: 'surname', 'first', 'inner', 'plural' or None.

    'Palladino' is no short form of 'Amy Sherman-Palladino': a hyphen makes another surname.
    """
    full = bare(full)
    short = bare(short)
    if len(short) >= len(full) or not short:
        return None
    if full[-len(short) :] == short or surname(full) == short:
        return "surname"
    if full[: len(short)] == short or (
        len(short) == 1 and short[0] in _SAME_FIRST and full[0] in _SAME_FIRST[short[0]]
    ):
        return "first"
    if len(short) == 1 and short[0] in (full[-1] + "s", full[-1] + "es"):
        return "plural"
    if len(short) == 1 and len(short[0]) > 2 and short[0] in full[1:-1]:
        return "inner"
    if len(short) == 1 and len(full) > 1 and short[0] == "".join(w[0] for w in full) and len(short[0]) > 1:
        return "initials"
    return None


@lru_cache(maxsize=8192)
def title_words(title: str) -> tuple[str, ...]:
    """Folded words of a title without the leading article, a year in brackets and punctuation; '&' is 'and'."""
    folded = fold(title).replace("&", " and ").replace("’", "'")
    folded = re.sub(r"\s*\((?:19|20)\d\d\)\s*$|\s*\((?:us|uk|u\.s\.|u\.k\.)\)\s*$", "", folded)
    found = tuple(re.sub(r"[^\w*!+%$#]", "", w) for w in re.split(r"[\s/:–—-]+", folded))
    found = tuple(w for w in found if w)
    return found[1:] if len(found) > 1 and found[0] in {"the", "a", "an"} else found


@lru_cache(maxsize=8192)
def title_short_form(short: tuple[str, ...], full: tuple[str, ...], full_title: str) -> str | None:
    """How the words `short` may stand for a longer title: 'end', 'before-colon', 'start', 'inner', 'acronym' or None."""
    n = len(short)
    if not n or n >= len(full):
        if n == 1 and len(short[0]) > 1 and len(full) > 1 and short[0] == "".join(w[0] for w in full):
            return "acronym"
        return None
    if full[-n:] == short:
        return "end"
    if full[:n] == short:
        head = re.split(r":\s|\s[–—-]\s", full_title, maxsplit=1)
        return "before-colon" if len(head) > 1 and title_words(head[0]) == short else "start"
    if any(full[i : i + n] == short for i in range(1, len(full) - n)):
        return "inner"
    if n == 1 and len(short[0]) > 1:
        whole = tuple(w for w in fold(full_title).replace("&", " ").replace(":", " ").replace("'", "").split() if w)
        forms = {
            "".join(w[0] for w in full),
            "".join(w[0] for w in whole),
            "".join(w[0] for w in whole if w not in {"of", "the", "and", "in"}),
        }
        if short[0] in forms:
            return "acronym"
    return None
