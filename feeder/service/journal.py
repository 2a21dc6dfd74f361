"""What the jobs of a service did last, kept in the store for pages, monitors and `feeder schedule`."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import datetime

from feeder.errors import StateError
from feeder.service import clock
from feeder.storage import JobOutcome, JobRecord, Store

_LONGEST_DETAIL = 1000  # characters

_log = logging.getLogger(__name__)


class Journal:
    """Of one service, the only one that writes to this store. Callable from several threads.

    A store that cannot be written is logged and stops no job: the job itself will fail of it and say why.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._records = {record.name: record for record in store.jobs()}
        for record in tuple(self._records.values()):
            if record.seconds is None and record.started is not None:  # a process was killed at it
                self._put(replace(record, seconds=0.0, outcome=JobOutcome.STOPPED, detail="feeder was killed"))

    def begun(self, job: str) -> None:
        before = self._records.get(job, JobRecord(name=job))
        self._put(replace(before, started=clock.now(), seconds=None, outcome=None, detail=""))

    def ended(
        self,
        job: str,
        outcome: JobOutcome,
        detail: str,
        *,
        seconds: float,
        next_run: datetime | None,
        stale_at: datetime | None,
    ) -> None:
        """`stale_at`: for a run that was done, until when the next one should be."""
        now = clock.now()
        before = self._records.get(job, JobRecord(name=job))
        done = outcome is JobOutcome.DONE
        self._put(
            replace(
                before,
                seconds=seconds,
                outcome=outcome,
                detail=detail[:_LONGEST_DETAIL],
                succeeded=now if done else before.succeeded,
                next_run=next_run,
                stale_at=stale_at if done else before.stale_at,
                runs=before.runs + 1,
                failures=before.failures + (outcome is JobOutcome.FAILED),
            )
        )

    def closed(self) -> None:
        """The service ends: nothing is planned, and nothing is to be expected."""
        for record in tuple(self._records.values()):
            self._put(replace(record, next_run=None, stale_at=None))

    def _put(self, record: JobRecord) -> None:
        with self._lock:
            self._records[record.name] = record
            try:
                self._store.put_job(record)
            except StateError as error:
                _log.warning("job not recorded: name=%s error=%s", record.name, error)
