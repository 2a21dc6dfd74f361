"""Single values as people write them: durations, sizes, addresses, networks, secrets.

Each function takes the text and returns the value, or raises ValueError with what is wrong about it (which may be
nothing more than "" where the description of the setting says it all).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import os
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from feeder.errors import QueryError
from feeder.model import TopicKind
from feeder.topics import parse

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_SECRET_FILE_BYTES = 64 * 1024


def duration(text: str) -> float:
    """Seconds of "90s", "5m", "1.5h", "1d"."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?) ?([smhd])", text, re.ASCII)
    if match is None:
        raise ValueError
    return float(Decimal(match[1]) * _SECONDS[match[2]])


def size(text: str) -> int:
    """Bytes of "500 kB", "20 MB", "1.5 GiB" (kB is 1000, KiB 1024)."""
    match = re.fullmatch(r"(\d{1,12}(?:\.\d{1,3})?) ?([kmg]?i?)b", text.lower(), re.ASCII)
    if match is None or match[2] not in _BYTES:
        raise ValueError
    return int(Decimal(match[1]) * _BYTES[match[2]])


def zone(name: str) -> ZoneInfo:
    """A zone of the IANA database, "UTC" or "Europe/Berlin"."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError from None


def name(text: str) -> str:
    """A name on one line, blanks folded."""
    folded = " ".join(text.split())
    if not folded or len(folded) > 200 or not folded.isprintable():
        raise ValueError
    return folded


def contact(text: str) -> str:
    """What may stand in the comment of a User-Agent header: printable ASCII without brackets."""
    if len(text) > 200 or re.fullmatch(r"[!-'*-\[\]-~ ]*", text, re.ASCII) is None:
        raise ValueError
    return text.strip()


def address(text: str) -> str:
    """An absolute http or https address without a user name, a fragment or blanks."""
    if not text.isprintable() or " " in text:
        raise ValueError("it has blanks or invisible characters")
    parts = urlsplit(text)  # raises ValueError for a broken IPv6 host
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError
    if parts.username is not None or parts.password is not None:
        raise ValueError("a user name or password does not belong in it")
    if parts.fragment:
        raise ValueError("a '#' part is never sent")
    if parts.port == 0:  # the property raises ValueError for 70000
        raise ValueError("there is no port 0")
    return text


def endpoint_name(url: str) -> str:
    """What an address without a name is called in logs and in the store: host and hash, for its path may be secret."""
    return f"{urlsplit(url).hostname}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def site_address(text: str) -> str:
    """An address that paths are added to; without its last slash."""
    if urlsplit(address(text)).query:
        raise ValueError("a '?' part has no place here")
    return text.rstrip("/")


def authority(text: str) -> str:
    """The tagging entity of RFC 4151: a domain name or mail address, a comma, a date on which it was the owner's."""
    label = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
    form = rf"(?:[a-z0-9._-]+@)?{label}(?:\.{label})*,(\d{{4}})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?"
    if len(text) > 200 or re.fullmatch(form, text, re.ASCII) is None:
        raise ValueError
    return text


def language(text: str) -> str:
    """A BCP 47 tag, by its form."""
    if re.fullmatch(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", text, re.ASCII) is None:
        raise ValueError
    return text


def query(text: str) -> str:
    """A query of feeder.topics, as it is written."""
    try:
        parse(text)
    except QueryError as error:
        raise ValueError(str(error)) from None
    return text


def feeds(text: str) -> str:
    """The address of a feed below feeds/, without its end; "show/*" is every feed of a show."""
    kinds = "|".join(kind for kind in TopicKind if kind is not TopicKind.ALL)
    if re.fullmatch(rf"all|(?:{kinds})/(?:[*]|[a-z0-9-]{{1,100}})", text) is None:
        raise ValueError
    return text


def network(text: str) -> str:
    """A CIDR, in its canonical form."""
    return str(ipaddress.ip_network(text))


def secret(text: str, *, folder: Path, environment: Mapping[str, str] = os.environ) -> bytes:
    """The HMAC key behind "whsec_...", "${NAME}" or "file:path" (relative to `folder`).

    The key has 24..64 bytes, as Standard Webhooks 1.0.0 asks. No error repeats any part of a secret.
    """
    if match := re.fullmatch(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", text):
        if not (text := environment.get(match[1], "").strip()):
            raise ValueError(f"the environment variable {match[1]} is not set")
        return _key(text, f"the value of {match[1]}")
    if text.startswith("file:"):
        path = folder / text.removeprefix("file:")
        try:
            with path.open("rb") as file:
                content = file.read(_SECRET_FILE_BYTES)
        except OSError as error:
            raise ValueError(f"{path}: {error.strerror}") from None
        return _key(content.decode("ascii", "replace").strip(), f"the content of {path}")
    return _key(text, "it")


def _key(text: str, what: str) -> bytes:
    if not text.startswith("whsec_"):
        raise ValueError(f'{what} does not start with "whsec_"')
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{what} is not base64 after whsec_") from None
    if not 24 <= len(key) <= 64:
        raise ValueError(f"{what} holds {len(key)} bytes, not 24 to 64")
    return key
