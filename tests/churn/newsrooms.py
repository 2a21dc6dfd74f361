"""What is published of the desk: by feeder, the whole program, and by the baseline."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import time_machine

import feeder
from feeder.errors import RepeatsRefused, SourceError
from feeder.topics import OwnTopic, parse
from tests.builders import a_watch
from tests.churn import naive
from tests.churn.desk import Desk, Event
from tests.fakes.newsroom import Newsroom
from tests.fakes.tagger import SHOWS, FakeTagger

#: Feeds that the audience follows, without the ends of their names.
FEEDS = ("feeds/all", "feeds/show/gilmore-girls", "feeds/watch/milo-ventimiglia")

_KILLED = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.churn.newsrooms import build_until_killed; build_until_killed()
"""


class FeederDesk:
    """A desk whose folder feeder reads; each build is a program that starts and ends."""

    def __init__(self, folder: Path, articles: int) -> None:
        self._newsroom = Newsroom(folder, watches=(a_watch("Milo Ventimiglia"),))
        self._newsroom.tagger = FakeTagger(people=("Milo Ventimiglia",))
        self._backup = folder / "backup"
        self.desk = Desk.opened(self._newsroom.source, articles)
        self.kills = 0
        self.refusals = 0

    def publish(self, event: Event | None = None) -> Mapping[str, bytes]:
        """All feeds that are there after the event and what the program made of it."""
        if event is not None and "killed" in event.what:
            self._kill(writes=self.kills % 3 * 7 + 2)
        with self._world(event), time_machine.travel(self.desk.now, tick=False):
            self._build(event)
        return {path: data for path, data in self._newsroom.published().items() if path.startswith("feeds/")}

    def _build(self, event: Event | None) -> None:
        newsroom = self._newsroom
        if event is not None and event.what == "the folder is not mounted":
            elsewhere = newsroom.source.with_name("unmounted")
            newsroom.source.rename(elsewhere)
            with suppress(SourceError):
                newsroom.build()
            elsewhere.rename(newsroom.source)
        if event is not None and event.what == "the state is lost and restored":
            newsroom.state.rename(self._backup)
            try:
                newsroom.build()
            except RepeatsRefused:
                self.refusals += 1
            shutil.rmtree(newsroom.state)
            self._backup.rename(newsroom.state)
        if event is not None and event.what == "restart":
            newsroom.build()
        newsroom.build()

    @contextmanager
    def _world(self, event: Event | None) -> Iterator[None]:
        """What the event changes beside the folder: for good, but for the program's version and the time zone."""
        newsroom, what = self._newsroom, event.what if event else ""
        site = newsroom.settings.site
        version, zone = feeder.__version__, os.environ.get("TZ")
        match what:
            case "a tag rule":
                newsroom.tagger = FakeTagger()
                rule = newsroom.source.with_name("mine.psv")
                rule.write_text("the fake tagger stands for what is in it")
                newsroom.configure(catalog_files=(rule,))
            case "a topic":
                newsroom.configure(topics=(_own("Casting"),))
            case "a topic is renamed":
                newsroom.configure(topics=(_own("Who Plays Whom", was=("Casting",)),))
            case "a new domain":
                newsroom.configure(site=replace(site, base_url=self.desk.address))
            case "templates":
                folder = newsroom.source.with_name("templates")
                folder.mkdir()
                (folder / "entry.html.j2").write_text("<h2>{{ entry.title }}</h2><p>{{ entry.article.text }}</p>")
                newsroom.configure(templates_folder=folder)
            case "a correction":
                key = self.desk.articles[max(self.desk.articles)].key
                newsroom.settings.corrections_file.write_text(
                    f"article|word|kind|name|main|headline|digest\n{key}|reject|show|{SHOWS[0]}|||\n"
                )
            case "time zone":
                newsroom.configure(zone=ZoneInfo("America/Los_Angeles"))
                os.environ["TZ"] = "Australia/Lord_Howe"
                time.tzset()
            case "a new program":
                feeder.__version__ = "99.0"
        try:
            yield
        finally:
            feeder.__version__ = version
            if what == "time zone":
                os.environ.pop("TZ")
                if zone is not None:
                    os.environ["TZ"] = zone
                time.tzset()

    def _kill(self, writes: int) -> None:
        """A build that is killed with so many published files in their places; one that writes fewer ends by itself."""
        given = pickle.dumps((self._newsroom.settings, self._newsroom.tagger, self.desk.now, writes))
        ended = subprocess.run([sys.executable, "-c", _KILLED], input=given, check=False)
        if ended.returncode not in (0, -signal.SIGKILL):
            raise AssertionError(f"the build was to be killed, and ended with {ended.returncode}")
        self.kills += ended.returncode != 0


def build_until_killed() -> None:
    """In a process of its own: no chance to tidy up, as with a power cut."""
    settings, tagger, now, writes = pickle.load(sys.stdin.buffer)
    newsroom = Newsroom(settings.path.parent)
    newsroom.settings, newsroom.tagger = settings, tagger
    rename, left = os.rename, writes

    def counted(*args: object, **kwargs: object) -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        rename(*args, **kwargs)  # type: ignore[arg-type]

    with time_machine.travel(now, tick=False):
        os.rename = counted  # type: ignore[assignment]
        newsroom.build()


class NaiveDesk:
    """The same desk, published by the baseline."""

    def __init__(self, folder: Path, articles: int) -> None:
        source = folder / "articles"
        source.mkdir()
        self.desk = Desk.opened(source, articles)

    def publish(self, event: Event | None = None) -> Mapping[str, bytes]:
        with time_machine.travel(self.desk.now, tick=False):
            return {f"{FEEDS[0]}.atom": naive.write(self.desk)}


def _own(name: str, *, was: tuple[str, ...] = ()) -> OwnTopic:
    return OwnTopic(name=name, condition=parse('person:"Milo Ventimiglia" OR show:"Gilmore Girls"'), was=was)
