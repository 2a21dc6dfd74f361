"""The query language of an owner's topics: text -> conditions -> does this entry meet them?

    show:"Gilmore Girls" AND (event:casting OR person:"Milo Ventimiglia") NOT main:no

Conditions that stand beside one another must all hold, as with AND; NOT binds tightest, then AND, then OR. The words
AND, OR and NOT are written in capitals. Names and words are compared without case, accents and punctuation.

    show:X person:X   a show or person of that label, id, or full name as printed; never one that could be another
    event:X           news of this type (model.EventType)
    main:yes main:no  whether one of the shows and people named in the same parentheses is what the article is about
    outlet:X          who published it
    language:en       in this language, also en-GB
    title:X           these words, next to one another, in the headline
    text:X  or  X     the same in the headline or the text

Pure: nothing here knows of stores or settings.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from feeder.errors import QueryError
from feeder.model import Entry, EventType, Tag, TagKind
from feeder.text import fold

_LONGEST = 10_000  # characters
_DEEPEST = 100  # parentheses in parentheses, and NOTs in a row
_OPERATORS = ("AND", "OR", "NOT")
_FIELDS = ("show", "person", "event", "main", "outlet", "language", "title", "text")
#: What others call these fields.
_ALSO = {
    **dict.fromkeys(("actor", "actress", "people", "name", "who", "creator", "cast"), "person"),
    **dict.fromkeys(("series", "tv", "program", "programme", "shows"), "show"),
    **dict.fromkeys(("source", "site", "publisher", "publication"), "outlet"),
    **dict.fromkeys(("body", "content", "word", "words"), "text"),
    **dict.fromkeys(("type", "kind", "news", "events"), "event"),
    **dict.fromkeys(("headline", "intitle"), "title"),
    "lang": "language",
}
_QUOTES = tuple('"“”„')
_TOKEN = re.compile(
    r"""(?P<open>\()|(?P<close>\))"""
    r"""|(?:(?P<field>[^\W\d_]+):)?(?:["“”„](?P<phrase>(?:[^"“”„\\]|\\.)*)["“”„]|(?P<word>[^\s()"“”„]+))"""
    r"""|(?P<unclosed>["“”„])""",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PLAIN = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_BETWEEN_WORDS = re.compile(r"[\W_]+")


class Where(StrEnum):
    """Where words are looked for."""

    TITLE = "title"
    TEXT = "text"  #: headline and text


@dataclass(frozen=True, slots=True)
class Named:
    """show:X, person:X"""

    kind: TagKind
    name: str


@dataclass(frozen=True, slots=True)
class Happened:
    """event:X"""

    type: EventType


@dataclass(frozen=True, slots=True)
class Main:
    """main:yes, main:no"""

    wanted: bool
    of: tuple[Named, ...] = ()  #: of which names; none: of any show or person


@dataclass(frozen=True, slots=True)
class Outlet:
    name: str


@dataclass(frozen=True, slots=True)
class Language:
    code: str  #: in lower case


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand next to one another."""

    words: str
    where: Where = Where.TEXT


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Condition, ...]  #: at least two


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Condition, ...]  #: at least two


Condition = Named | Happened | Main | Outlet | Language | Words | Not | And | Or


class Reading:
    """An entry as queries see it; what is costly is made once, when the first of them asks for it."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry

    @cached_property
    def title(self) -> str:
        return _words(self.entry.article.title)

    @cached_property
    def body(self) -> str:
        return _words(self.entry.article.body)

    @cached_property
    def names(self) -> tuple[tuple[Tag, frozenset[str]], ...]:
        """Every tag that is certain to be the one named, with what it is called."""
        return tuple((tag, _names(tag)) for tag in self.entry.tags if not tag.candidates)

    def tags(self, named: Named) -> Iterator[Tag]:
        wanted = _spelt(named.name)
        return (tag for tag, names in self.names if tag.kind is named.kind and wanted in names)


def parse(text: str) -> Condition:
    """Raises QueryError, which says where and what to write instead."""
    if len(text) > _LONGEST:
        raise QueryError(f"longer than {_LONGEST} characters", position=_LONGEST)
    return _bound(_Parser(text).whole(), ())


def matches(condition: Condition, seen: Reading) -> bool:
    """Whether the entry meets the condition."""
    match condition:
        case And(parts):
            return all(matches(part, seen) for part in parts)
        case Or(parts):
            return any(matches(part, seen) for part in parts)
        case Not(part):
            return not matches(part, seen)
        case Named():
            return any(True for _ in seen.tags(condition))
        case Happened(kind):
            return any(event.type is kind for event in seen.entry.events)
        case Main(wanted, of):
            tags = (tag for named in of for tag in seen.tags(named)) if of else (tag for tag, _ in seen.names)
            return any(tag.main for tag in tags) is wanted
        case Outlet(name):
            return _spelt(name) == _spelt(seen.entry.article.outlet or "")
        case Language(code):
            language = seen.entry.article.language.lower()
            return language == code or language.startswith(f"{code}-")
        case Words(text, where):
            words = _words(text)
            return words in seen.title or (where is Where.TEXT and words in seen.body)


def written(condition: Condition) -> str:
    """The condition as a query; `parse` gives it back (its `main` bound to the names around it)."""
    match condition:
        case And(parts):
            return " AND ".join(f"({written(part)})" if isinstance(part, And | Or) else written(part) for part in parts)
        case Or(parts):
            return " OR ".join(f"({written(part)})" if isinstance(part, Or) else written(part) for part in parts)
        case Not(part):
            return f"NOT ({written(part)})" if isinstance(part, And | Or) else f"NOT {written(part)}"
        case Named(kind, name):
            return f"{kind.value}:{_quoted(name)}"
        case Happened(kind):
            return f"event:{kind.value}"
        case Main(wanted, _):
            return f"main:{'yes' if wanted else 'no'}"
        case Outlet(name):
            return f"outlet:{_quoted(name)}"
        case Language(code):
            return f"language:{code}"
        case Words(words, where):
            return f"title:{_quoted(words)}" if where is Where.TITLE else _quoted(words)


@dataclass(frozen=True, slots=True)
class _Token:
    position: int
    text: str  #: as it stands there
    kind: str  #: "(", ")", one of the operators, or "" for a condition
    field: str = ""
    value: str = ""


class _Parser:
    """Recursive descent; its depth is the number of open parentheses."""

    def __init__(self, text: str) -> None:
        self._end = len(text)
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> Condition:
        if not self._tokens:
            raise QueryError('empty; write a condition such as show:"Gilmore Girls"', position=0)
        found = self._any()
        if (token := self._next()) is not None:
            raise QueryError("this parenthesis closes nothing", position=token.position)
        return found

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._took("OR"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Condition:
        parts = [self._one()]
        while (token := self._next()) is not None and token.kind not in ("OR", ")"):
            self._took("AND")
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Condition:
        negations = 0
        while (token := self._next()) is not None and self._took("NOT"):
            negations += 1
            if negations > _DEEPEST:
                raise QueryError(f"more than {_DEEPEST} NOTs in a row", position=token.position)
        found = self._bare()
        for _ in range(negations):
            found = Not(found)
        return found

    def _bare(self) -> Condition:
        token = self._next()
        before = self._tokens[self._at - 1] if self._at else None
        if token is None:
            assert before is not None  # noqa: S101 - an empty query never comes here
            raise QueryError(f"nothing follows {before.text!r}", position=self._end)
        self._at += 1
        if token.kind == "(":
            self._depth += 1
            if self._depth > _DEEPEST:
                raise QueryError(f"more than {_DEEPEST} parentheses inside one another", position=token.position)
            found = self._any()
            if not self._took(")"):
                raise QueryError("this parenthesis is never closed", position=token.position)
            self._depth -= 1
            return found
        if token.kind:
            place = f"between {before.text!r} and {token.text!r}" if before else f"before {token.text!r}"
            raise QueryError(f"a condition is missing {place}", position=token.position)
        return _condition(token)

    def _next(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _took(self, kind: str) -> bool:
        token = self._next()
        if token is None or token.kind != kind:
            return False
        self._at += 1
        return True


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        found = _TOKEN.match(text, position)
        if found is None or found["unclosed"]:
            raise QueryError("this quotation mark is never closed", position=position)
        position = found.end()
        if not (found.group().endswith(":") and text[position : position + 1] in _QUOTES):
            yield _token(found)


def _token(found: re.Match[str]) -> _Token:
    position, text, word = found.start(), found.group(), found["word"]
    if found["open"] or found["close"]:
        return _Token(position, text, text)
    if word is not None and found["field"] is None:
        if word in _OPERATORS:
            return _Token(position, text, word)
        if word.upper() in _OPERATORS:
            raise QueryError(
                f'write {word.upper()} in capitals to join conditions, or "{word}" in quotes for the word itself',
                position=position,
            )
        if word.endswith(":"):
            raise QueryError(f'{word} names nothing; write {word}"..." without a space', position=position)
    value = word if word is not None else _ESCAPED.sub(r"\1", found["phrase"])
    if word is not None and "*" in word:
        raise QueryError("there are no wildcards: whole words are looked for; write the words joined by OR", position)
    if not _spelt(value):
        raise QueryError(f"{text} holds no letter or digit to look for", position=position)
    return _Token(position, text, "", (found["field"] or "").lower(), value)


def _condition(token: _Token) -> Condition:
    value, at = token.value, token.position
    match token.field:
        case "show" | "person":
            return Named(TagKind(token.field), value)
        case "event":
            return Happened(EventType(_one_of(value.lower(), [event.value for event in EventType], "event", at)))
        case "main":
            return Main(_one_of(value.lower(), ["yes", "no"], "value of main", at) == "yes")
        case "outlet":
            return Outlet(value)
        case "language":
            return Language(value.lower())
        case "title":
            return Words(value, Where.TITLE)
        case "text" | "":
            return Words(value)
    near = _ALSO.get(token.field) or next(iter(difflib.get_close_matches(token.field, _FIELDS, n=1)), None)
    hint = f"did you mean {near}:?" if near else f'known: {", ".join(_FIELDS)}; put "{token.text}" in quotes for words'
    raise QueryError(f"there is no field {token.field!r}; {hint}", position=at)


def _one_of(value: str, known: list[str], what: str, position: int) -> str:
    if value in known:
        return value
    near = difflib.get_close_matches(value, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    raise QueryError(f"there is no {what} {value!r}; {hint}", position=position)


def _bound(condition: Condition, around: tuple[Named, ...]) -> Condition:
    """`main` told which names it speaks of: those asked for in the nearest AND around it that has any."""
    match condition:
        case And(parts):
            inside = tuple(dict.fromkeys(name for part in parts for name in _asked(part))) or around
            return And(tuple(_bound(part, inside) for part in parts))
        case Or(parts):
            return Or(tuple(_bound(part, around) for part in parts))
        case Not(part):
            return Not(_bound(part, around))
        case Main(wanted, _):
            return Main(wanted, around)
    return condition


def _asked(condition: Condition) -> Iterator[Named]:
    """The shows and people that the condition names and does not rule out."""
    match condition:
        case Named():
            yield condition
        case And(parts) | Or(parts):
            for part in parts:
                yield from _asked(part)


def _names(tag: Tag) -> frozenset[str]:
    """As printed only names of two words and more count: a single one may stand for anybody who has it."""
    printed = (_spelt(proof.surface) for proof in tag.evidence)
    return frozenset((_spelt(tag.label), _spelt(tag.id), *(name for name in printed if " " in name)))


def _spelt(name: str) -> str:
    """What of a name is compared: "Grey’s Anatomy" and "greys-anatomy" are one."""
    return _BETWEEN_WORDS.sub(" ", fold(name).replace("'", "")).strip()


def _words(text: str) -> str:
    """All words with a space around each: a phrase stands in a text if this of the one is in this of the other."""
    return f" {_BETWEEN_WORDS.sub(' ', fold(text)).strip()} "


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value) and value.upper() not in _OPERATORS:
        return value
    return '"' + re.sub(r'(["“”„\\])', r"\\\1", value) + '"'
