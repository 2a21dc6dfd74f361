"""Putting a backup back where the settings say; what was there before is kept beside it."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import tempfile
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from feeder import config
from feeder.config import Settings
from feeder.config.load import parse_file
from feeder.errors import BackupError, ConfigError, StateDamaged, StateError, StateLocked
from feeder.service import withholding
from feeder.service.backup import CONFIG, CORRECTIONS, DATABASE, FORMAT, MANIFEST, edition, mode_of
from feeder.service.output import VERSION
from feeder.storage import Store, install, open_store

_MOST_MANIFEST = 10_000_000  # bytes
_CHUNK = 1 << 20
_PRIVATE, _PLAIN = 0o600, 0o644


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back."""

    created: datetime  #: the backup
    written: tuple[Path, ...]
    aside: tuple[Path, ...]  #: what was there before, under other names
    lacking: str  #: for people: what config.toml still needs, secrets most often; "" for nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    created: datetime
    instance: str  #: of the state folder
    edition: int  #: grows whenever something is published
    secrets: bool
    files: Mapping[str, str]  #: name -> sha256 hex


def restore(source: Path, config_path: Path, *, force: bool = False) -> Restored:
    """Put a backup back where the config file says; where there is none, the one in the backup is put there.

    Nothing is touched before all of the backup has been checked. `force`: also over a newer or another installation,
    and over files that differ; they are kept beside under other names. Raises BackupError where it is damaged or must
    not be put here, StateLocked while somebody works here, StateError.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _manifest(archive)
            return _restore(archive, manifest, config_path.absolute(), force=force)
    except zipfile.BadZipFile as error:
        raise BackupError(f"{source}: this is no backup, or a damaged one: {error}") from None
    except OSError as error:
        raise BackupError(f"{error.filename or source}: {error.strerror}") from error


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    """Checked: of a form that we know, and each file as it was."""
    try:
        if archive.getinfo(MANIFEST).file_size > _MOST_MANIFEST:
            raise BackupError("the manifest is too large for one")
        table = json.loads(archive.read(MANIFEST))
        number = table["format"]
        if number != FORMAT:
            raise BackupError(f"this backup is of form {number}, this feeder knows form {FORMAT}")
        found = Manifest(
            created=datetime.fromisoformat(table["created"]),
            instance=str(table["instance"]),
            edition=int(table["edition"]),
            secrets=bool(table["secrets"]),
            files={str(name): str(digest) for name, digest in table["files"].items()},
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BackupError(f"this is no backup of feeder, or a damaged one: {error}") from None
    for name, digest in found.files.items():
        if not _is_sound(name):
            raise BackupError(f"{name!r} is no place for a file of a backup")
        try:
            same = _digest(archive, name) == digest
        except (KeyError, zipfile.BadZipFile, EOFError):
            same = False
        if not same:
            raise BackupError(f"{name} in this backup is damaged")
    if DATABASE not in found.files or CONFIG not in found.files:
        raise BackupError("this backup lacks its database or its config.toml")
    return found


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _is_sound(name: str) -> bool:
    parts = PurePosixPath(name).parts
    inside = parts and not any(part in ("..", ".", "/") or "\\" in part or "\0" in part for part in parts)
    known = name in (CONFIG, DATABASE, CORRECTIONS) or name.startswith(
        ("catalog/", "templates/", "catalog-files/", "secrets/")
    )
    return bool(inside) and known and name == "/".join(parts)


def _restore(archive: zipfile.ZipFile, manifest: Manifest, config_path: Path, *, force: bool) -> Restored:
    aside = f".before-restore-{manifest.created:%Y%m%dT%H%M%SZ}"
    with tempfile.TemporaryDirectory(prefix=".feeder-restore-", dir=_nearest(config_path.parent)) as folder:
        staged = Path(folder)
        for name in manifest.files:
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as packed, (staged / name).open("wb") as file:
                shutil.copyfileobj(packed, file)
            (staged / name).chmod(_mode(archive.getinfo(name), staged / name))
        keep_config = _keeps(config_path, staged / CONFIG, manifest)
        settings = _places(config_path if keep_config else staged / CONFIG, config_path)
        places = {name: _place(name, settings, config_path, staged) for name in manifest.files if name != DATABASE}
        moves = {place: staged / name for name, place in places.items() if place is not None}
        if keep_config:
            moves.pop(config_path, None)
        moves = {target: source for target, source in moves.items() if not _same(target, source)}
        _may(settings, manifest, [target for target in moves if target.exists()], force=force)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=_nearest(settings.state_folder)) as beside:
            shutil.move(staged / DATABASE, Path(beside) / "feeder.db")
            _check(Path(beside))
            kept = list(install(Path(beside), settings.state_folder, aside=aside))
        if settings.templates_folder is not None:
            settings.templates_folder.mkdir(parents=True, exist_ok=True)  # configured, it must be there, also empty
        for target, source in moves.items():
            if target.exists():
                kept.append(target.with_name(target.name + aside))
                target.replace(kept[-1])
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch(_PRIVATE)  # there may be secrets in it: nobody reads it before it has its own mode
            shutil.copyfile(source, target)
            shutil.copymode(source, target)
    return Restored(
        created=manifest.created,
        written=(settings.state_folder / "feeder.db", *moves),
        aside=tuple(kept),
        lacking=_lacking(config_path),
    )


def _mode(info: zipfile.ZipInfo, staged: Path) -> int:
    """As it was, but that nobody else may read secrets."""
    kept = mode_of(info)
    if info.filename.startswith("secrets/") or (info.filename == CONFIG and _holds_secrets(staged)):
        return _PRIVATE if kept is None or kept & stat.S_IRWXO else kept
    return _PLAIN if kept is None else kept


def _holds_secrets(config_file: Path) -> bool:
    try:
        return withholding.holds_secrets(config_file.read_text("utf-8-sig"))
    except ValueError:  # it is refused in a moment
        return True


def _keeps(config_path: Path, staged: Path, manifest: Manifest) -> bool:
    """Whether config.toml says the same already, but for secrets, which the backup may not have."""
    try:
        here = config_path.read_text("utf-8-sig")
        return (here if manifest.secrets else withholding.without_secrets(here)) == staged.read_text("utf-8-sig")
    except (FileNotFoundError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False


def _places(path: Path, home: Path) -> Settings:
    """What the text of `path` would mean at `home`, whether or not the secrets are there yet."""
    try:
        return parse_file(withholding.with_any_secrets(path.read_text("utf-8-sig")), home)
    except (tomllib.TOMLDecodeError, ConfigError) as error:
        raise BackupError(f"the config.toml in this backup is none that this feeder understands: {error}") from None


def _place(name: str, settings: Settings, config_path: Path, staged: Path) -> Path | None:
    """Where a file of the backup belongs by these settings; None: nowhere any more."""
    kind, _, rest = name.partition("/")
    match kind:
        case "config.toml":
            return config_path
        case "corrections.psv":
            return settings.corrections_file
        case "catalog":
            return settings.catalog_folder / rest
        case "templates":
            return None if settings.templates_folder is None else settings.templates_folder / rest
        case "catalog-files":
            return _numbered(settings.catalog_files, rest)
        case "secrets":
            return _numbered(
                withholding.secret_files((staged / CONFIG).read_text("utf-8-sig"), config_path.parent), rest
            )
    return None


def _numbered(paths: tuple[Path, ...], number: str) -> Path | None:
    return paths[int(number)] if number.isdecimal() and int(number) < len(paths) else None


def _may(settings: Settings, manifest: Manifest, differing: list[Path], *, force: bool) -> None:
    """Raises BackupError where something is there that must not be replaced unasked, StateLocked in any case."""
    reasons = [f"{path} is there and differs" for path in differing]
    try:
        here = open_store(settings.state_folder, write=True) if settings.state_folder.exists() else None
    except StateLocked:
        raise
    except StateDamaged:
        here = None  # what a backup is for
    if here is not None:
        try:
            if here.fact("instance") != manifest.instance and _is_used(here):
                reasons.append(f"{settings.state_folder} belongs to another installation")
            elif _is_newer(here, manifest):
                reasons.append(
                    f"{settings.state_folder} is newer than this backup of {manifest.created:%Y-%m-%d %H:%M}"
                )
        finally:
            here.close()
    if reasons and not force:
        raise BackupError("\n".join((*reasons, "--force replaces all of that and keeps what was there beside it")))


def _is_used(store: Store) -> bool:
    return bool(store.file_keys()) or store.counts()["entries"] > 0


def _is_newer(store: Store, manifest: Manifest) -> bool:
    later = any(job.started is not None and job.started > manifest.created for job in store.jobs())
    return later or edition(store) > manifest.edition


def _check(folder: Path) -> None:
    """The database opens, is brought up to date, is whole, and will have all files published anew."""
    try:
        store = open_store(folder, write=True)
        try:
            if wrong := store.check():
                raise BackupError(f"the database in this backup is damaged: {wrong[0]}")
            with store.transaction():
                store.set_fact(VERSION, "")
        finally:
            store.close()
    except StateError as error:
        raise BackupError(f"the database in this backup cannot be used: {error}") from error


def _same(target: Path, source: Path) -> bool:
    try:
        return target.read_bytes() == source.read_bytes()
    except OSError:
        return False


def _lacking(config_path: Path) -> str:
    try:
        config.load(config_path)
    except ConfigError as error:
        return str(error)
    return ""


def _nearest(folder: Path) -> Path:
    """The folder itself, made where it is missing: temporary files must be on the same disk."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder
