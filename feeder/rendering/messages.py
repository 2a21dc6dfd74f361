"""Alerts in words, for channels that people read: templates/channels/*.j2, or the owner's own of the same name.

Everything a template prints is escaped for its channel, whatever the template does: what an article says can never
become markup or ring for a whole group. `Markup` is what is marked up already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, Undefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from feeder import resources
from feeder.errors import TemplateError
from feeder.rendering.faults import told

_FOLDER = "channels"
_SUBJECT = f"{_FOLDER}/subject.j2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One alert, as a template sees it. All of it is one line of plain text; what there is not is ""."""

    watch: str
    title: str
    link: str  #: an http(s) address
    outlet: str
    day: str  #: of publication: "3 Nov 2026"
    sentence: str  #: the one that proves it
    summary: str
    events: tuple[str, ...]
    doubt: str  #: why it may be about somebody else
    also: int  #: other articles of the story
    feed: str  #: address


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message, as a template sees it: alerts, or a `text` about feeder itself."""

    type: str  #: "mention.new", "mention.digest", "endpoint.failing", ...
    alerts: tuple[Heard, ...] = ()
    more: int = 0  #: alerts that this message has no room for
    text: str = ""
    site: str = ""  #: title of the feeds
    address: str = ""  #: of the site
    test: bool = False  #: nothing has happened: somebody tries the endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Markings:
    """How a channel writes."""

    escape: Callable[[str], str]
    link: Callable[[str, str], str]  #: (address, escaped words) -> a link; the address has no blank, quote or bracket


class Phrasebook:
    """Templates of one channel. Threads may share it. Raises TemplateError."""

    def __init__(self, channel: str, markings: Markings, *, folder: Path | None = None) -> None:
        """`folder` holds the owner's templates."""
        self._folders = (*([folder] if folder else []), resources.templates())
        self._markings = markings
        self._environment = SandboxedEnvironment(
            loader=ChoiceLoader([FileSystemLoader(it) for it in self._folders]),
            autoescape=True,  # so that a macro's result is known for what it is: escaped already
            finalize=self._printed,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals["link"] = self._link
        with self._told(_SUBJECT):
            self._subject = self._environment.get_template(_SUBJECT)
        name = f"{_FOLDER}/{channel}.j2"
        with self._told(name):
            self._body = self._environment.get_template(name)

    def subject(self, message: Told) -> str:
        """One line."""
        with self._told(_SUBJECT):
            return " ".join(self._subject.render(_values(message)).split())

    def body(self, message: Told) -> str:
        """Lines, never two blank ones in a row."""
        with self._told(self._body.name or ""):
            text = self._body.render(_values(message))
        lines = "\n".join(line.rstrip() for line in text.splitlines())
        return re.sub(r"\n{3,}", "\n\n", lines).strip()

    def check(self) -> None:
        """Try the templates with everything they will be given. Raises TemplateError."""
        for message in samples():
            self.subject(message)
            if not self.body(message):
                raise TemplateError(f"{self._body.filename}: says nothing of a message of type {message.type}")

    def _printed(self, value: object) -> object:
        if isinstance(value, (Markup, Undefined)):
            return value  # an undefined one complains by itself
        return Markup(self._markings.escape("" if value is None else str(value)))  # noqa: S704  escaped for the channel

    def _link(self, address: str, words: str) -> Markup:
        """The words, leading to the address where there is one."""
        escaped = self._markings.escape(str(words))
        plain = _encoded(address)
        return Markup(self._markings.link(plain, escaped) if plain else escaped)  # noqa: S704  escaped for the channel

    def _told(self, name: str) -> AbstractContextManager[None]:
        return told(name, self._folders)


def _values(message: Told) -> dict[str, object]:
    return {name: getattr(message, name) for name in Told.__dataclass_fields__}


def _encoded(address: str) -> str:
    """An http(s) address without a character that could end it early in any channel's markup; "" for another one."""
    if re.match(r"https?://[^/]", address) is None:
        return ""
    return re.sub(r"[^!#$%&*+,\-./0-9:;=?@A-Z_a-z~]", lambda c: "".join(f"%{b:02X}" for b in c[0].encode()), address)


def samples() -> Sequence[Told]:
    """One of each shape, to try templates with."""
    heard = Heard(
        watch="Ada <Sample>",
        title="A *sample* headline & more",
        link="https://example.org/sample?a=1&b=2",
        outlet="The Sample",
        day="2 Mar 2026",
        sentence="Ada Sample joins Example Show & friends.",
        summary="Ada Sample joins Example Show & friends. It starts in May.",
        events=("casting",),
        doubt="",
        also=2,
        feed="https://example.org/feeds/person/ada-sample.atom",
    )
    bare = Heard(
        watch="Al",
        title="Another",
        link="",
        outlet="",
        day="2 Mar 2026",
        sentence="",
        summary="",
        events=(),
        doubt="more than one person has this name",
        also=0,
        feed="https://example.org/feeds/all.atom",
    )
    made = partial(Told, site="Samples", address="https://example.org")
    return (
        made(type="mention.new", alerts=(heard,)),
        made(type="mention.test", alerts=(bare,), test=True),
        made(type="mention.digest", alerts=(heard, bare), more=3),
        made(type="endpoint.failing", text="Alerts for the endpoint desk have not arrived."),
    )
