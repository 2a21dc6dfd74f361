"""Everything that cannot be made again, in one file: the database, config.toml, and what the owner wrote.

Not the articles, which the owner has, nor what is published, which is made from the rest. A backup is a ZIP file with a
manifest: which installation it is of, and a hash of each file in it. Where files go is said by the settings; no path in
a backup leads anywhere else.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import feeder
from feeder import durable
from feeder.config import Settings
from feeder.errors import BackupError
from feeder.service import withholding
from feeder.storage import Store, open_store

FORMAT = 1
MANIFEST, CONFIG, DATABASE, CORRECTIONS = "manifest.json", "config.toml", "state/feeder.db", "corrections.psv"
_CHUNK = 1 << 20
_PASSING = ("~", ".tmp", ".part", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What was put into a file."""

    path: Path
    files: int
    size: int  #: bytes, compressed
    secrets: bool  #: whether they are in it


def back_up(settings: Settings, target: Path, *, now: datetime, secrets: bool = False) -> Backup:
    """Write a backup, also while another process works on the state. Overwrites nothing.

    `secrets`: with the keys of webhooks, in config.toml and in files of their own; such a backup is to be kept as they
    are. Raises StateError, BackupError.
    """
    target = target.absolute()
    if target.exists():
        raise BackupError(f"{target} is there already; give a backup a name of its own")
    try:
        with tempfile.TemporaryDirectory(prefix=".feeder-backup-", dir=target.parent) as folder:
            made = Path(folder) / "backup.zip"
            count = _write(settings, made, Path(folder) / "feeder.db", now=now, secrets=secrets)
            with made.open("rb") as file:
                os.fsync(file.fileno())
            os.link(made, target)  # unlike a rename it overwrites nothing
            durable.flush(target.parent)
            return Backup(path=target, files=count, size=target.stat().st_size, secrets=secrets)
    except FileExistsError:
        raise BackupError(f"{target} is there already; give a backup a name of its own") from None
    except OSError as error:
        raise BackupError(f"{error.filename or target}: cannot be written: {error.strerror}") from error


def _write(settings: Settings, target: Path, database: Path, *, now: datetime, secrets: bool) -> int:
    store = open_store(settings.state_folder, write=False)
    try:
        store.backup(database, secrets=secrets)
        about = {"instance": store.fact("instance") or "", "edition": edition(store)}
    finally:
        store.close()
    hashes: dict[str, str] = {}
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in (*_parts(settings, secrets=secrets), (DATABASE, database)):
            if name == CONFIG and not secrets:
                content = withholding.without_secrets(path.read_text("utf-8-sig")).encode()
                hashes[name] = _add_bytes(archive, _info(name, path), content)
            else:
                hashes[name] = _add(archive, name, path)
        manifest = {
            "format": FORMAT,
            "feeder": feeder.__version__,
            "created": now.isoformat(),
            "secrets": secrets,
            **about,
            "files": hashes,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return len(hashes)


def _parts(settings: Settings, *, secrets: bool) -> Iterator[tuple[str, Path]]:
    """(name in the backup, file) of all that the owner wrote."""
    yield CONFIG, settings.path
    if settings.corrections_file.is_file():
        yield CORRECTIONS, settings.corrections_file
    for kind, folder in (("catalog", settings.catalog_folder), ("templates", settings.templates_folder)):
        for path in sorted(folder.rglob("*")) if folder else ():
            if path.is_file() and not path.name.startswith(".") and not path.name.endswith(_PASSING):
                yield f"{kind}/{path.relative_to(folder or path).as_posix()}", path
    for number, path in enumerate(settings.catalog_files):
        if path.is_file() and not path.is_relative_to(settings.catalog_folder):
            yield f"catalog-files/{number}", path
    if secrets:
        for number, path in enumerate(
            withholding.secret_files(settings.path.read_text("utf-8-sig"), settings.path.parent)
        ):
            if path.is_file():
                yield f"secrets/{number}", path


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source, archive.open(_info(name, path), "w", force_zip64=True) as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest()


def _add_bytes(archive: zipfile.ZipFile, info: zipfile.ZipInfo, content: bytes) -> str:
    archive.writestr(info, content)
    return hashlib.sha256(content).hexdigest()


def _info(name: str, path: Path) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (stat.S_IFREG | stat.S_IMODE(path.stat().st_mode)) << 16
    return info


def mode_of(info: zipfile.ZipInfo) -> int | None:
    """Who might read and write the file that was backed up; None: the backup does not say."""
    mode = info.external_attr >> 16
    return mode & 0o777 | stat.S_IRUSR | stat.S_IWUSR if stat.S_ISREG(mode) else None


def edition(store: Store) -> int:
    """Grows whenever something is published."""
    return int(store.fact("edition") or 0)
