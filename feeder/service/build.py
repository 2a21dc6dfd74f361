"""Folder -> store -> feeds, once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from feeder.config import Settings
from feeder.model import DeliveryState
from feeder.service import clock
from feeder.service.app import App, open_app
from feeder.service.ingest import IngestReport, ingest
from feeder.service.progress import Progress, unseen
from feeder.service.publish import PublishReport, publish

if TYPE_CHECKING:
    from feeder.service.export import ExportReport

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build found and made."""

    ingest: IngestReport
    publish: PublishReport
    counts: Mapping[str, int]  #: "entries" in the feeds, "withdrawn", and topics by kind: "show", "person", "event"
    pending: int  #: alerts that wait to be sent
    output: Path
    seconds: float  #: it took
    export: ExportReport | None = None  #: what was put elsewhere, where that was asked for

    @property
    def complete(self) -> bool:
        """False: it was stopped; the next build goes on from there."""
        return self.ingest.complete and self.publish.complete


def build(
    settings: Settings,
    *,
    progress: Progress = unseen,
    force: bool = False,
    out: Path | None = None,
    backfill: bool = False,
) -> BuildReport:
    """Bring store and feeds up to date with the folder. `force`: see `publish`; `backfill`: see `ingest`.

    Raises FeederError.

    `out`: put what is published there, too, see `export`.
    """
    with open_app(settings, write=True) as app:
        report = refresh(app, progress=progress, force=force, backfill=backfill)
        if out is None:
            return report
        from feeder.service.export import export

        return replace(report, export=export(app, out, progress=progress))


def refresh(
    app: App,
    *,
    progress: Progress = unseen,
    force: bool = False,
    stopping: Callable[[], bool] = lambda: False,
    wait: Callable[[float], object] = clock.wait,
    backfill: bool = False,
) -> BuildReport:
    """`build` with an app that is open. `stopping`, `wait`, `backfill`: as in `ingest`."""
    begun = clock.monotonic()
    app.look_again()
    ingested = ingest(app, progress=progress, stopping=stopping, wait=wait, backfill=backfill)
    published = publish(app, progress=progress, force=force, stopping=stopping)
    report = BuildReport(
        ingest=ingested,
        publish=published,
        counts=app.store.counts(),
        pending=app.store.counts()[DeliveryState.PENDING],
        output=app.settings.output_folder,
        seconds=clock.monotonic() - begun,
    )
    _log.info(
        "build: read=%d added=%d updated=%d withdrawn=%d set_aside=%d alerts=%d written=%d seconds=%.2f",
        ingested.read,
        ingested.added,
        ingested.updated,
        ingested.withdrawn,
        len(ingested.set_aside),
        ingested.alerts,
        len(published.written),
        report.seconds,
    )
    return report
