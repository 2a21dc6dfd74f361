"""Wikidata is asked politely, in pages, and nothing that was fetched is fetched again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from feeder import config
from feeder.catalog.importing import Options
from feeder.catalog.importing.wikidata import SERIES
from feeder.catalog.locking import alone
from feeder.config import Settings
from feeder.errors import CatalogError, FetchError
from feeder.service import catalogs, cataloguing, wikidata
from tests.fakes.wikidata import Endpoint, a_show, broken_off, hang_up, status

LISTS = len(SERIES)  # requests for the list of shows
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SHOWS = {
    f"Q{900 + n}": a_show(f"Harbour Number {n}", 2000 + n % 20, (f"Q{5000 + n}", f"Actor Of{n}")) for n in range(90)
}


class Waits(list[float]):
    """How long was waited, instead of waiting."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def endpoint():
    with Endpoint(SHOWS) as it:
        yield it


@pytest.fixture
def settings(tmp_path: Path, endpoint: Endpoint) -> Settings:
    return replace(
        config.defaults(tmp_path), sparql=endpoint.address, catalog_networks=("127.0.0.0/8",), contact="me@example.org"
    )


def fetch(settings: Settings, waits: Waits | None = None, *, min_sitelinks: int = 3) -> tuple[Path, ...]:
    return wikidata.fetch(
        settings, min_sitelinks=min_sitelinks, now=lambda: NOW, wait=Waits() if waits is None else waits
    )


def test_all_shows_come_in_pages_and_can_be_imported(settings: Settings, endpoint: Endpoint) -> None:
    pages = fetch(settings)
    assert [len(asked) for asked in endpoint.asked] == [40, 40, 10]
    assert [key for asked in endpoint.asked for key in asked] == list(SHOWS)
    report = cataloguing.import_files(settings, pages, options=Options())
    assert (report.shows, report.people) == (90, 90)
    known = catalogs.open_catalog(settings)
    assert [s.wikidata for s in known.shows_named("Harbour Number 7")] == ["Q907"]


def test_the_owner_of_the_endpoint_can_see_who_asks(settings: Settings, endpoint: Endpoint) -> None:
    fetch(settings)
    assert {agent.split("/")[0] for agent in endpoint.agents} == {"feeder"}
    assert all("me@example.org" in agent for agent in endpoint.agents)


def test_there_is_a_pause_between_requests(settings: Settings, endpoint: Endpoint) -> None:
    waits = Waits()
    fetch(settings, waits)
    assert waits == [wikidata.PAUSE] * (endpoint.requests - 1)


def test_after_a_break_only_what_is_missing_is_asked_for(settings: Settings, endpoint: Endpoint) -> None:
    for number in range(LISTS + 2, LISTS + 7):
        endpoint.failures[number] = hang_up
    with pytest.raises(FetchError, match="the same command goes on from there"):
        fetch(settings)
    before = endpoint.requests
    endpoint.asked.clear()
    pages = fetch(settings)
    assert endpoint.requests - before == 2
    assert [len(asked) for asked in endpoint.asked] == [40, 10]
    assert cataloguing.import_files(settings, pages, options=Options()).shows == 90


def test_what_changes_at_wikidata_during_a_break_neither_doubles_nor_loses_a_page(
    settings: Settings, endpoint: Endpoint
) -> None:
    for number in range(LISTS + 2, LISTS + 7):
        endpoint.failures[number] = hang_up
    with pytest.raises(FetchError, match="the same command goes on from there"):
        fetch(settings)
    endpoint.shows = {
        f"Q{n}": a_show(f"New Show {n}", 2001, (f"Q{7000 + n}", f"New Actor {n}")) for n in range(1, 9)
    } | {key: show for key, show in SHOWS.items() if key != "Q985"}
    pages = fetch(settings)
    assert len(pages) == 3
    assert cataloguing.import_files(settings, pages, options=Options()).shows == 89, "those that were listed and exist"
    wikidata.forget(settings)
    assert cataloguing.import_files(settings, fetch(settings), options=Options(fresh=True)).shows == 97


def test_two_fetches_at_once_do_not_mix(settings: Settings, endpoint: Endpoint) -> None:
    with alone(settings.catalog_folder / ".wikidata"), pytest.raises(CatalogError, match="another process"):
        fetch(settings)
    assert len(fetch(settings)) == 3


def test_another_limit_or_endpoint_does_not_go_on_with_old_pages(settings: Settings, endpoint: Endpoint) -> None:
    fetch(settings)
    before = endpoint.requests
    fetch(settings)
    assert endpoint.requests == before
    fetch(settings, min_sitelinks=5)
    assert endpoint.requests == 2 * before


@pytest.mark.parametrize("failure", [status(429), status(500), status(503), broken_off, hang_up])
def test_a_passing_failure_is_tried_again_after_a_while(settings: Settings, endpoint: Endpoint, failure) -> None:
    endpoint.failures[LISTS + 1] = failure
    waits = Waits()
    assert len(fetch(settings, waits)) == 3
    assert waits.count(5.0) == 1


@pytest.mark.parametrize(
    "asked", ["120", format_datetime(NOW + timedelta(seconds=120), usegmt=True)], ids=["seconds", "date"]
)
def test_the_endpoint_is_left_alone_for_as_long_as_it_asks(settings: Settings, endpoint: Endpoint, asked: str) -> None:
    endpoint.failures[2] = status(429, Retry_After=asked)
    waits = Waits()
    fetch(settings, waits)
    assert 120.0 in waits


def test_an_endpoint_that_wants_an_hours_rest_gets_it(settings: Settings, endpoint: Endpoint) -> None:
    endpoint.failures[LISTS + 2] = status(503, Retry_After="3600")
    waits = Waits()
    with pytest.raises(FetchError, match="asks to come back in 60 minutes; what was fetched is kept"):
        fetch(settings, waits)
    assert endpoint.requests == LISTS + 2
    assert max(waits) < 60


@pytest.mark.parametrize("code", [400, 403, 404])
def test_a_refusal_is_not_tried_again(settings: Settings, endpoint: Endpoint, code: int) -> None:
    endpoint.failures[1] = status(code)
    with pytest.raises(FetchError, match=f"refused with status {code}: as told"):
        fetch(settings)
    assert endpoint.requests == 1


def test_an_endpoint_in_a_private_network_needs_the_owners_leave(settings: Settings, endpoint: Endpoint) -> None:
    with pytest.raises(FetchError, match="allow_networks"):
        fetch(replace(settings, catalog_networks=()))
    assert endpoint.requests == 0


def test_what_was_fetched_is_removed_when_it_is_no_longer_needed(settings: Settings) -> None:
    pages = fetch(settings)
    assert all(page.exists() for page in pages)
    wikidata.forget(settings)
    assert not any(settings.catalog_folder.rglob("*.json"))
