"""The shape of config.toml. Each field's description completes "expected ..." in the error about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf
from pydantic.fields import FieldInfo

from feeder.config import values
from feeder.config.cron import normalise
from feeder.model import EndpointKind, EventType, Quiet, Rate, Rhythm

DEFAULT_AUTHORITY = "feeder.invalid,2026"


def _text(parse: Callable[[str], object]) -> BeforeValidator:
    """Only a TOML string may be parsed: a number or a date in its place is an error, not a surprise."""

    def validate(value: object) -> object:
        if not isinstance(value, str):
            raise ValueError
        return parse(value)

    return BeforeValidator(validate)


def _event_type(text: str) -> EventType:
    try:
        return EventType(text)
    except ValueError:
        raise ValueError from None  # what it could be is said already


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _bytes(value: object) -> object:
    """A plain number of bytes, or a size."""
    return values.size(value) if isinstance(value, str) else value


def _private(value: object) -> object:
    """All feeds, none, or a list of them."""
    if isinstance(value, bool):
        return ["*"] if value else []
    listed = _listed(value)
    if not isinstance(listed, list) or not all(isinstance(it, str) for it in listed):
        raise ValueError
    return [values.feeds(it) for it in listed]


_Name = Annotated[str, _text(values.name)]
_Address = Annotated[str, _text(values.address)]
_Network = Annotated[str, _text(values.network)]
_Duration = Annotated[float, _text(values.duration)]
_Size = Annotated[int, _text(values.size)]
_Bytes = Annotated[int, BeforeValidator(_bytes)]
_Query = Annotated[str, _text(values.query)]
_Strings = Annotated[list[str], BeforeValidator(_listed)]
_FeedNames = Annotated[list[Annotated[str, _text(values.feeds)]], BeforeValidator(_listed)]
_Private = Annotated[list[str], BeforeValidator(_private)]
_Names = Annotated[list[_Name], BeforeValidator(_listed)]
_EventTypes = Annotated[list[Annotated[EventType, _text(_event_type)]], BeforeValidator(_listed)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True)


class Site(Section):
    title: _Name = Field(default="feeder", description="a title on one line")
    base_url: Annotated[str, _text(values.site_address)] = Field(
        default="http://localhost:8080", description='an address like "https://feeds.example.org"'
    )
    author: _Name = Field(default="feeder", description="a name on one line")
    language: Annotated[str, _text(values.language)] = Field(
        default="en", description='a language like "en" or "en-GB"'
    )
    authority: Annotated[str, _text(values.authority)] = Field(
        default=DEFAULT_AUTHORITY,
        description='a domain or mail address in lower case and a date, like "example.org,2026"',
    )


class Source(Section):
    folder: str = Field(default="seeds", min_length=1, description="the path of a folder")
    max_size: _Size = Field(
        default=20_000_000, ge=1, le=1_000_000_000, description='a size from "1 B" to "1 GB", like "20 MB"'
    )
    settle: _Duration = Field(default=0.5, ge=0, le=3600, description='a duration from "0s" to "1h", like "2s"')
    timezone: Annotated[ZoneInfo, _text(values.zone)] = Field(
        default=ZoneInfo("UTC"), description='a time zone like "UTC" or "Europe/Berlin"'
    )


class State(Section):
    folder: str = Field(default="state", min_length=1, description="the path of a folder")


class Output(Section):
    folder: str = Field(default="public", min_length=1, description="the path of a folder")


class Templates(Section):
    folder: str = Field(default="", description='the path of a folder, or "" for none')


class Catalog(Section):
    folder: str = Field(default="catalog", min_length=1, description="the path of a folder")
    files: list[str] = Field(default=[], description="a list of paths")
    sparql: _Address = Field(
        default="https://query.wikidata.org/sparql", description="the http or https address of a SPARQL endpoint"
    )
    contact: Annotated[str, _text(values.contact)] = Field(
        default="", description='a mail address or web page of yours, in plain letters, or "" for none'
    )
    allow_networks: list[_Network] = Field(default=[], description='a list of networks like "127.0.0.0/8"')


class Tagging(Section):
    corrections: str = Field(default="corrections.psv", min_length=1, description="the path of a file")


class Feeds(Section):
    limit: int = Field(default=50, ge=1, le=1000, description="a whole number from 1 to 1000")
    max_bytes: _Bytes = Field(
        default=512_000, ge=1000, le=100_000_000, description='a size from "1 kB" to "100 MB", like "512 kB"'
    )
    content: Literal["full", "summary"] = Field(default="full", description='"full" or "summary"')


class Schedule(Section):
    refresh: _Duration | None = Field(
        default=None, ge=1, le=31 * 86400, description='a duration from "1s" to "31d", like "90s", "5m", "2h" or "1d"'
    )
    cron: Annotated[str, _text(normalise)] | None = Field(
        default=None, description='a cron line of five fields like "*/10 * * * *"'
    )


class TimetableTable(Section):
    feeds: _FeedNames = Field(min_length=1, description='a list of feeds like "show/gilmore-girls", "event/*" or "all"')
    cron: Annotated[str, _text(normalise)] = Field(description='a cron line of five fields like "0 7 * * *"')


class Log(Section):
    format: Literal["text", "json"] = Field(default="text", description='"text" or "json"')
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description='"debug", "info", "warning" or "error"'
    )


class Server(Section):
    host: _Name = Field(default="127.0.0.1", description="a host name or address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="a whole number from 0 (any free port) to 65535")
    private: _Private = Field(
        default=[], description='true, false, or a list of feeds like "show/gilmore-girls", "watch/*" or "all"'
    )


class Websub(Section):
    hub: bool = Field(default=False, description="true or false")
    hubs: list[_Address] = Field(default=[], description="a list of http or https addresses of hubs")
    max_subscriptions: int = Field(default=1000, ge=1, le=1_000_000, description="a whole number from 1 to 1000000")
    allow_networks: list[_Network] = Field(default=[], description='a list of networks like "127.0.0.0/8"')


class Owner(Section):
    password: str = Field(default="", description='a hash that `feeder password` printed, "${NAME}" or "file:path"')
    token: str = Field(default="", description='24 characters at least, "${NAME}" or "file:path"')


class Alerts(Section):
    secret: _Strings = Field(default=[], description="a secret or a list of secrets, the newest first")
    allow_networks: list[_Network] = Field(default=[], description='a list of networks like "127.0.0.0/8"')
    fallback: str = Field(default="", description='the name of an endpoint, or "" for none')
    failing_after: _Duration = Field(
        default=3600.0, ge=60, le=7 * 86400, description='a duration from "1m" to "7d", like "1h"'
    )
    heartbeat: str = Field(
        default="", description='an http or https address, "${NAME}" or "file:path" for one, or "" for none'
    )
    heartbeat_every: _Duration = Field(
        default=300.0, ge=10, le=86400, description='a duration from "10s" to "1d", like "5m"'
    )


class EndpointTable(Section):
    name: _Name = Field(description="a name on one line")
    kind: Annotated[EndpointKind, _text(EndpointKind)] = Field(
        default=EndpointKind.WEBHOOK, description=f"one of {', '.join(EndpointKind)}"
    )
    url: str = Field(default="", description="an http or https address")
    secret: _Strings = Field(default=[], description="a secret or a list of secrets, the newest first")
    token: str = Field(default="", description='a token, "${NAME}" or "file:path"')
    user: str = Field(default="", description="a user name of the mail server")
    password: str = Field(default="", description='a password, "${NAME}" or "file:path"')
    sender: Annotated[str, _text(values.mail_address)] = Field(
        default="", alias="from", description='a mail address like "feeder@example.org"'
    )
    to: str = Field(default="", description="one mail address, or the id of a chat")
    allow_networks: list[_Network] = Field(default=[], description='a list of networks like "127.0.0.0/8"')
    rate: Annotated[Rate | None, _text(values.rate)] = Field(
        default=None, description='how many messages in which time at most, like "30 in 1m"'
    )


class WatchTable(Section):
    name: _Name = Field(description="a name on one line")
    aliases: list[_Name] = Field(default=[], description="a list of names")
    endpoint: _Names = Field(min_length=1, description="the name of an endpoint, a list of them, or an http(s) address")
    kind: Literal["person", "show", "event", "query"] | None = Field(
        default=None, description='"person", "show", "event" or "query"'
    )
    query: _Query | None = Field(default=None, description="""a query like 'show:"Gilmore Girls" AND event:casting'""")
    unless: _Names = Field(default=[], alias="not", description="words or the title of a show, or a list of them")
    main: bool = Field(default=False, description="true or false")
    events: _EventTypes = Field(default=[], description=f"one or more of {', '.join(EventType)}")
    min_score: float = Field(default=0.0, ge=0, le=1, description="a number from 0.0 to 1.0")
    max_age: _Duration | None = Field(default=None, ge=60, description='a duration like "7d"')
    when: Annotated[Rhythm | None, _text(values.rhythm)] = Field(
        default=None, description='"at once", "daily at 08:00 Europe/Berlin" or "weekly on friday at 17:30 UTC"'
    )
    quiet: Annotated[Quiet | None, _text(values.quiet)] = Field(
        default=None, description='hours like "22:00 to 07:00 Europe/Berlin"'
    )
    mute_until: InstanceOf[date] | None = Field(
        default=None, description="a date like 2026-12-24, with or without a time"
    )


class TopicTable(Section):
    name: _Name = Field(description="a name on one line")
    query: _Query = Field(description="""a query like 'show:"Gilmore Girls" AND event:casting'""")
    was: _Names = Field(default=[], description="an earlier name or a list of them, the first one first")
    id: _Name | None = Field(default=None, description="a name on one line, which never changes")


class File(Section):
    site: Site = Field(default=Site(), description="a table: [site]")
    source: Source = Field(default=Source(), description="a table: [source]")
    state: State = Field(default=State(), description="a table: [state]")
    output: Output = Field(default=Output(), description="a table: [output]")
    templates: Templates = Field(default=Templates(), description="a table: [templates]")
    catalog: Catalog = Field(default=Catalog(), description="a table: [catalog]")
    tagging: Tagging = Field(default=Tagging(), description="a table: [tagging]")
    feeds: Feeds = Field(default=Feeds(), description="a table: [feeds]")
    schedule: Schedule = Field(default=Schedule(), description="a table: [schedule]")
    log: Log = Field(default=Log(), description="a table: [log]")
    server: Server = Field(default=Server(), description="a table: [server]")
    websub: Websub = Field(default=Websub(), description="a table: [websub]")
    owner: Owner = Field(default=Owner(), description="a table: [owner]")
    alerts: Alerts = Field(default=Alerts(), description="a table: [alerts]")
    endpoints: list[EndpointTable] = Field(default=[], description="tables: [[endpoints]]")
    watches: list[WatchTable] = Field(default=[], description="tables: [[watches]]")
    topics: list[TopicTable] = Field(default=[], description="tables: [[topics]]")
    timetables: list[TimetableTable] = Field(default=[], description="tables: [[timetables]]")


def fields(model: type[Section]) -> dict[str, FieldInfo]:
    """By key, as it is written in the file."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def children(model: type[Section]) -> dict[str, type[Section] | None]:
    """The keys of a section, each with the section below it (of one table, or of each table of an array)."""
    found: dict[str, type[Section] | None] = {}
    for name, field in fields(model).items():
        kind: Any = field.annotation
        inner = getattr(kind, "__args__", (kind,))[0]
        found[name] = inner if isinstance(inner, type) and issubclass(inner, Section) else None
    return found


def expectation(path: tuple[str | int, ...]) -> str | None:
    """What the field at `path` should hold; None where there is no such field."""
    model: type[Section] | None = File
    found = None
    for step in path:
        if isinstance(step, int) or model is None:
            continue
        if step not in fields(model):
            return None
        found = fields(model)[step].description
        model = children(model)[step]
    return found


def known_keys(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that the table at `path` may have, in the order of config.toml."""
    model: type[Section] | None = File
    for step in path:
        if model is not None and isinstance(step, str):
            model = children(model).get(step)
    return tuple(fields(model)) if model else ()
