"""What a request asks for, as values: numbers, days, kinds, forms. What makes no sense is told, never guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import parse_qs

from starlette.requests import Request

from feeder.model import EventType, TopicKind
from feeder.service.questions import Question

_NUMBER = re.compile(r"-?\d{1,19}", re.ASCII)
_LARGEST = (1 << 63) - 1
_LONGEST_FORM = 64 * 1024  # bytes
_MOST_FIELDS = 500
_LONGEST_TEXT = 300  # characters of a search
_LONGEST_NAME = 200
_Kind = TypeVar("_Kind", bound=StrEnum)


class Senseless(Exception):  # noqa: N818 - said of the request
    """A parameter that cannot be understood; the text is for whoever sent it."""


def number(values: Mapping[str, str], name: str) -> int | None:
    """A place to go on from. Raises Senseless."""
    text = values.get(name, "")
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or abs(int(text)) > _LARGEST:
        raise Senseless(f"{name}: not a place that a page was left at: {text[:40]!r}")
    return int(text)


def day(values: Mapping[str, str], name: str) -> date | None:
    """2026-03-01. Raises Senseless."""
    text = values.get(name, "").strip()
    if not text:
        return None
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise Senseless(f"{name}: expected a day like 2026-03-01, got {text[:40]!r}") from None


def one_of(values: Mapping[str, str], name: str, kinds: type[_Kind]) -> _Kind | None:
    """Raises Senseless."""
    text = values.get(name, "").strip()
    if not text:
        return None
    try:
        return kinds(text)
    except ValueError:
        raise Senseless(f"{name}: expected one of {', '.join(kinds)}, got {text[:40]!r}") from None


def text(values: Mapping[str, str], name: str, *, longest: int = _LONGEST_NAME) -> str:
    """Raises Senseless."""
    found = " ".join(values.get(name, "").split())
    if len(found) > longest:
        raise Senseless(f"{name}: at most {longest} characters")
    return found


def question(values: Mapping[str, str]) -> Question:
    """A search. Raises Senseless."""
    event = one_of(values, "event", EventType)
    return Question(
        text=text(values, "q", longest=_LONGEST_TEXT),
        kind=one_of(values, "kind", TopicKind),
        show=text(values, "show"),
        person=text(values, "person"),
        event=event.value if event else "",
        outlet=text(values, "outlet"),
        since=day(values, "since"),
        until=day(values, "until"),
    )


class Form(Mapping[str, str]):
    """The fields of a form. As a mapping it has the first of each name, "" for one that has none."""

    def __init__(self, found: Mapping[str, Sequence[str]]) -> None:
        self._found = found

    def __getitem__(self, name: str) -> str:
        return next(iter(self._found[name]), "")

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def all(self, name: str) -> list[str]:
        """Every one of this name that says something, blanks around it left out."""
        return [value for it in self._found.get(name, ()) if (value := it.strip())]

    def text(self, name: str, *, longest: int = _LONGEST_NAME) -> str:
        """On one line. Raises Senseless."""
        return text(self, name, longest=longest)

    def lines(self, name: str, *, longest: int) -> list[str]:
        """Those of a text that say something; `longest`: characters of all. Raises Senseless."""
        self.text(name, longest=longest)
        return [line for it in self.get(name, "").splitlines() if (line := " ".join(it.split()))]


async def form(request: Request) -> Form:
    """Raises Senseless."""
    body = await _body(request, "application/x-www-form-urlencoded", "a form")
    try:
        return Form(parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise Senseless("the form cannot be read") from None


async def table(request: Request) -> Mapping[str, Any]:
    """A JSON object. Raises Senseless."""
    body = await _body(request, "application/json", "JSON")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Senseless("the JSON cannot be read") from None
    if not isinstance(found, dict):
        raise Senseless("a JSON object was expected")
    return found


async def _body(request: Request, media_type: str, what: str) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != media_type:
        raise Senseless(f"{what} was expected")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST_FORM:
            raise Senseless("that is too long")
    return body
