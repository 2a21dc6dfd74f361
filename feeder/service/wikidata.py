"""Fetches shows, casts and people from a SPARQL endpoint of Wikidata, in pages, politely, and goes on after a break.

First the list of shows, then their details, a page of some dozens at a time. A page that is there is not asked for
again: it lies in a folder of its own until the import is done. https://www.mediawiki.org/wiki/Wikidata_Query_Service
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import feeder
from feeder import durable
from feeder.alerts import asked_wait
from feeder.catalog.importing.wikidata import ROLES, SERIES
from feeder.catalog.locking import alone
from feeder.config import Settings
from feeder.egress import Answer, Client
from feeder.errors import CatalogError, FetchError, PermanentDeliveryError, TemporaryDeliveryError
from feeder.service import clock
from feeder.service.progress import Progress, unseen

#: Shows a page: the answer takes the public endpoint a second or two, of the sixty it allows.
PAGE = 40
#: Seconds for one answer; the public endpoint gives up after 60.
_DEADLINE = 90.0
#: Bytes of one answer; the longest list of shows has some 8 MB.
_CAP = 64 * 1024 * 1024
#: Seconds between two requests, and before the second, third, ... try of one.
PAUSE = 1.0
_TRIES = (5.0, 20.0, 60.0, 180.0)
#: Seconds: an endpoint that asks for more than this is left alone until the owner comes back.
_LONGEST = 1800.0
_TEMPORARY = frozenset((408, 425, 429, 500, 502, 503, 504))

# Wikidata knows its prefixes by itself, other servers with its data do not.
_PREFIXES = """PREFIX wd: <http://www.wikidata.org/entity/>
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
PREFIX p: <http://www.wikidata.org/prop/>
PREFIX ps: <http://www.wikidata.org/prop/statement/>
PREFIX pq: <http://www.wikidata.org/prop/qualifier/>
PREFIX wikibase: <http://wikiba.se/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
_LIST = """SELECT DISTINCT ?show WHERE {{
  ?show wdt:P31 wd:{series} ; wikibase:sitelinks ?links .
  FILTER(?links >= {links})
}}"""

_DETAILS = """SELECT ?show ?showLabel ?first ?last ?sitelinks ?imdb ?tvmaze ?alias ?networkLabel
       ?person ?personLabel ?personImdb ?role ?characterLabel WHERE {{
  VALUES ?show {{ {shows} }}
  ?show rdfs:label ?showLabel . FILTER(LANG(?showLabel) = "en")
  {{
    ?show wikibase:sitelinks ?sitelinks .
    OPTIONAL {{ ?show wdt:P345 ?imdb }} OPTIONAL {{ ?show wdt:P8600 ?tvmaze }}
    OPTIONAL {{ ?show wdt:P580 ?first }} OPTIONAL {{ ?show wdt:P582 ?last }}
  }} UNION {{
    ?show skos:altLabel ?alias . FILTER(LANG(?alias) = "en")
  }} UNION {{
    ?show wdt:P449 ?network . ?network rdfs:label ?networkLabel . FILTER(LANG(?networkLabel) = "en")
  }} UNION {{
    VALUES (?said ?value ?role) {{ {roles} }}
    ?show ?said ?statement . ?statement ?value ?person .
    ?person rdfs:label ?personLabel . FILTER(LANG(?personLabel) = "en")
    OPTIONAL {{ ?person wdt:P345 ?personImdb }}
    OPTIONAL {{ ?statement pq:P453 ?character . ?character rdfs:label ?item . FILTER(LANG(?item) = "en") }}
    OPTIONAL {{ ?statement pq:P4633 ?written }}
    BIND(COALESCE(?written, ?item) AS ?characterLabel)
  }}
}}
ORDER BY ?show"""


def fetch(
    settings: Settings,
    *,
    min_sitelinks: int,
    progress: Progress = unseen,
    now: Callable[[], datetime] = clock.now,
    wait: Callable[[float], None] = clock.wait,
) -> tuple[Path, ...]:
    """The pages, as files of SPARQL results, in a folder below the catalog folder; `forget` removes them.

    Raises FetchError when the endpoint refuses or does not answer, CatalogError while another process is fetching; what
    was fetched until then is kept, and the next call goes on from there.
    """
    folder = _folder(settings)
    with alone(folder), Client(allow_networks=settings.catalog_networks, deadline=_DEADLINE) as client:
        _begin(folder, f"{settings.sparql} {min_sitelinks} {PAGE} {_LIST} {_details(())}")
        asking = _Endpoint(settings, client, now=now, wait=wait)
        shows = _shows(folder, asking, min_sitelinks, progress)
        groups = [shows[at : at + PAGE] for at in range(0, len(shows), PAGE)]
        pages = []
        for number, group in enumerate(groups):
            progress("fetching", number, len(groups))
            path = folder / f"page-{number:05}.json"
            if not path.exists():
                _keep(path, asking.ask(_details(group))[0])
            pages.append(path)
        progress("fetching", len(groups), len(groups))
    return tuple(pages)


def forget(settings: Settings) -> None:
    """Remove what was fetched."""
    shutil.rmtree(_folder(settings), ignore_errors=True)


def _folder(settings: Settings) -> Path:
    return settings.catalog_folder / ".wikidata"


def _begin(folder: Path, plan: str) -> None:
    """Pages of another endpoint, limit or query do not fit these: start anew."""
    digest = hashlib.sha256(plan.encode()).hexdigest()
    mark = folder / "plan"
    try:
        if not mark.exists() or mark.read_text() != digest:
            for old in folder.iterdir():
                old.unlink()
            _keep(mark, digest.encode())
    except OSError as error:
        raise CatalogError(durable.refusal(folder, error)) from error


def _shows(folder: Path, asking: _Endpoint, min_sitelinks: int, progress: Progress) -> Sequence[str]:
    """Ids of all shows, in order of their numbers."""
    path = folder / "shows"
    if not path.exists():
        found: set[str] = set()
        for number, series in enumerate(SERIES):
            progress("listing", number, len(SERIES))
            _, rows = asking.ask(_LIST.format(series=series, links=min_sitelinks))
            found.update(_ids(rows))
        _keep(path, "\n".join(sorted(found, key=lambda q: int(q[1:]))).encode())
    return path.read_text().split()


def _ids(rows: Iterable[Any]) -> Iterator[str]:
    for row in rows:
        address = str(row.get("show", {}).get("value", "")) if isinstance(row, dict) else ""
        if match := re.fullmatch(r".*/(Q[1-9]\d*)", address):
            yield match[1]


def _details(shows: Sequence[str]) -> str:
    roles = " ".join(f'(p:{p} ps:{p} "{role}")' for p, role in ROLES.items())
    return _DETAILS.format(shows=" ".join(f"wd:{q}" for q in shows), roles=roles)


def _keep(path: Path, content: bytes) -> None:
    """A page that is there is never half a page."""
    try:
        durable.replace(path, content)
    except OSError as error:
        raise CatalogError(durable.refusal(path, error)) from error


class _Endpoint:
    """Asks one question at a time, and again when it is told to come back later."""

    def __init__(
        self, settings: Settings, client: Client, *, now: Callable[[], datetime], wait: Callable[[float], None]
    ) -> None:
        self._address = settings.sparql
        self._client = client
        self._now = now
        self._wait = wait
        contact = settings.contact or settings.site.base_url
        # https://foundation.wikimedia.org/wiki/Policy:User-Agent_policy asks for a name and a contact
        agent = f"feeder/{feeder.__version__} ({contact}; catalog import)"
        self._headers = {
            "Accept": "application/sparql-results+json",
            "User-Agent": agent.encode("ascii", "replace").decode(),
        }
        self._asked = False

    def ask(self, query: str) -> tuple[bytes, Sequence[Any]]:
        """The answer as it came, and its rows. Raises FetchError."""
        asked = urlencode({"query": _PREFIXES + query, "format": "json"})
        address = f"{self._address}{'&' if '?' in self._address else '?'}{asked}"
        trouble = ""
        for delay in (0.0, *_TRIES):
            if delay or self._asked:
                self._wait(delay or PAUSE)
            self._asked = True
            try:
                answer = self._client.get(address, headers=self._headers, cap=_CAP)
            except TemporaryDeliveryError as error:
                trouble = str(error)
                continue
            except PermanentDeliveryError as error:
                raise FetchError(f"{self._host}: {error}") from error
            if answer.status == 200 and (rows := _rows(answer.body)) is not None:
                return answer.body, rows
            trouble = self._refusal(answer)
            self._heed(answer)
        raise FetchError(f"{self._host}: {trouble}; what was fetched is kept: the same command goes on from there")

    def _refusal(self, answer: Answer) -> str:
        """In words; raises FetchError where another try cannot help."""
        if answer.status == 200:
            return "the answer breaks off or is no SPARQL result in JSON"
        said = " ".join(answer.body[:200].decode("utf-8", "replace").split())
        if answer.status not in _TEMPORARY:
            raise FetchError(f"{self._host}: refused with status {answer.status}: {said}")
        return f"status {answer.status}"

    def _heed(self, answer: Answer) -> None:
        """Wait as long as the endpoint asks, on top of the own delays."""
        asked = asked_wait(answer.retry_after, now=self._now())
        if asked is None:
            return
        if asked > _LONGEST:
            raise FetchError(
                f"{self._host}: asks to come back in {asked / 60:.0f} minutes; what was fetched is kept: "
                "the same command goes on from there"
            )
        self._wait(asked)

    @property
    def _host(self) -> str:
        return self._address.split("?", 1)[0]


def _rows(body: bytes) -> Sequence[Any] | None:
    """Of a whole SPARQL result, else None: an endpoint that runs out of time breaks off with status 200."""
    try:
        result = json.loads(body)
    except (ValueError, RecursionError):
        return None
    rows = result.get("results", {}).get("bindings") if isinstance(result, dict) else None
    return rows if isinstance(rows, list) else None
