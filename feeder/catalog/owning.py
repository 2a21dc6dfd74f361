"""The owner's own tables: rows added one at a time, each checked together with everything before it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from feeder import durable
from feeder.catalog.locking import alone
from feeder.catalog.tables import ALIAS_COLUMNS, PERSON_COLUMNS, REJECTED_COLUMNS, SHOW_COLUMNS, header
from feeder.errors import CatalogError
from feeder.text import one_line, slug

#: (file in the catalog folder, its columns, what stands at its top)
SHOWS = ("shows.psv", SHOW_COLUMNS, "# Your own shows. A row with the id of a show that is known replaces it.")
PEOPLE = ("people.psv", PERSON_COLUMNS, "# Your own people. A row with the id of a person who is known replaces it.")
ALIASES = ("aliases.psv", ALIAS_COLUMNS, "# More names for shows and people that are known.")
REJECTED = (
    "rejected.psv",
    REJECTED_COLUMNS,
    "# Names that are no shows and no people: never proposed and never tagged.",
)

#: The forbidden characters of each kind of value.
_FIELD, _ITEM = "|", "|;"

Value = str | Sequence[str]  # a field, or the items of a list


def append(
    folder: Path,
    table: tuple[str, tuple[str, ...], str],
    row: Mapping[str, Value],
    *,
    verify: Callable[[Path, str], object],
) -> Path:
    """Add the row to this table of the folder; the file it is in.

    `verify` is called with the file and the text it is going to hold; what it raises, and CatalogError for a value that
    a table cannot hold, leaves everything as it was.
    """
    name, columns, comment = table
    path = folder / name
    with alone(folder):
        before = _text(path) if path.exists() else f"{comment}\n{'|'.join(columns)}\n"
        if not before.endswith("\n"):
            before += "\n"
        text = f"{before}{_line(row, header(str(path), before), path)}\n"
        verify(path, text)
        try:
            durable.replace(path, text.encode())
        except OSError as error:
            raise CatalogError(durable.refusal(path, error)) from error
    return path


def _line(row: Mapping[str, Value], columns: Sequence[str], path: Path) -> str:
    name = row.get("title") or row.get("name") or ""
    for column, value in row.items():
        if column == "id" and isinstance(name, str) and value == slug(name):
            continue  # a table may leave out what follows from the name
        if value and column not in columns:
            raise CatalogError(
                f"{path}: has no column {column!r}; add it to its header and to each row, or leave it out"
            )
    return "|".join(_printed(row.get(column, ""), column) for column in columns)


def _printed(value: Value, column: str) -> str:
    if isinstance(value, str):
        return _plain(value, column, _FIELD)
    return "; ".join(_plain(item, column, _ITEM) for item in value)


def _plain(text: str, column: str, forbidden: str) -> str:
    plain = one_line(text)
    for c in forbidden:
        if c in plain:
            raise CatalogError(f"{column}: a {c!r} cannot stand in {plain!r}: it parts the values of a table")
    return plain


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CatalogError(f"{path}: not UTF-8; save the file as UTF-8") from error
