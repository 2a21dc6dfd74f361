"""Articles are tagged a few at a time; nothing that anybody sees depends on how many."""

from __future__ import annotations

import os
import random
import threading
import time
from pathlib import Path

import pytest
import time_machine

from feeder.errors import CatalogError
from feeder.model import Article, Tagging
from feeder.service.app import App
from feeder.service.crew import Crew
from feeder.service.ingest import ingest
from feeder.service.publish import publish
from tests.builders import a_watch
from tests.fakes.newsroom import Newsroom, an_article_text
from tests.fakes.tagger import PEOPLE, SHOWS, FakeTagger

NOW = "2021-06-20T12:00:00Z"


class Uneven(FakeTagger):
    """Takes longer over some articles than over others, and knows how many it has at once."""

    def __init__(self, **more: str) -> None:
        super().__init__(**more)
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def tag(self, article: Article) -> Tagging:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.001 * (len(article.text) % 7))
        try:
            return super().tag(article)
        finally:
            with self._lock:
                self._now -= 1


def fill(room: Newsroom, count: int) -> None:
    """Among them articles that are the same, edited copies, none at all, and some nobody foresaw."""
    dice = random.Random(7)
    for n in range(count):
        title = f"{dice.choice(PEOPLE)} in {dice.choice(SHOWS)}, {n}"
        text = an_article_text(title, f"News number {n} {'x' * dice.randrange(9)}.", f"Of {dice.choice(PEOPLE)}.")
        if n % 17 == 5:
            text = text.replace("News", "poison")
        if n % 19 == 7:
            text = ""
        room.write(f"{dice.randrange(10**6):06}.md", text)
        if n % 11 == 3:
            room.write(f"{dice.randrange(10**6):06}.md", text)
        if n % 13 == 4:
            room.write(f"{dice.randrange(10**6):06}.md", text + "\nMore of Lauren Graham.\n")


def run(app: App, workers: int | None, **more: object):
    report = ingest(app, workers=workers, **more)  # type: ignore[arg-type]
    publish(app)
    return report


@pytest.mark.parametrize("count", [130])
def test_feeds_and_alerts_of_many_threads_are_those_of_one_byte_for_byte(tmp_path: Path, count: int) -> None:
    results = []
    with time_machine.travel(NOW, tick=False):
        for workers in (1, 4):
            folder = tmp_path / str(workers)
            folder.mkdir()
            room = Newsroom(folder, watches=(a_watch("Lauren Graham"),))
            tagger = room.tagger = Uneven(breaks_on="poison")
            fill(room, count)
            with room.open() as app:
                first = run(app, workers, backfill=True)
            fill(room, count // 2)  # the same names again: some files are other articles now
            with room.open() as app:
                second = run(app, workers)
                files = sorted((it.key, it.fate, it.reason, it.digest, it.entry_id) for it in app.store.files())
            results.append((first, second, files, room.published()))
            assert tagger.most == workers, "they are tagged side by side"
    one, many = results
    assert one[0].added > 80
    assert one[0].alerts > 0
    assert [it for it in one[0].set_aside if it.reason == "failed"], "an article nobody foresaw is that article's fault"
    assert one == many


def test_of_a_large_folder_a_few_articles_are_under_way_at_a_time(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    room.tagger = Uneven()
    begun = 0
    real = Crew.begin

    def counted(self, work, item):
        nonlocal begun
        begun += 1
        return real(self, work, item)

    for n in range(60):
        room.write(f"{n}.md", an_article_text(f"Report {n} on Gilmore Girls", f"It is {n} o'clock."))
    with pytest.MonkeyPatch.context() as patch, room.open() as app:
        patch.setattr(Crew, "begin", counted)
        most = 0

        def progress(what: str, done: int, total: int) -> None:
            nonlocal most
            most = max(most, begun - len(room.tagger.seen))

        assert run(app, 2, progress=progress).added == 60
    assert begun == 60
    assert most <= 2 * 2, "twice as many as there are threads"


def test_asked_to_stop_it_keeps_what_was_begun_and_begins_nothing_more(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    room.tagger = tagger = Uneven()
    for n in range(40):
        room.write(f"{n:02}.md", an_article_text(f"Report {n} on Gilmore Girls", f"It is {n} o'clock."))
    asked = 0

    def stopping() -> bool:
        nonlocal asked
        asked += 1
        return asked > 11

    with room.open() as app:
        report = run(app, 3, stopping=stopping)
    assert not report.complete
    assert 0 < report.added == len(tagger.seen) < 12
    rest = room.build().ingest
    assert rest.complete
    assert report.added + rest.added == 40
    assert len(set(tagger.seen)) == 40, "none is tagged twice"


def test_a_fault_that_is_no_articles_fault_ends_the_run_with_its_own_words(tmp_path: Path) -> None:
    class Damaged(FakeTagger):
        def tag(self, article: Article) -> Tagging:
            if "3 o'clock" in article.text:
                raise CatalogError("imported.db: damaged")
            return super().tag(article)

    room = Newsroom(tmp_path)
    for n in range(8):
        room.write(f"{n:02}.md", an_article_text(f"Report {n} on Gilmore Girls", f"It is {n} o'clock."))
    room.tagger = Damaged()
    with pytest.raises(CatalogError, match="damaged"):
        room.build()
    room.tagger = FakeTagger()
    assert room.build().ingest.added == 8


def test_of_articles_that_were_read_with_the_one_that_ends_the_process_none_is_given_up(tmp_path: Path) -> None:
    class Poisonous(FakeTagger):
        def tag(self, article: Article) -> Tagging:
            if "poison" in article.text:
                time.sleep(0.05)  # others are under way by then
                os._exit(1)
            return super().tag(article)

    room = Newsroom(tmp_path)
    room.tagger = Poisonous()
    for n in range(9):
        text = "poison" if n == 4 else f"It is {n} o'clock."
        room.write(f"{n:02}.md", an_article_text(f"Report {n} on Gilmore Girls", text))
    for _ in range(3):
        process = os.fork()
        if not process:
            with room.open() as app:
                run(app, 4)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 1
    with room.open() as app:
        report = run(app, 4)
    assert [it.key for it in report.set_aside] == ["04.md"]
    assert len(room.ids()) == 8
