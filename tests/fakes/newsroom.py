"""A whole installation in a temporary folder: real files, real store, real feeds; only the tagger is a fake."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from feeder.config import Schedule, Settings
from feeder.model import Endpoint, SiteInfo, StoredEntry, Watch
from feeder.service.app import App, open_app
from feeder.service.build import BuildReport, refresh
from feeder.service.tagger import Tags
from feeder.topics import ALL
from tests.fakes.tagger import FakeTagger

#: 2021-06-15 12:00 UTC, the time every file gets unless a test says otherwise.
FILE_TIME = 1_623_758_400


class Newsroom:
    """`write` files into the source folder, `build`, and look at what subscribers get."""

    def __init__(self, folder: Path, *, watches: tuple[Watch, ...] = (), endpoints: tuple[Endpoint, ...] = ()) -> None:
        self.source = folder / "articles"
        self.state = folder / "state"
        self.public = folder / "public"
        self.source.mkdir(exist_ok=True)
        self.tagger: Tags = FakeTagger()
        self.settings = Settings(
            path=folder / "config.toml",
            site=SiteInfo(
                title="feeder",
                base_url="https://feeds.example.org",
                author="The desk",
                language="en",
                authority="example.org,2026",
            ),
            source_folder=self.source,
            max_bytes=1_000_000,
            settle=0,
            zone=ZoneInfo("UTC"),
            state_folder=self.state,
            output_folder=self.public,
            templates_folder=None,
            catalog_folder=folder / "catalog",
            catalog_files=(),
            corrections_file=folder / "corrections.psv",
            sparql="http://127.0.0.1:9/sparql",
            contact="",
            catalog_networks=("127.0.0.0/8",),
            feed_limit=50,
            feed_bytes=512_000,
            content="full",
            schedule=Schedule(seconds=3600.0),
            host="127.0.0.1",
            port=0,
            endpoints=endpoints,
            watches=watches,
            topics=(),
        )

    def configure(self, **changes: object) -> None:
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]  # names are the fields'

    def write(self, key: str, text: str | bytes, *, at: int = FILE_TIME) -> Path:
        path = self.source / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.utime(path, (at, at))
        return path

    def open(self, *, write: bool = True) -> App:
        return open_app(self.settings, write=write, open_tagger=lambda _: self.tagger)

    def build(self) -> BuildReport:
        with self.open() as app:
            return refresh(app)

    def entries(self) -> tuple[StoredEntry, ...]:
        """Newest first."""
        with self.open(write=False) as app:
            return tuple(app.store.topics.latest(ALL, 1000))

    def ids(self) -> list[str]:
        return [stored.entry.id for stored in self.entries()]

    def forget(self) -> None:
        """As if the state had never been there."""
        shutil.rmtree(self.state)

    def published(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.public).as_posix(): path.read_bytes()
            for path in sorted(self.public.rglob("*"))
            if path.is_file()
        }

    def times(self) -> dict[str, tuple[int, int]]:
        """(time of change, inode) of every published file: a file that was written again differs."""
        return {
            path.relative_to(self.public).as_posix(): (path.stat().st_mtime_ns, path.stat().st_ino)
            for path in sorted(self.public.rglob("*"))
            if path.is_file()
        }


def an_article_text(
    title: str = "Milo Ventimiglia Joins The Marvelous Mrs. Maisel",
    *paragraphs: str,
    date: str | None = "2021-06-14T09:30:00Z",
    **fields: str,
) -> str:
    """Markdown with front matter."""
    if not paragraphs:
        paragraphs = (
            "Milo Ventimiglia has joined the fourth season of The Marvelous Mrs. Maisel in a part not named yet.",
            "It brings him back to Amy Sherman-Palladino, the creator of Gilmore Girls, who wrote his first big part.",
        )
    head = {"title": title, **({"date": date} if date else {}), **fields}
    matter = "\n".join(f"{name}: {_quoted(value)}" for name, value in head.items())
    return f"---\n{matter}\n---\n\n" + "\n\n".join(paragraphs) + "\n"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
