"""Front matter: what the owner says about an article, in YAML between '---' or TOML between '+++'."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

import yaml

from feeder.errors import NotAnArticle
from feeder.extraction.credits import names_in
from feeder.extraction.draft import Draft
from feeder.model import DateSource, OwnerWord
from feeder.text import one_line

_YAML = re.compile(r"\s*---[ \t]*\n(.*?)\n?(?:---|\.\.\.)[ \t]*(?:\n|$)", re.S)
_TOML = re.compile(r"\s*\+\+\+[ \t]*\n(.*?)\n?\+\+\+[ \t]*(?:\n|$)", re.S)
_LONGEST = 64_000  # characters
_MOST_DOTS = 200  # in a line of TOML: reading "a.a.a" takes time and memory with the square of its depth
_DATE = ("date", "published", "publishdate", "published_at", "datepublished")
_UPDATED = ("updated", "lastmod", "modified", "last_modified", "updated_at")
_LINK = ("url", "link", "canonical", "canonical_url", "source_url")
_AUTHOR = ("authors", "author", "byline", "by")
_OUTLET = ("outlet", "publication", "publisher", "site", "source")


class _Loader(yaml.BaseLoader):  # type: ignore[misc,unused-ignore]  # types-PyYAML leaves the class untyped in some versions
    """Every scalar as it is written (24 and 1883 are shows), and no aliases: nested, they grow without bound."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call,unused-ignore]  # as above
            raise yaml.composer.ComposerError(None, None, "aliases are not read here", mark)
        return super().compose_node(parent, index)


def split(text: str) -> tuple[Draft, str]:
    """What the front matter says, and the text below it. Raises NotAnArticle('front-matter') where it is broken.

    A text that begins with a rule ('---') and no keys has none.
    """
    for pattern, load in ((_YAML, _yaml), (_TOML, _toml)):
        m = pattern.match(text)
        if m is None:
            continue
        if len(m[1]) > _LONGEST:
            raise NotAnArticle("front-matter", f"is longer than {_LONGEST:,} characters")
        try:
            said = load(m[1])
        except RecursionError:
            raise NotAnArticle("front-matter", "is nested too deep") from None
        if isinstance(said, Mapping):
            return _draft({str(key).strip().lower(): value for key, value in said.items()}), text[m.end() :]
        if said is None and load is _yaml and not m[1].strip():
            return Draft(), text[m.end() :]
    return Draft(), text


def _yaml(source: str) -> object:
    try:
        return yaml.load(source, Loader=_Loader)  # noqa: S506 - BaseLoader makes strings, lists and mappings only
    except yaml.MarkedYAMLError as e:
        line = e.problem_mark.line + 2 if e.problem_mark else 1  # the first line is the one with the hyphens
        hint = "; a value that holds a colon needs quotes" if "mapping values" in (e.problem or "") else ""
        raise NotAnArticle("front-matter", f"line {line}: {one_line(e.problem or 'cannot be read')[:200]}{hint}") from e
    except (yaml.YAMLError, ValueError, TypeError) as e:
        raise NotAnArticle("front-matter", one_line(str(e))[:200]) from e


def _toml(source: str) -> object:
    if any(line.count(".") > _MOST_DOTS for line in source.split("\n")):
        raise NotAnArticle("front-matter", f"a line holds more than {_MOST_DOTS} full stops")
    try:
        return tomllib.loads(source)
    except (ValueError, OverflowError) as e:
        raise NotAnArticle("front-matter", one_line(str(e))[:200]) from e


def _draft(said: Mapping[str, object]) -> Draft:
    def first(keys: tuple[str, ...]) -> str:
        return next((text for key in keys if (text := _text(said.get(key)))), "")

    links = tuple(text for key in _LINK if (text := _text(said.get(key))))
    date = first(_DATE)
    return Draft(
        title=_text(said.get("title")),
        dates=((DateSource.FRONT_MATTER, date),) if date else (),
        updated=first(_UPDATED),
        links=links,
        byline=next((names for key in _AUTHOR if (names := _names(said.get(key)))), ()),
        outlet=first(_OUTLET),
        image=_text(said.get("image")) or _text(said.get("cover")),
        language=_text(said.get("language")) or _text(said.get("lang")),
        owner=OwnerWord(
            id=_text(said.get("id")) or None,
            shows=_list(said.get("shows")),
            people=_list(said.get("people")),
            tags=_keywords(said.get("tags")) or _keywords(said.get("keywords")),
        ),
    )


def _text(value: object) -> str:
    """A scalar in one line; a mapping's name or address; nothing of a list."""
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("url")
    return one_line(str(value)) if value is not None and not isinstance(value, (list, Mapping)) else ""


def _list(value: object) -> tuple[str, ...] | None:
    """A title may hold a comma, so one string is one item. None: nothing was said; (): there are none."""
    if value is None or value == "":
        return None
    items = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(filter(None, map(_text, items))))


def _keywords(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(",")
    return _list(value) or ()


def _names(value: object) -> tuple[str, ...]:
    """A list is names as they are; a string may hold several."""
    if isinstance(value, list):
        return _list(value) or ()
    text = _text(value)
    return names_in(text) or ((text,) if text else ())
