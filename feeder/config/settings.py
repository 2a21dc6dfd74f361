"""What config.toml says, checked and complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from feeder.model import Endpoint, SiteInfo, Watch
from feeder.topics import OwnTopic


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When `feeder serve` looks again. Exactly one of the two is set."""

    seconds: float | None = None  #: from the start of one look to the start of the next
    cron: str | None = None  #: five fields, weekdays always by name or "*"; in UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Feeds that are written at certain times only, whenever their articles came."""

    feeds: tuple[str, ...]  #: "kind/slug" as in their address, "kind/*" or "all"
    cron: str  #: as in Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What a service tells of itself."""

    format: str = "text"  #: or "json": an object a line
    level: str = "info"  #: or "debug", "warning", "error": and what is worse


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What lets somebody change things through pages and API; neither: nobody can."""

    password: str = field(default="", repr=False)  #: its scrypt hash, as `feeder password` prints it
    token: str = field(default="", repr=False)  #: for programs; 24 characters at least

    @property
    def may_log_in(self) -> bool:
        return bool(self.password or self.token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchfulness:
    """How the owner learns that alerts do not arrive."""

    fallback: str | None = None  #: name of the endpoint that is told when another one fails
    failing_after: float = 3600.0  #: seconds that one must have failed for
    heartbeat: str = field(default="", repr=False)  #: address that is called while all is well; it may be secret
    heartbeat_every: float = 300.0  #: seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Websub:
    """Who is told when a feed changes, so that nobody need ask."""

    hub: bool = False  #: whether feeder is a hub itself
    hubs: tuple[str, ...] = ()  #: addresses of hubs of others
    limit: int = 1000  #: subscriptions that the own hub takes at most
    networks: tuple[str, ...] = ()  #: CIDRs beyond the public internet that callbacks and hubs may lie in


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting. Paths are absolute; a relative one in the file counts from the file's folder."""

    path: Path  #: of the config file
    site: SiteInfo
    source_folder: Path
    max_bytes: int  #: a larger file is set aside
    settle: float  #: seconds that a file must have stayed as it is before it is read
    zone: ZoneInfo  #: of dates without one
    state_folder: Path
    output_folder: Path
    templates_folder: Path | None  #: the owner's own; None: only those that come with feeder
    catalog_folder: Path  #: what the owner adds and imports; its *.psv are read, too; need not exist
    catalog_files: tuple[Path, ...]  #: the owner's own, beside the bundled ones
    corrections_file: Path  #: the owner's word about tags; need not exist
    sparql: str  #: address of the endpoint that `feeder catalog import --wikidata` asks
    contact: str  #: where the people behind such an endpoint reach the owner; may be ""
    catalog_networks: tuple[str, ...]  #: CIDRs beyond the public internet that the endpoint may lie in
    feed_limit: int  #: entries a document of a feed, 1..1000
    feed_bytes: int  #: about as many at most a document of a feed; one entry is always in it
    content: str  #: "full" or "summary"
    schedule: Schedule
    host: str
    port: int  #: 0: any free one
    endpoints: tuple[Endpoint, ...]  #: those of [[endpoints]], then one for each address written directly into a watch
    watches: tuple[Watch, ...]  #: each names endpoints that exist
    topics: tuple[OwnTopic, ...]  #: the owner's own; no two have a name, an earlier name or an id in common
    timetables: tuple[Timetable, ...] = ()
    watchfulness: Watchfulness = Watchfulness()
    alert_networks: tuple[str, ...] = ()  #: of [alerts]: CIDRs beyond the public internet for what names no endpoint
    log: Log = Log()
    owner: Owner = Owner()
    private: tuple[str, ...] = ()  #: feeds that only subscribers get, as in Timetable, or "*": all that is served
    websub: Websub = Websub()
