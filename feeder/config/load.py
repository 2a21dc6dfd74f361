"""config.toml -> Settings, or a ConfigError that lists everything wrong in it, each with its line and key."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from feeder.config import file as shape
from feeder.config import values
from feeder.config.lines import KeyPath, key_lines, line_of
from feeder.config.settings import Log, Owner, Schedule, Settings, Timetable, Watchfulness, Websub
from feeder.errors import ConfigError
from feeder.model import Endpoint, EndpointKind, SiteInfo, Watch, WatchKind
from feeder.topics import OwnTopic, parse

_MAX_BYTES = 10_000_000
_SECRET = frozenset({"secret", "password", "token", "url", "heartbeat"})


def load(path: Path) -> Settings:
    """Read and check all of config.toml: form, values, names that must exist, secrets in files and the environment.

    Raises ConfigError; its text has one line a problem: `config.toml:12: [feeds] limit: expected ..., got ...`.
    """
    return parse_file(read_text(path), path)


def parse_file(text: str, path: Path) -> Settings:
    """What the file at `path` would mean if it held this text. Raises ConfigError as `load`."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        raise ConfigError(f"{path.name}:{line}: this is not TOML: {error}") from None
    return parse_table(table, path, key_lines(text))


def parse_table(table: Mapping[str, object], path: Path, lines: Mapping[KeyPath, int]) -> Settings:
    """What a file with this content would mean; `lines`: where its keys stand. Raises ConfigError as `load`."""
    problems = _Problems(path.name, lines)
    try:
        file = shape.File.model_validate(table)
    except ValidationError as error:
        problems.add_all(error)
        raise problems.as_error() from None
    settings = _settings(path.absolute(), file, problems)
    if problems:
        raise problems.as_error()
    return settings


def check_watch(table: Mapping[str, object]) -> None:
    """That a table [[watches]] has the right shape, whatever else the file says. Raises ConfigError, of watch 0."""
    problems = _Problems("config.toml", {})
    try:
        shape.WatchTable.model_validate(table)
    except ValidationError as error:
        problems.add_all(error, below=("watches", 0))
        raise problems.as_error() from None


def defaults(folder: Path) -> Settings:
    """What an empty config.toml in `folder` would mean."""
    return _settings(folder.absolute() / "config.toml", shape.File(), _Problems("config.toml", {}))


def read_text(path: Path) -> str:
    """Of a config file. Raises ConfigError."""
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no such file; `feeder init` writes a config.toml into the folder it runs in"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > _MAX_BYTES:
        raise ConfigError(f"{path.name}: larger than {_MAX_BYTES} bytes: this is no configuration")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path.name}:{line}: this is not UTF-8, the encoding of TOML files") from None


class _Problems:
    """Everything wrong in one file, to be told in the order of its lines."""

    def __init__(self, file_name: str, lines: Mapping[KeyPath, int]) -> None:
        self._file_name = file_name
        self._lines = lines
        self._found: list[tuple[int, str]] = []
        self._by_key: list[tuple[KeyPath, str]] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, path: KeyPath, problem: str) -> None:
        line = line_of(path, self._lines)
        self._by_key.append((path, problem))
        self._found.append((line, f"{self._file_name}:{line}: {_label(path)}: {problem}"))

    def add_all(self, error: ValidationError, *, below: KeyPath = ()) -> None:
        for it in error.errors(include_url=False):
            self._add_pydantic(it["type"], (*below, *it["loc"]), it["input"], it.get("ctx", {}).get("error"))

    def _add_pydantic(self, kind: str, loc: KeyPath, value: object, reason: object) -> None:
        if kind == "extra_forbidden":
            self.add(loc, _unknown(loc))
        elif kind == "missing":
            self.add(loc, f"is missing: expected {shape.expectation(loc)}")
        else:
            because = f" ({reason})" if reason is not None and str(reason) else ""
            self.add(loc, f"expected {shape.expectation(loc)}, got {_shown(loc, value)}{because}")

    def as_error(self) -> ConfigError:
        return ConfigError("\n".join(text for _, text in sorted(set(self._found))), self._by_key)


def _label(path: KeyPath) -> str:
    """ "[feeds] limit", "[[watches]] #2 endpoint", "colour" at the top."""
    match path:
        case (str(table), int(number), *rest):
            head = f"[[{table}]] #{number + 1}"
        case (str(table), *rest) if table in shape.File.model_fields:
            head = f"[{table}]"
        case _:
            head, rest = "", list(path)
    return " ".join(filter(None, (head, ".".join(step for step in rest if isinstance(step, str)))))


def _unknown(path: KeyPath) -> str:
    known = shape.known_keys(path[:-1])
    near = difflib.get_close_matches(str(path[-1]), known, n=1)
    return f"unknown; did you mean {near[0]!r}?" if near else f"unknown; known here: {', '.join(known)}"


def _shown(path: KeyPath, value: object) -> str:
    """The value as TOML has it, cut short; nothing of a secret."""
    if not _SECRET.isdisjoint(path):
        return "something else"
    match value:
        case dict():
            return "a table"
        case list():
            return "a list"
        case bool() | int() | float() | str():
            text = json.dumps(value, ensure_ascii=False)
        case date() | datetime() | time():
            text = value.isoformat()
        case _:
            text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _settings(path: Path, file: shape.File, problems: _Problems) -> Settings:
    folder = path.parent
    endpoints = _endpoints(file, folder, problems)
    _check_schedule(file.schedule, problems)
    settings = Settings(
        path=path,
        site=SiteInfo(
            title=file.site.title,
            base_url=file.site.base_url,
            author=file.site.author,
            language=file.site.language,
            authority=file.site.authority,
            hubs=_hubs(file),
        ),
        source_folder=_path(folder, file.source.folder),
        max_bytes=file.source.max_size,
        settle=file.source.settle,
        zone=file.source.timezone,
        state_folder=_path(folder, file.state.folder),
        output_folder=_path(folder, file.output.folder),
        templates_folder=_path(folder, file.templates.folder) if file.templates.folder else None,
        catalog_folder=_path(folder, file.catalog.folder),
        catalog_files=tuple(_path(folder, name) for name in file.catalog.files),
        corrections_file=_path(folder, file.tagging.corrections),
        sparql=file.catalog.sparql,
        contact=file.catalog.contact,
        catalog_networks=tuple(file.catalog.allow_networks),
        feed_limit=file.feeds.limit,
        feed_bytes=file.feeds.max_bytes,
        content=file.feeds.content,
        schedule=_schedule(file.schedule),
        host=file.server.host,
        port=file.server.port,
        endpoints=endpoints,
        watches=_watches(file, problems),
        topics=_topics(file, problems),
        alert_networks=tuple(file.alerts.allow_networks),
        watchfulness=_watchfulness(file, endpoints, folder, problems),
        timetables=tuple(Timetable(feeds=_once(table.feeds), cron=table.cron) for table in file.timetables),
        log=Log(format=file.log.format, level=file.log.level),
        owner=_owner(file.owner, folder, problems),
        private=_once(file.server.private),
        websub=Websub(
            hub=file.websub.hub,
            hubs=_once(file.websub.hubs),
            limit=file.websub.max_subscriptions,
            networks=tuple(file.websub.allow_networks),
        ),
    )
    _check_folders(settings, problems)
    return settings


def _hubs(file: shape.File) -> tuple[str, ...]:
    """What feeds say of hubs: nothing where all of them are private, for no hub gets to know those."""
    if "*" in file.server.private:
        return ()
    own = (f"{file.site.base_url}/hub",) if file.websub.hub else ()
    return _once((*own, *file.websub.hubs))


def _path(folder: Path, text: str) -> Path:
    return (folder / Path(text).expanduser()).resolve()


def _schedule(section: shape.Schedule) -> Schedule:
    if section.cron is not None:
        return Schedule(cron=section.cron)
    return Schedule(seconds=section.refresh if section.refresh is not None else 300.0)


def _check_schedule(section: shape.Schedule, problems: _Problems) -> None:
    if section.cron is not None and section.refresh is not None:
        problems.add(("schedule", "cron"), "set either refresh or cron, not both")


def _check_folders(settings: Settings, problems: _Problems) -> None:
    """What feeder writes must never be read as articles, and what it sweeps must never hold them."""
    source, state, output = settings.source_folder, settings.state_folder, settings.output_folder
    for table, one, other, what in (
        ("state", state, source, "the article folder"),
        ("output", output, source, "the article folder"),
        ("output", output, state, "the state folder"),
        ("catalog", settings.catalog_folder, source, "the article folder"),
        ("catalog", settings.catalog_folder, output, "the output folder"),
    ):
        if one == other or one in other.parents or other in one.parents:
            problems.add((table, "folder"), f"{one} and {what} {other} must not lie inside one another")


def _keys(written: Sequence[str], path: KeyPath, folder: Path, problems: _Problems) -> dict[str, tuple[bytes, ...]]:
    """The keys of each scheme, in their order."""
    found: dict[str, tuple[bytes, ...]] = {"v1": (), "v1a": ()}
    for text in written:
        try:
            scheme, key = values.signature_key(text, folder=folder)
        except ValueError as error:
            expected = 'expected "whsec_" and base64 of 24 to 64 bytes, "${NAME}" or "file:path"'
            problems.add(path, f"{expected}: {error}")
        else:
            found[scheme] += (key,)
    return found


def _owner(section: shape.Owner, folder: Path, problems: _Problems) -> Owner:
    found = {"password": "", "token": ""}
    for name, written, read in (
        ("password", section.password, values.password),
        ("token", section.token, values.token),
    ):
        if written:
            try:
                found[name] = read(written, folder=folder)
            except ValueError as error:
                problems.add(("owner", name), f"expected {shape.expectation(('owner', name))}: {error}")
    return Owner(**found)


def _endpoints(file: shape.File, folder: Path, problems: _Problems) -> tuple[Endpoint, ...]:
    named = [_endpoint(number, table, folder, problems) for number, table in enumerate(file.endpoints)]
    _check_unique([table.name for table in file.endpoints], lambda n: ("endpoints", n, "name"), problems)
    shared = _keys(file.alerts.secret, ("alerts", "secret"), folder, problems)
    names = {endpoint.name for endpoint in named}
    direct: dict[str, Endpoint] = {}
    for number, watch in enumerate(file.watches):
        for text in watch.endpoint:
            if text in names or not text.startswith(("http://", "https://")):
                continue
            at: KeyPath = ("watches", number, "endpoint")
            try:
                values.address(text)
            except ValueError as error:
                shown = values.origin(text)  # the rest may be secret
                problems.add(at, f"{shown!r} is no http or https address {f'({error})' if str(error) else ''}".rstrip())
            if not file.alerts.secret:
                problems.add(at, "an address written directly is signed with [alerts] secret, which is not set")
            direct[text] = Endpoint(
                name=values.endpoint_name(text),
                url=text,
                secrets=shared["v1"],
                signing_keys=shared["v1a"],
                allow_networks=tuple(file.alerts.allow_networks),
            )
    return (*named, *direct.values())


_HTTP = "an http or https address"
#: What `url` must be, and how it is read; by kind, where it is not a plain address.
_URLS: Mapping[EndpointKind, tuple[str, Callable[[str], str]]] = {
    EndpointKind.EMAIL: ('a mail server like "smtps://mail.example.org"', values.mail_server),
    EndpointKind.APPRISE: ("a URL of Apprise", values.apprise_address),
}
#: The keys that a kind needs beside name and url, and those it may have beside rate and allow_networks.
_NEEDED: Mapping[EndpointKind, tuple[str, ...]] = {
    EndpointKind.WEBHOOK: ("secret",),
    EndpointKind.TELEGRAM: ("token", "to"),
    EndpointKind.EMAIL: ("from", "to"),
}
_ALLOWED: Mapping[EndpointKind, tuple[str, ...]] = {
    EndpointKind.NTFY: ("token",),
    EndpointKind.EMAIL: ("user", "password"),
}
_OWN_KEYS = ("secret", "token", "user", "password", "from", "to")
_TELEGRAM = "https://api.telegram.org"


def _endpoint(number: int, table: shape.EndpointTable, folder: Path, problems: _Problems) -> Endpoint:
    at: KeyPath = ("endpoints", number)
    kind = table.kind
    given = {key: getattr(table, "sender" if key == "from" else key) for key in _OWN_KEYS}
    needed = _NEEDED.get(kind, ())
    for key in _OWN_KEYS:
        if not given[key] and key in needed:
            problems.add((*at, key), f"is missing: expected {shape.expectation((*at, key))}")
        elif given[key] and key not in (*needed, *_ALLOWED.get(kind, ())):
            problems.add((*at, key), f'has no meaning for an endpoint of kind "{kind}"')
    if bool(table.user) is not bool(table.password):
        problems.add((*at, "user"), "user and password belong together")

    def read(key: str, text: str, expected: str, parse: Callable[[str], str] = str) -> str:
        return _hidden(text, (*at, key), expected, parse, folder=folder, problems=problems)

    expected, parse = _URLS.get(kind, (_HTTP, values.address))
    written = table.url or (_TELEGRAM if kind is EndpointKind.TELEGRAM else "")
    if not written:
        problems.add((*at, "url"), f"is missing: expected {expected}")
    telegram = kind is EndpointKind.TELEGRAM
    keys = _keys(table.secret, (*at, "secret"), folder, problems)
    return Endpoint(
        name=table.name,
        kind=kind,
        url=read("url", written, expected, parse),
        secrets=keys["v1"],
        signing_keys=keys["v1a"],
        token=read("token", table.token, "a token", values.bot_token if telegram else str),
        user=table.user,
        password=read("password", table.password, "a password"),
        sender=table.sender,
        to=read("to", table.to, "a chat" if telegram else "one mail address", _recipient(kind)),
        allow_networks=tuple(table.allow_networks),
        rate=table.rate,
    )


def _hidden(
    text: str, at: KeyPath, expected: str, parse: Callable[[str], str], *, folder: Path, problems: _Problems
) -> str:
    """What is written there or a reference leads to, parsed; "" for nothing and for what is wrong."""
    if not text:
        return ""
    try:
        return parse(values.hidden(text, folder=folder))
    except ValueError as error:
        because = f" ({error})" if str(error) else ""
        problems.add(at, f"expected {expected}, got something else{because}")
        return ""


def _recipient(kind: EndpointKind) -> Callable[[str], str]:
    return values.chat if kind is EndpointKind.TELEGRAM else values.mail_address


def _watches(file: shape.File, problems: _Problems) -> tuple[Watch, ...]:
    names = [table.name for table in file.endpoints]
    for number, table in enumerate(file.watches):
        for text in table.endpoint:
            if text not in names and not text.startswith(("http://", "https://")):
                near = difflib.get_close_matches(text, names, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names) or 'none yet'}"
                problems.add(("watches", number, "endpoint"), f"there is no endpoint named {text!r}; {hint}")
    _check_unique([table.name for table in file.watches], lambda n: ("watches", n, "name"), problems)
    return tuple(
        Watch(
            name=table.name,
            aliases=_once(table.aliases),
            endpoints=_once([text if text in names else values.endpoint_name(text) for text in table.endpoint]),
            kind=_kind(number, table, problems),
            query=table.query or "",
            unless=_once(table.unless),
            main=table.main,
            events=tuple(dict.fromkeys(table.events)),
            min_score=table.min_score,
            max_age=table.max_age,
            digest=table.when,
            quiet=table.quiet,
            muted_until=None if table.mute_until is None else _moment(table.mute_until, file.source.timezone),
        )
        for number, table in enumerate(file.watches)
    )


def _kind(number: int, table: shape.WatchTable, problems: _Problems) -> WatchKind:
    """What a watch is on, and that nothing is set that has no meaning for it."""
    if table.kind is not None:
        kind = WatchKind(table.kind)
    else:
        kind = WatchKind.QUERY if table.query is not None else WatchKind.PERSON
    at: KeyPath = ("watches", number)
    if (kind is WatchKind.QUERY) is not (table.query is not None):
        problems.add((*at, "query"), 'belongs to a watch of kind "query", and such a watch needs one')
    if kind is WatchKind.EVENT and not table.events:
        problems.add((*at, "events"), f"is missing: expected {shape.expectation(('watches', 'events'))}")
    idle = {
        WatchKind.QUERY: ("aliases", "main", "events", "min_score"),
        WatchKind.EVENT: ("aliases", "main", "min_score"),
    }
    for key in idle.get(kind, ()):
        if getattr(table, key):
            problems.add((*at, key), f'has no meaning for a watch of kind "{kind}"')
    return kind


def _moment(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """In UTC; a date is its first moment, and without a zone it is that of the articles."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC).replace(microsecond=0)


def _watchfulness(file: shape.File, endpoints: Sequence[Endpoint], folder: Path, problems: _Problems) -> Watchfulness:
    section = file.alerts
    at: KeyPath = ("alerts", "heartbeat")
    names = [endpoint.name for endpoint in endpoints]
    if section.fallback and section.fallback not in names:
        near = difflib.get_close_matches(section.fallback, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names) or 'none yet'}"
        problems.add(("alerts", "fallback"), f"there is no endpoint named {section.fallback!r}; {hint}")
    return Watchfulness(
        fallback=section.fallback or None,
        failing_after=section.failing_after,
        heartbeat=_hidden(
            section.heartbeat, at, shape.expectation(at) or "", values.address, folder=folder, problems=problems
        ),
        heartbeat_every=section.heartbeat_every,
    )


def _topics(file: shape.File, problems: _Problems) -> tuple[OwnTopic, ...]:
    """Each name, earlier name and id belongs to one topic: a feed must not be taken for another's."""
    _check_unique([table.name for table in file.topics], lambda n: ("topics", n, "name"), problems)
    holders: dict[str, int] = {}
    for number, table in enumerate(file.topics):
        holders.setdefault(table.id if table.id is not None else table.name, number)
    for number, table in enumerate(file.topics):
        for name in table.was:
            holder = holders.setdefault(name, number)
            if holder != number:
                problems.add(
                    ("topics", number, "was"),
                    f"{name!r} belongs to #{holder + 1}, {file.topics[holder].name!r}; a topic under the name that "
                    "another one had needs an id of its own",
                )
        if table.id is not None and holders[table.id] != number:
            problems.add(("topics", number, "id"), f"{table.id!r} belongs to #{holders[table.id] + 1} already")
    return tuple(
        OwnTopic(name=table.name, condition=parse(table.query), was=_once(table.was), id=table.id)
        for table in file.topics
    )


def _once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _check_unique(names: Sequence[str], path: Callable[[int], KeyPath], problems: _Problems) -> None:
    first: dict[str, int] = {}
    for number, name in enumerate(names):
        earlier = first.setdefault(name.casefold(), number)
        if earlier != number:
            problems.add(path(number), f"{name!r} is the name of #{earlier + 1} already")
