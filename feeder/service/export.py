"""What is published, once more in a folder that any web server or object store can serve as it is.

Feeds that were renamed are there under their old addresses as well: a static server sends nobody on, and a reader that
asks for a feed must get a feed. Its `self` link and its id say which one it is. Beside each large file stand its .gz
and .br, for servers that send what is compressed already. Private feeds stay here: no such server knows subscribers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from feeder import feeds
from feeder.errors import PublishError
from feeder.model import Form
from feeder.rendering import feed_path
from feeder.rendering.addresses import KIND_PAGES
from feeder.service.app import App
from feeder.service.privacy import EVERYTHING, is_private
from feeder.service.progress import Progress, unseen

_CODINGS = (".gz", ".br")
_BATCH = 100  # files written together
_FORMS = "|".join(Form)
#: What may be removed when it is of no use any more; everything else in the folder is left alone.
_PAGES = "|".join(page.removesuffix(".html") for page in KIND_PAGES.values())
_OURS = re.compile(rf"(?:feeds/.+[.](?:{_FORMS})|(?:{_PAGES})(?:/[a-z0-9])?[.](?:html|opml))(?:[.]gz|[.]br)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What changed in the folder."""

    folder: Path
    files: int  #: published in all, without their compressed forms
    written: int  #: of these
    removed: int


def export(app: App, folder: Path, *, progress: Progress = unseen) -> ExportReport:
    """Bring the folder up to date with what is published. Raises PublishError.

    Killed at any moment it leaves every file whole, old or new, and goes on from there the next time.
    """
    _check(app, folder)
    tree = feeds.Tree(folder)
    tree.sweep()
    present = tree.paths()
    wanted = _wanted(app)
    written, kept = 0, set(wanted)
    # archives before the documents that lead to them, the pages that list all of them last
    ordered = sorted(wanted, key=lambda path: (path.count("/"), path), reverse=True)
    for start in range(0, len(ordered), _BATCH):
        progress("exporting", start, len(ordered))
        batch: dict[str, bytes] = {}
        for path in ordered[start : start + _BATCH]:
            data = wanted[path].read_bytes()
            if path.endswith(".opml"):
                data = feeds.listed(data, base_url=app.site.base_url, private=partial(is_private, app.settings))
            siblings = {path + coding for coding in _CODINGS}
            if siblings <= present and _holds(folder / path, data):
                kept |= siblings
                continue
            compressed = {path + coding: body for coding, body in feeds.compressed(data).items()}
            # Before the file itself: a kill in between leaves a file that differs, and all three are written again.
            batch |= {**compressed, path: data}
            kept |= set(compressed)
        written += len(set(tree.write_all(batch.items())) & set(wanted))
    removed = sum(tree.remove(path) for path in sorted(present - kept) if _OURS.fullmatch(path))
    return ExportReport(folder=folder, files=len(wanted), written=written, removed=removed)


def _wanted(app: App) -> Mapping[str, Path]:
    """Where what is to be at each path is read from."""
    output = app.settings.output_folder
    published = {path: output / path for path, _ in app.store.topics.published_files()}
    wanted = dict(_former(app, output)) | published
    return {path: source for path, source in wanted.items() if not is_private(app.settings, path)}


def _former(app: App, output: Path) -> Iterator[tuple[str, Path]]:
    for slug, listing in app.store.topics.former_slugs():
        for form in Form:
            yield feed_path(listing.topic, slug, form), output / feed_path(listing.topic, listing.slug, form)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _check(app: App, folder: Path) -> None:
    """It must be a folder of feeder's alone: files of others would be written over."""
    settings = app.settings
    if EVERYTHING in settings.private:
        raise PublishError("[server] private is true in config.toml: there is nothing that others may have")
    here = folder.resolve()
    for what, other in (
        ("article", settings.source_folder),
        ("state", settings.state_folder),
        ("output", settings.output_folder),
    ):
        if here == other or other in here.parents or here in other.parents:
            raise PublishError(f"{folder} and the {what} folder {other} must not lie inside one another")
    try:
        foreign = here.is_dir() and any(here.iterdir()) and not (here / feeds.OPML).is_file()
    except OSError as error:
        raise PublishError(f"{folder}: cannot be read ({error.strerror})") from error
    if foreign:
        raise PublishError(f"{folder} holds files that are not feeder's; name an empty or a new folder")
